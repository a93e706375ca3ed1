// Configuration maximums of distributed switches, and what the lab remembers of switches beside the API's own objects.

package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// limits are data, since every release of vCenter has its own.
type limits struct {
	// lags of one switch
	lags int
	// uplinks that one host can have on a switch, LAG ports not counted
	uplinks int
	// hosts of one switch
	hosts int
	// portGroups of one switch
	portGroups int
}

// limits7 are those of vSphere 7. Hosts and port groups are the least that its guides promise.
var limits7 = limits{lags: 64, uplinks: 32, hosts: 2000, portGroups: 10000}

// switchState is guarded by the lock of changes.
type switchState struct {
	limits limits
	// lagKey is the last key of a LAG.
	lagKey int
	// failing are the names of hosts whose part of a change fails.
	failing []string
	// cabling is what the inventory tells of the ports behind NICs; nil when it tells nothing.
	cabling cabling
	// physical holds the ports that setPhysicalPort changed.
	physical map[nicOf]PhysicalPort
	// health holds the newest results of a switch's members.
	health map[types.ManagedObjectReference]map[types.ManagedObjectReference]health
	// registry is for work that no request started.
	registry *simulator.Registry
}

func newSwitchState(registry *simulator.Registry) *switchState {
	return &switchState{
		limits: limits7, registry: registry, physical: map[nicOf]PhysicalPort{},
		health: map[types.ManagedObjectReference]map[types.ManagedObjectReference]health{},
	}
}
