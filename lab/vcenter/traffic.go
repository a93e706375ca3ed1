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

// changeTraffic changes the classes that a specification names, and of those the values that it names.
func (d *draft) changeTraffic(spec *types.VMwareDVSConfigSpec) types.BaseMethodFault {
	present := &d.config.NetworkResourceControlVersion
	if !oneOf(spec.NetworkResourceControlVersion, "version2", "version3") {
		return invalid("spec.networkResourceControlVersion")
	}
	if d.ref.Value != "" && *present == "version3" && spec.NetworkResourceControlVersion == "version2" {
		return &types.NotSupported{} // there is no way back
	}
	set(present, spec.NetworkResourceControlVersion)
	for _, change := range spec.InfrastructureTrafficResourceConfig {
		if fault := d.changeTrafficClass(change); fault != nil {
			return fault
		}
	}
	return nil
}

func (d *draft) changeTrafficClass(change types.DvsHostInfrastructureTrafficResource) types.BaseMethodFault {
	const path = "spec.infrastructureTrafficResourceConfig."
	index := slices.IndexFunc(d.config.InfrastructureTrafficResourceConfig, func(present types.DvsHostInfrastructureTrafficResource) bool {
		return present.Key == change.Key
	})
	if index < 0 {
		return invalid(path + "key")
	}
	shares, fault := sharesOf(change.AllocationInfo.Shares)
	if fault != nil {
		return fault
	}
	present := &d.config.InfrastructureTrafficResourceConfig[index]
	set(&present.Description, change.Description)
	set(&present.AllocationInfo.Limit, change.AllocationInfo.Limit)
	set(&present.AllocationInfo.Shares, shares)
	set(&present.AllocationInfo.Reservation, change.AllocationInfo.Reservation)
	limit, reservation := *present.AllocationInfo.Limit, *present.AllocationInfo.Reservation
	switch {
	case limit < -1: // -1 is no limit
		return invalid(path + "allocationInfo.limit")
	case reservation < 0 || limit >= 0 && reservation > limit:
		return invalid(path + "allocationInfo.reservation")
	case reservation > 0 && d.config.NetworkResourceControlVersion != "version3":
		return invalid(path + "allocationInfo.reservation")
	}
	return nil
}

// sharesOf completes shares: a level stands for its number, and only custom shares bring one.
func sharesOf(wanted *types.SharesInfo) (*types.SharesInfo, types.BaseMethodFault) {
	if wanted == nil {
		return nil, nil
	}
	number, isLevel := map[types.SharesLevel]int32{
		types.SharesLevelLow: 25, types.SharesLevelNormal: 50, types.SharesLevelHigh: 100,
	}[wanted.Level]
	switch {
	case isLevel:
		return &types.SharesInfo{Level: wanted.Level, Shares: number}, nil
	case wanted.Level != types.SharesLevelCustom || wanted.Shares < 1 || wanted.Shares > 100:
		return nil, invalid("spec.infrastructureTrafficResourceConfig.allocationInfo.shares")
	}
	return wanted, nil
}
