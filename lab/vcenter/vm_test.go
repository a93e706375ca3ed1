package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// machineSite has a switch on esx-01 with a port group, a VM on it, and functions for SR-IOV and passthrough.
type machineSite struct {
	*site
	dvs, group, machine types.ManagedObjectReference
}

const (
	physical  = "0000:3b:00.0" // vmnic2, an uplink of the switch
	lent      = "0000:5e:00.0" // vmnic3
	machineMB = 128            // memory of the VM
)

func newMachineSite(t *testing.T) *machineSite {
	t.Helper()
	s := &machineSite{site: newSite(t)}
	s.dvs = s.newSwitch("dvs0")
	s.group = s.newGroup(s.dvs, "app", nil)
	s.ok(s.changeMembers(s.dvs, members("add", s.hosts["esx-01"], "vmnic2")))
	s.machine = s.createVM(s.dvs, s.group)
	s.lend(2)
	return s
}

// lend sets what the host helper's methods would have set after a reboot: n virtual functions of one NIC, and the other
// NIC for passthrough.
func (s *machineSite) lend(n int32) {
	s.Helper()
	ctx := newContext(s.server.network.registry)
	list := []types.BaseHostPciPassthruInfo{
		&types.HostSriovInfo{HostPciPassthruInfo: types.HostPciPassthruInfo{Id: physical}, SriovCapable: true, SriovEnabled: n > 0, SriovActive: n > 0, NumVirtualFunction: n, MaxVirtualFunctionSupported: 8},
		&types.HostPciPassthruInfo{Id: lent, PassthruCapable: true, PassthruEnabled: true, PassthruActive: true},
		&types.HostPciPassthruInfo{Id: "0000:18:00.1", PassthruCapable: true},
	}
	update(ctx, s.hosts["esx-01"], property("config.pciPassthruInfo", list),
		property("hardware.pciDevice", []types.HostPciDevice{{Id: lent, VendorId: -32634, DeviceId: 0x1572, DeviceName: "X710"}}))
}

func (s *machineSite) config() *types.VirtualMachineConfigInfo {
	s.Helper()
	return get[mo.VirtualMachine](s.site, s.machine, "config").Config
}

// ours lists the cards and passthrough devices of the machine.
func (s *machineSite) ours() object.VirtualDeviceList {
	s.Helper()
	return object.VirtualDeviceList(s.config().Hardware.Device).Select(isOurs)
}

func (s *machineSite) card(index int) *types.VirtualEthernetCard {
	s.Helper()
	return s.ours()[index].(types.BaseVirtualEthernetCard).GetVirtualEthernetCard()
}

func (s *machineSite) reconfig(change func(*types.VirtualMachineConfigSpec)) error {
	s.Helper()
	spec := types.VirtualMachineConfigSpec{}
	change(&spec)
	answer, err := methods.ReconfigVM_Task(s.ctx, s.client, &types.ReconfigVM_Task{This: s.machine, Spec: spec})
	if err != nil {
		return err
	}
	_, err = s.wait(answer.Returnval, nil)
	return err
}

func (s *machineSite) change(operation types.VirtualDeviceConfigSpecOperation, devices ...types.BaseVirtualDevice) error {
	s.Helper()
	return s.reconfig(func(spec *types.VirtualMachineConfigSpec) {
		for _, device := range devices {
			spec.DeviceChange = append(spec.DeviceChange, &types.VirtualDeviceConfigSpec{Operation: operation, Device: device})
		}
	})
}

func (s *machineSite) power(machine types.ManagedObjectReference, on bool) error {
	s.Helper()
	vm := object.NewVirtualMachine(s.client.Client, machine)
	change := vm.PowerOff
	if on {
		change = vm.PowerOn
	}
	task, err := change(s.ctx)
	s.ok(err)
	return task.Wait(s.ctx)
}

// port is the backing by a port group of the switch, or by one port of it.
func (s *machineSite) port(group, key string) types.BaseVirtualDeviceBackingInfo {
	s.Helper()
	return &types.VirtualEthernetCardDistributedVirtualPortBackingInfo{Port: types.DistributedVirtualSwitchPortConnection{
		SwitchUuid: s.site.config(s.dvs).Uuid, PortgroupKey: group, PortKey: key,
	}}
}

func newCard(key int32, backing types.BaseVirtualDeviceBackingInfo) *types.VirtualVmxnet3 {
	card := &types.VirtualVmxnet3{}
	card.Key, card.Backing = key, backing
	return card
}

