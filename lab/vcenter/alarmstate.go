// The state of alarms: which event changes which, and on which objects of the inventory it shows.

package main

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// Types of objects that an alarm defined on an ancestor applies to.
var alarmObjectTypes = []string{
	"Datacenter", "ClusterComputeResource", "HostSystem", "ResourcePool", "VirtualMachine", "Datastore", "Network", "DistributedVirtualSwitch",
}

func isEventName(class string) bool {
	kind, known := types.TypeFunc()(class)
	return known && reflect.PointerTo(kind).Implements(reflect.TypeFor[types.BaseEvent]())
}

// raiseAlarms changes the state of every alarm that an event is meant for.
func raiseAlarms(ctx *simulator.Context, event types.BaseEvent) {
	about := aboutOf(event)
	if len(about) == 0 {
		return
	}
	ctx.WithLock(alarmLock, func() {
		for _, alarm := range alarms(ctx) {
			if !alarm.Info.Enabled {
				continue
			}
			for _, expression := range eventExpressions(alarm.Info.Expression) {
				entity := concerned(ctx, alarm.Info, expression, about)
				if entity.Value != "" && expression.Status != "" && isMeant(expression, event) {
					setState(ctx, alarm.Info, entity, expression.Status, event.GetEvent().Key)
					break
				}
			}
		}
	})
}

// eventExpressions are the alternatives of an expression that events can fulfil.
func eventExpressions(expression types.BaseAlarmExpression) []*types.EventAlarmExpression {
	switch expression := expression.(type) {
	case *types.EventAlarmExpression:
		return []*types.EventAlarmExpression{expression}
	case *types.OrAlarmExpression:
		var all []*types.EventAlarmExpression
		for _, part := range expression.Expression {
			all = append(all, eventExpressions(part)...)
		}
		return all
	}
	return nil
}

func isMeant(expression *types.EventAlarmExpression, event types.BaseEvent) bool {
	if !isEventClass(event, expression.EventType) || expression.EventTypeId != "" && expression.EventTypeId != eventTypeID(event) {
		return false
	}
	for _, comparison := range expression.Comparisons {
		value, has := eventAttribute(event, comparison.AttributeName)
		if !has || !holds(types.EventAlarmExpressionComparisonOperator(comparison.Operator), value, comparison.Value) {
			return false
		}
	}
	return true
}

func holds(operator types.EventAlarmExpressionComparisonOperator, value, wanted string) bool {
	switch operator {
	case types.EventAlarmExpressionComparisonOperatorEquals:
		return value == wanted
	case types.EventAlarmExpressionComparisonOperatorNotEqualTo:
		return value != wanted
	case types.EventAlarmExpressionComparisonOperatorStartsWith:
		return strings.HasPrefix(value, wanted)
	case types.EventAlarmExpressionComparisonOperatorDoesNotStartWith:
		return !strings.HasPrefix(value, wanted)
	case types.EventAlarmExpressionComparisonOperatorEndsWith:
		return strings.HasSuffix(value, wanted)
	}
	return !strings.HasSuffix(value, wanted)
}

// concerned is the object that an event changes the alarm of, or none.
func concerned(ctx *simulator.Context, info types.AlarmInfo, expression *types.EventAlarmExpression, about []types.ManagedObjectReference) types.ManagedObjectReference {
	for _, object := range about {
		if applies(ctx, info, expression.ObjectType, object) {
			return object
		}
	}
	return types.ManagedObjectReference{}
}

// applies tells whether an alarm is one of this object: it is defined on it, or on an ancestor and for objects of its type.
func applies(ctx *simulator.Context, info types.AlarmInfo, objectType string, object types.ManagedObjectReference) bool {
	objectType = strings.TrimPrefix(objectType, "vim.")
	if objectType != "" && objectType != alarmObjectType(object) {
		return false
	}
	if object == info.Entity {
		return true
	}
	return slices.Contains(alarmObjectTypes, alarmObjectType(object)) && slices.Contains(lineage(ctx, object), info.Entity)
}

// alarmObjectType is the name that alarm expressions have for a type.
func alarmObjectType(object types.ManagedObjectReference) string {
	switch object.Type {
	case switchType:
		return "DistributedVirtualSwitch"
	case "DistributedVirtualPortgroup":
		return "Network"
	}
	return object.Type
}

