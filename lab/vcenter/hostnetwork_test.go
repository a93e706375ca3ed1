package main

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func (s *site) hostNetwork(host string) *object.HostNetworkSystem {
	s.Helper()
	return must(object.NewHostSystem(s.client.Client, s.hosts[host]).ConfigManager().NetworkSystem(s.ctx))(s)
}

// info reads a host's network, and checks that both places where clients find it tell the same.
func (s *site) info(host string) *types.HostNetworkInfo {
	s.Helper()
	here := get[mo.HostSystem](s, s.hosts[host], "config.network").Config.Network
	there := get[mo.HostNetworkSystem](s, s.hostNetwork(host).Reference(), "networkInfo").NetworkInfo
	equal(s, "networkInfo is config.network", reflect.DeepEqual(here, there), true)
	return here
}

func (s *site) vswitch(host, name string) types.HostVirtualSwitch {
	s.Helper()
	for _, vswitch := range s.info(host).Vswitch {
		if vswitch.Name == name {
			return vswitch
		}
	}
	s.Fatalf("no switch %s on %s", name, host)
	return types.HostVirtualSwitch{}
}

func (s *site) hostGroup(host, name string) types.HostPortGroup {
	s.Helper()
	for _, group := range s.info(host).Portgroup {
		if group.Spec.Name == name {
			return group
		}
	}
	s.Fatalf("no port group %s on %s", name, host)
	return types.HostPortGroup{}
}

func bond(devices ...string) *types.HostVirtualSwitchBondBridge {
	return &types.HostVirtualSwitchBondBridge{NicDevice: devices}
}

func standardSpec(devices ...string) *types.HostVirtualSwitchSpec {
	spec := &types.HostVirtualSwitchSpec{NumPorts: 128}
	if len(devices) > 0 {
		spec.Bridge = bond(devices...)
	}
	return spec
}

func activeStandby(active, standby []string) *types.HostNetworkPolicy {
	return &types.HostNetworkPolicy{NicTeaming: &types.HostNicTeamingPolicy{
		NicOrder: &types.HostNicOrderPolicy{ActiveNic: active, StandbyNic: standby},
	}}
}

func portGroup(name, vswitch string, vlan int32) types.HostPortGroupSpec {
	return types.HostPortGroupSpec{Name: name, VswitchName: vswitch, VlanId: vlan}
}

func address(ip string) types.HostVirtualNicSpec {
	return types.HostVirtualNicSpec{Ip: &types.HostIpConfig{IpAddress: ip, SubnetMask: "255.255.255.0"}}
}

func TestHostStartsWithManagementNetwork(t *testing.T) {
	s := newSite(t)
	info := s.info("esx-01")
	equal(s, "switches", len(info.Vswitch), 1)
	vswitch := info.Vswitch[0]
	equal(s, "key", vswitch.Key, "key-vim.host.VirtualSwitch-vSwitch0")
	equal(s, "MTU", vswitch.Mtu, 1500)
	equal(s, "ports", vswitch.NumPorts, 1536)
	equal(s, "free ports", vswitch.NumPortsAvailable, 1530)
	equalList(s, "port groups", vswitch.Portgroup, []string{"key-vim.host.PortGroup-VM Network", "key-vim.host.PortGroup-Management Network"})
	equal(s, "beacon", vswitch.Spec.Bridge.(*types.HostVirtualSwitchBondBridge).Beacon.Interval, 1)
	equal(s, "vmk", info.Vnic[0].Device+" "+info.Vnic[0].Portgroup+" "+info.Vnic[0].Spec.NetStackInstanceKey, "vmk0 Management Network defaultTcpipStack")
	group := s.hostGroup("esx-01", "Management Network")
	equal(s, "its port", group.Port[0].Key, info.Vnic[0].Port)
	equal(s, "its MAC", group.Port[0].Mac[0], info.Vnic[0].Spec.Mac)
	if other := s.info("esx-02").Vnic[0].Spec.Mac; other == info.Vnic[0].Spec.Mac {
		t.Errorf("two hosts have the MAC %s", other)
	}
}

