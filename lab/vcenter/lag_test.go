package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// newLAGSwitch has two standalone uplinks, takes several LAGs, and has esx-01 with vmnic2 and vmnic3 as its member.
func (s *site) newLAGSwitch() types.ManagedObjectReference {
	s.Helper()
	spec := twoUplinks("dvs0")
	spec.LacpApiVersion = "multipleLag"
	spec.Host = members("add", s.hosts["esx-01"], "vmnic2", "vmnic3")
	return must(s.createSwitch(spec))(s)
}

func lagOf(name string, ports int32) types.VMwareDvsLacpGroupConfig {
	return types.VMwareDvsLacpGroupConfig{Name: name, Mode: "active", UplinkNum: ports, LoadbalanceAlgorithm: "srcDestIpTcpUdpPortVlan"}
}

func (s *site) changeLAG(dvs types.ManagedObjectReference, operation string, lags ...types.VMwareDvsLacpGroupConfig) error {
	s.Helper()
	request := &types.UpdateDVSLacpGroupConfig_Task{This: dvs}
	for _, lag := range lags {
		request.LacpGroupSpec = append(request.LacpGroupSpec, types.VMwareDvsLacpGroupSpec{LacpGroupConfig: lag, Operation: operation})
	}
	answer, err := methods.UpdateDVSLacpGroupConfig_Task(s.ctx, s.client, request)
	if err != nil {
		return err
	}
	_, err = s.wait(answer.Returnval, nil)
	return err
}

// hostLAG maps each port of a host's LAG to its key, as the host itself lists them.
func (s *site) hostLAG(host, lag string) map[string]string {
	s.Helper()
	keys := map[string]string{}
	for _, proxy := range get[mo.HostSystem](s, s.hosts[host], "config.network.proxySwitch").Config.Network.ProxySwitch {
		for _, each := range proxy.HostLag {
			for _, port := range each.UplinkPort {
				if each.LagName == lag {
					keys[port.Value] = port.Key
				}
			}
		}
	}
	return keys
}

// place edits the NICs of a member: pairs of device and port key, which may be empty.
func (s *site) place(dvs types.ManagedObjectReference, host string, pairs ...string) error {
	s.Helper()
	backing := &types.DistributedVirtualSwitchHostMemberPnicBacking{}
	for index := 0; index < len(pairs); index += 2 {
		backing.PnicSpec = append(backing.PnicSpec, types.DistributedVirtualSwitchHostMemberPnicSpec{PnicDevice: pairs[index], UplinkPortKey: pairs[index+1]})
	}
	return s.changeMembers(dvs, []types.DistributedVirtualSwitchHostMemberConfigSpec{{Operation: "edit", Host: s.hosts[host], Backing: backing}})
}

// ports maps the names of connected uplink ports of a host to the NICs on them, as the switch has them.
func (s *site) ports(dvs types.ManagedObjectReference, host string) map[string]string {
	s.Helper()
	yes := true
	found := map[string]string{}
	answer, err := methods.FetchDVPorts(s.ctx, s.client, &types.FetchDVPorts{This: dvs, Criteria: &types.DistributedVirtualSwitchPortCriteria{
		Connected: &yes, UplinkPort: &yes, Host: []types.ManagedObjectReference{s.hosts[host]},
	}})
	s.ok(err)
	for _, port := range answer.Returnval {
		found[port.Config.Name] = port.Connectee.NicKey
	}
	return found
}

func equalMap(s *site, what string, found, wanted map[string]string) {
	s.Helper()
	equal(s, what, fmt.Sprint(found), fmt.Sprint(wanted))
}