// newSriov is a card on a physical function; "" lets the host choose.
func (s *machineSite) newSriov(key int32, function string) *types.VirtualSriovEthernetCard {
	s.Helper()
	card := &types.VirtualSriovEthernetCard{}
	card.Key, card.Backing = key, s.port(s.group.Value, "")
	if function != "" {
		card.SriovBacking = &types.VirtualSriovEthernetCardSriovBackingInfo{
			PhysicalFunctionBacking: &types.VirtualPCIPassthroughDeviceBackingInfo{Id: function, DeviceId: "0", SystemId: "BYPASS"},
		}
	}
	return card
}

func newPassthrough(key int32, id string) *types.VirtualPCIPassthrough {
	device := &types.VirtualPCIPassthrough{}
	device.Key, device.Backing = key, &types.VirtualPCIPassthroughDeviceBackingInfo{Id: id}
	return device
}

// connected maps ports of the switch to the card on each.
func (s *machineSite) connected() map[string]string {
	s.Helper()
	yes, no := true, false
	answer, err := methods.FetchDVPorts(s.ctx, s.client, &types.FetchDVPorts{This: s.dvs, Criteria: &types.DistributedVirtualSwitchPortCriteria{Connected: &yes, UplinkPort: &no}})
	s.ok(err)
	found := map[string]string{}
	for _, port := range answer.Returnval {
		found[port.Key] = port.Connectee.ConnectedEntity.Value + " " + port.Connectee.NicKey
	}
	return found
}

// expectDevice checks the property of a fault about a device, and which device it is.
func expectDevice[F types.BaseMethodFault](s *machineSite, err error, index int, property string) {
	s.Helper()
	fault := expectFault[F](s.site, err, "")
	spec := any(fault).(interface {
		GetInvalidDeviceSpec() *types.InvalidDeviceSpec
	}).GetInvalidDeviceSpec()
	equal(s.site, "property", spec.Property, "virtualDeviceSpec."+property)
	equal(s.site, "device", spec.DeviceIndex, int32(index))
}

func TestNewCard(t *testing.T) {
	s := newMachineSite(t)
	card := s.card(0)
	equal(s.site, "key", card.Key, 4000)
	equal(s.site, "controller", card.ControllerKey, pciController)
	equal(s.site, "unit", *card.UnitNumber, 7)
	equal(s.site, "label", card.DeviceInfo.GetDescription().Label, "Network adapter 1")
	equal(s.site, "address type", card.AddressType, "assigned")
	if !strings.HasPrefix(card.MacAddress, "00:50:56:8") {
		t.Errorf("MAC address %s", card.MacAddress)
	}
	port := dvsPort(s.ours()[0])
	equal(s.site, "card on the port", s.connected()[port.PortKey], s.machine.Value+" 4000")
	external := newCard(-1, s.port(s.group.Value, ""))
	external.ExternalId = "data"
	s.ok(s.change("add", external, newCard(-2, s.port(s.group.Value, ""))))
	equal(s.site, "external identifier", s.card(1).ExternalId, "data")
	equal(s.site, "keys", fmt.Sprint(s.card(1).Key, s.card(2).Key), "4001 4002")
	equal(s.site, "units", fmt.Sprint(*s.card(1).UnitNumber, *s.card(2).UnitNumber), "8 9")
	equal(s.site, "ports in use", len(s.connected()), 3)
	summary := get[mo.VirtualMachine](s.site, s.machine, "summary.config.numEthernetCards", "network")
	equal(s.site, "cards", summary.Summary.Config.NumEthernetCards, 3)
	equalList(s.site, "networks", summary.Network, []types.ManagedObjectReference{s.group})
}