func TestNewSwitchHasDefaults(t *testing.T) {
	s := newSite(t)
	s.ok(s.hostNetwork("esx-01").AddVirtualSwitch(s.ctx, "vSwitch1", standardSpec("vmnic1", "vmnic2")))
	vswitch := s.vswitch("esx-01", "vSwitch1")
	equal(s, "key", vswitch.Key, "key-vim.host.VirtualSwitch-vSwitch1")
	equalList(s, "NICs", vswitch.Pnic, []string{"key-vim.host.PhysicalNic-vmnic1", "key-vim.host.PhysicalNic-vmnic2"})
	equal(s, "MTU", vswitch.Mtu, 1500)
	equal(s, "discovery", *vswitch.Spec.Bridge.(*types.HostVirtualSwitchBondBridge).LinkDiscoveryProtocolConfig, types.LinkDiscoveryProtocolConfig{Protocol: "cdp", Operation: "listen"})
	policy := vswitch.Spec.Policy
	equal(s, "security", fmt.Sprint(*policy.Security.AllowPromiscuous, *policy.Security.MacChanges, *policy.Security.ForgedTransmits), "false true true")
	equal(s, "teaming", policy.NicTeaming.Policy, "loadbalance_srcid")
	equal(s, "flags", fmt.Sprint(*policy.NicTeaming.ReversePolicy, *policy.NicTeaming.NotifySwitches, *policy.NicTeaming.RollingOrder), "true true false")
	equal(s, "beacon", *policy.NicTeaming.FailureCriteria.CheckBeacon, false)
	equalList(s, "active", policy.NicTeaming.NicOrder.ActiveNic, []string{"vmnic1", "vmnic2"})
	equal(s, "shaping", *policy.ShapingPolicy.Enabled, false)
	s.ok(s.hostNetwork("esx-01").AddVirtualSwitch(s.ctx, "internal", nil))
	internal := s.vswitch("esx-01", "internal")
	equal(s, "switch without NICs", fmt.Sprint(internal.Spec.Bridge, len(internal.Pnic), internal.Spec.NumPorts), "<nil> 0 128")
	if internal.Spec.Policy.NicTeaming.NicOrder == nil {
		t.Error("a switch has no teaming order")
	}
}

