package main

import (
	"testing"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// members is the host part of a specification for one host.
func members(operation string, host types.ManagedObjectReference, nics ...string) []types.DistributedVirtualSwitchHostMemberConfigSpec {
	backing := &types.DistributedVirtualSwitchHostMemberPnicBacking{}
	for _, nic := range nics {
		backing.PnicSpec = append(backing.PnicSpec, types.DistributedVirtualSwitchHostMemberPnicSpec{PnicDevice: nic})
	}
	return []types.DistributedVirtualSwitchHostMemberConfigSpec{{Operation: operation, Host: host, Backing: backing}}
}

func (s *site) changeMembers(dvs types.ManagedObjectReference, hosts []types.DistributedVirtualSwitchHostMemberConfigSpec) error {
	s.Helper()
	return s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) { spec.Host = hosts })
}

// uplinks maps each uplink of a host to the NIC on it, as the host's own proxy switch has it.
func (s *site) uplinks(host string) map[string]string {
	s.Helper()
	found := map[string]string{}
	for _, proxy := range get[mo.HostSystem](s, s.hosts[host], "config.network.proxySwitch").Config.Network.ProxySwitch {
		names := map[string]string{}
		for _, port := range proxy.UplinkPort {
			names[port.Key] = port.Value
			found[port.Value] = ""
		}
		for _, nic := range proxy.Spec.Backing.(*types.DistributedVirtualSwitchHostMemberPnicBacking).PnicSpec {
			found[names[nic.UplinkPortKey]] = nic.PnicDevice
		}
	}
	return found
}

func equalUplinks(s *site, host string, wanted map[string]string) {
	s.Helper()
	found := s.uplinks(host)
	equal(s, "uplinks of "+host, len(found), len(wanted))
	for name, nic := range wanted {
		equal(s, host+" "+name, found[name], nic)
	}
}

func TestMembersJoinChangeAndLeave(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	group := s.newGroup(dvs, "app", nil)
	both := append(members("add", s.hosts["esx-01"], "vmnic2", "vmnic3"), members("add", s.hosts["esx-02"], "vmnic2")...)
	s.ok(s.changeMembers(dvs, both))
	equalUplinks(s, "esx-01", map[string]string{"up1": "vmnic2", "up2": "vmnic3"})
	equalUplinks(s, "esx-02", map[string]string{"up1": "vmnic2", "up2": ""})
	config := s.config(dvs)
	equal(s, "members", len(config.Host), 2)
	equal(s, "uplink ports of a member", len(config.Host[0].UplinkPortKey), 2)
	equal(s, "uplink ports", s.group(config.UplinkPortgroup[0]).NumPorts, 4)
	equalList(s, "hosts of the port group", get[mo.DistributedVirtualPortgroup](s, group, "host").Host,
		[]types.ManagedObjectReference{s.hosts["esx-01"], s.hosts["esx-02"]})
	// A new list of NICs is the whole truth for the host.
	s.ok(s.changeMembers(dvs, members("edit", s.hosts["esx-01"], "vmnic3")))
	equalUplinks(s, "esx-01", map[string]string{"up1": "vmnic3", "up2": ""})
	equal(s, "switch that was joined", lastEvent(s, &types.DvsHostJoinedEvent{}).Dvs.Dvs, dvs)
	equal(s, "nobody left", lastEvent(s, &types.DvsHostLeftEvent{}).Key, 0)
	s.ok(s.changeMembers(dvs, members("remove", s.hosts["esx-01"])))
	equal(s, "who left", lastEvent(s, &types.DvsHostLeftEvent{}).HostLeft.Name, "esx-01")
	equalUplinks(s, "esx-01", map[string]string{})
	equalUplinks(s, "esx-02", map[string]string{"up1": "vmnic2", "up2": ""})
	equal(s, "uplink ports", s.group(config.UplinkPortgroup[0]).NumPorts, 2)
	dvsNow := get[mo.VmwareDistributedVirtualSwitch](s, dvs, "summary", "runtime")
	equalList(s, "members in the summary", dvsNow.Summary.HostMember, []types.ManagedObjectReference{s.hosts["esx-02"]})
	equal(s, "state of the member", dvsNow.Runtime.HostMemberRuntime[0].Status, "up")
}

