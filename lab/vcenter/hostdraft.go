// The host draft: a copy of a host's network. Edits change specifications in it; what follows from them (keys, computed
// policies, port lists) is derived anew; it is stored as a whole or not at all.

package main

import (
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

const (
	switchKeyPrefix = "key-vim.host.VirtualSwitch-"
	groupKeyPrefix  = "key-vim.host.PortGroup-"
	// Ports of a standard switch, and those that the host keeps for itself.
	switchPorts, reservedPorts = 1536, 6
)

type hostDraft struct {
	ctx  *simulator.Context
	host *simulator.HostSystem
	info types.HostNetworkInfo
	// roles are the services of vmkernel NICs, such as management and vmotion.
	roles []types.VirtualNicManagerNetConfig
	// switchParts store what the change does to distributed switches, portParts who has which of their ports.
	switchParts, portParts []func()
}

func hostDraftOf(ctx *simulator.Context, host *simulator.HostSystem) *hostDraft {
	return &hostDraft{
		ctx: ctx, host: host,
		info:  clone(*host.Config.Network),
		roles: clone(*host.Config.VirtualNicManagerInfo).NetConfig,
	}
}

// settle derives what follows from the specifications, and checks the policies against the uplinks that are there now.
func (d *hostDraft) settle() types.BaseMethodFault {
	for index := range d.info.Vswitch {
		vswitch := &d.info.Vswitch[index]
		vswitch.Key = switchKeyPrefix + vswitch.Name
		vswitch.Mtu = vswitch.Spec.Mtu
		vswitch.NumPorts, vswitch.NumPortsAvailable = switchPorts, switchPorts-reservedPorts
		vswitch.Pnic, vswitch.Portgroup = nil, nil
		for _, device := range bondOf(vswitch).NicDevice {
			vswitch.Pnic = append(vswitch.Pnic, nicKeyPrefix+device)
		}
		if fault := checkPolicy("spec.policy", vswitch.Spec.Policy, vswitch); fault != nil {
			return fault
		}
	}
	for index := range d.info.Portgroup {
		group := &d.info.Portgroup[index]
		vswitch := d.switchNamed(group.Spec.VswitchName)
		group.Key, group.Vswitch = groupKeyPrefix+group.Spec.Name, vswitch.Key
		vswitch.Portgroup = append(vswitch.Portgroup, group.Key)
		group.ComputedPolicy = resolvePolicy(*vswitch.Spec.Policy, group.Spec.Policy)
		if fault := checkPolicy("portgrp.policy", &group.ComputedPolicy, vswitch); fault != nil {
			return fault
		}
		group.Port = nil
		for _, vnic := range d.info.Vnic {
			if vnic.Portgroup == group.Spec.Name {
				group.Port = append(group.Port, types.HostPortGroupPort{Key: vnic.Port, Mac: []string{vnic.Spec.Mac}, Type: "host"})
			}
		}
	}
	d.settleRoles()
	return nil
}

// store makes the draft the truth, unless it cuts the host off from vCenter.
func (d *hostDraft) store(method string) types.BaseMethodFault {
	if fault := d.settle(); fault != nil {
		return fault
	}
	before := managementWays(d.host.Config.Network, d.host.Config.VirtualNicManagerInfo.NetConfig)
	if loses(before, managementWays(&d.info, d.roles)) {
		return rollBackHost(d.ctx, d.host, method)
	}
	d.commit()
	return nil
}

// commit writes a settled draft.
func (d *hostDraft) commit() {
	for _, store := range d.switchParts {
		store()
	}
	if len(d.switchParts) > 0 { // they have written the host's own part of them
		d.info.ProxySwitch = d.host.Config.Network.ProxySwitch
	}
	setHostNetwork(d.ctx, d.host, &d.info)
	setRoles(d.ctx, d.host, d.roles)
	for _, store := range d.portParts {
		store()
	}
	offerNetworks(d.ctx, d.host)
}

func (d *hostDraft) switchNamed(name string) *types.HostVirtualSwitch {
	index := slices.IndexFunc(d.info.Vswitch, func(vswitch types.HostVirtualSwitch) bool { return vswitch.Name == name })
	if index < 0 {
		return nil
	}
	return &d.info.Vswitch[index]
}

func (d *hostDraft) groupNamed(name string) *types.HostPortGroup {
	index := slices.IndexFunc(d.info.Portgroup, func(group types.HostPortGroup) bool { return group.Spec.Name == name })
	if index < 0 {
		return nil
	}
	return &d.info.Portgroup[index]
}

func (d *hostDraft) vnicNamed(device string) *types.HostVirtualNic {
	index := slices.IndexFunc(d.info.Vnic, func(vnic types.HostVirtualNic) bool { return vnic.Device == device })
	if index < 0 {
		return nil
	}
	return &d.info.Vnic[index]
}

// isAttached tells whether a vmkernel NIC or a VM of the host is on a port group.
func (d *hostDraft) isAttached(group string) bool {
	onGroup := func(vnic types.HostVirtualNic) bool { return vnic.Portgroup == group }
	return slices.ContainsFunc(d.info.Vnic, onGroup) || hasMachineOn(d.ctx, d.host, group)
}
