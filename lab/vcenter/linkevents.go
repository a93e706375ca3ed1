// What a host tells when a link goes or comes: the link itself, and the networks that lost uplinks or have them back.

package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// affected are networks that a link matters to: port groups of one standard switch, or ports of one distributed switch.
type affected struct {
	// vswitch is empty for a distributed switch.
	vswitch string
	names   []string
	// uplinks are the NICs that the teaming order lets these networks use.
	uplinks []string
}

// tellLink posts the events of a link that went down or came up. before is the host's network until then.
func tellLink(ctx *simulator.Context, host *simulator.HostSystem, before *types.HostNetworkInfo, device string, isUp bool) {
	after := host.Config.Network
	if isUp {
		postEventEx(ctx, "esx.clear.net.vmnic.linkstate.up", host.Self, fmt.Sprintf("Physical NIC %s linkstate is up.", device), device)
	} else {
		postEventEx(ctx, "esx.problem.net.vmnic.linkstate.down", host.Self, fmt.Sprintf("Physical NIC %s linkstate is down.", device), device)
	}
	for _, each := range append(affectedGroups(ctx, host), affectedPorts(ctx, host)...) {
		if slices.Contains(each.uplinks, device) {
			each.tell(ctx, host, device, countUp(before, each.uplinks), countUp(after, each.uplinks))
		}
	}
}

func countUp(info *types.HostNetworkInfo, devices []string) int {
	count := 0
	for _, device := range devices {
		if isLinkUp(info, device) {
			count++
		}
	}
	return count
}

// tell posts the one event that the number of links makes of it.
func (a *affected) tell(ctx *simulator.Context, host *simulator.HostSystem, device string, before, after int) {
	kind := ""
	switch {
	case after == 0:
		kind = "problem.connectivity.lost"
	case after < before && after == 1:
		kind = "problem.redundancy.lost"
	case after < before:
		kind = "problem.redundancy.degraded"
	case before == 0:
		kind = "clear.connectivity.restored"
	default:
		kind = "clear.redundancy.restored"
	}
	side, what, _ := strings.Cut(kind, ".")
	words := map[string]string{
		"connectivity.lost": "Lost network connectivity", "connectivity.restored": "Network connectivity restored",
		"redundancy.lost": "Lost uplink redundancy", "redundancy.degraded": "Uplink redundancy degraded",
		"redundancy.restored": "Uplink redundancy restored",
	}[what]
	state := map[string]string{"problem": "down", "clear": "up"}[side]
	names := strings.Join(a.names, ", ")
	switch {
	case a.vswitch == "":
		text := fmt.Sprintf("%s on DVPorts: %s. Physical NIC %s is %s.", words, names, device, state)
		postEventEx(ctx, "esx."+side+".net.dvport."+what, host.Self, text, names, device)
	case side == "clear":
		text := fmt.Sprintf("%s on virtual switch %q, portgroups: %s. Physical NIC %s is up.", words, a.vswitch, names, device)
		postEventEx(ctx, "esx.clear.net."+what, host.Self, text, a.vswitch, names, device)
	default:
		text := fmt.Sprintf("%s on virtual switch %q. Physical NIC %s is down. Affected portgroups: %s.", words, a.vswitch, device, names)
		postEventEx(ctx, "esx.problem.net."+what, host.Self, text, a.vswitch, device, names)
	}
}

// affectedGroups are the port groups of standard switches that are in use: a vmkernel NIC or a running VM is there.
// Those with the same uplinks are told of together.
func affectedGroups(ctx *simulator.Context, host *simulator.HostSystem) []affected {
	var found []affected
	for _, group := range host.Config.Network.Portgroup {
		if len(group.Port) == 0 && !hasRunningMachineOn(ctx, host, group.Spec.Name) {
			continue
		}
		order := group.ComputedPolicy.NicTeaming.NicOrder
		uplinks := slices.Concat(order.ActiveNic, order.StandbyNic)
		isSame := func(other affected) bool {
			return other.vswitch == group.Spec.VswitchName && slices.Equal(other.uplinks, uplinks)
		}
		if index := slices.IndexFunc(found, isSame); index >= 0 {
			found[index].names = append(found[index].names, group.Spec.Name)
		} else {
			found = append(found, affected{vswitch: group.Spec.VswitchName, names: []string{group.Spec.Name}, uplinks: uplinks})
		}
	}
	return found
}

func hasRunningMachineOn(ctx *simulator.Context, host *simulator.HostSystem, group string) bool {
	return slices.ContainsFunc(runningOn(ctx, host), func(machine types.ManagedObjectReference) bool {
		ref := standardNetwork(ctx, ctx.Map.Get(parentOf(ctx, host.Self, "Datacenter")).(*simulator.Datacenter).NetworkFolder, group)
		return ref != nil && simulator.FindReference(machinesOn(ctx, *ref), machine) != nil
	})
}

// affectedPorts are the ports of distributed switches that this host's vmkernel NICs and running VMs have.
func affectedPorts(ctx *simulator.Context, host *simulator.HostSystem) []affected {
	var found []affected
	for _, proxy := range host.Config.Network.ProxySwitch {
		ref := switchByUUID(ctx, proxy.DvsUuid)
		if ref == nil {
			continue
		}
		dvs := switchOf(ctx, *ref)
		for _, group := range dvs.Portgroup {
			config := portGroupOf(ctx, group).Config
			setting, isVMware := config.DefaultPortConfig.(*types.VMwareDVSPortSetting)
			if !isVMware || isTrue(config.Uplink) {
				continue
			}
			if ports := portsInUse(ctx, host, dvs, group); len(ports) > 0 {
				found = append(found, affected{names: ports, uplinks: uplinksOf(host, dvs, setting)})
			}
		}
	}
	return found
}

// portsInUse names ports as events do: by the first part of the switch's UUID and the key.
func portsInUse(ctx *simulator.Context, host *simulator.HostSystem, dvs *simulator.DistributedVirtualSwitch, group types.ManagedObjectReference) []string {
	names := []string{}
	for _, vnic := range host.Config.Network.Vnic {
		if port := vnic.Spec.DistributedVirtualPort; port != nil && port.SwitchUuid == dvs.Uuid && port.PortgroupKey == group.Value {
			names = append(names, dvs.Uuid+"/"+port.PortKey)
		}
	}
	machines := machinesOn(ctx, group)
	for _, machine := range runningOn(ctx, host) {
		if simulator.FindReference(machines, machine) != nil {
			names = append(names, dvs.Uuid+"/"+group.Value)
		}
	}
	return names
}

// uplinksOf are the host's NICs on uplinks, or ports of LAGs, that a teaming order names.
func uplinksOf(host *simulator.HostSystem, dvs *simulator.DistributedVirtualSwitch, setting *types.VMwareDVSPortSetting) []string {
	order := setting.UplinkTeamingPolicy.UplinkPortOrder
	names := slices.Concat(order.ActiveUplinkPort, order.StandbyUplinkPort)
	devices := []string{}
	for _, port := range dvs.FetchDVPortsResponse.Returnval {
		lag := port.Config.Name[:max(0, strings.LastIndex(port.Config.Name, "-"))]
		isNamed := slices.Contains(names, port.Config.Name) || lag != "" && slices.Contains(names, lag)
		if isNamed && port.Connectee != nil && isPortOf(&port, host, port.Connectee.NicKey) && hasNIC(host, port.Connectee.NicKey) {
			devices = append(devices, port.Connectee.NicKey)
		}
	}
	return devices
}
