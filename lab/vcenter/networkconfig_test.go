package main

import (
	"testing"

	"github.com/vmware/govmomi/vim25/types"
)

func TestUpdateNetworkConfig(t *testing.T) {
	s := newSite(t)
	system := s.hostNetwork("esx-01")
	update := func(config types.HostNetworkConfig) (*types.HostNetworkConfigResult, error) {
		return system.UpdateNetworkConfig(s.ctx, config, string(types.HostConfigChangeModeModify))
	}
	group, vnic := portGroup("storage", "vSwitch1", 30), address("192.0.2.10")
	config := types.HostNetworkConfig{
		Vswitch:   []types.HostVirtualSwitchConfig{{ChangeOperation: "add", Name: "vSwitch1", Spec: standardSpec("vmnic1")}},
		Portgroup: []types.HostPortGroupConfig{{ChangeOperation: "add", Spec: &group}},
		Vnic:      []types.HostVirtualNicConfig{{ChangeOperation: "add", Portgroup: "storage", Spec: &vnic}},
	}
	bad := config
	wrong := address("192.0.2.300")
	bad.Vnic = []types.HostVirtualNicConfig{{ChangeOperation: "add", Portgroup: "storage", Spec: &wrong}}
	_, err := update(bad)
	expectFault[*types.InvalidArgument](s, err, "ipAddress")
	equal(s, "all or nothing", len(s.info("esx-01").Vswitch), 1)
	equalList(s, "networks", s.names(), []string{"VM Network"})

	result := must(update(config))(s)
	equalList(s, "added", result.VnicDevice, []string{"vmk1"})
	equal(s, "VLAN", s.hostGroup("esx-01", "storage").Spec.VlanId, 30)

	group.VlanId = 31
	large := standardSpec("vmnic1", "vmnic2")
	large.Mtu = 9000
	must(update(types.HostNetworkConfig{
		Vswitch:   []types.HostVirtualSwitchConfig{{ChangeOperation: "edit", Name: "vSwitch1", Spec: large}},
		Portgroup: []types.HostPortGroupConfig{{ChangeOperation: "edit", Spec: &group}},
		Vnic:      []types.HostVirtualNicConfig{{ChangeOperation: "edit", Device: "vmk1", Spec: &types.HostVirtualNicSpec{Mtu: 9000}}},
	}))(s)
	equal(s, "VLAN", s.hostGroup("esx-01", "storage").Spec.VlanId, 31)
	equal(s, "MTU", s.vnic("esx-01", "vmk1").Spec.Mtu, 9000)

	// The order is fixed: the switch goes first, and the NIC is still on it.
	removal := types.HostNetworkConfig{Vswitch: []types.HostVirtualSwitchConfig{{ChangeOperation: "remove", Name: "vSwitch1"}}}
	withNIC := removal
	withNIC.Vnic = []types.HostVirtualNicConfig{{ChangeOperation: "remove", Device: "vmk1"}}
	_, err = update(withNIC)
	expectFault[*types.ResourceInUse](s, err, "vSwitch1")
	must(update(types.HostNetworkConfig{Vnic: withNIC.Vnic}))(s)
	must(update(removal))(s)
	equal(s, "switches", len(s.info("esx-01").Vswitch), 1)

	for sentence, config := range map[string]types.HostNetworkConfig{
		"config.vswitch.changeOperation":   {Vswitch: []types.HostVirtualSwitchConfig{{Name: "vSwitch1"}}},
		"config.vswitch.spec":              {Vswitch: []types.HostVirtualSwitchConfig{{ChangeOperation: "edit", Name: "vSwitch0"}}},
		"config.portgroup.changeOperation": {Portgroup: []types.HostPortGroupConfig{{ChangeOperation: "ignore", Spec: &group}}},
		"config.portgroup.spec":            {Portgroup: []types.HostPortGroupConfig{{ChangeOperation: "add"}}},
		"config.vnic.changeOperation":      {Vnic: []types.HostVirtualNicConfig{{Spec: &vnic}}},
		"config.vnic.spec":                 {Vnic: []types.HostVirtualNicConfig{{ChangeOperation: "add"}}},
	} {
		_, err := update(config)
		expectFault[*types.InvalidArgument](s, err, sentence)
	}
	_, err = system.UpdateNetworkConfig(s.ctx, types.HostNetworkConfig{}, "merge")
	expectFault[*types.InvalidArgument](s, err, "changeMode")
	_, err = system.UpdateNetworkConfig(s.ctx, types.HostNetworkConfig{}, string(types.HostConfigChangeModeReplace))
	expectFault[*types.NotSupported](s, err, "")
	_, err = update(types.HostNetworkConfig{DnsConfig: &types.HostDnsConfig{}})
	expectFault[*types.NotSupported](s, err, "")
}

