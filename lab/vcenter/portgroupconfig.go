// How a specification changes a port group: what it does not name stays.

package main

import (
	"github.com/vmware/govmomi/vim25/types"
)

// change lays a specification over a port group.
func (g *groupDraft) change(d *draft, spec *types.DVPortgroupConfigSpec) types.BaseMethodFault {
	for _, change := range []func(*draft, *types.DVPortgroupConfigSpec) types.BaseMethodFault{
		g.checkKnown, g.changeBinding, g.changePorts, g.changePolicy, g.changeLabels, g.changeSetting,
	} {
		if fault := change(d, spec); fault != nil {
			return fault
		}
	}
	return d.rules().check(g.setting())
}

// checkKnown refuses what belongs to NSX.
func (g *groupDraft) checkKnown(_ *draft, spec *types.DVPortgroupConfigSpec) types.BaseMethodFault {
	if !oneOf(spec.BackingType, "standard") || spec.TransportZoneUuid != "" || spec.TransportZoneName != "" ||
		spec.LogicalSwitchUuid != "" || spec.SegmentId != "" || spec.SubnetId != "" {
		return &types.NotSupported{}
	}
	return nil
}

// changeBinding refuses to change the kind of a port group in use. No document says so for every kind; a client that
// works with the refusal works without it too.
func (g *groupDraft) changeBinding(d *draft, spec *types.DVPortgroupConfigSpec) types.BaseMethodFault {
	if !oneOf(spec.Type, "earlyBinding", "lateBinding", "ephemeral") {
		return invalid("spec.type")
	}
	if spec.Type == "" || spec.Type == g.config.Type {
		return nil
	}
	if isTrue(g.config.Uplink) {
		return &types.NotSupported{}
	}
	if g.ref.Value != "" && d.isUsed(g) {
		return &types.ResourceInUse{Type: "DistributedVirtualPortgroup", Name: g.config.Name}
	}
	g.config.Type = spec.Type
	return nil
}

// changePorts keeps ports that are in use. An ephemeral port group makes its ports as they are needed, and those of
// uplinks follow hosts: both ignore a number.
func (g *groupDraft) changePorts(d *draft, spec *types.DVPortgroupConfigSpec) types.BaseMethodFault {
	if spec.NumPorts < 0 {
		return invalid("spec.numPorts")
	}
	set(&g.config.AutoExpand, spec.AutoExpand)
	switch {
	case isTrue(g.config.Uplink):
	case g.config.Type == "ephemeral":
		g.config.NumPorts = 0
	default:
		set(&g.config.NumPorts, spec.NumPorts)
		if g.ref.Value != "" && d.connectedPorts(g.config.Key) > g.config.NumPorts {
			return &types.ResourceInUse{Type: "DistributedVirtualPort", Name: g.config.Name}
		}
	}
	return nil
}

func (g *groupDraft) changePolicy(_ *draft, spec *types.DVPortgroupConfigSpec) types.BaseMethodFault {
	if spec.Policy == nil {
		return nil
	}
	wanted, isVMware := spec.Policy.(*types.VMwareDVSPortgroupPolicy)
	if !isVMware {
		return invalid("spec.policy")
	}
	// Rights that every specification must name are replaced; the others stay when they are left out.
	present, policy := g.config.Policy.(*types.VMwareDVSPortgroupPolicy), *wanted
	keep := func(target **bool, present *bool) {
		if *target == nil {
			*target = present
		}
	}
	keep(&policy.NetworkResourcePoolOverrideAllowed, present.NetworkResourcePoolOverrideAllowed)
	keep(&policy.TrafficFilterOverrideAllowed, present.TrafficFilterOverrideAllowed)
	keep(&policy.IpfixOverrideAllowed, present.IpfixOverrideAllowed)
	keep(&policy.MacManagementOverrideAllowed, present.MacManagementOverrideAllowed)
	g.config.Policy = &policy
	return nil
}

func (g *groupDraft) changeLabels(_ *draft, spec *types.DVPortgroupConfigSpec) types.BaseMethodFault {
	set(&g.config.Description, spec.Description)
	set(&g.config.PortNameFormat, spec.PortNameFormat)
	set(&g.config.VmVnicNetworkResourcePoolKey, spec.VmVnicNetworkResourcePoolKey)
	if spec.Scope != nil {
		g.config.Scope = spec.Scope
	}
	if spec.VendorSpecificConfig != nil {
		g.config.VendorSpecificConfig = spec.VendorSpecificConfig
	}
	return nil
}

func (g *groupDraft) changeSetting(d *draft, spec *types.DVPortgroupConfigSpec) types.BaseMethodFault {
	if spec.DefaultPortConfig == nil {
		return nil
	}
	setting, isVMware := spec.DefaultPortConfig.(*types.VMwareDVSPortSetting)
	if !isVMware {
		return invalid("spec.defaultPortConfig")
	}
	overlay(g.setting(), setting)
	if !isTrue(g.config.Uplink) {
		inherit(g.setting(), d.setting())
	}
	return nil
}

func defaultGroupPolicy() *types.VMwareDVSPortgroupPolicy {
	no := false
	return &types.VMwareDVSPortgroupPolicy{
		DVPortgroupPolicy: types.DVPortgroupPolicy{
			BlockOverrideAllowed:               true,
			PortConfigResetAtDisconnect:        true,
			NetworkResourcePoolOverrideAllowed: &no,
			TrafficFilterOverrideAllowed:       &no,
		},
		IpfixOverrideAllowed:         &no,
		MacManagementOverrideAllowed: &no,
	}
}
