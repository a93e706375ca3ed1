package main

import (
	"fmt"
	"slices"
	"testing"

	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func TestBeaconOfPortGroupNeedsThatOfSwitch(t *testing.T) {
	s := newSite(t)
	system := s.hostNetwork("esx-01")
	spec := standardSpec("vmnic1", "vmnic2")
	spec.Bridge.(*types.HostVirtualSwitchBondBridge).Beacon = &types.HostVirtualSwitchBeaconConfig{Interval: 1}
	s.ok(system.AddVirtualSwitch(s.ctx, "vSwitch1", spec))
	group := portGroup("app", "vSwitch1", 10)
	group.Policy.NicTeaming = &types.HostNicTeamingPolicy{FailureCriteria: &types.HostNicFailureCriteria{CheckBeacon: types.NewBool(true)}}
	s.ok(system.AddPortGroup(s.ctx, group))
	expectFault[*types.InvalidArgument](s, system.UpdateVirtualSwitch(s.ctx, "vSwitch1", *standardSpec("vmnic1", "vmnic2")), "checkBeacon")
}

func TestPortGroupInherits(t *testing.T) {
	s := newSite(t)
	system := s.hostNetwork("esx-01")
	s.ok(system.AddVirtualSwitch(s.ctx, "vSwitch1", standardSpec("vmnic1", "vmnic2")))
	s.ok(system.AddPortGroup(s.ctx, portGroup("app", "vSwitch1", 10)))
	group := s.hostGroup("esx-01", "app")
	equal(s, "key", group.Key, "key-vim.host.PortGroup-app")
	equal(s, "switch", group.Vswitch, "key-vim.host.VirtualSwitch-vSwitch1")
	equalList(s, "computed order", group.ComputedPolicy.NicTeaming.NicOrder.ActiveNic, []string{"vmnic1", "vmnic2"})
	policy := group.Spec.Policy
	if policy.Security == nil || policy.NicTeaming == nil || policy.ShapingPolicy == nil || policy.Security.MacChanges != nil || policy.NicTeaming.NicOrder != nil {
		t.Errorf("own policy: %+v", policy)
	}

	spec := portGroup("app", "vSwitch1", 4095)
	spec.Policy = types.HostNetworkPolicy{
		Security:   &types.HostNetworkSecurityPolicy{AllowPromiscuous: types.NewBool(true)},
		NicTeaming: &types.HostNicTeamingPolicy{Policy: "failover_explicit", NicOrder: &types.HostNicOrderPolicy{ActiveNic: []string{"vmnic2"}}},
	}
	s.ok(system.UpdatePortGroup(s.ctx, "app", spec))
	group = s.hostGroup("esx-01", "app")
	equal(s, "VLAN", group.Spec.VlanId, 4095)
	computed := group.ComputedPolicy
	equal(s, "security", fmt.Sprint(*computed.Security.AllowPromiscuous, *computed.Security.MacChanges), "true true")
	equal(s, "teaming", computed.NicTeaming.Policy, "failover_explicit")
	equal(s, "notify", *computed.NicTeaming.NotifySwitches, true)
	equalList(s, "order", computed.NicTeaming.NicOrder.ActiveNic, []string{"vmnic2"})

	// An order without NICs is no inheritance: no adapter is used.
	spec.Policy = types.HostNetworkPolicy{NicTeaming: &types.HostNicTeamingPolicy{NicOrder: &types.HostNicOrderPolicy{}}}
	s.ok(system.UpdatePortGroup(s.ctx, "app", spec))
	group = s.hostGroup("esx-01", "app")
	equalList(s, "no adapters", group.ComputedPolicy.NicTeaming.NicOrder.ActiveNic, []string{})
	equal(s, "teaming is inherited again", group.ComputedPolicy.NicTeaming.Policy, "loadbalance_srcid")
	equal(s, "security is inherited again", *group.ComputedPolicy.Security.AllowPromiscuous, false)
}

func TestPortGroupIsChecked(t *testing.T) {
	s := newSite(t)
	system := s.hostNetwork("esx-01")
	s.ok(system.AddVirtualSwitch(s.ctx, "vSwitch1", standardSpec("vmnic1")))
	s.ok(system.AddPortGroup(s.ctx, portGroup("app", "vSwitch1", 10)))
	s.ok(system.AddPortGroup(s.ctx, portGroup("web", "vSwitch1", 0)))
	expectFault[*types.AlreadyExists](s, system.AddPortGroup(s.ctx, portGroup("app", "vSwitch0", 1)), "app")
	expectFault[*types.NotFound](s, system.AddPortGroup(s.ctx, portGroup("db", "vSwitch9", 1)), "")
	expectFault[*types.InvalidArgument](s, system.AddPortGroup(s.ctx, portGroup("db", "vSwitch1", 4096)), "vlanId")
	expectFault[*types.InvalidArgument](s, system.AddPortGroup(s.ctx, portGroup("db", "vSwitch1", -1)), "vlanId")
	expectFault[*types.InvalidArgument](s, system.AddPortGroup(s.ctx, portGroup("", "vSwitch1", 1)), "name")
	strange := portGroup("db", "vSwitch1", 1)
	strange.Policy = *activeStandby([]string{"vmnic2"}, nil)
	expectFault[*types.InvalidArgument](s, system.AddPortGroup(s.ctx, strange), "portgrp.policy.nicTeaming.nicOrder (vmnic2)")
	expectFault[*types.NotFound](s, system.UpdatePortGroup(s.ctx, "db", portGroup("db", "vSwitch1", 1)), "")
	expectFault[*types.NotFound](s, system.UpdatePortGroup(s.ctx, "app", portGroup("app", "vSwitch9", 1)), "")
	expectFault[*types.AlreadyExists](s, system.UpdatePortGroup(s.ctx, "app", portGroup("web", "vSwitch1", 1)), "web")
	expectFault[*types.InvalidArgument](s, system.UpdatePortGroup(s.ctx, "app", portGroup("app", "vSwitch1", 5000)), "vlanId")
	expectFault[*types.NotFound](s, system.RemovePortGroup(s.ctx, "db"), "")
	expectFault[*types.ResourceInUse](s, system.RemovePortGroup(s.ctx, "Management Network"), "Management Network")
	equal(s, "VLAN", s.hostGroup("esx-01", "app").Spec.VlanId, 10)
	s.ok(system.RemovePortGroup(s.ctx, "app"))
	equal(s, "port groups", len(s.info("esx-01").Portgroup), 3)
}

func TestSameNameIsOneNetwork(t *testing.T) {
	s := newSite(t)
	for _, host := range []string{"esx-01", "esx-02"} {
		s.ok(s.hostNetwork(host).AddVirtualSwitch(s.ctx, "vSwitch1", standardSpec("vmnic1")))
		s.ok(s.hostNetwork(host).AddPortGroup(s.ctx, portGroup("app", "vSwitch1", 10)))
	}
	equalList(s, "networks", s.names(), []string{"VM Network", "app"})
	offered := get[mo.HostSystem](s, s.hosts["esx-01"], "network").Network
	index := slices.IndexFunc(offered, func(ref types.ManagedObjectReference) bool { return get[mo.Network](s, ref, "name").Name == "app" })
	app := offered[index]
	network := get[mo.Network](s, app, "host", "summary", "name")
	equalList(s, "hosts", network.Host, []types.ManagedObjectReference{s.hosts["esx-01"], s.hosts["esx-02"]})
	equal(s, "accessible", network.Summary.GetNetworkSummary().Accessible, true)
	cluster := *get[mo.HostSystem](s, s.hosts["esx-01"], "parent").Parent
	equal(s, "the cluster offers it", slices.Contains(get[mo.ClusterComputeResource](s, cluster, "network").Network, app), true)

	s.ok(s.hostNetwork("esx-01").RemovePortGroup(s.ctx, "app"))
	equalList(s, "hosts", get[mo.Network](s, app, "host").Host, []types.ManagedObjectReference{s.hosts["esx-02"]})
	equal(s, "esx-01 offers it", slices.Contains(get[mo.HostSystem](s, s.hosts["esx-01"], "network").Network, app), false)
	s.ok(s.hostNetwork("esx-02").UpdatePortGroup(s.ctx, "app", portGroup("web", "vSwitch1", 10)))
	equalList(s, "networks", s.names(), []string{"VM Network", "web"})
	equal(s, "the cluster offers it", slices.Contains(get[mo.ClusterComputeResource](s, cluster, "network").Network, app), false)
}

func TestPortGroupWithVMStays(t *testing.T) {
	s := newSite(t)
	system := s.hostNetwork("esx-01")
	s.ok(system.AddVirtualSwitch(s.ctx, "vSwitch1", standardSpec("vmnic1")))
	s.ok(system.AddPortGroup(s.ctx, portGroup("app", "vSwitch1", 10)))
	machine := s.createVMOn("app", "esx-01")
	expectFault[*types.ResourceInUse](s, system.RemovePortGroup(s.ctx, "app"), "app")
	expectFault[*types.ResourceInUse](s, system.RemoveVirtualSwitch(s.ctx, "vSwitch1"), "vSwitch1")
	// The name is another one, but the VM keeps the network that it names.
	s.ok(system.UpdatePortGroup(s.ctx, "app", portGroup("web", "vSwitch1", 10)))
	equalList(s, "networks", s.names(), []string{"VM Network", "app", "web"})
	network := get[mo.Network](s, get[mo.VirtualMachine](s, machine, "network").Network[0], "summary", "host")
	equal(s, "accessible", network.Summary.GetNetworkSummary().Accessible, false)
	equal(s, "hosts", len(network.Host), 0)
}
