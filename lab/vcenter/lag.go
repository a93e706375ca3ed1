// LAGs of a distributed switch: UpdateDVSLacpGroupConfig_Task, with what vCenter refuses in it.
//
// The class of some refusals is not documented: which are said beside them. Where a refusal itself is not documented,
// such as a LAG beside standalone uplinks in one teaming order, the change is accepted here.

package main

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// Ports that a LAG can have on one host.
const maxLAGPorts = 30

// Hash algorithms of a LAG, by their words in the API.
var lagAlgorithms = []string{
	"srcMac", "destMac", "srcDestMac", "destIpVlan", "srcIpVlan", "srcDestIpVlan",
	"destTcpUdpPort", "srcTcpUdpPort", "srcDestTcpUdpPort",
	"destIpTcpUdpPort", "srcIpTcpUdpPort", "srcDestIpTcpUdpPort",
	"destIpTcpUdpPortVlan", "srcIpTcpUdpPortVlan", "srcDestIpTcpUdpPortVlan",
	"destIp", "srcIp", "srcDestIp", "vlan", "srcPortId",
}

// UpdateDVSLacpGroupConfigTask answers UpdateDVSLacpGroupConfig_Task: all of its specifications hold, or none.
func (m *switchMethods) UpdateDVSLacpGroupConfigTask(ctx *simulator.Context, req *types.UpdateDVSLacpGroupConfig_Task) soap.HasFault {
	const name = "UpdateDVSLacpGroupConfig_Task"
	task := m.edit(ctx, req.This, name, func(d *draft) types.BaseMethodFault {
		if fault := d.changeLAGs(req.LacpGroupSpec); fault != nil {
			return fault
		}
		return d.commit(name, &types.VMwareDVSConfigSpec{})
	})
	return &methods.UpdateDVSLacpGroupConfig_TaskBody{Res: &types.UpdateDVSLacpGroupConfig_TaskResponse{Returnval: task}}
}

func (d *draft) changeLAGs(specs []types.VMwareDvsLacpGroupSpec) types.BaseMethodFault {
	if d.config.LacpApiVersion != string(types.VMwareDvsLacpApiVersionMultipleLag) {
		return conflict("config.lacpApiVersion")
	}
	if len(specs) == 0 {
		return invalid("lacpGroupSpec")
	}
	for _, spec := range specs {
		if fault := d.changeLAG(spec); fault != nil {
			return fault
		}
	}
	return d.arrangeUplinkPorts()
}

func (d *draft) changeLAG(spec types.VMwareDvsLacpGroupSpec) types.BaseMethodFault {
	wanted := spec.LacpGroupConfig
	if spec.Operation == string(types.ConfigSpecOperationAdd) {
		return d.addLAG(wanted)
	}
	if spec.Operation != string(types.ConfigSpecOperationEdit) && spec.Operation != string(types.ConfigSpecOperationRemove) {
		return invalid("lacpGroupSpec.operation")
	}
	if wanted.Key == "" {
		return invalid("lacpGroupSpec.lacpGroupConfig.key")
	}
	index := slices.IndexFunc(d.config.LacpGroupConfig, func(lag types.VMwareDvsLacpGroupConfig) bool { return lag.Key == wanted.Key })
	if index < 0 {
		return &types.NotFound{}
	}
	if spec.Operation == string(types.ConfigSpecOperationRemove) {
		return d.removeLAG(index)
	}
	return d.editLAG(&d.config.LacpGroupConfig[index], wanted)
}

func (d *draft) addLAG(wanted types.VMwareDvsLacpGroupConfig) types.BaseMethodFault {
	if limit := int32(d.limits.lags); len(d.config.LacpGroupConfig) >= d.limits.lags {
		return &types.LimitExceeded{Property: "config.lacpGroupConfig", Limit: &limit}
	}
	if missing := missingLAGField(wanted); missing != "" {
		return invalid("lacpGroupSpec.lacpGroupConfig." + missing)
	}
	lag := types.VMwareDvsLacpGroupConfig{Key: d.nextLAGKey(), TimeoutMode: string(types.VMwareUplinkLacpTimeoutModeSlow)}
	if fault := d.setLAG(&lag, wanted); fault != nil {
		return fault
	}
	d.config.LacpGroupConfig = append(d.config.LacpGroupConfig, lag)
	return nil
}

