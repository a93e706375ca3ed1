package main

import (
	"testing"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func TestCreateSwitch(t *testing.T) {
	s := newSite(t)
	spec := twoUplinks("dvs0")
	spec.MaxMtu, spec.LacpApiVersion, spec.Description = 9000, "multipleLag", "demo"
	spec.LinkDiscoveryProtocolConfig = &types.LinkDiscoveryProtocolConfig{Protocol: "lldp", Operation: "both"}
	ref := must(s.createSwitch(spec))(s)
	equal(s, "type", ref.Type, "VmwareDistributedVirtualSwitch")
	config := s.config(ref)
	equal(s, "name", config.Name, "dvs0")
	equal(s, "mtu", config.MaxMtu, 9000)
	equal(s, "lacpApiVersion", config.LacpApiVersion, "multipleLag")
	equal(s, "discovery", *config.LinkDiscoveryProtocolConfig, *spec.LinkDiscoveryProtocolConfig)
	equal(s, "version", config.ProductInfo.Version, version)
	equal(s, "vendor", config.ProductInfo.Vendor, "VMware, Inc.")
	equal(s, "description", config.Description, "demo")
	equal(s, "configVersion", config.ConfigVersion, "1")
	equal(s, "has a time of creation", config.CreateTime.IsZero(), false)
	equal(s, "traffic classes", len(config.InfrastructureTrafficResourceConfig), len(trafficClasses))
	equalList(s, "uplinks", config.UplinkPortPolicy.(*types.DVSNameArrayUplinkPortPolicy).UplinkPortName, []string{"up1", "up2"})
	equalList(s, "active uplinks", teaming(config.DefaultPortConfig).UplinkPortOrder.ActiveUplinkPort, []string{"up1", "up2"})
	equalList(s, "names", s.names(), []string{"VM Network", "dvs0", uplinkGroupName("dvs0", ref)})

	uplinks := s.group(config.UplinkPortgroup[0])
	equal(s, "uplink group is marked", isTrue(uplinks.Uplink), true)
	equal(s, "uplink ports without hosts", uplinks.NumPorts, 0)
	dvs := get[mo.VmwareDistributedVirtualSwitch](s, ref, "uuid", "summary", "portgroup", "capability", "parent")
	equal(s, "uuid", dvs.Uuid, config.Uuid)
	equal(s, "summary", dvs.Summary.Name, "dvs0")
	equalList(s, "port groups", dvs.Portgroup, config.UplinkPortgroup)
	equal(s, "parent", *dvs.Parent, s.folder.Reference())
	features := dvs.Capability.FeaturesSupported.(*types.VMwareDVSFeatureCapability)
	equal(s, "several LAGs", *features.LacpCapability.MultiLacpGroupSupported, true)
}

func teaming(setting types.BaseDVPortSetting) *types.VmwareUplinkPortTeamingPolicy {
	return setting.(*types.VMwareDVSPortSetting).UplinkTeamingPolicy
}

func TestCreateSwitchDefaults(t *testing.T) {
	s := newSite(t)
	config := s.config(must(s.createSwitch(types.VMwareDVSConfigSpec{DVSConfigSpec: types.DVSConfigSpec{Name: "plain"}}))(s))
	equal(s, "uplinks", len(config.UplinkPortPolicy.(*types.DVSNameArrayUplinkPortPolicy).UplinkPortName), 4)
	equal(s, "mtu", config.MaxMtu, 1500)
	equal(s, "lacpApiVersion", config.LacpApiVersion, "singleLag")
	setting := config.DefaultPortConfig.(*types.VMwareDVSPortSetting)
	for name, policy := range map[string]*types.BoolPolicy{
		"promiscuous": setting.SecurityPolicy.AllowPromiscuous, "MAC changes": setting.SecurityPolicy.MacChanges,
		"forged transmits": setting.SecurityPolicy.ForgedTransmits,
	} {
		equal(s, name, *policy.Value, false)
	}
}

func TestCreateSwitchFaults(t *testing.T) {
	s := newSite(t)
	s.newSwitch("dvs0")
	for _, each := range []struct {
		name    string
		change  func(*types.VMwareDVSConfigSpec)
		invalid string
	}{
		{"MTU too small", func(spec *types.VMwareDVSConfigSpec) { spec.MaxMtu = 900 }, "spec.maxMtu"},
		{"MTU too large", func(spec *types.VMwareDVSConfigSpec) { spec.MaxMtu = 9001 }, "spec.maxMtu"},
		{"uplink twice", func(spec *types.VMwareDVSConfigSpec) {
			spec.UplinkPortPolicy = &types.DVSNameArrayUplinkPortPolicy{UplinkPortName: []string{"up1", "up1"}}
		}, "spec.uplinkPortPolicy.uplinkPortName"},
		{"abstract uplink policy", func(spec *types.VMwareDVSConfigSpec) { spec.UplinkPortPolicy = &types.DVSUplinkPortPolicy{} }, "spec.uplinkPortPolicy"},
		{"unknown uplink", func(spec *types.VMwareDVSConfigSpec) { spec.DefaultPortConfig = order("up1", "up9") }, "defaultPortConfig.uplinkTeamingPolicy.uplinkPortOrder"},
		{"abstract port setting", func(spec *types.VMwareDVSConfigSpec) { spec.DefaultPortConfig = &types.DVPortSetting{} }, "spec.defaultPortConfig"},
		{"discovery", func(spec *types.VMwareDVSConfigSpec) {
			spec.LinkDiscoveryProtocolConfig = &types.LinkDiscoveryProtocolConfig{Protocol: "fdp", Operation: "both"}
		}, "spec.linkDiscoveryProtocolConfig"},
		{"lacpApiVersion", func(spec *types.VMwareDVSConfigSpec) { spec.LacpApiVersion = "twoLags" }, "spec.lacpApiVersion"},
		{"multicast", func(spec *types.VMwareDVSConfigSpec) { spec.MulticastFilteringMode = "none" }, "spec.multicastFilteringMode"},
		{"resource control", func(spec *types.VMwareDVSConfigSpec) { spec.NetworkResourceControlVersion = "version9" }, "spec.networkResourceControlVersion"},
		{"traffic class", func(spec *types.VMwareDVSConfigSpec) {
			spec.InfrastructureTrafficResourceConfig = []types.DvsHostInfrastructureTrafficResource{{Key: "games"}}
		}, "spec.infrastructureTrafficResourceConfig.key"},
		{"IP address", func(spec *types.VMwareDVSConfigSpec) { spec.SwitchIpAddress = "10.0.0" }, "spec.switchIpAddress"},
	} {
		spec := twoUplinks("dvs1")
		each.change(&spec)
		_, err := s.createSwitch(spec)
		found := expectFault[*types.InvalidArgument](s, err, "A specified parameter was not correct: ")
		equal(s, each.name, found.InvalidProperty, each.invalid)
	}
	_, err := s.createSwitch(twoUplinks("dvs0"))
	expectFault[*types.DuplicateName](s, err, "The name 'dvs0' already exists.")
	_, err = s.createSwitch(twoUplinks(""))
	expectFault[*types.InvalidName](s, err, "The name '' is invalid.")
	many := twoUplinks("dvs1")
	many.UplinkPortPolicy = &types.DVSNameArrayUplinkPortPolicy{UplinkPortName: make([]string, limits7.uplinks+1)}
	_, err = s.createSwitch(many)
	equal(s, "limit", *expectFault[*types.LimitExceeded](s, err, "The limit of 32").Limit, int32(limits7.uplinks))
	lacp := twoUplinks("dvs1")
	lacp.LacpApiVersion = "multipleLag"
	lacp.DefaultPortConfig = &types.VMwareDVSPortSetting{LacpPolicy: &types.VMwareUplinkLacpPolicy{Enable: boolPolicy(true)}}
	_, err = s.createSwitch(lacp)
	expectFault[*types.ConflictingConfiguration](s, err, "lacpPolicy.enable")
	// None of the refused switches left anything behind.
	equal(s, "names", len(s.names()), 3)
}

func order(active ...string) *types.VMwareDVSPortSetting {
	return &types.VMwareDVSPortSetting{UplinkTeamingPolicy: &types.VmwareUplinkPortTeamingPolicy{
		UplinkPortOrder: &types.VMwareUplinkPortOrderPolicy{ActiveUplinkPort: active},
	}}
}

func TestCreateSwitchOnlyInNetworkFolder(t *testing.T) {
	s := newSite(t)
	spec := twoUplinks("dvs0")
	answer, err := methods.CreateDVS_Task(s.ctx, s.client, &types.CreateDVS_Task{
		This: s.client.ServiceContent.RootFolder, Spec: types.DVSCreateSpec{ConfigSpec: &spec},
	})
	s.ok(err)
	_, err = s.wait(answer.Returnval, nil)
	expectFault[*types.NotSupported](s, err, "not supported")
}

func TestCreateSwitchVersion(t *testing.T) {
	s := newSite(t)
	create := func(name, version string) error {
		spec := twoUplinks(name)
		answer, err := methods.CreateDVS_Task(s.ctx, s.client, &types.CreateDVS_Task{This: s.folder.Reference(), Spec: types.DVSCreateSpec{
			ConfigSpec: &spec, ProductInfo: &types.DistributedVirtualSwitchProductSpec{Version: version},
		}})
		s.ok(err)
		_, err = s.wait(answer.Returnval, nil)
		return err
	}
	s.ok(create("old", "6.5.0"))
	s.ok(create("newest", ""))
	expectFault[*types.InvalidArgument](s, create("future", "99.0.0"), "productInfo.version")
}

func TestConfigVersionGuardsChanges(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	stale := s.config(dvs).ConfigVersion
	s.ok(s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) { spec.MaxMtu = 9000 }))
	if now := s.config(dvs).ConfigVersion; now == stale {
		t.Fatalf("configVersion is still %s", now)
	}
	err := s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) { spec.ConfigVersion, spec.MaxMtu = stale, 1500 })
	expectFault[*types.ConcurrentAccess](s, err, "concurrent modification by another operation")
	equal(s, "mtu", s.config(dvs).MaxMtu, 9000)
	err = s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) { spec.ConfigVersion = "" })
	equal(s, "without a version", expectFault[*types.InvalidArgument](s, err, "").InvalidProperty, "spec.configVersion")
	// A refused change is no change.
	version := s.config(dvs).ConfigVersion
	if s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) { spec.MaxMtu = 1 }) == nil {
		t.Error("MTU 1 was taken")
	}
	equal(s, "configVersion", s.config(dvs).ConfigVersion, version)
}

