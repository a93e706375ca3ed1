package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func (s *site) vnic(host, device string) *types.HostVirtualNic {
	s.Helper()
	vnics := s.info(host).Vnic
	index := slices.IndexFunc(vnics, func(vnic types.HostVirtualNic) bool { return vnic.Device == device })
	if index < 0 {
		return nil
	}
	return &vnics[index]
}

func TestVmkernelNIC(t *testing.T) {
	s := newSite(t)
	system := s.hostNetwork("esx-01")
	s.ok(system.AddVirtualSwitch(s.ctx, "vSwitch1", standardSpec("vmnic1")))
	s.ok(system.AddPortGroup(s.ctx, portGroup("storage", "vSwitch1", 30)))
	device := must(system.AddVirtualNic(s.ctx, "storage", address("192.0.2.10")))(s)
	equal(s, "device", device, "vmk1")
	vnic := s.vnic("esx-01", device)
	equal(s, "key", vnic.Key, "key-vim.host.VirtualNic-vmk1")
	equal(s, "port group", vnic.Portgroup, "storage")
	equal(s, "MTU", vnic.Spec.Mtu, 1500)
	equal(s, "stack", vnic.Spec.NetStackInstanceKey, "defaultTcpipStack")
	equal(s, "MAC", strings.HasPrefix(vnic.Spec.Mac, "00:50:56:6"), true)
	port := s.hostGroup("esx-01", "storage").Port[0]
	equal(s, "port", port.Key+" "+port.Type, vnic.Port+" host")
	equalList(s, "networks for VMs", s.names(), []string{"VM Network"})

	expectFault[*types.HostConfigFault](s, system.UpdateVirtualNic(s.ctx, device, types.HostVirtualNicSpec{Mtu: 9000}), "")
	large := standardSpec("vmnic1")
	large.Mtu = 9000
	s.ok(system.UpdateVirtualSwitch(s.ctx, "vSwitch1", *large))
	s.ok(system.UpdateVirtualNic(s.ctx, device, types.HostVirtualNicSpec{Mtu: 9000}))
	equal(s, "MTU", s.vnic("esx-01", device).Spec.Mtu, 9000)
	equal(s, "address stays", s.vnic("esx-01", device).Spec.Ip.IpAddress, "192.0.2.10")
	large.Mtu = 1500
	expectFault[*types.HostConfigFault](s, system.UpdateVirtualSwitch(s.ctx, "vSwitch1", *large), "")

	s.ok(system.UpdatePortGroup(s.ctx, "storage", portGroup("iscsi", "vSwitch1", 30)))
	equal(s, "port group after a rename", s.vnic("esx-01", device).Portgroup, "iscsi")
	s.ok(system.RemoveVirtualNic(s.ctx, device))
	equal(s, "NICs", len(s.info("esx-01").Vnic), 1)
	equalList(s, "networks for VMs", s.names(), []string{"VM Network", "iscsi"})
}

