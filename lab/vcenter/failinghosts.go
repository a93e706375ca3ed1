// Hosts that fail: a test names a host, and every change that needs the host's part fails there, as it does on a host
// that vCenter can't reach.

package main

import (
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// failHost lets changes of this host's network fail with HostConfigFault until healHost.
func (n *network) failHost(name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.failing = append(n.failing, name)
}

// healHost ends what failHost began.
func (n *network) healHost(name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.failing = slices.DeleteFunc(n.failing, func(each string) bool { return each == name })
}

func (n *network) isFailing(host string) bool { return slices.Contains(n.failing, host) }

// splitFailing takes the entries of failing hosts, and of hosts that are not reached, out of a specification, and returns them as the fault that the task
// ends in. What vCenter does with the other hosts is not documented; that their part holds is the case that asks more
// of a client.
func (d *draft) splitFailing(spec *types.VMwareDVSConfigSpec) types.BaseMethodFault {
	bulk := &types.DvsOperationBulkFault{}
	spec.Host = slices.DeleteFunc(slices.Clone(spec.Host), func(change types.DistributedVirtualSwitchHostMemberConfigSpec) bool {
		host, isHost := d.ctx.Map.Get(change.Host).(*simulator.HostSystem)
		if !isHost {
			return false
		}
		fault := requireConnected(host)
		if fault == nil && d.isFailing(host.Name) {
			fault = &types.HostConfigFault{}
		}
		if fault == nil {
			return false
		}
		bulk.HostFault = append(bulk.HostFault, types.DvsOperationBulkFaultFaultOnHost{
			Host: host.Self, Fault: localized(fault),
		})
		return true
	})
	if len(bulk.HostFault) == 0 {
		return nil
	}
	return bulk
}
