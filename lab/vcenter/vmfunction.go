// Functions of the host in virtual machines: virtual functions behind SR-IOV cards, and whole devices passed through.

package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

const (
	automaticPrefix = "Automatic-"
	// anyFunction lets the host choose a physical function of the network's uplinks.
	anyFunction = automaticPrefix + "0000:00:00.0"
)

// sriovFunction is the state of a physical function of a host, or nil when it has none of this address.
func sriovFunction(host *simulator.HostSystem, id string) *types.HostSriovInfo {
	for _, each := range host.Config.PciPassthruInfo {
		if info, isSriov := each.(*types.HostSriovInfo); isSriov && info.Id == id {
			return info
		}
	}
	return nil
}

func hasFunctions(info *types.HostSriovInfo) bool {
	return info != nil && info.SriovActive && info.NumVirtualFunction > 0
}

// wantedFunction is the physical function that a card names; empty when the host may choose.
func wantedFunction(card *types.VirtualSriovEthernetCard) string {
	if card.SriovBacking == nil || card.SriovBacking.PhysicalFunctionBacking == nil {
		return ""
	}
	id := card.SriovBacking.PhysicalFunctionBacking.Id
	if strings.HasPrefix(id, automaticPrefix) {
		return ""
	}
	return id
}

// candidates are the physical functions that may serve a card: the one it names, or those of its network's uplinks.
func (d *machineDraft) candidates(card *types.VirtualSriovEthernetCard) []*types.HostSriovInfo {
	ids := []string{wantedFunction(card)}
	if ids[0] == "" {
		ids = d.uplinkAddresses(card.Backing)
	}
	var found []*types.HostSriovInfo
	for _, id := range ids {
		if info := sriovFunction(d.host, id); hasFunctions(info) {
			found = append(found, info)
		}
	}
	return found
}

// uplinkAddresses are the PCI addresses of the NICs behind a network on this host.
func (d *machineDraft) uplinkAddresses(backing types.BaseVirtualDeviceBackingInfo) []string {
	info, keys := d.host.Config.Network, []string{}
	switch backing := backing.(type) {
	case *types.VirtualEthernetCardDistributedVirtualPortBackingInfo:
		for _, proxy := range info.ProxySwitch {
			if proxy.DvsUuid == backing.Port.SwitchUuid {
				keys = proxy.Pnic
			}
		}
	case *types.VirtualEthernetCardNetworkBackingInfo:
		for _, group := range info.Portgroup {
			for _, vswitch := range info.Vswitch {
				if group.Spec.Name == backing.DeviceName && group.Spec.VswitchName == vswitch.Name {
					keys = vswitch.Pnic
				}
			}
		}
	}
	var addresses []string
	for _, nic := range info.Pnic {
		if slices.Contains(keys, nic.Key) {
			addresses = append(addresses, nic.Pci)
		}
	}
	return addresses
}

// checkSriov checks the functions behind a card. An edit that names none keeps them.
func (d *machineDraft) checkSriov(card, was *types.VirtualSriovEthernetCard) types.BaseMethodFault {
	if card.DvxBackingInfo != nil {
		return d.badBacking("dvxBackingInfo")
	}
	if card.SriovBacking == nil && was != nil {
		card.SriovBacking = was.SriovBacking
	}
	if card.SriovBacking == nil {
		card.SriovBacking = &types.VirtualSriovEthernetCardSriovBackingInfo{}
	}
	physical := d.candidates(card)
	if len(physical) == 0 {
		return d.badBacking("sriovBacking.physicalFunctionBacking.id")
	}
	if wantedFunction(card) == "" && (card.SriovBacking.PhysicalFunctionBacking == nil || card.SriovBacking.PhysicalFunctionBacking.Id == "") {
		card.SriovBacking.PhysicalFunctionBacking = function(anyFunction)
	}
	hint := card.SriovBacking.VirtualFunctionBacking
	if hint != nil && hint.Id != "" && !slices.ContainsFunc(physical, func(info *types.HostSriovInfo) bool {
		return slices.Contains(functionsOf(info), hint.Id)
	}) {
		return d.badBacking("sriovBacking.virtualFunctionBacking.id")
	}
	return nil
}

// functionsOf are the addresses of the virtual functions that a port has now.
func functionsOf(info *types.HostSriovInfo) []string {
	port, err := parseAddress(info.Id)
	if err != nil {
		return nil
	}
	var ids []string
	for _, each := range functionAddresses(port, info.NumVirtualFunction) {
		ids = append(ids, each.String())
	}
	return ids
}

// function is the backing by a function of the host, in the words that a host uses for its own.
func function(id string) *types.VirtualPCIPassthroughDeviceBackingInfo {
	return &types.VirtualPCIPassthroughDeviceBackingInfo{Id: id, DeviceId: "0", SystemId: "BYPASS"}
}

// checkPassthrough checks that the host lends the device, or one of the kinds that will do.
func (d *machineDraft) checkPassthrough(device *types.VirtualPCIPassthrough) types.BaseMethodFault {
	switch backing := device.Backing.(type) {
	case *types.VirtualPCIPassthroughDeviceBackingInfo:
		if !isLent(d.host, backing.Id) {
			return d.badBacking("backing.id")
		}
		if backing.SystemId != "" && backing.SystemId != "BYPASS" && backing.SystemId != systemID(d.host) {
			return d.badBacking("backing.systemId")
		}
	case *types.VirtualPCIPassthroughDynamicBackingInfo:
		if len(lentOf(d.host, backing)) == 0 {
			return d.badBacking("backing.allowedDevice")
		}
	default:
		return d.badBacking("backing")
	}
	return nil
}

