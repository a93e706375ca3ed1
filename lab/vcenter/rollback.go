// Automatic rollback: a change that would cut a host's management off fails as a whole, and vCenter says so in events.
//
// What counts is what the switch itself can know: an uplink with link that the teaming order lets the management NIC
// use, a port that is not blocked, and the VLAN it was reached by. An MTU never cuts anybody off here.

package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// managementNICs picks from vmkernel NICs of a host those that vCenter reaches it by.
func managementNICs(host *simulator.HostSystem, vnics []types.HostVirtualNic) []types.HostVirtualNic {
	selected := []string{}
	if info := host.Config.VirtualNicManagerInfo; info != nil {
		for _, config := range info.NetConfig {
			if config.NicType == string(types.HostVirtualNicManagerNicTypeManagement) {
				selected = append(selected, config.SelectedVnic...)
			}
		}
	}
	var found []types.HostVirtualNic
	for _, vnic := range vnics {
		isNamed := func(key string) bool { return key == vnic.Device || strings.HasSuffix(key, vnic.Key) && vnic.Key != "" }
		if slices.ContainsFunc(selected, isNamed) {
			found = append(found, vnic)
		}
	}
	return found
}

// way is how a management NIC is reached through the switch.
type way struct {
	isUp bool
	vlan string
}

// managementWays are those of one host, by the device of the vmkernel NIC, as far as they lead over this switch.
func (d *draft) managementWays(host *simulator.HostSystem, vnics []types.HostVirtualNic) map[string]way {
	ways := map[string]way{}
	for _, vnic := range managementNICs(host, vnics) {
		port := vnic.Spec.DistributedVirtualPort
		if port == nil || port.SwitchUuid != d.config.Uuid {
			continue
		}
		ways[vnic.Device] = way{}
		if setting := d.settingOfConnection(port); setting != nil {
			ways[vnic.Device] = way{isUp: d.isReached(host, setting), vlan: vlanText(setting.Vlan)}
		}
	}
	return ways
}

// settingOfConnection is that of the port, or of the port group when no port is named; nil when neither exists.
func (d *draft) settingOfConnection(connection *types.DistributedVirtualSwitchPortConnection) *types.VMwareDVSPortSetting {
	for _, port := range d.ports {
		if connection.PortKey != "" && port.Key == connection.PortKey {
			return d.portSetting(port)
		}
	}
	if group := d.groupOfConnection(connection); group != nil {
		return group.setting()
	}
	return nil
}

// groupOfConnection returns nil when the port group is not, or no longer, one of the switch.
func (d *draft) groupOfConnection(connection *types.DistributedVirtualSwitchPortConnection) *groupDraft {
	key := connection.PortgroupKey
	for _, port := range d.ports {
		if key == "" && port.Key == connection.PortKey {
			key = port.PortgroupKey
		}
	}
	index := slices.IndexFunc(d.groups, func(group groupDraft) bool { return group.config.Key == key })
	if index < 0 {
		return nil
	}
	return &d.groups[index]
}

func (d *draft) isReached(host *simulator.HostSystem, setting *types.VMwareDVSPortSetting) bool {
	if isSet(setting.Blocked) {
		return false
	}
	order := setting.UplinkTeamingPolicy.UplinkPortOrder
	names := slices.Concat(order.ActiveUplinkPort, order.StandbyUplinkPort)
	for _, lag := range d.config.LacpGroupConfig {
		if slices.Contains(names, lag.Name) {
			names = append(names, lag.UplinkName...)
		}
	}
	return slices.ContainsFunc(d.ports, func(port types.DistributedVirtualPort) bool {
		return d.isUplinkPort(port) && *port.ProxyHost == host.Self && slices.Contains(names, port.Config.Name) &&
			port.Connectee != nil && d.carries(host, port) &&
			!isSet(d.portSetting(port).Blocked) && lets(d.portSetting(port).Vlan, setting.Vlan)
	})
}

func isSet(policy *types.BoolPolicy) bool { return policy != nil && isTrue(policy.Value) }

