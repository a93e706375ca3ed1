package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// setLink returns the events that it caused: the identifier and the arguments.
func (s *site) setLink(host, device string, isUp bool) []string {
	s.Helper()
	all := func(event types.BaseEvent) bool {
		extended, is := event.(*types.EventEx)
		return is && strings.Contains(extended.EventTypeId, ".net.")
	}
	before := len(s.events(all))
	s.ok(s.server.network.setLink(newContext(s.server.service.Context.Map), host, device, isUp))
	told := []string{}
	for _, event := range s.events(all)[before:] {
		extended := event.(*types.EventEx)
		line := extended.EventTypeId
		for _, argument := range extended.Arguments {
			line += " " + argument.Value.(string)
		}
		equal(s, "host", extended.Host.Host, s.hosts[host])
		equal(s, "object", extended.ObjectId+" "+extended.ObjectType, s.hosts[host].Value+" HostSystem")
		told = append(told, line)
	}
	slices.Sort(told)
	return told
}

func TestLinksOfStandardSwitch(t *testing.T) {
	s := newSite(t)
	system := s.hostNetwork("esx-01")
	s.ok(system.AddVirtualSwitch(s.ctx, "vSwitch1", standardSpec("vmnic1", "vmnic2", "vmnic3")))
	s.ok(system.AddPortGroup(s.ctx, portGroup("storage", "vSwitch1", 30)))
	s.ok(system.AddPortGroup(s.ctx, portGroup("unused", "vSwitch1", 31)))
	must(system.AddVirtualNic(s.ctx, "storage", address("192.0.2.10")))(s)
	watch := s.watch(map[types.ManagedObjectReference][]string{s.hosts["esx-01"]: {"config.network"}})

	equalList(s, "first", s.setLink("esx-01", "vmnic1", false), []string{
		"esx.problem.net.redundancy.degraded vSwitch1 vmnic1 storage", "esx.problem.net.vmnic.linkstate.down vmnic1",
	})
	network := watch.until(s.hosts["esx-01"], "config.network").(types.HostNetworkInfo)
	equal(s, "link", network.Pnic[1].LinkSpeed == nil, true)
	equal(s, "link of the other", network.Pnic[2].LinkSpeed.SpeedMb, 25000)
	equalList(s, "again", s.setLink("esx-01", "vmnic1", false), []string{})
	equalList(s, "second", s.setLink("esx-01", "vmnic2", false), []string{
		"esx.problem.net.redundancy.lost vSwitch1 vmnic2 storage", "esx.problem.net.vmnic.linkstate.down vmnic2",
	})
	equalList(s, "third", s.setLink("esx-01", "vmnic3", false), []string{
		"esx.problem.net.connectivity.lost vSwitch1 vmnic3 storage", "esx.problem.net.vmnic.linkstate.down vmnic3",
	})
	equalList(s, "back", s.setLink("esx-01", "vmnic1", true), []string{
		"esx.clear.net.connectivity.restored vSwitch1 storage vmnic1", "esx.clear.net.vmnic.linkstate.up vmnic1",
	})
	equalList(s, "back", s.setLink("esx-01", "vmnic2", true), []string{
		"esx.clear.net.redundancy.restored vSwitch1 storage vmnic2", "esx.clear.net.vmnic.linkstate.up vmnic2",
	})
	equal(s, "speed", nicIn(s.info("esx-01"), "vmnic1").LinkSpeed.SpeedMb, 25000)
	if err := s.server.network.setLink(newContext(s.server.service.Context.Map), "esx-01", "vmnic9", false); err == nil {
		t.Error("a NIC that is not there was pulled")
	}
}

func TestLinksOfDistributedSwitch(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	group := s.newGroup(dvs, "storage", nil)
	s.ok(s.changeMembers(dvs, members("add", s.hosts["esx-01"], "vmnic2", "vmnic3")))
	equalList(s, "nobody uses it", s.setLink("esx-01", "vmnic2", false), []string{"esx.problem.net.vmnic.linkstate.down vmnic2"})
	s.setLink("esx-01", "vmnic2", true)
	spec := address("192.0.2.10")
	spec.DistributedVirtualPort = &types.DistributedVirtualSwitchPortConnection{SwitchUuid: s.config(dvs).Uuid, PortgroupKey: group.Value}
	device := must(s.hostNetwork("esx-01").AddVirtualNic(s.ctx, "", spec))(s)
	port := s.config(dvs).Uuid + "/" + s.vnic("esx-01", device).Spec.DistributedVirtualPort.PortKey
	equalList(s, "first", s.setLink("esx-01", "vmnic2", false), []string{
		"esx.problem.net.dvport.redundancy.lost " + port + " vmnic2", "esx.problem.net.vmnic.linkstate.down vmnic2",
	})
	isUp := func(device string) bool {
		for _, key := range s.config(dvs).Host[0].UplinkPortKey {
			if port := s.portOf(dvs, key); port.Connectee.NicKey == device {
				return port.State.RuntimeInfo.LinkUp
			}
		}
		return false
	}
	equal(s, "port of the one", isUp("vmnic2"), false)
	equal(s, "port of the other", isUp("vmnic3"), true)
	equalList(s, "second", s.setLink("esx-01", "vmnic3", false), []string{
		"esx.problem.net.dvport.connectivity.lost " + port + " vmnic3", "esx.problem.net.vmnic.linkstate.down vmnic3",
	})
	equalList(s, "back", s.setLink("esx-01", "vmnic3", true), []string{
		"esx.clear.net.dvport.connectivity.restored " + port + " vmnic3", "esx.clear.net.vmnic.linkstate.up vmnic3",
	})
}

func TestManagementNeedsALink(t *testing.T) {
	s := newSite(t)
	system := s.hostNetwork("esx-01")
	s.ok(system.UpdateVirtualSwitch(s.ctx, "vSwitch0", *standardSpec("vmnic0", "vmnic1")))
	s.setLink("esx-01", "vmnic1", false)
	spec := standardSpec("vmnic1")
	spec.Policy = activeStandby([]string{"vmnic1"}, nil)
	expectFault[*types.NetworkDisruptedAndConfigRolledBack](s, system.UpdateVirtualSwitch(s.ctx, "vSwitch0", *spec), "")
	s.setLink("esx-01", "vmnic1", true)
	s.ok(system.UpdateVirtualSwitch(s.ctx, "vSwitch0", *spec))
	equal(s, "MTU", get[mo.HostSystem](s, s.hosts["esx-01"], "config.network").Config.Network.Vswitch[0].Mtu, 1500)
}
