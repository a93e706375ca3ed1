package main

import (
	"testing"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func TestCreatePortGroup(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	before := s.config(dvs).ConfigVersion
	setting := order("up2", "up1")
	setting.Vlan = &types.VmwareDistributedVirtualSwitchTrunkVlanSpec{VlanId: []types.NumericRange{{Start: 100, End: 199}}}
	setting.UplinkTeamingPolicy.Policy = stringPolicy("failover_explicit")
	group := s.newGroup(dvs, "app", setting)
	config := s.group(group)
	equal(s, "key", config.Key, group.Value)
	equal(s, "name", config.Name, "app")
	equal(s, "switch", *config.DistributedVirtualSwitch, dvs)
	equal(s, "type", config.Type, "earlyBinding")
	equal(s, "policy of teaming", teaming(config.DefaultPortConfig).Policy.Value, "failover_explicit")
	equal(s, "own order", teaming(config.DefaultPortConfig).UplinkPortOrder.Inherited, false)
	equal(s, "inherited notification", teaming(config.DefaultPortConfig).NotifySwitches.Inherited, true)
	equal(s, "inherited security", config.DefaultPortConfig.(*types.VMwareDVSPortSetting).SecurityPolicy.MacChanges.Inherited, true)
	found := get[mo.DistributedVirtualPortgroup](s, group, "portKeys", "name", "parent", "summary")
	equal(s, "ports", len(found.PortKeys), defaultPorts)
	equal(s, "parent", *found.Parent, s.folder.Reference())
	dvsNow := get[mo.VmwareDistributedVirtualSwitch](s, dvs, "portgroup", "summary")
	equal(s, "port groups of the switch", len(dvsNow.Portgroup), 2)
	equal(s, "names in the summary", dvsNow.Summary.PortgroupName[1], "app")
	equal(s, "configVersion of the switch", s.config(dvs).ConfigVersion, before)
}

func TestAddPortGroupsAllOrNone(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	add := func(names ...string) error {
		request := &types.AddDVPortgroup_Task{This: dvs}
		for _, name := range names {
			request.Spec = append(request.Spec, types.DVPortgroupConfigSpec{Name: name, NumPorts: 4})
		}
		answer, err := methods.AddDVPortgroup_Task(s.ctx, s.client, request)
		s.ok(err)
		result, err := s.wait(answer.Returnval, nil)
		equal(s, "result", result, nil)
		return err
	}
	s.ok(add("a", "b"))
	expectFault[*types.DuplicateName](s, add("c", "b"), "The name 'b' already exists.")
	expectFault[*types.DuplicateName](s, add("d", "d"), "The name 'd' already exists.")
	equalList(s, "names", s.names(), []string{"VM Network", "a", "b", "dvs0", uplinkGroupName("dvs0", dvs)})
}

func TestPortGroupFaults(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	vlan := func(spec types.BaseVmwareDistributedVirtualSwitchVlanSpec) *types.VMwareDVSPortSetting {
		return &types.VMwareDVSPortSetting{Vlan: spec}
	}
	policy := func(word string) *types.VMwareDVSPortSetting {
		return &types.VMwareDVSPortSetting{UplinkTeamingPolicy: &types.VmwareUplinkPortTeamingPolicy{Policy: stringPolicy(word)}}
	}
	both := order("up1")
	both.UplinkTeamingPolicy.UplinkPortOrder.StandbyUplinkPort = []string{"up1"}
	for property, settings := range map[string][]types.BaseDVPortSetting{
		"defaultPortConfig.vlan.vlanId": {
			vlan(&types.VmwareDistributedVirtualSwitchVlanIdSpec{VlanId: 4095}),
			vlan(&types.VmwareDistributedVirtualSwitchVlanIdSpec{VlanId: -1}),
			vlan(&types.VmwareDistributedVirtualSwitchTrunkVlanSpec{VlanId: []types.NumericRange{{Start: 10, End: 4095}}}),
			vlan(&types.VmwareDistributedVirtualSwitchTrunkVlanSpec{VlanId: []types.NumericRange{{Start: 20, End: 10}}}),
		},
		"defaultPortConfig.vlan.pvlanId":                        {vlan(&types.VmwareDistributedVirtualSwitchPvlanSpec{PvlanId: 201})},
		"defaultPortConfig.vlan":                                {vlan(&types.VmwareDistributedVirtualSwitchVlanSpec{})},
		"defaultPortConfig.uplinkTeamingPolicy.policy":          {policy("loadbalance_random")},
		"defaultPortConfig.uplinkTeamingPolicy.uplinkPortOrder": {order("up1", "up3"), both},
		"spec.defaultPortConfig":                                {&types.DVPortSetting{}},
	} {
		for _, setting := range settings {
			_, err := s.createGroup(dvs, types.DVPortgroupConfigSpec{Name: "app", DefaultPortConfig: setting})
			equal(s, "path", expectFault[*types.InvalidArgument](s, err, property).InvalidProperty, property)
		}
	}
	_, err := s.createGroup(dvs, types.DVPortgroupConfigSpec{Name: "app", Type: "lazy"})
	expectFault[*types.InvalidArgument](s, err, "spec.type")
	_, err = s.createGroup(dvs, types.DVPortgroupConfigSpec{Name: "app", NumPorts: -1})
	expectFault[*types.InvalidArgument](s, err, "spec.numPorts")
	_, err = s.createGroup(dvs, types.DVPortgroupConfigSpec{Name: "app", Policy: &types.DVPortgroupPolicy{}})
	expectFault[*types.InvalidArgument](s, err, "spec.policy")
	_, err = s.createGroup(dvs, types.DVPortgroupConfigSpec{})
	expectFault[*types.InvalidName](s, err, "")
	_, err = s.createGroup(dvs, types.DVPortgroupConfigSpec{Name: "dvs0"})
	equal(s, "holder of the name", expectFault[*types.DuplicateName](s, err, "'dvs0'").Object, dvs)
	equal(s, "names", len(s.names()), 3)
}

func TestReconfigurePortGroup(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	setting := order("up2")
	setting.UplinkTeamingPolicy.UplinkPortOrder.StandbyUplinkPort = []string{"up1"}
	group := s.newGroup(dvs, "app", setting)
	stale := s.group(group).ConfigVersion
	s.ok(s.reconfigureGroup(group, func(spec *types.DVPortgroupConfigSpec) {
		spec.DefaultPortConfig = &types.VMwareDVSPortSetting{Vlan: &types.VmwareDistributedVirtualSwitchVlanIdSpec{VlanId: 99}}
		spec.NumPorts = 3
	}))
	config := s.group(group)
	equal(s, "vlan", config.DefaultPortConfig.(*types.VMwareDVSPortSetting).Vlan.(*types.VmwareDistributedVirtualSwitchVlanIdSpec).VlanId, 99)
	equalList(s, "standby stays", teaming(config.DefaultPortConfig).UplinkPortOrder.StandbyUplinkPort, []string{"up1"})
	equal(s, "name stays", config.Name, "app")
	equal(s, "ports", len(get[mo.DistributedVirtualPortgroup](s, group, "portKeys").PortKeys), 3)
	err := s.reconfigureGroup(group, func(spec *types.DVPortgroupConfigSpec) { spec.ConfigVersion, spec.NumPorts = stale, 9 })
	expectFault[*types.ConcurrentAccess](s, err, "concurrent modification")
	equal(s, "ports", s.group(group).NumPorts, 3)
	// A list in a policy is replaced, so that standby can be given up.
	s.ok(s.reconfigureGroup(group, func(spec *types.DVPortgroupConfigSpec) { spec.DefaultPortConfig = order("up1", "up2") }))
	equal(s, "standby is gone", len(teaming(s.group(group).DefaultPortConfig).UplinkPortOrder.StandbyUplinkPort), 0)
	s.ok(s.reconfigureGroup(group, func(spec *types.DVPortgroupConfigSpec) { spec.Name = "web" }))
	equal(s, "name", get[mo.DistributedVirtualPortgroup](s, group, "name").Name, "web")
	equalList(s, "names", s.names(), []string{"VM Network", "dvs0", uplinkGroupName("dvs0", dvs), "web"})
	err = s.reconfigureGroup(group, func(spec *types.DVPortgroupConfigSpec) { spec.Name = "dvs0" })
	expectFault[*types.DuplicateName](s, err, "'dvs0'")
}

func TestPortGroupsFollowTheSwitch(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	follows, own := s.newGroup(dvs, "follows", nil), s.newGroup(dvs, "own", order("up2"))
	s.ok(s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) {
		spec.DefaultPortConfig = &types.VMwareDVSPortSetting{
			Vlan:                &types.VmwareDistributedVirtualSwitchVlanIdSpec{VlanId: 7},
			UplinkTeamingPolicy: order("up1").UplinkTeamingPolicy,
			SecurityPolicy:      &types.DVSSecurityPolicy{MacChanges: boolPolicy(true)},
		}
	}))
	setting := s.group(follows).DefaultPortConfig.(*types.VMwareDVSPortSetting)
	equal(s, "vlan", setting.Vlan.(*types.VmwareDistributedVirtualSwitchVlanIdSpec).VlanId, 7)
	equal(s, "MAC changes", *setting.SecurityPolicy.MacChanges.Value, true)
	equal(s, "MAC changes in the newer view", *setting.MacManagementPolicy.MacChanges, true)
	equalList(s, "order", setting.UplinkTeamingPolicy.UplinkPortOrder.ActiveUplinkPort, []string{"up1"})
	equalList(s, "own order", teaming(s.group(own).DefaultPortConfig).UplinkPortOrder.ActiveUplinkPort, []string{"up2"})
	// Asking to inherit gives up what was set.
	s.ok(s.reconfigureGroup(own, func(spec *types.DVPortgroupConfigSpec) {
		setting := order("up2")
		setting.UplinkTeamingPolicy.UplinkPortOrder.Inherited = true
		spec.DefaultPortConfig = setting
	}))
	equalList(s, "order", teaming(s.group(own).DefaultPortConfig).UplinkPortOrder.ActiveUplinkPort, []string{"up1"})
}