// missingLAGField names the first of the four fields that a LAG must come with.
func missingLAGField(lag types.VMwareDvsLacpGroupConfig) string {
	switch {
	case lag.Name == "":
		return "name"
	case lag.Mode == "":
		return "mode"
	case lag.UplinkNum == 0:
		return "uplinkNum"
	case lag.LoadbalanceAlgorithm == "":
		return "loadbalanceAlgorithm"
	}
	return ""
}

// editLAG wants all four fields again: vCenter was seen to end in this system error without them.
func (d *draft) editLAG(lag *types.VMwareDvsLacpGroupConfig, wanted types.VMwareDvsLacpGroupConfig) types.BaseMethodFault {
	if missingLAGField(wanted) != "" {
		return &types.SystemError{Reason: "Not initialized"}
	}
	for host, ports := range d.lagPorts(*lag) {
		for index, port := range ports {
			if index >= int(wanted.UplinkNum) && port.Connectee != nil {
				return onHost(host, &types.ResourceInUse{Type: "DistributedVirtualPort", Name: port.Config.Name})
			}
		}
	}
	before := lag.Name
	if fault := d.setLAG(lag, wanted); fault != nil {
		return fault
	}
	d.eachOrder(func(names []string) []string {
		for index := range names {
			if names[index] == before {
				names[index] = lag.Name
			}
		}
		return names
	})
	return nil
}

// setLAG checks the fields that are given and takes them over. uplinkName and uplinkPortKey are the server's own.
func (d *draft) setLAG(lag *types.VMwareDvsLacpGroupConfig, wanted types.VMwareDvsLacpGroupConfig) types.BaseMethodFault {
	const path = "lacpGroupSpec.lacpGroupConfig."
	if wanted.Name != lag.Name && slices.Contains(d.teamingNames(), wanted.Name) {
		return &types.DuplicateName{Name: wanted.Name, Object: d.ref}
	}
	switch {
	case !oneOf(wanted.Mode, "active", "passive"):
		return invalid(path + "mode")
	case wanted.UplinkNum < 1 || wanted.UplinkNum > maxLAGPorts:
		return invalid(path + "uplinkNum")
	case !slices.Contains(lagAlgorithms, wanted.LoadbalanceAlgorithm):
		return invalid(path + "loadbalanceAlgorithm")
	case !oneOf(wanted.TimeoutMode, "fast", "slow"):
		return invalid(path + "timeoutMode")
	case wanted.TimeoutMode != "" && !hasFastLACP(d.config.ProductInfo.Version):
		return &types.NotSupported{}
	}
	if fault := d.checkLAGOverrides(wanted); fault != nil {
		return fault
	}
	lag.Name, lag.Mode, lag.UplinkNum, lag.LoadbalanceAlgorithm = wanted.Name, wanted.Mode, wanted.UplinkNum, wanted.LoadbalanceAlgorithm
	set(&lag.TimeoutMode, wanted.TimeoutMode)
	set(&lag.Vlan, wanted.Vlan)
	set(&lag.Ipfix, wanted.Ipfix)
	lag.UplinkName = nil
	for index := range lag.UplinkNum {
		lag.UplinkName = append(lag.UplinkName, lagPortName(lag.Name, int(index)))
	}
	return nil
}