func TestVmkernelNICIsChecked(t *testing.T) {
	s := newSite(t)
	system := s.hostNetwork("esx-01")
	s.ok(system.AddVirtualSwitch(s.ctx, "vSwitch1", standardSpec("vmnic1")))
	s.ok(system.AddPortGroup(s.ctx, portGroup("storage", "vSwitch1", 30)))
	add := func(group string, change func(*types.HostVirtualNicSpec)) error {
		spec := address("192.0.2.10")
		change(&spec)
		_, err := system.AddVirtualNic(s.ctx, group, spec)
		return err
	}
	ip := func(ip, mask string) func(*types.HostVirtualNicSpec) {
		return func(spec *types.HostVirtualNicSpec) { spec.Ip = &types.HostIpConfig{IpAddress: ip, SubnetMask: mask} }
	}
	same := func(*types.HostVirtualNicSpec) {}
	for sentence, err := range map[string]error{
		"portgroup":               add("no such group", same),
		"portgroup ":              add("", same),
		"nic.ip":                  add("storage", func(spec *types.HostVirtualNicSpec) { spec.Ip = nil }),
		"nic.ip.ipAddress":        add("storage", ip("192.0.2.256", "255.255.255.0")),
		"nic.ip.ipAddress ":       add("storage", ip("", "255.255.255.0")),
		"nic.ip.ipAddress  ":      add("storage", ip("224.0.0.1", "255.255.255.0")),
		"nic.ip.subnetMask":       add("storage", ip("192.0.2.10", "255.0.255.0")),
		"nic.ip.subnetMask ":      add("storage", ip("192.0.2.10", "0.0.0.0")),
		"nic.ip.subnetMask  ":     add("storage", ip("192.0.2.10", "")),
		"nic.netStackInstanceKey": add("storage", func(spec *types.HostVirtualNicSpec) { spec.NetStackInstanceKey = "mine" }),
		"distributedVirtualPort": add("", func(spec *types.HostVirtualNicSpec) {
			spec.DistributedVirtualPort = &types.DistributedVirtualSwitchPortConnection{SwitchUuid: "none"}
		}),
		"portgroup  ": add("storage", func(spec *types.HostVirtualNicSpec) {
			spec.DistributedVirtualPort = &types.DistributedVirtualSwitchPortConnection{SwitchUuid: "none"}
		}),
		"portgroup of a new place": system.UpdateVirtualNic(s.ctx, "vmk0", types.HostVirtualNicSpec{Portgroup: "no such group"}),
	} {
		word, _, _ := strings.Cut(strings.TrimSpace(sentence), " ")
		expectFault[*types.InvalidArgument](s, err, word)
	}
	expectFault[*types.AlreadyExists](s, add("Management Network", same), "Management Network")
	expectFault[*types.HostConfigFault](s, add("storage", func(spec *types.HostVirtualNicSpec) { spec.Mtu = 9001 }), "")
	expectFault[*types.NotFound](s, system.UpdateVirtualNic(s.ctx, "vmk9", address("192.0.2.11")), "")
	expectFault[*types.NotFound](s, system.RemoveVirtualNic(s.ctx, "vmk9"), "")
	expectFault[*types.AlreadyExists](s, system.UpdateVirtualNic(s.ctx, must(system.AddVirtualNic(s.ctx, "storage", address("192.0.2.10")))(s), types.HostVirtualNicSpec{Portgroup: "Management Network"}), "")
	expectFault[*types.HostConfigFault](s, system.UpdateVirtualNic(s.ctx, "vmk1", types.HostVirtualNicSpec{NetStackInstanceKey: "vmotion"}), "")

	without := *s.info("esx-02")
	without.IpV6Enabled = types.NewBool(false)
	s.server.service.Context.WithLock(s.hosts["esx-02"], func() { s.host("esx-02").Config.Network = &without })
	six := types.HostVirtualNicSpec{Ip: &types.HostIpConfig{Dhcp: true, IpV6Config: &types.HostIpConfigIpV6AddressConfiguration{}}}
	_, err := s.hostNetwork("esx-02").AddVirtualNic(s.ctx, "VM Network", six)
	expectFault[*types.InvalidState](s, err, "")
	must(system.AddVirtualNic(s.ctx, "VM Network", six))(s)
}

