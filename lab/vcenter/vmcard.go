// Network cards of virtual machines: what they are connected to, and their MAC addresses.

package main

import (
	"fmt"
	"net"

	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// keepCard leaves unchanged what an edit does not mention.
func keepCard(card, was *types.VirtualEthernetCard) {
	if card.AddressType == "" {
		card.AddressType = was.AddressType
	}
	if card.ExternalId == "" {
		card.ExternalId = was.ExternalId
	}
	if card.WakeOnLanEnabled == nil {
		card.WakeOnLanEnabled = was.WakeOnLanEnabled
	}
	if card.ResourceAllocation == nil {
		card.ResourceAllocation = was.ResourceAllocation
	}
	if card.UptCompatibilityEnabled == nil {
		card.UptCompatibilityEnabled = was.UptCompatibilityEnabled
	}
}

// connect checks the network behind a card and takes a port of it.
func (d *machineDraft) connect(card *types.VirtualEthernetCard) types.BaseMethodFault {
	if card.Connectable == nil {
		card.Connectable = &types.VirtualDeviceConnectInfo{StartConnected: true, AllowGuestControl: true}
	}
	card.Connectable.Connected = d.isOn() && (card.Connectable.Connected || card.Connectable.StartConnected)
	switch backing := card.Backing.(type) {
	case *types.VirtualEthernetCardNetworkBackingInfo:
		ref, name := d.networkOf(backing)
		if name == "" {
			return d.badBacking("backing.deviceName")
		}
		backing.Network = &ref
		return nil
	case *types.VirtualEthernetCardDistributedVirtualPortBackingInfo:
		return d.takePort(backing)
	default:
		return d.badBacking("backing")
	}
}

// networkOf is the network of a backing, and its name; empty when the host offers none of this name.
func (d *machineDraft) networkOf(backing types.BaseVirtualDeviceBackingInfo) (types.ManagedObjectReference, string) {
	switch backing := backing.(type) {
	case *types.VirtualEthernetCardDistributedVirtualPortBackingInfo:
		ref := groupRef(backing.Port.PortgroupKey)
		return ref, entityName(d.ctx, ref)
	case *types.VirtualEthernetCardNetworkBackingInfo:
		for _, ref := range d.host.Network {
			if network, isStandard := d.ctx.Map.Get(ref).(*mo.Network); isStandard && network.Name == backing.DeviceName {
				return ref, network.Name
			}
		}
	}
	return types.ManagedObjectReference{}, ""
}

func groupRef(key string) types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "DistributedVirtualPortgroup", Value: key}
}

// address checks the MAC address, or makes one. Two cards may have the same: vCenter only warns.
func (d *machineDraft) address(card, was *types.VirtualEthernetCard) types.BaseMethodFault {
	switch types.VirtualEthernetCardMacType(card.AddressType) {
	case types.VirtualEthernetCardMacTypeManual:
		address, err := net.ParseMAC(card.MacAddress)
		if err != nil || len(address) != 6 || address[0]&1 == 1 {
			return d.badSpec("device.macAddress")
		}
		card.MacAddress = address.String()
	case "", types.VirtualEthernetCardMacTypeAssigned, types.VirtualEthernetCardMacTypeGenerated:
		if card.AddressType == "" {
			card.AddressType = string(types.VirtualEthernetCardMacTypeAssigned)
		}
		if was != nil && was.AddressType == card.AddressType {
			card.MacAddress = was.MacAddress
		} else {
			card.MacAddress = d.nextMAC(card.AddressType)
		}
	default:
		return d.badSpec("device.addressType")
	}
	return nil
}

// nextMAC follows the ranges that vCenter assigns from and that hosts generate from.
func (n *network) nextMAC(kind string) string {
	n.macs++
	if kind == string(types.VirtualEthernetCardMacTypeGenerated) {
		return fmt.Sprintf("00:0c:29:%02x:%02x:%02x", n.macs>>16&0xff, n.macs>>8&0xff, n.macs&0xff)
	}
	return fmt.Sprintf("00:50:56:%02x:%02x:%02x", 0x80|n.macs>>16&0x3f, n.macs>>8&0xff, n.macs&0xff)
}

// dvsPort is the port of a distributed switch that a device is on, or nil.
func dvsPort(device types.BaseVirtualDevice) *types.DistributedVirtualSwitchPortConnection {
	if backing, is := device.GetVirtualDevice().Backing.(*types.VirtualEthernetCardDistributedVirtualPortBackingInfo); is {
		return &backing.Port
	}
	return nil
}
