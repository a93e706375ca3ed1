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

// FetchDVPorts lists the ports that fit the criteria, each with the setting that holds for it.
func (m *switchMethods) FetchDVPorts(ctx *simulator.Context, req *types.FetchDVPorts) soap.HasFault {
	m.mu.Lock()
	defer m.mu.Unlock()
	d, fault := m.viewOf(ctx, req.This)
	if fault != nil {
		return &methods.FetchDVPortsBody{Fault_: soapFault(fault)}
	}
	ports, shown := []types.DistributedVirtualPort{}, map[*types.VMwareDVSPortSetting]*types.VMwareDVSPortSetting{}
	for _, port := range d.ports {
		port.State = d.portState(port)
		if d.fits(port, req.Criteria) {
			port.Config.Setting = d.shownSetting(port, shown)
			ports = append(ports, port)
		}
	}
	return &methods.FetchDVPortsBody{Res: &types.FetchDVPortsResponse{Returnval: ports}}
}

// portState is that of the NIC on an uplink port, whose link may go and come without the switch.
func (d *draft) portState(port types.DistributedVirtualPort) *types.DVPortState {
	if !d.isUplinkPort(port) || port.Connectee == nil {
		return port.State
	}
	host := d.ctx.Map.Get(*port.ProxyHost).(*simulator.HostSystem)
	return &types.DVPortState{RuntimeInfo: &types.DVPortStatus{
		LinkUp: isLinkUp(host.Config.Network, port.Connectee.NicKey), Blocked: isSet(d.portSetting(port).Blocked), Mtu: d.config.MaxMtu,
	}}
}

// FetchDVPortKeys lists the keys of the ports that fit the criteria.
func (m *switchMethods) FetchDVPortKeys(ctx *simulator.Context, req *types.FetchDVPortKeys) soap.HasFault {
	answer := m.FetchDVPorts(ctx, &types.FetchDVPorts{This: req.This, Criteria: req.Criteria}).(*methods.FetchDVPortsBody)
	if answer.Fault_ != nil {
		return &methods.FetchDVPortKeysBody{Fault_: answer.Fault_}
	}
	keys := []string{}
	for _, port := range answer.Res.Returnval {
		keys = append(keys, port.Key)
	}
	return &methods.FetchDVPortKeysBody{Res: &types.FetchDVPortKeysResponse{Returnval: keys}}
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

// changePorts writes those ports of a switch that change makes a difference to, outside a draft of the switch.
func changePorts(ctx *simulator.Context, ref types.ManagedObjectReference, change func(*types.DistributedVirtualPort) bool) {
	ports := slices.Clone(switchOf(ctx, ref).FetchDVPortsResponse.Returnval)
	hasChanged := false
	for index := range ports {
		hasChanged = change(&ports[index]) || hasChanged
	}
	if hasChanged {
		setPorts(ctx, ref, ports)
	}
}

func setPorts(ctx *simulator.Context, ref types.ManagedObjectReference, ports []types.DistributedVirtualPort) {
	ctx.WithLock(ref, func() { switchOf(ctx, ref).FetchDVPortsResponse.Returnval = ports })
}
