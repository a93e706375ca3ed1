// Members: hosts that join, change and leave a switch, with the NICs that they bring.

package main

import (
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// changeMembers applies the host part of a specification: one entry per host.
func (d *draft) changeMembers(spec *types.VMwareDVSConfigSpec) types.BaseMethodFault {
	seen := map[types.ManagedObjectReference]bool{}
	for _, change := range spec.Host {
		if seen[change.Host] {
			return invalid("spec.host")
		}
		seen[change.Host] = true
		host, isHost := d.ctx.Map.Get(change.Host).(*simulator.HostSystem)
		if !isHost {
			return &types.NotFound{}
		}
		if fault := d.changeMember(host, change); fault != nil {
			return fault
		}
	}
	return nil
}

func (d *draft) changeMember(host *simulator.HostSystem, change types.DistributedVirtualSwitchHostMemberConfigSpec) types.BaseMethodFault {
	index := slices.Index(d.members(), change.Host)
	operation := types.ConfigSpecOperation(change.Operation)
	switch {
	case operation == types.ConfigSpecOperationAdd && index >= 0:
		return &types.AlreadyExists{Name: host.Name}
	case operation == types.ConfigSpecOperationAdd:
		return d.addMember(host, change)
	case operation != types.ConfigSpecOperationEdit && operation != types.ConfigSpecOperationRemove:
		return invalid("spec.host.operation")
	case index < 0:
		return &types.NotFound{}
	case operation == types.ConfigSpecOperationRemove:
		return d.removeMember(host, index)
	}
	backing, fault := d.nicBacking(host, change.Backing)
	if fault == nil && change.Backing != nil {
		d.config.Host[index].Config.Backing = backing
	}
	return fault
}

func (d *draft) addMember(host *simulator.HostSystem, change types.DistributedVirtualSwitchHostMemberConfigSpec) types.BaseMethodFault {
	if limit := int32(d.limits.hosts); len(d.config.Host) >= d.limits.hosts {
		return &types.LimitExceeded{Property: "config.host", Limit: &limit}
	}
	backing, fault := d.nicBacking(host, change.Backing)
	if fault != nil {
		return fault
	}
	for _, nic := range backing.PnicSpec {
		if nic.UplinkPortKey != "" { // the host's ports are made when it joins: nobody can know their keys
			return onHost(host.Self, &types.NotFound{})
		}
	}
	ports := d.config.DefaultProxySwitchMaxNumPorts
	set(&ports, change.MaxProxySwitchPorts)
	d.config.Host = append(d.config.Host, types.DistributedVirtualSwitchHostMember{
		RuntimeState: &types.DistributedVirtualSwitchHostMemberRuntimeState{CurrentMaxProxySwitchPorts: ports},
		Config: types.DistributedVirtualSwitchHostMemberConfigInfo{
			Host: &change.Host, MaxProxySwitchPorts: ports, Backing: backing, VendorSpecificConfig: change.VendorSpecificConfig,
		},
		ProductInfo: &d.config.ProductInfo,
		Status:      string(types.DistributedVirtualSwitchHostMemberHostComponentStateUp),
	})
	return nil
}

// removeMember lets a host go, unless one of its VMs or vmkernel NICs is on the switch.
func (d *draft) removeMember(host *simulator.HostSystem, index int) types.BaseMethodFault {
	if device := d.vmkernelOn([]types.ManagedObjectReference{host.Self}, nil); device != "" {
		return &types.ResourceInUse{Type: "HostVirtualNic", Name: device}
	}
	for _, group := range d.groups {
		for _, machine := range machinesOn(d.ctx, group.ref) {
			if simulator.FindReference(host.Vm, machine) != nil {
				return &types.ResourceInUse{Type: "DistributedVirtualPortgroup", Name: group.config.Name}
			}
		}
	}
	d.config.Host = slices.Delete(d.config.Host, index, index+1)
	return nil
}

// nicBacking checks the NICs that a host puts on the switch: each exists, once, and serves no other switch.
func (d *draft) nicBacking(host *simulator.HostSystem, given types.BaseDistributedVirtualSwitchHostMemberBacking) (*types.DistributedVirtualSwitchHostMemberPnicBacking, types.BaseMethodFault) {
	if given == nil {
		return &types.DistributedVirtualSwitchHostMemberPnicBacking{}, nil
	}
	backing, isNICs := given.(*types.DistributedVirtualSwitchHostMemberPnicBacking)
	if !isNICs {
		return nil, invalid("spec.host.backing")
	}
	checked := &types.DistributedVirtualSwitchHostMemberPnicBacking{}
	seen := map[string]bool{}
	for _, nic := range backing.PnicSpec {
		if seen[nic.PnicDevice] {
			return nil, invalid("spec.host.backing.pnicSpec.pnicDevice")
		}
		seen[nic.PnicDevice] = true
		if !hasNIC(host, nic.PnicDevice) {
			return nil, onHost(host.Self, invalid("spec.host.backing.pnicSpec.pnicDevice ("+nic.PnicDevice+" on "+host.Name+")"))
		}
		if key := nic.UplinkPortgroupKey; key != "" && !d.isUplinkGroup(key) {
			return nil, invalid("spec.host.backing.pnicSpec.uplinkPortgroupKey")
		}
		if nicTaken(host, nic.PnicDevice, d.config.Uuid) && !slices.Contains(d.freed, nic.PnicDevice) {
			return nil, &types.ResourceInUse{Type: "PhysicalNic", Name: nic.PnicDevice}
		}
		checked.PnicSpec = append(checked.PnicSpec, types.DistributedVirtualSwitchHostMemberPnicSpec{
			PnicDevice: nic.PnicDevice, UplinkPortKey: nic.UplinkPortKey,
		})
	}
	return checked, nil
}

// postMembers records who joined and who left.
func (d *draft) postMembers() {
	argument := func(ref types.ManagedObjectReference) types.HostEventArgument {
		return types.HostEventArgument{EntityEventArgument: types.EntityEventArgument{Name: entityName(d.ctx, ref)}, Host: ref}
	}
	for _, joined := range without(d.members(), d.before...) {
		postEvent(d.ctx, &types.DvsHostJoinedEvent{DvsEvent: d.event(), HostJoined: argument(joined)})
	}
	for _, left := range without(d.before, d.members()...) {
		postEvent(d.ctx, &types.DvsHostLeftEvent{DvsEvent: d.event(), HostLeft: argument(left)})
	}
}
