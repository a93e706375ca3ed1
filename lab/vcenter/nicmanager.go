// HostVirtualNicManager: which services of the host a vmkernel NIC carries.

package main

import (
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// nicManagerMethods are the methods of HostVirtualNicManager.
type nicManagerMethods struct{ receiver }

const managementRole = string(types.HostVirtualNicManagerNicTypeManagement)

// Services that a host of this version has, by the API's name for the type of NIC.
var nicRoles = []types.HostVirtualNicManagerNicType{
	types.HostVirtualNicManagerNicTypeVmotion,
	types.HostVirtualNicManagerNicTypeFaultToleranceLogging,
	types.HostVirtualNicManagerNicTypeVSphereReplication,
	types.HostVirtualNicManagerNicTypeVSphereReplicationNFC,
	types.HostVirtualNicManagerNicTypeManagement,
	types.HostVirtualNicManagerNicTypeVsan,
	types.HostVirtualNicManagerNicTypeVSphereProvisioning,
	types.HostVirtualNicManagerNicTypeVsanWitness,
	types.HostVirtualNicManagerNicTypeVSphereBackupNFC,
	types.HostVirtualNicManagerNicTypePtp,
	types.HostVirtualNicManagerNicTypeNvmeTcp,
	types.HostVirtualNicManagerNicTypeNvmeRdma,
}

// newRoles are those of a host whose NIC has been given this one service.
func newRoles(selected, device string) []types.VirtualNicManagerNetConfig {
	roles := []types.VirtualNicManagerNetConfig{}
	for _, role := range nicRoles {
		config := types.VirtualNicManagerNetConfig{NicType: string(role), MultiSelectAllowed: role != types.HostVirtualNicManagerNicTypePtp}
		if config.NicType == selected {
			config.SelectedVnic = []string{roleKey(selected, device)}
		}
		roles = append(roles, config)
	}
	return roles
}

// roleKey names a NIC in the list of one service.
func roleKey(role, device string) string { return role + "." + vnicKeyPrefix + device }

// settleRoles lists every vmkernel NIC as a candidate, and drops services of those that are gone.
func (d *hostDraft) settleRoles() {
	for index := range d.roles {
		role := &d.roles[index]
		role.CandidateVnic = nil
		keys := []string{}
		for _, vnic := range d.info.Vnic {
			vnic.Key = roleKey(role.NicType, vnic.Device)
			role.CandidateVnic = append(role.CandidateVnic, vnic)
			keys = append(keys, vnic.Key)
		}
		role.SelectedVnic = slices.DeleteFunc(role.SelectedVnic, func(key string) bool { return !slices.Contains(keys, key) })
	}
}

// setRoles writes the services into both places where clients read them.
func setRoles(ctx *simulator.Context, host *simulator.HostSystem, roles []types.VirtualNicManagerNetConfig) {
	info := types.HostVirtualNicManagerInfo{NetConfig: roles}
	update(ctx, host.Self, property("config.virtualNicManagerInfo", &info))
	update(ctx, *host.ConfigManager.VirtualNicManager, property("info", info))
}

// SelectVnicForNicType gives a service to a vmkernel NIC. Where only one NIC may have it, the other loses it.
func (m *nicManagerMethods) SelectVnicForNicType(ctx *simulator.Context, req *types.SelectVnicForNicType) soap.HasFault {
	return &methods.SelectVnicForNicTypeBody{
		Res: &types.SelectVnicForNicTypeResponse{},
		Fault_: m.change(ctx, req.This, req.NicType, req.Device, func(role *types.VirtualNicManagerNetConfig, key string) types.BaseMethodFault {
			switch {
			case slices.Contains(role.SelectedVnic, key):
			case role.MultiSelectAllowed:
				role.SelectedVnic = append(role.SelectedVnic, key)
			default:
				role.SelectedVnic = []string{key}
			}
			return nil
		}),
	}
}

// DeselectVnicForNicType takes a service from the vmkernel NIC that has it.
func (m *nicManagerMethods) DeselectVnicForNicType(ctx *simulator.Context, req *types.DeselectVnicForNicType) soap.HasFault {
	return &methods.DeselectVnicForNicTypeBody{
		Res: &types.DeselectVnicForNicTypeResponse{},
		Fault_: m.change(ctx, req.This, req.NicType, req.Device, func(role *types.VirtualNicManagerNetConfig, key string) types.BaseMethodFault {
			index := slices.Index(role.SelectedVnic, key)
			if index < 0 {
				return invalid("device")
			}
			role.SelectedVnic = slices.Delete(role.SelectedVnic, index, index+1)
			return nil
		}),
	}
}

func (m *nicManagerMethods) change(ctx *simulator.Context, manager types.ManagedObjectReference, nicType, device string, edit func(*types.VirtualNicManagerNetConfig, string) types.BaseMethodFault) *soap.Fault {
	return m.performNow(ctx, func(ctx *simulator.Context) types.BaseMethodFault {
		host := m.host(ctx, manager)
		if fault := requireConnected(host); fault != nil {
			return fault
		}
		d := hostDraftOf(ctx, host)
		index := slices.IndexFunc(d.roles, func(role types.VirtualNicManagerNetConfig) bool { return role.NicType == nicType })
		if index < 0 {
			return invalid("nicType")
		}
		if d.vnicNamed(device) == nil {
			return invalid("device")
		}
		if fault := edit(&d.roles[index], roleKey(nicType, device)); fault != nil {
			return fault
		}
		setRoles(ctx, host, d.roles)
		return nil
	})
}

func (m *nicManagerMethods) host(ctx *simulator.Context, manager types.ManagedObjectReference) *simulator.HostSystem {
	return ctx.Map.Get(ctx.Map.Get(manager).(*simulator.HostVirtualNicManager).Host.Self).(*simulator.HostSystem)
}

// QueryNetConfig tells which vmkernel NICs may have a service, and which have it.
func (m *nicManagerMethods) QueryNetConfig(ctx *simulator.Context, req *types.QueryNetConfig) soap.HasFault {
	m.mu.Lock()
	defer m.mu.Unlock()
	host := m.host(ctx, req.This)
	if fault := requireConnected(host); fault != nil {
		return &methods.QueryNetConfigBody{Fault_: soapFault(fault)}
	}
	for _, role := range host.Config.VirtualNicManagerInfo.NetConfig {
		if role.NicType == req.NicType {
			return &methods.QueryNetConfigBody{Res: &types.QueryNetConfigResponse{Returnval: &role}}
		}
	}
	return &methods.QueryNetConfigBody{Fault_: soapFault(invalid("nicType"))}
}