func TestReconfigureKeepsWhatIsNotNamed(t *testing.T) {
	s := newSite(t)
	spec := twoUplinks("dvs0")
	spec.MaxMtu, spec.Description = 9000, "kept"
	spec.Contact = &types.DVSContactInfo{Name: "network team"}
	dvs := must(s.createSwitch(spec))(s)
	s.ok(s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) {
		spec.Name = "dvs-new"
		spec.DefaultPortConfig = &types.VMwareDVSPortSetting{Vlan: &types.VmwareDistributedVirtualSwitchVlanIdSpec{VlanId: 5}}
	}))
	config := s.config(dvs)
	equal(s, "mtu", config.MaxMtu, 9000)
	equal(s, "description", config.Description, "kept")
	equal(s, "contact", config.Contact.Name, "network team")
	equal(s, "policy", teaming(config.DefaultPortConfig).Policy.Value, "loadbalance_srcid")
	equal(s, "name", get[mo.VmwareDistributedVirtualSwitch](s, dvs, "name").Name, "dvs-new")
	err := s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) { spec.Name = "VM Network" })
	expectFault[*types.DuplicateName](s, err, "The name 'VM Network' already exists.")
}

func TestNetworkResourceManagement(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	for _, wanted := range []bool{true, false} {
		_, err := methods.EnableNetworkResourceManagement(s.ctx, s.client, &types.EnableNetworkResourceManagement{This: dvs, Enable: wanted})
		s.ok(err)
		equal(s, "enabled", s.config(dvs).NetworkResourceManagementEnabled, wanted)
	}
	limit := int64(100)
	s.ok(s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) {
		spec.InfrastructureTrafficResourceConfig = []types.DvsHostInfrastructureTrafficResource{
			{Key: "vmotion", AllocationInfo: types.DvsHostInfrastructureTrafficResourceAllocation{Limit: &limit}},
		}
	}))
	for _, class := range s.config(dvs).InfrastructureTrafficResourceConfig {
		if class.Key == "vmotion" {
			equal(s, "limit", *class.AllocationInfo.Limit, 100)
			equal(s, "shares", class.AllocationInfo.Shares.Shares, 50)
		}
	}
}

