// Methods by object: which calls this program answers itself, and how they get here.
//
// The simulator finds a method by reflection on the object that a call names. Its own object types must stay in the
// registry, because it casts to them; so a call for one of our methods is redirected to a receiver beside them, which
// finds the object by the request's own reference. Session, faults and encoding stay the simulator's.

package main

import (
	"reflect"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// receiverType is the type in a receiver's reference. No client knows or may use it.
const receiverType = "SimulatedReceiver"

// receiver is the base of every type that holds the methods of one managed object type.
type receiver struct {
	// The simulator looks for objects among all that are registered, and takes each for one of the API.
	mo.SearchIndex
	*network
	name string
}

// Reference makes a receiver fit for the registry.
func (r *receiver) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: receiverType, Value: r.name}
}

// Lock and Unlock keep the simulator from serialising unrelated calls on the receiver.
func (*receiver) Lock()   {}
func (*receiver) Unlock() {}

// route registers the receivers, by the type of object whose methods they hold, and sends calls to them.
func route(registry *simulator.Registry, receivers map[string]mo.Reference) {
	for _, each := range receivers {
		registry.Put(each)
	}
	registry.Handler = func(ctx *simulator.Context, method *simulator.Method) (mo.Reference, types.BaseMethodFault) {
		if method.This.Type == receiverType {
			return nil, &types.ManagedObjectNotFound{Obj: method.This}
		}
		target, ours := receivers[method.This.Type]
		if !ours || !hasMethod(target, method.Name) || ctx.Map.Get(method.This) == nil {
			return nil, nil
		}
		if ctx.Session == nil && !strings.HasPrefix(method.Name, "Login") {
			return nil, nil // the simulator answers NotAuthenticated
		}
		method.This = target.Reference()
		return target, nil
	}
}

// hasMethod knows the simulator's naming: Foo_Task of the API is FooTask in Go.
func hasMethod(target mo.Reference, name string) bool {
	if base, isTask := strings.CutSuffix(name, "_Task"); isTask {
		name = base + "Task"
	}
	return reflect.ValueOf(target).MethodByName(name).IsValid()
}
