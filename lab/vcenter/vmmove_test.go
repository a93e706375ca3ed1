package main

import (
	"testing"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func (s *site) folders() *object.DatacenterFolders {
	s.Helper()
	return must(object.NewDatacenter(s.client.Client, s.server.network.registry.Any("Datacenter").Reference()).Folders(s.ctx))(s)
}

func (s *machineSite) clone(name string, spec types.VirtualMachineCloneSpec) (types.ManagedObjectReference, error) {
	s.Helper()
	task := must(object.NewVirtualMachine(s.client.Client, s.machine).Clone(s.ctx, s.folders().VmFolder, name, spec))(s.site)
	result, err := s.wait(task.Reference(), nil)
	if err != nil {
		return types.ManagedObjectReference{}, err
	}
	return result.(types.ManagedObjectReference), nil
}

func (s *machineSite) relocate(spec types.VirtualMachineRelocateSpec) error {
	s.Helper()
	return must(object.NewVirtualMachine(s.client.Client, s.machine).Relocate(s.ctx, spec, types.VirtualMachineMovePriorityDefaultPriority))(s.site).Wait(s.ctx)
}

// Only one host of the cluster is a member of the switch: the clone of a machine on it needs no more than that.
func TestCloneGetsCardsOfItsOwn(t *testing.T) {
	s := newMachineSite(t)
	s.ok(s.change("add", s.newSriov(-1, physical)))
	manual := newCard(-1, s.port(s.group.Value, ""))
	manual.AddressType, manual.MacAddress = "manual", "02:00:00:00:00:01"
	s.ok(s.change("add", manual))
	source, first := s.machine, s.ours()
	other := s.newGroup(s.dvs, "other", nil)
	moved := newCard(4000, s.port(other.Value, ""))
	s.machine = must(s.clone("copy", types.VirtualMachineCloneSpec{Config: &types.VirtualMachineConfigSpec{
		DeviceChange: []types.BaseVirtualDeviceConfigSpec{&types.VirtualDeviceConfigSpec{Operation: "edit", Device: moved}},
	}}))(s.site)
	copied := s.ours()
	equal(s.site, "cards", len(copied), 3)
	equal(s.site, "ports in use", len(s.connected()), 6)
	equal(s.site, "port group of the first", dvsPort(copied[0]).PortgroupKey, other.Value)
	equal(s.site, "port group of the second", dvsPort(copied[1]).PortgroupKey, s.group.Value)
	mac := func(device types.BaseVirtualDevice) string {
		return device.(types.BaseVirtualEthernetCard).GetVirtualEthernetCard().MacAddress
	}
	for index, isSame := range []bool{false, false, true} {
		equal(s.site, "MAC address is the source's", mac(copied[index]) == mac(first[index]), isSame)
	}
	equal(s.site, "card on the port", s.connected()[dvsPort(copied[0]).PortKey], s.machine.Value+" 4000")
	s.machine = source
	equal(s.site, "port of the source", dvsPort(s.ours()[0]).PortKey, dvsPort(first[0]).PortKey)

	elsewhere := s.hosts["esx-02"]
	_, err := s.clone("misplaced", types.VirtualMachineCloneSpec{Location: types.VirtualMachineRelocateSpec{Host: &elsewhere}})
	expectFault[*types.InvalidDeviceBacking](s.site, err, "")
	equal(s.site, "machines", len(s.server.network.registry.All("VirtualMachine")), 2)
}

func TestMachineMoves(t *testing.T) {
	s := newMachineSite(t)
	elsewhere := s.hosts["esx-02"]
	expectFault[*types.CannotAccessNetwork](s.site, s.relocate(types.VirtualMachineRelocateSpec{Host: &elsewhere}), "app")
	s.ok(s.changeMembers(s.dvs, members("add", elsewhere, "vmnic2")))
	other := s.newGroup(s.dvs, "other", nil)
	s.ok(s.relocate(types.VirtualMachineRelocateSpec{Host: &elsewhere, DeviceChange: []types.BaseVirtualDeviceConfigSpec{
		&types.VirtualDeviceConfigSpec{Operation: "edit", Device: newCard(4000, s.port(other.Value, ""))},
	}}))
	equal(s.site, "host", *get[mo.VirtualMachine](s.site, s.machine, "runtime.host").Runtime.Host, elsewhere)
	equal(s.site, "port group", dvsPort(s.ours()[0]).PortgroupKey, other.Value)
	equal(s.site, "ports in use", len(s.connected()), 1)
	equalList(s.site, "machines of the one", get[mo.HostSystem](s.site, s.hosts["esx-01"], "vm").Vm, []types.ManagedObjectReference{})
	equalList(s.site, "machines of the other", get[mo.HostSystem](s.site, elsewhere, "vm").Vm, []types.ManagedObjectReference{s.machine})
}