func TestMacManagementIsTheSamePolicy(t *testing.T) {
	s := newSite(t)
	yes := true
	group := s.newGroup(s.newSwitch("dvs0"), "app", &types.VMwareDVSPortSetting{
		MacManagementPolicy: &types.DVSMacManagementPolicy{ForgedTransmits: &yes},
	})
	equal(s, "forged transmits", *s.group(group).DefaultPortConfig.(*types.VMwareDVSPortSetting).SecurityPolicy.ForgedTransmits.Value, true)
}

func TestPrivateVLANs(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	change := func(operation string, primary, secondary int32, kind string) error {
		return s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) {
			spec.PvlanConfigSpec = []types.VMwareDVSPvlanConfigSpec{{Operation: operation, PvlanEntry: types.VMwareDVSPvlanMapEntry{
				PrimaryVlanId: primary, SecondaryVlanId: secondary, PvlanType: kind,
			}}}
		})
	}
	expectFault[*types.InvalidArgument](s, change("add", 200, 201, "isolated"), "primaryVlanId")
	s.ok(change("add", 200, 200, "promiscuous"))
	s.ok(change("add", 200, 201, "isolated"))
	s.ok(change("edit", 200, 201, "community"))
	equal(s, "kind", s.config(dvs).PvlanConfig[1].PvlanType, "community")
	expectFault[*types.AlreadyExists](s, change("add", 200, 201, "isolated"), "already exists")
	expectFault[*types.NotFound](s, change("remove", 200, 202, "isolated"), "could not be found")
	expectFault[*types.InvalidArgument](s, change("add", 200, 4095, "isolated"), "pvlanEntry")
	expectFault[*types.InvalidArgument](s, change("add", 200, 203, "promiscuous"), "pvlanEntry")
	expectFault[*types.InvalidArgument](s, change("move", 200, 201, "isolated"), "operation")
	group := s.newGroup(dvs, "dmz", &types.VMwareDVSPortSetting{Vlan: &types.VmwareDistributedVirtualSwitchPvlanSpec{PvlanId: 201}})
	expectFault[*types.ResourceInUse](s, change("remove", 200, 201, "community"), "The resource 'dmz' is in use.")
	s.ok(s.destroy(group))
	s.ok(change("remove", 200, 201, "community"))
	equal(s, "entries", len(s.config(dvs).PvlanConfig), 1)
}

