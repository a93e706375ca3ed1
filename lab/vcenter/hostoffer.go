// What hosts offer to VMs: a Network object of the datacenter for each name that port groups of standard switches have,
// the lists of networks of hosts and clusters, and the VMs on them.

package main

import (
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// offerNetworks brings the datacenter's Network objects up to date with a host. Port groups of the same name on several
// hosts are one network. Those of vmkernel NICs are none: no VM can be put there.
func offerNetworks(ctx *simulator.Context, host *simulator.HostSystem) {
	folder := ctx.Map.Get(parentOf(ctx, host.Self, "Datacenter")).(*simulator.Datacenter).NetworkFolder
	offered := []types.ManagedObjectReference{}
	for _, name := range offeredNames(host.Config.Network) {
		ref := standardNetwork(ctx, folder, name)
		if ref == nil {
			ref = newNetworkObject(ctx, folder, name)
		}
		offered = append(offered, *ref)
		setOffering(ctx, *ref, append(without(networkOf(ctx, *ref).Host, host.Self), host.Self))
	}
	for _, entity := range ctx.Map.All("Network") {
		ref := entity.Reference()
		hosts := networkOf(ctx, ref).Host
		if simulator.FindReference(offered, ref) == nil && simulator.FindReference(hosts, host.Self) != nil {
			setOffering(ctx, ref, without(hosts, host.Self))
		}
	}
	dropUnused(ctx, folder)
	distributed := slices.DeleteFunc(without(host.Network), func(ref types.ManagedObjectReference) bool { return ref.Type == "Network" })
	update(ctx, host.Self, property("network", append(offered, distributed...)))
	offerInCluster(ctx, *host.Parent)
}

func offeredNames(info *types.HostNetworkInfo) []string {
	names := []string{}
	for _, group := range info.Portgroup {
		if !slices.ContainsFunc(info.Vnic, func(vnic types.HostVirtualNic) bool { return vnic.Portgroup == group.Spec.Name }) {
			names = append(names, group.Spec.Name)
		}
	}
	return names
}

// dropUnused removes networks that no host offers, unless a VM still names one of them.
func dropUnused(ctx *simulator.Context, folder types.ManagedObjectReference) {
	for _, child := range without(ctx.Map.Get(folder).(*simulator.Folder).ChildEntity) {
		if child.Type == "Network" && len(networkOf(ctx, child).Host) == 0 && len(machinesOn(ctx, child)) == 0 {
			dismiss(ctx, child)
		}
	}
}

func networkOf(ctx *simulator.Context, ref types.ManagedObjectReference) *mo.Network {
	return ctx.Map.Get(ref).(*mo.Network)
}

// standardNetwork finds a network of standard switches; a distributed port group may have the same name.
func standardNetwork(ctx *simulator.Context, folder types.ManagedObjectReference, name string) *types.ManagedObjectReference {
	for _, child := range ctx.Map.Get(folder).(*simulator.Folder).ChildEntity {
		if child.Type == "Network" && networkOf(ctx, child).Name == name {
			return &child
		}
	}
	return nil
}

func newNetworkObject(ctx *simulator.Context, folder types.ManagedObjectReference, name string) *types.ManagedObjectReference {
	child := &mo.Network{Name: name}
	child.ManagedEntity.Name = name
	ref := enroll(ctx, folder, child)
	return &ref
}

// setOffering writes which hosts offer a network.
func setOffering(ctx *simulator.Context, ref types.ManagedObjectReference, hosts []types.ManagedObjectReference) {
	summary := types.BaseNetworkSummary(&types.NetworkSummary{Network: &ref, Name: networkOf(ctx, ref).Name, Accessible: len(hosts) > 0})
	update(ctx, ref, property("host", hosts), property("summary", summary))
}

// hasMachineOn tells whether a VM of the host has a card on a standard port group.
func hasMachineOn(ctx *simulator.Context, host *simulator.HostSystem, group string) bool {
	folder := ctx.Map.Get(parentOf(ctx, host.Self, "Datacenter")).(*simulator.Datacenter).NetworkFolder
	ref := standardNetwork(ctx, folder, group)
	return ref != nil && slices.ContainsFunc(machinesOn(ctx, *ref), func(machine types.ManagedObjectReference) bool {
		return simulator.FindReference(host.Vm, machine) != nil
	})
}