func TestLAGIsAddedEditedAndRemoved(t *testing.T) {
	s := newSite(t)
	dvs := s.newLAGSwitch()
	version := s.config(dvs).ConfigVersion
	s.ok(s.changeLAG(dvs, "add", lagOf("lag1", 2)))
	config := s.config(dvs)
	if config.ConfigVersion == version {
		t.Error("a new LAG made no new configVersion")
	}
	lag := config.LacpGroupConfig[0]
	if lag.Key == "" {
		t.Error("the LAG has no key")
	}
	equalList(s, "port names", lag.UplinkName, []string{"lag1-0", "lag1-1"})
	equal(s, "timeout", lag.TimeoutMode, "slow")
	equal(s, "port keys", len(lag.UplinkPortKey), 2)
	keys := s.hostLAG("esx-01", "lag1")
	equal(s, "first port", keys["lag1-0"], lag.UplinkPortKey[0])
	equal(s, "ports of the member", len(config.Host[0].UplinkPortKey), 4)
	// A host that joins gets ports of its own.
	s.ok(s.changeMembers(dvs, members("add", s.hosts["esx-02"], "vmnic2")))
	equal(s, "port keys of two hosts", len(s.config(dvs).LacpGroupConfig[0].UplinkPortKey), 4)
	equalMap(s, "ports of the first host", s.hostLAG("esx-01", "lag1"), keys)
	other := s.hostLAG("esx-02", "lag1")
	if other["lag1-0"] == keys["lag1-0"] || other["lag1-0"] == "" {
		t.Errorf("both hosts have port %s", other["lag1-0"])
	}
	equal(s, "uplink ports", s.group(config.UplinkPortgroup[0]).NumPorts, 8)
	// More ports, another name: those that are there keep their keys, and teaming orders follow the name.
	group := s.newGroup(dvs, "app", order("lag1"))
	edited := lagOf("lag-a", 3)
	edited.Key, edited.Mode, edited.TimeoutMode = lag.Key, "passive", "fast"
	s.ok(s.changeLAG(dvs, "edit", edited))
	now := s.config(dvs).LacpGroupConfig[0]
	equal(s, "mode and timeout", now.Mode+" "+now.TimeoutMode, "passive fast")
	renamed := s.hostLAG("esx-01", "lag-a")
	equal(s, "keys stay", renamed["lag-a-0"], keys["lag1-0"])
	equal(s, "ports", len(renamed), 3)
	equalList(s, "order", teaming(s.group(group).DefaultPortConfig).UplinkPortOrder.ActiveUplinkPort, []string{"lag-a"})
	// Uplinks that change keep LAGs in teaming orders.
	s.ok(s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) {
		spec.UplinkPortPolicy = &types.DVSNameArrayUplinkPortPolicy{UplinkPortName: []string{"up1", "up2", "up3"}}
	}))
	equalList(s, "order", teaming(s.group(group).DefaultPortConfig).UplinkPortOrder.ActiveUplinkPort, []string{"lag-a"})
	equal(s, "keys stay", s.hostLAG("esx-01", "lag-a")["lag-a-0"], keys["lag1-0"])
	s.ok(s.reconfigureGroup(group, func(spec *types.DVPortgroupConfigSpec) { spec.DefaultPortConfig = order("up1") }))
	s.ok(s.changeLAG(dvs, "remove", types.VMwareDvsLacpGroupConfig{Key: lag.Key, Name: "lag-a"}))
	equal(s, "LAGs", len(s.config(dvs).LacpGroupConfig), 0)
	equal(s, "ports of the member", len(s.config(dvs).Host[0].UplinkPortKey), 3)
	equal(s, "ports on the host", len(s.hostLAG("esx-01", "lag-a")), 0)
	equalUplinks(s, "esx-01", map[string]string{"up1": "vmnic2", "up2": "vmnic3", "up3": ""})
	s.ok(s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) { spec.LacpApiVersion = "singleLag" }))
}

