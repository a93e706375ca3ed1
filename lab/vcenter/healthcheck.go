// Health check of a distributed switch: its settings, and results from what the physical ports behind the NICs carry.
//
// Results come after a moment, as a vCenter's come after an interval: until then a member has none, which says nothing.

package main

import (
	"fmt"
	"log"
	"reflect"
	"slices"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// How long results take. Clients see a member without results in between.
const healthCheckTime = 200 * time.Millisecond

// UpdateDVSHealthCheckConfigTask answers UpdateDVSHealthCheckConfig_Task. A check that is not named keeps its setting.
func (m *switchMethods) UpdateDVSHealthCheckConfigTask(ctx *simulator.Context, req *types.UpdateDVSHealthCheckConfig_Task) soap.HasFault {
	const name = "UpdateDVSHealthCheckConfig_Task"
	task := m.edit(ctx, req.This, name, func(d *draft) types.BaseMethodFault {
		for _, wanted := range req.HealthCheckConfig {
			if fault := d.changeHealthCheck(wanted); fault != nil {
				return fault
			}
		}
		return d.commit(name, &types.VMwareDVSConfigSpec{})
	})
	return &methods.UpdateDVSHealthCheckConfig_TaskBody{Res: &types.UpdateDVSHealthCheckConfig_TaskResponse{Returnval: task}}
}

// defaultHealthChecks are off, as on every new switch.
func defaultHealthChecks() []types.BaseDVSHealthCheckConfig {
	off := func() types.VMwareDVSHealthCheckConfig {
		return types.VMwareDVSHealthCheckConfig{DVSHealthCheckConfig: types.DVSHealthCheckConfig{Enable: new(bool), Interval: 1}}
	}
	return []types.BaseDVSHealthCheckConfig{
		&types.VMwareDVSVlanMtuHealthCheckConfig{VMwareDVSHealthCheckConfig: off()},
		&types.VMwareDVSTeamingHealthCheckConfig{VMwareDVSHealthCheckConfig: off()},
	}
}

func (d *draft) changeHealthCheck(wanted types.BaseDVSHealthCheckConfig) types.BaseMethodFault {
	index := slices.IndexFunc(d.config.HealthCheckConfig, func(present types.BaseDVSHealthCheckConfig) bool {
		return reflect.TypeOf(present) == reflect.TypeOf(wanted)
	})
	if index < 0 {
		return &types.NotSupported{} // the base types name no check
	}
	change := wanted.GetDVSHealthCheckConfig()
	if change.Interval < 0 {
		return invalid("healthCheckConfig.interval")
	}
	present := d.config.HealthCheckConfig[index].GetDVSHealthCheckConfig()
	set(&present.Enable, change.Enable)
	set(&present.Interval, change.Interval)
	return nil
}

// isChecking tells whether the check with a configuration of this type is on.
func isChecking[C types.BaseDVSHealthCheckConfig](d *draft) bool {
	return slices.ContainsFunc(d.config.HealthCheckConfig, func(config types.BaseDVSHealthCheckConfig) bool {
		_, is := config.(C)
		return is && isTrue(config.GetDVSHealthCheckConfig().Enable)
	})
}

// followHealth lets results follow a change of the switch. Results of a check that is off go at once.
func (d *draft) followHealth() {
	isOn := isChecking[*types.VMwareDVSVlanMtuHealthCheckConfig](d) || isChecking[*types.VMwareDVSTeamingHealthCheckConfig](d)
	if isOn || len(d.health[d.ref]) > 0 {
		d.scheduleHealthCheck(d.ref)
	}
}

func (n *network) scheduleHealthCheck(ref types.ManagedObjectReference) {
	n.later(healthCheckTime, func() {
		_, fault := n.perform(newContext(n.registry), func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
			if switchOf(ctx, ref) == nil {
				return nil, nil // it was destroyed meanwhile
			}
			d, fault := n.viewOf(ctx, ref)
			if fault == nil {
				d.checkHealth()
			}
			return nil, fault
		})
		if fault != nil {
			log.Printf("health check of %s: %s", ref, sentence(fault))
		}
	})
}

// checkHealth compares the switch with the physical ports, and posts an event for each result that changed.
func (d *draft) checkHealth() {
	results := map[types.ManagedObjectReference]health{}
	for _, ref := range d.members() {
		host := d.ctx.Map.Get(ref).(*simulator.HostSystem)
		results[ref] = d.healthOf(host)
		for _, result := range results[ref] {
			d.postHealth(host, resultLike(d.health[d.ref][ref], result), result)
		}
	}
	if !reflect.DeepEqual(results, d.health[d.ref]) {
		d.health[d.ref] = results
		d.publish()
	}
}

// healthResults are a member's newest results of checks that are on.
func (d *draft) healthResults(host types.ManagedObjectReference) health {
	return slices.DeleteFunc(slices.Clone(d.health[d.ref][host]), func(result types.BaseHostMemberHealthCheckResult) bool {
		if _, isTeaming := result.(*types.VMwareDVSTeamingHealthCheckResult); isTeaming {
			return !isChecking[*types.VMwareDVSTeamingHealthCheckConfig](d)
		}
		return !isChecking[*types.VMwareDVSVlanMtuHealthCheckConfig](d)
	})
}