func TestCardIsEditedAndRemoved(t *testing.T) {
	s := newMachineSite(t)
	other := s.newGroup(s.dvs, "other", nil)
	before := s.card(0)
	edited := newCard(4000, s.port(other.Value, ""))
	s.ok(s.change("edit", edited))
	after := s.card(0)
	equal(s.site, "MAC address", after.MacAddress, before.MacAddress)
	equal(s.site, "unit", *after.UnitNumber, *before.UnitNumber)
	equal(s.site, "port group", dvsPort(s.ours()[0]).PortgroupKey, other.Value)
	equal(s.site, "ports in use", len(s.connected()), 1)
	equal(s.site, "card on the port", s.connected()[dvsPort(s.ours()[0]).PortKey], s.machine.Value+" 4000")
	expectDevice[*types.InvalidDeviceBacking](s, s.change("edit", newCard(4000, nil)), 0, "device.backing")
	e1000 := &types.VirtualE1000{}
	e1000.Key, e1000.Backing = 4000, s.port(other.Value, "")
	expectDevice[*types.InvalidDeviceSpec](s, s.change("edit", e1000), 0, "device")
	expectDevice[*types.DeviceNotFound](s, s.change("edit", newCard(4009, s.port(other.Value, ""))), 0, "device.key")
	expectDevice[*types.DeviceNotFound](s, s.change("remove", newCard(4009, nil)), 0, "device.key")
	s.ok(s.change("add", newCard(-1, s.port(other.Value, ""))))
	s.ok(s.change("remove", newCard(4000, nil)))
	s.ok(s.change("edit", newCard(4001, s.port(other.Value, ""))))
	equal(s.site, "unit, though a lower one is free", *s.card(0).UnitNumber, 8)
	s.ok(s.change("remove", newCard(4001, nil)))
	equal(s.site, "cards", len(s.ours()), 0)
	equal(s.site, "ports in use", len(s.connected()), 0)
	s.ok(s.destroy(s.group))
	s.ok(s.destroy(other))
}

func TestCardFaults(t *testing.T) {
	s := newMachineSite(t)
	uplinks := s.site.config(s.dvs).UplinkPortgroup[0]
	foreign := s.newGroup(s.newSwitch("foreign"), "elsewhere", nil)
	uuid := func(id string) types.BaseVirtualDeviceBackingInfo {
		return &types.VirtualEthernetCardDistributedVirtualPortBackingInfo{Port: types.DistributedVirtualSwitchPortConnection{SwitchUuid: id, PortgroupKey: foreign.Value}}
	}
	outside := get[mo.VmwareDistributedVirtualSwitch](s.site, *s.site.group(foreign).DistributedVirtualSwitch, "uuid").Uuid
	named := &types.VirtualEthernetCardNetworkBackingInfo{}
	named.DeviceName = "no such network"
	for property, backing := range map[string][]types.BaseVirtualDeviceBackingInfo{
		"device.backing.port.portgroupKey": {s.port("dvportgroup-0", ""), s.port(uplinks.Value, ""), s.port(foreign.Value, "")},
		"device.backing.port.switchUuid":   {uuid("no such switch"), uuid(outside)},
		"device.backing.port.portKey":      {s.port(s.group.Value, "9999"), s.port(uplinks.Value, s.site.config(s.dvs).Host[0].UplinkPortKey[0])},
		"device.backing.deviceName":        {named},
	} {
		for _, each := range backing {
			good := newCard(-1, s.port(s.group.Value, ""))
			err := s.change("add", good, newCard(-2, each))
			expectDevice[*types.InvalidDeviceBacking](s, err, 1, property)
		}
	}
	taken := dvsPort(s.ours()[0]).PortKey
	equal(s.site, "port", expectFault[*types.ResourceInUse](s.site, s.change("add", newCard(-1, s.port("", taken))), "in use").Name, taken)
	mac := func(kind, address string) *types.VirtualVmxnet3 {
		card := newCard(-1, s.port(s.group.Value, ""))
		card.AddressType, card.MacAddress = kind, address
		return card
	}
	for _, address := range []string{"", "00:50:56", "01:50:56:00:00:01", "here"} {
		expectDevice[*types.InvalidDeviceSpec](s, s.change("add", mac("manual", address)), 0, "device.macAddress")
	}
	expectDevice[*types.InvalidDeviceSpec](s, s.change("add", mac("random", "")), 0, "device.addressType")
	for _, unit := range []int32{6, 7, 18} { // 7 is taken, the others are no places of ordinary cards
		card := newCard(-1, s.port(s.group.Value, ""))
		card.UnitNumber = &unit
		expectDevice[*types.InvalidDeviceSpec](s, s.change("add", card), 0, "device.unitNumber")
	}
	wrongController := newCard(-1, s.port(s.group.Value, ""))
	wrongController.ControllerKey = 1000
	expectDevice[*types.InvalidDeviceSpec](s, s.change("add", wrongController), 0, "device.controllerKey")
	expectDevice[*types.InvalidDeviceSpec](s, s.change("add", newCard(4000, s.port(s.group.Value, ""))), 0, "device.key")
	expectDevice[*types.InvalidDeviceSpec](s, s.change("add", newCard(-1, s.port(s.group.Value, "")), newCard(-1, s.port(s.group.Value, ""))), 1, "device.key")
	equal(s.site, "cards", len(s.ours()), 1)
	equal(s.site, "ports in use", len(s.connected()), 1)
	// The same address twice is allowed.
	s.ok(s.change("add", mac("manual", "02:00:00:00:00:01")))
	s.ok(s.change("add", mac("manual", "02:00:00:00:00:01")))
	if err := s.change("add", mac("generated", "")); err != nil || !strings.HasPrefix(s.card(3).MacAddress, "00:0c:29:") {
		t.Errorf("generated address: %v %s", err, s.card(3).MacAddress)
	}
}