// Management and its only uplink move together to another switch, which neither could alone.
func TestManagementMovesInOneCall(t *testing.T) {
	s := newSite(t)
	system := s.hostNetwork("esx-01")
	expectFault[*types.NetworkDisruptedAndConfigRolledBack](s, system.UpdateVirtualSwitch(s.ctx, "vSwitch0", *standardSpec()), "")
	group := portGroup("mgmt", "vSwitch1", 0)
	must(system.UpdateNetworkConfig(s.ctx, types.HostNetworkConfig{
		Vswitch: []types.HostVirtualSwitchConfig{
			{ChangeOperation: "edit", Name: "vSwitch0", Spec: standardSpec()},
			{ChangeOperation: "add", Name: "vSwitch1", Spec: standardSpec("vmnic0")},
		},
		Portgroup: []types.HostPortGroupConfig{{ChangeOperation: "add", Spec: &group}},
		Vnic:      []types.HostVirtualNicConfig{{ChangeOperation: "edit", Device: "vmk0", Portgroup: "mgmt", Spec: &types.HostVirtualNicSpec{}}},
	}, string(types.HostConfigChangeModeModify)))(s)
	equal(s, "port group", s.vnic("esx-01", "vmk0").Portgroup, "mgmt")
}

// Management and its only uplink move to a distributed switch in one call, and back.
func TestManagementMovesToDistributedSwitch(t *testing.T) {
	s := newSite(t)
	system := s.hostNetwork("esx-01")
	dvs := s.newSwitch("dvs0")
	group := s.newGroup(dvs, "mgmt", nil)
	uuid := s.config(dvs).Uuid
	s.ok(s.changeMembers(dvs, members("add", s.hosts["esx-01"])))
	nics := func(devices ...string) []types.HostProxySwitchConfig {
		backing := &types.DistributedVirtualSwitchHostMemberPnicBacking{}
		for _, device := range devices {
			backing.PnicSpec = append(backing.PnicSpec, types.DistributedVirtualSwitchHostMemberPnicSpec{PnicDevice: device})
		}
		return []types.HostProxySwitchConfig{{ChangeOperation: "edit", Uuid: uuid, Spec: &types.HostProxySwitchSpec{Backing: backing}}}
	}
	vmk := func(spec types.HostVirtualNicSpec) []types.HostVirtualNicConfig {
		return []types.HostVirtualNicConfig{{ChangeOperation: "edit", Device: "vmk0", Spec: &spec}}
	}
	there := types.HostVirtualNicSpec{DistributedVirtualPort: &types.DistributedVirtualSwitchPortConnection{SwitchUuid: uuid, PortgroupKey: group.Value}}
	update := func(config types.HostNetworkConfig) error {
		_, err := system.UpdateNetworkConfig(s.ctx, config, string(types.HostConfigChangeModeModify))
		return err
	}
	without := []types.HostVirtualSwitchConfig{{ChangeOperation: "edit", Name: "vSwitch0", Spec: standardSpec()}}
	expectFault[*types.ResourceInUse](s, update(types.HostNetworkConfig{ProxySwitch: nics("vmnic0"), Vnic: vmk(there)}), "vmnic0")
	expectFault[*types.NetworkDisruptedAndConfigRolledBack](s, update(types.HostNetworkConfig{Vswitch: without, Vnic: vmk(there)}), "")
	equal(s, "nothing happened", len(s.vswitch("esx-01", "vSwitch0").Pnic), 1)
	s.ok(update(types.HostNetworkConfig{Vswitch: without, ProxySwitch: nics("vmnic0"), Vnic: vmk(there)}))
	info := s.info("esx-01")
	equalList(s, "NICs of the proxy switch", info.ProxySwitch[0].Pnic, []string{"key-vim.host.PhysicalNic-vmnic0"})
	equal(s, "NICs of vSwitch0", len(s.vswitch("esx-01", "vSwitch0").Pnic), 0)
	place := info.Vnic[0].Spec.DistributedVirtualPort
	equal(s, "port group", place.PortgroupKey, group.Value)
	equal(s, "port", s.portOf(dvs, place.PortKey).Connectee.NicKey, "vmk0")
	equalList(s, "uplinks", []string{s.uplinks("esx-01")["up1"]}, []string{"vmnic0"})
	expectFault[*types.NetworkDisruptedAndConfigRolledBack](s, update(types.HostNetworkConfig{ProxySwitch: nics()}), "")

	// The way back needs a second NIC: switches come before distributed switches in a call.
	s.ok(system.UpdateVirtualSwitch(s.ctx, "vSwitch0", *standardSpec("vmnic1")))
	order := standardSpec("vmnic1")
	order.Policy = activeStandby([]string{"vmnic1"}, nil)
	s.ok(update(types.HostNetworkConfig{
		Vswitch: []types.HostVirtualSwitchConfig{{ChangeOperation: "edit", Name: "vSwitch0", Spec: order}}, ProxySwitch: nics(),
		Portgroup: []types.HostPortGroupConfig{{ChangeOperation: "edit", Spec: &types.HostPortGroupSpec{Name: "Management Network", VswitchName: "vSwitch0"}}},
		Vnic:      vmk(types.HostVirtualNicSpec{Portgroup: "Management Network"}),
	}))
	equal(s, "port group", s.vnic("esx-01", "vmk0").Portgroup, "Management Network")
	equal(s, "the port is free", s.portOf(dvs, place.PortKey).Connectee == nil, true)
}
