// Uplinks: their names, and the port group that holds their ports.

package main

import (
	"slices"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// changeUplinks renames, adds and removes uplinks. One that keeps its position keeps its ports, and every teaming order
// that names it follows.
func (d *draft) changeUplinks(spec *types.VMwareDVSConfigSpec) types.BaseMethodFault {
	if spec.UplinkPortPolicy == nil {
		return nil
	}
	policy, isNames := spec.UplinkPortPolicy.(*types.DVSNameArrayUplinkPortPolicy)
	if !isNames {
		return invalid("spec.uplinkPortPolicy")
	}
	names := policy.UplinkPortName
	if limit := int32(d.limits.uplinks); len(names) > d.limits.uplinks {
		return &types.LimitExceeded{Property: "spec.uplinkPortPolicy.uplinkPortName", Limit: &limit}
	}
	for index, name := range names {
		if name == "" || slices.Contains(names[:index], name) {
			return invalid("spec.uplinkPortPolicy.uplinkPortName")
		}
		if slices.Contains(d.lagNames(), name) {
			return &types.DuplicateName{Name: name, Object: d.ref}
		}
	}
	for _, port := range d.ports {
		position := slices.Index(d.uplinkNames(), port.Config.Name)
		if d.isUplinkPort(port) && d.lagOf[port.Key] == "" && port.Connectee != nil && position >= len(names) {
			return &types.ResourceInUse{Type: "DistributedVirtualPort", Name: port.Config.Name}
		}
	}
	d.followUplinks(d.uplinkNames(), names)
	d.config.UplinkPortPolicy = &types.DVSNameArrayUplinkPortPolicy{UplinkPortName: append([]string{}, names...)}
	return nil
}

// followUplinks puts new names into all teaming orders, and takes those of uplinks that go out of them.
func (d *draft) followUplinks(before, after []string) {
	renamed := map[string]string{}
	for index, name := range before {
		if index < len(after) && !slices.Contains(after, name) && !slices.Contains(before, after[index]) {
			renamed[name] = after[index]
		}
	}
	d.eachOrder(func(names []string) []string {
		kept := []string{}
		for _, name := range names {
			if other, isRenamed := renamed[name]; isRenamed {
				name = other
			}
			if slices.Contains(after, name) || slices.Contains(d.lagNames(), name) {
				kept = append(kept, name)
			}
		}
		return kept
	})
}

// eachOrder changes every list of every teaming order: of the switch, its port groups, and ports that have their own.
func (d *draft) eachOrder(change func([]string) []string) {
	settings := []*types.VMwareDVSPortSetting{d.setting()}
	for index := range d.groups {
		settings = append(settings, d.groups[index].setting())
	}
	for _, port := range d.ports {
		if own := ownSetting(port); own != nil {
			settings = append(settings, own)
		}
	}
	for _, setting := range settings {
		if setting.UplinkTeamingPolicy == nil || setting.UplinkTeamingPolicy.UplinkPortOrder == nil {
			continue
		}
		order := setting.UplinkTeamingPolicy.UplinkPortOrder
		order.ActiveUplinkPort, order.StandbyUplinkPort = change(order.ActiveUplinkPort), change(order.StandbyUplinkPort)
	}
}

// addUplinkGroup registers the port group of a new switch that holds its uplink ports.
func (d *draft) addUplinkGroup(folder types.ManagedObjectReference) {
	yes := true
	setting := clone(*d.setting())
	setting.Vlan = &types.VmwareDistributedVirtualSwitchTrunkVlanSpec{VlanId: []types.NumericRange{{Start: 0, End: 4094}}}
	group := &simulator.DistributedVirtualPortgroup{}
	group.Tag = []types.Tag{{Key: "SYSTEM/DVS.UPLINKPG"}}
	config := types.DVPortgroupConfigInfo{
		Name:              uplinkGroupName(d.config.Name, d.ref),
		Type:              string(types.DistributedVirtualPortgroupPortgroupTypeEarlyBinding),
		Policy:            defaultGroupPolicy(),
		DefaultPortConfig: &setting,
		ConfigVersion:     "0",
		Uplink:            &yes,
		AutoExpand:        new(bool),
	}
	d.enrollGroup(folder, group, config)
}

// placeUplinkPorts makes uplink ports, and the NICs on them, part of the uplink port group.
func (d *draft) placeUplinkPorts(group *groupDraft) {
	group.config.NumPorts = 0
	for index := range d.ports {
		if port := &d.ports[index]; d.isUplinkPort(*port) {
			port.PortgroupKey = group.config.Key
			group.config.NumPorts++
		}
	}
	for _, member := range d.config.Host {
		backing := member.Config.Backing.(*types.DistributedVirtualSwitchHostMemberPnicBacking)
		for index := range backing.PnicSpec {
			backing.PnicSpec[index].UplinkPortgroupKey = group.config.Key
		}
	}
}

// deviceOf is the NIC of a key such as key-vim.host.PhysicalNic-vmnic2.
func deviceOf(key string) string { return strings.TrimPrefix(key, nicKeyPrefix) }
