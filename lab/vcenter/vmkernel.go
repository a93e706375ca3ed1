// vmkernel NICs of a host draft: on a port group of a standard switch, or on a port of a distributed one.

package main

import (
	"crypto/sha256"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/vmware/govmomi/vim25/types"
)

const (
	vnicKeyPrefix = "key-vim.host.VirtualNic-"
	portKeyPrefix = "key-vim.host.PortGroup.Port-"
	defaultStack  = "defaultTcpipStack"
	// Ports of standard switches are numbered from here, as hosts do.
	firstPort = 33554436
)

// addVnic adds a vmkernel NIC and returns its device name. A port group of a standard switch has room for one.
func (d *hostDraft) addVnic(group string, given types.HostVirtualNicSpec) (string, types.BaseMethodFault) {
	spec := clone(given)
	if spec.Ip == nil {
		return "", invalid("nic.ip")
	}
	if spec.Mtu == 0 {
		spec.Mtu = defaultMTU
	}
	if spec.NetStackInstanceKey == "" {
		spec.NetStackInstanceKey = defaultStack
	}
	if spec.TsoEnabled == nil {
		spec.TsoEnabled = types.NewBool(true)
	}
	spec.SystemOwned = types.NewBool(false)
	device := d.freeDevice()
	if spec.Mac == "" {
		spec.Mac = d.newMAC(device)
	}
	vnic := types.HostVirtualNic{Device: device, Key: vnicKeyPrefix + device, Spec: spec}
	if fault := d.checkVnic(&vnic.Spec); fault != nil {
		return "", fault
	}
	if fault := d.plug(&vnic, group, given.DistributedVirtualPort); fault != nil {
		return "", fault
	}
	d.info.Vnic = append(d.info.Vnic, vnic)
	return device, d.settle()
}

// updateVnic changes what the specification sets. Its port group or distributed port moves the NIC there.
func (d *hostDraft) updateVnic(device string, given types.HostVirtualNicSpec) types.BaseMethodFault {
	vnic := d.vnicNamed(device)
	if vnic == nil {
		return &types.NotFound{}
	}
	// The TCP/IP stack of a NIC is that of its creation.
	if given.NetStackInstanceKey != "" && given.NetStackInstanceKey != vnic.Spec.NetStackInstanceKey {
		return &types.HostConfigFault{}
	}
	spec := clone(given)
	if spec.Ip != nil {
		vnic.Spec.Ip = spec.Ip
	}
	if spec.TsoEnabled != nil {
		vnic.Spec.TsoEnabled = spec.TsoEnabled
	}
	if spec.IpRouteSpec != nil {
		vnic.Spec.IpRouteSpec = spec.IpRouteSpec
	}
	set(&vnic.Spec.Mtu, spec.Mtu)
	set(&vnic.Spec.Mac, spec.Mac)
	if fault := d.checkVnic(&vnic.Spec); fault != nil {
		return fault
	}
	if fault := d.moveVnic(vnic, spec.Portgroup, spec.DistributedVirtualPort); fault != nil {
		return fault
	}
	return d.settle()
}

// moveVnic plugs a NIC in elsewhere, when it is told where, and checks that its frames fit where it is.
func (d *hostDraft) moveVnic(vnic *types.HostVirtualNic, group string, port *types.DistributedVirtualSwitchPortConnection) types.BaseMethodFault {
	switch {
	case port != nil && isSamePlace(vnic.Spec.DistributedVirtualPort, port):
		port = vnic.Spec.DistributedVirtualPort
	case port != nil || group != "" && group != vnic.Portgroup:
		d.unplug(vnic)
		return d.plug(vnic, group, port)
	}
	return d.checkFrames(vnic)
}

func isSamePlace(has, wanted *types.DistributedVirtualSwitchPortConnection) bool {
	return has != nil && has.SwitchUuid == wanted.SwitchUuid &&
		(wanted.PortgroupKey == "" || has.PortgroupKey == wanted.PortgroupKey) &&
		(wanted.PortKey == "" || has.PortKey == wanted.PortKey)
}

func (d *hostDraft) removeVnic(device string) types.BaseMethodFault {
	vnic := d.vnicNamed(device)
	if vnic == nil {
		return &types.NotFound{}
	}
	d.unplug(vnic)
	d.info.Vnic = slices.DeleteFunc(d.info.Vnic, func(vnic types.HostVirtualNic) bool { return vnic.Device == device })
	return d.settle()
}

