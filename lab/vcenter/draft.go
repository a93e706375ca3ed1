// The draft: a copy of everything that one change of a switch may touch. All checks happen on it; it is stored as a
// whole or not at all.

package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// switchType is the type that vCenter's own switches have in their references.
const switchType = "VmwareDistributedVirtualSwitch"

type draft struct {
	*network
	ctx *simulator.Context
	// ref is empty while the switch is being created.
	ref    types.ManagedObjectReference
	config types.VMwareDVSConfigInfo
	// Uplink ports come first, then those of port groups in the order of their creation.
	ports  []types.DistributedVirtualPort
	groups []groupDraft
	// members at the start of the change
	before []types.ManagedObjectReference
	// lagOf tells the LAG's key of a port's key, at the start of the change.
	lagOf map[string]string
	// freed are NICs that a call takes off standard switches beside this change.
	freed []string
}

// groupDraft is a port group of the switch.
type groupDraft struct {
	ref    types.ManagedObjectReference
	config types.DVPortgroupConfigInfo
}

// draftOf copies a switch and its port groups.
func (n *network) draftOf(ctx *simulator.Context, ref types.ManagedObjectReference) (*draft, types.BaseMethodFault) {
	d, fault := n.viewOf(ctx, ref)
	if fault != nil {
		return nil, fault
	}
	d.config, d.ports = clone(d.config), slices.Clone(d.ports)
	for index := range d.ports {
		if own := ownSetting(d.ports[index]); own != nil {
			copied := clone(*own)
			d.ports[index].Config.Setting = &copied
		}
	}
	for index := range d.groups {
		d.groups[index].config = clone(d.groups[index].config)
	}
	d.before, d.lagOf = d.members(), map[string]string{}
	for _, lag := range d.config.LacpGroupConfig {
		for _, port := range lag.UplinkPortKey {
			d.lagOf[port] = lag.Key
		}
	}
	return d, nil
}

// viewOf is a draft that shares everything with the registry: for reading only.
func (n *network) viewOf(ctx *simulator.Context, ref types.ManagedObjectReference) (*draft, types.BaseMethodFault) {
	dvs := switchOf(ctx, ref)
	if dvs == nil {
		return nil, &types.ManagedObjectNotFound{Obj: ref}
	}
	d := &draft{network: n, ctx: ctx, ref: ref, config: *dvs.Config.(*types.VMwareDVSConfigInfo), ports: dvs.FetchDVPortsResponse.Returnval}
	for _, group := range dvs.Portgroup {
		d.groups = append(d.groups, groupDraft{ref: group, config: portGroupOf(ctx, group).Config})
	}
	return d, nil
}

// newDraft is a switch with the defaults of the API.
func (n *network) newDraft(ctx *simulator.Context, name string, product types.DistributedVirtualSwitchProductSpec) *draft {
	yes := true
	return &draft{network: n, ctx: ctx, config: types.VMwareDVSConfigInfo{
		DVSConfigInfo: types.DVSConfigInfo{
			Uuid:                                newUUID(),
			Name:                                name,
			MaxPorts:                            1<<31 - 1,
			UplinkPortPolicy:                    &types.DVSNameArrayUplinkPortPolicy{},
			DefaultPortConfig:                   defaultSetting(nil),
			ProductInfo:                         product,
			Policy:                              &types.DVSPolicy{AutoPreInstallAllowed: &yes, AutoUpgradeAllowed: &yes, PartialUpgradeAllowed: &yes},
			ConfigVersion:                       "0",
			CreateTime:                          time.Now().UTC(),
			DefaultProxySwitchMaxNumPorts:       512,
			InfrastructureTrafficResourceConfig: defaultTraffic(),
			NetworkResourceControlVersion:       "version3",
			PnicCapacityRatioForReservation:     75,
			HealthCheckConfig:                   defaultHealthChecks(),
		},
		MaxMtu:                      1500,
		LinkDiscoveryProtocolConfig: &types.LinkDiscoveryProtocolConfig{Protocol: "cdp", Operation: "listen"},
		IpfixConfig:                 &types.VMwareIpfixConfig{ActiveFlowTimeout: 60, IdleFlowTimeout: 15},
		LacpApiVersion:              string(types.VMwareDvsLacpApiVersionSingleLag),
		MulticastFilteringMode:      string(types.VMwareDvsMulticastFilteringModeLegacyFiltering),
	}}
}

