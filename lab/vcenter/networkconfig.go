// UpdateNetworkConfig: switches, distributed switches, port groups and vmkernel NICs of a host in one change, in this order.

package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// UpdateNetworkConfig changes all that the configuration names, or nothing. It answers the devices that it added.
func (m *hostNetworkMethods) UpdateNetworkConfig(ctx *simulator.Context, req *types.UpdateNetworkConfig) soap.HasFault {
	answer := &types.UpdateNetworkConfigResponse{}
	return &methods.UpdateNetworkConfigBody{
		Res: answer,
		Fault_: m.change(ctx, req.This, "UpdateNetworkConfig", func(d *hostDraft) types.BaseMethodFault {
			if fault := checkConfig(req); fault != nil {
				return fault
			}
			return d.configure(m.network, &req.Config, &answer.Returnval)
		}),
	}
}

// checkConfig refuses what is not modelled: a part that is dropped silently would look like success.
func checkConfig(req *types.UpdateNetworkConfig) types.BaseMethodFault {
	if req.ChangeMode != string(types.HostConfigChangeModeModify) && req.ChangeMode != string(types.HostConfigChangeModeReplace) {
		return invalid("changeMode")
	}
	config := req.Config
	isOther := len(config.Pnic)+len(config.ConsoleVnic)+len(config.Dhcp)+len(config.Nat)+len(config.NetStackSpec) > 0 ||
		config.DnsConfig != nil || config.IpRouteConfig != nil || config.ConsoleIpRouteConfig != nil ||
		config.RouteTableConfig != nil || config.IpV6Enabled != nil || config.MigrationStatus != ""
	if isOther || req.ChangeMode == string(types.HostConfigChangeModeReplace) {
		return &types.NotSupported{}
	}
	return nil
}

func (d *hostDraft) configure(n *network, config *types.HostNetworkConfig, result *types.HostNetworkConfigResult) types.BaseMethodFault {
	for _, change := range config.Vswitch {
		if fault := d.configureSwitch(change); fault != nil {
			return fault
		}
	}
	for _, change := range config.Portgroup {
		if fault := d.configurePortGroup(change); fault != nil {
			return fault
		}
	}
	for _, change := range config.Vnic {
		if fault := d.configureVnic(change, result); fault != nil {
			return fault
		}
	}
	return d.configureProxySwitches(n, config.ProxySwitch)
}

func (d *hostDraft) configureSwitch(change types.HostVirtualSwitchConfig) types.BaseMethodFault {
	switch types.HostConfigChangeOperation(change.ChangeOperation) {
	case types.HostConfigChangeOperationAdd:
		return d.addSwitch(change.Name, change.Spec)
	case types.HostConfigChangeOperationRemove:
		return d.removeSwitch(change.Name)
	case types.HostConfigChangeOperationEdit:
		if change.Spec != nil {
			return d.updateSwitch(change.Name, *change.Spec)
		}
		return invalid("config.vswitch.spec")
	}
	return invalid("config.vswitch.changeOperation")
}

// configureProxySwitches changes the host's part of distributed switches. It is checked with the vmkernel NICs where the
// same call puts them, and without the uplinks that it takes off standard switches.
func (d *hostDraft) configureProxySwitches(n *network, changes []types.HostProxySwitchConfig) types.BaseMethodFault {
	if len(changes) == 0 {
		return nil
	}
	change := proxySwitchChange{host: d.host, switches: changes, vnics: d.info.Vnic}
	for _, vswitch := range d.host.Config.Network.Vswitch {
		for _, key := range vswitch.Pnic {
			if !nicTakenIn(&d.info, deviceOf(key), "") {
				change.freed = append(change.freed, deviceOf(key))
			}
		}
	}
	store, fault := n.prepareProxySwitch(d.ctx, change)
	if fault != nil {
		return fault
	}
	d.switchParts = append(d.switchParts, store)
	for _, each := range changes {
		d.showNICs(each)
	}
	return nil
}

// showNICs writes the NICs that a change puts on a distributed switch into the draft.
func (d *hostDraft) showNICs(change types.HostProxySwitchConfig) {
	if change.Spec == nil {
		return
	}
	backing, isNICs := change.Spec.Backing.(*types.DistributedVirtualSwitchHostMemberPnicBacking)
	for index := range d.info.ProxySwitch {
		if proxy := &d.info.ProxySwitch[index]; isNICs && proxy.DvsUuid == change.Uuid {
			proxy.Pnic = nil
			for _, nic := range backing.PnicSpec {
				proxy.Pnic = append(proxy.Pnic, nicKeyPrefix+nic.PnicDevice)
			}
		}
	}
}

func (d *hostDraft) configurePortGroup(change types.HostPortGroupConfig) types.BaseMethodFault {
	if change.Spec == nil {
		return invalid("config.portgroup.spec")
	}
	switch types.HostConfigChangeOperation(change.ChangeOperation) {
	case types.HostConfigChangeOperationAdd:
		return d.addPortGroup(*change.Spec)
	case types.HostConfigChangeOperationRemove:
		return d.removePortGroup(change.Spec.Name)
	case types.HostConfigChangeOperationEdit:
		return d.updatePortGroup(change.Spec.Name, *change.Spec)
	}
	return invalid("config.portgroup.changeOperation")
}

func (d *hostDraft) configureVnic(change types.HostVirtualNicConfig, result *types.HostNetworkConfigResult) types.BaseMethodFault {
	operation := types.HostConfigChangeOperation(change.ChangeOperation)
	if operation == types.HostConfigChangeOperationRemove {
		return d.removeVnic(change.Device)
	}
	if change.Spec == nil {
		return invalid("config.vnic.spec")
	}
	switch operation {
	case types.HostConfigChangeOperationAdd:
		device, fault := d.addVnic(change.Portgroup, *change.Spec)
		result.VnicDevice = append(result.VnicDevice, device)
		return fault
	case types.HostConfigChangeOperationEdit:
		spec := *change.Spec
		set(&spec.Portgroup, change.Portgroup)
		return d.updateVnic(change.Device, spec)
	}
	return invalid("config.vnic.changeOperation")
}
