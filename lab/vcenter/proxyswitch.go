// Proxy switches: the part of a distributed switch that each member host has, as the host itself shows and changes it.

package main

import (
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// proxySwitch is a member's own part of the switch.
func (d *draft) proxySwitch(member types.DistributedVirtualSwitchHostMember) types.HostProxySwitch {
	backing := clone(*member.Config.Backing.(*types.DistributedVirtualSwitchHostMemberPnicBacking))
	proxy := types.HostProxySwitch{
		DvsUuid:           d.config.Uuid,
		DvsName:           d.config.Name,
		Key:               "key-vim.host.HostProxySwitch-" + d.config.Name,
		NumPorts:          member.Config.MaxProxySwitchPorts,
		NumPortsAvailable: member.Config.MaxProxySwitchPorts,
		ConfigNumPorts:    member.Config.MaxProxySwitchPorts,
		Mtu:               d.config.MaxMtu,
		Spec:              types.HostProxySwitchSpec{Backing: &backing},
	}
	for _, nic := range backing.PnicSpec {
		proxy.Pnic = append(proxy.Pnic, nicKeyPrefix+nic.PnicDevice)
	}
	for _, port := range d.ports {
		if d.isUplinkPort(port) && *port.ProxyHost == *member.Config.Host && !d.isLAGPort(port.Key) {
			proxy.UplinkPort = append(proxy.UplinkPort, types.KeyValue{Key: port.Key, Value: port.Config.Name})
		}
	}
	proxy.HostLag = d.hostLAGs(*member.Config.Host)
	return proxy
}

// hostLAGs are the LAGs as one host sees them, each with the host's own ports.
func (d *draft) hostLAGs(host types.ManagedObjectReference) []types.HostProxySwitchHostLagConfig {
	var lags []types.HostProxySwitchHostLagConfig
	for _, lag := range d.config.LacpGroupConfig {
		own := types.HostProxySwitchHostLagConfig{LagKey: lag.Key, LagName: lag.Name}
		for _, port := range d.lagPorts(lag)[host] {
			own.UplinkPort = append(own.UplinkPort, types.KeyValue{Key: port.Key, Value: port.Config.Name})
		}
		lags = append(lags, own)
	}
	return lags
}

func (d *draft) isLAGPort(key string) bool {
	return slices.ContainsFunc(d.config.LacpGroupConfig, func(lag types.VMwareDvsLacpGroupConfig) bool {
		return slices.Contains(lag.UplinkPortKey, key)
	})
}

// proxySwitchChange is the proxySwitch part of a host's UpdateNetworkConfig, and what the same call does beside it.
type proxySwitchChange struct {
	host     *simulator.HostSystem
	switches []types.HostProxySwitchConfig
	// vnics are all vmkernel NICs of the host as they are after the call; nil when it moves none.
	vnics []types.HostVirtualNic
	// freed are devices that the call takes off standard switches.
	freed []string
}

// applyProxySwitch puts a host's NICs on uplink and LAG ports, from the host's side. Its caller holds the lock of changes.
func (n *network) applyProxySwitch(ctx *simulator.Context, host *simulator.HostSystem, switches []types.HostProxySwitchConfig) types.BaseMethodFault {
	store, fault := n.prepareProxySwitch(ctx, proxySwitchChange{host: host, switches: switches})
	if fault == nil {
		store()
	}
	return fault
}

// prepareProxySwitch checks a change, and returns what stores it: a call with further parts checks those in between.
// Storing replaces the host's config.network: a caller that changes it too starts from the new one.
//
// The host's side needs no configVersion. That the switch gets a new one is not documented, and harder on clients.
func (n *network) prepareProxySwitch(ctx *simulator.Context, change proxySwitchChange) (func(), types.BaseMethodFault) {
	if n.isFailing(change.host.Name) {
		return nil, &types.HostConfigFault{}
	}
	var drafts []*draft
	for _, each := range change.switches {
		if slices.ContainsFunc(drafts, func(d *draft) bool { return d.config.Uuid == each.Uuid }) {
			return nil, invalid("config.proxySwitch.uuid")
		}
		d, fault := n.proxySwitchDraft(ctx, change, each)
		if fault != nil {
			return nil, fault
		}
		drafts = append(drafts, d)
	}
	return func() {
		for _, d := range drafts {
			d.store()
		}
	}, nil
}

func (n *network) proxySwitchDraft(ctx *simulator.Context, change proxySwitchChange, wanted types.HostProxySwitchConfig) (*draft, types.BaseMethodFault) {
	ref := switchByUUID(ctx, wanted.Uuid)
	if ref == nil {
		return nil, &types.NotFound{}
	}
	if wanted.ChangeOperation != string(types.HostConfigChangeOperationEdit) {
		return nil, invalid("config.proxySwitch.changeOperation") // hosts join and leave through the switch
	}
	d, fault := n.draftOf(ctx, *ref)
	if fault != nil {
		return nil, fault
	}
	d.freed = change.freed
	index := slices.Index(d.members(), change.host.Self)
	if index < 0 {
		return nil, &types.NotFound{}
	}
	if wanted.Spec != nil && wanted.Spec.Backing != nil {
		backing, fault := d.nicBacking(change.host, wanted.Spec.Backing)
		if fault != nil {
			return nil, fault
		}
		d.config.Host[index].Config.Backing = backing
	}
	if fault := d.arrangeUplinkPorts(); fault != nil {
		return nil, fault
	}
	moved := map[types.ManagedObjectReference][]types.HostVirtualNic{}
	if change.vnics != nil {
		moved[change.host.Self] = change.vnics
	}
	return d, d.checkManagement("UpdateNetworkConfig", moved)
}
