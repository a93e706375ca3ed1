// The property collector: what a request asks for must exist, or the whole call is a fault. The simulator would answer
// such a request in part.

package main

import (
	"reflect"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// collector stands in for the simulator's in every session.
type collector struct{ simulator.PropertyCollector }

const collectorType = "PropertyCollector"

// installCollector puts it in the place of the simulator's. Sessions make their own after this one's type.
func installCollector(registry *simulator.Registry) {
	for _, present := range registry.AllReference(collectorType) {
		ours := &collector{}
		ours.Self = present.Reference()
		registry.Put(ours)
	}
}

// CreatePropertyCollector makes one more for the session.
func (c *collector) CreatePropertyCollector(ctx *simulator.Context, _ *types.CreatePropertyCollector) soap.HasFault {
	another := &collector{}
	another.Self.Type = collectorType
	return &methods.CreatePropertyCollectorBody{
		Res: &types.CreatePropertyCollectorResponse{Returnval: ctx.Session.Put(another).Reference()},
	}
}

// CreateFilter checks what is to be watched.
func (c *collector) CreateFilter(ctx *simulator.Context, req *types.CreateFilter) soap.HasFault {
	fault := checkFilters([]types.PropertyFilterSpec{req.Spec})
	for _, each := range req.Spec.ObjectSet {
		if fault == nil && ctx.Session.Get(each.Obj) == nil && !isTrue(req.Spec.ReportMissingObjectsInResults) {
			fault = &types.ManagedObjectNotFound{Obj: each.Obj}
		}
	}
	if fault != nil {
		return &methods.CreateFilterBody{Fault_: soapFault(fault)}
	}
	return c.PropertyCollector.CreateFilter(ctx, req)
}

// RetrievePropertiesEx reads properties of objects.
func (c *collector) RetrievePropertiesEx(ctx *simulator.Context, req *types.RetrievePropertiesEx) soap.HasFault {
	result, fault := c.retrieve(ctx, req)
	if fault != nil {
		return &methods.RetrievePropertiesExBody{Fault_: fault}
	}
	return &methods.RetrievePropertiesExBody{Res: &types.RetrievePropertiesExResponse{Returnval: result}}
}

// RetrieveProperties is the same for old clients, without pages.
func (c *collector) RetrieveProperties(ctx *simulator.Context, req *types.RetrieveProperties) soap.HasFault {
	result, fault := c.retrieve(ctx, &types.RetrievePropertiesEx{This: req.This, SpecSet: req.SpecSet})
	if fault != nil {
		return &methods.RetrievePropertiesBody{Fault_: fault}
	}
	answer := &types.RetrievePropertiesResponse{}
	if result != nil {
		answer.Returnval = result.Objects
	}
	return &methods.RetrievePropertiesBody{Res: answer}
}

func (c *collector) retrieve(ctx *simulator.Context, req *types.RetrievePropertiesEx) (*types.RetrieveResult, *soap.Fault) {
	if fault := checkFilters(req.SpecSet); fault != nil {
		return nil, soapFault(fault)
	}
	answer := c.PropertyCollector.RetrievePropertiesEx(ctx, req).(*methods.RetrievePropertiesExBody)
	if answer.Fault_ != nil {
		if fault, isFault := answer.Fault_.VimFault().(types.BaseMethodFault); isFault {
			return nil, soapFault(fault)
		}
		return nil, answer.Fault_
	}
	result := answer.Res.Returnval
	if result == nil {
		return nil, nil
	}
	for index := range result.Objects {
		object := &result.Objects[index]
		if ctx.Session == nil { // nobody is logged in: there is no current session, and that is no mistake
			object.MissingSet = nil
		}
		for _, missing := range object.MissingSet {
			if fault, isUnknown := missing.Fault.Fault.(*types.InvalidProperty); isUnknown {
				return nil, soapFault(fault)
			}
		}
	}
	return result, nil
}

// checkFilters refuses types and paths that the API does not have.
func checkFilters(filters []types.PropertyFilterSpec) types.BaseMethodFault {
	for _, filter := range filters {
		for _, properties := range filter.PropSet {
			if fault := checkPaths(properties.Type, properties.PathSet); fault != nil {
				return fault
			}
		}
		for _, object := range filter.ObjectSet {
			if fault := checkTraversals(object.SelectSet); fault != nil {
				return fault
			}
		}
	}
	return nil
}

func checkTraversals(selections []types.BaseSelectionSpec) types.BaseMethodFault {
	for _, selection := range selections {
		traversal, isTraversal := selection.(*types.TraversalSpec)
		if !isTraversal {
			continue
		}
		if fault := checkPaths(traversal.Type, []string{traversal.Path}); fault != nil {
			return fault
		}
		if fault := checkTraversals(traversal.SelectSet); fault != nil {
			return fault
		}
	}
	return nil
}

func checkPaths(kind string, paths []string) types.BaseMethodFault {
	if !mo.IsManagedObjectType(kind) {
		return &types.InvalidType{Argument: kind}
	}
	object, err := mo.ObjectContentToType(types.ObjectContent{Obj: types.ManagedObjectReference{Type: kind}})
	if err != nil {
		return &types.InvalidType{Argument: kind}
	}
	for _, path := range paths {
		var field mo.Field
		if !field.FromString(path) || !hasPath(reflect.TypeOf(object), field.Path) {
			return &types.InvalidProperty{Name: path}
		}
	}
	return nil
}

// hasPath follows a dotted path through the properties of a type, as far as the type alone tells: what lies behind a
// polymorphic value depends on the object.
func hasPath(kind reflect.Type, path string) bool {
	for _, name := range strings.Split(path, ".") {
		for kind.Kind() == reflect.Pointer {
			kind = kind.Elem()
		}
		if kind.Kind() == reflect.Interface {
			return true
		}
		if kind.Kind() != reflect.Struct || name == "" || name == "self" {
			return false
		}
		field, has := kind.FieldByName(strings.ToUpper(name[:1]) + name[1:])
		if !has || field.Anonymous {
			return false
		}
		kind = field.Type
	}
	return true
}
