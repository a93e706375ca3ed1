// Ports with settings of their own: ReconfigureDVPort_Task, as far as the policy of their port group lets them.

package main

import (
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// ReconfigureDVPortTask answers ReconfigureDVPort_Task. Each port has a configVersion of its own; that of the switch stays.
func (m *switchMethods) ReconfigureDVPortTask(ctx *simulator.Context, req *types.ReconfigureDVPort_Task) soap.HasFault {
	const name = "ReconfigureDVPort_Task"
	task := m.edit(ctx, req.This, name, func(d *draft) types.BaseMethodFault {
		var keys []string
		for index := range req.Port {
			if slices.Contains(keys, req.Port[index].Key) {
				return invalid("port.key")
			}
			keys = append(keys, req.Port[index].Key)
			if fault := d.changePort(&req.Port[index]); fault != nil {
				return fault
			}
		}
		if fault := d.checkManagement(name, nil); fault != nil {
			return fault
		}
		d.storeGroups()
		postEvent(d.ctx, &types.DvsPortReconfiguredEvent{DvsEvent: d.event(), PortKey: keys})
		return nil
	})
	return &methods.ReconfigureDVPort_TaskBody{Res: &types.ReconfigureDVPort_TaskResponse{Returnval: task}}
}

// changePort lays a specification over a port. Ports are made and removed with their port group, not one by one.
func (d *draft) changePort(spec *types.DVPortConfigSpec) types.BaseMethodFault {
	if spec.Operation != string(types.ConfigSpecOperationEdit) {
		return invalid("port.operation")
	}
	index := slices.IndexFunc(d.ports, func(port types.DistributedVirtualPort) bool { return port.Key == spec.Key })
	if index < 0 {
		return &types.NotFound{}
	}
	port := &d.ports[index]
	if spec.ConfigVersion != "" && spec.ConfigVersion != port.Config.ConfigVersion {
		return &types.ConcurrentAccess{}
	}
	set(&port.Config.Name, spec.Name)
	set(&port.Config.Description, spec.Description)
	port.Config.ConfigVersion = nextVersion(port.Config.ConfigVersion)
	if spec.Setting == nil {
		return nil
	}
	setting, isVMware := spec.Setting.(*types.VMwareDVSPortSetting)
	if !isVMware {
		return invalid("port.setting")
	}
	if fault := checkOverride(d.groupOfPort(*port).config.Policy.(*types.VMwareDVSPortgroupPolicy), setting); fault != nil {
		return fault
	}
	own := ownSetting(*port)
	if own == nil {
		own = &types.VMwareDVSPortSetting{}
	}
	overlay(own, setting)
	port.Config.Setting = own
	return d.rules().check(d.portSetting(*port))
}

// checkOverride: the reference asks for the right, and names no fault for its lack.
func checkOverride(policy *types.VMwareDVSPortgroupPolicy, setting *types.VMwareDVSPortSetting) types.BaseMethodFault {
	switch {
	case setting.Blocked != nil && !policy.BlockOverrideAllowed:
		return conflict("policy.blockOverrideAllowed")
	case (setting.InShapingPolicy != nil || setting.OutShapingPolicy != nil) && !policy.ShapingOverrideAllowed:
		return conflict("policy.shapingOverrideAllowed")
	case setting.Vlan != nil && !policy.VlanOverrideAllowed:
		return conflict("policy.vlanOverrideAllowed")
	case setting.UplinkTeamingPolicy != nil && !policy.UplinkTeamingOverrideAllowed:
		return conflict("policy.uplinkTeamingOverrideAllowed")
	case setting.SecurityPolicy != nil && !policy.SecurityPolicyOverrideAllowed:
		return conflict("policy.securityPolicyOverrideAllowed")
	case setting.MacManagementPolicy != nil && !isTrue(policy.MacManagementOverrideAllowed):
		return conflict("policy.macManagementOverrideAllowed")
	case setting.IpfixEnabled != nil && !isTrue(policy.IpfixOverrideAllowed):
		return conflict("policy.ipfixOverrideAllowed")
	}
	return nil
}

// ownSetting is what a port has of its own, nil when it has nothing.
func ownSetting(port types.DistributedVirtualPort) *types.VMwareDVSPortSetting {
	own, _ := port.Config.Setting.(*types.VMwareDVSPortSetting)
	return own
}

func (d *draft) groupOfPort(port types.DistributedVirtualPort) *groupDraft {
	index := slices.IndexFunc(d.groups, func(group groupDraft) bool { return group.config.Key == port.PortgroupKey })
	return &d.groups[index]
}

// portSetting is what holds for a port: its own, then that of its LAG, then its port group's.
func (d *draft) portSetting(port types.DistributedVirtualPort) *types.VMwareDVSPortSetting {
	inherited, own := d.groupOfPort(port).setting(), ownSetting(port)
	for _, lag := range d.config.LacpGroupConfig {
		if (lag.Vlan != nil || lag.Ipfix != nil) && slices.Contains(lag.UplinkPortKey, port.Key) {
			inherited = lagSetting(lag, *inherited)
		}
	}
	if own == nil {
		return inherited
	}
	setting := clone(*own)
	inherit(&setting, inherited)
	return &setting
}

// shownSetting is portSetting as clients see it: what is not the port's own is marked as inherited. shown keeps what was
// marked before, by its source.
func (d *draft) shownSetting(port types.DistributedVirtualPort, shown map[*types.VMwareDVSPortSetting]*types.VMwareDVSPortSetting) *types.VMwareDVSPortSetting {
	setting := d.portSetting(port)
	if ownSetting(port) != nil {
		return setting
	}
	if shown[setting] == nil {
		marked := &types.VMwareDVSPortSetting{}
		inherit(marked, setting)
		shown[setting] = marked
	}
	return shown[setting]
}

// lagSetting puts a LAG's own VLANs and NetFlow in the place of the uplink port group's.
func lagSetting(lag types.VMwareDvsLacpGroupConfig, setting types.VMwareDVSPortSetting) *types.VMwareDVSPortSetting {
	if lag.Vlan != nil {
		setting.Vlan = &types.VmwareDistributedVirtualSwitchTrunkVlanSpec{VlanId: lag.Vlan.VlanId}
	}
	if lag.Ipfix != nil {
		setting.IpfixEnabled = &types.BoolPolicy{Value: lag.Ipfix.IpfixEnabled}
	}
	return &setting
}