// uplinkNames in order; the position of a name is its uplink's identity.
func (d *draft) uplinkNames() []string {
	return d.config.UplinkPortPolicy.(*types.DVSNameArrayUplinkPortPolicy).UplinkPortName
}

// teamingNames are what a teaming order may name: standalone uplinks, and LAGs by the name of the LAG.
func (d *draft) teamingNames() []string {
	return slices.Concat(d.uplinkNames(), d.lagNames())
}

func (d *draft) setting() *types.VMwareDVSPortSetting {
	return d.config.DefaultPortConfig.(*types.VMwareDVSPortSetting)
}

func (g *groupDraft) setting() *types.VMwareDVSPortSetting {
	return g.config.DefaultPortConfig.(*types.VMwareDVSPortSetting)
}

func (d *draft) rules() portRules {
	return portRules{
		uplinks: d.teamingNames(), pvlans: d.config.PvlanConfig, lacpAPI: d.config.LacpApiVersion,
		hasCollector: d.config.IpfixConfig != nil && d.config.IpfixConfig.CollectorIpAddress != "",
	}
}

func (d *draft) members() []types.ManagedObjectReference {
	hosts := []types.ManagedObjectReference{}
	for _, member := range d.config.Host {
		hosts = append(hosts, *member.Config.Host)
	}
	return hosts
}

// commit stores the draft and records it, unless the change would cut a host off.
func (d *draft) commit(method string, spec *types.VMwareDVSConfigSpec) types.BaseMethodFault {
	if fault := d.checkManagement(method, nil); fault != nil {
		return fault
	}
	d.store()
	postEvent(d.ctx, &types.DvsReconfiguredEvent{DvsEvent: d.event(), ConfigSpec: spec})
	return nil
}

// store makes the draft the truth: switch, port groups, and what hosts know of both.
func (d *draft) store() {
	d.config.ConfigVersion = nextVersion(d.config.ConfigVersion)
	d.config.NumPorts = int32(len(d.ports))
	d.config.UplinkPortgroup = nil
	for index := range d.groups {
		if group := &d.groups[index]; isTrue(group.config.Uplink) {
			d.config.UplinkPortgroup = append(d.config.UplinkPortgroup, group.ref)
			d.placeUplinkPorts(group)
		}
	}
	joined := d.joinedPorts()
	d.publish()
	d.followHealth()
	for index := range d.groups {
		d.groups[index].store(d)
	}
	d.mirror(append(without(d.before, d.members()...), d.members()...))
	d.postMembers()
	d.postSilent(joined)
}

// store writes a port group that the change touched, and the keys of its ports.
func (g *groupDraft) store(d *draft) {
	keys := []string{}
	for _, port := range d.ports {
		if port.PortgroupKey == g.config.Key {
			keys = append(keys, port.Key)
		}
	}
	group := portGroupOf(d.ctx, g.ref)
	update(d.ctx, g.ref,
		property("config", g.config),
		property("name", g.config.Name),
		property("summary", types.BaseNetworkSummary(&types.NetworkSummary{Network: &g.ref, Name: g.config.Name, Accessible: true})),
		property("portKeys", keys),
		property("host", d.members()))
	d.ctx.WithLock(g.ref, func() { group.Entity().Name = g.config.Name })
}

func newSwitchProduct(version string) types.DistributedVirtualSwitchProductSpec {
	return types.DistributedVirtualSwitchProductSpec{
		Name: "DVS", Vendor: "VMware, Inc.", Version: version, Build: "0", ForwardingClass: "etherswitch",
	}
}

func uplinkGroupName(name string, ref types.ManagedObjectReference) string {
	return fmt.Sprintf("%s-DVUplinks-%s", name, strings.TrimPrefix(ref.Value, "dvs-"))
}
