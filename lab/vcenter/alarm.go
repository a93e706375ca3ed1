// Alarms: their methods, and what a definition must look like.

package main

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// alarmLock is held while definitions or states of alarms change. It is not the manager's own, which the simulator takes
// while it holds that of events: we post events while we hold this one.
var alarmLock = types.ManagedObjectReference{Type: receiverType, Value: "alarms"}

// alarmManagerMethods are the methods of AlarmManager; alarmMethods those of Alarm.
type (
	alarmManagerMethods struct{ receiver }
	alarmMethods        struct{ receiver }
)

// installAlarms completes the alarms that the vCenter starts with. The simulator is left without any to look after.
func installAlarms(registry *simulator.Registry) {
	registry.AlarmManager().GetAlarmResponse.Returnval = nil
	ctx := newContext(registry)
	for _, alarm := range alarms(ctx) {
		update(ctx, alarm.Self, property("info.key", alarm.Self.Value))
		declare(ctx, alarm.Info)
	}
	// The simulator's own alarms have numbers from a vCenter: an object made later would take the place of one.
	_ = registry.AlignCounter()
}

// alarms lists all definitions in the order of their creation.
func alarms(ctx *simulator.Context) []*simulator.Alarm {
	var list []*simulator.Alarm
	for _, each := range ctx.Map.AllReference("Alarm") {
		list = append(list, each.(*simulator.Alarm))
	}
	slices.SortFunc(list, func(a, b *simulator.Alarm) int {
		return cmp.Or(cmp.Compare(a.Info.CreationEventId, b.Info.CreationEventId), strings.Compare(a.Self.Value, b.Self.Value))
	})
	return list
}

// CreateAlarm defines an alarm on an entity, for it and what lies below.
func (m *alarmManagerMethods) CreateAlarm(ctx *simulator.Context, req *types.CreateAlarm) soap.HasFault {
	body := &methods.CreateAlarmBody{}
	ctx.WithLock(alarmLock, func() {
		spec := req.Spec.GetAlarmSpec()
		fault := checkAlarm(ctx, spec, types.ManagedObjectReference{})
		if fault == nil && !isEntity(ctx, req.Entity) {
			fault = &types.ManagedObjectNotFound{Obj: req.Entity}
		}
		if fault != nil {
			body.Fault_ = soapFault(fault)
			return
		}
		alarm := &simulator.Alarm{}
		ref := ctx.Map.Put(alarm).Reference()
		info := types.AlarmInfo{
			AlarmSpec: *spec, Key: ref.Value, Alarm: ref, Entity: req.Entity,
			LastModifiedTime: time.Now().UTC(), LastModifiedUser: ctx.Session.UserName,
		}
		created := &types.AlarmCreatedEvent{AlarmEvent: alarmEvent(info), Entity: entityArgument(ctx, req.Entity)}
		postEvent(ctx, created)
		info.CreationEventId = created.Key
		update(ctx, ref, property("info", info))
		declare(ctx, info)
		body.Res = &types.CreateAlarmResponse{Returnval: ref}
	})
	return body
}

// GetAlarm lists the alarms that are defined on an entity itself, or all of them.
func (m *alarmManagerMethods) GetAlarm(ctx *simulator.Context, req *types.GetAlarm) soap.HasFault {
	body := &methods.GetAlarmBody{}
	ctx.WithLock(alarmLock, func() {
		if req.Entity != nil && ctx.Map.Get(*req.Entity) == nil {
			body.Fault_ = soapFault(&types.ManagedObjectNotFound{Obj: *req.Entity})
			return
		}
		body.Res = &types.GetAlarmResponse{}
		for _, alarm := range alarms(ctx) {
			if req.Entity == nil || alarm.Info.Entity == *req.Entity {
				body.Res.Returnval = append(body.Res.Returnval, alarm.Self)
			}
		}
	})
	return body
}

// GetAlarmState lists the state of all alarms that apply to an entity.
func (m *alarmManagerMethods) GetAlarmState(ctx *simulator.Context, req *types.GetAlarmState) soap.HasFault {
	body := &methods.GetAlarmStateBody{}
	entity, isEntity := ctx.Map.Get(req.Entity).(mo.Entity)
	if !isEntity {
		body.Fault_ = soapFault(&types.ManagedObjectNotFound{Obj: req.Entity})
		return body
	}
	ctx.WithLock(req.Entity, func() {
		body.Res = &types.GetAlarmStateResponse{Returnval: slices.Clone(entity.Entity().DeclaredAlarmState)}
	})
	return body
}

// AcknowledgeAlarm notes that somebody knows of a triggered alarm.
func (m *alarmManagerMethods) AcknowledgeAlarm(ctx *simulator.Context, req *types.AcknowledgeAlarm) soap.HasFault {
	now, yes := time.Now().UTC(), true
	ctx.WithLock(alarmLock, func() {
		changeStates(ctx, req.Entity, func(state *types.AlarmState) bool {
			isIt := state.Alarm == req.Alarm && state.Entity == req.Entity && state.OverallStatus != types.ManagedEntityStatusGray && !isTrue(state.Acknowledged)
			if isIt {
				state.Acknowledged, state.AcknowledgedTime, state.AcknowledgedByUser = &yes, &now, ctx.Session.UserName
			}
			return isIt
		})
	})
	return &methods.AcknowledgeAlarmBody{Res: &types.AcknowledgeAlarmResponse{}}
}

