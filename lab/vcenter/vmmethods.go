// Methods of virtual machines: this program checks and stores network cards and passthrough devices, and leaves the rest
// of each change to the simulator.

package main

import (
	"reflect"
	"slices"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// machineMethods are the methods of VirtualMachine.
type machineMethods struct{ receiver }

// ReconfigVMTask answers ReconfigVM_Task.
func (m *machineMethods) ReconfigVMTask(ctx *simulator.Context, req *types.ReconfigVM_Task) soap.HasFault {
	task := m.start(ctx, req.This, "ReconfigVM_Task", func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		d, fault := m.draftMachine(ctx, req.This)
		if fault != nil {
			return nil, fault
		}
		if req.Spec.ChangeVersion != "" && req.Spec.ChangeVersion != d.vm.Config.ChangeVersion {
			return nil, &types.ConcurrentAccess{}
		}
		if fault := d.checkSize(&req.Spec); fault != nil {
			return nil, fault
		}
		others, fault := d.apply(req.Spec.DeviceChange)
		if fault != nil {
			return nil, fault
		}
		rest := *req
		rest.Spec.DeviceChange = others
		if _, fault := finish(ctx, d.vm.ReconfigVMTask(ctx, &rest)); fault != nil {
			return nil, fault
		}
		if len(others) < len(req.Spec.DeviceChange) {
			d.adoptOthers()
			d.store()
		}
		return nil, nil
	})
	return &methods.ReconfigVM_TaskBody{Res: &types.ReconfigVM_TaskResponse{Returnval: task}}
}

// adoptOthers takes over what the simulator has made of the other devices in the meantime.
func (d *machineDraft) adoptOthers() {
	ours := slices.DeleteFunc(d.devices, func(device types.BaseVirtualDevice) bool { return !isOurs(device) })
	others := slices.DeleteFunc(cloneDevices(d.vm.Config.Hardware.Device), isOurs)
	d.devices = append(others, ours...)
}

// PowerOnVMTask answers PowerOnVM_Task.
func (m *machineMethods) PowerOnVMTask(ctx *simulator.Context, req *types.PowerOnVM_Task) soap.HasFault {
	return &methods.PowerOnVM_TaskBody{Res: &types.PowerOnVM_TaskResponse{Returnval: m.powerOn(ctx, req.This)}}
}

func (n *network) powerOn(ctx *simulator.Context, ref types.ManagedObjectReference) types.ManagedObjectReference {
	return n.start(ctx, ref, "PowerOnVM_Task", func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		d, fault := n.draftMachine(ctx, ref)
		if fault != nil {
			return nil, fault
		}
		if !d.isOn() {
			if fault := d.checkStart(); fault != nil {
				return nil, fault
			}
		}
		if _, fault := finish(ctx, d.vm.PowerOnVMTask(ctx, &types.PowerOnVM_Task{This: ref})); fault != nil {
			return nil, fault
		}
		if d, fault = n.draftMachine(ctx, ref); fault == nil {
			fault = d.bind()
			d.store()
		}
		return nil, fault
	})
}

// checkStart refuses to start a machine whose devices the host can't serve.
func (d *machineDraft) checkStart() types.BaseMethodFault {
	if slices.ContainsFunc(d.devices, isPassthrough) && !memoryIsReserved(d.vm) {
		return cannotStart("Invalid memory setting: memory reservation (sched.mem.min) should be equal to memsize(%d).", d.vm.Config.Hardware.MemoryMB)
	}
	return d.bind()
}

// memoryIsReserved tells whether all memory of a machine is, which devices with direct access to it need.
func memoryIsReserved(vm *simulator.VirtualMachine) bool {
	if isTrue(vm.Config.MemoryReservationLockedToMax) {
		return true
	}
	reserved := vm.Config.MemoryAllocation.Reservation
	return reserved != nil && *reserved >= int64(vm.Config.Hardware.MemoryMB)
}

// datacenterMethods are the methods of Datacenter.
type datacenterMethods struct{ receiver }

// PowerOnMultiVMTask answers PowerOnMultiVM_Task, whose result names one task for each machine.
func (m *datacenterMethods) PowerOnMultiVMTask(ctx *simulator.Context, req *types.PowerOnMultiVM_Task) soap.HasFault {
	task := m.start(ctx, req.This, "PowerOnMultiVM_Task", func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		result := types.ClusterPowerOnVmResult{Attempted: []types.ClusterAttemptedVmInfo{}}
		for _, machine := range req.Vm {
			started := m.powerOn(ctx, machine)
			result.Attempted = append(result.Attempted, types.ClusterAttemptedVmInfo{Vm: machine, Task: &started})
		}
		return result, nil
	})
	return &methods.PowerOnMultiVM_TaskBody{Res: &types.PowerOnMultiVM_TaskResponse{Returnval: task}}
}

// PowerOffVMTask answers PowerOffVM_Task. Functions of the host are free from then on.
func (m *machineMethods) PowerOffVMTask(ctx *simulator.Context, req *types.PowerOffVM_Task) soap.HasFault {
	task := m.change(ctx, req.This, "PowerOffVM_Task", func(ctx *simulator.Context, vm *simulator.VirtualMachine) soap.HasFault {
		return vm.PowerOffVMTask(ctx, req)
	})
	return &methods.PowerOffVM_TaskBody{Res: &types.PowerOffVM_TaskResponse{Returnval: task}}
}

