// Policies of standard switches and their port groups: the defaults, how a port group inherits, and what is allowed. Pure.

package main

import (
	"reflect"
	"slices"

	"github.com/vmware/govmomi/vim25/types"
)

// distributedOnlyPolicy is the one way of teaming that only distributed switches have.
const distributedOnlyPolicy = "loadbalance_loadbased"

// defaultPolicy is what a new switch has: every uplink is active.
func defaultPolicy(uplinks []string) types.HostNetworkPolicy {
	yes, no := types.NewBool(true), types.NewBool(false)
	return types.HostNetworkPolicy{
		Security: &types.HostNetworkSecurityPolicy{AllowPromiscuous: no, MacChanges: yes, ForgedTransmits: yes},
		NicTeaming: &types.HostNicTeamingPolicy{
			Policy: "loadbalance_srcid", ReversePolicy: yes, NotifySwitches: yes, RollingOrder: no,
			FailureCriteria: &types.HostNicFailureCriteria{
				CheckSpeed: "minimum", Speed: 10, CheckDuplex: no, FullDuplex: no, CheckErrorPercent: no, CheckBeacon: no,
			},
			NicOrder: &types.HostNicOrderPolicy{ActiveNic: slices.Clone(uplinks)},
		},
		OffloadPolicy: &types.HostNetOffloadCapabilities{CsumOffload: yes, TcpSegmentation: yes, ZeroCopyXmit: yes},
		ShapingPolicy: &types.HostNetworkTrafficShapingPolicy{Enabled: no},
	}
}

// withAllGroups is a port group's policy as it is read: every group of settings is there, with what is overridden.
func withAllGroups(policy types.HostNetworkPolicy) types.HostNetworkPolicy {
	empty := types.HostNetworkPolicy{
		Security:      &types.HostNetworkSecurityPolicy{},
		NicTeaming:    &types.HostNicTeamingPolicy{FailureCriteria: &types.HostNicFailureCriteria{}},
		OffloadPolicy: &types.HostNetOffloadCapabilities{},
		ShapingPolicy: &types.HostNetworkTrafficShapingPolicy{},
	}
	return resolvePolicy(empty, policy)
}

// resolvePolicy is the first policy with everything that the second one sets. A teaming order is one setting.
func resolvePolicy(base, over types.HostNetworkPolicy) types.HostNetworkPolicy {
	resolved := clone(base)
	overlayPolicy(reflect.ValueOf(&resolved).Elem(), reflect.ValueOf(clone(over)))
	return resolved
}

func overlayPolicy(target, over reflect.Value) {
	for index := range over.NumField() {
		field, value := target.Field(index), over.Field(index)
		isGroup := value.Kind() == reflect.Pointer && value.Type().Elem().Kind() == reflect.Struct &&
			value.Type() != reflect.TypeFor[*types.HostNicOrderPolicy]()
		switch {
		case value.IsZero():
		case isGroup && !field.IsNil():
			overlayPolicy(field.Elem(), value.Elem())
		default:
			field.Set(value)
		}
	}
}

// checkPolicy checks a resolved policy on a switch. path is where a client finds it in its request.
func checkPolicy(path string, policy *types.HostNetworkPolicy, vswitch *types.HostVirtualSwitch) types.BaseMethodFault {
	teaming, bond := policy.NicTeaming, bondOf(vswitch)
	standard := slices.DeleteFunc(slices.Clone(teamingPolicies), func(name string) bool { return name == distributedOnlyPolicy })
	if !slices.Contains(standard, teaming.Policy) {
		return invalid(path + ".nicTeaming.policy")
	}
	ordered := slices.Concat(teaming.NicOrder.ActiveNic, teaming.NicOrder.StandbyNic)
	for index, device := range ordered {
		if slices.Contains(ordered[:index], device) || !slices.Contains(bond.NicDevice, device) {
			return invalid(path + ".nicTeaming.nicOrder (" + device + ")")
		}
	}
	if isTrue(teaming.FailureCriteria.CheckBeacon) && bond.Beacon == nil {
		return invalid(path + ".nicTeaming.failureCriteria.checkBeacon")
	}
	shaping := policy.ShapingPolicy
	if shaping.AverageBandwidth < 0 || shaping.PeakBandwidth < 0 || shaping.BurstSize < 0 ||
		isTrue(shaping.Enabled) && (shaping.AverageBandwidth == 0 || shaping.PeakBandwidth < shaping.AverageBandwidth || shaping.BurstSize == 0) {
		return invalid(path + ".shapingPolicy")
	}
	return nil
}
