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
