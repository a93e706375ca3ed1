// Events: recording what happened, for clients that read events, and for alarms.

package main

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// postEvent records an event and lets alarms see it.
func postEvent(ctx *simulator.Context, event types.BaseEvent) {
	manager := ctx.Map.EventManager()
	ctx.WithLock(manager, func() { manager.PostEvent(ctx, &types.PostEvent{EventToPost: event}) })
	raiseAlarms(ctx, event)
}

// postEventEx records an event that hosts name by an identifier, such as esx.problem.net.redundancy.lost, about an object.
// Its arguments are in the order of the message.
func postEventEx(ctx *simulator.Context, id string, object types.ManagedObjectReference, message string, arguments ...string) {
	event := &types.EventEx{
		EventTypeId: id, Severity: severityOf(id), Message: message,
		ObjectType: object.Type, ObjectId: object.Value, ObjectName: entityName(ctx, object),
	}
	if host, isHost := ctx.Map.Get(object).(*simulator.HostSystem); isHost {
		event.Event = hostEvent(ctx, host)
	}
	event.FullFormattedMessage = message
	for index, argument := range arguments {
		event.Arguments = append(event.Arguments, types.KeyAnyValue{Key: fmt.Sprint(index + 1), Value: argument})
	}
	postEvent(ctx, event)
}

// severityOf follows the naming of a host's events: esx.problem.., esx.clear.., esx.audit...
func severityOf(id string) string {
	if strings.Contains(id, ".problem.") || strings.HasPrefix(id, "vprob.") {
		return string(types.EventEventSeverityError)
	}
	return string(types.EventEventSeverityInfo)
}

// eventMethods are the methods of EventManager.
type eventMethods struct{ receiver }

// PostEvent records a client's event.
func (m *eventMethods) PostEvent(ctx *simulator.Context, req *types.PostEvent) soap.HasFault {
	body := &methods.PostEventBody{}
	if event, isEx := req.EventToPost.(*types.EventEx); isEx {
		if fault := complete(ctx, event); fault != nil {
			body.Fault_ = soapFault(fault)
			return body
		}
	}
	postEvent(ctx, req.EventToPost)
	body.Res = &types.PostEventResponse{}
	return body
}

// isEntity tells whether there is an object of the inventory, which events and alarms can be about.
func isEntity(ctx *simulator.Context, ref types.ManagedObjectReference) bool {
	_, is := ctx.Map.Get(ref).(mo.Entity)
	return is
}

// complete makes sure that an event is about an object that exists: the simulator relies on it.
func complete(ctx *simulator.Context, event *types.EventEx) types.BaseMethodFault {
	if event.ObjectId == "" {
		about := aboutOf(event)
		if len(about) == 0 {
			return invalid("eventToPost.objectId")
		}
		event.ObjectType, event.ObjectId = about[0].Type, about[0].Value
	}
	event.ObjectType = strings.TrimPrefix(event.ObjectType, "vim.")
	object := types.ManagedObjectReference{Type: event.ObjectType, Value: event.ObjectId}
	if !isEntity(ctx, object) {
		return invalid("eventToPost.objectId")
	}
	return nil
}

// aboutOf lists the objects that an event is about, the closest one first.
func aboutOf(base types.BaseEvent) []types.ManagedObjectReference {
	var about []types.ManagedObjectReference
	switch event := base.(type) {
	case *types.EventEx:
		if event.ObjectId != "" {
			about = append(about, types.ManagedObjectReference{Type: event.ObjectType, Value: event.ObjectId})
		}
	case *types.ExtendedEvent:
		about = append(about, event.ManagedObject)
	}
	event := base.GetEvent()
	if event.Vm != nil {
		about = append(about, event.Vm.Vm)
	}
	if event.Host != nil {
		about = append(about, event.Host.Host)
	}
	if event.Net != nil {
		about = append(about, event.Net.Network)
	}
	if event.Dvs != nil {
		about = append(about, event.Dvs.Dvs)
	}
	if event.Ds != nil {
		about = append(about, event.Ds.Datastore)
	}
	if event.ComputeResource != nil {
		about = append(about, event.ComputeResource.ComputeResource)
	}
	if event.Datacenter != nil {
		about = append(about, event.Datacenter.Datacenter)
	}
	return about
}

// eventTypeID is the identifier of an event, which for a class of the API is made of the class's name.
func eventTypeID(event types.BaseEvent) string {
	switch event := event.(type) {
	case *types.EventEx:
		return event.EventTypeId
	case *types.ExtendedEvent:
		return event.EventTypeId
	}
	return "vim.event." + reflect.TypeOf(event).Elem().Name()
}

// isEventClass tells whether an event is of a class of the API, or of one below it.
func isEventClass(event types.BaseEvent, class string) bool {
	kind := reflect.TypeOf(event).Elem()
	class = class[strings.LastIndex(class, ".")+1:]
	if kind.Name() == class {
		return true
	}
	base, has := kind.FieldByName(class)
	return has && base.Anonymous
}

// eventAttribute is a property of an event, or one of the arguments of an EventEx.
func eventAttribute(event types.BaseEvent, name string) (string, bool) {
	if ex, isEx := event.(*types.EventEx); isEx {
		for _, argument := range ex.Arguments {
			if argument.Key == name {
				return fmt.Sprint(argument.Value), true
			}
		}
	}
	if name == "" {
		return "", false
	}
	field := reflect.ValueOf(event).Elem().FieldByName(strings.ToUpper(name[:1]) + name[1:])
	if !field.IsValid() {
		return "", false
	}
	return fmt.Sprint(field.Interface()), true
}

// eventSetting is an event that a test lets happen.
type eventSetting struct {
	ID string `json:"id"`
	// Host is its name. Type and Object are the reference of any other object.
	Host    string `json:"host"`
	Type    string `json:"type"`
	Object  string `json:"object"`
	Message string `json:"message"`
}

// setEvent is POST /event of the control interface.
func (n *network) setEvent(ctx *simulator.Context, setting eventSetting) error {
	object := types.ManagedObjectReference{Type: setting.Type, Value: setting.Object}
	if setting.Host != "" {
		if host := hostByName(ctx, setting.Host); host != nil {
			object = host.Self
		}
	}
	if !isEntity(ctx, object) {
		return fmt.Errorf("host %q, object %s: there is no such object", setting.Host, object)
	}
	if setting.ID == "" {
		return fmt.Errorf("id: the event's identifier is missing, such as esx.problem.net.redundancy.lost")
	}
	postEventEx(ctx, setting.ID, object, setting.Message)
	return nil
}
