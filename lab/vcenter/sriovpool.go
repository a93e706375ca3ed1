// Device pools: the SR-IOV ports that the uplinks of one switch make up, from which a VM can have any.

package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// updatePools writes the pools that follow from the host's switches and the ports whose SR-IOV is in effect.
func updatePools(ctx *simulator.Context, host *simulator.HostSystem) {
	system := passthroughOf(ctx, host)
	if system == nil {
		return
	}
	pools := []types.BaseHostSriovDevicePoolInfo{}
	add := func(pool types.HostSriovNetworkDevicePoolInfo, key string, nics []string) {
		pool.Key = "key-vim.host.SriovNetworkDevicePool-" + key
		for _, nic := range host.Config.Network.Pnic {
			for _, each := range nics {
				if each == nic.Key && system.isDivided(nic.Pci) {
					pool.Pnic = append(pool.Pnic, nic)
				}
			}
		}
		if len(pool.Pnic) > 0 {
			pools = append(pools, &pool)
		}
	}
	for _, vswitch := range host.Config.Network.Vswitch {
		add(types.HostSriovNetworkDevicePoolInfo{SwitchKey: vswitch.Key}, vswitch.Name, vswitch.Pnic)
	}
	for _, proxy := range host.Config.Network.ProxySwitch {
		add(types.HostSriovNetworkDevicePoolInfo{SwitchUuid: proxy.DvsUuid}, proxy.DvsName, proxy.Pnic)
	}
	update(ctx, system.Self, property("sriovDevicePoolInfo", pools))
}

// isDivided tells whether a port has virtual functions now.
func (s *passthroughSystem) isDivided(id string) bool {
	for _, info := range s.infos {
		if sriov, is := info.(*types.HostSriovInfo); is && sriov.Id == id {
			return sriov.SriovActive
		}
	}
	return false
}
