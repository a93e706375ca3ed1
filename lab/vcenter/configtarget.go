// What hosts offer to virtual machines: networks, and functions for SR-IOV and passthrough.

package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// browserMethods are the methods of EnvironmentBrowser.
type browserMethods struct{ receiver }

// QueryConfigTarget lists what a host offers, or all hosts of the cluster together.
func (m *browserMethods) QueryConfigTarget(ctx *simulator.Context, req *types.QueryConfigTarget) soap.HasFault {
	m.mu.Lock()
	defer m.mu.Unlock()
	if req.Host != nil && ctx.Map.Get(*req.Host) == nil {
		return &methods.QueryConfigTargetBody{Fault_: soapFault(&types.ManagedObjectNotFound{Obj: *req.Host})}
	}
	answer := ctx.Map.Get(req.This).(*simulator.EnvironmentBrowser).QueryConfigTarget(ctx, req)
	body := answer.(*methods.QueryConfigTargetBody)
	target := body.Res.Returnval
	for index := range target.DistributedVirtualPortgroup {
		info := &target.DistributedVirtualPortgroup[index]
		info.UplinkPortgroup = isTrue(portGroupOf(ctx, info.Portgroup).Config.Uplink)
	}
	hosts := browserHosts(ctx, req.This)
	if req.Host != nil {
		hosts = []types.ManagedObjectReference{*req.Host}
	}
	for _, ref := range hosts {
		if host, isHost := ctx.Map.Get(ref).(*simulator.HostSystem); isHost {
			ctx.WithLock(ref, func() { offerFunctions(target, host) })
		}
	}
	return body
}

func browserHosts(ctx *simulator.Context, ref types.ManagedObjectReference) []types.ManagedObjectReference {
	for _, kind := range []string{"ClusterComputeResource", "ComputeResource"} {
		for _, entity := range ctx.Map.All(kind) {
			switch resource := entity.(type) {
			case *simulator.ClusterComputeResource:
				if *resource.EnvironmentBrowser == ref {
					return resource.Host
				}
			case *mo.ComputeResource:
				if *resource.EnvironmentBrowser == ref {
					return resource.Host
				}
			}
		}
	}
	return nil
}

// offerFunctions adds the physical functions that have virtual ones, those virtual ones, and devices to pass through.
func offerFunctions(target *types.ConfigTarget, host *simulator.HostSystem) {
	for _, each := range host.Config.PciPassthruInfo {
		info := each.GetHostPciPassthruInfo()
		if info.PassthruActive {
			lent := passthroughInfo(host, info.Id)
			target.PciPassthrough = append(target.PciPassthrough, &lent)
		}
		sriov, isSriov := each.(*types.HostSriovInfo)
		if !isSriov || !hasFunctions(sriov) {
			continue
		}
		nic, pool := poolOf(host, info.Id)
		target.Sriov = append(target.Sriov, types.VirtualMachineSriovInfo{
			VirtualMachinePciPassthroughInfo: passthroughInfo(host, info.Id), Pnic: nic, DevicePool: pool,
		})
		for _, id := range functionsOf(sriov) {
			target.Sriov = append(target.Sriov, types.VirtualMachineSriovInfo{
				VirtualMachinePciPassthroughInfo: passthroughInfo(host, id), VirtualFunction: true, Pnic: nic, DevicePool: pool,
			})
		}
	}
}

func passthroughInfo(host *simulator.HostSystem, id string) types.VirtualMachinePciPassthroughInfo {
	info := types.VirtualMachinePciPassthroughInfo{
		VirtualMachineTargetInfo: types.VirtualMachineTargetInfo{Name: id}, PciDevice: types.HostPciDevice{Id: id}, SystemId: systemID(host),
	}
	for _, device := range host.Hardware.PciDevice {
		if device.Id == id {
			info.PciDevice, info.Name = device, device.DeviceName
		}
	}
	return info
}

// poolOf is the NIC at an address, and the network devices of the switch that it serves.
func poolOf(host *simulator.HostSystem, id string) (string, types.BaseVirtualMachineSriovDevicePoolInfo) {
	for _, nic := range host.Config.Network.Pnic {
		if nic.Pci != id {
			continue
		}
		for _, proxy := range host.Config.Network.ProxySwitch {
			for _, key := range proxy.Pnic {
				if key == nic.Key {
					pool := &types.VirtualMachineSriovNetworkDevicePoolInfo{SwitchUuid: proxy.DvsUuid}
					pool.Key = proxy.Key
					return nic.Device, pool
				}
			}
		}
		for _, vswitch := range host.Config.Network.Vswitch {
			for _, key := range vswitch.Pnic {
				if key == nic.Key {
					pool := &types.VirtualMachineSriovNetworkDevicePoolInfo{SwitchKey: vswitch.Key}
					pool.Key = vswitch.Key
					return nic.Device, pool
				}
			}
		}
		return nic.Device, nil
	}
	return "", nil
}