func TestLAGFaults(t *testing.T) {
	s := newSite(t)
	single := s.newSwitch("single")
	expectFault[*types.ConflictingConfiguration](s, s.changeLAG(single, "add", lagOf("lag1", 2)), "lacpApiVersion")
	dvs := s.newLAGSwitch()
	s.ok(s.changeLAG(dvs, "add", lagOf("lag1", 2)))
	version := s.config(dvs).ConfigVersion
	for path, change := range map[string]func(*types.VMwareDvsLacpGroupConfig){
		"name":                 func(lag *types.VMwareDvsLacpGroupConfig) { lag.Name = "" },
		"mode":                 func(lag *types.VMwareDvsLacpGroupConfig) { lag.Mode = "" },
		"uplinkNum":            func(lag *types.VMwareDvsLacpGroupConfig) { lag.UplinkNum = 0 },
		"loadbalanceAlgorithm": func(lag *types.VMwareDvsLacpGroupConfig) { lag.LoadbalanceAlgorithm = "" },
		"mode ":                func(lag *types.VMwareDvsLacpGroupConfig) { lag.Mode = "on" },
		"uplinkNum ":           func(lag *types.VMwareDvsLacpGroupConfig) { lag.UplinkNum = 31 },
		"uplinkNum  ":          func(lag *types.VMwareDvsLacpGroupConfig) { lag.UplinkNum = -1 },
		"loadbalanceAlgorithm ": func(lag *types.VMwareDvsLacpGroupConfig) {
			lag.LoadbalanceAlgorithm = "srcdestip"
		},
		"timeoutMode": func(lag *types.VMwareDvsLacpGroupConfig) { lag.TimeoutMode = "long" },
	} {
		lag := lagOf("lag2", 2)
		change(&lag)
		found := expectFault[*types.InvalidArgument](s, s.changeLAG(dvs, "add", lag), "")
		equal(s, "path", found.InvalidProperty, "lacpGroupSpec.lacpGroupConfig."+strings.TrimSpace(path))
	}
	expectFault[*types.DuplicateName](s, s.changeLAG(dvs, "add", lagOf("lag1", 2)), "'lag1'")
	expectFault[*types.DuplicateName](s, s.changeLAG(dvs, "add", lagOf("up1", 2)), "'up1'")
	expectFault[*types.DuplicateName](s, s.changeLAG(dvs, "add", lagOf("lag2", 2), lagOf("lag2", 2)), "'lag2'")
	expectFault[*types.InvalidArgument](s, s.changeLAG(dvs, "move", lagOf("lag1", 2)), "operation")
	expectFault[*types.InvalidArgument](s, s.changeLAG(dvs, "remove", types.VMwareDvsLacpGroupConfig{Name: "lag1"}), "key")
	expectFault[*types.NotFound](s, s.changeLAG(dvs, "remove", types.VMwareDvsLacpGroupConfig{Key: "9999"}), "could not be found")
	for _, forget := range []func(*types.VMwareDvsLacpGroupConfig){
		func(lag *types.VMwareDvsLacpGroupConfig) { lag.Name = "" },
		func(lag *types.VMwareDvsLacpGroupConfig) { lag.Mode = "" },
		func(lag *types.VMwareDvsLacpGroupConfig) { lag.UplinkNum = 0 },
		func(lag *types.VMwareDvsLacpGroupConfig) { lag.LoadbalanceAlgorithm = "" },
	} {
		partly := lagOf("lag1", 3)
		partly.Key = s.config(dvs).LacpGroupConfig[0].Key
		forget(&partly)
		expectFault[*types.SystemError](s, s.changeLAG(dvs, "edit", partly), "Not initialized")
	}
	err := s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) { spec.LacpApiVersion = "singleLag" })
	expectFault[*types.ConflictingConfiguration](s, err, "lacpApiVersion")
	err = s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) {
		spec.UplinkPortPolicy = &types.DVSNameArrayUplinkPortPolicy{UplinkPortName: []string{"up1", "lag1"}}
	})
	expectFault[*types.DuplicateName](s, err, "'lag1'")
	equal(s, "configVersion", s.config(dvs).ConfigVersion, version)
	equal(s, "LAGs", len(s.config(dvs).LacpGroupConfig), 1)
}

func TestLAGsHaveALimit(t *testing.T) {
	s := newSite(t)
	dvs := s.newLAGSwitch()
	var lags []types.VMwareDvsLacpGroupConfig
	for index := range limits7.lags {
		lags = append(lags, lagOf(fmt.Sprint("lag", index), 1))
	}
	s.ok(s.changeLAG(dvs, "add", lags...))
	found := expectFault[*types.LimitExceeded](s, s.changeLAG(dvs, "add", lagOf("more", 1)), "The limit of 64")
	equal(s, "limit", *found.Limit, 64)
}

