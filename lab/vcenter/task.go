// Tasks: every change runs on its own after the call has returned, one at a time, and takes a moment.

package main

import (
	"context"
	"fmt"
	"log"
	"runtime/debug"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// Work of a task. A fault ends the task in error; nothing may have been changed then.
type work func(*simulator.Context) (types.AnyType, types.BaseMethodFault)

// Finished tasks stay readable this long, as in vCenter.
const taskRetention = 10 * time.Minute

// start begins a task on an entity and returns its reference at once. name is the method, such as CreateDVS_Task.
func (n *network) start(request *simulator.Context, entity types.ManagedObjectReference, name string, do work) types.ManagedObjectReference {
	return n.startAfter(request, entity, name, nil, do)
}

// startAfter begins a task that waits, while others work, and then changes something. Only the wait can be cancelled.
func (n *network) startAfter(request *simulator.Context, entity types.ManagedObjectReference, name string, wait func(*simulator.Context, *simulator.Task) types.BaseMethodFault, do work) types.ManagedObjectReference {
	// Locks of the registry belong to a context: the task outlives the request and needs its own.
	own := *request
	own.Context = context.Background()
	ctx := &own
	task := &simulator.Task{}
	task.Info = types.TaskInfo{
		Name:          name,
		DescriptionId: entity.Type + "." + name,
		Entity:        &entity,
		EntityName:    entityName(ctx, entity),
		Reason:        &types.TaskReasonUser{UserName: ctx.Session.UserName},
		QueueTime:     time.Now(),
		State:         types.TaskInfoStateQueued,
		Cancelable:    wait != nil,
	}
	self := ctx.Map.Put(task).Reference()
	ctx.Map.AtomicUpdate(ctx, task, []types.PropertyChange{
		{Name: "info.key", Val: self.Value},
		{Name: "info.task", Val: self},
		{Name: "info.startTime", Val: time.Now()},
		{Name: "info.state", Val: types.TaskInfoStateRunning},
	})
	go func() {
		time.Sleep(n.taskTime)
		result, fault := n.waitAndPerform(ctx, task, wait, do)
		if !isCancelled(ctx, task) {
			ctx.Map.AtomicUpdate(ctx, task, outcome(result, fault))
		}
		time.AfterFunc(taskRetention, func() { ctx.Map.Remove(ctx, self) })
	}()
	return self
}

func (n *network) waitAndPerform(ctx *simulator.Context, task *simulator.Task, wait func(*simulator.Context, *simulator.Task) types.BaseMethodFault, do work) (types.AnyType, types.BaseMethodFault) {
	if wait != nil {
		if fault := wait(ctx, task); fault != nil {
			return nil, fault
		}
	}
	return n.perform(ctx, func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		// What it waited for may have come about after it was cancelled.
		if isCancelled(ctx, task) {
			return nil, &types.RequestCanceled{}
		}
		return do(ctx)
	})
}

// isCancelled tells whether a user ended the task; its outcome is written then.
func isCancelled(ctx *simulator.Context, task *simulator.Task) (cancelled bool) {
	ctx.WithLock(task, func() { cancelled = task.Info.Cancelled })
	return cancelled
}

// perform holds the one lock of all changes, and turns a panic into a fault: a simulator that dies tells nobody why.
func (n *network) perform(ctx *simulator.Context, do work) (result types.AnyType, fault types.BaseMethodFault) {
	n.mu.Lock()
	defer n.mu.Unlock()
	defer func() {
		if reason := recover(); reason != nil {
			log.Printf("task failed: %v\n%s", reason, debug.Stack())
			result, fault = nil, &types.SystemError{Reason: fmt.Sprint(reason)}
		}
	}()
	return do(ctx)
}

// performNow is for methods that answer at once: a body with both a response and a fault is answered with the fault.
func (n *network) performNow(ctx *simulator.Context, do func(*simulator.Context) types.BaseMethodFault) *soap.Fault {
	_, fault := n.perform(ctx, func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) { return nil, do(ctx) })
	if fault != nil {
		return soapFault(fault)
	}
	return nil
}

func outcome(result types.AnyType, fault types.BaseMethodFault) []types.PropertyChange {
	changes := []types.PropertyChange{{Name: "info.completeTime", Val: time.Now()}}
	if fault != nil {
		return append(changes,
			types.PropertyChange{Name: "info.error", Val: localized(fault)},
			types.PropertyChange{Name: "info.state", Val: types.TaskInfoStateError})
	}
	if result != nil {
		changes = append(changes, types.PropertyChange{Name: "info.result", Val: result})
	}
	return append(changes, types.PropertyChange{Name: "info.state", Val: types.TaskInfoStateSuccess})
}

// taskGuard keeps the simulator's own tasks from ending the process: it wraps each before it runs.
type taskGuard struct{ receiver }

// PutObject is called with every object that enters the registry.
func (*taskGuard) PutObject(_ *simulator.Context, item mo.Reference) {
	task, isTask := item.(*simulator.Task)
	if !isTask || task.Execute == nil {
		return
	}
	execute := task.Execute
	task.Execute = func(t *simulator.Task) (result types.AnyType, fault types.BaseMethodFault) {
		defer func() {
			if reason := recover(); reason != nil {
				log.Printf("task of the simulator failed: %v\n%s", reason, debug.Stack())
				result, fault = nil, &types.SystemError{Reason: fmt.Sprint(reason)}
			}
		}()
		return execute(t)
	}
}

// UpdateObject and RemoveObject complete the registry's listener interface.
func (*taskGuard) UpdateObject(*simulator.Context, mo.Reference, []types.PropertyChange) {}
func (*taskGuard) RemoveObject(*simulator.Context, types.ManagedObjectReference)         {}
