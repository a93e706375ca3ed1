// Private VLANs: the map of a switch from secondary to primary VLANs.

package main

import (
	"slices"

	"github.com/vmware/govmomi/vim25/types"
)

// changePVLANs applies the changes of the map in order; a primary VLAN is its own promiscuous entry.
func (d *draft) changePVLANs(spec *types.VMwareDVSConfigSpec) types.BaseMethodFault {
	for _, change := range spec.PvlanConfigSpec {
		if fault := d.changePVLAN(change); fault != nil {
			return fault
		}
	}
	isolated := map[int32]bool{}
	for _, entry := range d.config.PvlanConfig {
		if entry.PvlanType == "isolated" && isolated[entry.PrimaryVlanId] { // a primary VLAN has one at most
			return invalid("spec.pvlanConfigSpec.pvlanEntry.pvlanType")
		}
		isolated[entry.PrimaryVlanId] = isolated[entry.PrimaryVlanId] || entry.PvlanType == "isolated"
		if entry.PvlanType != "promiscuous" && !d.hasPVLAN(entry.PrimaryVlanId, "promiscuous") {
			return invalid("spec.pvlanConfigSpec.pvlanEntry.primaryVlanId")
		}
	}
	return nil
}

func (d *draft) hasPVLAN(secondary int32, kind string) bool {
	return slices.ContainsFunc(d.config.PvlanConfig, func(entry types.VMwareDVSPvlanMapEntry) bool {
		return entry.SecondaryVlanId == secondary && entry.PvlanType == kind
	})
}

func (d *draft) changePVLAN(change types.VMwareDVSPvlanConfigSpec) types.BaseMethodFault {
	entry := change.PvlanEntry
	if fault := d.checkPVLAN(entry); fault != nil {
		return fault
	}
	index := slices.IndexFunc(d.config.PvlanConfig, func(present types.VMwareDVSPvlanMapEntry) bool {
		return present.SecondaryVlanId == entry.SecondaryVlanId
	})
	operation := types.ConfigSpecOperation(change.Operation)
	switch {
	case operation == types.ConfigSpecOperationAdd && index >= 0:
		return &types.AlreadyExists{Name: entry.PvlanType}
	case operation == types.ConfigSpecOperationAdd:
		d.config.PvlanConfig = append(d.config.PvlanConfig, entry)
	case index < 0:
		return &types.NotFound{}
	case operation == types.ConfigSpecOperationEdit:
		d.config.PvlanConfig[index] = entry
	case operation == types.ConfigSpecOperationRemove:
		d.config.PvlanConfig = slices.Delete(d.config.PvlanConfig, index, index+1)
		return d.checkPVLANUnused(entry.SecondaryVlanId)
	default:
		return invalid("spec.pvlanConfigSpec.operation")
	}
	return nil
}

func (d *draft) checkPVLAN(entry types.VMwareDVSPvlanMapEntry) types.BaseMethodFault {
	isVLAN := func(id int32) bool { return id >= 1 && id <= 4094 }
	isSame := entry.PrimaryVlanId == entry.SecondaryVlanId
	if !isVLAN(entry.PrimaryVlanId) || !isVLAN(entry.SecondaryVlanId) ||
		!slices.Contains([]string{"promiscuous", "isolated", "community"}, entry.PvlanType) ||
		isSame != (entry.PvlanType == "promiscuous") {
		return invalid("spec.pvlanConfigSpec.pvlanEntry")
	}
	return nil
}

// checkPVLANUnused keeps a private VLAN in the map while a port group, or a port by itself, carries it.
func (d *draft) checkPVLANUnused(secondary int32) types.BaseMethodFault {
	carries := func(setting *types.VMwareDVSPortSetting) bool {
		vlan, isPrivate := setting.Vlan.(*types.VmwareDistributedVirtualSwitchPvlanSpec)
		return isPrivate && vlan.PvlanId == secondary
	}
	for index := range d.groups {
		if carries(d.groups[index].setting()) {
			return &types.ResourceInUse{Type: "DistributedVirtualPortgroup", Name: d.groups[index].config.Name}
		}
	}
	for _, port := range d.ports {
		if own := ownSetting(port); own != nil && carries(own) {
			return &types.ResourceInUse{Type: "DistributedVirtualPort", Name: port.Key}
		}
	}
	return nil
}
