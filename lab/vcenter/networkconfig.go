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
			return d.configure(&req.Config, &answer.Returnval)
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

func (d *hostDraft) configure(config *types.HostNetworkConfig, result *types.HostNetworkConfigResult) types.BaseMethodFault {
	for _, change := range config.Vswitch {
		if fault := d.configureSwitch(change); fault != nil {
			return fault
		}
	}
	if fault := d.configureProxySwitches(config.ProxySwitch); fault != nil {
		return fault
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
	return nil
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

// configureProxySwitches changes the host's part of distributed switches. NICs join and leave them through the switch.
func (d *hostDraft) configureProxySwitches(changes []types.HostProxySwitchConfig) types.BaseMethodFault {
	if len(changes) > 0 {
		return &types.NotSupported{}
	}
	return nil
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
