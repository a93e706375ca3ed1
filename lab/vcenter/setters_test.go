package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func TestSettersOfTheControlInterface(t *testing.T) {
	s := newSite(t)
	s.control("POST", "/link", `{"host":"esx-01","device":"vmnic2","up":false}`)
	equal(s, "link", isLinkUp(s.info("esx-01"), "vmnic2"), false)
	s.control("POST", "/link", `{"host":"esx-01","device":"vmnic2","up":true}`)
	equal(s, "link", isLinkUp(s.info("esx-01"), "vmnic2"), true)

	s.control("POST", "/failing", `{"host":"esx-01","isFailing":true}`)
	system := s.hostNetwork("esx-01")
	expectFault[*types.HostConfigFault](s, system.AddVirtualSwitch(s.ctx, "vSwitch1", nil), "host configuration")
	s.control("POST", "/failing", `{"host":"esx-01","isFailing":false}`)
	s.ok(system.AddVirtualSwitch(s.ctx, "vSwitch1", nil))

	dvs := s.newLAGSwitch()
	s.newGroup(dvs, "all", &types.VMwareDVSPortSetting{Vlan: &types.VmwareDistributedVirtualSwitchTrunkVlanSpec{
		VlanId: []types.NumericRange{{Start: 10, End: 30}},
	}})
	s.ok(s.setHealthCheck(dvs, vlanCheck(true), teamingCheck(true)))
	s.control("POST", "/physical", `{"host":"esx-01","device":"vmnic3","vlans":["20-40","10"],"mtu":1400,"isChannel":true}`)
	const good = "vlan [ 10-30 ] [ ]\nmtu false [ 10-30 ] [ ]\n"
	s.untilHealth(dvs, good+"vlan [ 10-10 20-30 ] [ 11-19 ]\nmtu false [ ] [ 10-10 20-30 ]\nteaming nonIphashMismatch\n")
	s.control("POST", "/physical", `{"host":"esx-01","device":"vmnic3","nicMtu":1400}`)
	s.untilHealth(dvs, good+"vlan [ 10-30 ] [ ]\nmtu true [ ] [ ]\nteaming nonIphashMatch\n")
	s.control("POST", "/physical", `{"host":"esx-01","device":"vmnic3"}`)
	s.untilHealth(dvs, good+good+"teaming nonIphashMatch\n")

	for request, wanted := range map[string]string{
		`link {"host":"esx-01","device":"vmnic9","up":true}`:             "vmnic9",
		`link {"host":"esx-09","device":"vmnic2","up":true}`:             "esx-09",
		`link {"host":"esx-01","device":"vmnic2"}`:                       "up:",
		`failing {"host":"esx-09","isFailing":true}`:                     "esx-09",
		`failing {"host":"esx-01"}`:                                      "isFailing:",
		`physical {"host":"esx-01","device":"vmnic9"}`:                   "vmnic9",
		`physical {"host":"esx-01","device":"vmnic2","vlans":["4095"]}`:  "4095",
		`physical {"host":"esx-01","device":"vmnic2","vlans":["30-20"]}`: "30-20",
		`physical {"host":"esx-01","device":"vmnic2","vlans":["all"]}`:   "all",
		`physical {"host":"esx-01","device":"vmnic2","isChanel":true}`:   "isChanel",
	} {
		name, body, _ := strings.Cut(request, " ")
		status, answer := s.tell("POST", "/"+name, body)
		if status != 400 || !strings.Contains(answer, wanted) {
			t.Errorf("%s: %d %s, want %q", request, status, answer, wanted)
		}
	}
}

// newLAG has both NICs of esx-01 on a LAG.
func (s *site) newLAG() types.ManagedObjectReference {
	s.Helper()
	dvs := s.newLAGSwitch()
	s.ok(s.changeLAG(dvs, "add", lagOf("lag1", 2)))
	lag := s.hostLAG("esx-01", "lag1")
	s.ok(s.place(dvs, "esx-01", "vmnic2", lag["lag1-0"], "vmnic3", lag["lag1-1"]))
	return dvs
}

