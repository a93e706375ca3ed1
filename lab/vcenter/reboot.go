// Reboot of hosts: away for a while, and back with what was requested in effect.

package main

import (
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// RebootHostTask answers RebootHost_Task. The task ends when the reboot has begun: the host still looks connected then,
// is away a moment later, and comes back. With force, VMs that run lose their power.
func (m *hostMethods) RebootHostTask(ctx *simulator.Context, req *types.RebootHost_Task) soap.HasFault {
	task := m.start(ctx, req.This, "RebootHost_Task", func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		host := ctx.Map.Get(req.This).(*simulator.HostSystem)
		if fault := requireConnected(host); fault != nil {
			return nil, fault
		}
		if !host.Runtime.InMaintenanceMode && !req.Force {
			return nil, &types.InvalidState{}
		}
		own := detached(ctx)
		m.later(m.rebootTime/4, func() {
			m.goDown(own, host)
			// A timer of its own could fire first on a busy machine, and the host would stay away.
			m.later(m.rebootTime*3/4, func() { m.comeUp(own, host) })
		})
		return nil, nil
	})
	return &methods.RebootHost_TaskBody{Res: &types.RebootHost_TaskResponse{Returnval: task}}
}

// detached is a context for work that goes on after the request. Locks of the registry belong to a context.
func detached(request *simulator.Context) *simulator.Context {
	return newContext(request.Map)
}

func (n *network) goDown(ctx *simulator.Context, host *simulator.HostSystem) {
	_, _ = n.perform(ctx, func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		n.setConnection(ctx, host, types.HostSystemConnectionStateNotResponding)
		for _, machine := range runningOn(ctx, host) {
			ctx.Map.Get(machine).(*simulator.VirtualMachine).PowerOffVMTask(ctx, &types.PowerOffVM_Task{This: machine})
		}
		postEvent(ctx, &types.HostConnectionLostEvent{HostEvent: types.HostEvent{Event: hostEvent(ctx, host)}})
		return nil, nil
	})
}

func (n *network) comeUp(ctx *simulator.Context, host *simulator.HostSystem) {
	_, _ = n.perform(ctx, func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		now := time.Now().UTC()
		if system := passthroughOf(ctx, host); system != nil {
			system.activate()
			system.show(ctx)
		}
		update(ctx, host.Self,
			property("runtime.bootTime", &now), property("summary.runtime.bootTime", &now), property("summary.rebootRequired", false))
		n.setConnection(ctx, host, types.HostSystemConnectionStateConnected)
		postEvent(ctx, &types.HostConnectedEvent{HostEvent: types.HostEvent{Event: hostEvent(ctx, host)}})
		return nil, nil
	})
}