// ReconfigureAlarm replaces the whole specification.
func (m *alarmMethods) ReconfigureAlarm(ctx *simulator.Context, req *types.ReconfigureAlarm) soap.HasFault {
	body := &methods.ReconfigureAlarmBody{}
	ctx.WithLock(alarmLock, func() {
		alarm, isThere := ctx.Map.Get(req.This).(*simulator.Alarm)
		if !isThere {
			body.Fault_ = soapFault(&types.ManagedObjectNotFound{Obj: req.This})
			return
		}
		spec := req.Spec.GetAlarmSpec()
		if fault := checkAlarm(ctx, spec, req.This); fault != nil {
			body.Fault_ = soapFault(fault)
			return
		}
		info := alarm.Info
		info.AlarmSpec, info.LastModifiedTime, info.LastModifiedUser = *spec, time.Now().UTC(), ctx.Session.UserName
		update(ctx, req.This, property("info", info))
		withdraw(ctx, req.This)
		declare(ctx, info)
		postEvent(ctx, &types.AlarmReconfiguredEvent{AlarmEvent: alarmEvent(info), Entity: entityArgument(ctx, info.Entity)})
		body.Res = &types.ReconfigureAlarmResponse{}
	})
	return body
}

// RemoveAlarm removes a definition and every state of it.
func (m *alarmMethods) RemoveAlarm(ctx *simulator.Context, req *types.RemoveAlarm) soap.HasFault {
	body := &methods.RemoveAlarmBody{}
	ctx.WithLock(alarmLock, func() {
		alarm, isThere := ctx.Map.Get(req.This).(*simulator.Alarm)
		if !isThere {
			body.Fault_ = soapFault(&types.ManagedObjectNotFound{Obj: req.This})
			return
		}
		withdraw(ctx, req.This)
		ctx.Map.Remove(ctx, req.This)
		postEvent(ctx, &types.AlarmRemovedEvent{AlarmEvent: alarmEvent(alarm.Info), Entity: entityArgument(ctx, alarm.Info.Entity)})
		body.Res = &types.RemoveAlarmResponse{}
	})
	return body
}

// checkAlarm checks a specification. self is the alarm that it is for, empty for a new one.
func checkAlarm(ctx *simulator.Context, spec *types.AlarmSpec, self types.ManagedObjectReference) types.BaseMethodFault {
	if spec.Name == "" || len(spec.Name) > 80 {
		return &types.InvalidName{Name: spec.Name}
	}
	for _, other := range alarms(ctx) {
		if other.Info.Name == spec.Name && other.Self != self {
			return &types.DuplicateName{Name: spec.Name, Object: other.Self}
		}
	}
	return checkExpression(spec.Expression)
}

func checkExpression(expression types.BaseAlarmExpression) types.BaseMethodFault {
	var parts []types.BaseAlarmExpression
	switch expression := expression.(type) {
	case *types.OrAlarmExpression:
		parts = expression.Expression
	case *types.AndAlarmExpression:
		parts = expression.Expression
	case *types.EventAlarmExpression:
		return checkEventExpression(expression)
	case *types.StateAlarmExpression, *types.MetricAlarmExpression:
		return nil
	}
	if len(parts) == 0 { // the abstract base, or a list of nothing
		return invalid("spec.expression")
	}
	for _, part := range parts {
		if fault := checkExpression(part); fault != nil {
			return fault
		}
	}
	return nil
}

func checkEventExpression(expression *types.EventAlarmExpression) types.BaseMethodFault {
	class := expression.EventType[strings.LastIndex(expression.EventType, ".")+1:]
	if !isEventName(class) {
		return invalid("spec.expression.eventType")
	}
	if !oneOf(string(expression.Status), "red", "yellow", "green") {
		return invalid("spec.expression.status")
	}
	for _, comparison := range expression.Comparisons {
		if !slices.Contains(types.EventAlarmExpressionComparisonOperator("").Strings(), comparison.Operator) {
			return invalid("spec.expression.comparisons.operator")
		}
	}
	return nil
}

func alarmEvent(info types.AlarmInfo) types.AlarmEvent {
	return types.AlarmEvent{Alarm: types.AlarmEventArgument{EntityEventArgument: types.EntityEventArgument{Name: info.Name}, Alarm: info.Alarm}}
}

func entityArgument(ctx *simulator.Context, ref types.ManagedObjectReference) types.ManagedEntityEventArgument {
	return types.ManagedEntityEventArgument{EntityEventArgument: types.EntityEventArgument{Name: entityName(ctx, ref)}, Entity: ref}
}
