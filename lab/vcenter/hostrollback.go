// vCenter's automatic rollback: a change that would cut a host off from vCenter ends in a fault and changes nothing.

package main

import (
	"slices"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// isManaged tells whether a host can be reached: a NIC with the management service has an uplink whose link is up.
func isManaged(info *types.HostNetworkInfo, roles []types.VirtualNicManagerNetConfig) bool {
	selected := selectedFor(roles, managementRole)
	return slices.ContainsFunc(info.Vnic, func(vnic types.HostVirtualNic) bool {
		return slices.Contains(selected, vnic.Device) && hasUplink(info, &vnic)
	})
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

// deviceOf is the name of the NIC that a key stands for.
func deviceOf(key string) string { return strings.TrimPrefix(key, nicKeyPrefix) }