func TestCreateSwitchWithMembers(t *testing.T) {
	s := newSite(t)
	spec := twoUplinks("dvs0")
	spec.Host = members("add", s.hosts["esx-01"], "vmnic2", "vmnic3")
	must(s.createSwitch(spec))(s)
	equalUplinks(s, "esx-01", map[string]string{"up1": "vmnic2", "up2": "vmnic3"})
}

func TestMemberFaults(t *testing.T) {
	s := newSite(t)
	dvs, other := s.newSwitch("dvs0"), s.newSwitch("other")
	esx01, esx02 := s.hosts["esx-01"], s.hosts["esx-02"]
	s.ok(s.changeMembers(other, members("add", esx01, "vmnic3")))
	equal(s, "NIC of a distributed switch",
		expectFault[*types.ResourceInUse](s, s.changeMembers(dvs, members("add", esx01, "vmnic3")), "The resource 'vmnic3' is in use.").Name, "vmnic3")
	expectFault[*types.ResourceInUse](s, s.changeMembers(dvs, members("add", esx01, "vmnic0")), "The resource 'vmnic0' is in use.")
	bulk := expectFault[*types.DvsOperationBulkFault](s, s.changeMembers(dvs, members("add", esx01, "vmnic9")), "vmnic9 on esx-01")
	equal(s, "host of the fault", bulk.HostFault[0].Host, esx01)
	expectFault[*types.InvalidArgument](s, s.changeMembers(dvs, members("add", esx01, "vmnic2", "vmnic2")), "pnicDevice")
	expectFault[*types.InvalidArgument](s, s.changeMembers(dvs, append(members("add", esx01), members("add", esx01)...)), "spec.host")
	expectFault[*types.InvalidArgument](s, s.changeMembers(dvs, members("swap", esx01)), "spec.host.operation")
	expectFault[*types.NotFound](s, s.changeMembers(dvs, members("edit", esx01, "vmnic2")), "could not be found")
	expectFault[*types.NotFound](s, s.changeMembers(dvs, members("remove", esx01)), "could not be found")
	expectFault[*types.NotFound](s, s.changeMembers(dvs, members("add", types.ManagedObjectReference{Type: "HostSystem", Value: "host-0"})), "could not be found")
	expectFault[*types.ResourceNotAvailable](s, s.changeMembers(dvs, members("add", esx02, "vmnic1", "vmnic2", "vmnic3")), "uplink port")
	s.ok(s.changeMembers(dvs, members("add", esx02, "vmnic2")))
	equal(s, "member twice", expectFault[*types.AlreadyExists](s, s.changeMembers(dvs, members("add", esx02)), "'esx-02' already exists").Name, "esx-02")
	abstract := members("edit", esx02)
	abstract[0].Backing = &types.DistributedVirtualSwitchHostMemberBacking{}
	expectFault[*types.InvalidArgument](s, s.changeMembers(dvs, abstract), "spec.host.backing")
	equalUplinks(s, "esx-02", map[string]string{"up1": "vmnic2", "up2": ""})
}

func TestNICsAskForUplinkPorts(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	esx01 := s.hosts["esx-01"]
	s.ok(s.changeMembers(dvs, members("add", esx01, "vmnic2")))
	keys := s.config(dvs).Host[0].UplinkPortKey
	edit := members("edit", esx01, "vmnic3", "vmnic2")
	specs := edit[0].Backing.(*types.DistributedVirtualSwitchHostMemberPnicBacking).PnicSpec
	specs[1].UplinkPortKey = keys[0]
	s.ok(s.changeMembers(dvs, edit))
	equalUplinks(s, "esx-01", map[string]string{"up1": "vmnic2", "up2": "vmnic3"})
	specs[0].UplinkPortKey = keys[0]
	expectFault[*types.ResourceInUse](s, s.changeMembers(dvs, edit), "is in use")
	specs[0].UplinkPortKey = "9999"
	expectFault[*types.NotFound](s, s.changeMembers(dvs, edit), "could not be found")
}

