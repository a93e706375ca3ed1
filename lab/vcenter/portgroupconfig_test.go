package main

import (
	"testing"

	"github.com/vmware/govmomi/vim25/types"
)

func (s *site) setting(group types.ManagedObjectReference) *types.VMwareDVSPortSetting {
	s.Helper()
	return s.group(group).DefaultPortConfig.(*types.VMwareDVSPortSetting)
}

func TestVLANKindChangesInPlace(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	s.ok(s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) {
		spec.PvlanConfigSpec = []types.VMwareDVSPvlanConfigSpec{{Operation: "add", PvlanEntry: types.VMwareDVSPvlanMapEntry{PrimaryVlanId: 200, SecondaryVlanId: 200, PvlanType: "promiscuous"}}}
	}))
	group := s.newGroup(dvs, "app", nil)
	for _, each := range []struct {
		vlan types.BaseVmwareDistributedVirtualSwitchVlanSpec
		text string
	}{
		{&types.VmwareDistributedVirtualSwitchVlanIdSpec{VlanId: 10}, "10"},
		{&types.VmwareDistributedVirtualSwitchTrunkVlanSpec{VlanId: []types.NumericRange{{Start: 1, End: 5}}}, "trunk [{{} 1 5}]"},
		{&types.VmwareDistributedVirtualSwitchPvlanSpec{PvlanId: 200}, "private 200"},
		{&types.VmwareDistributedVirtualSwitchVlanIdSpec{VlanId: 0}, "0"},
	} {
		s.ok(s.reconfigureGroup(group, func(spec *types.DVPortgroupConfigSpec) {
			spec.DefaultPortConfig = &types.VMwareDVSPortSetting{Vlan: each.vlan}
		}))
		equal(s, "vlan", vlanText(s.setting(group).Vlan), each.text)
	}
}

func TestShapingAndBlockedAreMerged(t *testing.T) {
	s := newSite(t)
	group := s.newGroup(s.newSwitch("dvs0"), "app", nil)
	change := func(setting types.DVPortSetting) error {
		return s.reconfigureGroup(group, func(spec *types.DVPortgroupConfigSpec) {
			spec.DefaultPortConfig = &types.VMwareDVSPortSetting{DVPortSetting: setting}
		})
	}
	s.ok(change(types.DVPortSetting{InShapingPolicy: &types.DVSTrafficShapingPolicy{Enabled: boolPolicy(true), AverageBandwidth: longPolicy(5000)}}))
	s.ok(change(types.DVPortSetting{OutShapingPolicy: &types.DVSTrafficShapingPolicy{PeakBandwidth: longPolicy(7000)}, Blocked: boolPolicy(true)}))
	setting := s.setting(group)
	equal(s, "in", *setting.InShapingPolicy.Enabled.Value, true)
	equal(s, "in average", setting.InShapingPolicy.AverageBandwidth.Value, 5000)
	equal(s, "in peak", setting.InShapingPolicy.PeakBandwidth.Inherited, true)
	equal(s, "out", *setting.OutShapingPolicy.Enabled.Value, false)
	equal(s, "out peak", setting.OutShapingPolicy.PeakBandwidth.Value, 7000)
	equal(s, "blocked", *setting.Blocked.Value, true)
	s.ok(change(types.DVPortSetting{Blocked: boolPolicy(false)}))
	equal(s, "not blocked", *s.setting(group).Blocked.Value, false)
	expectFault[*types.InvalidArgument](s, change(types.DVPortSetting{OutShapingPolicy: &types.DVSTrafficShapingPolicy{BurstSize: longPolicy(-1)}}), "outShapingPolicy")
}

func TestSecurityHasTwoViews(t *testing.T) {
	s := newSite(t)
	yes, no := true, false
	group := s.newGroup(s.newSwitch("dvs0"), "app", nil)
	change := func(setting types.VMwareDVSPortSetting) *types.VMwareDVSPortSetting {
		s.ok(s.reconfigureGroup(group, func(spec *types.DVPortgroupConfigSpec) { spec.DefaultPortConfig = &setting }))
		return s.setting(group)
	}
	equal(s, "inherited", s.setting(group).MacManagementPolicy.Inherited, true)
	now := change(types.VMwareDVSPortSetting{SecurityPolicy: &types.DVSSecurityPolicy{AllowPromiscuous: boolPolicy(true)}})
	equal(s, "newer view", *now.MacManagementPolicy.AllowPromiscuous, true)
	equal(s, "own", now.MacManagementPolicy.Inherited, false)
	now = change(types.VMwareDVSPortSetting{MacManagementPolicy: &types.DVSMacManagementPolicy{AllowPromiscuous: &no, MacChanges: &yes}})
	equal(s, "older view", *now.SecurityPolicy.AllowPromiscuous.Value, false)
	equal(s, "older view of MAC changes", *now.SecurityPolicy.MacChanges.Value, true)
	now = change(types.VMwareDVSPortSetting{MacManagementPolicy: &types.DVSMacManagementPolicy{InheritablePolicy: types.InheritablePolicy{Inherited: true}}})
	equal(s, "inherited again", *now.SecurityPolicy.MacChanges.Value, false)
}

