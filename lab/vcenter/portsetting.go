// Port settings: defaults, how a change is laid over what is there, and what a port group inherits from its switch. Pure.

package main

import (
	"reflect"

	"github.com/vmware/govmomi/vim25/types"
)

func boolPolicy(value bool) *types.BoolPolicy { return &types.BoolPolicy{Value: &value} }

func stringPolicy(value string) *types.StringPolicy { return &types.StringPolicy{Value: value} }

func longPolicy(value int64) *types.LongPolicy { return &types.LongPolicy{Value: value} }

// defaultSetting is that of a new switch: untagged, spread by source port over all uplinks, everything unsafe rejected.
func defaultSetting(uplinks []string) *types.VMwareDVSPortSetting {
	no := false
	return &types.VMwareDVSPortSetting{
		DVPortSetting: types.DVPortSetting{
			Blocked:                 boolPolicy(false),
			VmDirectPathGen2Allowed: boolPolicy(false),
			InShapingPolicy:         defaultShaping(),
			OutShapingPolicy:        defaultShaping(),
			NetworkResourcePoolKey:  stringPolicy("-1"),
			FilterPolicy:            &types.DvsFilterPolicy{},
		},
		Vlan:   &types.VmwareDistributedVirtualSwitchVlanIdSpec{},
		QosTag: &types.IntPolicy{Value: -1},
		UplinkTeamingPolicy: &types.VmwareUplinkPortTeamingPolicy{
			Policy:         stringPolicy("loadbalance_srcid"),
			ReversePolicy:  boolPolicy(true),
			NotifySwitches: boolPolicy(true),
			RollingOrder:   boolPolicy(false),
			FailureCriteria: &types.DVSFailureCriteria{
				CheckSpeed:        stringPolicy("minimum"),
				Speed:             &types.IntPolicy{Value: 10},
				CheckDuplex:       boolPolicy(false),
				FullDuplex:        boolPolicy(false),
				CheckErrorPercent: boolPolicy(false),
				Percentage:        &types.IntPolicy{},
				CheckBeacon:       boolPolicy(false),
			},
			UplinkPortOrder: &types.VMwareUplinkPortOrderPolicy{ActiveUplinkPort: append([]string{}, uplinks...)},
		},
		SecurityPolicy: &types.DVSSecurityPolicy{
			AllowPromiscuous: boolPolicy(false),
			MacChanges:       boolPolicy(false),
			ForgedTransmits:  boolPolicy(false),
		},
		MacManagementPolicy: &types.DVSMacManagementPolicy{AllowPromiscuous: &no, MacChanges: &no, ForgedTransmits: &no},
		IpfixEnabled:        boolPolicy(false),
		TxUplink:            boolPolicy(false),
		LacpPolicy:          &types.VMwareUplinkLacpPolicy{Enable: boolPolicy(false), Mode: stringPolicy("passive")},
	}
}

func defaultShaping() *types.DVSTrafficShapingPolicy {
	const megabits, burstBytes = 100_000_000, 100 << 20
	return &types.DVSTrafficShapingPolicy{
		Enabled:          boolPolicy(false),
		AverageBandwidth: longPolicy(megabits),
		PeakBandwidth:    longPolicy(megabits),
		BurstSize:        longPolicy(burstBytes),
	}
}

// overlay lays the settings that a change names over the present ones; what it does not name stays.
func overlay(present, change *types.VMwareDVSPortSetting) {
	overlayPolicies(reflect.ValueOf(present).Elem(), reflect.ValueOf(change).Elem())
	keepSecurityInStep(present, change)
}

// overlayPolicies goes into policies that are made of policies; a single one, and a list in it, is replaced as a whole.
func overlayPolicies(present, change reflect.Value) {
	for index := range change.NumField() {
		from, to, field := change.Field(index), present.Field(index), change.Type().Field(index)
		switch {
		case field.Anonymous:
			overlayPolicies(to, from)
		case from.Kind() == reflect.Bool: // "inherited" of the policy itself
			to.Set(from)
		case from.IsNil():
		case isCompound(from) && !to.IsNil():
			overlayPolicies(to.Elem(), from.Elem())
		default:
			to.Set(from)
		}
	}
}