func TestVmkernelNICOnDistributedPort(t *testing.T) {
	s := newSite(t)
	system := s.hostNetwork("esx-01")
	dvs := s.newSwitch("dvs0")
	group := s.newGroup(dvs, "storage", nil)
	uuid := s.config(dvs).Uuid
	connection := &types.DistributedVirtualSwitchPortConnection{SwitchUuid: uuid, PortgroupKey: group.Value}
	spec := address("192.0.2.10")
	spec.DistributedVirtualPort = connection
	_, err := system.AddVirtualNic(s.ctx, "", spec)
	expectFault[*types.InvalidArgument](s, err, "switchUuid")
	s.ok(s.changeMembers(dvs, members("add", s.hosts["esx-01"], "vmnic2")))

	device := must(system.AddVirtualNic(s.ctx, "", spec))(s)
	place := s.vnic("esx-01", device).Spec.DistributedVirtualPort
	equal(s, "group", place.PortgroupKey, group.Value)
	port := s.portOf(dvs, place.PortKey)
	equal(s, "connectee", port.Connectee.NicKey+" "+port.Connectee.Type, device+" hostVmkVnic")
	equal(s, "host", *port.Connectee.ConnectedEntity, s.hosts["esx-01"])

	taken := spec
	taken.DistributedVirtualPort = &types.DistributedVirtualSwitchPortConnection{SwitchUuid: uuid, PortKey: place.PortKey}
	_, err = system.AddVirtualNic(s.ctx, "", taken)
	expectFault[*types.ResourceInUse](s, err, place.PortKey)
	taken.DistributedVirtualPort = &types.DistributedVirtualSwitchPortConnection{SwitchUuid: uuid, PortgroupKey: "dvportgroup-0"}
	_, err = system.AddVirtualNic(s.ctx, "", taken)
	expectFault[*types.InvalidArgument](s, err, "portgroupKey")
	taken.DistributedVirtualPort = &types.DistributedVirtualSwitchPortConnection{SwitchUuid: uuid, PortKey: "9999"}
	_, err = system.AddVirtualNic(s.ctx, "", taken)
	expectFault[*types.InvalidArgument](s, err, "portKey")
	// Staying where it is keeps the port, though an earlier one is free now.
	second := must(system.AddVirtualNic(s.ctx, "", spec))(s)
	its := s.vnic("esx-01", second).Spec.DistributedVirtualPort.PortKey
	s.ok(system.RemoveVirtualNic(s.ctx, device))
	s.ok(system.UpdateVirtualNic(s.ctx, second, spec))
	equal(s, "port", s.vnic("esx-01", second).Spec.DistributedVirtualPort.PortKey, its)
	s.ok(system.RemoveVirtualNic(s.ctx, second))
	device = must(system.AddVirtualNic(s.ctx, "", spec))(s)
	place = s.vnic("esx-01", device).Spec.DistributedVirtualPort
	for range defaultPorts - 1 {
		must(system.AddVirtualNic(s.ctx, "", spec))(s)
	}
	_, err = system.AddVirtualNic(s.ctx, "", spec)
	expectFault[*types.ResourceNotAvailable](s, err, "port")

	s.ok(system.UpdateVirtualNic(s.ctx, device, types.HostVirtualNicSpec{Portgroup: "VM Network"}))
	equal(s, "port group", s.vnic("esx-01", device).Portgroup, "VM Network")
	equal(s, "the port is free", s.portOf(dvs, place.PortKey).Connectee == nil, true)
	must(system.AddVirtualNic(s.ctx, "", spec))(s)
	// The switch's own changes leave the NICs on their ports.
	s.newGroup(dvs, "other", nil)
	equal(s, "connected", s.portOf(dvs, place.PortKey).Connectee != nil, true)
}

func (s *site) portOf(dvs types.ManagedObjectReference, key string) types.DistributedVirtualPort {
	s.Helper()
	answer := must(methods.FetchDVPorts(s.ctx, s.client, &types.FetchDVPorts{
		This: dvs, Criteria: &types.DistributedVirtualSwitchPortCriteria{PortKey: []string{key}},
	}))(s)
	return answer.Returnval[0]
}