// lacpEvents are those since the last look, by identifier and arguments.
func (s *site) lacpEvents(seen *int) []string {
	s.Helper()
	told := []string{}
	all := s.events(func(event types.BaseEvent) bool { return strings.Contains(eventTypeID(event), ".lacp.") })
	for _, event := range all[*seen:] {
		line := eventTypeID(event)
		for _, argument := range event.(*types.EventEx).Arguments {
			line += fmt.Sprint(" ", argument.Value)
		}
		told = append(told, line)
	}
	*seen = len(all)
	return told
}

const (
	lagDown, lagUp       = "esx.problem.net.lacp.lag.transition.down", "esx.clear.net.lacp.lag.transition.up"
	uplinkDown, uplinkUp = "esx.problem.net.lacp.uplink.transition.down", "esx.clear.net.lacp.uplink.transition.up"
)

func TestLAGGoesDownAndComes(t *testing.T) {
	s := newSite(t)
	s.newLAG()
	alarm := func(name, problem, clear string) types.ManagedObjectReference {
		return must(s.createAlarm(s.server.network.registry.Any("Datacenter").Reference(), types.AlarmSpec{
			Name: name, Description: "LACP", Enabled: true, Expression: &types.OrAlarmExpression{
				Expression: []types.BaseAlarmExpression{onEvent(problem, "HostSystem", "red"), onEvent(clear, "HostSystem", "green")},
			},
		}))(s)
	}
	lag, member := alarm("LAG", lagDown, lagUp), alarm("member", uplinkDown, uplinkUp)
	seen, host := 0, s.hosts["esx-01"]
	equalList(s, "at first", s.lacpEvents(&seen), []string{})
	link := func(device string, isUp bool) {
		s.control("POST", "/link", fmt.Sprintf(`{"host":"esx-01","device":%q,"up":%t}`, device, isUp))
	}
	channel := func(device, is string) {
		s.control("POST", "/physical", fmt.Sprintf(`{"host":"esx-01","device":%q,"isChannel":%s}`, device, is))
	}
	link("vmnic2", false)
	equalList(s, "one link down", s.lacpEvents(&seen), []string{uplinkDown + " vmnic2 dvs0 lag1"})
	equal(s, "alarm of the member", s.triggered(host, member), "red")
	equal(s, "alarm of the LAG", s.triggered(host, lag), "")
	channel("vmnic3", "false")
	equalList(s, "the other in no channel", s.lacpEvents(&seen), []string{uplinkDown + " vmnic3 dvs0 lag1", lagDown + " lag1 dvs0"})
	equal(s, "alarm of the LAG", s.triggered(host, lag), "red")
	channel("vmnic2", "false")
	link("vmnic2", true)
	equalList(s, "a link without channel", s.lacpEvents(&seen), []string{})
	channel("vmnic2", "null")
	equalList(s, "one is back", s.lacpEvents(&seen), []string{uplinkUp + " vmnic2 dvs0 lag1", lagUp + " lag1 dvs0"})
	equal(s, "alarm of the LAG", s.triggered(host, lag), "")
	channel("vmnic3", "true")
	equalList(s, "both are back", s.lacpEvents(&seen), []string{uplinkUp + " vmnic3 dvs0 lag1"})
	// A NIC that is on a standalone uplink is no matter of LACP.
	s.ok(s.changeMembers(s.newSwitch("dvs1"), members("add", s.hosts["esx-02"], "vmnic2")))
	s.control("POST", "/link", `{"host":"esx-02","device":"vmnic2","up":false}`)
	equalList(s, "no LAG", s.lacpEvents(&seen), []string{})
}

