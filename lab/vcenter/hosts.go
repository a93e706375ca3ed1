// Hosts: their physical NICs, and what they know of the distributed switches that they are members of.

package main

import (
	"fmt"
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

const nicKeyPrefix = "key-vim.host.PhysicalNic-"

// installHost gives a host of the simulator's template its own NICs, and a new network on them: vSwitch0 on the first NIC,
// with a port group for VMs and one for the management of the host.
func installHost(ctx *simulator.Context, ref types.ManagedObjectReference, from InventoryHost) error {
	host := ctx.Map.Get(ref).(*simulator.HostSystem)
	d := hostDraftOf(ctx, host)
	management := d.info.Vnic[0].Spec
	d.info.Vswitch, d.info.Portgroup, d.info.Vnic, d.info.Pnic, d.info.ProxySwitch = nil, nil, nil, nil, nil
	d.info.IpV6Enabled, d.info.AtBootIpV6Enabled = types.NewBool(true), types.NewBool(true)
	for _, nic := range from.NICs {
		d.info.Pnic = append(d.info.Pnic, physicalNIC(host.Name, nic))
	}
	spec := &types.HostVirtualSwitchSpec{NumPorts: defaultSwitchPorts}
	if len(from.NICs) > 0 {
		spec.Bridge = &types.HostVirtualSwitchBondBridge{
			NicDevice: []string{from.NICs[0].Device}, Beacon: &types.HostVirtualSwitchBeaconConfig{Interval: 1},
		}
		management.Mac = d.info.Pnic[0].Mac
	}
	addVnic := func() (fault types.BaseMethodFault) {
		d.roles = newRoles(managementRole, "vmk0")
		_, fault = d.addVnic("Management Network", management)
		return fault
	}
	for _, fault := range []types.BaseMethodFault{
		d.addSwitch("vSwitch0", spec),
		d.addPortGroup(types.HostPortGroupSpec{Name: "VM Network", VswitchName: "vSwitch0"}),
		d.addPortGroup(types.HostPortGroupSpec{Name: "Management Network", VswitchName: "vSwitch0"}),
		addVnic(),
	} {
		if fault != nil {
			return fmt.Errorf("host %q: %s", from.Name, sentence(fault))
		}
	}
	installPCI(ctx, host, from)
	d.commit()
	return nil
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
	updatePools(ctx, host)
}

func hasNIC(host *simulator.HostSystem, device string) bool {
	return nicIn(host.Config.Network, device) != nil
}

// nicIn returns nil when the host has no such NIC.
func nicIn(info *types.HostNetworkInfo, device string) *types.PhysicalNic {
	index := slices.IndexFunc(info.Pnic, func(nic types.PhysicalNic) bool { return nic.Device == device })
	if index < 0 {
		return nil
	}
	return &info.Pnic[index]
}

// nicTaken tells whether a NIC serves another switch than the distributed one with this UUID.
func nicTaken(host *simulator.HostSystem, device, uuid string) bool {
	return nicTakenIn(host.Config.Network, device, uuid)
}

// nicTakenIn tells the same for any switch. owner is the key of a standard switch or the UUID of a distributed one.
func nicTakenIn(info *types.HostNetworkInfo, device, owner string) bool {
	key := nicKeyPrefix + device
	return slices.ContainsFunc(info.Vswitch, func(vswitch types.HostVirtualSwitch) bool {
		return vswitch.Key != owner && slices.Contains(vswitch.Pnic, key)
	}) || slices.ContainsFunc(info.ProxySwitch, func(proxy types.HostProxySwitch) bool {
		return proxy.DvsUuid != owner && slices.Contains(proxy.Pnic, key)
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
