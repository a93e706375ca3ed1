package main

import (
	"testing"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func netFlow(collector string) *types.VMwareIpfixConfig {
	return &types.VMwareIpfixConfig{CollectorIpAddress: collector, CollectorPort: 2055, ActiveFlowTimeout: 60, SamplingRate: 0}
}

func TestNetFlow(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	group := s.newGroup(dvs, "app", nil)
	on := func() error {
		return s.reconfigureGroup(group, func(spec *types.DVPortgroupConfigSpec) {
			spec.DefaultPortConfig = &types.VMwareDVSPortSetting{IpfixEnabled: boolPolicy(true)}
		})
	}
	change := func(config *types.VMwareIpfixConfig) error {
		return s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) { spec.IpfixConfig = config })
	}
	expectFault[*types.ConflictingConfiguration](s, on(), "ipfixEnabled")
	s.ok(change(netFlow("10.0.0.9")))
	equal(s, "idle timeout stays", s.config(dvs).IpfixConfig.IdleFlowTimeout, 15)
	s.ok(on())
	expectFault[*types.ConflictingConfiguration](s, change(netFlow("")), "ipfixEnabled")
	for path, wrong := range map[string]func(*types.VMwareIpfixConfig){
		"collectorIpAddress":  func(config *types.VMwareIpfixConfig) { config.CollectorIpAddress = "10.0.0" },
		"collectorPort":       func(config *types.VMwareIpfixConfig) { config.CollectorPort = 65536 },
		"observationDomainId": func(config *types.VMwareIpfixConfig) { config.ObservationDomainId = 1 << 32 },
		"activeFlowTimeout":   func(config *types.VMwareIpfixConfig) { config.ActiveFlowTimeout = 59 },
		"idleFlowTimeout":     func(config *types.VMwareIpfixConfig) { config.IdleFlowTimeout = 601 },
		"samplingRate":        func(config *types.VMwareIpfixConfig) { config.SamplingRate = 16385 },
	} {
		config := netFlow("10.0.0.9")
		wrong(config)
		equal(s, "path", expectFault[*types.InvalidArgument](s, change(config), "").InvalidProperty, "spec.ipfixConfig."+path)
	}
}

func TestContact(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	change := func(contact *types.DVSContactInfo) {
		s.ok(s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) { spec.Contact = contact }))
	}
	for _, contact := range []types.DVSContactInfo{{Name: "network team", Contact: "noc@example.net"}, {Name: "storage team"}} {
		change(&contact)
		equal(s, "contact", s.config(dvs).Contact, contact)
		equal(s, "summary", *get[mo.VmwareDistributedVirtualSwitch](s, dvs, "summary").Summary.Contact, contact)
	}
	change(nil)
	equal(s, "contact that is not named", s.config(dvs).Contact.Name, "storage team")
}

func TestTrafficClasses(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	change := func(allocation types.DvsHostInfrastructureTrafficResourceAllocation) error {
		return s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) {
			spec.InfrastructureTrafficResourceConfig = []types.DvsHostInfrastructureTrafficResource{{Key: "vmotion", AllocationInfo: allocation}}
		})
	}
	number := func(value int64) *int64 { return &value }
	s.ok(change(types.DvsHostInfrastructureTrafficResourceAllocation{Limit: number(1000), Reservation: number(500)}))
	s.ok(change(types.DvsHostInfrastructureTrafficResourceAllocation{Shares: &types.SharesInfo{Level: types.SharesLevelHigh}}))
	for _, class := range s.config(dvs).InfrastructureTrafficResourceConfig {
		if class.Key == "vmotion" {
			equal(s, "limit", *class.AllocationInfo.Limit, 1000)
			equal(s, "reservation", *class.AllocationInfo.Reservation, 500)
			equal(s, "shares", class.AllocationInfo.Shares.Shares, 100)
		}
	}
	for path, wrong := range map[string][]types.DvsHostInfrastructureTrafficResourceAllocation{
		"limit":       {{Limit: number(-2)}},
		"reservation": {{Reservation: number(-1)}, {Reservation: number(1001)}},
		"shares":      {{Shares: &types.SharesInfo{Level: "most"}}, {Shares: &types.SharesInfo{Level: "custom", Shares: 101}}},
	} {
		for _, each := range wrong {
			found := expectFault[*types.InvalidArgument](s, change(each), "")
			equal(s, "path", found.InvalidProperty, "spec.infrastructureTrafficResourceConfig.allocationInfo."+path)
		}
	}
	err := s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) { spec.NetworkResourceControlVersion = "version2" })
	expectFault[*types.NotSupported](s, err, "not supported")
	old := twoUplinks("old")
	old.NetworkResourceControlVersion = "version2"
	dvs = must(s.createSwitch(old))(s)
	expectFault[*types.InvalidArgument](s, change(types.DvsHostInfrastructureTrafficResourceAllocation{Reservation: number(1)}), "reservation")
	s.ok(s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) { spec.NetworkResourceControlVersion = "version3" }))
	s.ok(change(types.DvsHostInfrastructureTrafficResourceAllocation{Reservation: number(1)}))
}

