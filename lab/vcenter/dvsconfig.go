// How a specification changes a switch: every part is checked on the draft, in the order in which later parts need it.

package main

import (
	"net"
	"slices"

	"github.com/vmware/govmomi/vim25/types"
)

// Limits of the MTU of a distributed switch, in bytes.
const minMTU, maxMTU = 1280, 9000

// apply changes the draft. What the specification does not name stays as it is.
func (d *draft) apply(spec *types.VMwareDVSConfigSpec) types.BaseMethodFault {
	for _, change := range []func(*types.VMwareDVSConfigSpec) types.BaseMethodFault{
		checkKnown, d.changeName, d.changeLabels, d.changeMTU, d.changeProtocols, d.changeTraffic,
		d.changeUplinks, d.changePVLANs, d.changeDefaultPort, d.changeMembers,
	} {
		if fault := change(spec); fault != nil {
			return fault
		}
	}
	if fault := d.arrangeUplinkPorts(); fault != nil {
		return fault
	}
	return d.settleGroups()
}

// checkKnown refuses parts that this program does not keep, rather than losing them: port mirroring, the resource
// pools of old, and what is newer than the version that is played.
func checkKnown(spec *types.VMwareDVSConfigSpec) types.BaseMethodFault {
	if len(spec.VspanConfigSpec) > 0 || len(spec.NetResourcePoolTrafficResourceConfig) > 0 ||
		spec.NetworkOffloadSpecId != "" || spec.NetworkOffloadConfig != nil || spec.RealTimeConfig != nil {
		return &types.NotSupported{}
	}
	return nil
}

func (d *draft) changeName(spec *types.VMwareDVSConfigSpec) types.BaseMethodFault {
	if spec.Name == "" || spec.Name == d.config.Name {
		return nil
	}
	if fault := checkName(d.ctx, parentOf(d.ctx, d.ref, "Folder"), spec.Name); fault != nil {
		return fault
	}
	d.config.Name = spec.Name
	return nil
}

func (d *draft) changeLabels(spec *types.VMwareDVSConfigSpec) types.BaseMethodFault {
	set(&d.config.Description, spec.Description)
	set(&d.config.ExtensionKey, spec.ExtensionKey)
	if spec.Contact != nil {
		d.config.Contact = *spec.Contact
	}
	if spec.Policy != nil {
		d.config.Policy = spec.Policy
	}
	if spec.SwitchIpAddress != "" && net.ParseIP(spec.SwitchIpAddress) == nil {
		return invalid("spec.switchIpAddress")
	}
	set(&d.config.SwitchIpAddress, spec.SwitchIpAddress)
	set(&d.config.NumStandalonePorts, spec.NumStandalonePorts)
	set(&d.config.MaxPorts, spec.MaxPorts)
	set(&d.config.DefaultProxySwitchMaxNumPorts, spec.DefaultProxySwitchMaxNumPorts)
	if spec.VendorSpecificConfig != nil {
		d.config.VendorSpecificConfig = spec.VendorSpecificConfig
	}
	return nil
}

// set takes over a value that is given; the zero value is how the API's encoding leaves one out.
func set[T comparable](target *T, value T) {
	var unset T
	if value != unset {
		*target = value
	}
}

func (d *draft) changeMTU(spec *types.VMwareDVSConfigSpec) types.BaseMethodFault {
	if spec.MaxMtu != 0 && (spec.MaxMtu < minMTU || spec.MaxMtu > maxMTU) {
		return invalid("spec.maxMtu")
	}
	set(&d.config.MaxMtu, spec.MaxMtu)
	return nil
}

func (d *draft) changeProtocols(spec *types.VMwareDVSConfigSpec) types.BaseMethodFault {
	if discovery := spec.LinkDiscoveryProtocolConfig; discovery != nil {
		if !slices.Contains([]string{"cdp", "lldp"}, discovery.Protocol) ||
			!slices.Contains([]string{"none", "listen", "advertise", "both"}, discovery.Operation) {
			return invalid("spec.linkDiscoveryProtocolConfig")
		}
		d.config.LinkDiscoveryProtocolConfig = discovery
	}
	if fault := d.changeNetFlow(spec.IpfixConfig); fault != nil {
		return fault
	}
	if !oneOf(spec.LacpApiVersion, "singleLag", "multipleLag") {
		return invalid("spec.lacpApiVersion")
	}
	if spec.LacpApiVersion == "singleLag" && len(d.config.LacpGroupConfig) > 0 {
		return conflict("spec.lacpApiVersion")
	}
	set(&d.config.LacpApiVersion, spec.LacpApiVersion)
	if !oneOf(spec.MulticastFilteringMode, "legacyFiltering", "snooping") {
		return invalid("spec.multicastFilteringMode")
	}
	set(&d.config.MulticastFilteringMode, spec.MulticastFilteringMode)
	return nil
}

// changeNetFlow replaces the settings as a whole: without a collector NetFlow is off.
func (d *draft) changeNetFlow(wanted *types.VMwareIpfixConfig) types.BaseMethodFault {
	if wanted == nil {
		return nil
	}
	const path = "spec.ipfixConfig."
	isOutside := func(value, least, most int32) bool { return value < least || value > most }
	switch {
	case wanted.CollectorIpAddress != "" && net.ParseIP(wanted.CollectorIpAddress) == nil:
		return invalid(path + "collectorIpAddress")
	case isOutside(wanted.CollectorPort, 0, 65535):
		return invalid(path + "collectorPort")
	case wanted.ObservationDomainId < 0 || wanted.ObservationDomainId > 1<<32-1:
		return invalid(path + "observationDomainId")
	case isOutside(wanted.ActiveFlowTimeout, 60, 3600):
		return invalid(path + "activeFlowTimeout")
	case wanted.IdleFlowTimeout != 0 && isOutside(wanted.IdleFlowTimeout, 10, 600):
		return invalid(path + "idleFlowTimeout")
	case isOutside(wanted.SamplingRate, 0, 16384):
		return invalid(path + "samplingRate")
	}
	changed := *wanted
	if changed.IdleFlowTimeout == 0 {
		changed.IdleFlowTimeout = d.config.IpfixConfig.IdleFlowTimeout
	}
	d.config.IpfixConfig = &changed
	return nil
}

// oneOf is true for an unset value too.
func oneOf(value string, allowed ...string) bool {
	return value == "" || slices.Contains(allowed, value)
}

func (d *draft) changeDefaultPort(spec *types.VMwareDVSConfigSpec) types.BaseMethodFault {
	if spec.DefaultPortConfig != nil {
		change, isVMware := spec.DefaultPortConfig.(*types.VMwareDVSPortSetting)
		if !isVMware {
			return invalid("spec.defaultPortConfig")
		}
		overlay(d.setting(), change)
	}
	return d.rules().check(d.setting())
}
