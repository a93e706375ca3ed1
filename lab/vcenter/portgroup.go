// Port groups of a distributed switch: creating, changing and removing them.

package main

import (
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// portGroupMethods are the methods of DistributedVirtualPortgroup.
type portGroupMethods struct{ receiver }

// Ports of a new port group that names no number, as in vSphere's own client.
const defaultPorts = 8

// portGroupOf returns nil when there is no such port group.
func portGroupOf(ctx *simulator.Context, ref types.ManagedObjectReference) *simulator.DistributedVirtualPortgroup {
	group, _ := ctx.Map.Get(ref).(*simulator.DistributedVirtualPortgroup)
	return group
}

// CreateDVPortgroupTask answers CreateDVPortgroup_Task; the task's result is the port group.
func (m *switchMethods) CreateDVPortgroupTask(ctx *simulator.Context, req *types.CreateDVPortgroup_Task) soap.HasFault {
	task := m.start(ctx, req.This, "CreateDVPortgroup_Task", func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		added, fault := m.addGroups(ctx, req.This, []types.DVPortgroupConfigSpec{req.Spec})
		if fault != nil {
			return nil, fault
		}
		return added[0], nil
	})
	return &methods.CreateDVPortgroup_TaskBody{Res: &types.CreateDVPortgroup_TaskResponse{Returnval: task}}
}

// AddDVPortgroupTask answers AddDVPortgroup_Task; its task has no result.
func (m *switchMethods) AddDVPortgroupTask(ctx *simulator.Context, req *types.AddDVPortgroup_Task) soap.HasFault {
	task := m.start(ctx, req.This, "AddDVPortgroup_Task", func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		_, fault := m.addGroups(ctx, req.This, req.Spec)
		return nil, fault
	})
	return &methods.AddDVPortgroup_TaskBody{Res: &types.AddDVPortgroup_TaskResponse{Returnval: task}}
}

// addGroups adds all port groups or none. The switch's own configuration does not change by it.
func (m *switchMethods) addGroups(ctx *simulator.Context, ref types.ManagedObjectReference, specs []types.DVPortgroupConfigSpec) ([]types.ManagedObjectReference, types.BaseMethodFault) {
	d, fault := m.draftOf(ctx, ref)
	if fault != nil {
		return nil, fault
	}
	folder := parentOf(ctx, ref, "Folder")
	if limit := int32(d.limits.portGroups); len(d.groups)+len(specs) > d.limits.portGroups {
		return nil, &types.LimitExceeded{Property: "portgroup", Limit: &limit}
	}
	var configs []types.DVPortgroupConfigInfo
	for index := range specs {
		config, fault := d.newGroup(folder, &specs[index])
		if fault != nil {
			return nil, fault
		}
		isSame := func(other types.DVPortgroupConfigInfo) bool { return other.Name == config.Name }
		if slices.ContainsFunc(configs, isSame) {
			return nil, &types.DuplicateName{Name: config.Name, Object: ref}
		}
		configs = append(configs, config)
	}
	var added []types.ManagedObjectReference
	for _, config := range configs {
		added = append(added, d.enrollGroup(folder, &simulator.DistributedVirtualPortgroup{}, config))
	}
	d.resizeGroups()
	d.storeGroups()
	for _, group := range d.groups[len(d.groups)-len(added):] {
		postEvent(ctx, &types.DVPortgroupCreatedEvent{DVPortgroupEvent: group.event(d)})
	}
	return added, nil
}

// newGroup is what a specification makes of the defaults.
func (d *draft) newGroup(folder types.ManagedObjectReference, spec *types.DVPortgroupConfigSpec) (types.DVPortgroupConfigInfo, types.BaseMethodFault) {
	if fault := checkName(d.ctx, folder, spec.Name); fault != nil {
		return types.DVPortgroupConfigInfo{}, fault
	}
	yes, no := true, false
	group := groupDraft{config: types.DVPortgroupConfigInfo{
		Name:                         spec.Name,
		Type:                         string(types.DistributedVirtualPortgroupPortgroupTypeEarlyBinding),
		BackingType:                  string(types.DistributedVirtualPortgroupBackingTypeStandard),
		NumPorts:                     defaultPorts,
		Policy:                       defaultGroupPolicy(),
		DefaultPortConfig:            &types.VMwareDVSPortSetting{},
		AutoExpand:                   &yes,
		Uplink:                       &no,
		ConfigVersion:                "0",
		VmVnicNetworkResourcePoolKey: "-1",
	}}
	inherit(group.setting(), d.setting())
	fault := group.change(d, spec)
	return group.config, fault
}

// enrollGroup puts a new port group into the registry and the draft.
func (d *draft) enrollGroup(folder types.ManagedObjectReference, group *simulator.DistributedVirtualPortgroup, config types.DVPortgroupConfigInfo) types.ManagedObjectReference {
	group.Name, group.Entity().Name = config.Name, config.Name
	ref := enroll(d.ctx, folder, group)
	config.Key, config.DistributedVirtualSwitch = ref.Value, &d.ref
	update(d.ctx, ref, property("key", ref.Value), property("config", config))
	d.groups = append(d.groups, groupDraft{ref: ref, config: config})
	return ref
}

