// Maintenance mode of hosts.

package main

import (
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// hostMethods are the methods of HostSystem.
type hostMethods struct{ receiver }

// How often a waiting task looks.
const pollTime = 10 * time.Millisecond

// EnterMaintenanceModeTask answers EnterMaintenanceMode_Task. Nobody moves VMs away here: the task ends when the last
// one on the host is off, or with Timedout. What is powered off stays, whatever evacuatePoweredOffVms says.
func (m *hostMethods) EnterMaintenanceModeTask(ctx *simulator.Context, req *types.EnterMaintenanceMode_Task) soap.HasFault {
	host := ctx.Map.Get(req.This).(*simulator.HostSystem)
	wait := func(ctx *simulator.Context, task *simulator.Task) types.BaseMethodFault {
		if fault := m.mayEnter(ctx, host); fault != nil {
			return fault
		}
		postEvent(ctx, &types.EnteringMaintenanceModeEvent{HostEvent: types.HostEvent{Event: hostEvent(ctx, host)}})
		return waitForMachines(ctx, host, task, time.Duration(req.Timeout)*time.Second)
	}
	task := m.startAfter(ctx, req.This, "EnterMaintenanceMode_Task", wait, func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		if fault := requireConnected(host); fault != nil {
			return nil, fault
		}
		setMaintenance(ctx, host, true)
		postEvent(ctx, &types.EnteredMaintenanceModeEvent{HostEvent: types.HostEvent{Event: hostEvent(ctx, host)}})
		return nil, nil
	})
	return &methods.EnterMaintenanceMode_TaskBody{Res: &types.EnterMaintenanceMode_TaskResponse{Returnval: task}}
}

func (m *hostMethods) mayEnter(ctx *simulator.Context, host *simulator.HostSystem) types.BaseMethodFault {
	_, fault := m.perform(ctx, func(*simulator.Context) (types.AnyType, types.BaseMethodFault) {
		if fault := requireConnected(host); fault != nil {
			return nil, fault
		}
		if host.Runtime.InMaintenanceMode {
			return nil, &types.InvalidState{}
		}
		return nil, nil
	})
	return fault
}

// waitForMachines waits until no VM of the host runs. A limit of 0 is none.
func waitForMachines(ctx *simulator.Context, host *simulator.HostSystem, task *simulator.Task, limit time.Duration) types.BaseMethodFault {
	for started := time.Now(); len(runningOn(ctx, host)) > 0; time.Sleep(pollTime) {
		if isCancelled(ctx, task) {
			return &types.RequestCanceled{}
		}
		if limit > 0 && time.Since(started) > limit {
			return &types.Timedout{}
		}
	}
	return nil
}

// runningOn lists the VMs that are on.
func runningOn(ctx *simulator.Context, host *simulator.HostSystem) []types.ManagedObjectReference {
	var machines, running []types.ManagedObjectReference
	ctx.WithLock(host.Self, func() { machines = without(host.Vm) })
	for _, ref := range machines {
		machine, isMachine := ctx.Map.Get(ref).(*simulator.VirtualMachine)
		if !isMachine {
			continue
		}
		ctx.WithLock(ref, func() {
			if machine.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn {
				running = append(running, ref)
			}
		})
	}
	return running
}

// ExitMaintenanceModeTask answers ExitMaintenanceMode_Task.
func (m *hostMethods) ExitMaintenanceModeTask(ctx *simulator.Context, req *types.ExitMaintenanceMode_Task) soap.HasFault {
	task := m.start(ctx, req.This, "ExitMaintenanceMode_Task", func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		host := ctx.Map.Get(req.This).(*simulator.HostSystem)
		if fault := requireConnected(host); fault != nil {
			return nil, fault
		}
		if !host.Runtime.InMaintenanceMode {
			return nil, &types.InvalidState{}
		}
		setMaintenance(ctx, host, false)
		postEvent(ctx, &types.ExitMaintenanceModeEvent{HostEvent: types.HostEvent{Event: hostEvent(ctx, host)}})
		return nil, nil
	})
	return &methods.ExitMaintenanceMode_TaskBody{Res: &types.ExitMaintenanceMode_TaskResponse{Returnval: task}}
}

func setMaintenance(ctx *simulator.Context, host *simulator.HostSystem, isIn bool) {
	update(ctx, host.Self, property("runtime.inMaintenanceMode", isIn), property("summary.runtime.inMaintenanceMode", isIn))
}
