package main

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/vmware/govmomi/event"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// moveVMK0 puts a host's management NIC on a port group of a distributed switch, or with none on the standard one.
func (s *site) moveVMK0(host string, connection *types.DistributedVirtualSwitchPortConnection) {
	ctx := newContext(s.server.service.Context.Map)
	system := ctx.Map.Get(s.hosts[host]).(*simulator.HostSystem)
	network := *system.Config.Network
	network.Vnic = slices.Clone(network.Vnic)
	network.Vnic[0].Spec.DistributedVirtualPort = connection
	setHostNetwork(ctx, system, &network)
}

// managed is a switch with vmk0 of esx-01 on its port group "mgmt" in VLAN 10, over vmnic2 on up1 and vmnic3 on up2.
func (s *site) managed() (dvs, group types.ManagedObjectReference) {
	s.Helper()
	dvs = s.newLAGSwitch()
	group = s.newGroup(dvs, "mgmt", &types.VMwareDVSPortSetting{Vlan: &types.VmwareDistributedVirtualSwitchVlanIdSpec{VlanId: 10}})
	s.moveVMK0("esx-01", &types.DistributedVirtualSwitchPortConnection{SwitchUuid: s.config(dvs).Uuid, PortgroupKey: group.Value})
	return dvs, group
}

// lastEvent is the newest event of a type, or an empty one.
func lastEvent[E types.BaseEvent](s *site, none E) E {
	s.Helper()
	kind := reflect.TypeOf(none).Elem().Name()
	posted, err := event.NewManager(s.client.Client).QueryEvents(s.ctx, types.EventFilterSpec{EventTypeId: []string{kind}})
	s.ok(err)
	last := none
	for _, each := range posted {
		if each.GetEvent().Key > last.GetEvent().Key {
			last = each.(E)
		}
	}
	return last
}

func TestManagementIsNotCutOff(t *testing.T) {
	s := newSite(t)
	dvs, group := s.managed()
	s.ok(s.changeLAG(dvs, "add", lagOf("lag1", 2)))
	config, lag := s.config(dvs), s.hostLAG("esx-01", "lag1")
	uplinks := config.UplinkPortgroup[0]
	groupChange := func(group types.ManagedObjectReference, setting *types.VMwareDVSPortSetting) func() error {
		return func() error {
			return s.reconfigureGroup(group, func(spec *types.DVPortgroupConfigSpec) { spec.DefaultPortConfig = setting })
		}
	}
	trunk := func(start, end int32) *types.VMwareDVSPortSetting {
		return &types.VMwareDVSPortSetting{Vlan: &types.VmwareDistributedVirtualSwitchTrunkVlanSpec{VlanId: []types.NumericRange{{Start: start, End: end}}}}
	}
	for name, change := range map[string]func() error{
		"no NIC":                   func() error { return s.changeMembers(dvs, members("edit", s.hosts["esx-01"])) },
		"all NICs on LAG":          func() error { return s.place(dvs, "esx-01", "vmnic2", lag["lag1-0"], "vmnic3", lag["lag1-1"]) },
		"blocked":                  groupChange(group, &types.VMwareDVSPortSetting{DVPortSetting: types.DVPortSetting{Blocked: boolPolicy(true)}}),
		"another VLAN":             groupChange(group, &types.VMwareDVSPortSetting{Vlan: &types.VmwareDistributedVirtualSwitchVlanIdSpec{VlanId: 11}}),
		"a trunk":                  groupChange(group, trunk(10, 10)),
		"empty LAG":                groupChange(group, order("lag1")),
		"uplinks without the VLAN": groupChange(uplinks, trunk(20, 30)),
		"uplinks blocked":          groupChange(uplinks, &types.VMwareDVSPortSetting{DVPortSetting: types.DVPortSetting{Blocked: boolPolicy(true)}}),
		"blocked by the switch": func() error {
			return s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) {
				spec.DefaultPortConfig = &types.VMwareDVSPortSetting{DVPortSetting: types.DVPortSetting{Blocked: boolPolicy(true)}}
			})
		},
	} {
		before, last := s.config(dvs), lastEvent(s, &types.NetworkRollbackEvent{})
		groupBefore, uplinksBefore := s.group(group).ConfigVersion, s.group(uplinks).ConfigVersion
		rolledBack := expectFault[*types.NetworkDisruptedAndConfigRolledBack](s, change(), "rolled back")
		equal(s, name+": host", rolledBack.Host, "esx-01")
		equal(s, name+": configVersion", s.config(dvs).ConfigVersion, before.ConfigVersion)
		equal(s, name+": versions of port groups", s.group(group).ConfigVersion+s.group(uplinks).ConfigVersion, groupBefore+uplinksBefore)
		equalMap(s, name, s.ports(dvs, "esx-01"), map[string]string{"up1": "vmnic2", "up2": "vmnic3"})
		if lastEvent(s, &types.NetworkRollbackEvent{}).Key == last.Key {
			t.Errorf("%s: no event", name)
		}
	}
	posted := lastEvent(s, &types.RollbackEvent{})
	equal(s, "host of the event", posted.HostName, "esx-01")
	equal(s, "switch of the event", posted.Dvs.Dvs, dvs)
	if !strings.Contains(posted.FullFormattedMessage, "esx-01") {
		t.Errorf("the event says %q", posted.FullFormattedMessage)
	}
	features := get[mo.VmwareDistributedVirtualSwitch](s, dvs, "capability").Capability.FeaturesSupported.(*types.VMwareDVSFeatureCapability)
	equal(s, "capability", features.RollbackCapability.RollbackSupported, true)
}