func TestTooManyDevices(t *testing.T) {
	s := newMachineSite(t)
	cards := func(count int) []types.BaseVirtualDevice {
		var list []types.BaseVirtualDevice
		for index := range count {
			list = append(list, newCard(int32(-1-index), s.port(s.group.Value, "")))
		}
		return list
	}
	expectFault[*types.TooManyDevices](s.site, s.change("add", cards(maxCards)...), "exceeds maximum")
	s.ok(s.change("add", cards(maxCards-1)...))
	equal(s.site, "ports of the group that grew", s.site.group(s.group).NumPorts, 10)
	equal(s.site, "cards", len(s.ours()), maxCards)
	expectFault[*types.TooManyDevices](s.site, s.change("add", s.newSriov(-1, physical)), "exceeds maximum")
	var lent16 []types.BaseVirtualDevice
	for index := range maxPassthroughs + 1 {
		lent16 = append(lent16, newPassthrough(int32(-1-index), lent))
	}
	expectFault[*types.TooManyDevices](s.site, s.change("add", lent16...), "exceeds maximum")
	s.ok(s.change("add", lent16[1:]...))
}

func TestFixedPortGroupRunsOut(t *testing.T) {
	s := newMachineSite(t)
	fixed := must(s.createGroup(s.dvs, types.DVPortgroupConfigSpec{Name: "fixed", NumPorts: 1, AutoExpand: types.NewBool(false)}))(s.site)
	s.ok(s.change("add", newCard(-1, s.port(fixed.Value, ""))))
	expectFault[*types.ResourceNotAvailable](s.site, s.change("add", newCard(-1, s.port(fixed.Value, ""))), "'fixed'")
}

func TestChangeVersion(t *testing.T) {
	s := newMachineSite(t)
	version := s.config().ChangeVersion
	rename := func(spec *types.VirtualMachineConfigSpec) { spec.Annotation, spec.ChangeVersion = "x", version }
	s.ok(s.reconfig(rename))
	expectFault[*types.ConcurrentAccess](s.site, s.reconfig(rename), "concurrent modification")
}

