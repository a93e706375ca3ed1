// New virtual machines: their network cards and passthrough devices are checked before the machine is made.

package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// CreateVMTask answers CreateVM_Task.
func (m *folderMethods) CreateVMTask(ctx *simulator.Context, req *types.CreateVM_Task) soap.HasFault {
	task := m.start(ctx, req.This, "CreateVM_Task", func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		return m.createMachine(ctx, *req)
	})
	return &methods.CreateVM_TaskBody{Res: &types.CreateVM_TaskResponse{Returnval: task}}
}

func (m *folderMethods) createMachine(ctx *simulator.Context, req types.CreateVM_Task) (types.AnyType, types.BaseMethodFault) {
	folder, isFolder := ctx.Map.Get(req.This).(*simulator.Folder)
	if !isFolder {
		return nil, &types.ManagedObjectNotFound{Obj: req.This}
	}
	d, others, fault := m.place(ctx, req)
	if fault != nil {
		return nil, fault
	}
	req.Host, req.Config.DeviceChange = &d.host.Self, others
	result, fault := finish(ctx, folder.CreateVMTask(ctx, &req))
	if fault != nil {
		return nil, fault
	}
	d.vm = ctx.Map.Get(result.(types.ManagedObjectReference)).(*simulator.VirtualMachine)
	if d.vm.Config.SwapPlacement == "" {
		d.vm.Config.SwapPlacement = string(types.VirtualMachineConfigInfoSwapPlacementTypeInherit)
	}
	if len(d.devices) > 0 {
		d.adoptOthers()
		d.store()
	}
	return result, nil
}

// place finds a host for a new machine, the one that is asked for or the first that can serve its cards and devices.
func (m *folderMethods) place(ctx *simulator.Context, req types.CreateVM_Task) (*machineDraft, []types.BaseVirtualDeviceConfigSpec, types.BaseMethodFault) {
	var fault types.BaseMethodFault = invalid("host")
	for _, ref := range hostsFor(ctx, req) {
		host, isHost := ctx.Map.Get(ref).(*simulator.HostSystem)
		if !isHost {
			return nil, nil, &types.ManagedObjectNotFound{Obj: ref}
		}
		if fault = requireConnected(host); fault != nil {
			continue
		}
		d := &machineDraft{network: m.network, ctx: ctx, host: host, state: types.VirtualMachinePowerStatePoweredOff}
		var others []types.BaseVirtualDeviceConfigSpec
		changes := clone(types.VirtualMachineConfigSpec{DeviceChange: req.Config.DeviceChange}).DeviceChange
		if others, fault = d.apply(changes); fault == nil {
			return d, others, nil
		}
	}
	return nil, nil, fault
}

func hostsFor(ctx *simulator.Context, req types.CreateVM_Task) []types.ManagedObjectReference {
	if req.Host != nil {
		return []types.ManagedObjectReference{*req.Host}
	}
	pool, isPool := ctx.Map.Get(req.Pool).(*simulator.ResourcePool)
	if !isPool {
		return nil
	}
	switch owner := ctx.Map.Get(pool.Owner).(type) {
	case *simulator.ClusterComputeResource:
		return owner.Host
	case *mo.ComputeResource:
		return owner.Host
	}
	return nil
}