func TestManagementMayMoveStepByStep(t *testing.T) {
	s := newSite(t)
	dvs, group := s.managed()
	s.ok(s.changeLAG(dvs, "add", lagOf("lag1", 2)))
	standalone, lag := s.config(dvs).Host[0].UplinkPortKey, s.hostLAG("esx-01", "lag1")
	setting := order("up1", "up2")
	setting.UplinkTeamingPolicy.UplinkPortOrder.StandbyUplinkPort = []string{"lag1"}
	s.ok(s.reconfigureGroup(group, func(spec *types.DVPortgroupConfigSpec) { spec.DefaultPortConfig = setting }))
	s.ok(s.place(dvs, "esx-01", "vmnic2", lag["lag1-0"], "vmnic3", standalone[1]))
	s.ok(s.place(dvs, "esx-01", "vmnic2", lag["lag1-0"], "vmnic3", lag["lag1-1"]))
	s.ok(s.reconfigureGroup(group, func(spec *types.DVPortgroupConfigSpec) { spec.DefaultPortConfig = order("lag1") }))
	// Settings that cut nobody off go through: an MTU, a host without management here.
	s.ok(s.changeMembers(dvs, members("add", s.hosts["esx-02"], "vmnic2")))
	s.ok(s.changeMembers(dvs, members("edit", s.hosts["esx-02"])))
	equal(s, "key of an event", lastEvent(s, &types.NetworkRollbackEvent{}).Key, 0)
}

func TestALinkThatIsDownReachesNobody(t *testing.T) {
	s := newSite(t)
	dvs, _ := s.managed()
	ctx := newContext(s.server.service.Context.Map)
	host := ctx.Map.Get(s.hosts["esx-01"]).(*simulator.HostSystem)
	network := *host.Config.Network
	network.Pnic = slices.Clone(network.Pnic)
	network.Pnic[3].LinkSpeed = nil
	setHostNetwork(ctx, host, &network)
	expectFault[*types.NetworkDisruptedAndConfigRolledBack](s, s.changeMembers(dvs, members("edit", s.hosts["esx-01"], "vmnic3")), "esx-01")
	yes := true
	active, err := methods.FetchDVPorts(s.ctx, s.client, &types.FetchDVPorts{This: dvs, Criteria: &types.DistributedVirtualSwitchPortCriteria{Active: &yes}})
	s.ok(err)
	equal(s, "active ports", len(active.Returnval), 1)
	equal(s, "active port", active.Returnval[0].Config.Name, "up1")
	s.ok(s.changeMembers(dvs, members("edit", s.hosts["esx-01"], "vmnic2")))
}

func TestVMkernelNICsAreUsers(t *testing.T) {
	s := newSite(t)
	dvs, group := s.managed()
	expectFault[*types.ResourceInUse](s, s.destroy(group), "'mgmt' is in use")
	expectFault[*types.ResourceInUse](s, s.destroy(dvs), "'dvs0' is in use")
	expectFault[*types.ResourceInUse](s, s.changeMembers(dvs, members("remove", s.hosts["esx-01"])), "'vmk0' is in use")
	s.moveVMK0("esx-01", nil)
	s.ok(s.destroy(group))
	s.ok(s.changeMembers(dvs, members("remove", s.hosts["esx-01"])))
}