func TestSriovCard(t *testing.T) {
	s := newMachineSite(t)
	s.ok(s.reconfig(func(spec *types.VirtualMachineConfigSpec) { spec.MemoryReservationLockedToMax = types.NewBool(true) }))
	s.ok(s.change("add", s.newSriov(-1, physical), s.newSriov(-2, "")))
	sriov := func(index int) *types.VirtualSriovEthernetCardSriovBackingInfo {
		return s.ours()[index].(*types.VirtualSriovEthernetCard).SriovBacking
	}
	equal(s.site, "key", s.card(1).Key, 4001)
	if unit := *s.card(1).UnitNumber; unit <= lastCardUnit {
		t.Errorf("unit %d is one of an ordinary card", unit)
	}
	equal(s.site, "the host may choose", sriov(2).PhysicalFunctionBacking.Id, anyFunction)
	equal(s.site, "no function before the first start", sriov(1).VirtualFunctionBacking, nil)
	s.ok(s.power(s.machine, true))
	equal(s.site, "function that was named", sriov(1).PhysicalFunctionBacking.Id, physical)
	equal(s.site, "function that the host chose", sriov(2).PhysicalFunctionBacking.Id, automaticPrefix+physical)
	first, second := sriov(1).VirtualFunctionBacking.Id, sriov(2).VirtualFunctionBacking.Id
	equal(s.site, "functions", first != second && first == functionAt(0) && second == functionAt(1), true)
	// Hot changes are refused.
	expectFault[*types.DeviceHotPlugNotSupported](s.site, s.change("add", s.newSriov(-1, physical)), "hot plug")
	expectFault[*types.InvalidPowerState](s.site, s.change("remove", s.newSriov(4001, physical)), "current state (poweredOn)")
	expectFault[*types.InvalidPowerState](s.site, s.change("edit", s.newSriov(4001, physical)), "current state")
	s.ok(s.change("add", newCard(-1, s.port(s.group.Value, "")))) // an ordinary card is not
	// Both functions are taken.
	machine := s.machine
	s.machine = s.createNamed("vm2", s.newSriov(-1, physical))
	expectFault[*types.GenericVmConfigFault](s.site, s.power(s.machine, true), "memory reservation (sched.mem.min) should be equal to memsize(128)")
	s.ok(s.reconfig(func(spec *types.VirtualMachineConfigSpec) {
		spec.MemoryAllocation = &types.ResourceAllocationInfo{Reservation: types.NewInt64(machineMB)}
	}))
	expectFault[*types.GenericVmConfigFault](s.site, s.power(s.machine, true), "No virtual function is free on host esx-01")
	s.ok(s.power(machine, false))
	s.ok(s.power(s.machine, true))
	// The first machine finds its own function taken and gets none: the other one serves its first card only.
	expectFault[*types.GenericVmConfigFault](s.site, s.power(machine, true), "No virtual function is free")
}

// createNamed makes another VM on esx-01.
func (s *machineSite) createNamed(name string, devices ...types.BaseVirtualDevice) types.ManagedObjectReference {
	s.Helper()
	return must(s.create(name, s.hosts["esx-01"], devices...))(s.site)
}

// create makes a VM on a host, or where it fits when host is empty.
func (s *site) create(name string, host types.ManagedObjectReference, devices ...types.BaseVirtualDevice) (types.ManagedObjectReference, error) {
	s.Helper()
	registry := s.server.network.registry
	spec := types.VirtualMachineConfigSpec{
		Name: name, GuestId: "otherGuest", NumCPUs: 1, MemoryMB: machineMB, Files: &types.VirtualMachineFileInfo{VmPathName: "[datastore1]"},
	}
	for _, device := range devices {
		spec.DeviceChange = append(spec.DeviceChange, &types.VirtualDeviceConfigSpec{Operation: "add", Device: device})
	}
	var on *object.HostSystem
	if host.Value != "" {
		on = object.NewHostSystem(s.client.Client, host)
	}
	task, err := s.folders().VmFolder.CreateVM(s.ctx, spec, object.NewResourcePool(s.client.Client, registry.Any("ResourcePool").Reference()), on)
	s.ok(err)
	result, err := s.wait(task.Reference(), nil)
	if err != nil {
		return types.ManagedObjectReference{}, err
	}
	return result.(types.ManagedObjectReference), nil
}

func TestSriovFaults(t *testing.T) {
	s := newMachineSite(t)
	property := "device.sriovBacking.physicalFunctionBacking.id"
	for _, id := range []string{"0000:ff:00.0", lent, "0000:18:00.1"} {
		expectDevice[*types.InvalidDeviceBacking](s, s.change("add", s.newSriov(-1, id)), 0, property)
	}
	hint := s.newSriov(-1, physical)
	hint.SriovBacking.VirtualFunctionBacking = function(functionAt(2))
	expectDevice[*types.InvalidDeviceBacking](s, s.change("add", hint), 0, "device.sriovBacking.virtualFunctionBacking.id")
	noNetwork := s.newSriov(-1, physical)
	noNetwork.Backing = nil
	expectDevice[*types.InvalidDeviceBacking](s, s.change("add", noNetwork), 0, "device.backing")
	s.lend(0) // SR-IOV is off, or waits for a reboot
	expectDevice[*types.InvalidDeviceBacking](s, s.change("add", s.newSriov(-1, physical)), 0, property)
	expectDevice[*types.InvalidDeviceBacking](s, s.change("add", s.newSriov(-1, "")), 0, property)
	s.lend(2)
	s.ok(s.change("add", s.newSriov(-1, physical)))
	// An edit that does not mention the functions keeps them.
	s.ok(s.change("edit", s.newSriov(4001, "")))
	equal(s.site, "function", s.ours()[1].(*types.VirtualSriovEthernetCard).SriovBacking.PhysicalFunctionBacking.Id, physical)
}

