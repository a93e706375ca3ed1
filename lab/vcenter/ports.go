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

// connectedPorts counts the ports of a port group that something is on.
func (d *draft) connectedPorts(group string) int32 {
	count := int32(0)
	for _, port := range d.ports {
		if port.PortgroupKey == group && port.Connectee != nil {
			count++
		}
	}
	return count
}

// resizeGroups adds and removes ports until every port group has its number; one that is in use stays. Uplink ports follow hosts instead.
func (d *draft) resizeGroups() {
	d.ports = slices.Clone(d.ports)
	for _, group := range d.groups {
		if isTrue(group.config.Uplink) {
			continue
		}
		has, free := int32(0), group.config.NumPorts-d.connectedPorts(group.config.Key)
		d.ports = slices.DeleteFunc(d.ports, func(port types.DistributedVirtualPort) bool {
			if port.PortgroupKey != group.config.Key {
				return false
			}
			if port.Connectee == nil {
				if free--; free < 0 {
					return true
				}
			}
			has++
			return false
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
	d, fault := m.draftOf(ctx, req.This)
	if fault != nil {
		return &methods.FetchDVPortsBody{Fault_: soapFault(fault)}
	}
	ports := []types.DistributedVirtualPort{}
	for _, port := range d.ports {
		if d.fits(port, req.Criteria) {
			port.Config.Setting = d.portSetting(port)
			ports = append(ports, port)
		}
	}
	return &methods.FetchDVPortsBody{Res: &types.FetchDVPortsResponse{Returnval: ports}}
}

// portSetting is that of the port's group. A LAG's own VLANs and NetFlow take the place of the uplink port group's.
func (d *draft) portSetting(port types.DistributedVirtualPort) *types.VMwareDVSPortSetting {
	index := slices.IndexFunc(d.groups, func(group groupDraft) bool { return group.config.Key == port.PortgroupKey })
	setting := d.groups[index].setting()
	for _, lag := range d.config.LacpGroupConfig {
		if !slices.Contains(lag.UplinkPortKey, port.Key) || lag.Vlan == nil && lag.Ipfix == nil {
			continue
		}
		own := *setting
		if lag.Vlan != nil {
			own.Vlan = &types.VmwareDistributedVirtualSwitchTrunkVlanSpec{VlanId: lag.Vlan.VlanId}
		}
		if lag.Ipfix != nil {
			own.IpfixEnabled = &types.BoolPolicy{Value: lag.Ipfix.IpfixEnabled}
		}
		return &own
	}
	return setting
}

// fits tells whether a port meets all criteria that are set. portgroupKey counts only beside inside.
func (d *draft) fits(port types.DistributedVirtualPort, criteria *types.DistributedVirtualSwitchPortCriteria) bool {
	if criteria == nil {
		return true
	}
	is := func(wanted *bool, actual bool) bool { return wanted == nil || *wanted == actual }
	isLinkUp := port.State != nil && port.State.RuntimeInfo != nil && port.State.RuntimeInfo.LinkUp
	isInside := len(criteria.PortgroupKey) == 0 || slices.Contains(criteria.PortgroupKey, port.PortgroupKey)
	return is(criteria.Connected, port.Connectee != nil) &&
		is(criteria.Active, isLinkUp) &&
		is(criteria.UplinkPort, d.isUplinkPort(port)) &&
		is(criteria.NsxPort, false) &&
		is(criteria.Inside, isInside) &&
		(len(criteria.PortKey) == 0 || slices.Contains(criteria.PortKey, port.Key)) &&
		(len(criteria.Host) == 0 || port.ProxyHost != nil && slices.Contains(criteria.Host, *port.ProxyHost))
}
