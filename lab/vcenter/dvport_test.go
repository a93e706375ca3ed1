package main

import (
	"testing"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
)

func (s *site) changePorts(dvs types.ManagedObjectReference, specs ...types.DVPortConfigSpec) error {
	s.Helper()
	answer, err := methods.ReconfigureDVPort_Task(s.ctx, s.client, &types.ReconfigureDVPort_Task{This: dvs, Port: specs})
	s.ok(err)
	_, err = s.wait(answer.Returnval, nil)
	return err
}

func portEdit(key string, setting *types.VMwareDVSPortSetting) types.DVPortConfigSpec {
	spec := types.DVPortConfigSpec{Operation: "edit", Key: key}
	if setting != nil {
		spec.Setting = setting
	}
	return spec
}

func (s *site) port(dvs types.ManagedObjectReference, key string) (types.DVPortConfigInfo, *types.VMwareDVSPortSetting) {
	s.Helper()
	answer, err := methods.FetchDVPorts(s.ctx, s.client, &types.FetchDVPorts{This: dvs, Criteria: &types.DistributedVirtualSwitchPortCriteria{PortKey: []string{key}}})
	s.ok(err)
	config := answer.Returnval[0].Config
	return config, config.Setting.(*types.VMwareDVSPortSetting)
}

// portsOf are the keys of a port group's ports, when everything may be set on each of them.
func (s *site) portsOf(dvs, group types.ManagedObjectReference) []string {
	s.Helper()
	yes := true
	s.ok(s.reconfigureGroup(group, func(spec *types.DVPortgroupConfigSpec) {
		spec.Policy = &types.VMwareDVSPortgroupPolicy{
			DVPortgroupPolicy:   types.DVPortgroupPolicy{BlockOverrideAllowed: true, ShapingOverrideAllowed: true},
			VlanOverrideAllowed: true, UplinkTeamingOverrideAllowed: true, SecurityPolicyOverrideAllowed: true,
			IpfixOverrideAllowed: &yes, MacManagementOverrideAllowed: &yes,
		}
	}))
	keys, err := methods.FetchDVPortKeys(s.ctx, s.client, &types.FetchDVPortKeys{This: dvs, Criteria: &types.DistributedVirtualSwitchPortCriteria{
		PortgroupKey: []string{group.Value}, Inside: &yes,
	}})
	s.ok(err)
	return keys.Returnval
}

func TestAPortHasSettingsOfItsOwn(t *testing.T) {
	s := newSite(t)
	dvs := s.newLAGSwitch()
	group := s.newGroup(dvs, "app", &types.VMwareDVSPortSetting{Vlan: &types.VmwareDistributedVirtualSwitchVlanIdSpec{VlanId: 10}})
	key := s.portsOf(dvs, group)[0]
	before := s.config(dvs).ConfigVersion
	_, untouched := s.port(dvs, key)
	equal(s, "vlan", vlanText(untouched.Vlan), "10")
	equal(s, "inherited vlan", untouched.Vlan.GetVmwareDistributedVirtualSwitchVlanSpec().Inherited, true)
	s.ok(s.changePorts(dvs, portEdit(key, &types.VMwareDVSPortSetting{Vlan: &types.VmwareDistributedVirtualSwitchVlanIdSpec{VlanId: 20}})))
	yes := true
	s.ok(s.changePorts(dvs, portEdit(key, &types.VMwareDVSPortSetting{MacManagementPolicy: &types.DVSMacManagementPolicy{MacChanges: &yes}})))
	config, setting := s.port(dvs, key)
	equal(s, "vlan", vlanText(setting.Vlan), "20")
	equal(s, "own vlan", setting.Vlan.GetVmwareDistributedVirtualSwitchVlanSpec().Inherited, false)
	equal(s, "MAC changes", *setting.SecurityPolicy.MacChanges.Value, true)
	equal(s, "inherited promiscuous", setting.SecurityPolicy.AllowPromiscuous.Inherited, true)
	equal(s, "inherited teaming", setting.UplinkTeamingPolicy.Policy.Value, "loadbalance_srcid")
	equal(s, "configVersion of the port", config.ConfigVersion, "2")
	equal(s, "configVersion of the switch", s.config(dvs).ConfigVersion, before)
	// What the port has not set follows its group.
	s.ok(s.reconfigureGroup(group, func(spec *types.DVPortgroupConfigSpec) {
		spec.DefaultPortConfig = order("up2")
	}))
	_, setting = s.port(dvs, key)
	equalList(s, "order", setting.UplinkTeamingPolicy.UplinkPortOrder.ActiveUplinkPort, []string{"up2"})
	equal(s, "vlan", vlanText(setting.Vlan), "20")
	// Asking to inherit gives the own setting up.
	s.ok(s.changePorts(dvs, portEdit(key, &types.VMwareDVSPortSetting{Vlan: &types.VmwareDistributedVirtualSwitchVlanIdSpec{
		VmwareDistributedVirtualSwitchVlanSpec: types.VmwareDistributedVirtualSwitchVlanSpec{InheritablePolicy: types.InheritablePolicy{Inherited: true}},
	}})))
	_, setting = s.port(dvs, key)
	equal(s, "vlan", vlanText(setting.Vlan), "10")
}

