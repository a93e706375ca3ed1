// Port groups of standard switches in a host draft. Their names are unique on the host, whatever the switch.

package main

import (
	"slices"

	"github.com/vmware/govmomi/vim25/types"
)

// trunkVLAN lets the guest tag its frames itself.
const trunkVLAN = 4095

func (d *hostDraft) addPortGroup(spec types.HostPortGroupSpec) types.BaseMethodFault {
	if fault := d.checkPortGroup(&spec); fault != nil {
		return fault
	}
	if d.groupNamed(spec.Name) != nil {
		return &types.AlreadyExists{Name: spec.Name}
	}
	spec.Policy = withAllGroups(spec.Policy)
	d.info.Portgroup = append(d.info.Portgroup, types.HostPortGroup{Spec: spec})
	return d.settle()
}

// updatePortGroup replaces the specification: what it leaves out is inherited. vmkernel NICs follow a new name.
func (d *hostDraft) updatePortGroup(name string, spec types.HostPortGroupSpec) types.BaseMethodFault {
	group := d.groupNamed(name)
	if group == nil {
		return &types.NotFound{}
	}
	if fault := d.checkPortGroup(&spec); fault != nil {
		return fault
	}
	if spec.Name != name && d.groupNamed(spec.Name) != nil {
		return &types.AlreadyExists{Name: spec.Name}
	}
	spec.Policy = withAllGroups(spec.Policy)
	group.Spec = spec
	for index := range d.info.Vnic {
		if vnic := &d.info.Vnic[index]; vnic.Portgroup == name {
			vnic.Portgroup, vnic.Spec.Portgroup = spec.Name, spec.Name
			if d.switchNamed(spec.VswitchName).Spec.Mtu < vnic.Spec.Mtu {
				return &types.HostConfigFault{}
			}
		}
	}
	return d.settle()
}

func (d *hostDraft) removePortGroup(name string) types.BaseMethodFault {
	if d.groupNamed(name) == nil {
		return &types.NotFound{}
	}
	if d.isAttached(name) {
		return &types.ResourceInUse{Type: "HostPortGroup", Name: name}
	}
	d.info.Portgroup = slices.DeleteFunc(d.info.Portgroup, func(group types.HostPortGroup) bool { return group.Spec.Name == name })
	return d.settle()
}

func (d *hostDraft) checkPortGroup(spec *types.HostPortGroupSpec) types.BaseMethodFault {
	switch {
	case spec.Name == "":
		return invalid("portgrp.name")
	case spec.VlanId < 0 || spec.VlanId > trunkVLAN:
		return invalid("portgrp.vlanId")
	case d.switchNamed(spec.VswitchName) == nil:
		return &types.NotFound{}
	}
	return nil
}