func TestSwitchIsChecked(t *testing.T) {
	s := newSite(t)
	system := s.hostNetwork("esx-01")
	dvs := s.newSwitch("dvs0")
	s.ok(s.changeMembers(dvs, members("add", s.hosts["esx-01"], "vmnic3")))
	s.ok(system.AddVirtualSwitch(s.ctx, "vSwitch1", standardSpec("vmnic1")))
	add := func(name string, change func(*types.HostVirtualSwitchSpec)) error {
		spec := standardSpec("vmnic2")
		change(spec)
		return system.AddVirtualSwitch(s.ctx, name, spec)
	}
	same := func(*types.HostVirtualSwitchSpec) {}
	uplinks := func(devices ...string) func(*types.HostVirtualSwitchSpec) {
		return func(spec *types.HostVirtualSwitchSpec) { spec.Bridge = bond(devices...) }
	}
	policy := func(policy *types.HostNetworkPolicy) func(*types.HostVirtualSwitchSpec) {
		return func(spec *types.HostVirtualSwitchSpec) { spec.Policy = policy }
	}
	teaming := func(name string) *types.HostNetworkPolicy {
		return &types.HostNetworkPolicy{NicTeaming: &types.HostNicTeamingPolicy{Policy: name}}
	}
	beacon := &types.HostNetworkPolicy{NicTeaming: &types.HostNicTeamingPolicy{FailureCriteria: &types.HostNicFailureCriteria{CheckBeacon: types.NewBool(true)}}}
	shaped := func(average, peak, burst int64) *types.HostNetworkPolicy {
		return &types.HostNetworkPolicy{ShapingPolicy: &types.HostNetworkTrafficShapingPolicy{
			Enabled: types.NewBool(true), AverageBandwidth: average, PeakBandwidth: peak, BurstSize: burst,
		}}
	}

	expectFault[*types.AlreadyExists](s, add("vSwitch1", same), "vSwitch1")
	expectFault[*types.ResourceInUse](s, add("new", uplinks("vmnic1")), "vmnic1")
	expectFault[*types.ResourceInUse](s, add("new", uplinks("vmnic3")), "vmnic3")
	for sentence, err := range map[string]error{
		"vswitchName":                add(strings.Repeat("a", 33), same),
		"vswitchName ":               add("", same),
		"spec.numPorts":              add("new", func(spec *types.HostVirtualSwitchSpec) { spec.NumPorts = 1025 }),
		"spec.numPorts ":             add("new", func(spec *types.HostVirtualSwitchSpec) { spec.NumPorts = -1 }),
		"nicDevice (vmnic9":          add("new", uplinks("vmnic9")),
		"nicDevice (vmnic2":          add("new", uplinks("vmnic2", "vmnic2")),
		"spec.bridge.nicDevice":      add("new", uplinks()),
		"spec.bridge":                add("new", func(spec *types.HostVirtualSwitchSpec) { spec.Bridge = &types.HostVirtualSwitchAutoBridge{} }),
		"spec.policy.nicTeaming":     add("new", policy(teaming("round_robin"))),
		"nicTeaming.policy":          add("new", policy(teaming("loadbalance_loadbased"))),
		"nicOrder (vmnic0)":          add("new", policy(activeStandby([]string{"vmnic0"}, nil))),
		"nicOrder (vmnic2)":          add("new", policy(activeStandby([]string{"vmnic2"}, []string{"vmnic2"}))),
		"checkBeacon":                add("new", policy(beacon)),
		"shapingPolicy":              add("new", policy(shaped(2000, 1000, 10))),
		"spec.policy.shapingPolicy":  add("new", policy(shaped(1000, 2000, 0))),
		"spec.policy.shapingPolicy ": add("new", policy(shaped(0, 1000, 10))),
		"beacon.interval": add("new", func(spec *types.HostVirtualSwitchSpec) {
			spec.Bridge.(*types.HostVirtualSwitchBondBridge).Beacon = &types.HostVirtualSwitchBeaconConfig{Interval: -1}
		}),
		"linkDiscoveryProtocolConfig.protocol": add("new", func(spec *types.HostVirtualSwitchSpec) {
			spec.Bridge.(*types.HostVirtualSwitchBondBridge).LinkDiscoveryProtocolConfig = &types.LinkDiscoveryProtocolConfig{Protocol: "fdp", Operation: "listen"}
		}),
		"linkDiscoveryProtocolConfig.operation": add("new", func(spec *types.HostVirtualSwitchSpec) {
			spec.Bridge.(*types.HostVirtualSwitchBondBridge).LinkDiscoveryProtocolConfig = &types.LinkDiscoveryProtocolConfig{Protocol: "cdp", Operation: "talk"}
		}),
	} {
		expectFault[*types.InvalidArgument](s, err, strings.TrimSpace(sentence))
	}
	for _, mtu := range []int32{1279, 9001} {
		expectFault[*types.HostConfigFault](s, add("new", func(spec *types.HostVirtualSwitchSpec) { spec.Mtu = mtu }), "")
	}
	equal(s, "switches", len(s.info("esx-01").Vswitch), 2)

	s.ok(add(strings.Repeat("a", 32), func(spec *types.HostVirtualSwitchSpec) {
		spec.Mtu, spec.Policy = 9000, beacon
		spec.Bridge.(*types.HostVirtualSwitchBondBridge).Beacon = &types.HostVirtualSwitchBeaconConfig{Interval: 1}
	}))
	equal(s, "switches", len(s.info("esx-01").Vswitch), 3)
	// The other way round: what a standard switch has, no distributed one gets.
	expectFault[*types.ResourceInUse](s, s.changeMembers(dvs, members("edit", s.hosts["esx-01"], "vmnic2")), "vmnic2")
}

