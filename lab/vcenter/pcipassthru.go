// HostPciPassthruSystem: passthrough and SR-IOV of a host's devices. What is requested takes effect at the next reboot.

package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// passthroughMethods are the methods of HostPciPassthruSystem.
type passthroughMethods struct{ receiver }

// passthroughSystem is a host's system as it is kept in the registry. vCenter shows its state later than the host has it.
type passthroughSystem struct {
	mo.HostPciPassthruSystem
	host types.ManagedObjectReference
	// physical are the devices that are there without SR-IOV; infos are the host's own state of them.
	physical []types.HostPciDevice
	infos    []types.BaseHostPciPassthruInfo
}

// installPCI gives a host the devices of the inventory in place of the template's.
func installPCI(ctx *simulator.Context, host *simulator.HostSystem, from InventoryHost) {
	system := &passthroughSystem{host: host.Self}
	system.Self = types.ManagedObjectReference{Type: "HostPciPassthruSystem", Value: "pciPassthruSystem-" + host.Self.Value}
	add := func(pci string, kind pciKind, info types.BaseHostPciPassthruInfo) {
		at, _ := parseAddress(pci)
		system.physical = append(system.physical, pciDevice(at, kind))
		base := info.GetHostPciPassthruInfo()
		base.Id, base.DependentDevice = pci, pci
		system.infos = append(system.infos, info)
	}
	for _, nic := range from.NICs {
		base := types.HostPciPassthruInfo{PassthruCapable: true}
		if nic.SRIOV == nil {
			add(nic.PCI, networkPort.named(nic.Card), &base)
			continue
		}
		add(nic.PCI, networkPort.named(nic.Card), &types.HostSriovInfo{
			HostPciPassthruInfo: base, SriovCapable: true, MaxVirtualFunctionSupported: nic.SRIOV.MaxVirtualFunctions,
		})
	}
	for _, device := range from.PCIDevices {
		add(device.PCI, otherDevice.named(device.Name), &types.HostPciPassthruInfo{PassthruCapable: device.Passthrough})
	}
	ref := ctx.Map.Put(system).Reference()
	capability := *host.Capability
	capability.RebootSupported, capability.DeviceRebindWithoutRebootSupported = true, types.NewBool(false)
	ctx.WithLock(host.Self, func() { host.ConfigManager.PciPassthruSystem, host.Capability = &ref, &capability })
	system.show(ctx)
}

func passthroughOf(ctx *simulator.Context, host *simulator.HostSystem) *passthroughSystem {
	system, _ := ctx.Map.Get(*host.ConfigManager.PciPassthruSystem).(*passthroughSystem)
	return system
}

// show writes the host's state into the properties of vCenter: of the system, and of the host.
func (s *passthroughSystem) show(ctx *simulator.Context) {
	infos, devices := []types.BaseHostPciPassthruInfo{}, append([]types.HostPciDevice{}, s.physical...)
	for _, info := range s.infos {
		switch info := info.(type) {
		case *types.HostSriovInfo:
			shown := *info
			infos = append(infos, &shown)
			port, _ := parseAddress(info.Id)
			for _, at := range functionAddresses(port, info.NumVirtualFunction) {
				devices = append(devices, pciDevice(at, virtualFunction))
				infos = append(infos, &types.HostPciPassthruInfo{
					Id: at.String(), DependentDevice: at.String(), PassthruCapable: true, PassthruEnabled: true, PassthruActive: true,
				})
			}
		case *types.HostPciPassthruInfo:
			shown := *info
			infos = append(infos, &shown)
		}
	}
	sortPassthrough(infos)
	sortDevices(devices)
	update(ctx, s.Self, property("pciPassthruInfo", infos))
	update(ctx, s.host, property("config.pciPassthruInfo", infos), property("hardware.pciDevice", devices))
	updatePools(ctx, ctx.Map.Get(s.host).(*simulator.HostSystem))
}

// needsReboot tells whether anything is requested that is not in effect.
func (s *passthroughSystem) needsReboot() bool {
	for _, info := range s.infos {
		base := info.GetHostPciPassthruInfo()
		if base.PassthruActive != base.PassthruEnabled {
			return true
		}
		if sriov, is := info.(*types.HostSriovInfo); is && sriov.NumVirtualFunction != sriov.NumVirtualFunctionRequested {
			return true
		}
	}
	return false
}

// activate makes what is requested effective, as a reboot does.
func (s *passthroughSystem) activate() {
	for _, info := range s.infos {
		base := info.GetHostPciPassthruInfo()
		base.PassthruActive = base.PassthruEnabled
		if sriov, is := info.(*types.HostSriovInfo); is {
			sriov.SriovActive, sriov.NumVirtualFunction = sriov.SriovEnabled, sriov.NumVirtualFunctionRequested
		}
	}
}

