// Physical NICs of hosts: how one looks, and pulling its cable.

package main

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// Speed of a NIC that the inventory gives none, in Mbit/s.
const defaultSpeed = 25000

func physicalNIC(host string, nic NIC) types.PhysicalNic {
	yes, no := true, false
	speed := types.PhysicalNicLinkInfo{SpeedMb: defaultSpeed, Duplex: true}
	set(&speed.SpeedMb, nic.SpeedMbps)
	hash := sha256.Sum256([]byte(host + nic.Device))
	return types.PhysicalNic{
		Key:                    nicKeyPrefix + nic.Device,
		Device:                 nic.Device,
		Pci:                    nic.PCI,
		Driver:                 "icen",
		LinkSpeed:              &speed,
		ValidLinkSpecification: []types.PhysicalNicLinkInfo{speed},
		Spec:                   types.PhysicalNicSpec{Ip: &types.HostIpConfig{}, LinkSpeed: &speed},
		Mac:                    fmt.Sprintf("02:%02x:%02x:%02x:%02x:%02x", hash[0], hash[1], hash[2], hash[3], hash[4]),
		AutoNegotiateSupported: &yes, VmDirectPathGen2Supported: &no, ResourcePoolSchedulerAllowed: &yes,
	}
}

func isLinkUp(info *types.HostNetworkInfo, device string) bool {
	nic := nicIn(info, device)
	return nic != nil && nic.LinkSpeed != nil
}

// setLink pulls or plugs the cable of a NIC. The host tells by events what that does to its networks. Error: no such
// host or NIC.
func (n *network) setLink(ctx *simulator.Context, hostName, device string, isUp bool) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	host, err := hostWithNIC(ctx, hostName, device)
	if err != nil {
		return err
	}
	before := host.Config.Network
	if isLinkUp(before, device) == isUp {
		return nil
	}
	after := *before
	after.Pnic = slices.Clone(before.Pnic)
	nic := nicIn(&after, device)
	nic.LinkSpeed = nil
	if isUp {
		nic.LinkSpeed = &nic.ValidLinkSpecification[0]
	}
	n.changeLink(ctx, host, device, func() {
		setHostNetwork(ctx, host, &after)
		tellLink(ctx, host, before, device, isUp)
	})
	return nil
}

func hostWithNIC(ctx *simulator.Context, hostName, device string) (*simulator.HostSystem, error) {
	host := hostByName(ctx, hostName)
	if host == nil || !hasNIC(host, device) {
		return nil, fmt.Errorf("there is no NIC %q on a host %q", device, hostName)
	}
	return host, nil
}

func hostByName(ctx *simulator.Context, name string) *simulator.HostSystem {
	for _, entity := range ctx.Map.All("HostSystem") {
		if entity.Entity().Name == name {
			return entity.(*simulator.HostSystem)
		}
	}
	return nil
}

// isPortOf tells whether a host's NIC, physical or vmkernel, is on a port.
func isPortOf(port *types.DistributedVirtualPort, host *simulator.HostSystem, device string) bool {
	return port.Connectee != nil && *port.Connectee.ConnectedEntity == host.Self && port.Connectee.NicKey == device
}