func TestManagerFindsByIdentifier(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	group := s.newGroup(dvs, "app", nil)
	manager := types.ManagedObjectReference{Type: "DistributedVirtualSwitchManager", Value: "DVSManager"}
	uuid := s.config(dvs).Uuid
	found, err := methods.QueryDvsByUuid(s.ctx, s.client, &types.QueryDvsByUuid{This: manager, Uuid: uuid})
	s.ok(err)
	equal(s, "switch", *found.Returnval, dvs)
	_, err = methods.QueryDvsByUuid(s.ctx, s.client, &types.QueryDvsByUuid{This: manager, Uuid: "none"})
	expectFault[*types.NotFound](s, err, "could not be found")
	key := get[mo.DistributedVirtualPortgroup](s, group, "key").Key
	inSwitch, err := methods.DVSManagerLookupDvPortGroup(s.ctx, s.client, &types.DVSManagerLookupDvPortGroup{This: manager, SwitchUuid: uuid, PortgroupKey: key})
	s.ok(err)
	equal(s, "port group", *inSwitch.Returnval, group)
	own, err := methods.LookupDvPortGroup(s.ctx, s.client, &types.LookupDvPortGroup{This: dvs, PortgroupKey: key})
	s.ok(err)
	equal(s, "port group of the switch", *own.Returnval, group)
	_, err = methods.LookupDvPortGroup(s.ctx, s.client, &types.LookupDvPortGroup{This: dvs, PortgroupKey: "none"})
	expectFault[*types.NotFound](s, err, "could not be found")
	_, err = methods.DVSManagerLookupDvPortGroup(s.ctx, s.client, &types.DVSManagerLookupDvPortGroup{This: manager, SwitchUuid: uuid, PortgroupKey: "none"})
	expectFault[*types.NotFound](s, err, "could not be found")
}

func TestDestroySwitchLeavesNothing(t *testing.T) {
	s := newSite(t)
	before := s.names()
	offered := get[mo.HostSystem](s, s.hosts["esx-01"], "network").Network
	dvs := s.newSwitch("dvs0")
	s.newGroup(dvs, "app", nil)
	s.ok(s.reconfigure(dvs, func(spec *types.VMwareDVSConfigSpec) { spec.Host = members("add", s.hosts["esx-01"], "vmnic2") }))
	s.ok(s.destroy(dvs))
	equalList(s, "names", s.names(), before)
	host := get[mo.HostSystem](s, s.hosts["esx-01"], "network", "config.network.proxySwitch", "parent")
	equalList(s, "networks of the host", host.Network, offered)
	equal(s, "proxy switches", len(host.Config.Network.ProxySwitch), 0)
	equalList(s, "networks of the cluster", get[mo.ClusterComputeResource](s, *host.Parent, "network").Network, offered)
	_, err := methods.Destroy_Task(s.ctx, s.client, &types.Destroy_Task{This: dvs})
	expectFault[*types.ManagedObjectNotFound](s, err, "")
}
