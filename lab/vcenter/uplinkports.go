// Uplink ports: those that every member host has for standalone uplinks and LAGs, and the NICs on them.

package main

import (
	"slices"

	"github.com/vmware/govmomi/vim25/types"
)

// arrangeUplinkPorts gives every member host one port per uplink and per LAG port, and puts its NICs on them.
func (d *draft) arrangeUplinkPorts() types.BaseMethodFault {
	var uplinks, others []types.DistributedVirtualPort
	for _, port := range d.ports {
		if !d.isUplinkPort(port) {
			others = append(others, port)
		}
	}
	for index := range d.config.LacpGroupConfig {
		d.config.LacpGroupConfig[index].UplinkPortKey = nil
	}
	for index := range d.config.Host {
		member := &d.config.Host[index]
		standalone, lags := d.standalonePorts(*member.Config.Host), d.portsOnLAGs(*member.Config.Host)
		ports := slices.Concat(standalone, lags)
		if fault := connectNICs(member, ports, len(standalone)); fault != nil {
			return fault
		}
		uplinks = append(uplinks, ports...)
	}
	d.ports = append(uplinks, others...)
	return nil
}

// isUplinkPort tells uplink ports from those of VMs, which have a host too while they are in use.
func (d *draft) isUplinkPort(port types.DistributedVirtualPort) bool {
	if port.ProxyHost == nil {
		return false
	}
	return port.PortgroupKey == "" || d.isUplinkGroup(port.PortgroupKey)
}

func (d *draft) isUplinkGroup(key string) bool {
	return slices.ContainsFunc(d.groups, func(group groupDraft) bool {
		return group.config.Key == key && isTrue(group.config.Uplink)
	})
}

// uplinkGroupKey is empty while the switch is being created.
func (d *draft) uplinkGroupKey() string {
	for _, group := range d.groups {
		if isTrue(group.config.Uplink) {
			return group.config.Key
		}
	}
	return ""
}

// standalonePorts are a host's uplink ports, free of NICs: those that it has, in order, and new ones for further uplinks.
func (d *draft) standalonePorts(host types.ManagedObjectReference) []types.DistributedVirtualPort {
	return d.hostPorts(host, d.uplinkKeys(host, ""), d.uplinkNames())
}

// portsOnLAGs are a host's ports of all LAGs, free of NICs. Each LAG lists the keys of its ports on all hosts.
func (d *draft) portsOnLAGs(host types.ManagedObjectReference) []types.DistributedVirtualPort {
	var all []types.DistributedVirtualPort
	for index := range d.config.LacpGroupConfig {
		lag := &d.config.LacpGroupConfig[index]
		ports := d.hostPorts(host, d.uplinkKeys(host, lag.Key), lag.UplinkName)
		for _, port := range ports {
			lag.UplinkPortKey = append(lag.UplinkPortKey, port.Key)
		}
		all = append(all, ports...)
	}
	return all
}

// uplinkKeys are the keys of a host's ports, either of one LAG or, without a LAG's key, of its standalone uplinks.
func (d *draft) uplinkKeys(host types.ManagedObjectReference, lag string) []string {
	var keys []string
	for _, port := range d.ports {
		if d.isUplinkPort(port) && *port.ProxyHost == host && d.lagOf[port.Key] == lag {
			keys = append(keys, port.Key)
		}
	}
	return keys
}

// hostPorts makes one port per name; a port keeps its key.
func (d *draft) hostPorts(host types.ManagedObjectReference, keys, names []string) []types.DistributedVirtualPort {
	var ports []types.DistributedVirtualPort
	for index, name := range names {
		if index == len(keys) {
			keys = append(keys, d.nextPortKey())
		}
		port := d.portOrNew(keys[index])
		port.ProxyHost, port.Config.Name, port.PortgroupKey = &host, name, d.uplinkGroupKey()
		ports = append(ports, port)
	}
	return ports
}

// portOrNew is a port without a NIC; one that exists keeps what was set on it.
func (d *draft) portOrNew(key string) types.DistributedVirtualPort {
	for _, port := range d.ports {
		if port.Key == key {
			port.Connectee = nil
			return port
		}
	}
	return newPort(d.config.Uuid, key)
}

// connectNICs puts each NIC on the port that it asks for, or on the first free standalone one: no NIC gets onto a LAG
// without asking, and one that asks no longer leaves it.
func connectNICs(member *types.DistributedVirtualSwitchHostMember, ports []types.DistributedVirtualPort, standalone int) types.BaseMethodFault {
	backing := member.Config.Backing.(*types.DistributedVirtualSwitchHostMemberPnicBacking)
	member.UplinkPortKey = nil
	for _, port := range ports {
		member.UplinkPortKey = append(member.UplinkPortKey, port.Key)
	}
	place := func(nic *types.DistributedVirtualSwitchHostMemberPnicSpec, port *types.DistributedVirtualPort, fault types.BaseMethodFault) types.BaseMethodFault {
		if fault == nil {
			nic.UplinkPortKey = port.Key
			connect(port, *member.Config.Host, nic.PnicDevice)
		}
		return fault
	}
	var undecided []*types.DistributedVirtualSwitchHostMemberPnicSpec
	for index := range backing.PnicSpec {
		nic := &backing.PnicSpec[index]
		if nic.UplinkPortKey == "" { // those that name their port come first: nobody else may take it
			undecided = append(undecided, nic)
			continue
		}
		port, fault := portWithKey(ports, nic.UplinkPortKey)
		if fault := place(nic, port, fault); fault != nil {
			return fault
		}
	}
	for _, nic := range undecided {
		port, fault := freePort(ports[:standalone], *member.Config.Host)
		if fault := place(nic, port, fault); fault != nil {
			return fault
		}
	}
	return nil
}

func portWithKey(ports []types.DistributedVirtualPort, key string) (*types.DistributedVirtualPort, types.BaseMethodFault) {
	for index := range ports {
		switch port := &ports[index]; {
		case port.Key == key && port.Connectee != nil:
			return nil, &types.ResourceInUse{Type: "DistributedVirtualPort", Name: key}
		case port.Key == key:
			return port, nil
		}
	}
	return nil, &types.NotFound{}
}

func freePort(ports []types.DistributedVirtualPort, host types.ManagedObjectReference) (*types.DistributedVirtualPort, types.BaseMethodFault) {
	for index := range ports {
		if ports[index].Connectee == nil {
			return &ports[index], nil
		}
	}
	return nil, &types.ResourceNotAvailable{ContainerType: "HostSystem", ContainerName: host.Value, Type: "uplink port"}
}

func connect(port *types.DistributedVirtualPort, host types.ManagedObjectReference, device string) {
	port.Connectee = &types.DistributedVirtualSwitchPortConnectee{
		ConnectedEntity: &host,
		NicKey:          device,
		Type:            string(types.DistributedVirtualSwitchPortConnecteeConnecteeTypePnic),
	}
}