// healthOf is empty for a host with fewer than two uplinks: the check compares them with each other.
func (d *draft) healthOf(host *simulator.HostSystem) health {
	var connected []types.DistributedVirtualPort
	for _, port := range d.ports {
		if d.isUplinkPort(port) && *port.ProxyHost == host.Self && port.Connectee != nil {
			connected = append(connected, port)
		}
	}
	var results health
	if len(connected) < 2 {
		return results
	}
	if isChecking[*types.VMwareDVSVlanMtuHealthCheckConfig](d) {
		for _, port := range connected {
			results = append(results, d.checkVLANs(host, port), d.checkMTU(host, port))
		}
	}
	if isChecking[*types.VMwareDVSTeamingHealthCheckConfig](d) {
		results = append(results, d.checkTeaming(host, connected))
	}
	return results
}

// usedVLANs are those of all port groups.
func (d *draft) usedVLANs() []types.NumericRange {
	var used []types.NumericRange
	add := func(vlan types.NumericRange) {
		if !slices.Contains(used, vlan) {
			used = append(used, vlan)
		}
	}
	for index := range d.groups {
		if isTrue(d.groups[index].config.Uplink) {
			continue
		}
		switch vlan := d.groups[index].setting().Vlan.(type) {
		case *types.VmwareDistributedVirtualSwitchVlanIdSpec:
			add(types.NumericRange{Start: vlan.VlanId, End: vlan.VlanId})
		case *types.VmwareDistributedVirtualSwitchTrunkVlanSpec:
			for _, each := range vlan.VlanId {
				add(each)
			}
		case *types.VmwareDistributedVirtualSwitchPvlanSpec:
			add(types.NumericRange{Start: vlan.PvlanId, End: vlan.PvlanId})
		}
	}
	return used
}

func (d *draft) checkVLANs(host *simulator.HostSystem, port types.DistributedVirtualPort) *types.VMwareDVSVlanHealthCheckResult {
	result := &types.VMwareDVSVlanHealthCheckResult{}
	result.UplinkPortKey = port.Key
	result.TrunkedVlan, result.UntrunkedVlan = split(d.usedVLANs(), d.physicalPort(host.Name, port.Connectee.NicKey).VLANs)
	result.Summary = fmt.Sprintf("%d VLAN ranges trunked, %d not", len(result.TrunkedVlan), len(result.UntrunkedVlan))
	return result
}

// checkMTU judges the VLANs that arrive at all: of others nobody can tell.
func (d *draft) checkMTU(host *simulator.HostSystem, port types.DistributedVirtualPort) *types.VMwareDVSMtuHealthCheckResult {
	physical := d.physicalPort(host.Name, port.Connectee.NicKey)
	trunked, _ := split(d.usedVLANs(), physical.VLANs)
	result := &types.VMwareDVSMtuHealthCheckResult{MtuMismatch: physical.NICMTU != 0 && physical.NICMTU != d.config.MaxMtu}
	result.UplinkPortKey = port.Key
	switch {
	case result.MtuMismatch:
		result.Summary = fmt.Sprintf("The NIC has an MTU of %d, the switch of %d", physical.NICMTU, d.config.MaxMtu)
	case physical.MTU >= d.config.MaxMtu:
		result.VlanSupportSwitchMtu, result.Summary = trunked, "The physical switch takes the MTU"
	default:
		result.VlanNotSupportSwitchMtu = trunked
		result.Summary = fmt.Sprintf("The physical switch has an MTU of %d, the distributed one of %d", physical.MTU, d.config.MaxMtu)
	}
	return result
}

// checkTeaming leaves LAG ports out, as vCenter does: LACP itself finds what is wrong there.
func (d *draft) checkTeaming(host *simulator.HostSystem, connected []types.DistributedVirtualPort) *types.VMwareDVSTeamingHealthCheckResult {
	hashes := slices.ContainsFunc(d.groups, func(group groupDraft) bool {
		policy := group.setting().UplinkTeamingPolicy.Policy
		return !isTrue(group.config.Uplink) && policy != nil && policy.Value == "loadbalance_ip"
	})
	isWrong := slices.ContainsFunc(connected, func(port types.DistributedVirtualPort) bool {
		return !d.isLAGPort(port.Key) && isTrue(d.physicalPort(host.Name, port.Connectee.NicKey).IsChannel) != hashes
	})
	status := map[[2]bool]types.VMwareDVSTeamingMatchStatus{
		{true, false}:  types.VMwareDVSTeamingMatchStatusIphashMatch,
		{true, true}:   types.VMwareDVSTeamingMatchStatusIphashMismatch,
		{false, false}: types.VMwareDVSTeamingMatchStatusNonIphashMatch,
		{false, true}:  types.VMwareDVSTeamingMatchStatusNonIphashMismatch,
	}[[2]bool{hashes, isWrong}]
	return &types.VMwareDVSTeamingHealthCheckResult{
		HostMemberHealthCheckResult: types.HostMemberHealthCheckResult{Summary: string(status)}, TeamingStatus: string(status),
	}
}
