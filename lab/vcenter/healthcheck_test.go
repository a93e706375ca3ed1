package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func (s *site) setHealthCheck(dvs types.ManagedObjectReference, configs ...types.BaseDVSHealthCheckConfig) error {
	s.Helper()
	answer, err := methods.UpdateDVSHealthCheckConfig_Task(s.ctx, s.client, &types.UpdateDVSHealthCheckConfig_Task{This: dvs, HealthCheckConfig: configs})
	s.ok(err)
	_, err = s.wait(answer.Returnval, nil)
	return err
}

func healthCheck(on bool) types.VMwareDVSHealthCheckConfig {
	return types.VMwareDVSHealthCheckConfig{DVSHealthCheckConfig: types.DVSHealthCheckConfig{Enable: &on}}
}

func vlanCheck(on bool) types.BaseDVSHealthCheckConfig {
	return &types.VMwareDVSVlanMtuHealthCheckConfig{VMwareDVSHealthCheckConfig: healthCheck(on)}
}

func teamingCheck(on bool) types.BaseDVSHealthCheckConfig {
	return &types.VMwareDVSTeamingHealthCheckConfig{VMwareDVSHealthCheckConfig: healthCheck(on)}
}

// healthText reads all results of a switch in one line each, in order.
func (s *site) healthText(dvs types.ManagedObjectReference) string {
	s.Helper()
	text := ""
	for _, member := range get[mo.VmwareDistributedVirtualSwitch](s, dvs, "runtime").Runtime.HostMemberRuntime {
		for _, result := range member.HealthCheckResult {
			switch result := result.(type) {
			case *types.VMwareDVSVlanHealthCheckResult:
				text += fmt.Sprintln("vlan", ranges(result.TrunkedVlan), ranges(result.UntrunkedVlan))
			case *types.VMwareDVSMtuHealthCheckResult:
				text += fmt.Sprintln("mtu", result.MtuMismatch, ranges(result.VlanSupportSwitchMtu), ranges(result.VlanNotSupportSwitchMtu))
			case *types.VMwareDVSTeamingHealthCheckResult:
				text += fmt.Sprintln("teaming", result.TeamingStatus)
			}
		}
	}
	return text
}

func ranges(list []types.NumericRange) string {
	text := "["
	for _, each := range list {
		text += fmt.Sprintf(" %d-%d", each.Start, each.End)
	}
	return text + " ]"
}

