// vCenter's automatic rollback: a change that would cut a host off from vCenter ends in a fault and changes nothing.

package main

import (
	"slices"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// managementWays are the NICs with the management service that have an uplink whose link is up, and the VLAN that they
// are reached by. What a distributed switch does with frames is not judged here: anyVLAN.
func managementWays(info *types.HostNetworkInfo, roles []types.VirtualNicManagerNetConfig) map[string]int32 {
	ways := map[string]int32{}
	for _, device := range selectedFor(roles, managementRole) {
		for _, vnic := range info.Vnic {
			if vnic.Device == device && hasUplink(info, &vnic) {
				ways[device] = vlanOf(info, &vnic)
			}
		}
	}
	return ways
}

const anyVLAN = -1

func vlanOf(info *types.HostNetworkInfo, vnic *types.HostVirtualNic) int32 {
	for _, group := range info.Portgroup {
		if group.Spec.Name == vnic.Portgroup {
			return group.Spec.VlanId
		}
	}
	return anyVLAN
}

// loses tells whether a host that was reached no longer is. The network outside does not follow a change: a NIC that
// was reached in one VLAN is not in another.
func loses(before, after map[string]int32) bool {
	for device, vlan := range after {
		was, wasReached := before[device]
		if !wasReached || was == vlan || was == anyVLAN || vlan == anyVLAN {
			return false
		}
	}
	return len(before) > 0
}

// selectedFor lists the devices that have a service.
func selectedFor(roles []types.VirtualNicManagerNetConfig, nicType string) []string {
	devices := []string{}
	for _, role := range roles {
		for _, key := range role.SelectedVnic {
			if role.NicType == nicType {
				devices = append(devices, strings.TrimPrefix(key, roleKey(nicType, "")))
			}
		}
	}
	return devices
}

// hasUplink looks for a NIC with a link: in the teaming order of a standard port group, or on the distributed switch.
func hasUplink(info *types.HostNetworkInfo, vnic *types.HostVirtualNic) bool {
	isUp := func(device string) bool { return isLinkUp(info, device) }
	for _, group := range info.Portgroup {
		if group.Spec.Name == vnic.Portgroup {
			order := group.ComputedPolicy.NicTeaming.NicOrder
			return slices.ContainsFunc(slices.Concat(order.ActiveNic, order.StandbyNic), isUp)
		}
	}
	port := vnic.Spec.DistributedVirtualPort
	return port != nil && slices.ContainsFunc(info.ProxySwitch, func(proxy types.HostProxySwitch) bool {
		return proxy.DvsUuid == port.SwitchUuid && slices.ContainsFunc(proxy.Pnic, func(key string) bool { return isUp(deviceOf(key)) })
	})
}

// rollBackHost is the fault for a change that was taken back, and leaves the event that vCenter leaves.
func rollBackHost(ctx *simulator.Context, host *simulator.HostSystem, method string) types.BaseMethodFault {
	postEvent(ctx, &types.NetworkRollbackEvent{
		Event:      hostEvent(ctx, host),
		MethodName: "vim.host.NetworkSystem." + strings.ToLower(method[:1]) + method[1:], TransactionId: newUUID(),
	})
	return &types.NetworkDisruptedAndConfigRolledBack{Host: host.Name}
}

// hostEvent says where something happened.
func hostEvent(ctx *simulator.Context, host *simulator.HostSystem) types.Event {
	return types.Event{
		Datacenter: datacenterArgument(ctx, host.Self),
		ComputeResource: &types.ComputeResourceEventArgument{
			EntityEventArgument: types.EntityEventArgument{Name: entityName(ctx, *host.Parent)}, ComputeResource: *host.Parent,
		},
		Host: &types.HostEventArgument{EntityEventArgument: types.EntityEventArgument{Name: host.Name}, Host: host.Self},
	}
}