func TestUpdateSwitch(t *testing.T) {
	s := newSite(t)
	system := s.hostNetwork("esx-01")
	s.ok(system.AddVirtualSwitch(s.ctx, "vSwitch1", standardSpec("vmnic1", "vmnic2", "vmnic3")))
	group := portGroup("app", "vSwitch1", 10)
	group.Policy = *activeStandby([]string{"vmnic3"}, []string{"vmnic2"})
	s.ok(system.AddPortGroup(s.ctx, group))
	spec := standardSpec("vmnic1", "vmnic2", "vmnic3")
	spec.Mtu = 9000
	spec.Policy = activeStandby([]string{"vmnic2"}, []string{"vmnic1"})
	spec.Policy.Security = &types.HostNetworkSecurityPolicy{ForgedTransmits: types.NewBool(false)}
	s.ok(system.UpdateVirtualSwitch(s.ctx, "vSwitch1", *spec))
	changed := s.vswitch("esx-01", "vSwitch1")
	equal(s, "MTU", changed.Mtu, 9000)
	equalList(s, "active", changed.Spec.Policy.NicTeaming.NicOrder.ActiveNic, []string{"vmnic2"})
	equal(s, "forged", *changed.Spec.Policy.Security.ForgedTransmits, false)
	equal(s, "MAC changes stay", *changed.Spec.Policy.Security.MacChanges, true)
	equal(s, "teaming stays", changed.Spec.Policy.NicTeaming.Policy, "loadbalance_srcid")
	equal(s, "inherited", *s.hostGroup("esx-01", "app").ComputedPolicy.Security.ForgedTransmits, false)

	// A NIC that leaves the bridge leaves the orders; policy and MTU stay.
	s.ok(system.UpdateVirtualSwitch(s.ctx, "vSwitch1", *standardSpec("vmnic1", "vmnic3")))
	changed = s.vswitch("esx-01", "vSwitch1")
	equal(s, "MTU", changed.Mtu, 9000)
	equalList(s, "active", changed.Spec.Policy.NicTeaming.NicOrder.ActiveNic, []string{})
	equalList(s, "standby", changed.Spec.Policy.NicTeaming.NicOrder.StandbyNic, []string{"vmnic1"})
	order := s.hostGroup("esx-01", "app").Spec.Policy.NicTeaming.NicOrder
	equalList(s, "active of the port group", order.ActiveNic, []string{"vmnic3"})
	equalList(s, "standby of the port group", order.StandbyNic, []string{})

	// One that joins it is in no order until somebody says so.
	s.ok(system.UpdateVirtualSwitch(s.ctx, "vSwitch1", *standardSpec("vmnic1", "vmnic2", "vmnic3")))
	equalList(s, "standby", s.vswitch("esx-01", "vSwitch1").Spec.Policy.NicTeaming.NicOrder.StandbyNic, []string{"vmnic1"})

	// No bridge: no uplinks.
	s.ok(system.UpdateVirtualSwitch(s.ctx, "vSwitch1", *standardSpec()))
	equal(s, "NICs", len(s.vswitch("esx-01", "vSwitch1").Pnic), 0)

	expectFault[*types.NotFound](s, system.UpdateVirtualSwitch(s.ctx, "vSwitch9", *standardSpec()), "")
	expectFault[*types.ResourceInUse](s, system.UpdateVirtualSwitch(s.ctx, "vSwitch1", *standardSpec("vmnic0")), "vmnic0")
	load := standardSpec()
	load.Policy = &types.HostNetworkPolicy{NicTeaming: &types.HostNicTeamingPolicy{Policy: "loadbalance_loadbased"}}
	expectFault[*types.NotSupported](s, system.UpdateVirtualSwitch(s.ctx, "vSwitch1", *load), "")
}

