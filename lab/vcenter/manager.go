// The switch manager: finding switches and port groups by their identifiers.

package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// managerMethods are the methods of DistributedVirtualSwitchManager.
type managerMethods struct{ receiver }

// QueryDvsByUuid finds a switch by UUID.
func (m *managerMethods) QueryDvsByUuid(ctx *simulator.Context, req *types.QueryDvsByUuid) soap.HasFault {
	body := &methods.QueryDvsByUuidBody{}
	m.mu.Lock()
	defer m.mu.Unlock()
	if ref := switchByUUID(ctx, req.Uuid); ref != nil {
		body.Res = &types.QueryDvsByUuidResponse{Returnval: ref}
	} else {
		body.Fault_ = soapFault(&types.NotFound{})
	}
	return body
}

// DVSManagerLookupDvPortGroup finds a port group by its key and the UUID of its switch.
func (m *managerMethods) DVSManagerLookupDvPortGroup(ctx *simulator.Context, req *types.DVSManagerLookupDvPortGroup) soap.HasFault {
	body := &methods.DVSManagerLookupDvPortGroupBody{}
	m.mu.Lock()
	defer m.mu.Unlock()
	if ref := switchByUUID(ctx, req.SwitchUuid); ref != nil {
		for _, group := range switchOf(ctx, *ref).Portgroup {
			if portGroupOf(ctx, group).Key == req.PortgroupKey {
				body.Res = &types.DVSManagerLookupDvPortGroupResponse{Returnval: &group}
				return body
			}
		}
	}
	body.Fault_ = soapFault(&types.NotFound{})
	return body
}

// LookupDvPortGroup finds a port group of this switch by its key.
func (m *switchMethods) LookupDvPortGroup(ctx *simulator.Context, req *types.LookupDvPortGroup) soap.HasFault {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, group := range switchOf(ctx, req.This).Portgroup {
		if portGroupOf(ctx, group).Key == req.PortgroupKey {
			return &methods.LookupDvPortGroupBody{Res: &types.LookupDvPortGroupResponse{Returnval: &group}}
		}
	}
	return &methods.LookupDvPortGroupBody{Fault_: soapFault(&types.NotFound{})}
}

func switchByUUID(ctx *simulator.Context, id string) *types.ManagedObjectReference {
	for _, entity := range ctx.Map.All(switchType) {
		dvs := entity.(*simulator.DistributedVirtualSwitch)
		if dvs.Uuid == id {
			return &types.ManagedObjectReference{Type: switchType, Value: dvs.Self.Value}
		}
	}
	return nil
}
