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