func TestOneIsolatedPVLANPerPrimary(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	add := func(primary, secondary int32, kind string) types.VMwareDVSPvlanConfigSpec {
		return types.VMwareDVSPvlanConfigSpec{Operation: "add", PvlanEntry: types.VMwareDVSPvlanMapEntry{PrimaryVlanId: primary, SecondaryVlanId: secondary, PvlanType: kind}}
	}
	change := func(changes ...types.VMwareDVSPvlanConfigSpec) error {
		return s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) { spec.PvlanConfigSpec = changes })
	}
	s.ok(change(add(200, 200, "promiscuous"), add(200, 201, "isolated"), add(300, 300, "promiscuous"), add(300, 301, "isolated")))
	expectFault[*types.InvalidArgument](s, change(add(200, 202, "isolated")), "pvlanType")
}

func TestUnknownPartsAreNotLost(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	err := s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) {
		spec.VspanConfigSpec = []types.VMwareDVSVspanConfigSpec{{Operation: "add"}}
	})
	expectFault[*types.NotSupported](s, err, "not supported")
	_, err = s.createGroup(dvs, types.DVPortgroupConfigSpec{Name: "nsx", SegmentId: "s1"})
	expectFault[*types.NotSupported](s, err, "not supported")
}

func TestUpgradeGoesUpwards(t *testing.T) {
	s := newSite(t)
	spec := twoUplinks("dvs0")
	spec.Host = members("add", s.hosts["esx-01"], "vmnic2")
	answer, err := methods.CreateDVS_Task(s.ctx, s.client, &types.CreateDVS_Task{This: s.folder.Reference(), Spec: types.DVSCreateSpec{
		ConfigSpec: &spec, ProductInfo: &types.DistributedVirtualSwitchProductSpec{Version: "6.6.0"},
	}})
	s.ok(err)
	result, err := s.wait(answer.Returnval, nil)
	s.ok(err)
	dvs := result.(types.ManagedObjectReference)
	upgrade := func(operation, version string) error {
		request := &types.PerformDvsProductSpecOperation_Task{This: dvs, Operation: operation}
		if version != "" {
			request.ProductSpec = &types.DistributedVirtualSwitchProductSpec{Version: version}
		}
		answer, err := methods.PerformDvsProductSpecOperation_Task(s.ctx, s.client, request)
		s.ok(err)
		_, err = s.wait(answer.Returnval, nil)
		return err
	}
	before := s.config(dvs).ConfigVersion
	s.ok(upgrade("upgrade", "7.0.0"))
	equal(s, "version", s.config(dvs).ProductInfo.Version, "7.0.0")
	equal(s, "version of the member", s.config(dvs).Host[0].ProductInfo.Version, "7.0.0")
	if s.config(dvs).ConfigVersion == before {
		t.Error("configVersion stayed")
	}
	features := get[mo.VmwareDistributedVirtualSwitch](s, dvs, "capability").Capability.FeaturesSupported.(*types.VMwareDVSFeatureCapability)
	equal(s, "fast LACP", *features.LacpCapability.LacpFastModeSupported, true)
	expectFault[*types.InvalidState](s, upgrade("upgrade", "6.5.0"), "current state")
	expectFault[*types.InvalidArgument](s, upgrade("upgrade", "99.0.0"), "productSpec.version")
	expectFault[*types.NotSupported](s, upgrade("preInstall", ""), "not supported")
	s.ok(upgrade("upgrade", ""))
	equal(s, "newest", s.config(dvs).ProductInfo.Version, version)
}

func TestLimitsAreData(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	s.server.network.limits.hosts, s.server.network.limits.portGroups = 1, 2
	s.newGroup(dvs, "app", nil)
	_, err := s.createGroup(dvs, types.DVPortgroupConfigSpec{Name: "more"})
	equal(s, "limit", *expectFault[*types.LimitExceeded](s, err, "portgroup").Limit, 2)
	s.ok(s.changeMembers(dvs, members("add", s.hosts["esx-01"])))
	equal(s, "limit", *expectFault[*types.LimitExceeded](s, s.changeMembers(dvs, members("add", s.hosts["esx-02"])), "config.host").Limit, 1)
}

func TestAnUplinkInUseStays(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	s.ok(s.changeMembers(dvs, members("add", s.hosts["esx-01"], "vmnic2", "vmnic3")))
	err := s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) {
		spec.UplinkPortPolicy = &types.DVSNameArrayUplinkPortPolicy{UplinkPortName: []string{"up1"}}
	})
	expectFault[*types.ResourceInUse](s, err, "'up2' is in use")
}