func TestLAGOverridesNeedTheRight(t *testing.T) {
	s := newSite(t)
	dvs := s.newLAGSwitch()
	yes := true
	vlans, flows := lagOf("lag1", 2), lagOf("lag2", 2)
	vlans.Vlan = &types.VMwareDvsLagVlanConfig{VlanId: []types.NumericRange{{Start: 10, End: 20}}}
	flows.Ipfix = &types.VMwareDvsLagIpfixConfig{IpfixEnabled: &yes}
	expectFault[*types.ConflictingConfiguration](s, s.changeLAG(dvs, "add", vlans), "vlanOverrideAllowed")
	expectFault[*types.ConflictingConfiguration](s, s.changeLAG(dvs, "add", flows), "ipfixOverrideAllowed")
	uplinks := s.config(dvs).UplinkPortgroup[0]
	s.ok(s.reconfigureGroup(uplinks, func(spec *types.DVPortgroupConfigSpec) {
		policy := defaultGroupPolicy()
		policy.VlanOverrideAllowed, policy.IpfixOverrideAllowed = true, &yes
		spec.Policy = policy
	}))
	s.ok(s.changeLAG(dvs, "add", vlans, flows))
	wrong := lagOf("lag3", 2)
	wrong.Vlan = &types.VMwareDvsLagVlanConfig{VlanId: []types.NumericRange{{Start: 10, End: 4095}}}
	expectFault[*types.InvalidArgument](s, s.changeLAG(dvs, "add", wrong), "vlan")
	answer, err := methods.FetchDVPorts(s.ctx, s.client, &types.FetchDVPorts{This: dvs, Criteria: &types.DistributedVirtualSwitchPortCriteria{UplinkPort: &yes}})
	s.ok(err)
	trunks := map[string]int32{}
	for _, port := range answer.Returnval {
		setting := port.Config.Setting.(*types.VMwareDVSPortSetting)
		trunks[port.Config.Name] = setting.Vlan.(*types.VmwareDistributedVirtualSwitchTrunkVlanSpec).VlanId[0].End
		equal(s, "NetFlow of "+port.Config.Name, *setting.IpfixEnabled.Value, strings.HasPrefix(port.Config.Name, "lag2"))
	}
	equal(s, "trunk of the LAG", trunks["lag1-0"], 20)
	equal(s, "trunk of an uplink", trunks["up1"], 4094)
}

func TestLAGTimeoutNeedsAnAge(t *testing.T) {
	s := newSite(t)
	spec := twoUplinks("old")
	spec.LacpApiVersion = "multipleLag"
	answer, err := methods.CreateDVS_Task(s.ctx, s.client, &types.CreateDVS_Task{This: s.folder.Reference(), Spec: types.DVSCreateSpec{
		ConfigSpec: &spec, ProductInfo: &types.DistributedVirtualSwitchProductSpec{Version: "6.6.0"},
	}})
	s.ok(err)
	result, err := s.wait(answer.Returnval, nil)
	s.ok(err)
	dvs := result.(types.ManagedObjectReference)
	lag := lagOf("lag1", 2)
	s.ok(s.changeLAG(dvs, "add", lag))
	lag.Name, lag.TimeoutMode = "lag2", "fast"
	expectFault[*types.NotSupported](s, s.changeLAG(dvs, "add", lag), "not supported")
	features := get[mo.VmwareDistributedVirtualSwitch](s, dvs, "capability").Capability.FeaturesSupported.(*types.VMwareDVSFeatureCapability)
	equal(s, "fast LACP", *features.LacpCapability.LacpFastModeSupported, false)
}

