// Physical ports: what the switch port behind a NIC carries, as far as a health check can find out. Pure.

package main

import (
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// PhysicalPort is the port of a physical switch that a NIC is plugged into.
type PhysicalPort struct {
	// VLANs that arrive, untagged frames as VLAN 0.
	VLANs []types.NumericRange
	// MTU in bytes.
	MTU int32
	// NICMTU is that of the NIC itself, in bytes; 0 when it follows the distributed switch, as it should.
	NICMTU int32
	// PortChannel is true for a member of a static port channel, which only the IP hash policy fits.
	PortChannel bool
}

// trunk is a port that lets everything through.
var trunk = PhysicalPort{VLANs: []types.NumericRange{{Start: 0, End: 4094}}, MTU: 9000}

// cabling tells what is behind the NICs of hosts; false when it does not know a NIC.
type cabling interface {
	port(host, device string) (PhysicalPort, bool)
}

type nicOf struct{ host, device string }

// setPhysicalPort changes what is behind a NIC. Results of health checks follow.
func (n *network) setPhysicalPort(host, device string, port PhysicalPort) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.physical[nicOf{host, device}] = port
	for _, entity := range n.registry.All(switchType) {
		n.scheduleHealthCheck(types.ManagedObjectReference{Type: switchType, Value: entity.Reference().Value})
	}
}

// PortChange is what a test puts behind a NIC: VLANs from and to, and the MTU in bytes.
type PortChange struct {
	Host   string     `json:"host"`
	Device string     `json:"device"`
	VLANs  [][2]int32 `json:"vlans"`
	MTU    int32      `json:"mtu"`
}

// setPortBehind is the setter of the control interface.
func (n *network) setPortBehind(_ *simulator.Context, change PortChange) error {
	port := PhysicalPort{MTU: change.MTU}
	for _, each := range change.VLANs {
		port.VLANs = append(port.VLANs, types.NumericRange{Start: each[0], End: each[1]})
	}
	n.setPhysicalPort(change.Host, change.Device, port)
	return nil
}

// physicalPort is what was set, or else what the cabling says, or else a trunk.
func (n *network) physicalPort(host, device string) PhysicalPort {
	if port, isSet := n.physical[nicOf{host, device}]; isSet {
		return port
	}
	if n.cabling != nil {
		if port, isKnown := n.cabling.port(host, device); isKnown {
			return port
		}
	}
	return trunk
}

// split divides VLANs into those that arrive and those that do not, in ranges.
func split(used, arriving []types.NumericRange) (trunked, untrunked []types.NumericRange) {
	for _, each := range sorted(used) {
		for vlan := each.Start; vlan <= each.End; vlan++ {
			list := &untrunked
			if contains(arriving, vlan) {
				list = &trunked
			}
			if last := len(*list) - 1; last >= 0 && (*list)[last].End >= vlan-1 {
				(*list)[last].End = max((*list)[last].End, vlan)
			} else {
				*list = append(*list, types.NumericRange{Start: vlan, End: vlan})
			}
		}
	}
	return trunked, untrunked
}

func sorted(ranges []types.NumericRange) []types.NumericRange {
	ranges = slices.Clone(ranges)
	slices.SortFunc(ranges, func(a, b types.NumericRange) int { return int(a.Start - b.Start) })
	return ranges
}
