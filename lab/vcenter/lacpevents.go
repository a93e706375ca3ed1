// LACP: whether a NIC carries the traffic of its LAG, and what a host tells when that changes.

package main

import (
	"fmt"
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// carries tells whether the NIC on an uplink port has a link and, for a port of a LAG, is in a channel.
func (d *draft) carries(host *simulator.HostSystem, port types.DistributedVirtualPort) bool {
	device := port.Connectee.NicKey
	isChannel := d.physicalPort(host.Name, device).IsChannel
	return isLinkUp(host.Config.Network, device) && (!d.isLAGPort(port.Key) || isChannel == nil || *isChannel)
}

// bundle is what a host has of a LAG: for each NIC on its ports, whether it carries traffic.
type bundle struct {
	dvs, lag string
	nics     map[string]bool
}

func (b bundle) isUp() bool {
	for _, isUp := range b.nics {
		if isUp {
			return true
		}
	}
	return false
}

// bundlesWith are the LAGs that a NIC of a host is in.
func (n *network) bundlesWith(ctx *simulator.Context, host *simulator.HostSystem, device string) []bundle {
	var bundles []bundle
	for _, proxy := range host.Config.Network.ProxySwitch {
		ref := switchByUUID(ctx, proxy.DvsUuid)
		if ref == nil {
			continue
		}
		d, fault := n.viewOf(ctx, *ref)
		if fault != nil {
			continue
		}
		for _, lag := range d.config.LacpGroupConfig {
			found := bundle{dvs: d.config.Name, lag: lag.Name, nics: map[string]bool{}}
			for _, port := range d.lagPorts(lag)[host.Self] {
				if port.Connectee != nil {
					found.nics[port.Connectee.NicKey] = d.carries(host, port)
				}
			}
			if _, isIn := found.nics[device]; isIn {
				bundles = append(bundles, found)
			}
		}
	}
	return bundles
}

// changeLink does what changes the link of a NIC or the port behind it, and tells what that does to the NIC's LAG.
func (n *network) changeLink(ctx *simulator.Context, host *simulator.HostSystem, device string, do func()) {
	before := n.bundlesWith(ctx, host, device)
	do()
	for index, after := range n.bundlesWith(ctx, host, device) {
		if before[index].nics[device] != after.nics[device] {
			text := fmt.Sprintf("LACP: uplink %s on VDS %s is %s link aggregation group %s.", device, after.dvs, map[bool]string{true: "in", false: "moved out of"}[after.nics[device]], after.lag)
			postLACP(ctx, host, "uplink", after.nics[device], text, device, after.dvs, after.lag)
		}
		if before[index].isUp() != after.isUp() {
			text := fmt.Sprintf("LACP: LAG %s on VDS %s is %s.", after.lag, after.dvs, map[bool]string{true: "up", false: "down"}[after.isUp()])
			postLACP(ctx, host, "lag", after.isUp(), text, after.lag, after.dvs)
		}
	}
}

func postLACP(ctx *simulator.Context, host *simulator.HostSystem, what string, isUp bool, text string, arguments ...string) {
	id := "esx.problem.net.lacp." + what + ".transition.down"
	if isUp {
		id = "esx.clear.net.lacp." + what + ".transition.up"
	}
	postEventEx(ctx, id, host.Self, text, arguments...)
}

// joinedPorts are the ports that NICs come to with this draft.
func (d *draft) joinedPorts() []types.DistributedVirtualPort {
	present := switchOf(d.ctx, d.ref).FetchDVPortsResponse.Returnval
	return slices.DeleteFunc(slices.Clone(d.ports), func(port types.DistributedVirtualPort) bool {
		return port.Connectee == nil || !d.isUplinkPort(port) || slices.ContainsFunc(present, func(was types.DistributedVirtualPort) bool {
			return was.Key == port.Key && was.Connectee != nil && was.Connectee.NicKey == port.Connectee.NicKey
		})
	})
}

// postSilent tells of NICs that came to a LAG and found no channel behind them.
func (d *draft) postSilent(joined []types.DistributedVirtualPort) {
	for _, port := range joined {
		host, device := d.ctx.Map.Get(*port.ProxyHost).(*simulator.HostSystem), port.Connectee.NicKey
		if isLinkUp(host.Config.Network, device) && !d.carries(host, port) {
			text := fmt.Sprintf("LACP: no peer response on uplink %s for VDS %s.", device, d.config.Name)
			postEventEx(d.ctx, "esx.problem.net.lacp.peer.noresponse", host.Self, text, device, d.config.Name)
		}
	}
}