func TestUplinksAreRenamedAndRemoved(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	s.ok(s.changeMembers(dvs, members("add", s.hosts["esx-01"], "vmnic2")))
	group := s.newGroup(dvs, "app", order("up2", "up1"))
	keys := s.config(dvs).Host[0].UplinkPortKey
	rename := func(names ...string) error {
		return s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) {
			spec.UplinkPortPolicy = &types.DVSNameArrayUplinkPortPolicy{UplinkPortName: names}
		})
	}
	s.ok(rename("left", "up2", "spare"))
	equalUplinks(s, "esx-01", map[string]string{"left": "vmnic2", "up2": "", "spare": ""})
	equalList(s, "order of the port group", teaming(s.group(group).DefaultPortConfig).UplinkPortOrder.ActiveUplinkPort, []string{"up2", "left"})
	equalList(s, "port keys stay", s.config(dvs).Host[0].UplinkPortKey[:2], keys)
	s.ok(rename("left"))
	equalUplinks(s, "esx-01", map[string]string{"left": "vmnic2"})
	equalList(s, "order of the port group", teaming(s.group(group).DefaultPortConfig).UplinkPortOrder.ActiveUplinkPort, []string{"left"})
	expectFault[*types.ResourceNotAvailable](s, s.changeMembers(dvs, members("edit", s.hosts["esx-01"], "vmnic2", "vmnic3")), "not available")
}

func TestFetchPorts(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	s.newGroup(dvs, "app", &types.VMwareDVSPortSetting{Vlan: &types.VmwareDistributedVirtualSwitchVlanIdSpec{VlanId: 10}})
	other := s.newGroup(dvs, "other", nil)
	both := append(members("add", s.hosts["esx-01"], "vmnic2"), members("add", s.hosts["esx-02"])...)
	s.ok(s.changeMembers(dvs, both))
	fetch := func(criteria types.DistributedVirtualSwitchPortCriteria) []types.DistributedVirtualPort {
		answer, err := methods.FetchDVPorts(s.ctx, s.client, &types.FetchDVPorts{This: dvs, Criteria: &criteria})
		s.ok(err)
		return answer.Returnval
	}
	yes, no := true, false
	all := fetch(types.DistributedVirtualSwitchPortCriteria{})
	equal(s, "ports", len(all), 4+2*defaultPorts)
	equal(s, "ports in the switch's own count", s.config(dvs).NumPorts, int32(len(all)))
	seen := map[string]bool{}
	for _, port := range all {
		if seen[port.Key] {
			t.Errorf("port key %s is used twice", port.Key)
		}
		seen[port.Key] = true
	}
	equal(s, "uplink ports of a host", len(fetch(types.DistributedVirtualSwitchPortCriteria{UplinkPort: &yes, Host: []types.ManagedObjectReference{s.hosts["esx-01"]}})), 2)
	connected := fetch(types.DistributedVirtualSwitchPortCriteria{Connected: &yes})
	equal(s, "connected", len(connected), 1)
	equal(s, "name", connected[0].Config.Name, "up1")
	equal(s, "NIC", connected[0].Connectee.NicKey, "vmnic2")
	equal(s, "host", *connected[0].ProxyHost, s.hosts["esx-01"])
	inside := fetch(types.DistributedVirtualSwitchPortCriteria{PortgroupKey: []string{other.Value}, Inside: &yes})
	equal(s, "inside", len(inside), defaultPorts)
	equal(s, "outside", len(fetch(types.DistributedVirtualSwitchPortCriteria{PortgroupKey: []string{other.Value}, Inside: &no, UplinkPort: &no})), defaultPorts)
	keys, err := methods.FetchDVPortKeys(s.ctx, s.client, &types.FetchDVPortKeys{This: dvs, Criteria: &types.DistributedVirtualSwitchPortCriteria{Connected: &yes}})
	s.ok(err)
	equalList(s, "keys", keys.Returnval, []string{connected[0].Key})
	equal(s, "by key", fetch(types.DistributedVirtualSwitchPortCriteria{PortKey: []string{inside[0].Key}})[0].Key, inside[0].Key)
}
