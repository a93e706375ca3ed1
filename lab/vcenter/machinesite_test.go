package main

import (
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

// lockMemory reserves all memory of the machine, as functions and passthrough devices need it.
func (s *machineSite) lockMemory() error {
	s.Helper()
	return s.reconfig(func(spec *types.VirtualMachineConfigSpec) { spec.MemoryReservationLockedToMax = types.NewBool(true) })
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

// newCard is a card on the machine's port group.
func (s *machineSite) newCard(key int32) *types.VirtualVmxnet3 {
	s.Helper()
	return newCard(key, s.port(s.group.Value, ""))
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