func TestServicesOfVmkernelNICs(t *testing.T) {
	s := newSite(t)
	host := object.NewHostSystem(s.client.Client, s.hosts["esx-01"])
	manager := must(host.ConfigManager().VirtualNicManager(s.ctx))(s)
	device := must(s.hostNetwork("esx-01").AddVirtualNic(s.ctx, "VM Network", address("192.0.2.10")))(s)
	selected := func(role string) string {
		s.Helper()
		info := get[mo.HostVirtualNicManager](s, manager.Reference(), "info").Info
		other := get[mo.HostSystem](s, s.hosts["esx-01"], "config.virtualNicManagerInfo").Config.VirtualNicManagerInfo
		answer := must(methods.QueryNetConfig(s.ctx, s.client, &types.QueryNetConfig{This: manager.Reference(), NicType: role}))(s)
		for index, config := range info.NetConfig {
			if config.NicType == role {
				equal(s, "config.virtualNicManagerInfo", strings.Join(other.NetConfig[index].SelectedVnic, " "), strings.Join(config.SelectedVnic, " "))
				equal(s, "QueryNetConfig", strings.Join(answer.Returnval.SelectedVnic, " "), strings.Join(config.SelectedVnic, " "))
				equal(s, "candidates", len(config.CandidateVnic), len(s.info("esx-01").Vnic))
				return strings.Join(config.SelectedVnic, " ")
			}
		}
		s.Fatalf("no %s", role)
		return ""
	}
	for _, role := range []string{"vmotion", "vsan", "faultToleranceLogging", "vSphereProvisioning", "vSphereReplication", "vSphereReplicationNFC", "nvmeTcp"} {
		equal(s, role, selected(role), "")
	}
	equal(s, "management", selected("management"), "management.key-vim.host.VirtualNic-vmk0")
	s.ok(manager.SelectVnic(s.ctx, "vmotion", device))
	s.ok(manager.SelectVnic(s.ctx, "vmotion", device))
	equal(s, "vmotion", selected("vmotion"), "vmotion.key-vim.host.VirtualNic-vmk1")
	s.ok(manager.SelectVnic(s.ctx, "management", device))
	equal(s, "management", selected("management"), "management.key-vim.host.VirtualNic-vmk0 management.key-vim.host.VirtualNic-vmk1")
	s.ok(manager.SelectVnic(s.ctx, "ptp", "vmk0"))
	s.ok(manager.SelectVnic(s.ctx, "ptp", device))
	equal(s, "ptp has one", selected("ptp"), "ptp.key-vim.host.VirtualNic-vmk1")
	s.ok(manager.DeselectVnic(s.ctx, "vmotion", device))
	equal(s, "vmotion", selected("vmotion"), "")
	expectFault[*types.InvalidArgument](s, manager.DeselectVnic(s.ctx, "vmotion", device), "device")
	expectFault[*types.InvalidArgument](s, manager.SelectVnic(s.ctx, "vmotion", "vmk9"), "device")
	expectFault[*types.InvalidArgument](s, manager.SelectVnic(s.ctx, "coffee", device), "nicType")
	_, err := methods.QueryNetConfig(s.ctx, s.client, &types.QueryNetConfig{This: manager.Reference(), NicType: "coffee"})
	expectFault[*types.InvalidArgument](s, err, "nicType")
	s.ok(s.hostNetwork("esx-01").RemoveVirtualNic(s.ctx, device))
	equal(s, "management", selected("management"), "management.key-vim.host.VirtualNic-vmk0")
}

func TestLossOfManagementIsRolledBack(t *testing.T) {
	s := newSite(t)
	system := s.hostNetwork("esx-01")
	for name, err := range map[string]error{
		"removeVirtualNic":    system.RemoveVirtualNic(s.ctx, "vmk0"),
		"updateVirtualSwitch": system.UpdateVirtualSwitch(s.ctx, "vSwitch0", *standardSpec()),
		"updatePortGroup": system.UpdatePortGroup(s.ctx, "Management Network", types.HostPortGroupSpec{
			Name: "Management Network", VswitchName: "vSwitch0", Policy: *activeStandby(nil, nil),
		}),
	} {
		fault := expectFault[*types.NetworkDisruptedAndConfigRolledBack](s, err, "")
		equal(s, "host", fault.Host, "esx-01")
		equal(s, "event of "+name, len(s.events(func(event types.BaseEvent) bool {
			rollback, is := event.(*types.NetworkRollbackEvent)
			return is && rollback.MethodName == "vim.host.NetworkSystem."+name && rollback.Host.Host == s.hosts["esx-01"]
		})), 1)
	}
	expectFault[*types.NetworkDisruptedAndConfigRolledBack](s, system.UpdatePortGroup(s.ctx, "Management Network", portGroup("Management Network", "vSwitch0", 11)), "")
	equal(s, "VLAN", s.hostGroup("esx-01", "Management Network").Spec.VlanId, 0)
	equal(s, "NICs", len(s.info("esx-01").Vnic), 1)
	equal(s, "uplinks", len(s.vswitch("esx-01", "vSwitch0").Pnic), 1)
	// A second way in makes the first one dispensable.
	s.ok(system.AddVirtualSwitch(s.ctx, "vSwitch1", standardSpec("vmnic1")))
	s.ok(system.AddPortGroup(s.ctx, portGroup("other", "vSwitch1", 0)))
	device := must(system.AddVirtualNic(s.ctx, "other", address("192.0.2.10")))(s)
	s.ok(must(object.NewHostSystem(s.client.Client, s.hosts["esx-01"]).ConfigManager().VirtualNicManager(s.ctx))(s).SelectVnic(s.ctx, "management", device))
	s.ok(system.RemoveVirtualNic(s.ctx, "vmk0"))
}
