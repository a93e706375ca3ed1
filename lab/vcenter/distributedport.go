// Ports of distributed switches that vmkernel NICs of a host draft take and leave.

package main

import (
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// plugDistributed takes the port that is asked for, or a free one of the port group.
func (d *hostDraft) plugDistributed(vnic *types.HostVirtualNic, wanted types.DistributedVirtualSwitchPortConnection) types.BaseMethodFault {
	isMember := func(proxy types.HostProxySwitch) bool { return proxy.DvsUuid == wanted.SwitchUuid }
	ref := switchByUUID(d.ctx, wanted.SwitchUuid)
	if ref == nil || !slices.ContainsFunc(d.info.ProxySwitch, isMember) {
		return invalid("nic.distributedVirtualPort.switchUuid")
	}
	port, fault := d.choosePort(switchOf(d.ctx, *ref), wanted)
	if fault != nil {
		return fault
	}
	vnic.Port, vnic.Portgroup, vnic.Spec.Portgroup = "", "", ""
	vnic.Spec.DistributedVirtualPort = &types.DistributedVirtualSwitchPortConnection{
		SwitchUuid: wanted.SwitchUuid, PortgroupKey: port.PortgroupKey, PortKey: port.Key,
	}
	connectee := &types.DistributedVirtualSwitchPortConnectee{
		ConnectedEntity: &d.host.Self, NicKey: vnic.Device,
		Type: string(types.DistributedVirtualSwitchPortConnecteeConnecteeTypeHostVmkVnic),
	}
	d.portParts = append(d.portParts, func() { occupyPort(d.ctx, *ref, port.Key, connectee) })
	return d.checkFrames(vnic)
}

// choosePort finds a port of a port group that no other NIC has. Uplink ports are for physical NICs.
func (d *hostDraft) choosePort(dvs *simulator.DistributedVirtualSwitch, wanted types.DistributedVirtualSwitchPortConnection) (*types.DistributedVirtualPort, types.BaseMethodFault) {
	isGroup := slices.ContainsFunc(dvs.Portgroup, func(ref types.ManagedObjectReference) bool { return ref.Value == wanted.PortgroupKey })
	if wanted.PortKey == "" && !isGroup {
		return nil, invalid("nic.distributedVirtualPort.portgroupKey")
	}
	for _, port := range dvs.FetchDVPortsResponse.Returnval {
		switch {
		case port.ProxyHost != nil || wanted.PortgroupKey != "" && port.PortgroupKey != wanted.PortgroupKey:
		case wanted.PortKey == "" && !d.isTaken(&port):
			return &port, nil
		case wanted.PortKey == port.Key && d.isTaken(&port):
			return nil, &types.ResourceInUse{Type: "DistributedVirtualPort", Name: port.Key}
		case wanted.PortKey == port.Key:
			return &port, nil
		}
	}
	if wanted.PortKey != "" {
		return nil, invalid("nic.distributedVirtualPort.portKey")
	}
	return nil, &types.ResourceNotAvailable{ContainerType: "DistributedVirtualPortgroup", ContainerName: wanted.PortgroupKey, Type: "port"}
}

// isTaken tells whether a port serves another NIC, or one that this change has put on it.
func (d *hostDraft) isTaken(port *types.DistributedVirtualPort) bool {
	isOn := func(vnic types.HostVirtualNic) bool {
		has := vnic.Spec.DistributedVirtualPort
		return has != nil && has.SwitchUuid == port.DvsUuid && has.PortKey == port.Key
	}
	if slices.ContainsFunc(d.info.Vnic, isOn) {
		return true
	}
	// What this host's NICs hold is in the draft: a port that one of them has left in this change is free.
	ours := port.Connectee != nil && *port.Connectee.ConnectedEntity == d.host.Self &&
		port.Connectee.Type == string(types.DistributedVirtualSwitchPortConnecteeConnecteeTypeHostVmkVnic)
	return port.Connectee != nil && !ours
}

func (d *hostDraft) unplugDistributed(vnic *types.HostVirtualNic) {
	port := *vnic.Spec.DistributedVirtualPort
	if ref := switchByUUID(d.ctx, port.SwitchUuid); ref != nil {
		d.portParts = append(d.portParts, func() { occupyPort(d.ctx, *ref, port.PortKey, nil) })
	}
}

// occupyPort writes who has a port of a distributed switch: nobody when connectee is nil.
func occupyPort(ctx *simulator.Context, ref types.ManagedObjectReference, key string, connectee *types.DistributedVirtualSwitchPortConnectee) {
	changePorts(ctx, ref, func(port *types.DistributedVirtualPort) bool {
		if port.Key != key {
			return false
		}
		port.Connectee = connectee
		port.State = &types.DVPortState{RuntimeInfo: &types.DVPortStatus{LinkUp: connectee != nil}}
		return true
	})
}
