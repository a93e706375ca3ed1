// What all methods share: the lock of changes, port keys, and the ways to read and write objects of the registry.

package main

import (
	"strconv"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// network is the networking side of the vCenter.
type network struct {
	registry *simulator.Registry
	// mu is held by every change, from its first check to its last write. Objects are written under their own lock
	// too, for the readers of the simulator; those locks are held one at a time.
	mu       sync.Mutex
	taskTime time.Duration
	portKey  int
	macs     int
	*switchState
	guests *guestOperations
	// rebootTime and settleTime are those of Options.
	rebootTime, settleTime time.Duration
	// later lets happen what a vCenter or a host does by itself after a while; tests hold it back.
	later func(after time.Duration, do func())
}

// newNetwork adds the methods of this program to a registry.
func newNetwork(registry *simulator.Registry, taskTime time.Duration) *network {
	n := &network{registry: registry, taskTime: taskTime, later: inRealTime}
	n.switchState = newSwitchState(registry)
	n.guests = newGuestOperations()
	named := func(name string) receiver { return receiver{network: n, name: name} }
	registry.AddHandler(&taskGuard{named("guard")})
	installCollector(registry)
	installAlarms(registry)
	route(registry, map[string]mo.Reference{
		"SessionManager":                  &sessionMethods{named("session")},
		"VirtualMachine":                  &machineMethods{named("machine")},
		"Datacenter":                      &datacenterMethods{named("datacenter")},
		"AlarmManager":                    &alarmManagerMethods{named("alarmmanager")},
		"Alarm":                           &alarmMethods{named("alarm")},
		"EventManager":                    &eventMethods{named("event")},
		"EnvironmentBrowser":              &browserMethods{named("browser")},
		"Folder":                          &folderMethods{named("folder")},
		"SearchIndex":                     &searchMethods{named("search")},
		switchType:                        &switchMethods{named("switch")},
		"DistributedVirtualPortgroup":     &portGroupMethods{named("portgroup")},
		"DistributedVirtualSwitchManager": &managerMethods{named("manager")},
		"GuestFileManager":                &guestFileMethods{named("guestfile")},
		"GuestProcessManager":             &guestProcessMethods{named("guestprocess")},
		"HostNetworkSystem":               &hostNetworkMethods{named("hostnetwork")},
		"HostPciPassthruSystem":           &passthroughMethods{named("passthrough")},
		"HostSystem":                      &hostMethods{named("host")},
		"HostVirtualNicManager":           &nicManagerMethods{named("nicmanager")},
	})
	return n
}

func inRealTime(after time.Duration, do func()) { time.AfterFunc(after, do) }

// nextPortKey is unique on every switch, as the API asks. Its caller holds the lock of changes.
func (n *network) nextPortKey() string {
	n.portKey++
	return strconv.Itoa(n.portKey)
}

// nextVersion follows a configVersion.
func nextVersion(version string) string {
	number, _ := strconv.Atoi(version)
	return strconv.Itoa(number + 1)
}

func entityName(ctx *simulator.Context, ref types.ManagedObjectReference) string {
	switch entity := ctx.Map.Get(ref).(type) {
	case *simulator.DistributedVirtualSwitch:
		return entity.Name
	case *simulator.DistributedVirtualPortgroup:
		return entity.Name
	case *mo.Network:
		return entity.Name
	case mo.Entity:
		return entity.Entity().Name
	}
	return ""
}

// update writes properties of an object and tells everyone who watches it.
func update(ctx *simulator.Context, ref types.ManagedObjectReference, changes ...types.PropertyChange) {
	ctx.WithLock(ref, func() { ctx.Update(ctx.Map.Get(ref), changes) })
}

func property(name string, value any) types.PropertyChange {
	return types.PropertyChange{Name: name, Val: value}
}

// without is a new list: lists of objects in the registry are replaced, never changed.
func without(list []types.ManagedObjectReference, gone ...types.ManagedObjectReference) []types.ManagedObjectReference {
	kept := []types.ManagedObjectReference{}
	for _, each := range list {
		if simulator.FindReference(gone, each) == nil {
			kept = append(kept, each)
		}
	}
	return kept
}

// parentOf climbs the inventory to the first ancestor of a type.
func parentOf(ctx *simulator.Context, ref types.ManagedObjectReference, kind string) types.ManagedObjectReference {
	for {
		entity, isEntity := ctx.Map.Get(ref).(mo.Entity)
		if !isEntity || entity.Entity().Parent == nil {
			return types.ManagedObjectReference{}
		}
		if ref = *entity.Entity().Parent; ref.Type == kind {
			return ref
		}
	}
}

// enroll puts a new network object into its folder.
func enroll(ctx *simulator.Context, folder types.ManagedObjectReference, child mo.Entity) types.ManagedObjectReference {
	parent := ctx.Map.Get(folder).(*simulator.Folder)
	ref := ctx.Map.PutEntity(parent, child).Reference()
	update(ctx, folder, property("childEntity", append(without(parent.ChildEntity), ref)))
	if ref.Type != switchType { // a datacenter's networks are what VMs can be put on
		datacenter := parentOf(ctx, folder, "Datacenter")
		update(ctx, datacenter, property("network", append(without(ctx.Map.Get(datacenter).(*simulator.Datacenter).Network), ref)))
	}
	return ref
}

// dismiss takes a network object out of its folder and out of the registry.
func dismiss(ctx *simulator.Context, ref types.ManagedObjectReference) {
	folder := parentOf(ctx, ref, "Folder")
	datacenter := parentOf(ctx, folder, "Datacenter")
	ctx.Map.Remove(ctx, ref)
	update(ctx, folder, property("childEntity", without(ctx.Map.Get(folder).(*simulator.Folder).ChildEntity, ref)))
	update(ctx, datacenter, property("network", without(ctx.Map.Get(datacenter).(*simulator.Datacenter).Network, ref)))
}

// networkNamed finds a switch or network by name in a network folder and all folders below.
func networkNamed(ctx *simulator.Context, folder types.ManagedObjectReference, name string) *types.ManagedObjectReference {
	for _, child := range ctx.Map.Get(folder).(*simulator.Folder).ChildEntity {
		if child.Type == "Folder" {
			if found := networkNamed(ctx, child, name); found != nil {
				return found
			}
		} else if entityName(ctx, child) == name {
			return &child
		}
	}
	return nil
}

// checkName allows what vCenter allows: 1 to 80 characters. A name belongs to one network object of a datacenter.
func checkName(ctx *simulator.Context, folder types.ManagedObjectReference, name string) types.BaseMethodFault {
	if name == "" || len(name) > 80 {
		return &types.InvalidName{Name: name}
	}
	root := ctx.Map.Get(parentOf(ctx, folder, "Datacenter")).(*simulator.Datacenter).NetworkFolder
	if taken := networkNamed(ctx, root, name); taken != nil {
		return &types.DuplicateName{Name: name, Object: *taken}
	}
	return nil
}
