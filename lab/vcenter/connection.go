// Hosts that vCenter can't reach right now answer nothing.

package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// requireConnected is the fault for a call that a host can't answer.
func requireConnected(host *simulator.HostSystem) types.BaseMethodFault {
	if host.Runtime.ConnectionState != types.HostSystemConnectionStateConnected {
		return &types.HostNotConnected{}
	}
	return nil
}

// memberStatus is what a switch tells of a member: up, or that vCenter can't reach the host.
func memberStatus(ctx *simulator.Context, ref types.ManagedObjectReference) string {
	if requireConnected(ctx.Map.Get(ref).(*simulator.HostSystem)) != nil {
		return string(types.DistributedVirtualSwitchHostMemberHostComponentStateDisconnected)
	}
	return string(types.DistributedVirtualSwitchHostMemberHostComponentStateUp)
}

// setConnection changes whether a host is reached, which its switches tell too.
func (n *network) setConnection(ctx *simulator.Context, host *simulator.HostSystem, state types.HostSystemConnectionState) {
	update(ctx, host.Self, property("runtime.connectionState", state), property("summary.runtime.connectionState", state))
	for _, proxy := range host.Config.Network.ProxySwitch {
		if ref := switchByUUID(ctx, proxy.DvsUuid); ref != nil {
			if d, fault := n.viewOf(ctx, *ref); fault == nil {
				d.publish()
			}
		}
	}
}
