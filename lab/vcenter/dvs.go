// Distributed switches: their methods, and how one is kept in the registry.

package main

import (
	"slices"

	"github.com/google/uuid"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// switchMethods are the methods of VmwareDistributedVirtualSwitch.
type switchMethods struct{ receiver }

func newUUID() string { return uuid.NewString() }

// switchOf returns nil when there is no such switch.
func switchOf(ctx *simulator.Context, ref types.ManagedObjectReference) *simulator.DistributedVirtualSwitch {
	dvs, _ := ctx.Map.Get(ref).(*simulator.DistributedVirtualSwitch)
	return dvs
}

// enrollSwitch puts a new switch into the registry.
//
// Clients know it as VmwareDistributedVirtualSwitch, and the simulator casts to its own DistributedVirtualSwitch, whose
// fields sit elsewhere: writing a property by the one type into the other goes wrong. So the registry's key has the
// name for clients, and the object itself that of its Go type.
func enrollSwitch(ctx *simulator.Context, folder types.ManagedObjectReference, config types.VMwareDVSConfigInfo) types.ManagedObjectReference {
	dvs := &simulator.DistributedVirtualSwitch{}
	dvs.Self.Type = switchType
	dvs.Uuid = config.Uuid
	dvs.DistributedVirtualSwitch.ManagedEntity.Name = config.Name
	dvs.Capability = switchCapability(config.ProductInfo.Version)
	ref := enroll(ctx, folder, dvs)
	ctx.WithLock(ref, func() { dvs.Self.Type = "DistributedVirtualSwitch" })
	return ref
}

// publish writes the switch's properties, and tells those who watch it by the name that clients use.
func (d *draft) publish() {
	dvs := switchOf(d.ctx, d.ref)
	config := clone(d.config)
	groups, names := []types.ManagedObjectReference{}, []string{}
	for _, group := range d.groups {
		groups, names = append(groups, group.ref), append(names, group.config.Name)
	}
	summary := types.DVSSummary{
		Name: config.Name, Uuid: config.Uuid, NumPorts: config.NumPorts, ProductInfo: &config.ProductInfo,
		HostMember: d.members(), Host: d.members(), NumHosts: int32(len(config.Host)),
		PortgroupName: names, Description: config.Description, Contact: &config.Contact,
	}
	runtime := &types.DVSRuntimeInfo{}
	for index, host := range d.members() {
		status := memberStatus(d.ctx, host)
		config.Host[index].Status = status
		runtime.HostMemberRuntime = append(runtime.HostMemberRuntime,
			types.HostMemberRuntimeInfo{
				Host: host, Status: status, HealthCheckResult: d.healthResults(host),
			})
	}
	d.ctx.WithLock(d.ref, func() {
		dvs.Config, dvs.Summary, dvs.Portgroup, dvs.Runtime = &config, summary, groups, runtime
		dvs.DistributedVirtualSwitch.ManagedEntity.Name = config.Name
		dvs.FetchDVPortsResponse.Returnval = d.ports
		watched := &mo.VmwareDistributedVirtualSwitch{}
		watched.Self = d.ref
		d.ctx.Update(watched, []types.PropertyChange{
			property("name", config.Name), property("config", &config), property("summary", summary),
			property("portgroup", groups), property("runtime", *runtime),
		})
	})
}

// switchCapability tells clients what they may ask for.
func switchCapability(version string) types.DVSCapability {
	yes, fastLACP := true, hasFastLACP(version)
	return types.DVSCapability{
		DvsOperationSupported: &yes, DvPortGroupOperationSupported: &yes, DvPortOperationSupported: &yes,
		FeaturesSupported: &types.VMwareDVSFeatureCapability{
			DVSFeatureCapability: types.DVSFeatureCapability{
				NetworkResourceManagementSupported: true,
				NicTeamingPolicy:                   teamingPolicies,
				RollbackCapability:                 &types.DVSRollbackCapability{RollbackSupported: true},
				HealthCheckCapability:              &types.VMwareDVSHealthCheckCapability{VlanMtuSupported: true, TeamingSupported: true},
			},
			LldpSupported:              &yes,
			IpfixSupported:             &yes,
			MulticastSnoopingSupported: &yes,
			LacpCapability: &types.VMwareDvsLacpCapability{
				LacpSupported: &yes, MultiLacpGroupSupported: &yes, LacpFastModeSupported: &fastLACP,
			},
			MtuCapability: &types.VMwareDvsMtuCapability{MinMtuSupported: minMTU, MaxMtuSupported: maxMTU},
		},
	}
}

// hasFastLACP tells switches on which a LAG has a timeout mode.
func hasFastLACP(version string) bool {
	return slices.Index(switchVersions, version) >= slices.Index(switchVersions, "7.0.0")
}

// edit begins a task on a draft of the switch. Unless edit stores the draft, nothing changes.
func (m *switchMethods) edit(ctx *simulator.Context, ref types.ManagedObjectReference, name string, edit func(*draft) types.BaseMethodFault) types.ManagedObjectReference {
	return m.start(ctx, ref, name, func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		d, fault := m.draftOf(ctx, ref)
		if fault != nil {
			return nil, fault
		}
		return nil, edit(d)
	})
}