func TestNothingInUseIsRemoved(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	group := s.newGroup(dvs, "app", nil)
	s.ok(s.changeMembers(dvs, append(members("add", s.hosts["esx-01"], "vmnic2"), members("add", s.hosts["esx-02"])...)))
	machine := s.createVM(dvs, group)
	expectFault[*types.ResourceInUse](s, s.destroy(group), "The resource 'app' is in use.")
	expectFault[*types.ResourceInUse](s, s.destroy(dvs), "The resource 'dvs0' is in use.")
	expectFault[*types.ResourceInUse](s, s.changeMembers(dvs, members("remove", s.hosts["esx-01"])), "The resource 'app' is in use.")
	uplinks := s.config(dvs).UplinkPortgroup[0]
	expectFault[*types.NotSupported](s, s.destroy(uplinks), "not supported")
	s.ok(s.destroy(machine))
	s.ok(s.destroy(group))
	s.ok(s.destroy(dvs))
}

// createVM makes a VM on esx-01 with one card on a port group.
func (s *site) createVM(dvs, group types.ManagedObjectReference) types.ManagedObjectReference {
	s.Helper()
	return must(s.create("vm1", s.hosts["esx-01"], newCard(-1, &types.VirtualEthernetCardDistributedVirtualPortBackingInfo{
		Port: types.DistributedVirtualSwitchPortConnection{SwitchUuid: s.config(dvs).Uuid, PortgroupKey: group.Value},
	})))(s)
}
