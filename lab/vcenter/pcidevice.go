// PCI devices of hosts: addresses, the functions of the inventory, and the virtual functions that SR-IOV adds. Pure.

package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/vmware/govmomi/vim25/types"
)

// maxFunctions is the number of virtual functions that one port can have at most.
const maxFunctions = 128

// pciAddress is a PCI address as one number: segment, bus, slot and function.
type pciAddress uint32

func parseAddress(text string) (pciAddress, error) {
	var segment, bus, slot, function uint32
	count, err := fmt.Sscanf(text, "%04x:%02x:%02x.%1x", &segment, &bus, &slot, &function)
	parsed := pciAddress(segment<<16 | bus<<8 | slot<<3 | function)
	if err != nil || count != 4 || parsed.String() != text {
		return 0, fmt.Errorf("%q is no PCI address such as 0000:3b:00.0", text)
	}
	return parsed, nil
}

func (a pciAddress) String() string {
	return fmt.Sprintf("%04x:%02x:%02x.%x", uint32(a>>16), uint32(a>>8&0xff), uint32(a>>3&0x1f), uint32(a&7))
}

// pciDevice is a function with the identifiers of a kind. The API has them as signed numbers.
func pciDevice(at pciAddress, kind pciKind) types.HostPciDevice {
	return types.HostPciDevice{
		Id: at.String(), ClassId: signed(kind.class), Bus: byte(at >> 8), Slot: byte(at >> 3 & 0x1f), Function: byte(at & 7),
		VendorId: signed(intel), SubVendorId: signed(intel), VendorName: "Intel Corporation",
		DeviceId: signed(kind.device), SubDeviceId: 1, DeviceName: kind.name,
	}
}

const intel = 0x8086

type pciKind struct {
	class, device uint16
	name          string
}

var (
	networkPort     = pciKind{0x0200, 0x159b, "Ethernet Controller E810-XXV for SFP"}
	virtualFunction = pciKind{0x0200, 0x1889, "Ethernet Adaptive Virtual Function"}
	otherDevice     = pciKind{0x0b40, 0x4940, "Co-processor"}
)

func signed(number uint16) int16 { return int16(number) }

func (kind pciKind) named(name string) pciKind {
	set(&kind.name, name)
	return kind
}

// functionAddresses are those of a port's virtual functions. Every port has a bus of its own for them, after the card's.
func functionAddresses(port pciAddress, count int32) []pciAddress {
	bus := (port>>8 + 1 + port&0xff) & 0xff
	var functions []pciAddress
	for index := range pciAddress(count) {
		functions = append(functions, port&^0xffff|bus<<8|index)
	}
	return functions
}

func sortDevices(devices []types.HostPciDevice) {
	slices.SortFunc(devices, func(a, b types.HostPciDevice) int { return cmp.Compare(a.Id, b.Id) })
}

func sortPassthrough(infos []types.BaseHostPciPassthruInfo) {
	slices.SortFunc(infos, func(a, b types.BaseHostPciPassthruInfo) int {
		return cmp.Compare(a.GetHostPciPassthruInfo().Id, b.GetHostPciPassthruInfo().Id)
	})
}
