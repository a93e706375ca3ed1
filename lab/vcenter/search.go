// Finding an object by its path.

package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// searchMethods are the methods of SearchIndex.
type searchMethods struct{ receiver }

// FindByInventoryPath gives a switch the name that clients know it by: see enrollSwitch.
func (m *searchMethods) FindByInventoryPath(ctx *simulator.Context, req *types.FindByInventoryPath) soap.HasFault {
	index, found := ctx.Map.Get(req.This).(*simulator.SearchIndex)
	if !found {
		return &methods.FindByInventoryPathBody{Fault_: simulator.Fault("", &types.ManagedObjectNotFound{Obj: req.This})}
	}
	answer := index.FindByInventoryPath(ctx, req)
	if body, ok := answer.(*methods.FindByInventoryPathBody); ok && body.Res != nil && body.Res.Returnval != nil {
		if body.Res.Returnval.Type == "DistributedVirtualSwitch" {
			body.Res.Returnval.Type = switchType
		}
	}
	return answer
}
