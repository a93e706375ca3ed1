// Upgrades of a distributed switch: only to a newer version, and never back.

package main

import (
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// PerformDvsProductSpecOperationTask answers PerformDvsProductSpecOperation_Task, of whose operations it knows upgrade.
// Without a version the newest is meant.
func (m *switchMethods) PerformDvsProductSpecOperationTask(ctx *simulator.Context, req *types.PerformDvsProductSpecOperation_Task) soap.HasFault {
	const name = "PerformDvsProductSpecOperation_Task"
	task := m.edit(ctx, req.This, name, func(d *draft) types.BaseMethodFault {
		if req.Operation != string(types.DistributedVirtualSwitchProductSpecOperationTypeUpgrade) {
			return &types.NotSupported{}
		}
		wanted := version
		if req.ProductSpec != nil && req.ProductSpec.Version != "" {
			wanted = req.ProductSpec.Version
		}
		position := slices.Index(switchVersions, wanted)
		switch present := slices.Index(switchVersions, d.config.ProductInfo.Version); {
		case position < 0:
			return invalid("productSpec.version")
		case position < present:
			return &types.InvalidState{}
		}
		d.config.ProductInfo.Version = wanted
		for index := range d.config.Host {
			d.config.Host[index].ProductInfo = &d.config.ProductInfo
		}
		capability := switchCapability(wanted)
		dvs := switchOf(d.ctx, d.ref)
		d.ctx.WithLock(d.ref, func() { dvs.Capability = capability })
		d.store()
		postEvent(d.ctx, &types.DvsUpgradedEvent{DvsEvent: d.event(), ProductInfo: d.config.ProductInfo})
		return nil
	})
	return &methods.PerformDvsProductSpecOperation_TaskBody{Res: &types.PerformDvsProductSpecOperation_TaskResponse{Returnval: task}}
}