func TestNICsMoveToALAGAndBack(t *testing.T) {
	s := newSite(t)
	dvs := s.newLAGSwitch()
	s.ok(s.changeLAG(dvs, "add", lagOf("lag1", 2)))
	standalone, ports := s.config(dvs).Host[0].UplinkPortKey, s.hostLAG("esx-01", "lag1")
	s.ok(s.place(dvs, "esx-01", "vmnic2", ports["lag1-0"], "vmnic3", standalone[1]))
	equalMap(s, "one of two", s.ports(dvs, "esx-01"), map[string]string{"lag1-0": "vmnic2", "up2": "vmnic3"})
	s.ok(s.place(dvs, "esx-01", "vmnic2", ports["lag1-0"], "vmnic3", ports["lag1-1"]))
	equalMap(s, "both", s.ports(dvs, "esx-01"), map[string]string{"lag1-0": "vmnic2", "lag1-1": "vmnic3"})
	// Another change of the switch leaves them there.
	s.ok(s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) { spec.MaxMtu = 9000 }))
	equalMap(s, "both", s.ports(dvs, "esx-01"), map[string]string{"lag1-0": "vmnic2", "lag1-1": "vmnic3"})
	key := s.config(dvs).LacpGroupConfig[0].Key
	smaller := lagOf("lag1", 1)
	smaller.Key = key
	bulk := expectFault[*types.DvsOperationBulkFault](s, s.changeLAG(dvs, "edit", smaller), "lag1-1")
	equal(s, "host", bulk.HostFault[0].Host, s.hosts["esx-01"])
	equal(s, "fault", bulk.HostFault[0].Fault.Fault.(*types.ResourceInUse).Name, "lag1-1")
	bulk = expectFault[*types.DvsOperationBulkFault](s, s.changeLAG(dvs, "remove", types.VMwareDvsLacpGroupConfig{Key: key}), "lag1")
	equal(s, "fault", bulk.HostFault[0].Fault.Fault.(*types.ResourceInUse).Name, "lag1")
	expectFault[*types.ResourceInUse](s, s.place(dvs, "esx-01", "vmnic2", ports["lag1-0"], "vmnic3", ports["lag1-0"]), "in use")
	// A specification with devices only gives the LAG up.
	s.ok(s.place(dvs, "esx-01", "vmnic2", "", "vmnic3", ""))
	equalMap(s, "dropped", s.ports(dvs, "esx-01"), map[string]string{"up1": "vmnic2", "up2": "vmnic3"})
	// No NIC gets onto a LAG without asking, even when nothing else is free.
	expectFault[*types.ResourceNotAvailable](s, s.place(dvs, "esx-01", "vmnic1", "", "vmnic2", "", "vmnic3", ""), "uplink port")
	s.ok(s.changeLAG(dvs, "edit", smaller))
	s.ok(s.changeLAG(dvs, "remove", types.VMwareDvsLacpGroupConfig{Key: key}))
}

func TestLAGPortsOfOthers(t *testing.T) {
	s := newSite(t)
	dvs := s.newLAGSwitch()
	s.ok(s.changeLAG(dvs, "add", lagOf("lag1", 2)))
	ports := s.hostLAG("esx-01", "lag1")
	// While a host is added it has no ports yet, whatever key the client guesses.
	for _, key := range []string{ports["lag1-0"], fmt.Sprint(s.server.network.portKey + 3)} {
		joining := members("add", s.hosts["esx-02"], "vmnic2")
		joining[0].Backing.(*types.DistributedVirtualSwitchHostMemberPnicBacking).PnicSpec[0].UplinkPortKey = key
		expectFault[*types.DvsOperationBulkFault](s, s.changeMembers(dvs, joining), "could not be found")
	}
	s.ok(s.changeMembers(dvs, members("add", s.hosts["esx-02"], "vmnic2")))
	expectFault[*types.NotFound](s, s.place(dvs, "esx-02", "vmnic2", ports["lag1-0"]), "could not be found")
	edit := members("edit", s.hosts["esx-02"], "vmnic2")
	edit[0].Backing.(*types.DistributedVirtualSwitchHostMemberPnicBacking).PnicSpec[0].UplinkPortgroupKey = "dvportgroup-0"
	expectFault[*types.InvalidArgument](s, s.changeMembers(dvs, edit), "uplinkPortgroupKey")
}