func TestRemoveSwitch(t *testing.T) {
	s := newSite(t)
	system := s.hostNetwork("esx-01")
	s.ok(system.AddVirtualSwitch(s.ctx, "vSwitch1", standardSpec("vmnic1")))
	s.ok(system.AddPortGroup(s.ctx, portGroup("app", "vSwitch1", 10)))
	device := must(system.AddVirtualNic(s.ctx, "app", address("192.0.2.10")))(s)
	expectFault[*types.ResourceInUse](s, system.RemoveVirtualSwitch(s.ctx, "vSwitch1"), "vSwitch1")
	s.ok(system.RemoveVirtualNic(s.ctx, device))
	equalList(s, "networks", s.names(), []string{"VM Network", "app"})
	s.ok(system.RemoveVirtualSwitch(s.ctx, "vSwitch1"))
	equalList(s, "networks", s.names(), []string{"VM Network"})
	equal(s, "port groups", len(s.info("esx-01").Portgroup), 2)
	expectFault[*types.NotFound](s, system.RemoveVirtualSwitch(s.ctx, "vSwitch1"), "")
}

// createVMOn makes a VM with one card on a standard port group.
func (s *site) createVMOn(network, host string) types.ManagedObjectReference {
	s.Helper()
	return must(s.create("vm-"+network, s.hosts[host], newCard(-1, &types.VirtualEthernetCardNetworkBackingInfo{
		VirtualDeviceDeviceBackingInfo: types.VirtualDeviceDeviceBackingInfo{DeviceName: network},
	})))(s)
}

func TestHostNetworkOverTheWire(t *testing.T) {
	s := newSite(t)
	system := s.hostNetwork("esx-01").Reference().Value
	call := func(method, content string) string {
		return fmt.Sprintf(envelope, fmt.Sprintf(`<%s xmlns="urn:vim25" %s><_this type="HostNetworkSystem">%s</_this>%s</%s>`, method, xsi, system, content, method))
	}
	add := func(spec string) string {
		return call("AddVirtualSwitch", `<vswitchName>vSwitch1</vswitchName><spec>`+spec+`</spec>`)
	}
	bridge := `<bridge xsi:type="HostVirtualSwitchBondBridge"><nicDevice>vmnic1</nicDevice><beacon><interval>1</interval></beacon></bridge>`
	s.expectRefused("bridge without type", add(`<numPorts>128</numPorts><bridge><nicDevice>vmnic1</nicDevice></bridge>`), "InvalidRequest", "bridge is polymorphic")
	s.expectRefused("MTU before bridge", add(`<numPorts>128</numPorts><mtu>9000</mtu>`+bridge), "InvalidRequest", "Unexpected element tag &#34;bridge&#34;")
	s.expectRefused("no number of ports", add(bridge), "InvalidRequest", "Required property numPorts")
	s.expectRefused("no policy", call("AddPortGroup", `<portgrp><name>app</name><vlanId>1</vlanId><vswitchName>vSwitch0</vswitchName></portgrp>`), "InvalidRequest", "Required property policy")
	s.expectRefused("VLAN after switch", call("AddPortGroup", `<portgrp><name>app</name><vswitchName>vSwitch0</vswitchName><vlanId>1</vlanId><policy/></portgrp>`), "InvalidRequest", "vlanId")
	s.expectRefused("port groups before switches", call("UpdateNetworkConfig", `<config><portgroup/><vswitch><name>a</name></vswitch></config><changeMode>modify</changeMode>`), "InvalidRequest", "vswitch")
	s.expectRefused("a fault of the API", add(`<numPorts>-1</numPorts>`), "InvalidArgument", "spec.numPorts")
	status, text := s.postRaw(add(`<numPorts>128</numPorts>` + bridge + `<policy><nicTeaming><nicOrder/></nicTeaming></policy><mtu>9000</mtu>`))
	equal(s, "status of "+text, status, http.StatusOK)
	vswitch := s.vswitch("esx-01", "vSwitch1")
	equal(s, "MTU", vswitch.Mtu, 9000)
	equalList(s, "active", vswitch.Spec.Policy.NicTeaming.NicOrder.ActiveNic, []string{})
	status, text = s.postRaw(call("AddVirtualNic", `<portgroup>VM Network</portgroup><nic><ip><dhcp>true</dhcp></ip></nic>`))
	equal(s, "status", status, http.StatusOK)
	equal(s, "answer", strings.Contains(text, "<returnval>vmk1</returnval>"), true)
}