func TestRightsToOverrideAreMerged(t *testing.T) {
	s := newSite(t)
	yes := true
	dvs := s.newSwitch("dvs0")
	for _, ref := range []types.ManagedObjectReference{s.newGroup(dvs, "app", nil), s.config(dvs).UplinkPortgroup[0]} {
		change := func(policy types.VMwareDVSPortgroupPolicy) *types.VMwareDVSPortgroupPolicy {
			s.ok(s.reconfigureGroup(ref, func(spec *types.DVPortgroupConfigSpec) { spec.Policy = &policy }))
			return s.group(ref).Policy.(*types.VMwareDVSPortgroupPolicy)
		}
		change(types.VMwareDVSPortgroupPolicy{IpfixOverrideAllowed: &yes, VlanOverrideAllowed: true})
		now := change(types.VMwareDVSPortgroupPolicy{UplinkTeamingOverrideAllowed: true})
		equal(s, "optional right stays", *now.IpfixOverrideAllowed, true)
		equal(s, "mandatory right is replaced", now.VlanOverrideAllowed, false)
		equal(s, "new right", now.UplinkTeamingOverrideAllowed, true)
	}
}

func TestUplinkGroupIsReconfigured(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	s.ok(s.changeMembers(dvs, members("add", s.hosts["esx-01"], "vmnic2")))
	uplinks := s.config(dvs).UplinkPortgroup[0]
	s.ok(s.reconfigureGroup(uplinks, func(spec *types.DVPortgroupConfigSpec) {
		spec.NumPorts, spec.DefaultPortConfig = 40, &types.VMwareDVSPortSetting{Vlan: &types.VmwareDistributedVirtualSwitchTrunkVlanSpec{VlanId: []types.NumericRange{{Start: 5, End: 9}}}}
	}))
	equal(s, "trunk", vlanText(s.setting(uplinks).Vlan), "trunk [{{} 5 9}]")
	equal(s, "ports", s.group(uplinks).NumPorts, 2)
	err := s.reconfigureGroup(uplinks, func(spec *types.DVPortgroupConfigSpec) { spec.Type = "ephemeral" })
	expectFault[*types.NotSupported](s, err, "not supported")
	// A change of the switch does not touch the trunk of its uplinks.
	s.ok(s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) {
		spec.DefaultPortConfig = &types.VMwareDVSPortSetting{Vlan: &types.VmwareDistributedVirtualSwitchVlanIdSpec{VlanId: 7}}
	}))
	equal(s, "trunk", vlanText(s.setting(uplinks).Vlan), "trunk [{{} 5 9}]")
}

func TestBinding(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	group := s.newGroup(dvs, "app", nil)
	bind := func(kind string, ports int32) error {
		return s.reconfigureGroup(group, func(spec *types.DVPortgroupConfigSpec) { spec.Type, spec.NumPorts = kind, ports })
	}
	s.ok(bind("ephemeral", 12))
	equal(s, "ports of an ephemeral group", s.group(group).NumPorts, 0)
	s.ok(bind("earlyBinding", 12))
	equal(s, "ports", s.group(group).NumPorts, 12)
	no := false
	s.ok(s.reconfigureGroup(group, func(spec *types.DVPortgroupConfigSpec) {
		spec.AutoExpand, spec.PortNameFormat = &no, "<dvsName>-<portIndex>"
	}))
	s.ok(bind("", 3))
	equal(s, "autoExpand", *s.group(group).AutoExpand, false)
	equal(s, "format", s.group(group).PortNameFormat, "<dvsName>-<portIndex>")
	s.ok(s.changeMembers(dvs, append(members("add", s.hosts["esx-01"], "vmnic2"), members("add", s.hosts["esx-02"])...)))
	machine := s.createVM(dvs, group)
	expectFault[*types.ResourceInUse](s, bind("ephemeral", 0), "'app' is in use")
	s.ok(s.destroy(machine))
	s.ok(bind("ephemeral", 0))
}

func TestPortsInUseStay(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	group := s.newGroup(dvs, "app", nil)
	dvsObject := switchOf(newContext(s.server.service.Context.Map), dvs)
	ports := dvsObject.FetchDVPortsResponse.Returnval
	var busy []string
	for _, index := range []int{len(ports) - 1, len(ports) - 3} { // of the group's ports the last and one before
		ports[index].Connectee = &types.DistributedVirtualSwitchPortConnectee{Type: "vmVnic"}
		busy = append(busy, ports[index].Key)
	}
	resize := func(number int32) error {
		return s.reconfigureGroup(group, func(spec *types.DVPortgroupConfigSpec) { spec.NumPorts = number })
	}
	expectFault[*types.ResourceInUse](s, resize(1), "'app' is in use")
	s.ok(resize(2))
	var kept []string
	for _, port := range dvsObject.FetchDVPortsResponse.Returnval {
		kept = append([]string{port.Key}, kept...)
	}
	equalList(s, "ports", kept, busy)
}