// lets tells whether an uplink's trunk lets the VLAN of a port group pass. Only single VLANs are judged.
func lets(uplink, group types.BaseVmwareDistributedVirtualSwitchVlanSpec) bool {
	trunk, isTrunk := uplink.(*types.VmwareDistributedVirtualSwitchTrunkVlanSpec)
	single, isSingle := group.(*types.VmwareDistributedVirtualSwitchVlanIdSpec)
	return !isTrunk || !isSingle || contains(trunk.VlanId, single.VlanId)
}

func contains(ranges []types.NumericRange, vlan int32) bool {
	return slices.ContainsFunc(ranges, func(each types.NumericRange) bool { return each.Start <= vlan && vlan <= each.End })
}

func vlanText(vlan types.BaseVmwareDistributedVirtualSwitchVlanSpec) string {
	switch vlan := vlan.(type) {
	case *types.VmwareDistributedVirtualSwitchVlanIdSpec:
		return fmt.Sprint(vlan.VlanId)
	case *types.VmwareDistributedVirtualSwitchTrunkVlanSpec:
		return fmt.Sprint("trunk ", vlan.VlanId)
	case *types.VmwareDistributedVirtualSwitchPvlanSpec:
		return fmt.Sprint("private ", vlan.PvlanId)
	}
	return ""
}

// checkManagement refuses a draft that would cut a host off. moved holds the vmkernel NICs of hosts on which the same
// call moves some; for other hosts they are where they were.
func (d *draft) checkManagement(method string, moved map[types.ManagedObjectReference][]types.HostVirtualNic) types.BaseMethodFault {
	var present *draft
	for _, ref := range d.members() {
		host := d.ctx.Map.Get(ref).(*simulator.HostSystem)
		vnics, isMoved := moved[ref]
		if !isMoved {
			vnics = host.Config.Network.Vnic
		}
		after := d.managementWays(host, vnics)
		if len(after) == 0 {
			continue
		}
		if present == nil {
			var fault types.BaseMethodFault
			if present, fault = d.viewOf(d.ctx, d.ref); fault != nil {
				return fault
			}
		}
		if isCutOff(present.managementWays(host, host.Config.Network.Vnic), after) {
			return rollBack(d.ctx, host, d.event(), method)
		}
	}
	return nil
}

// isCutOff judges a management NIC that was reached, and one that comes to the switch with this change.
func isCutOff(before, after map[string]way) bool {
	for device, now := range after {
		was, wasHere := before[device]
		if !wasHere && !now.isUp || was.isUp && (!now.isUp || was.vlan != now.vlan) {
			return true
		}
	}
	return false
}

// rollBack posts what vCenter posts after it took a change back, and returns the fault that the call ends in. event
// names the switch, if the change was one of a distributed switch.
func rollBack(ctx *simulator.Context, host *simulator.HostSystem, event types.DvsEvent, method string) types.BaseMethodFault {
	event.Host = &types.HostEventArgument{EntityEventArgument: types.EntityEventArgument{Name: host.Name}, Host: host.Self}
	event.Datacenter = datacenterArgument(ctx, host.Self)
	fault := &types.NetworkDisruptedAndConfigRolledBack{Host: host.Name}
	event.FullFormattedMessage = sentence(fault)
	postEvent(ctx, &types.NetworkRollbackEvent{Event: event.Event, MethodName: method, TransactionId: newUUID()})
	postEvent(ctx, &types.RollbackEvent{DvsEvent: event, HostName: host.Name, MethodName: method})
	return fault
}

// isUsed tells whether a VM or a vmkernel NIC is on a port group.
func (d *draft) isUsed(group *groupDraft) bool {
	return len(machinesOn(d.ctx, group.ref)) > 0 || d.vmkernelOn(d.members(), group) != ""
}

// vmkernelOn names the first vmkernel NIC of the hosts on the switch, or on one port group of it; "" when there is none.
func (d *draft) vmkernelOn(hosts []types.ManagedObjectReference, group *groupDraft) string {
	for _, ref := range hosts {
		for _, vnic := range d.ctx.Map.Get(ref).(*simulator.HostSystem).Config.Network.Vnic {
			port := vnic.Spec.DistributedVirtualPort
			if port == nil || port.SwitchUuid != d.config.Uuid {
				continue
			}
			if on := d.groupOfConnection(port); group == nil || on != nil && on.config.Key == group.config.Key {
				return vnic.Device
			}
		}
	}
	return ""
}