func TestPortFaults(t *testing.T) {
	s := newSite(t)
	dvs := s.newLAGSwitch()
	group := s.newGroup(dvs, "app", nil)
	key := s.portsOf(dvs, group)[0]
	vlan := &types.VMwareDVSPortSetting{Vlan: &types.VmwareDistributedVirtualSwitchVlanIdSpec{VlanId: 20}}
	expectFault[*types.InvalidArgument](s, s.changePorts(dvs, portEdit(key, vlan), portEdit(key, vlan)), "port.key")
	expectFault[*types.NotFound](s, s.changePorts(dvs, portEdit("9999", vlan)), "could not be found")
	stale := portEdit(key, vlan)
	stale.ConfigVersion = "7"
	expectFault[*types.ConcurrentAccess](s, s.changePorts(dvs, stale), "concurrent modification")
	removal := portEdit(key, nil)
	removal.Operation = "remove"
	expectFault[*types.InvalidArgument](s, s.changePorts(dvs, removal), "port.operation")
	expectFault[*types.InvalidArgument](s, s.changePorts(dvs, portEdit(key, order("up9"))), "uplinkPortOrder")
	s.ok(s.reconfigureGroup(group, func(spec *types.DVPortgroupConfigSpec) { spec.Policy = &types.VMwareDVSPortgroupPolicy{} }))
	yes := true
	for right, setting := range map[string]*types.VMwareDVSPortSetting{
		"vlanOverrideAllowed":           vlan,
		"uplinkTeamingOverrideAllowed":  order("up1"),
		"blockOverrideAllowed":          {DVPortSetting: types.DVPortSetting{Blocked: boolPolicy(true)}},
		"shapingOverrideAllowed":        {DVPortSetting: types.DVPortSetting{OutShapingPolicy: &types.DVSTrafficShapingPolicy{}}},
		"securityPolicyOverrideAllowed": {SecurityPolicy: &types.DVSSecurityPolicy{MacChanges: boolPolicy(true)}},
	} {
		expectFault[*types.ConflictingConfiguration](s, s.changePorts(dvs, portEdit(key, setting)), right)
	}
	no := false
	s.ok(s.reconfigureGroup(group, func(spec *types.DVPortgroupConfigSpec) {
		spec.Policy = &types.VMwareDVSPortgroupPolicy{IpfixOverrideAllowed: &no, MacManagementOverrideAllowed: &no}
	}))
	for right, setting := range map[string]*types.VMwareDVSPortSetting{
		"ipfixOverrideAllowed":         {IpfixEnabled: boolPolicy(true)},
		"macManagementOverrideAllowed": {MacManagementPolicy: &types.DVSMacManagementPolicy{MacChanges: &yes}},
	} {
		expectFault[*types.ConflictingConfiguration](s, s.changePorts(dvs, portEdit(key, setting)), right)
	}
	_, setting := s.port(dvs, key)
	equal(s, "vlan", vlanText(setting.Vlan), "0")
}

func TestAPortOfItsOwnHoldsALAG(t *testing.T) {
	s := newSite(t)
	dvs := s.newLAGSwitch()
	s.ok(s.changeLAG(dvs, "add", lagOf("lag1", 2)))
	lag := s.config(dvs).LacpGroupConfig[0].Key
	group := s.newGroup(dvs, "app", nil)
	key := s.portsOf(dvs, group)[0]
	s.ok(s.changePorts(dvs, portEdit(key, order("lag1"))))
	refused := expectFault[*types.DvsApplyOperationFault](s, s.changeLAG(dvs, "remove", types.VMwareDvsLacpGroupConfig{Key: lag}), "lag1")
	equal(s, "object", refused.ObjectFault[0].ObjectId, group.Value)
	renamed := lagOf("lag-a", 2)
	renamed.Key = lag
	s.ok(s.changeLAG(dvs, "edit", renamed))
	_, setting := s.port(dvs, key)
	equalList(s, "order", setting.UplinkTeamingPolicy.UplinkPortOrder.ActiveUplinkPort, []string{"lag-a"})
}

