// Folders: creating a distributed switch in one.

package main

import (
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// folderMethods are the methods of Folder.
type folderMethods struct{ receiver }

// Versions of distributed switches that a vCenter of this age can create.
var switchVersions = []string{"6.5.0", "6.6.0", "7.0.0", "7.0.2", version}

// CreateDVSTask answers CreateDVS_Task.
func (m *folderMethods) CreateDVSTask(ctx *simulator.Context, req *types.CreateDVS_Task) soap.HasFault {
	task := m.start(ctx, req.This, "CreateDVS_Task", func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		return m.createSwitch(ctx, req.This, req.Spec)
	})
	return &methods.CreateDVS_TaskBody{Res: &types.CreateDVS_TaskResponse{Returnval: task}}
}

func (m *folderMethods) createSwitch(ctx *simulator.Context, folder types.ManagedObjectReference, create types.DVSCreateSpec) (types.AnyType, types.BaseMethodFault) {
	if !slices.Contains(ctx.Map.Get(folder).(*simulator.Folder).ChildType, "DistributedVirtualSwitch") {
		return nil, &types.NotSupported{}
	}
	spec, fault := vmwareSpec(create.ConfigSpec)
	if fault != nil {
		return nil, fault
	}
	if fault := checkName(ctx, folder, spec.Name); fault != nil {
		return nil, fault
	}
	product := newSwitchProduct(version)
	if create.ProductInfo != nil && create.ProductInfo.Version != "" {
		if product.Version = create.ProductInfo.Version; !slices.Contains(switchVersions, product.Version) {
			return nil, invalid("spec.productInfo.version")
		}
	}
	d := m.newDraft(ctx, spec.Name, product)
	d.nameUplinks(spec)
	if fault := d.apply(spec); fault != nil {
		return nil, fault
	}
	d.ref = enrollSwitch(ctx, folder, d.config)
	d.addUplinkGroup(folder)
	d.store()
	postEvent(ctx, &types.DvsCreatedEvent{DvsEvent: d.event(), Parent: types.FolderEventArgument{
		EntityEventArgument: types.EntityEventArgument{Name: entityName(ctx, folder)}, Folder: folder,
	}})
	return d.ref, nil
}

// nameUplinks gives a new switch the uplinks it asks for, or four as the API does, all of them active.
func (d *draft) nameUplinks(spec *types.VMwareDVSConfigSpec) {
	names := []string{"dvUplink1", "dvUplink2", "dvUplink3", "dvUplink4"}
	if policy, given := spec.UplinkPortPolicy.(*types.DVSNameArrayUplinkPortPolicy); given {
		names = policy.UplinkPortName
	}
	d.config.UplinkPortPolicy = &types.DVSNameArrayUplinkPortPolicy{UplinkPortName: append([]string{}, names...)}
	d.config.DefaultPortConfig = defaultSetting(names)
}
