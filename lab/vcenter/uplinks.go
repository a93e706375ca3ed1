// Uplinks: their names, the ports that every member host has for them, and the port group that holds these ports.

package main

import (
	"slices"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// Uplinks that one host can have on a switch.
const maxUplinks = 32

// changeUplinks renames, adds and removes uplinks. One that keeps its position keeps its ports, and every teaming order
// that names it follows.
func (d *draft) changeUplinks(spec *types.VMwareDVSConfigSpec) types.BaseMethodFault {
	if spec.UplinkPortPolicy == nil {
		return nil
	}
	policy, isNames := spec.UplinkPortPolicy.(*types.DVSNameArrayUplinkPortPolicy)
	if !isNames {
		return invalid("spec.uplinkPortPolicy")
	}
	names := policy.UplinkPortName
	if len(names) > maxUplinks {
		limit := int32(maxUplinks)
		return &types.LimitExceeded{Property: "spec.uplinkPortPolicy.uplinkPortName", Limit: &limit}
	}
	for index, name := range names {
		if name == "" || slices.Contains(names[:index], name) {
			return invalid("spec.uplinkPortPolicy.uplinkPortName")
		}
	}
	d.followUplinks(d.uplinkNames(), names)
	d.config.UplinkPortPolicy = &types.DVSNameArrayUplinkPortPolicy{UplinkPortName: append([]string{}, names...)}
	return nil
}

// followUplinks puts new names into all teaming orders, and takes those of uplinks that go out of them.
func (d *draft) followUplinks(before, after []string) {
	renamed := map[string]string{}
	for index, name := range before {
		if index < len(after) && !slices.Contains(after, name) && !slices.Contains(before, after[index]) {
			renamed[name] = after[index]
		}
	}
	follow := func(names []string) []string {
		kept := []string{}
		for _, name := range names {
			if other, isRenamed := renamed[name]; isRenamed {
				name = other
			}
			if slices.Contains(after, name) {
				kept = append(kept, name)
			}
		}
		return kept
	}
	settings := []*types.VMwareDVSPortSetting{d.setting()}
	for index := range d.groups {
		settings = append(settings, d.groups[index].setting())
	}
	for _, setting := range settings {
		order := setting.UplinkTeamingPolicy.UplinkPortOrder
		order.ActiveUplinkPort, order.StandbyUplinkPort = follow(order.ActiveUplinkPort), follow(order.StandbyUplinkPort)
	}
}

// arrangeUplinkPorts gives every member host one port per uplink and puts its NICs on them.
func (d *draft) arrangeUplinkPorts() types.BaseMethodFault {
	var uplinks, others []types.DistributedVirtualPort
	for _, port := range d.ports {
		if port.ProxyHost == nil {
			others = append(others, port)
		}
	}
	for index := range d.config.Host {
		ports := d.hostPorts(*d.config.Host[index].Config.Host)
		if fault := d.connectNICs(&d.config.Host[index], ports); fault != nil {
			return fault
		}
		uplinks = append(uplinks, ports...)
	}
	d.ports = append(uplinks, others...)
	return nil
}

// hostPorts are a host's uplink ports, free of NICs: those that it has, in order, and new ones for further uplinks.
func (d *draft) hostPorts(host types.ManagedObjectReference) []types.DistributedVirtualPort {
	var keys []string
	for _, port := range d.ports {
		if port.ProxyHost != nil && *port.ProxyHost == host {
			keys = append(keys, port.Key)
		}
	}
	var ports []types.DistributedVirtualPort
	for index, name := range d.uplinkNames() {
		if index == len(keys) {
			keys = append(keys, d.nextPortKey())
		}
		port := newPort(d.config.Uuid, keys[index])
		port.ProxyHost, port.Config.Name = &host, name
		ports = append(ports, port)
	}
	return ports
}

// connectNICs puts each NIC on the port that it asks for, or on the first free one.
func (d *draft) connectNICs(member *types.DistributedVirtualSwitchHostMember, ports []types.DistributedVirtualPort) types.BaseMethodFault {
	backing := member.Config.Backing.(*types.DistributedVirtualSwitchHostMemberPnicBacking)
	member.UplinkPortKey = nil
	for _, port := range ports {
		member.UplinkPortKey = append(member.UplinkPortKey, port.Key)
	}
	// NICs that name their port come first: nobody else may take it.
	for _, wantsOwn := range []bool{true, false} {
		for index := range backing.PnicSpec {
			nic := &backing.PnicSpec[index]
			if wantsOwn != (nic.UplinkPortKey != "") {
				continue
			}
			port, fault := choosePort(ports, nic.UplinkPortKey, *member.Config.Host)
			if fault != nil {
				return fault
			}
			nic.UplinkPortKey = port.Key
			connect(port, *member.Config.Host, nic.PnicDevice)
		}
	}
	return nil
}

func choosePort(ports []types.DistributedVirtualPort, key string, host types.ManagedObjectReference) (*types.DistributedVirtualPort, types.BaseMethodFault) {
	for index := range ports {
		port := &ports[index]
		switch {
		case key == "" && port.Connectee == nil:
			return port, nil
		case key != "" && port.Key == key && port.Connectee != nil:
			return nil, &types.ResourceInUse{Type: "DistributedVirtualPort", Name: key}
		case key != "" && port.Key == key:
			return port, nil
		}
	}
	if key != "" {
		return nil, &types.NotFound{}
	}
	return nil, &types.ResourceNotAvailable{ContainerType: "HostSystem", ContainerName: host.Value, Type: "uplink port"}
}

// addUplinkGroup registers the port group of a new switch that holds its uplink ports.
func (d *draft) addUplinkGroup(folder types.ManagedObjectReference) {
	yes := true
	setting := clone(*d.setting())
	setting.Vlan = &types.VmwareDistributedVirtualSwitchTrunkVlanSpec{VlanId: []types.NumericRange{{Start: 0, End: 4094}}}
	group := &simulator.DistributedVirtualPortgroup{}
	group.Tag = []types.Tag{{Key: "SYSTEM/DVS.UPLINKPG"}}
	config := types.DVPortgroupConfigInfo{
		Name:              uplinkGroupName(d.config.Name, d.ref),
		Type:              string(types.DistributedVirtualPortgroupPortgroupTypeEarlyBinding),
		Policy:            defaultGroupPolicy(),
		DefaultPortConfig: &setting,
		ConfigVersion:     "0",
		Uplink:            &yes,
		AutoExpand:        new(bool),
	}
	d.enrollGroup(folder, group, config)
}

// placeUplinkPorts makes uplink ports, and the NICs on them, part of the uplink port group.
func (d *draft) placeUplinkPorts(group *groupDraft) {
	group.config.NumPorts = 0
	for index := range d.ports {
		if port := &d.ports[index]; port.ProxyHost != nil {
			port.PortgroupKey = group.config.Key
			group.config.NumPorts++
		}
	}
	for _, member := range d.config.Host {
		backing := member.Config.Backing.(*types.DistributedVirtualSwitchHostMemberPnicBacking)
		for index := range backing.PnicSpec {
			backing.PnicSpec[index].UplinkPortgroupKey = group.config.Key
		}
	}
}

func connect(port *types.DistributedVirtualPort, host types.ManagedObjectReference, device string) {
	port.Connectee = &types.DistributedVirtualSwitchPortConnectee{
		ConnectedEntity: &host,
		NicKey:          device,
		Type:            string(types.DistributedVirtualSwitchPortConnecteeConnecteeTypePnic),
	}
	port.State = &types.DVPortState{RuntimeInfo: &types.DVPortStatus{LinkUp: true}}
}

// deviceOf is the NIC's name in its key, key-vim.host.PhysicalNic-vmnic2.
func deviceOf(key string) string { return strings.TrimPrefix(key, nicKeyPrefix) }