// systemID is the host in the words of passthrough backings.
func systemID(host *simulator.HostSystem) string { return host.Hardware.SystemInfo.Uuid }

// isLent tells whether a device of a host is active for passthrough.
func isLent(host *simulator.HostSystem, id string) bool {
	return slices.ContainsFunc(host.Config.PciPassthruInfo, func(each types.BaseHostPciPassthruInfo) bool {
		info := each.GetHostPciPassthruInfo()
		return info.Id == id && info.PassthruActive
	})
}

// lentOf lists the devices of the kinds that a dynamic backing allows.
func lentOf(host *simulator.HostSystem, backing *types.VirtualPCIPassthroughDynamicBackingInfo) []string {
	var ids []string
	for _, device := range host.Hardware.PciDevice {
		isAllowed := slices.ContainsFunc(backing.AllowedDevice, func(allowed types.VirtualPCIPassthroughAllowedDevice) bool {
			return int16(allowed.VendorId) == device.VendorId && int16(allowed.DeviceId) == device.DeviceId
		})
		if isAllowed && isLent(host, device.Id) {
			ids = append(ids, device.Id)
		}
	}
	return ids
}

// bind gives every such device of a machine that starts its function of the host.
func (d *machineDraft) bind() types.BaseMethodFault {
	used := d.usedFunctions()
	for _, device := range d.devices {
		var wanted []string
		switch device := device.(type) {
		case *types.VirtualSriovEthernetCard:
			if fault := d.bindCard(device, used); fault != nil {
				return fault
			}
			continue
		case *types.VirtualPCIPassthrough:
			switch backing := device.Backing.(type) {
			case *types.VirtualPCIPassthroughDeviceBackingInfo:
				if isLent(d.host, backing.Id) {
					wanted = []string{backing.Id}
				}
			case *types.VirtualPCIPassthroughDynamicBackingInfo:
				wanted = lentOf(d.host, backing)
			}
		default:
			continue
		}
		free := slices.IndexFunc(wanted, func(id string) bool { return used[id] == "" })
		switch {
		case free < 0 && len(wanted) == 1:
			return cannotStart("Device %s of host %s is in use by virtual machine %s.", wanted[0], d.host.Name, used[wanted[0]])
		case free < 0:
			return cannotStart("No device of host %s is free for %s.", d.host.Name, device.GetVirtualDevice().DeviceInfo.GetDescription().Label)
		}
		used[wanted[free]] = d.vm.Name
		if backing, isDynamic := device.GetVirtualDevice().Backing.(*types.VirtualPCIPassthroughDynamicBackingInfo); isDynamic {
			backing.AssignedId = wanted[free]
		}
	}
	return nil
}

// bindCard takes the virtual function that the card had, or the first free one.
func (d *machineDraft) bindCard(card *types.VirtualSriovEthernetCard, used map[string]string) types.BaseMethodFault {
	backing, before := card.SriovBacking, ""
	if backing.VirtualFunctionBacking != nil {
		before = backing.VirtualFunctionBacking.Id
	}
	var physical *types.HostSriovInfo
	chosen, number := "", 0
	for _, info := range d.candidates(card) {
		for index, id := range functionsOf(info) {
			if used[id] == "" && (chosen == "" || id == before) {
				physical, chosen, number = info, id, index
			}
		}
	}
	if chosen == "" {
		return cannotStart("No virtual function is free on host %s for %s.", d.host.Name, card.DeviceInfo.GetDescription().Label)
	}
	used[chosen] = d.vm.Name
	if wantedFunction(card) == "" {
		backing.PhysicalFunctionBacking = function(automaticPrefix + physical.Id)
	}
	backing.VirtualFunctionBacking, backing.VirtualFunctionIndex = function(chosen), int32(number)
	return nil
}

// usedFunctions are those of other running machines of the host, by address, with the machine's name.
func (d *machineDraft) usedFunctions() map[string]string {
	used := map[string]string{}
	for _, entity := range d.ctx.Map.All("VirtualMachine") {
		other := entity.(*simulator.VirtualMachine)
		if other.Self == d.vm.Self {
			continue
		}
		d.ctx.WithLock(other.Self, func() {
			if *other.Runtime.Host != d.host.Self || other.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOff {
				return
			}
			for _, device := range other.Config.Hardware.Device {
				used[functionOf(device)] = other.Name
			}
		})
	}
	delete(used, "")
	return used
}

// functionOf is the address of the function behind a device of a running machine; empty when it has none.
func functionOf(device types.BaseVirtualDevice) string {
	if card, isSriov := device.(*types.VirtualSriovEthernetCard); isSriov {
		if card.SriovBacking != nil && card.SriovBacking.VirtualFunctionBacking != nil {
			return card.SriovBacking.VirtualFunctionBacking.Id
		}
		return ""
	}
	if _, is := device.(*types.VirtualPCIPassthrough); !is {
		return ""
	}
	switch backing := device.GetVirtualDevice().Backing.(type) {
	case *types.VirtualPCIPassthroughDeviceBackingInfo:
		return backing.Id
	case *types.VirtualPCIPassthroughDynamicBackingInfo:
		return backing.AssignedId
	}
	return ""
}

// cannotStart is how a host refuses to power a machine on.
func cannotStart(format string, values ...any) types.BaseMethodFault {
	return &types.GenericVmConfigFault{Reason: fmt.Sprintf(format, values...)}
}