func TestPassthroughDevice(t *testing.T) {
	s := newMachineSite(t)
	expectDevice[*types.InvalidDeviceBacking](s, s.change("add", newPassthrough(-1, "0000:18:00.1")), 0, "device.backing.id")
	foreign := newPassthrough(-1, lent)
	foreign.Backing.(*types.VirtualPCIPassthroughDeviceBackingInfo).SystemId = "another host"
	expectDevice[*types.InvalidDeviceBacking](s, s.change("add", foreign), 0, "device.backing.systemId")
	dynamic := func(device int32) *types.VirtualPCIPassthrough {
		return &types.VirtualPCIPassthrough{VirtualDevice: types.VirtualDevice{Key: -1, Backing: &types.VirtualPCIPassthroughDynamicBackingInfo{
			AllowedDevice: []types.VirtualPCIPassthroughAllowedDevice{{VendorId: 0x8086, DeviceId: device}},
		}}}
	}
	expectDevice[*types.InvalidDeviceBacking](s, s.change("add", dynamic(0x1111)), 0, "device.backing.allowedDevice")
	s.ok(s.change("add", dynamic(0x1572)))
	equal(s.site, "key", s.ours()[1].GetVirtualDevice().Key, firstPassthroughKey)
	expectFault[*types.GenericVmConfigFault](s.site, s.power(s.machine, true), "Invalid memory setting")
	reserve := func(spec *types.VirtualMachineConfigSpec) { spec.MemoryReservationLockedToMax = types.NewBool(true) }
	s.ok(s.reconfig(reserve))
	s.ok(s.power(s.machine, true))
	equal(s.site, "device", s.ours()[1].GetVirtualDevice().Backing.(*types.VirtualPCIPassthroughDynamicBackingInfo).AssignedId, lent)
	first := s.machine
	s.machine = s.createNamed("vm2", newPassthrough(-1, lent))
	s.ok(s.reconfig(reserve))
	expectFault[*types.GenericVmConfigFault](s.site, s.power(s.machine, true), "Device 0000:5e:00.0 of host esx-01 is in use by virtual machine vm1.")
	s.ok(s.power(first, false))
	s.ok(s.power(s.machine, true))
}

func TestNoSnapshotNoMigration(t *testing.T) {
	s := newMachineSite(t)
	s.ok(s.reconfig(func(spec *types.VirtualMachineConfigSpec) { spec.MemoryReservationLockedToMax = types.NewBool(true) }))
	vm := object.NewVirtualMachine(s.client.Client, s.machine)
	do := func(task *object.Task, err error) error {
		s.ok(err)
		return task.Wait(s.ctx)
	}
	s.ok(do(vm.CreateSnapshot(s.ctx, "before", "", false, false)))
	s.ok(s.change("add", s.newSriov(-1, physical)))
	expectFault[*types.DeviceNotSupported](s.site, do(vm.CreateSnapshot(s.ctx, "after", "", false, false)), "Network adapter 2")
	s.ok(s.power(s.machine, true))
	target := s.hosts["esx-02"]
	expectFault[*types.DisallowedMigrationDeviceAttached](s.site, do(vm.Relocate(s.ctx, types.VirtualMachineRelocateSpec{Host: &target}, types.VirtualMachineMovePriorityDefaultPriority)), "Network adapter 2")
	expectFault[*types.DisallowedMigrationDeviceAttached](s.site, do(vm.Migrate(s.ctx, nil, object.NewHostSystem(s.client.Client, target), types.VirtualMachineMovePriorityDefaultPriority, "")), "")
	expectFault[*types.NotSupported](s.site, do(vm.Suspend(s.ctx)), "")
	equal(s.site, "host", *get[mo.VirtualMachine](s.site, s.machine, "runtime.host").Runtime.Host, s.hosts["esx-01"])
}

func TestCreateAndDestroyMachine(t *testing.T) {
	s := newMachineSite(t)
	// Only esx-01 is a member of the switch: the machine goes there, and can't go elsewhere.
	placed := must(s.create("placed", types.ManagedObjectReference{}, newCard(-1, s.port(s.group.Value, ""))))(s.site)
	equal(s.site, "host", *get[mo.VirtualMachine](s.site, placed, "runtime.host").Runtime.Host, s.hosts["esx-01"])
	_, err := s.create("misplaced", s.hosts["esx-02"], newCard(-1, s.port(s.group.Value, "")))
	expectDevice[*types.InvalidDeviceBacking](s, err, 0, "device.backing.port.switchUuid")
	equal(s.site, "ports in use", len(s.connected()), 2)
	s.ok(s.destroy(placed))
	equal(s.site, "ports in use", len(s.connected()), 1)
	disks := must(s.create("plain", s.hosts["esx-02"]))(s.site)
	s.ok(s.destroy(disks))
}

