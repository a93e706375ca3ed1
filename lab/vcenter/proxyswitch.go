// Proxy switches: the part of a distributed switch that each member host has, as the host itself shows and changes it.

package main

import (
	"slices"

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
