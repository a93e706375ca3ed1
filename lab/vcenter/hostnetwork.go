// HostNetworkSystem: the methods that change a host's own network. Each answers at once, and changes all or nothing.

package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// hostNetworkMethods are the methods of HostNetworkSystem.
type hostNetworkMethods struct{ receiver }

// change runs an edit on a draft of the host's network and stores the draft when nothing speaks against it.
func (m *hostNetworkMethods) change(ctx *simulator.Context, system types.ManagedObjectReference, method string, edit func(*hostDraft) types.BaseMethodFault) *soap.Fault {
	return m.performNow(ctx, func(ctx *simulator.Context) types.BaseMethodFault {
		host := ctx.Map.Get(ctx.Map.Get(system).(*simulator.HostNetworkSystem).Host.Self).(*simulator.HostSystem)
		if fault := requireConnected(host); fault != nil {
			return fault
		}
		if m.isFailing(host.Name) {
			return &types.HostConfigFault{}
		}
		d := hostDraftOf(ctx, host)
		if fault := edit(d); fault != nil {
			return fault
		}
		return d.store(method)
	})
}

// AddVirtualSwitch adds a standard switch.
func (m *hostNetworkMethods) AddVirtualSwitch(ctx *simulator.Context, req *types.AddVirtualSwitch) soap.HasFault {
	return &methods.AddVirtualSwitchBody{
		Res: &types.AddVirtualSwitchResponse{},
		Fault_: m.change(ctx, req.This, "AddVirtualSwitch", func(d *hostDraft) types.BaseMethodFault {
			return d.addSwitch(req.VswitchName, req.Spec)
		}),
	}
}

// UpdateVirtualSwitch changes a standard switch.
func (m *hostNetworkMethods) UpdateVirtualSwitch(ctx *simulator.Context, req *types.UpdateVirtualSwitch) soap.HasFault {
	return &methods.UpdateVirtualSwitchBody{
		Res: &types.UpdateVirtualSwitchResponse{},
		Fault_: m.change(ctx, req.This, "UpdateVirtualSwitch", func(d *hostDraft) types.BaseMethodFault {
			return d.updateSwitch(req.VswitchName, req.Spec)
		}),
	}
}

// RemoveVirtualSwitch removes a standard switch and its port groups.
func (m *hostNetworkMethods) RemoveVirtualSwitch(ctx *simulator.Context, req *types.RemoveVirtualSwitch) soap.HasFault {
	return &methods.RemoveVirtualSwitchBody{
		Res: &types.RemoveVirtualSwitchResponse{},
		Fault_: m.change(ctx, req.This, "RemoveVirtualSwitch", func(d *hostDraft) types.BaseMethodFault {
			return d.removeSwitch(req.VswitchName)
		}),
	}
}

// AddPortGroup adds a port group to a standard switch.
func (m *hostNetworkMethods) AddPortGroup(ctx *simulator.Context, req *types.AddPortGroup) soap.HasFault {
	return &methods.AddPortGroupBody{
		Res: &types.AddPortGroupResponse{},
		Fault_: m.change(ctx, req.This, "AddPortGroup", func(d *hostDraft) types.BaseMethodFault {
			return d.addPortGroup(req.Portgrp)
		}),
	}
}

// UpdatePortGroup changes a port group of a standard switch.
func (m *hostNetworkMethods) UpdatePortGroup(ctx *simulator.Context, req *types.UpdatePortGroup) soap.HasFault {
	return &methods.UpdatePortGroupBody{
		Res: &types.UpdatePortGroupResponse{},
		Fault_: m.change(ctx, req.This, "UpdatePortGroup", func(d *hostDraft) types.BaseMethodFault {
			return d.updatePortGroup(req.PgName, req.Portgrp)
		}),
	}
}

// RemovePortGroup removes a port group that nothing is attached to.
func (m *hostNetworkMethods) RemovePortGroup(ctx *simulator.Context, req *types.RemovePortGroup) soap.HasFault {
	return &methods.RemovePortGroupBody{
		Res: &types.RemovePortGroupResponse{},
		Fault_: m.change(ctx, req.This, "RemovePortGroup", func(d *hostDraft) types.BaseMethodFault {
			return d.removePortGroup(req.PgName)
		}),
	}
}

// AddVirtualNic adds a vmkernel NIC and answers its device name.
func (m *hostNetworkMethods) AddVirtualNic(ctx *simulator.Context, req *types.AddVirtualNic) soap.HasFault {
	answer := &types.AddVirtualNicResponse{}
	return &methods.AddVirtualNicBody{
		Res: answer,
		Fault_: m.change(ctx, req.This, "AddVirtualNic", func(d *hostDraft) (fault types.BaseMethodFault) {
			answer.Returnval, fault = d.addVnic(req.Portgroup, req.Nic)
			return fault
		}),
	}
}

// UpdateVirtualNic changes a vmkernel NIC.
func (m *hostNetworkMethods) UpdateVirtualNic(ctx *simulator.Context, req *types.UpdateVirtualNic) soap.HasFault {
	return &methods.UpdateVirtualNicBody{
		Res: &types.UpdateVirtualNicResponse{},
		Fault_: m.change(ctx, req.This, "UpdateVirtualNic", func(d *hostDraft) types.BaseMethodFault {
			return d.updateVnic(req.Device, req.Nic)
		}),
	}
}

// RemoveVirtualNic removes a vmkernel NIC.
func (m *hostNetworkMethods) RemoveVirtualNic(ctx *simulator.Context, req *types.RemoveVirtualNic) soap.HasFault {
	return &methods.RemoveVirtualNicBody{
		Res: &types.RemoveVirtualNicResponse{},
		Fault_: m.change(ctx, req.This, "RemoveVirtualNic", func(d *hostDraft) types.BaseMethodFault {
			return d.removeVnic(req.Device)
		}),
	}
}

// RefreshNetworkSystem has nothing to do: what this program tells is never older than the host.
func (m *hostNetworkMethods) RefreshNetworkSystem(ctx *simulator.Context, req *types.RefreshNetworkSystem) soap.HasFault {
	return &methods.RefreshNetworkSystemBody{
		Res:    &types.RefreshNetworkSystemResponse{},
		Fault_: m.change(ctx, req.This, "RefreshNetworkSystem", func(*hostDraft) types.BaseMethodFault { return nil }),
	}
}
