// Events of the health check: one per result that became good or bad.

package main

import (
	"reflect"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

type health = []types.BaseHostMemberHealthCheckResult

// resultLike finds the earlier result of the same check, on the same uplink port.
func resultLike(earlier health, result types.BaseHostMemberHealthCheckResult) types.BaseHostMemberHealthCheckResult {
	for _, each := range earlier {
		if reflect.TypeOf(each) == reflect.TypeOf(result) && portOfResult(each) == portOfResult(result) {
			return each
		}
	}
	return nil
}

func portOfResult(result types.BaseHostMemberHealthCheckResult) string {
	if uplink, is := result.(types.BaseHostMemberUplinkHealthCheckResult); is {
		return uplink.GetHostMemberUplinkHealthCheckResult().UplinkPortKey
	}
	return ""
}

// postHealth posts what changed. Before the first result everything counts as good, as vCenter stays silent then.
func (d *draft) postHealth(host *simulator.HostSystem, before, after types.BaseHostMemberHealthCheckResult) {
	change := types.DvsHealthStatusChangeEvent{SwitchUuid: d.config.Uuid, HealthResult: after}
	change.Event = d.event().Event
	change.FullFormattedMessage = after.GetHostMemberHealthCheckResult().Summary
	change.Host = &types.HostEventArgument{EntityEventArgument: types.EntityEventArgument{Name: host.Name}, Host: host.Self}
	post := func(wasBad, isBad bool, good, bad types.BaseEvent) {
		switch {
		case isBad && !wasBad:
			postEvent(d.ctx, bad)
		case wasBad && !isBad:
			postEvent(d.ctx, good)
		}
	}
	switch after := after.(type) {
	case *types.VMwareDVSVlanHealthCheckResult:
		was, _ := before.(*types.VMwareDVSVlanHealthCheckResult)
		post(was != nil && len(was.UntrunkedVlan) > 0, len(after.UntrunkedVlan) > 0,
			&types.UplinkPortVlanTrunkedEvent{DvsHealthStatusChangeEvent: change},
			&types.UplinkPortVlanUntrunkedEvent{DvsHealthStatusChangeEvent: change})
	case *types.VMwareDVSMtuHealthCheckResult:
		was, _ := before.(*types.VMwareDVSMtuHealthCheckResult)
		post(was != nil && was.MtuMismatch, after.MtuMismatch,
			&types.MtuMatchEvent{DvsHealthStatusChangeEvent: change},
			&types.MtuMismatchEvent{DvsHealthStatusChangeEvent: change})
		post(was != nil && len(was.VlanNotSupportSwitchMtu) > 0, len(after.VlanNotSupportSwitchMtu) > 0,
			&types.UplinkPortMtuSupportEvent{DvsHealthStatusChangeEvent: change},
			&types.UplinkPortMtuNotSupportEvent{DvsHealthStatusChangeEvent: change})
	case *types.VMwareDVSTeamingHealthCheckResult:
		was, _ := before.(*types.VMwareDVSTeamingHealthCheckResult)
		post(was != nil && isMismatch(was), isMismatch(after),
			&types.TeamingMatchEvent{DvsHealthStatusChangeEvent: change},
			&types.TeamingMisMatchEvent{DvsHealthStatusChangeEvent: change})
	}
}

func isMismatch(result *types.VMwareDVSTeamingHealthCheckResult) bool {
	status := types.VMwareDVSTeamingMatchStatus(result.TeamingStatus)
	return status == types.VMwareDVSTeamingMatchStatusIphashMismatch || status == types.VMwareDVSTeamingMatchStatusNonIphashMismatch
}