// SuspendVMTask answers SuspendVM_Task. A machine with a piece of the host in it can't be suspended.
func (m *machineMethods) SuspendVMTask(ctx *simulator.Context, req *types.SuspendVM_Task) soap.HasFault {
	task := m.changeWithout(ctx, req.This, "SuspendVM_Task", notSupported, func(ctx *simulator.Context, vm *simulator.VirtualMachine) soap.HasFault {
		return vm.SuspendVMTask(ctx, req)
	})
	return &methods.SuspendVM_TaskBody{Res: &types.SuspendVM_TaskResponse{Returnval: task}}
}

// CreateSnapshotTask answers CreateSnapshot_Task, which such a machine does not allow either.
func (m *machineMethods) CreateSnapshotTask(ctx *simulator.Context, req *types.CreateSnapshot_Task) soap.HasFault {
	task := m.changeWithout(ctx, req.This, "CreateSnapshot_Task", deviceNotSupported, func(ctx *simulator.Context, vm *simulator.VirtualMachine) soap.HasFault {
		return vm.CreateSnapshotTask(ctx, req)
	})
	return &methods.CreateSnapshot_TaskBody{Res: &types.CreateSnapshot_TaskResponse{Returnval: task}}
}

// CreateSnapshotExTask answers CreateSnapshotEx_Task.
func (m *machineMethods) CreateSnapshotExTask(ctx *simulator.Context, req *types.CreateSnapshotEx_Task) soap.HasFault {
	task := m.changeWithout(ctx, req.This, "CreateSnapshotEx_Task", deviceNotSupported, func(ctx *simulator.Context, vm *simulator.VirtualMachine) soap.HasFault {
		return vm.CreateSnapshotExTask(ctx, req)
	})
	return &methods.CreateSnapshotEx_TaskBody{Res: &types.CreateSnapshotEx_TaskResponse{Returnval: task}}
}

// DestroyTask answers Destroy_Task. The ports of the machine are free from then on.
func (m *machineMethods) DestroyTask(ctx *simulator.Context, req *types.Destroy_Task) soap.HasFault {
	task := m.change(ctx, req.This, "Destroy_Task", func(ctx *simulator.Context, vm *simulator.VirtualMachine) soap.HasFault {
		return vm.DestroyTask(ctx, req)
	})
	return &methods.Destroy_TaskBody{Res: &types.Destroy_TaskResponse{Returnval: task}}
}

// change lets the simulator do the work, then brings the ports up to date.
func (m *machineMethods) change(ctx *simulator.Context, ref types.ManagedObjectReference, name string, do func(*simulator.Context, *simulator.VirtualMachine) soap.HasFault) types.ManagedObjectReference {
	return m.changeWithout(ctx, ref, name, nil, do)
}

// changeWithout refuses the change, with a fault of this kind, for machines that have a piece of the host in them.
func (m *machineMethods) changeWithout(ctx *simulator.Context, ref types.ManagedObjectReference, name string, refuse func(*machineDraft, types.BaseVirtualDevice) types.BaseMethodFault, do func(*simulator.Context, *simulator.VirtualMachine) soap.HasFault) types.ManagedObjectReference {
	return m.start(ctx, ref, name, func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		d, fault := m.draftMachine(ctx, ref)
		if fault != nil {
			return nil, fault
		}
		if index := slices.IndexFunc(d.devices, isPassthrough); index >= 0 && refuse != nil {
			if fault := refuse(d, d.devices[index]); fault != nil {
				return nil, fault
			}
		}
		result, fault := finish(ctx, do(ctx, d.vm))
		if fault != nil {
			return nil, fault
		}
		var devices []types.BaseVirtualDevice
		if ctx.Map.Get(ref) != nil {
			ctx.WithLock(ref, func() { devices = cloneDevices(d.vm.Config.Hardware.Device) })
		}
		syncPorts(ctx, ref, devices)
		return result, nil
	})
}

func notSupported(*machineDraft, types.BaseVirtualDevice) types.BaseMethodFault {
	return &types.NotSupported{}
}

func deviceNotSupported(_ *machineDraft, device types.BaseVirtualDevice) types.BaseMethodFault {
	return &types.DeviceNotSupported{Device: device.GetVirtualDevice().DeviceInfo.GetDescription().Label}
}

// finish waits for a task that the simulator has started for one of ours.
func finish(ctx *simulator.Context, answer soap.HasFault) (types.AnyType, types.BaseMethodFault) {
	if fault := answer.Fault(); fault != nil {
		return nil, fault.VimFault().(types.BaseMethodFault)
	}
	ref := reflect.ValueOf(answer).Elem().FieldByName("Res").Elem().FieldByName("Returnval").Interface().(types.ManagedObjectReference)
	task := ctx.Map.Get(ref).(*simulator.Task)
	watching := newContext(ctx.Map) // the task works with ctx, whose locks would not keep us from reading half a result
	for {
		var info types.TaskInfo
		watching.WithLock(task, func() { info = task.Info })
		if info.CompleteTime == nil {
			time.Sleep(time.Millisecond)
			continue
		}
		if info.Error != nil {
			return nil, info.Error.Fault
		}
		return info.Result, nil
	}
}
