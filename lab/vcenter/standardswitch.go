// Standard switches of a host draft: adding, changing and removing them, and the uplinks that they bond.

package main

import (
	"slices"

	"github.com/vmware/govmomi/vim25/types"
)

const (
	maxSwitchName  = 32
	maxSwitchPorts = 1024
	// Ports that a switch is configured for when nobody says so.
	defaultSwitchPorts = 128
	defaultMTU         = 1500
)

// bondOf is a switch's bridge; one without NICs stands for no bridge.
func bondOf(vswitch *types.HostVirtualSwitch) *types.HostVirtualSwitchBondBridge {
	if bond, isBond := vswitch.Spec.Bridge.(*types.HostVirtualSwitchBondBridge); isBond {
		return bond
	}
	return &types.HostVirtualSwitchBondBridge{}
}

func (d *hostDraft) addSwitch(name string, given *types.HostVirtualSwitchSpec) types.BaseMethodFault {
	if name == "" || len(name) > maxSwitchName {
		return invalid("vswitchName")
	}
	if d.switchNamed(name) != nil {
		return &types.AlreadyExists{Name: name}
	}
	spec := types.HostVirtualSwitchSpec{NumPorts: defaultSwitchPorts}
	if given != nil {
		spec = clone(*given)
	}
	if spec.Mtu == 0 {
		spec.Mtu = defaultMTU
	}
	vswitch := types.HostVirtualSwitch{Name: name, Spec: spec}
	policy := defaultPolicy(bondOf(&vswitch).NicDevice)
	if spec.Policy != nil {
		policy = resolvePolicy(policy, *spec.Policy)
	}
	vswitch.Spec.Policy = &policy
	if fault := d.checkSwitch(name, &vswitch.Spec); fault != nil {
		return fault
	}
	d.info.Vswitch = append(d.info.Vswitch, vswitch)
	return d.settle()
}

// updateSwitch leaves unset policies as they are. An unset bridge takes the uplinks away.
func (d *hostDraft) updateSwitch(name string, given types.HostVirtualSwitchSpec) types.BaseMethodFault {
	vswitch := d.switchNamed(name)
	if vswitch == nil {
		return &types.NotFound{}
	}
	if given.Policy != nil && given.Policy.NicTeaming != nil && given.Policy.NicTeaming.Policy == distributedOnlyPolicy {
		return &types.NotSupported{}
	}
	spec := clone(given)
	if spec.Mtu == 0 {
		spec.Mtu = vswitch.Spec.Mtu
	}
	if fault := d.checkSwitch(name, &spec); fault != nil {
		return fault
	}
	policy := *vswitch.Spec.Policy
	vswitch.Spec = spec
	vswitch.Spec.Policy = &policy
	d.leaveTeams(vswitch)
	if given.Policy != nil {
		policy = resolvePolicy(policy, *given.Policy)
	}
	return d.settle()
}

func (d *hostDraft) removeSwitch(name string) types.BaseMethodFault {
	if d.switchNamed(name) == nil {
		return &types.NotFound{}
	}
	isOnIt := func(group types.HostPortGroup) bool { return group.Spec.VswitchName == name }
	for _, group := range d.info.Portgroup {
		if isOnIt(group) && d.isAttached(group.Spec.Name) {
			return &types.ResourceInUse{Type: "HostVirtualSwitch", Name: name}
		}
	}
	d.info.Portgroup = slices.DeleteFunc(d.info.Portgroup, isOnIt)
	d.info.Vswitch = slices.DeleteFunc(d.info.Vswitch, func(vswitch types.HostVirtualSwitch) bool { return vswitch.Name == name })
	return d.settle()
}

// checkSwitch checks what does not depend on policies.
func (d *hostDraft) checkSwitch(name string, spec *types.HostVirtualSwitchSpec) types.BaseMethodFault {
	if spec.NumPorts < 0 || spec.NumPorts > maxSwitchPorts {
		return invalid("spec.numPorts")
	}
	if spec.Mtu < minMTU || spec.Mtu > maxMTU || spec.Mtu < d.largestVnic(name) {
		return &types.HostConfigFault{}
	}
	if spec.Bridge == nil {
		return nil
	}
	bond, isBond := spec.Bridge.(*types.HostVirtualSwitchBondBridge)
	if !isBond {
		return invalid("spec.bridge")
	}
	return d.checkBond(name, bond)
}

// checkBond checks uplinks and fills in how they are told apart and discovered.
func (d *hostDraft) checkBond(name string, bond *types.HostVirtualSwitchBondBridge) types.BaseMethodFault {
	if len(bond.NicDevice) == 0 {
		return invalid("spec.bridge.nicDevice")
	}
	for index, device := range bond.NicDevice {
		if slices.Contains(bond.NicDevice[:index], device) || nicIn(&d.info, device) == nil {
			return invalid("spec.bridge.nicDevice (" + device + " on " + d.host.Name + ")")
		}
		if nicTakenIn(&d.info, device, switchKeyPrefix+name) {
			return &types.ResourceInUse{Type: "PhysicalNic", Name: device}
		}
	}
	if bond.Beacon != nil && bond.Beacon.Interval < 0 {
		return invalid("spec.bridge.beacon.interval")
	}
	discovery := bond.LinkDiscoveryProtocolConfig
	if discovery == nil {
		bond.LinkDiscoveryProtocolConfig = &types.LinkDiscoveryProtocolConfig{Protocol: "cdp", Operation: "listen"}
		return nil
	}
	if !slices.Contains([]string{"cdp", "lldp"}, discovery.Protocol) {
		return invalid("spec.bridge.linkDiscoveryProtocolConfig.protocol")
	}
	if !slices.Contains([]string{"none", "listen", "advertise", "both"}, discovery.Operation) {
		return invalid("spec.bridge.linkDiscoveryProtocolConfig.operation")
	}
	return nil
}

// leaveTeams takes NICs that are no uplinks of the switch out of the teaming orders that name them.
func (d *hostDraft) leaveTeams(vswitch *types.HostVirtualSwitch) {
	uplinks := bondOf(vswitch).NicDevice
	kept := func(devices []string) []string {
		return slices.DeleteFunc(slices.Clone(devices), func(device string) bool { return !slices.Contains(uplinks, device) })
	}
	leave := func(policy *types.HostNetworkPolicy) {
		if policy.NicTeaming != nil && policy.NicTeaming.NicOrder != nil {
			order := policy.NicTeaming.NicOrder
			order.ActiveNic, order.StandbyNic = kept(order.ActiveNic), kept(order.StandbyNic)
		}
	}
	leave(vswitch.Spec.Policy)
	for index := range d.info.Portgroup {
		if group := &d.info.Portgroup[index]; group.Spec.VswitchName == vswitch.Name {
			leave(&group.Spec.Policy)
		}
	}
}

// largestVnic is the largest MTU that a vmkernel NIC has on a switch: frames of it must fit.
func (d *hostDraft) largestVnic(name string) int32 {
	largest := int32(0)
	for _, vnic := range d.info.Vnic {
		if group := d.groupNamed(vnic.Portgroup); group != nil && group.Spec.VswitchName == name {
			largest = max(largest, vnic.Spec.Mtu)
		}
	}
	return largest
}