func TestAManagementPortIsNotBlocked(t *testing.T) {
	s := newSite(t)
	dvs, group := s.managed()
	key := s.portsOf(dvs, group)[0]
	s.moveVMK0("esx-01", &types.DistributedVirtualSwitchPortConnection{SwitchUuid: s.config(dvs).Uuid, PortgroupKey: group.Value, PortKey: key})
	blocked := &types.VMwareDVSPortSetting{DVPortSetting: types.DVPortSetting{Blocked: boolPolicy(true)}}
	expectFault[*types.NetworkDisruptedAndConfigRolledBack](s, s.changePorts(dvs, portEdit(key, blocked)), "esx-01")
	config, setting := s.port(dvs, key)
	equal(s, "blocked", *setting.Blocked.Value, false)
	equal(s, "configVersion", config.ConfigVersion, "0")
	// An uplink port that carries it is no better, and keeps what was set on it through changes of the switch.
	uplinks := s.config(dvs).UplinkPortgroup[0]
	ports := s.portsOf(dvs, uplinks)
	s.ok(s.changePorts(dvs, portEdit(ports[0], blocked)))
	expectFault[*types.NetworkDisruptedAndConfigRolledBack](s, s.changePorts(dvs, portEdit(ports[1], blocked)), "esx-01")
	s.ok(s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) { spec.MaxMtu = 9000 }))
	_, setting = s.port(dvs, ports[0])
	equal(s, "still blocked", *setting.Blocked.Value, true)
}

func TestPortRequestOnTheWire(t *testing.T) {
	s := newSite(t)
	dvs := s.newLAGSwitch()
	request := func(method, content string) string {
		return soapCall(method, dvs, content)
	}
	s.expectRefused("host before uplinkPort", request("FetchDVPorts", `<criteria><host type="HostSystem">h</host><uplinkPort>true</uplinkPort></criteria>`), "InvalidRequest", "uplinkPort")
	s.expectRefused("NIC without device", request("ReconfigureDvs_Task", `<spec xsi:type="VMwareDVSConfigSpec"><host><operation>edit</operation><host type="HostSystem">h</host>`+
		`<backing xsi:type="DistributedVirtualSwitchHostMemberPnicBacking"><pnicSpec><uplinkPortKey>1</uplinkPortKey></pnicSpec></backing></host></spec>`), "InvalidRequest", "pnicDevice")
	s.expectRefused("backing without type", request("ReconfigureDvs_Task", `<spec xsi:type="VMwareDVSConfigSpec"><host><operation>edit</operation><host type="HostSystem">h</host>`+
		`<backing><pnicSpec><pnicDevice>vmnic2</pnicDevice></pnicSpec></backing></host></spec>`), "InvalidRequest", "polymorphic")
	s.expectRefused("MTU before hosts", request("ReconfigureDvs_Task", `<spec xsi:type="VMwareDVSConfigSpec"><maxMtu>1500</maxMtu><host/></spec>`), "InvalidRequest", "host")
	status, _ := s.postRaw(request("FetchDVPorts", `<criteria><uplinkPort>true</uplinkPort><host type="HostSystem">`+s.hosts["esx-01"].Value+`</host></criteria>`))
	equal(s, "status", status, 200)
}

func TestOverridesStayValid(t *testing.T) {
	s := newSite(t)
	dvs := s.newLAGSwitch()
	change := func(operation string) error {
		return s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) {
			spec.PvlanConfigSpec = []types.VMwareDVSPvlanConfigSpec{{Operation: operation, PvlanEntry: types.VMwareDVSPvlanMapEntry{PrimaryVlanId: 200, SecondaryVlanId: 200, PvlanType: "promiscuous"}}}
		})
	}
	s.ok(change("add"))
	group := s.newGroup(dvs, "app", nil)
	key := s.portsOf(dvs, group)[0]
	s.ok(s.changePorts(dvs, portEdit(key, &types.VMwareDVSPortSetting{Vlan: &types.VmwareDistributedVirtualSwitchPvlanSpec{PvlanId: 200}})))
	expectFault[*types.ResourceInUse](s, change("remove"), "is in use")
	// Without a collector no port may send NetFlow, whatever is its own.
	s.ok(s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) { spec.IpfixConfig = netFlow("10.0.0.9") }))
	s.ok(s.changePorts(dvs, portEdit(key, &types.VMwareDVSPortSetting{IpfixEnabled: boolPolicy(true)})))
	err := s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) { spec.IpfixConfig = netFlow("") })
	expectFault[*types.ConflictingConfiguration](s, err, "ipfixEnabled")
}