// checkLAGOverrides: a LAG has VLANs or NetFlow of its own only where every uplink port group lets ports override them.
func (d *draft) checkLAGOverrides(wanted types.VMwareDvsLacpGroupConfig) types.BaseMethodFault {
	for index := range d.groups {
		group := &d.groups[index]
		if !isTrue(group.config.Uplink) {
			continue
		}
		policy := group.config.Policy.(*types.VMwareDVSPortgroupPolicy)
		if wanted.Vlan != nil && !policy.VlanOverrideAllowed {
			return conflict("policy.vlanOverrideAllowed")
		}
		if wanted.Ipfix != nil && !isTrue(policy.IpfixOverrideAllowed) {
			return conflict("policy.ipfixOverrideAllowed")
		}
	}
	if wanted.Vlan != nil && len(wanted.Vlan.VlanId) > 0 {
		return d.rules().checkVLAN(&types.VmwareDistributedVirtualSwitchTrunkVlanSpec{VlanId: wanted.Vlan.VlanId})
	}
	return nil
}

// removeLAG refuses while a teaming order names the LAG or a NIC is on one of its ports. The API reference names only
// the family DvsFault for the method, so ResourceInUse comes inside a fault of that family, which says where.
func (d *draft) removeLAG(index int) types.BaseMethodFault {
	lag := d.config.LacpGroupConfig[index]
	inUse := &types.ResourceInUse{Type: "VMwareDvsLacpGroupConfig", Name: lag.Name}
	if isOrdered(d.setting(), lag.Name) {
		return onObject(d.ref, inUse)
	}
	for index := range d.groups {
		if isOrdered(d.groups[index].setting(), lag.Name) {
			return onObject(d.groups[index].ref, inUse)
		}
	}
	for _, port := range d.ports {
		if own := ownSetting(port); own != nil && isOrdered(own, lag.Name) {
			return onObject(d.groupOfPort(port).ref, inUse)
		}
	}
	for host, ports := range d.lagPorts(lag) {
		if slices.ContainsFunc(ports, func(port types.DistributedVirtualPort) bool { return port.Connectee != nil }) {
			return onHost(host, inUse)
		}
	}
	d.config.LacpGroupConfig = slices.Delete(d.config.LacpGroupConfig, index, index+1)
	return nil
}

func isOrdered(setting *types.VMwareDVSPortSetting, name string) bool {
	if setting.UplinkTeamingPolicy == nil || setting.UplinkTeamingPolicy.UplinkPortOrder == nil {
		return false
	}
	order := setting.UplinkTeamingPolicy.UplinkPortOrder
	return slices.Contains(order.ActiveUplinkPort, name) || slices.Contains(order.StandbyUplinkPort, name)
}

// onObject is the fault for a change that one port group or the switch itself refuses.
func onObject(ref types.ManagedObjectReference, fault types.BaseMethodFault) types.BaseMethodFault {
	return &types.DvsApplyOperationFault{
		ObjectFault: []types.DvsApplyOperationFaultFaultOnObject{{ObjectId: ref.Value, Type: ref.Type, Fault: localized(fault)}},
	}
}

// lagPorts are the ports of a LAG by host, in the order of their names.
func (d *draft) lagPorts(lag types.VMwareDvsLacpGroupConfig) map[types.ManagedObjectReference][]types.DistributedVirtualPort {
	ports := map[types.ManagedObjectReference][]types.DistributedVirtualPort{}
	for _, port := range d.ports {
		if port.ProxyHost != nil && slices.Contains(lag.UplinkPortKey, port.Key) {
			ports[*port.ProxyHost] = append(ports[*port.ProxyHost], port)
		}
	}
	return ports
}

func (d *draft) lagNames() []string {
	names := []string{}
	for _, lag := range d.config.LacpGroupConfig {
		names = append(names, lag.Name)
	}
	return names
}

// nextLAGKey is unique on the switch, also after a LAG is gone.
func (d *draft) nextLAGKey() string {
	d.lagKey++
	return strconv.Itoa(d.lagKey)
}

func lagPortName(lag string, index int) string { return fmt.Sprintf("%s-%d", lag, index) }
