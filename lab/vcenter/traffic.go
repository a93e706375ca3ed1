// Network I/O Control: what each class of host traffic may take of the uplinks.

package main

import (
	"slices"

	"github.com/vmware/govmomi/vim25/types"
)

// Traffic classes of a switch; virtual machines get a high share, everything else a normal one.
var trafficClasses = []string{
	"management", "faultTolerance", "vmotion", "virtualMachine", "iSCSI", "nfs", "hbr", "vsan", "vdp", "backupNfc",
}

func defaultTraffic() []types.DvsHostInfrastructureTrafficResource {
	var resources []types.DvsHostInfrastructureTrafficResource
	for _, class := range trafficClasses {
		unlimited, none := int64(-1), int64(0)
		shares := types.SharesInfo{Level: types.SharesLevelNormal, Shares: 50}
		if class == "virtualMachine" {
			shares = types.SharesInfo{Level: types.SharesLevelHigh, Shares: 100}
		}
		resources = append(resources, types.DvsHostInfrastructureTrafficResource{
			Key:            class,
			AllocationInfo: types.DvsHostInfrastructureTrafficResourceAllocation{Limit: &unlimited, Shares: &shares, Reservation: &none},
		})
	}
	return resources
}

func (d *draft) changeTraffic(spec *types.VMwareDVSConfigSpec) types.BaseMethodFault {
	if !oneOf(spec.NetworkResourceControlVersion, "version2", "version3") {
		return invalid("spec.networkResourceControlVersion")
	}
	set(&d.config.NetworkResourceControlVersion, spec.NetworkResourceControlVersion)
	for _, change := range spec.InfrastructureTrafficResourceConfig {
		index := slices.IndexFunc(d.config.InfrastructureTrafficResourceConfig, func(present types.DvsHostInfrastructureTrafficResource) bool {
			return present.Key == change.Key
		})
		if index < 0 {
			return invalid("spec.infrastructureTrafficResourceConfig.key")
		}
		present, wanted := &d.config.InfrastructureTrafficResourceConfig[index].AllocationInfo, change.AllocationInfo
		set(&present.Limit, wanted.Limit)
		set(&present.Shares, wanted.Shares)
		set(&present.Reservation, wanted.Reservation)
	}
	return nil
}