// untilHealth waits for results; they come after a moment.
func (s *site) untilHealth(dvs types.ManagedObjectReference, wanted string) {
	s.Helper()
	deadline := time.Now().Add(5 * time.Second)
	for s.healthText(dvs) != wanted {
		if time.Now().After(deadline) {
			s.Fatalf("results:\n%swanted:\n%s", s.healthText(dvs), wanted)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (s *site) setPhysicalPort(host, device string, port PhysicalPort) {
	s.Helper()
	s.ok(s.server.network.setPhysicalPort(newContext(s.server.network.registry), host, device, port))
}

func TestHealthCheckSettings(t *testing.T) {
	s := newSite(t)
	dvs := s.newLAGSwitch()
	equal(s, "checks", len(s.config(dvs).HealthCheckConfig), 2)
	on := healthCheck(true)
	on.Interval = 3
	s.ok(s.setHealthCheck(dvs, &types.VMwareDVSVlanMtuHealthCheckConfig{VMwareDVSHealthCheckConfig: on}))
	s.ok(s.setHealthCheck(dvs, &types.VMwareDVSVlanMtuHealthCheckConfig{}))
	for _, config := range s.config(dvs).HealthCheckConfig {
		_, isVLAN := config.(*types.VMwareDVSVlanMtuHealthCheckConfig)
		equal(s, fmt.Sprintf("%T is on", config), *config.GetDVSHealthCheckConfig().Enable, isVLAN)
		equal(s, "interval", config.GetDVSHealthCheckConfig().Interval, map[bool]int32{true: 3, false: 1}[isVLAN])
	}
	expectFault[*types.NotSupported](s, s.setHealthCheck(dvs, &types.DVSHealthCheckConfig{}), "not supported")
	on.Interval = -1
	expectFault[*types.InvalidArgument](s, s.setHealthCheck(dvs, &types.VMwareDVSTeamingHealthCheckConfig{VMwareDVSHealthCheckConfig: on}), "interval")
	body := fmt.Sprintf(envelope, fmt.Sprintf(`<UpdateDVSHealthCheckConfig_Task xmlns="urn:vim25" %s><_this type="VmwareDistributedVirtualSwitch">%s</_this><healthCheckConfig><enable>true</enable></healthCheckConfig></UpdateDVSHealthCheckConfig_Task>`, xsi, dvs.Value))
	s.expectRefused("no xsi:type", body, "InvalidRequest", "polymorphic")
}

func TestHealthCheckResults(t *testing.T) {
	s := newSite(t)
	dvs := s.newLAGSwitch()
	s.newGroup(dvs, "app", &types.VMwareDVSPortSetting{Vlan: &types.VmwareDistributedVirtualSwitchVlanIdSpec{VlanId: 20}})
	s.newGroup(dvs, "all", &types.VMwareDVSPortSetting{Vlan: &types.VmwareDistributedVirtualSwitchTrunkVlanSpec{
		VlanId: []types.NumericRange{{Start: 19, End: 22}, {Start: 30, End: 30}},
	}})
	clock := s.holdTime()
	s.ok(s.setHealthCheck(dvs, vlanCheck(true), teamingCheck(true)))
	equal(s, "results at once", s.healthText(dvs), "")
	clock.letGo()
	const good = "vlan [ 19-22 30-30 ] [ ]\nmtu false [ 19-22 30-30 ] [ ]\n"
	s.untilHealth(dvs, good+good+"teaming nonIphashMatch\n")

	s.setPhysicalPort("esx-01", "vmnic3", PhysicalPort{VLANs: []types.NumericRange{{Start: 0, End: 20}}, MTU: 9000})
	s.untilHealth(dvs, good+"vlan [ 19-20 ] [ 21-22 30-30 ]\nmtu false [ 19-20 ] [ ]\nteaming nonIphashMatch\n")
	untrunked := lastEvent(s, &types.UplinkPortVlanUntrunkedEvent{})
	equal(s, "port of the event", untrunked.HealthResult.(*types.VMwareDVSVlanHealthCheckResult).UplinkPortKey, s.config(dvs).Host[0].UplinkPortKey[1])
	equal(s, "switch of the event", untrunked.SwitchUuid, s.config(dvs).Uuid)
	equal(s, "host of the event", untrunked.Host.Name, "esx-01")
	equal(s, "message", untrunked.FullFormattedMessage, "1 VLAN ranges trunked, 2 not")

	small := trunk
	small.MTU = 1500
	s.setPhysicalPort("esx-01", "vmnic3", small)
	s.ok(s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) { spec.MaxMtu = 9000 }))
	s.untilHealth(dvs, good+"vlan [ 19-22 30-30 ] [ ]\nmtu false [ ] [ 19-22 30-30 ]\nteaming nonIphashMatch\n")
	if lastEvent(s, &types.UplinkPortVlanTrunkedEvent{}).Key == 0 || lastEvent(s, &types.UplinkPortMtuNotSupportEvent{}).Key == 0 {
		t.Error("events are missing")
	}
	wrong := trunk
	wrong.NICMTU, wrong.IsChannel = 1500, types.NewBool(true)
	s.setPhysicalPort("esx-01", "vmnic3", wrong)
	s.untilHealth(dvs, good+"vlan [ 19-22 30-30 ] [ ]\nmtu true [ ] [ ]\nteaming nonIphashMismatch\n")
	if lastEvent(s, &types.MtuMismatchEvent{}).Key == 0 || lastEvent(s, &types.TeamingMisMatchEvent{}).Key == 0 || lastEvent(s, &types.UplinkPortMtuSupportEvent{}).Key == 0 {
		t.Error("events are missing")
	}
	s.setPhysicalPort("esx-01", "vmnic3", trunk)
	s.untilHealth(dvs, good+good+"teaming nonIphashMatch\n")
	if lastEvent(s, &types.MtuMatchEvent{}).Key == 0 || lastEvent(s, &types.TeamingMatchEvent{}).Key == 0 {
		t.Error("events are missing")
	}
	// A check that is off has no results, and a member with one uplink has nothing to compare.
	s.ok(s.setHealthCheck(dvs, teamingCheck(false)))
	equal(s, "results", s.healthText(dvs), good+good)
	s.ok(s.changeMembers(dvs, members("edit", s.hosts["esx-01"], "vmnic2")))
	s.untilHealth(dvs, "")
}

func TestTeamingHealthOfAHash(t *testing.T) {
	s := newSite(t)
	dvs := s.newLAGSwitch()
	hash := &types.VMwareDVSPortSetting{UplinkTeamingPolicy: &types.VmwareUplinkPortTeamingPolicy{Policy: stringPolicy("loadbalance_ip")}}
	s.newGroup(dvs, "app", hash)
	s.ok(s.setHealthCheck(dvs, teamingCheck(true)))
	s.untilHealth(dvs, "teaming iphashMismatch\n")
	channel := trunk
	channel.IsChannel = types.NewBool(true)
	for _, device := range []string{"vmnic2", "vmnic3"} {
		s.setPhysicalPort("esx-01", device, channel)
	}
	s.untilHealth(dvs, "teaming iphashMatch\n")
	// LAG ports are not judged: LACP does that.
	s.setPhysicalPort("esx-01", "vmnic3", trunk)
	s.untilHealth(dvs, "teaming iphashMismatch\n")
	s.ok(s.changeLAG(dvs, "add", lagOf("lag1", 2)))
	s.ok(s.place(dvs, "esx-01", "vmnic2", "", "vmnic3", s.hostLAG("esx-01", "lag1")["lag1-0"]))
	s.untilHealth(dvs, "teaming iphashMatch\n")
}

// oneNIC is a cabling that knows one NIC.
type oneNIC PhysicalPort

func (n oneNIC) port(host, device string) (PhysicalPort, bool) {
	return PhysicalPort(n), host == "esx-01" && device == "vmnic2"
}

func TestCablingIsWhatTheInventoryTells(t *testing.T) {
	s := newSite(t)
	n := s.server.network
	n.cabling = oneNIC{MTU: 1500}
	equal(s, "known", n.physicalPort("esx-01", "vmnic2").MTU, 1500)
	equal(s, "unknown", n.physicalPort("esx-01", "vmnic3").MTU, 9000)
	s.setPhysicalPort("esx-01", "vmnic2", PhysicalPort{MTU: 4000})
	equal(s, "changed", n.physicalPort("esx-01", "vmnic2").MTU, 4000)
}