// plug connects a NIC with its port group or with a port of a distributed switch.
func (d *hostDraft) plug(vnic *types.HostVirtualNic, group string, port *types.DistributedVirtualSwitchPortConnection) types.BaseMethodFault {
	if port != nil {
		if group != "" {
			return invalid("portgroup")
		}
		return d.plugDistributed(vnic, *port)
	}
	if d.groupNamed(group) == nil {
		return invalid("portgroup")
	}
	for _, other := range d.info.Vnic {
		if other.Portgroup == group {
			return &types.AlreadyExists{Name: group}
		}
	}
	vnic.Portgroup, vnic.Spec.Portgroup, vnic.Port = group, group, d.freePort()
	return d.checkFrames(vnic)
}

// unplug takes a NIC off where it is.
func (d *hostDraft) unplug(vnic *types.HostVirtualNic) {
	if vnic.Spec.DistributedVirtualPort != nil {
		d.unplugDistributed(vnic)
	}
	vnic.Portgroup, vnic.Spec.Portgroup, vnic.Port, vnic.Spec.DistributedVirtualPort = "", "", "", nil
}

// checkFrames refuses frames that the switch can't carry.
func (d *hostDraft) checkFrames(vnic *types.HostVirtualNic) types.BaseMethodFault {
	mtu := int32(maxMTU)
	if group := d.groupNamed(vnic.Portgroup); group != nil {
		mtu = d.switchNamed(group.Spec.VswitchName).Spec.Mtu
	} else if port := vnic.Spec.DistributedVirtualPort; port != nil {
		for _, proxy := range d.info.ProxySwitch {
			if proxy.DvsUuid == port.SwitchUuid {
				mtu = proxy.Mtu
			}
		}
	}
	if vnic.Spec.Mtu > mtu {
		return &types.HostConfigFault{}
	}
	return nil
}

func (d *hostDraft) checkVnic(spec *types.HostVirtualNicSpec) types.BaseMethodFault {
	if spec.Mtu < minMTU || spec.Mtu > maxMTU {
		return &types.HostConfigFault{}
	}
	isStack := func(stack types.HostNetStackInstance) bool { return stack.Key == spec.NetStackInstanceKey }
	if !slices.ContainsFunc(d.info.NetStackInstance, isStack) {
		return invalid("nic.netStackInstanceKey")
	}
	if spec.OpaqueNetwork != nil {
		return &types.NotSupported{}
	}
	return d.checkAddress(spec.Ip)
}

func (d *hostDraft) checkAddress(ip *types.HostIpConfig) types.BaseMethodFault {
	if ip.IpV6Config != nil && !isTrue(d.info.IpV6Enabled) {
		return &types.InvalidState{}
	}
	if ip.Dhcp || ip.IpAddress == "" && ip.SubnetMask == "" && ip.IpV6Config != nil {
		return nil
	}
	address, err := netip.ParseAddr(ip.IpAddress)
	if err != nil || !address.Is4() || address.IsUnspecified() || address.IsMulticast() {
		return invalid("nic.ip.ipAddress")
	}
	if !isMask(ip.SubnetMask) {
		return invalid("nic.ip.subnetMask")
	}
	return nil
}

// isMask accepts masks of 1 to 32 leading ones.
func isMask(text string) bool {
	mask, err := netip.ParseAddr(text)
	if err != nil || !mask.Is4() {
		return false
	}
	bits := ""
	for _, part := range mask.As4() {
		bits += fmt.Sprintf("%08b", part)
	}
	return bits[0] == '1' && !strings.Contains(bits, "01")
}

func (d *hostDraft) freeDevice() string {
	for number := 0; ; number++ {
		if device := "vmk" + strconv.Itoa(number); d.vnicNamed(device) == nil {
			return device
		}
	}
}

// freePort is a key for a port of a standard switch.
func (d *hostDraft) freePort() string {
	next := firstPort
	for _, vnic := range d.info.Vnic {
		if number, err := strconv.Atoi(strings.TrimPrefix(vnic.Port, portKeyPrefix)); err == nil {
			next = max(next, number+1)
		}
	}
	return portKeyPrefix + strconv.Itoa(next)
}

// newMAC is an address of the range that hosts give to vmkernel NICs.
func (d *hostDraft) newMAC(device string) string {
	hash := sha256.Sum256([]byte(d.host.Name + device))
	return fmt.Sprintf("00:50:56:6%x:%02x:%02x", hash[0]&15, hash[1], hash[2])
}
