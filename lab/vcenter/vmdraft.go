// The draft of a virtual machine: its devices while a change of network cards and passthrough devices is checked. They
// are stored as a whole or not at all. The simulator's own code, which looks at other devices only, never sees these.

package main

import (
	"fmt"
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// Limits of a virtual machine.
const (
	maxCards             = 10
	maxPassthroughs      = 16
	firstCardKey         = 4000
	firstPassthroughKey  = 13000
	pciController        = 100
	firstCardUnit        = 7
	lastCardUnit         = 16
	firstPassthroughUnit = 32
)

type machineDraft struct {
	*network
	ctx *simulator.Context
	// vm is nil while the machine is being created.
	vm      *simulator.VirtualMachine
	host    *simulator.HostSystem
	state   types.VirtualMachinePowerState
	devices []types.BaseVirtualDevice
	// index of the change that is being checked, for faults
	index int32
	// newPorts are those that port groups grow by.
	newPorts []types.DistributedVirtualPort
}

// draftMachine copies the devices of a machine whose host is reached.
func (n *network) draftMachine(ctx *simulator.Context, ref types.ManagedObjectReference) (*machineDraft, types.BaseMethodFault) {
	vm, isMachine := ctx.Map.Get(ref).(*simulator.VirtualMachine)
	if !isMachine {
		return nil, &types.ManagedObjectNotFound{Obj: ref}
	}
	d := &machineDraft{network: n, ctx: ctx, vm: vm}
	ctx.WithLock(ref, func() {
		d.state = vm.Runtime.PowerState
		d.host = ctx.Map.Get(*vm.Runtime.Host).(*simulator.HostSystem)
		d.devices = cloneDevices(vm.Config.Hardware.Device)
	})
	return d, requireConnected(d.host)
}

func cloneDevices(devices []types.BaseVirtualDevice) []types.BaseVirtualDevice {
	return clone(types.VirtualHardware{Device: devices}).Device
}

// apply checks and makes the changes of cards and passthrough devices, and returns all others.
func (d *machineDraft) apply(changes []types.BaseVirtualDeviceConfigSpec) ([]types.BaseVirtualDeviceConfigSpec, types.BaseMethodFault) {
	var others []types.BaseVirtualDeviceConfigSpec
	seen := map[int32]bool{}
	for index, base := range changes {
		change := *base.GetVirtualDeviceConfigSpec()
		d.index = int32(index)
		if change.Device == nil {
			return nil, d.badSpec("device")
		}
		present := d.find(change.Device.GetVirtualDevice().Key)
		if !isOurs(change.Device) && (present < 0 || !isOurs(d.devices[present])) {
			others = append(others, base)
			continue
		}
		if key := change.Device.GetVirtualDevice().Key; seen[key] {
			return nil, d.badSpec("device.key")
		} else {
			seen[key] = true
		}
		if fault := d.change(change.Operation, present, change.Device); fault != nil {
			return nil, fault
		}
	}
	return others, d.checkCounts()
}

func (d *machineDraft) change(operation types.VirtualDeviceConfigSpecOperation, present int, device types.BaseVirtualDevice) types.BaseMethodFault {
	isAdd := operation == types.VirtualDeviceConfigSpecOperationAdd
	switch {
	case isAdd && present >= 0:
		return d.badSpec("device.key")
	case !isAdd && present < 0:
		return &types.DeviceNotFound{InvalidDeviceSpec: d.deviceSpec("device.key")}
	case isAdd && isPassthrough(device) && d.isOn():
		return &types.DeviceHotPlugNotSupported{InvalidDeviceSpec: d.deviceSpec("device")}
	case d.isOn() && (isPassthrough(device) || present >= 0 && isPassthrough(d.devices[present])):
		return &types.InvalidPowerState{RequestedState: types.VirtualMachinePowerStatePoweredOff, ExistingState: d.state}
	}
	switch operation {
	case types.VirtualDeviceConfigSpecOperationAdd:
		return d.add(device)
	case types.VirtualDeviceConfigSpecOperationEdit:
		return d.edit(present, device)
	case types.VirtualDeviceConfigSpecOperationRemove:
		d.devices = slices.Delete(d.devices, present, present+1)
		return nil
	default:
		return d.badSpec("operation")
	}
}

func (d *machineDraft) add(device types.BaseVirtualDevice) types.BaseMethodFault {
	base := device.GetVirtualDevice()
	if base.ControllerKey != 0 && base.ControllerKey != pciController {
		return d.badSpec("device.controllerKey")
	}
	base.ControllerKey = pciController
	if fault := d.takeUnit(device); fault != nil {
		return fault
	}
	base.Key = d.freeKey(device)
	if fault := d.check(device, nil); fault != nil {
		return fault
	}
	d.describe(device)
	d.devices = append(d.devices, device)
	return nil
}

// edit replaces a device. What the specification leaves out of its identity stays; its backing must be given.
func (d *machineDraft) edit(present int, device types.BaseVirtualDevice) types.BaseMethodFault {
	before := d.devices[present]
	if fmt.Sprintf("%T", before) != fmt.Sprintf("%T", device) {
		return d.badSpec("device")
	}
	base, was := device.GetVirtualDevice(), before.GetVirtualDevice()
	if base.ControllerKey == 0 {
		base.ControllerKey = was.ControllerKey
	}
	if base.UnitNumber == nil {
		base.UnitNumber = was.UnitNumber
	}
	if base.DeviceInfo == nil {
		base.DeviceInfo = was.DeviceInfo
	}
	if base.Connectable == nil {
		base.Connectable = was.Connectable
	}
	// Without it in the list, its own key, unit and port are free.
	d.devices = slices.Delete(d.devices, present, present+1)
	if base.ControllerKey != pciController {
		return d.badSpec("device.controllerKey")
	}
	if fault := d.takeUnit(device); fault != nil {
		return fault
	}
	if fault := d.check(device, before); fault != nil {
		return fault
	}
	d.describe(device)
	d.devices = slices.Insert(d.devices, present, device)
	return nil
}

// check is about what a device stands on: its network and the functions of the host. before is nil for a new device.
func (d *machineDraft) check(device, before types.BaseVirtualDevice) types.BaseMethodFault {
	if passthrough, is := device.(*types.VirtualPCIPassthrough); is {
		return d.checkPassthrough(passthrough)
	}
	card := device.(types.BaseVirtualEthernetCard).GetVirtualEthernetCard()
	if fault := d.connect(card); fault != nil {
		return fault
	}
	var was *types.VirtualEthernetCard
	if before != nil {
		was = before.(types.BaseVirtualEthernetCard).GetVirtualEthernetCard()
		keepCard(card, was)
	}
	if fault := d.address(card, was); fault != nil {
		return fault
	}
	if sriov, is := device.(*types.VirtualSriovEthernetCard); is {
		previous, _ := before.(*types.VirtualSriovEthernetCard)
		return d.checkSriov(sriov, previous)
	}
	return nil
}

func (d *machineDraft) checkCounts() types.BaseMethodFault {
	cards, passthroughs := 0, 0
	for _, device := range d.devices {
		switch device.(type) {
		case types.BaseVirtualEthernetCard:
			cards++
		case *types.VirtualPCIPassthrough:
			passthroughs++
		}
	}
	if cards > maxCards || passthroughs > maxPassthroughs {
		return &types.TooManyDevices{InvalidVmConfig: types.InvalidVmConfig{Property: "configSpec.deviceChange"}}
	}
	return nil
}

// takeUnit checks the place on the PCI controller, or finds a free one. Ordinary cards have places of their own.
func (d *machineDraft) takeUnit(device types.BaseVirtualDevice) types.BaseMethodFault {
	first, last := int32(firstCardUnit), int32(lastCardUnit)
	if isPassthrough(device) {
		first, last = firstPassthroughUnit, firstPassthroughUnit+maxCards+maxPassthroughs
	}
	base := device.GetVirtualDevice()
	if base.UnitNumber != nil {
		if d.hasUnit(*base.UnitNumber) || !isPassthrough(device) && (*base.UnitNumber < first || *base.UnitNumber > last) {
			return d.badSpec("device.unitNumber")
		}
		return nil
	}
	for unit := first; unit <= last; unit++ {
		if !d.hasUnit(unit) {
			base.UnitNumber = &unit
			return nil
		}
	}
	return &types.TooManyDevices{InvalidVmConfig: types.InvalidVmConfig{Property: "configSpec.deviceChange"}}
}

func (d *machineDraft) hasUnit(unit int32) bool {
	return slices.ContainsFunc(d.devices, func(device types.BaseVirtualDevice) bool {
		base := device.GetVirtualDevice()
		return base.ControllerKey == pciController && base.UnitNumber != nil && *base.UnitNumber == unit
	})
}

func (d *machineDraft) freeKey(device types.BaseVirtualDevice) int32 {
	key := int32(firstCardKey)
	if _, isCard := device.(types.BaseVirtualEthernetCard); !isCard {
		key = firstPassthroughKey
	}
	for d.find(key) >= 0 {
		key++
	}
	return key
}

// describe gives a device the label that users see, by its key.
func (d *machineDraft) describe(device types.BaseVirtualDevice) {
	base, summary := device.GetVirtualDevice(), "PCI device"
	label := fmt.Sprintf("PCI device %d", base.Key-firstPassthroughKey+1)
	if _, isCard := device.(types.BaseVirtualEthernetCard); isCard {
		label = fmt.Sprintf("Network adapter %d", base.Key-firstCardKey+1)
		switch backing := base.Backing.(type) {
		case *types.VirtualEthernetCardNetworkBackingInfo:
			summary = backing.DeviceName
		case *types.VirtualEthernetCardDistributedVirtualPortBackingInfo:
			summary = "DVSwitch: " + backing.Port.SwitchUuid
		}
	}
	base.DeviceInfo = &types.Description{Label: label, Summary: summary}
}

func (d *machineDraft) find(key int32) int {
	return slices.IndexFunc(d.devices, func(device types.BaseVirtualDevice) bool { return device.GetVirtualDevice().Key == key })
}

func (d *machineDraft) isOn() bool {
	return d.state != "" && d.state != types.VirtualMachinePowerStatePoweredOff
}

func (d *machineDraft) deviceSpec(property string) types.InvalidDeviceSpec {
	return types.InvalidDeviceSpec{InvalidVmConfig: types.InvalidVmConfig{Property: "virtualDeviceSpec." + property}, DeviceIndex: d.index}
}

func (d *machineDraft) badSpec(property string) types.BaseMethodFault {
	fault := d.deviceSpec(property)
	return &fault
}

func (d *machineDraft) badBacking(property string) types.BaseMethodFault {
	return &types.InvalidDeviceBacking{InvalidDeviceSpec: d.deviceSpec("device." + property)}
}

func isOurs(device types.BaseVirtualDevice) bool {
	_, isCard := device.(types.BaseVirtualEthernetCard)
	return isCard || isPassthrough(device)
}

// isPassthrough is a device that is a piece of the host, which comes and goes only while the machine is off.
func isPassthrough(device types.BaseVirtualDevice) bool {
	switch device.(type) {
	case *types.VirtualSriovEthernetCard, *types.VirtualPCIPassthrough:
		return true
	}
	return false
}

// store writes devices, networks and ports.
func (d *machineDraft) store() {
	networks, cards := []types.ManagedObjectReference{}, int32(0)
	var guest []types.GuestNicInfo
	for _, device := range d.devices {
		base := device.GetVirtualDevice()
		card, isCard := device.(types.BaseVirtualEthernetCard)
		if !isCard {
			continue
		}
		cards++
		ref, name := d.networkOf(base.Backing)
		networks = append(without(networks, ref), ref)
		guest = append(guest, types.GuestNicInfo{
			Network: name, MacAddress: card.GetVirtualEthernetCard().MacAddress, Connected: d.isOn(), DeviceConfigId: base.Key,
		})
	}
	update(d.ctx, d.vm.Self,
		property("config.hardware.device", cloneDevices(d.devices)),
		property("network", networks),
		property("summary.config.numEthernetCards", cards),
		property("guest.net", guest))
	d.growGroups()
	syncPorts(d.ctx, d.vm.Self, d.devices)
}
