// Ports of a switch: how many each port group has, and the query for them.

package main

import (
	"slices"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

func newPort(uuid, key string) types.DistributedVirtualPort {
	return types.DistributedVirtualPort{
		Key: key, DvsUuid: uuid, LastStatusChange: time.Now().UTC(), Config: types.DVPortConfigInfo{ConfigVersion: "0"},
	}
}

// resizeGroups adds and removes ports until every port group has its number. Uplink ports follow hosts instead.
func (d *draft) resizeGroups() {
	d.ports = slices.Clone(d.ports)
	for _, group := range d.groups {
		if isTrue(group.config.Uplink) {
			continue
		}
		has := int32(0)
		d.ports = slices.DeleteFunc(d.ports, func(port types.DistributedVirtualPort) bool {
			if port.PortgroupKey != group.config.Key {
				return false
			}
			has++
			return has > group.config.NumPorts
		})
		for ; has < group.config.NumPorts; has++ {
			port := newPort(d.config.Uuid, d.nextPortKey())
			port.PortgroupKey = group.config.Key
			d.ports = append(d.ports, port)
		}
	}
}

// FetchDVPorts lists the ports that fit the criteria, each with the setting of its port group.
func (m *switchMethods) FetchDVPorts(ctx *simulator.Context, req *types.FetchDVPorts) soap.HasFault {
	m.mu.Lock()
	defer m.mu.Unlock()
	dvs := switchOf(ctx, req.This)
	ports := []types.DistributedVirtualPort{}
	for _, port := range dvs.FetchDVPortsResponse.Returnval {
		if fits(port, req.Criteria) {
			group := types.ManagedObjectReference{Type: "DistributedVirtualPortgroup", Value: port.PortgroupKey}
			port.Config.Setting = portGroupOf(ctx, group).Config.DefaultPortConfig
			ports = append(ports, port)
		}
	}
	return &methods.FetchDVPortsBody{Res: &types.FetchDVPortsResponse{Returnval: ports}}
}

// fits tells whether a port meets all criteria that are set. portgroupKey counts only beside inside.
func fits(port types.DistributedVirtualPort, criteria *types.DistributedVirtualSwitchPortCriteria) bool {
	if criteria == nil {
		return true
	}
	is := func(wanted *bool, actual bool) bool { return wanted == nil || *wanted == actual }
	isLinkUp := port.State != nil && port.State.RuntimeInfo != nil && port.State.RuntimeInfo.LinkUp
	isInside := slices.Contains(criteria.PortgroupKey, port.PortgroupKey)
	return is(criteria.Connected, port.Connectee != nil) &&
		is(criteria.Active, isLinkUp) &&
		is(criteria.UplinkPort, port.ProxyHost != nil) &&
		(len(criteria.PortgroupKey) == 0 || is(criteria.Inside, isInside)) &&
		(len(criteria.PortKey) == 0 || slices.Contains(criteria.PortKey, port.Key)) &&
		(len(criteria.Host) == 0 || port.ProxyHost != nil && slices.Contains(criteria.Host, *port.ProxyHost))
}