// isCompound tells a policy that is made of policies, such as teaming, from a single one, such as a VLAN.
func isCompound(policy reflect.Value) bool {
	if policy.Kind() != reflect.Pointer || policy.Type().Elem().Kind() != reflect.Struct {
		return false
	}
	kind := policy.Type().Elem()
	for index := range kind.NumField() {
		field := kind.Field(index).Type
		if field.Kind() == reflect.Pointer && field.Elem().Kind() == reflect.Struct {
			return true
		}
	}
	return false
}

// keepSecurityInStep mirrors the two views of one policy: securityPolicy, and macManagementPolicy that came later.
func keepSecurityInStep(present, change *types.VMwareDVSPortSetting) {
	if present.SecurityPolicy == nil && present.MacManagementPolicy == nil {
		return
	}
	if present.SecurityPolicy == nil {
		present.SecurityPolicy = &types.DVSSecurityPolicy{}
	}
	if present.MacManagementPolicy == nil {
		present.MacManagementPolicy = &types.DVSMacManagementPolicy{}
	}
	security, mac := present.SecurityPolicy, present.MacManagementPolicy
	if change.MacManagementPolicy != nil && change.SecurityPolicy == nil {
		security.Inherited = mac.Inherited
		security.AllowPromiscuous = sameBool(mac.AllowPromiscuous, mac.Inherited)
		security.MacChanges = sameBool(mac.MacChanges, mac.Inherited)
		security.ForgedTransmits = sameBool(mac.ForgedTransmits, mac.Inherited)
		return
	}
	isOwn := func(policy *types.BoolPolicy) bool { return policy != nil && !policy.Inherited }
	mac.Inherited = !isOwn(security.AllowPromiscuous) && !isOwn(security.MacChanges) && !isOwn(security.ForgedTransmits)
	mac.AllowPromiscuous = valueOf(security.AllowPromiscuous)
	mac.MacChanges = valueOf(security.MacChanges)
	mac.ForgedTransmits = valueOf(security.ForgedTransmits)
}

func valueOf(policy *types.BoolPolicy) *bool {
	if policy == nil {
		return nil
	}
	return policy.Value
}

// sameBool has no policy for no value: what a port has not set it inherits.
func sameBool(value *bool, inherited bool) *types.BoolPolicy {
	if value == nil && !inherited {
		return nil
	}
	return &types.BoolPolicy{InheritablePolicy: types.InheritablePolicy{Inherited: inherited}, Value: value}
}

// inherit fills a port group's setting with the switch's own wherever the group has none or asks to inherit.
func inherit(own, parent *types.VMwareDVSPortSetting) {
	copied := clone(*parent)
	inheritPolicies(reflect.ValueOf(own).Elem(), reflect.ValueOf(&copied).Elem())
	keepSecurityInStep(own, &types.VMwareDVSPortSetting{})
}

func inheritPolicies(own, parent reflect.Value) {
	for index := range own.NumField() {
		to, from, field := own.Field(index), parent.Field(index), own.Type().Field(index)
		if field.Anonymous {
			inheritPolicies(to, from)
			continue
		}
		if to.Kind() == reflect.Bool || from.IsNil() {
			continue
		}
		if !to.IsNil() && isCompound(to) {
			inheritPolicies(to.Elem(), from.Elem())
		} else if to.IsNil() || isInherited(to) {
			markInherited(from)
			to.Set(from)
		}
	}
}

// structOf is the struct behind a policy's pointer or interface; plain values have none.
func structOf(policy reflect.Value) (reflect.Value, bool) {
	for policy.Kind() == reflect.Pointer || policy.Kind() == reflect.Interface {
		if policy.IsNil() {
			return policy, false
		}
		policy = policy.Elem()
	}
	return policy, policy.Kind() == reflect.Struct
}

func isInherited(policy reflect.Value) bool {
	value, isStruct := structOf(policy)
	return isStruct && value.FieldByName("Inherited").IsValid() && value.FieldByName("Inherited").Bool()
}

func markInherited(policy reflect.Value) {
	value, isStruct := structOf(policy)
	if !isStruct {
		return
	}
	if flag := value.FieldByName("Inherited"); flag.IsValid() {
		flag.SetBool(true)
	}
	if isCompound(value.Addr()) {
		for index := range value.NumField() {
			markInherited(value.Field(index))
		}
	}
}
