// What vCenter refuses in a port setting. Pure.

package main

import (
	"slices"

	"github.com/vmware/govmomi/vim25/types"
)

// Teaming policies of a distributed switch, by their words in the API.
var teamingPolicies = []string{
	"loadbalance_ip", "loadbalance_srcmac", "loadbalance_srcid", "failover_explicit", "loadbalance_loadbased",
}

// portRules are the facts of a switch that a port setting must fit.
type portRules struct {
	uplinks []string
	pvlans  []types.VMwareDVSPvlanMapEntry
	lacpAPI string
	// hasCollector: NetFlow has somewhere to go.
	hasCollector bool
}

func (r portRules) check(setting *types.VMwareDVSPortSetting) types.BaseMethodFault {
	if fault := r.checkVLAN(setting.Vlan); fault != nil {
		return fault
	}
	if teaming := setting.UplinkTeamingPolicy; teaming != nil {
		if fault := r.checkTeaming(teaming); fault != nil {
			return fault
		}
	}
	if isSet(setting.IpfixEnabled) && !r.hasCollector { // the reference asks for one, but names no fault
		return conflict("defaultPortConfig.ipfixEnabled")
	}
	for path, shaping := range map[string]*types.DVSTrafficShapingPolicy{
		"defaultPortConfig.inShapingPolicy": setting.InShapingPolicy, "defaultPortConfig.outShapingPolicy": setting.OutShapingPolicy,
	} {
		if shaping != nil && isNegative(shaping.AverageBandwidth, shaping.PeakBandwidth, shaping.BurstSize) {
			return invalid(path)
		}
	}
	lacp := setting.LacpPolicy
	if lacp != nil && lacp.Enable != nil && isTrue(lacp.Enable.Value) && r.lacpAPI == string(types.VMwareDvsLacpApiVersionMultipleLag) {
		// The policy is that of the single LAG of old.
		return conflict("defaultPortConfig.lacpPolicy.enable")
	}
	return nil
}

func (r portRules) checkVLAN(vlan types.BaseVmwareDistributedVirtualSwitchVlanSpec) types.BaseMethodFault {
	isVLAN := func(id int32) bool { return id >= 0 && id <= 4094 }
	switch vlan := vlan.(type) {
	case nil:
		return nil
	case *types.VmwareDistributedVirtualSwitchVlanIdSpec:
		if !isVLAN(vlan.VlanId) {
			return invalid("defaultPortConfig.vlan.vlanId")
		}
	case *types.VmwareDistributedVirtualSwitchTrunkVlanSpec:
		for _, each := range vlan.VlanId {
			if !isVLAN(each.Start) || !isVLAN(each.End) || each.Start > each.End {
				return invalid("defaultPortConfig.vlan.vlanId")
			}
		}
	case *types.VmwareDistributedVirtualSwitchPvlanSpec:
		known := func(entry types.VMwareDVSPvlanMapEntry) bool { return entry.SecondaryVlanId == vlan.PvlanId }
		if !slices.ContainsFunc(r.pvlans, known) {
			return invalid("defaultPortConfig.vlan.pvlanId")
		}
	default: // the abstract base says nothing
		return invalid("defaultPortConfig.vlan")
	}
	return nil
}

func (r portRules) checkTeaming(teaming *types.VmwareUplinkPortTeamingPolicy) types.BaseMethodFault {
	if teaming.Policy != nil && !slices.Contains(teamingPolicies, teaming.Policy.Value) {
		return invalid("defaultPortConfig.uplinkTeamingPolicy.policy")
	}
	order := teaming.UplinkPortOrder
	if order == nil {
		return nil
	}
	seen := map[string]bool{}
	for _, name := range slices.Concat(order.ActiveUplinkPort, order.StandbyUplinkPort) {
		if seen[name] || !slices.Contains(r.uplinks, name) {
			return invalid("defaultPortConfig.uplinkTeamingPolicy.uplinkPortOrder")
		}
		seen[name] = true
	}
	return nil
}

func conflict(path string) types.BaseMethodFault {
	return &types.ConflictingConfiguration{ConfigInConflict: []types.ConflictingConfigurationConfig{{PropertyPath: path}}}
}

func isNegative(policies ...*types.LongPolicy) bool {
	return slices.ContainsFunc(policies, func(policy *types.LongPolicy) bool { return policy != nil && policy.Value < 0 })
}

func isTrue(value *bool) bool { return value != nil && *value }