func TestPowerOnSeveral(t *testing.T) {
	s := newMachineSite(t)
	datacenter := object.NewDatacenter(s.client.Client, s.server.network.registry.Any("Datacenter").Reference())
	s.ok(s.change("add", newPassthrough(-1, lent)))
	task, err := datacenter.PowerOnVM(s.ctx, []types.ManagedObjectReference{s.machine})
	s.ok(err)
	info, err := task.WaitForResult(s.ctx, nil)
	s.ok(err)
	attempted := info.Result.(types.ClusterPowerOnVmResult).Attempted
	_, err = s.wait(*attempted[0].Task, nil)
	expectFault[*types.GenericVmConfigFault](s.site, err, "Invalid memory setting")
}

func TestConfigTarget(t *testing.T) {
	s := newMachineSite(t)
	cluster := get[mo.ClusterComputeResource](s.site, *get[mo.HostSystem](s.site, s.hosts["esx-01"], "parent").Parent, "environmentBrowser")
	host := s.hosts["esx-01"]
	for _, each := range []*types.ManagedObjectReference{&host, nil} {
		answer, err := methods.QueryConfigTarget(s.ctx, s.client, &types.QueryConfigTarget{This: *cluster.EnvironmentBrowser, Host: each})
		s.ok(err)
		target := answer.Returnval
		equal(s.site, "functions", len(target.Sriov), 3)
		equal(s.site, "physical function", target.Sriov[0].PciDevice.Id, physical)
		equal(s.site, "NIC", target.Sriov[0].Pnic, "vmnic2")
		equal(s.site, "virtual function", target.Sriov[1].VirtualFunction && target.Sriov[1].PciDevice.Id == functionAt(0), true)
		equal(s.site, "pool", target.Sriov[2].DevicePool.(*types.VirtualMachineSriovNetworkDevicePoolInfo).SwitchUuid, s.site.config(s.dvs).Uuid)
		equal(s.site, "devices to pass through", len(target.PciPassthrough), 1)
		info := target.PciPassthrough[0].GetVirtualMachinePciPassthroughInfo()
		equal(s.site, "device", info.PciDevice.Id, lent)
		device := newPassthrough(-1, lent)
		device.Backing.(*types.VirtualPCIPassthroughDeviceBackingInfo).SystemId = info.SystemId
		s.ok(s.change("add", device))
		uplinks := 0
		for _, group := range target.DistributedVirtualPortgroup {
			if group.UplinkPortgroup {
				uplinks++
			}
		}
		equal(s.site, "uplink port groups", uplinks, 1)
	}
	other := s.hosts["esx-02"]
	answer, err := methods.QueryConfigTarget(s.ctx, s.client, &types.QueryConfigTarget{This: *cluster.EnvironmentBrowser, Host: &other})
	s.ok(err)
	equal(s.site, "functions of another host", len(answer.Returnval.Sriov), 0)
}

func TestWatchersSeeCards(t *testing.T) {
	s := newMachineSite(t)
	w := s.watch(map[types.ManagedObjectReference][]string{s.machine: {"config.hardware.device", "config.changeVersion"}})
	s.ok(s.change("add", newCard(-1, s.port(s.group.Value, ""))))
	for {
		changed := w.next()[s.machine]
		if len(changed) == 0 {
			t.Fatal("no update with the new card")
		}
		if devices, is := changed["config.hardware.device"].(types.ArrayOfVirtualDevice); is && len(object.VirtualDeviceList(devices.VirtualDevice).Select(isOurs)) == 2 {
			return
		}
	}
}

// functionAt is the address of a virtual function of the port that the tests use, counted from 0.
func functionAt(index int) string {
	return functionsOf(&types.HostSriovInfo{
		HostPciPassthruInfo:         types.HostPciPassthruInfo{Id: physical},
		NumVirtualFunction:          8,
		MaxVirtualFunctionSupported: 8,
	})[index]
}
