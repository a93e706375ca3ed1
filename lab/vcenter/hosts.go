// Hosts: their physical NICs, and what they know of the distributed switches that they are members of.

package main

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

const nicKeyPrefix = "key-vim.host.PhysicalNic-"

// installNICs replaces the NICs that the simulator's host template has. The first one is the uplink of vSwitch0.
func installNICs(ctx *simulator.Context, ref types.ManagedObjectReference, nics []NIC) {
	host := ctx.Map.Get(ref).(*simulator.HostSystem)
	network := *host.Config.Network
	network.Pnic, network.ProxySwitch = nil, nil
	for _, nic := range nics {
		network.Pnic = append(network.Pnic, physicalNIC(host.Name, nic))
	}
	network.Vswitch = slices.Clone(network.Vswitch)
	for index := range network.Vswitch {
		vswitch := &network.Vswitch[index]
		vswitch.Pnic = nil
		if bridge, isBond := vswitch.Spec.Bridge.(*types.HostVirtualSwitchBondBridge); isBond {
			bond := *bridge
			bond.NicDevice = nil
			vswitch.Spec.Bridge = &bond
			if index == 0 && len(nics) > 0 {
				vswitch.Pnic, bond.NicDevice = []string{nicKeyPrefix + nics[0].Device}, []string{nics[0].Device}
			}
		}
	}
	setHostNetwork(ctx, host, &network)
}

func physicalNIC(host string, nic NIC) types.PhysicalNic {
	yes, no := true, false
	speed := types.PhysicalNicLinkInfo{SpeedMb: 25000, Duplex: true}
	hash := sha256.Sum256([]byte(host + nic.Device))
	return types.PhysicalNic{
		Key:                    nicKeyPrefix + nic.Device,
		Device:                 nic.Device,
		Pci:                    nic.PCI,
		Driver:                 "ixgben",
		LinkSpeed:              &speed,
		ValidLinkSpecification: []types.PhysicalNicLinkInfo{speed},
		Spec:                   types.PhysicalNicSpec{Ip: &types.HostIpConfig{}, LinkSpeed: &speed},
		Mac:                    fmt.Sprintf("02:%02x:%02x:%02x:%02x:%02x", hash[0], hash[1], hash[2], hash[3], hash[4]),
		AutoNegotiateSupported: &yes, VmDirectPathGen2Supported: &no, ResourcePoolSchedulerAllowed: &yes,
	}
}

// setHostNetwork replaces what a host knows of its network. Its two views, HostSystem.config.network and
// HostNetworkSystem.networkInfo, stay one object.
func setHostNetwork(ctx *simulator.Context, host *simulator.HostSystem, network *types.HostNetworkInfo) {
	ctx.WithLock(host.Self, func() {
		ctx.Update(host, []types.PropertyChange{property("config.network", *network)})
		host.Config.Network = network
	})
	system := *host.ConfigManager.NetworkSystem
	ctx.WithLock(system, func() {
		networkSystem := ctx.Map.Get(system).(*simulator.HostNetworkSystem)
		ctx.Update(networkSystem, []types.PropertyChange{property("networkInfo", *network)})
		networkSystem.NetworkInfo = network
	})
}

func hasNIC(host *simulator.HostSystem, device string) bool {
	return slices.ContainsFunc(host.Config.Network.Pnic, func(nic types.PhysicalNic) bool { return nic.Device == device })
}

// nicTaken tells whether a NIC serves another switch than the distributed one with this UUID.
func nicTaken(host *simulator.HostSystem, device, uuid string) bool {
	key := nicKeyPrefix + device
	network := host.Config.Network
	return slices.ContainsFunc(network.Vswitch, func(vswitch types.HostVirtualSwitch) bool {
		return slices.Contains(vswitch.Pnic, key)
	}) || slices.ContainsFunc(network.ProxySwitch, func(proxy types.HostProxySwitch) bool {
		return proxy.DvsUuid != uuid && slices.Contains(proxy.Pnic, key)
	})
}

// mirror brings hosts up to date with the switch: their proxy switch, and the networks that they offer.
func (d *draft) mirror(hosts []types.ManagedObjectReference) {
	d.mirrorWithout(hosts, nil)
}

// mirrorWithout does the same when port groups go: no host offers them any more.
func (d *draft) mirrorWithout(hosts []types.ManagedObjectReference, gone []groupDraft) {
	all := groupRefs(append(slices.Clone(d.groups), gone...))
	clusters := map[types.ManagedObjectReference]bool{}
	for _, ref := range hosts {
		host := d.ctx.Map.Get(ref).(*simulator.HostSystem)
		network := *host.Config.Network
		network.ProxySwitch = slices.DeleteFunc(slices.Clone(network.ProxySwitch), func(proxy types.HostProxySwitch) bool {
			return proxy.DvsUuid == d.config.Uuid
		})
		offered := without(host.Network, all...)
		if index := slices.Index(d.members(), ref); index >= 0 {
			network.ProxySwitch = append(network.ProxySwitch, d.proxySwitch(d.config.Host[index]))
			offered = append(offered, groupRefs(d.groups)...)
		}
		setHostNetwork(d.ctx, host, &network)
		update(d.ctx, ref, property("network", offered))
		clusters[*host.Parent] = true
	}
	for cluster := range clusters {
		offerInCluster(d.ctx, cluster)
	}
}

func groupRefs(groups []groupDraft) []types.ManagedObjectReference {
	refs := []types.ManagedObjectReference{}
	for _, group := range groups {
		refs = append(refs, group.ref)
	}
	return refs
}

// offerInCluster lists in a cluster what any of its hosts offers.
func offerInCluster(ctx *simulator.Context, ref types.ManagedObjectReference) {
	var hosts []types.ManagedObjectReference
	switch parent := ctx.Map.Get(ref).(type) {
	case *simulator.ClusterComputeResource:
		hosts = parent.Host
	case *mo.ComputeResource:
		hosts = parent.Host
	}
	offered := []types.ManagedObjectReference{}
	for _, host := range hosts {
		offered = append(offered, without(ctx.Map.Get(host).(*simulator.HostSystem).Network, offered...)...)
	}
	update(ctx, ref, property("network", offered))
}

// machinesOn lists the VMs that have a card on a network.
func machinesOn(ctx *simulator.Context, network types.ManagedObjectReference) []types.ManagedObjectReference {
	var machines []types.ManagedObjectReference
	for _, entity := range ctx.Map.All("VirtualMachine") {
		ctx.WithLock(entity.Reference(), func() {
			if simulator.FindReference(entity.(*simulator.VirtualMachine).Network, network) != nil {
				machines = append(machines, entity.Reference())
			}
		})
	}
	return machines
}