// UpdatePassthruConfig requests passthrough and SR-IOV of devices: all that it names, or nothing. vCenter shows it, and
// that a reboot is required, after a while.
func (m *passthroughMethods) UpdatePassthruConfig(ctx *simulator.Context, req *types.UpdatePassthruConfig) soap.HasFault {
	return &methods.UpdatePassthruConfigBody{
		Res: &types.UpdatePassthruConfigResponse{},
		Fault_: m.onConnected(ctx, req.This, func(ctx *simulator.Context, system *passthroughSystem) types.BaseMethodFault {
			infos, fault := requested(system.infos, req.Config)
			if fault != nil {
				return fault
			}
			system.infos = infos
			m.showLater(ctx, system)
			return nil
		}),
	}
}

// Refresh lets vCenter read the devices from the host now. That a reboot is required still comes when it comes.
func (m *passthroughMethods) Refresh(ctx *simulator.Context, req *types.Refresh) soap.HasFault {
	return &methods.RefreshBody{
		Res: &types.RefreshResponse{},
		Fault_: m.onConnected(ctx, req.This, func(ctx *simulator.Context, system *passthroughSystem) types.BaseMethodFault {
			system.show(ctx)
			return nil
		}),
	}
}

// onConnected does something with the devices of a host that is there.
func (m *passthroughMethods) onConnected(ctx *simulator.Context, ref types.ManagedObjectReference, do func(*simulator.Context, *passthroughSystem) types.BaseMethodFault) *soap.Fault {
	return m.performNow(ctx, func(ctx *simulator.Context) types.BaseMethodFault {
		system := ctx.Map.Get(ref).(*passthroughSystem)
		if fault := requireConnected(ctx.Map.Get(system.host).(*simulator.HostSystem)); fault != nil {
			return fault
		}
		return do(ctx, system)
	})
}

// showLater shows what the host has by then.
func (n *network) showLater(request *simulator.Context, system *passthroughSystem) {
	ctx := detached(request)
	n.later(n.settleTime, func() {
		_, _ = n.perform(ctx, func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
			system.show(ctx)
			update(ctx, system.host, property("summary.rebootRequired", system.needsReboot()))
			return nil, nil
		})
	})
}

// requested is the state with what a call asks for. Everything that does not fit is a HostConfigFault: there is no other.
func requested(present []types.BaseHostPciPassthruInfo, configs []types.BaseHostPciPassthruConfig) ([]types.BaseHostPciPassthruInfo, types.BaseMethodFault) {
	byID := map[string]types.BaseHostPciPassthruInfo{}
	infos := clonePassthrough(present)
	for _, info := range infos {
		byID[info.GetHostPciPassthruInfo().Id] = info
	}
	for _, config := range configs {
		id := config.GetHostPciPassthruConfig().Id
		info, isThere := byID[id]
		if !isThere || !requestOne(info, config) {
			return nil, &types.HostConfigFault{}
		}
		delete(byID, id) // a device twice in one call is a mistake
	}
	return infos, nil
}

func clonePassthrough(infos []types.BaseHostPciPassthruInfo) []types.BaseHostPciPassthruInfo {
	var cloned []types.BaseHostPciPassthruInfo
	for _, info := range infos {
		switch info := info.(type) {
		case *types.HostSriovInfo:
			copied := *info
			cloned = append(cloned, &copied)
		case *types.HostPciPassthruInfo:
			copied := *info
			cloned = append(cloned, &copied)
		}
	}
	return cloned
}

// requestOne tells whether the device can do it. A device is either given to a VM or divided.
func requestOne(info types.BaseHostPciPassthruInfo, config types.BaseHostPciPassthruConfig) bool {
	base, wanted := info.GetHostPciPassthruInfo(), config.GetHostPciPassthruConfig()
	if wanted.PassthruEnabled && !base.PassthruCapable {
		return false
	}
	base.PassthruEnabled = wanted.PassthruEnabled
	set(&base.HardwareLabel, wanted.HardwareLabel)
	sriov, isCapable := info.(*types.HostSriovInfo)
	if divide, isSriov := config.(*types.HostSriovConfig); isSriov {
		isValid := !divide.SriovEnabled && divide.NumVirtualFunction == 0 ||
			divide.SriovEnabled && divide.NumVirtualFunction > 0 && isCapable && divide.NumVirtualFunction <= sriov.MaxVirtualFunctionSupported
		if !isCapable || !isValid {
			return false
		}
		sriov.SriovEnabled, sriov.NumVirtualFunctionRequested = divide.SriovEnabled, divide.NumVirtualFunction
	}
	return !isCapable || !sriov.SriovEnabled || !base.PassthruEnabled
}
