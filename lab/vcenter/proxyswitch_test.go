package main

import (
	"testing"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// proxySwitch is the part of a host's network configuration for one switch: pairs of device and port key.
func proxySwitch(uuid string, pairs ...string) types.HostProxySwitchConfig {
	backing := &types.DistributedVirtualSwitchHostMemberPnicBacking{}
	for index := 0; index < len(pairs); index += 2 {
		backing.PnicSpec = append(backing.PnicSpec, types.DistributedVirtualSwitchHostMemberPnicSpec{PnicDevice: pairs[index], UplinkPortKey: pairs[index+1]})
	}
	return types.HostProxySwitchConfig{ChangeOperation: "edit", Uuid: uuid, Spec: &types.HostProxySwitchSpec{Backing: backing}}
}

// fromHost does what a host's UpdateNetworkConfig does with its proxySwitch part.
func (s *site) fromHost(change proxySwitchChange) types.BaseMethodFault {
	ctx := newContext(s.server.service.Context.Map)
	s.server.network.mu.Lock()
	defer s.server.network.mu.Unlock()
	if change.host == nil {
		change.host = ctx.Map.Get(s.hosts["esx-01"]).(*simulator.HostSystem)
	}
	if change.vnics == nil && change.freed == nil {
		return s.server.network.applyProxySwitch(ctx, change.host, change.switches)
	}
	store, fault := s.server.network.prepareProxySwitch(ctx, change)
	if fault == nil {
		store()
	}
	return fault
}

// isFault checks a fault that came as a value.
func isFault[F types.BaseMethodFault](s *site, name string, found types.BaseMethodFault) {
	s.Helper()
	if _, is := found.(F); !is {
		var wanted F
		s.Errorf("%s: %T, want %T", name, found, wanted)
	}
}

func TestHostPlacesItsNICs(t *testing.T) {
	s := newSite(t)
	dvs := s.newLAGSwitch()
	s.ok(s.changeLAG(dvs, "add", lagOf("lag1", 2)))
	config, lag := s.config(dvs), s.hostLAG("esx-01", "lag1")
	change := func(switches ...types.HostProxySwitchConfig) types.BaseMethodFault {
		return s.fromHost(proxySwitchChange{switches: switches})
	}
	if fault := change(proxySwitch(config.Uuid, "vmnic2", lag["lag1-0"], "vmnic3", lag["lag1-1"])); fault != nil {
		t.Fatalf("%T", fault)
	}
	equalMap(s, "ports", s.ports(dvs, "esx-01"), map[string]string{"lag1-0": "vmnic2", "lag1-1": "vmnic3"})
	now := s.config(dvs)
	equal(s, "vCenter's own view", now.Host[0].Config.Backing.(*types.DistributedVirtualSwitchHostMemberPnicBacking).PnicSpec[1].UplinkPortKey, lag["lag1-1"])
	if now.ConfigVersion == config.ConfigVersion {
		t.Error("configVersion stayed")
	}
	isFault[*types.NotFound](s, "unknown switch", change(proxySwitch("none")))
	isFault[*types.NotFound](s, "unknown port", change(proxySwitch(config.Uuid, "vmnic2", "9999")))
	isFault[*types.ResourceInUse](s, "port twice", change(proxySwitch(config.Uuid, "vmnic2", lag["lag1-0"], "vmnic3", lag["lag1-0"])))
	isFault[*types.DvsOperationBulkFault](s, "unknown NIC", change(proxySwitch(config.Uuid, "vmnic9", "")))
	isFault[*types.ResourceInUse](s, "NIC of vSwitch0", change(proxySwitch(config.Uuid, "vmnic0", "")))
	isFault[*types.InvalidArgument](s, "switch twice", change(proxySwitch(config.Uuid), proxySwitch(config.Uuid)))
	joining := proxySwitch(config.Uuid)
	joining.ChangeOperation = "add"
	isFault[*types.InvalidArgument](s, "operation", change(joining))
	other := s.server.service.Context.Map.Get(s.hosts["esx-02"]).(*simulator.HostSystem)
	isFault[*types.NotFound](s, "no member", s.fromHost(proxySwitchChange{host: other, switches: []types.HostProxySwitchConfig{proxySwitch(config.Uuid)}}))
	equal(s, "configVersion", s.config(dvs).ConfigVersion, now.ConfigVersion)
}

func TestHostMovesManagementWithItsUplink(t *testing.T) {
	s := newSite(t)
	dvs, group := s.managed()
	s.moveVMK0("esx-01", nil)
	config := s.config(dvs)
	isFault[*types.ResourceInUse](s, "not freed", s.fromHost(proxySwitchChange{switches: []types.HostProxySwitchConfig{proxySwitch(config.Uuid, "vmnic0", "")}}))
	arriving := []types.HostVirtualNic{{Device: "vmk0", Key: "key-vim.host.VirtualNic-vmk0", Spec: types.HostVirtualNicSpec{
		DistributedVirtualPort: &types.DistributedVirtualSwitchPortConnection{SwitchUuid: config.Uuid, PortgroupKey: group.Value},
	}}}
	isFault[*types.NetworkDisruptedAndConfigRolledBack](s, "no uplink", s.fromHost(proxySwitchChange{
		switches: []types.HostProxySwitchConfig{proxySwitch(config.Uuid)}, vnics: arriving,
	}))
	if fault := s.fromHost(proxySwitchChange{
		switches: []types.HostProxySwitchConfig{proxySwitch(config.Uuid, "vmnic0", "")}, vnics: arriving, freed: []string{"vmnic0"},
	}); fault != nil {
		t.Fatalf("%T", fault)
	}
	equalMap(s, "ports", s.ports(dvs, "esx-01"), map[string]string{"up1": "vmnic0"})
}

func TestFailingHosts(t *testing.T) {
	s := newSite(t)
	dvs := s.newLAGSwitch()
	s.server.network.failHost("esx-01")
	version := s.config(dvs).ConfigVersion
	both := append(members("edit", s.hosts["esx-01"], "vmnic2"), members("add", s.hosts["esx-02"], "vmnic2")...)
	bulk := expectFault[*types.DvsOperationBulkFault](s, s.changeMembers(dvs, both), "one or more host members")
	equal(s, "failed hosts", len(bulk.HostFault), 1)
	equal(s, "failed host", bulk.HostFault[0].Host, s.hosts["esx-01"])
	isFault[*types.HostConfigFault](s, "fault", bulk.HostFault[0].Fault.Fault)
	equalMap(s, "failed", s.ports(dvs, "esx-01"), map[string]string{"up1": "vmnic2", "up2": "vmnic3"})
	equalMap(s, "joined", s.ports(dvs, "esx-02"), map[string]string{"up1": "vmnic2"})
	if s.config(dvs).ConfigVersion == version {
		t.Error("configVersion stayed, although one host joined")
	}
	isFault[*types.HostConfigFault](s, "from the host", s.fromHost(proxySwitchChange{switches: []types.HostProxySwitchConfig{proxySwitch(s.config(dvs).Uuid)}}))
	s.server.network.healHost("esx-01")
	s.ok(s.changeMembers(dvs, members("edit", s.hosts["esx-01"], "vmnic2")))
}