// A NIC that comes to a LAG without a channel behind it carries nothing: management on it would be cut off.
func TestLAGNeedsAChannel(t *testing.T) {
	s := newSite(t)
	dvs, group := s.managed()
	s.ok(s.changeLAG(dvs, "add", lagOf("lag1", 2)))
	lag := s.hostLAG("esx-01", "lag1")
	order := func(active, standby []string) error {
		return s.reconfigureGroup(group, func(spec *types.DVPortgroupConfigSpec) {
			spec.DefaultPortConfig = &types.VMwareDVSPortSetting{UplinkTeamingPolicy: &types.VmwareUplinkPortTeamingPolicy{
				UplinkPortOrder: &types.VMwareUplinkPortOrderPolicy{ActiveUplinkPort: active, StandbyUplinkPort: standby},
			}}
		})
	}
	s.ok(order([]string{"up1"}, []string{"lag1"}))
	s.control("POST", "/physical", `{"host":"esx-01","device":"vmnic3","isChannel":false}`)
	seen := 0
	keys := s.config(dvs).Host[0].UplinkPortKey
	s.ok(s.place(dvs, "esx-01", "vmnic2", keys[0], "vmnic3", lag["lag1-0"]))
	s.ok(s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) { spec.Description = "no news of LACP" }))
	equalList(s, "events", s.lacpEvents(&seen), []string{"esx.problem.net.lacp.peer.noresponse vmnic3 dvs0"})
	expectFault[*types.NetworkDisruptedAndConfigRolledBack](s, order([]string{"lag1"}, nil), "esx-01")
	s.control("POST", "/physical", `{"host":"esx-01","device":"vmnic3","isChannel":true}`)
	s.ok(order([]string{"lag1"}, nil))
	equalList(s, "events", s.lacpEvents(&seen), []string{uplinkUp + " vmnic3 dvs0 lag1", lagUp + " lag1 dvs0"})
}

func (s *site) setConnection(host string, state types.HostSystemConnectionState) {
	n := s.server.network
	n.mu.Lock()
	defer n.mu.Unlock()
	n.setConnection(newContext(n.registry), s.host(host), state)
}

func TestHostThatIsDown(t *testing.T) {
	s := newMachineSite(t)
	s.setConnection("esx-01", types.HostSystemConnectionStateNotResponding)
	status := func() string {
		dvs := get[mo.VmwareDistributedVirtualSwitch](s.site, s.dvs, "runtime", "config")
		equal(s.site, "older property", dvs.Config.GetDVSConfigInfo().Host[0].Status, dvs.Runtime.HostMemberRuntime[0].Status)
		return dvs.Runtime.HostMemberRuntime[0].Status
	}
	equal(s.site, "member", status(), "disconnected")
	fault := expectFault[*types.DvsOperationBulkFault](s.site, s.changeMembers(s.dvs, members("edit", s.hosts["esx-01"], "vmnic3")), "disconnected")
	if _, is := fault.HostFault[0].Fault.Fault.(*types.HostNotConnected); !is || fault.HostFault[0].Host != s.hosts["esx-01"] {
		t.Errorf("fault of the host: %+v", fault.HostFault[0])
	}
	// What needs no host goes on.
	s.ok(s.reconfigureGroup(s.group, func(spec *types.DVPortgroupConfigSpec) { spec.Description = "changed" }))
	s.ok(s.changeMembers(s.dvs, members("add", s.hosts["esx-02"], "vmnic2")))
	_, cloned := s.clone("copy", types.VirtualMachineCloneSpec{})
	_, created := s.create("named", s.hosts["esx-01"], newCard(-1, s.port(s.group.Value, "")))
	for what, err := range map[string]error{
		"reconfigure": s.change("add", newCard(-1, s.port(s.group.Value, ""))), "power": s.power(s.machine, true),
		"destroy": s.destroy(s.machine), "clone": cloned, "create": created,
	} {
		if err == nil {
			t.Errorf("%s succeeded", what)
			continue
		}
		expectFault[*types.HostNotConnected](s.site, err, "disconnected")
	}
	placed := must(s.create("placed", types.ManagedObjectReference{}, newCard(-1, s.port(s.group.Value, ""))))(s.site)
	equal(s.site, "host", *get[mo.VirtualMachine](s.site, placed, "runtime.host").Runtime.Host, s.hosts["esx-02"])
	s.setConnection("esx-01", types.HostSystemConnectionStateConnected)
	equal(s.site, "member", status(), "up")
	s.ok(s.power(s.machine, true))
}