// settleGroups hands changed defaults of the switch on to the port groups that inherit them.
func (d *draft) settleGroups() types.BaseMethodFault {
	for index := range d.groups {
		group := &d.groups[index]
		if !isTrue(group.config.Uplink) {
			inherit(group.setting(), d.setting())
		}
		if fault := d.rules().check(group.setting()); fault != nil {
			return fault
		}
	}
	for _, port := range d.ports {
		if own := ownSetting(port); own != nil {
			if fault := d.rules().check(own); fault != nil {
				return fault
			}
		}
	}
	return nil
}

// storeGroups writes the port groups, and the switch as far as it lists them.
func (d *draft) storeGroups() {
	d.config.NumPorts = int32(len(d.ports))
	d.publish()
	d.followHealth()
	for index := range d.groups {
		d.groups[index].store(d)
	}
	d.mirror(d.members())
}

// edit begins a task on a port group in a draft of its switch. Unless edit stores the draft, nothing changes.
func (m *portGroupMethods) edit(ctx *simulator.Context, ref types.ManagedObjectReference, name string, edit func(*draft, *groupDraft) types.BaseMethodFault) types.ManagedObjectReference {
	return m.start(ctx, ref, name, func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		d, group, fault := m.groupDraftOf(ctx, ref)
		if fault != nil {
			return nil, fault
		}
		return nil, edit(d, group)
	})
}

// ReconfigureDVPortgroupTask answers ReconfigureDVPortgroup_Task.
func (m *portGroupMethods) ReconfigureDVPortgroupTask(ctx *simulator.Context, req *types.ReconfigureDVPortgroup_Task) soap.HasFault {
	task := m.edit(ctx, req.This, "ReconfigureDVPortgroup_Task", func(d *draft, group *groupDraft) types.BaseMethodFault {
		if fault := checkVersion(req.Spec.ConfigVersion, group.config.ConfigVersion); fault != nil {
			return fault
		}
		if name := req.Spec.Name; name != "" && name != group.config.Name {
			if fault := checkName(d.ctx, parentOf(d.ctx, req.This, "Folder"), name); fault != nil {
				return fault
			}
			group.config.Name = name
		}
		if fault := group.change(d, &req.Spec); fault != nil {
			return fault
		}
		if fault := d.checkManagement("ReconfigureDVPortgroup_Task", nil); fault != nil {
			return fault
		}
		group.config.ConfigVersion = nextVersion(group.config.ConfigVersion)
		d.resizeGroups()
		d.storeGroups()
		postEvent(d.ctx, &types.DVPortgroupReconfiguredEvent{DVPortgroupEvent: group.event(d), ConfigSpec: req.Spec})
		return nil
	})
	return &methods.ReconfigureDVPortgroup_TaskBody{Res: &types.ReconfigureDVPortgroup_TaskResponse{Returnval: task}}
}

// DestroyTask answers Destroy_Task: not while a VM is on the port group, and never for that of the uplinks.
func (m *portGroupMethods) DestroyTask(ctx *simulator.Context, req *types.Destroy_Task) soap.HasFault {
	task := m.edit(ctx, req.This, "Destroy_Task", func(d *draft, group *groupDraft) types.BaseMethodFault {
		switch {
		case isTrue(group.config.Uplink):
			return &types.NotSupported{}
		case d.isUsed(group):
			return &types.ResourceInUse{Type: "DistributedVirtualPortgroup", Name: group.config.Name}
		}
		gone := *group
		event := gone.event(d)
		isGone := func(each groupDraft) bool { return each.ref == req.This }
		d.groups = slices.DeleteFunc(d.groups, isGone)
		d.ports = slices.DeleteFunc(slices.Clone(d.ports), func(port types.DistributedVirtualPort) bool {
			return port.PortgroupKey == gone.config.Key
		})
		d.storeGroups()
		d.mirrorWithout(d.members(), []groupDraft{gone})
		dismiss(d.ctx, req.This)
		postEvent(d.ctx, &types.DVPortgroupDestroyedEvent{DVPortgroupEvent: event})
		return nil
	})
	return &methods.Destroy_TaskBody{Res: &types.Destroy_TaskResponse{Returnval: task}}
}

// groupDraftOf copies the switch of a port group, and finds the group in it.
func (m *portGroupMethods) groupDraftOf(ctx *simulator.Context, ref types.ManagedObjectReference) (*draft, *groupDraft, types.BaseMethodFault) {
	group := portGroupOf(ctx, ref)
	if group == nil {
		return nil, nil, &types.ManagedObjectNotFound{Obj: ref}
	}
	d, fault := m.draftOf(ctx, *group.Config.DistributedVirtualSwitch)
	if fault != nil {
		return nil, nil, fault
	}
	index := slices.IndexFunc(d.groups, func(each groupDraft) bool { return each.ref == ref })
	return d, &d.groups[index], nil
}

func (g *groupDraft) event(d *draft) types.DVPortgroupEvent {
	return types.DVPortgroupEvent{Event: types.Event{
		Datacenter: datacenterArgument(d.ctx, d.ref),
		Dvs:        d.event().Event.Dvs,
		Net: &types.NetworkEventArgument{
			EntityEventArgument: types.EntityEventArgument{Name: g.config.Name}, Network: g.ref,
		},
	}}
}
