// Physical ports: what the switch port behind a NIC carries, as far as health checks and LACP find out.

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
	// IsChannel tells whether the port is in a port channel, which the IP hash policy and LAGs need, and nothing else
	// fits. Unset, it is in one where a LAG wants it, and else in none.
	IsChannel *bool
}

// trunk is a port that lets everything through.
var trunk = PhysicalPort{VLANs: []types.NumericRange{{Start: 0, End: 4094}}, MTU: 9000}

// cabling tells what is behind the NICs of hosts; false when it does not know a NIC.
type cabling interface {
	port(host, device string) (PhysicalPort, bool)
}

type nicOf struct{ host, device string }

// setPhysicalPort changes what is behind a NIC. Results of health checks follow, and LAGs lose the NIC or get it back.
// Error: no such host or NIC.
func (n *network) setPhysicalPort(ctx *simulator.Context, hostName, device string, port PhysicalPort) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	host, err := hostWithNIC(ctx, hostName, device)
	if err != nil {
		return err
	}
	n.changeLink(ctx, host, device, func() { n.physical[nicOf{hostName, device}] = port })
	for _, entity := range n.registry.All(switchType) {
		n.scheduleHealthCheck(clientReference(entity))
	}
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