// ReconfigureDvsTask answers ReconfigureDvs_Task.
func (m *switchMethods) ReconfigureDvsTask(ctx *simulator.Context, req *types.ReconfigureDvs_Task) soap.HasFault {
	task := m.edit(ctx, req.This, "ReconfigureDvs_Task", func(d *draft) types.BaseMethodFault {
		spec, fault := vmwareSpec(req.Spec)
		if fault != nil {
			return fault
		}
		if fault := checkVersion(spec.ConfigVersion, d.config.ConfigVersion); fault != nil {
			return fault
		}
		failed := d.splitFailing(spec)
		if fault := d.apply(spec); fault != nil {
			return fault
		}
		if fault := d.commit("ReconfigureDvs_Task", spec); fault != nil {
			return fault
		}
		return failed
	})
	return &methods.ReconfigureDvs_TaskBody{Res: &types.ReconfigureDvs_TaskResponse{Returnval: task}}
}

// checkVersion refuses a change that was made from an older state.
func checkVersion(given, current string) types.BaseMethodFault {
	if given == "" {
		return invalid("spec.configVersion")
	}
	if given != current {
		return &types.ConcurrentAccess{}
	}
	return nil
}

// vmwareSpec accepts the specification of vCenter's switch type, and its base type, which names a part of it.
func vmwareSpec(spec types.BaseDVSConfigSpec) (*types.VMwareDVSConfigSpec, types.BaseMethodFault) {
	switch spec := spec.(type) {
	case *types.VMwareDVSConfigSpec:
		return spec, nil
	case *types.DVSConfigSpec:
		return &types.VMwareDVSConfigSpec{DVSConfigSpec: *spec}, nil
	default:
		return nil, invalid("configSpec")
	}
}

// EnableNetworkResourceManagement switches Network I/O Control on or off.
func (m *switchMethods) EnableNetworkResourceManagement(ctx *simulator.Context, req *types.EnableNetworkResourceManagement) soap.HasFault {
	return &methods.EnableNetworkResourceManagementBody{
		Res: &types.EnableNetworkResourceManagementResponse{},
		Fault_: m.performNow(ctx, func(ctx *simulator.Context) types.BaseMethodFault {
			d, fault := m.draftOf(ctx, req.This)
			if fault == nil && d.config.NetworkResourceManagementEnabled != req.Enable {
				d.config.NetworkResourceManagementEnabled = req.Enable
				d.store()
			}
			return fault
		}),
	}
}

// DestroyTask answers Destroy_Task: a switch goes with its port groups, unless a VM is on one of them.
func (m *switchMethods) DestroyTask(ctx *simulator.Context, req *types.Destroy_Task) soap.HasFault {
	task := m.edit(ctx, req.This, "Destroy_Task", func(d *draft) types.BaseMethodFault {
		for index := range d.groups {
			if d.isUsed(&d.groups[index]) {
				return &types.ResourceInUse{Type: switchType, Name: d.config.Name}
			}
		}
		event := d.event()
		groups := d.groups
		d.config.Host, d.groups = nil, nil
		d.mirrorWithout(d.before, groups)
		for _, group := range groups {
			dismiss(d.ctx, group.ref)
		}
		delete(d.health, d.ref)
		dismiss(d.ctx, d.ref)
		postEvent(d.ctx, &types.DvsDestroyedEvent{DvsEvent: event})
		return nil
	})
	return &methods.Destroy_TaskBody{Res: &types.Destroy_TaskResponse{Returnval: task}}
}

func (d *draft) event() types.DvsEvent {
	return types.DvsEvent{Event: types.Event{
		Datacenter: datacenterArgument(d.ctx, d.ref),
		Dvs: &types.DvsEventArgument{
			EntityEventArgument: types.EntityEventArgument{Name: d.config.Name},
			Dvs:                 d.ref,
		},
	}}
}

func datacenterArgument(ctx *simulator.Context, ref types.ManagedObjectReference) *types.DatacenterEventArgument {
	datacenter := parentOf(ctx, ref, "Datacenter")
	return &types.DatacenterEventArgument{
		EntityEventArgument: types.EntityEventArgument{Name: entityName(ctx, datacenter)},
		Datacenter:          datacenter,
	}
}
