// Virtual machines that move to another host, and clones. Cards and passthrough devices never reach the simulator's own
// code: it wants every host of a cluster to be a member of a card's switch, where vCenter wants it of the machine's host.

package main

import (
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// RelocateVMTask answers RelocateVM_Task. A machine with a piece of the host in it moves only while it is off.
func (m *machineMethods) RelocateVMTask(ctx *simulator.Context, req *types.RelocateVM_Task) soap.HasFault {
	task := m.relocate(ctx, "RelocateVM_Task", req)
	return &methods.RelocateVM_TaskBody{Res: &types.RelocateVM_TaskResponse{Returnval: task}}
}

// MigrateVMTask answers MigrateVM_Task, the same in older words.
func (m *machineMethods) MigrateVMTask(ctx *simulator.Context, req *types.MigrateVM_Task) soap.HasFault {
	task := m.relocate(ctx, "MigrateVM_Task", &types.RelocateVM_Task{
		This: req.This, Spec: types.VirtualMachineRelocateSpec{Pool: req.Pool, Host: req.Host}, Priority: req.Priority,
	})
	return &methods.MigrateVM_TaskBody{Res: &types.MigrateVM_TaskResponse{Returnval: task}}
}

func (m *machineMethods) relocate(ctx *simulator.Context, name string, req *types.RelocateVM_Task) types.ManagedObjectReference {
	return m.start(ctx, req.This, name, func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		d, fault := m.draftMachine(ctx, req.This)
		if fault != nil {
			return nil, fault
		}
		if index := slices.IndexFunc(d.devices, isPassthrough); index >= 0 && d.isOn() {
			return nil, &types.DisallowedMigrationDeviceAttached{Fault: localized(deviceNotSupported(d, d.devices[index]))}
		}
		from := d.host
		if fault := d.moveTo(req.Spec.Host); fault != nil {
			return nil, fault
		}
		rest := *req
		if rest.Spec.DeviceChange, fault = d.apply(req.Spec.DeviceChange); fault != nil {
			return nil, fault
		}
		if fault := d.checkNetworks(); fault != nil {
			return nil, fault
		}
		if _, fault := finish(ctx, d.vm.RelocateVMTask(ctx, &rest)); fault != nil {
			return nil, fault
		}
		if from != d.host {
			update(ctx, from.Self, property("vm", without(from.Vm, req.This)))
			update(ctx, d.host.Self, property("vm", append(without(d.host.Vm), req.This)))
		}
		d.adoptOthers()
		d.store()
		return nil, nil
	})
}

// moveTo makes another host that of the draft, if one is given.
func (d *machineDraft) moveTo(ref *types.ManagedObjectReference) types.BaseMethodFault {
	if ref == nil {
		return nil
	}
	host, isHost := d.ctx.Map.Get(*ref).(*simulator.HostSystem)
	if !isHost {
		return &types.ManagedObjectNotFound{Obj: *ref}
	}
	d.host = host
	return requireConnected(host)
}

// checkNetworks refuses a host that lacks the network of a card.
func (d *machineDraft) checkNetworks() types.BaseMethodFault {
	for _, device := range d.devices {
		if _, isCard := device.(types.BaseVirtualEthernetCard); !isCard {
			continue
		}
		base := device.GetVirtualDevice()
		ref, name := d.networkOf(base.Backing)
		if simulator.FindReference(d.host.Network, ref) == nil {
			return &types.CannotAccessNetwork{
				CannotAccessVmDevice: types.CannotAccessVmDevice{Device: base.DeviceInfo.GetDescription().Label, Backing: name, Connected: d.isOn()},
			}
		}
	}
	return nil
}

// CloneVMTask answers CloneVM_Task. The new machine gets ports, addresses and functions of its own.
func (m *machineMethods) CloneVMTask(ctx *simulator.Context, req *types.CloneVM_Task) soap.HasFault {
	task := m.start(ctx, req.This, "CloneVM_Task", func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		source, fault := m.draftMachine(ctx, req.This)
		if fault != nil {
			return nil, fault
		}
		d := &machineDraft{network: m.network, ctx: ctx, host: source.host, state: types.VirtualMachinePowerStatePoweredOff, devices: source.devices}
		if fault := d.moveTo(req.Spec.Location.Host); fault != nil {
			return nil, fault
		}
		rest := *req
		if fault := d.reconnect(&rest.Spec); fault != nil {
			return nil, fault
		}
		result, fault := finish(ctx, source.withoutOurs().CloneVMTask(ctx, &rest))
		if fault != nil {
			return nil, fault
		}
		d.vm = ctx.Map.Get(result.(types.ManagedObjectReference)).(*simulator.VirtualMachine)
		d.adoptOthers()
		d.store()
		return result, nil
	})
	return &methods.CloneVM_TaskBody{Res: &types.CloneVM_TaskResponse{Returnval: task}}
}

// reconnect puts every card of a clone on a port of its own, as the specification changes it, and forgets which functions
// the source has. Changes of other devices stay in the specification.
func (d *machineDraft) reconnect(spec *types.VirtualMachineCloneSpec) (fault types.BaseMethodFault) {
	for index, device := range d.devices {
		if on := dvsPort(device); on != nil {
			on.PortKey, on.ConnectionCookie = "", 0
		}
		if sriov, is := device.(*types.VirtualSriovEthernetCard); is && sriov.SriovBacking != nil {
			sriov.SriovBacking.VirtualFunctionBacking = nil
		}
		if !isOurs(device) {
			continue
		}
		d.index = int32(index)
		if fault := d.check(device, nil); fault != nil {
			return fault
		}
	}
	if spec.Location.DeviceChange, fault = d.apply(spec.Location.DeviceChange); fault != nil || spec.Config == nil {
		return fault
	}
	config := *spec.Config
	config.DeviceChange, fault = d.apply(config.DeviceChange)
	spec.Config = &config
	return fault
}

// withoutOurs is the machine as the simulator's own code may copy it.
func (d *machineDraft) withoutOurs() *simulator.VirtualMachine {
	copied := &simulator.VirtualMachine{VirtualMachine: d.vm.VirtualMachine, DataSets: d.vm.DataSets}
	config := *d.vm.Config
	config.Hardware.Device = slices.DeleteFunc(cloneDevices(d.vm.Config.Hardware.Device), isOurs)
	copied.Config = &config
	return copied
}