// lineage lists an object and its ancestors.
func lineage(ctx *simulator.Context, object types.ManagedObjectReference) []types.ManagedObjectReference {
	var line []types.ManagedObjectReference
	for {
		entity, isEntity := ctx.Map.Get(object).(mo.Entity)
		if !isEntity {
			return line
		}
		line = append(line, object)
		if entity.Entity().Parent == nil {
			return line
		}
		object = *entity.Entity().Parent
	}
}

// setState notes the new status on the object, and up the tree that something below it is not well.
func setState(ctx *simulator.Context, info types.AlarmInfo, object types.ManagedObjectReference, status types.ManagedEntityStatus, event int32) {
	no := false
	state := types.AlarmState{
		Key: info.Alarm.Value + "." + object.Value, Entity: object, Alarm: info.Alarm, OverallStatus: status,
		Time: time.Now().UTC(), EventKey: event, Acknowledged: &no,
	}
	isIt := func(other types.AlarmState) bool { return other.Key == state.Key }
	before := types.ManagedEntityStatusGray
	declared := slices.Clone(ctx.Map.Get(object).(mo.Entity).Entity().DeclaredAlarmState)
	if index := slices.IndexFunc(declared, isIt); index >= 0 {
		if before = declared[index].OverallStatus; before == status {
			return
		}
		declared[index] = state
	} else {
		declared = append(declared, state)
	}
	update(ctx, object, property("declaredAlarmState", declared))
	for _, ref := range lineage(ctx, object) {
		present := ctx.Map.Get(ref).(mo.Entity).Entity().TriggeredAlarmState
		triggered := slices.DeleteFunc(slices.Clone(present), isIt)
		if status != types.ManagedEntityStatusGreen {
			triggered = append(triggered, state)
		}
		update(ctx, ref, property("triggeredAlarmState", triggered))
	}
	postEvent(ctx, &types.AlarmStatusChangedEvent{
		AlarmEvent: alarmEvent(info), Source: entityArgument(ctx, info.Entity), Entity: entityArgument(ctx, object), From: string(before), To: string(status),
	})
}

// declare gives every object that an alarm applies to its state, which nobody knows yet.
func declare(ctx *simulator.Context, info types.AlarmInfo) {
	for _, entity := range ctx.Map.All("") {
		object := clientReference(entity)
		isIts := func(expression *types.EventAlarmExpression) bool {
			return applies(ctx, info, expression.ObjectType, object)
		}
		if !slices.ContainsFunc(eventExpressions(info.Expression), isIts) {
			continue
		}
		no := false
		update(ctx, object, property("declaredAlarmState", append(slices.Clone(entity.Entity().DeclaredAlarmState), types.AlarmState{
			Key: info.Alarm.Value + "." + object.Value, Entity: object, Alarm: info.Alarm,
			OverallStatus: types.ManagedEntityStatusGray, Time: time.Now().UTC(), Acknowledged: &no,
		})))
	}
}

// clientReference is the reference by which the registry and clients know an object.
func clientReference(entity mo.Entity) types.ManagedObjectReference {
	ref := entity.Reference()
	if _, isSwitch := entity.(*simulator.DistributedVirtualSwitch); isSwitch {
		ref.Type = switchType
	}
	return ref
}

// withdraw removes the states of an alarm everywhere.
func withdraw(ctx *simulator.Context, alarm types.ManagedObjectReference) {
	isIt := func(state types.AlarmState) bool { return state.Alarm == alarm }
	for _, entity := range ctx.Map.All("") {
		object, states := clientReference(entity), entity.Entity()
		if slices.ContainsFunc(states.DeclaredAlarmState, isIt) {
			update(ctx, object, property("declaredAlarmState", slices.DeleteFunc(slices.Clone(states.DeclaredAlarmState), isIt)))
		}
		if slices.ContainsFunc(states.TriggeredAlarmState, isIt) {
			update(ctx, object, property("triggeredAlarmState", slices.DeleteFunc(slices.Clone(states.TriggeredAlarmState), isIt)))
		}
	}
}

// changeStates changes states on an object and its ancestors.
func changeStates(ctx *simulator.Context, object types.ManagedObjectReference, change func(*types.AlarmState) bool) {
	for _, ref := range lineage(ctx, object) {
		entity := ctx.Map.Get(ref).(mo.Entity).Entity()
		for name, present := range map[string][]types.AlarmState{
			"declaredAlarmState": entity.DeclaredAlarmState, "triggeredAlarmState": entity.TriggeredAlarmState,
		} {
			states, hasChanged := slices.Clone(present), false
			for index := range states {
				hasChanged = change(&states[index]) || hasChanged
			}
			if hasChanged {
				update(ctx, ref, property(name, states))
			}
		}
	}
}