func TestLAGInATeamingOrder(t *testing.T) {
	s := newSite(t)
	dvs := s.newLAGSwitch()
	_, err := s.createGroup(dvs, types.DVPortgroupConfigSpec{Name: "early", DefaultPortConfig: order("lag1")})
	expectFault[*types.InvalidArgument](s, err, "uplinkPortOrder")
	s.ok(s.changeLAG(dvs, "add", lagOf("lag1", 2), lagOf("lag2", 2)))
	key := s.config(dvs).LacpGroupConfig[0].Key
	standby := order("up1", "up2")
	standby.UplinkTeamingPolicy.UplinkPortOrder.StandbyUplinkPort = []string{"lag1"}
	group := s.newGroup(dvs, "app", standby)
	refused := expectFault[*types.DvsApplyOperationFault](s, s.changeLAG(dvs, "remove", types.VMwareDvsLacpGroupConfig{Key: key}), "lag1")
	equal(s, "object", refused.ObjectFault[0].ObjectId, group.Value)
	equal(s, "fault", refused.ObjectFault[0].Fault.Fault.(*types.ResourceInUse).Name, "lag1")
	// vCenter's guides call these unsupported, but no document says that the API refuses them.
	for _, active := range [][]string{{"lag1", "up1"}, {"lag1", "lag2"}} {
		s.ok(s.reconfigureGroup(group, func(spec *types.DVPortgroupConfigSpec) { spec.DefaultPortConfig = order(active...) }))
	}
	_, err = s.createGroup(dvs, types.DVPortgroupConfigSpec{Name: "port", DefaultPortConfig: order("lag1-0")})
	expectFault[*types.InvalidArgument](s, err, "uplinkPortOrder")
	// A LAG in the switch's own order is in use too.
	s.ok(s.reconfigureGroup(group, func(spec *types.DVPortgroupConfigSpec) { spec.DefaultPortConfig = order("up1") }))
	s.ok(s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) { spec.DefaultPortConfig = order("lag1") }))
	expectFault[*types.DvsApplyOperationFault](s, s.changeLAG(dvs, "remove", types.VMwareDvsLacpGroupConfig{Key: key}), "lag1")
}

// soapCall is the request for a method of an object, as text.
func soapCall(method string, ref types.ManagedObjectReference, content string) string {
	return fmt.Sprintf(envelope, fmt.Sprintf(`<%s xmlns="urn:vim25" %s><_this type="%s">%s</_this>%s</%s>`, method, xsi, ref.Type, ref.Value, content, method))
}

// The wire form is checked by itself: any other order is refused, although the Go types would take it.
func TestLAGRequestOnTheWire(t *testing.T) {
	s := newSite(t)
	dvs := s.newLAGSwitch()
	request := func(content string) string {
		return soapCall("UpdateDVSLacpGroupConfig_Task", dvs, content)
	}
	const lag = `<name>lag1</name><mode>active</mode><uplinkNum>2</uplinkNum><loadbalanceAlgorithm>srcMac</loadbalanceAlgorithm>`
	s.expectRefused("operation first", request(`<lacpGroupSpec><operation>add</operation><lacpGroupConfig>`+lag+`</lacpGroupConfig></lacpGroupSpec>`), "InvalidRequest", "lacpGroupConfig")
	s.expectRefused("no operation", request(`<lacpGroupSpec><lacpGroupConfig>`+lag+`</lacpGroupConfig></lacpGroupSpec>`), "InvalidRequest", "operation is missing")
	s.expectRefused("key last", request(`<lacpGroupSpec><lacpGroupConfig>`+lag+`<key>1</key></lacpGroupConfig><operation>add</operation></lacpGroupSpec>`), "InvalidRequest", "key")
	status, text := s.postRaw(request(`<lacpGroupSpec><lacpGroupConfig>` + lag + `</lacpGroupConfig><operation>add</operation></lacpGroupSpec>`))
	equal(s, "status", status, 200)
	_, after, _ := strings.Cut(text, `type="Task">`)
	task, _, _ := strings.Cut(after, "<")
	_, err := s.wait(types.ManagedObjectReference{Type: "Task", Value: task}, nil)
	s.ok(err)
	equal(s, "LAG", s.config(dvs).LacpGroupConfig[0].LoadbalanceAlgorithm, "srcMac")
}
