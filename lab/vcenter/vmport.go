// Ports of distributed switches that network cards of virtual machines take and leave.

package main

import (
	"slices"
	"strconv"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// takePort finds the port that a card asks for, or a free one of its port group.
func (d *machineDraft) takePort(backing *types.VirtualEthernetCardDistributedVirtualPortBackingInfo) types.BaseMethodFault {
	wanted := &backing.Port
	ref := switchByUUID(d.ctx, wanted.SwitchUuid)
	if ref == nil {
		return d.badBacking("backing.port.switchUuid")
	}
	dvs := switchOf(d.ctx, *ref)
	if !slices.Contains(dvs.Summary.HostMember, d.host.Self) {
		return d.badBacking("backing.port.switchUuid")
	}
	if wanted.PortKey != "" {
		return d.takeNamedPort(dvs, wanted)
	}
	group := portGroupOf(d.ctx, groupRef(wanted.PortgroupKey))
	if group == nil || isTrue(group.Config.Uplink) || simulator.FindReference(dvs.Portgroup, groupRef(wanted.PortgroupKey)) == nil {
		return d.badBacking("backing.port.portgroupKey")
	}
	switch types.DistributedVirtualPortgroupPortgroupType(group.Config.Type) {
	case types.DistributedVirtualPortgroupPortgroupTypeLateBinding:
		return nil // deprecated: a port is bound at power-on by vCenter, and never here
	case types.DistributedVirtualPortgroupPortgroupTypeEphemeral:
		d.grow(dvs, wanted)
		return nil
	}
	for _, port := range dvs.FetchDVPortsResponse.Returnval {
		if port.PortgroupKey == wanted.PortgroupKey && !d.isTaken(port) {
			wanted.PortKey, wanted.ConnectionCookie = port.Key, cookieFor(port.Key)
			return nil
		}
	}
	if group.Config.AutoExpand != nil && !*group.Config.AutoExpand {
		return &types.ResourceNotAvailable{ContainerType: "DistributedVirtualPortgroup", ContainerName: group.Config.Name, Type: "port"}
	}
	d.grow(dvs, wanted)
	return nil
}

func (d *machineDraft) takeNamedPort(dvs *simulator.DistributedVirtualSwitch, wanted *types.DistributedVirtualSwitchPortConnection) types.BaseMethodFault {
	index := slices.IndexFunc(dvs.FetchDVPortsResponse.Returnval, func(port types.DistributedVirtualPort) bool { return port.Key == wanted.PortKey })
	if index < 0 {
		return d.badBacking("backing.port.portKey")
	}
	port := dvs.FetchDVPortsResponse.Returnval[index]
	group := portGroupOf(d.ctx, groupRef(port.PortgroupKey))
	switch {
	case group == nil || isTrue(group.Config.Uplink),
		group.Config.Type == string(types.DistributedVirtualPortgroupPortgroupTypeLateBinding),
		wanted.PortgroupKey != "" && wanted.PortgroupKey != port.PortgroupKey:
		return d.badBacking("backing.port.portKey")
	case d.isTaken(port):
		return &types.ResourceInUse{Type: "DistributedVirtualPort", Name: port.Key}
	}
	wanted.PortgroupKey, wanted.ConnectionCookie = port.PortgroupKey, cookieFor(port.Key)
	return nil
}

// isTaken tells whether something is on a port. What this machine is on, its draft says.
func (d *machineDraft) isTaken(port types.DistributedVirtualPort) bool {
	if port.Connectee != nil && (d.vm == nil || port.Connectee.ConnectedEntity == nil || *port.Connectee.ConnectedEntity != d.vm.Self) {
		return true
	}
	return slices.ContainsFunc(d.devices, func(device types.BaseVirtualDevice) bool {
		on := dvsPort(device)
		return on != nil && on.SwitchUuid == port.DvsUuid && on.PortKey == port.Key
	})
}

// grow gives a port group one port more, once the draft is stored.
func (d *machineDraft) grow(dvs *simulator.DistributedVirtualSwitch, wanted *types.DistributedVirtualSwitchPortConnection) {
	port := newPort(dvs.Uuid, d.nextPortKey())
	port.PortgroupKey = wanted.PortgroupKey
	d.newPorts = append(d.newPorts, port)
	wanted.PortKey, wanted.ConnectionCookie = port.Key, cookieFor(port.Key)
}

func (d *machineDraft) growGroups() {
	for _, port := range d.newPorts {
		ref := switchByUUID(d.ctx, port.DvsUuid)
		dvs, group := switchOf(d.ctx, *ref), portGroupOf(d.ctx, groupRef(port.PortgroupKey))
		setPorts(d.ctx, *ref, append(slices.Clone(dvs.FetchDVPortsResponse.Returnval), port))
		config := clone(group.Config)
		if config.Type != string(types.DistributedVirtualPortgroupPortgroupTypeEphemeral) {
			config.NumPorts++
		}
		update(d.ctx, groupRef(port.PortgroupKey), property("config", config), property("portKeys", append(slices.Clone(group.PortKeys), port.Key)))
	}
	d.newPorts = nil
}

// syncPorts makes the ports of all switches tell where a machine's cards are, and where they are no longer.
func syncPorts(ctx *simulator.Context, machine types.ManagedObjectReference, devices []types.BaseVirtualDevice) {
	for _, entity := range ctx.Map.All(switchType) {
		changePorts(ctx, clientReference(entity), func(port *types.DistributedVirtualPort) bool {
			device := slices.IndexFunc(devices, func(device types.BaseVirtualDevice) bool {
				on := dvsPort(device)
				return on != nil && on.SwitchUuid == port.DvsUuid && on.PortKey == port.Key
			})
			was := port.Connectee != nil && port.Connectee.ConnectedEntity != nil && *port.Connectee.ConnectedEntity == machine
			if device < 0 && !was {
				return false
			}
			plug(port, machine, devices, device)
			return true
		})
	}
}

// plug connects a port to a device, or to nothing when there is none.
func plug(port *types.DistributedVirtualPort, machine types.ManagedObjectReference, devices []types.BaseVirtualDevice, device int) {
	if device < 0 {
		port.Connectee, port.State, port.ConnectionCookie = nil, nil, 0
		return
	}
	base := devices[device].GetVirtualDevice()
	isUp := base.Connectable != nil && base.Connectable.Connected
	address := devices[device].(types.BaseVirtualEthernetCard).GetVirtualEthernetCard().MacAddress
	port.ConnectionCookie = cookieFor(port.Key)
	port.Connectee = &types.DistributedVirtualSwitchPortConnectee{
		ConnectedEntity: &machine, NicKey: strconv.Itoa(int(base.Key)),
		Type: string(types.DistributedVirtualSwitchPortConnecteeConnecteeTypeVmVnic),
	}
	port.State = &types.DVPortState{RuntimeInfo: &types.DVPortStatus{LinkUp: isUp, MacAddress: address}}
}

// cookieFor is the number by which port and card know that they are still connected to each other.
func cookieFor(key string) int32 {
	number, _ := strconv.Atoi(key)
	return int32(number) + 1
}
