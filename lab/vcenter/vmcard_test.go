package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func TestNewCard(t *testing.T) {
	s := newMachineSite(t)
	card := s.card(0)
	equal(s.site, "key", card.Key, 4000)
	equal(s.site, "controller", card.ControllerKey, pciController)
	equal(s.site, "unit", *card.UnitNumber, 7)
	equal(s.site, "label", card.DeviceInfo.GetDescription().Label, "Network adapter 1")
	equal(s.site, "address type", card.AddressType, "assigned")
	if !strings.HasPrefix(card.MacAddress, "00:50:56:8") {
		t.Errorf("MAC address %s", card.MacAddress)
	}
	port := dvsPort(s.ours()[0])
	equal(s.site, "card on the port", s.connected()[port.PortKey], s.machine.Value+" 4000")
	external := s.newCard(-1)
	external.ExternalId = "data"
	s.ok(s.change("add", external, s.newCard(-2)))
	equal(s.site, "external identifier", s.card(1).ExternalId, "data")
	equal(s.site, "keys", fmt.Sprint(s.card(1).Key, s.card(2).Key), "4001 4002")
	equal(s.site, "units", fmt.Sprint(*s.card(1).UnitNumber, *s.card(2).UnitNumber), "8 9")
	equal(s.site, "ports in use", len(s.connected()), 3)
	summary := get[mo.VirtualMachine](s.site, s.machine, "summary.config.numEthernetCards", "network")
	equal(s.site, "cards", summary.Summary.Config.NumEthernetCards, 3)
	equalList(s.site, "networks", summary.Network, []types.ManagedObjectReference{s.group})
}

func TestCardIsEditedAndRemoved(t *testing.T) {
	s := newMachineSite(t)
	other := s.newGroup(s.dvs, "other", nil)
	before := s.card(0)
	edited := newCard(4000, s.port(other.Value, ""))
	s.ok(s.change("edit", edited))
	after := s.card(0)
	equal(s.site, "MAC address", after.MacAddress, before.MacAddress)
	equal(s.site, "unit", *after.UnitNumber, *before.UnitNumber)
	equal(s.site, "port group", dvsPort(s.ours()[0]).PortgroupKey, other.Value)
	equal(s.site, "ports in use", len(s.connected()), 1)
	equal(s.site, "card on the port", s.connected()[dvsPort(s.ours()[0]).PortKey], s.machine.Value+" 4000")
	expectDevice[*types.InvalidDeviceBacking](s, s.change("edit", newCard(4000, nil)), 0, "device.backing")
	e1000 := &types.VirtualE1000{}
	e1000.Key, e1000.Backing = 4000, s.port(other.Value, "")
	expectDevice[*types.InvalidDeviceSpec](s, s.change("edit", e1000), 0, "device")
	expectDevice[*types.DeviceNotFound](s, s.change("edit", newCard(4009, s.port(other.Value, ""))), 0, "device.key")
	expectDevice[*types.DeviceNotFound](s, s.change("remove", newCard(4009, nil)), 0, "device.key")
	s.ok(s.change("add", newCard(-1, s.port(other.Value, ""))))
	s.ok(s.change("remove", newCard(4000, nil)))
	s.ok(s.change("edit", newCard(4001, s.port(other.Value, ""))))
	equal(s.site, "unit, though a lower one is free", *s.card(0).UnitNumber, 8)
	s.ok(s.change("remove", newCard(4001, nil)))
	equal(s.site, "cards", len(s.ours()), 0)
	equal(s.site, "ports in use", len(s.connected()), 0)
	s.ok(s.destroy(s.group))
	s.ok(s.destroy(other))
}

func TestCardFaults(t *testing.T) {
	s := newMachineSite(t)
	uplinks := s.site.config(s.dvs).UplinkPortgroup[0]
	foreign := s.newGroup(s.newSwitch("foreign"), "elsewhere", nil)
	uuid := func(id string) types.BaseVirtualDeviceBackingInfo {
		return &types.VirtualEthernetCardDistributedVirtualPortBackingInfo{Port: types.DistributedVirtualSwitchPortConnection{SwitchUuid: id, PortgroupKey: foreign.Value}}
	}
	outside := get[mo.VmwareDistributedVirtualSwitch](s.site, *s.site.group(foreign).DistributedVirtualSwitch, "uuid").Uuid
	named := &types.VirtualEthernetCardNetworkBackingInfo{}
	named.DeviceName = "no such network"
	for property, backing := range map[string][]types.BaseVirtualDeviceBackingInfo{
		"device.backing.port.portgroupKey": {s.port("dvportgroup-0", ""), s.port(uplinks.Value, ""), s.port(foreign.Value, "")},
		"device.backing.port.switchUuid":   {uuid("no such switch"), uuid(outside)},
		"device.backing.port.portKey":      {s.port(s.group.Value, "9999"), s.port(uplinks.Value, s.site.config(s.dvs).Host[0].UplinkPortKey[0])},
		"device.backing.deviceName":        {named},
	} {
		for _, each := range backing {
			good := s.newCard(-1)
			err := s.change("add", good, newCard(-2, each))
			expectDevice[*types.InvalidDeviceBacking](s, err, 1, property)
		}
	}
	taken := dvsPort(s.ours()[0]).PortKey
	equal(s.site, "port", expectFault[*types.ResourceInUse](s.site, s.change("add", newCard(-1, s.port("", taken))), "in use").Name, taken)
	mac := func(kind, address string) *types.VirtualVmxnet3 {
		card := s.newCard(-1)
		card.AddressType, card.MacAddress = kind, address
		return card
	}
	for _, address := range []string{"", "00:50:56", "01:50:56:00:00:01", "here"} {
		expectDevice[*types.InvalidDeviceSpec](s, s.change("add", mac("manual", address)), 0, "device.macAddress")
	}
	expectDevice[*types.InvalidDeviceSpec](s, s.change("add", mac("random", "")), 0, "device.addressType")
	for _, unit := range []int32{6, 7, 18} { // 7 is taken, the others are no places of ordinary cards
		card := s.newCard(-1)
		card.UnitNumber = &unit
		expectDevice[*types.InvalidDeviceSpec](s, s.change("add", card), 0, "device.unitNumber")
	}
	wrongController := s.newCard(-1)
	wrongController.ControllerKey = 1000
	expectDevice[*types.InvalidDeviceSpec](s, s.change("add", wrongController), 0, "device.controllerKey")
	expectDevice[*types.InvalidDeviceSpec](s, s.change("add", s.newCard(4000)), 0, "device.key")
	expectDevice[*types.InvalidDeviceSpec](s, s.change("add", s.newCard(-1), s.newCard(-1)), 1, "device.key")
	equal(s.site, "cards", len(s.ours()), 1)
	equal(s.site, "ports in use", len(s.connected()), 1)
	// The same address twice is allowed.
	s.ok(s.change("add", mac("manual", "02:00:00:00:00:01")))
	s.ok(s.change("add", mac("manual", "02:00:00:00:00:01")))
	if err := s.change("add", mac("generated", "")); err != nil || !strings.HasPrefix(s.card(3).MacAddress, "00:0c:29:") {
		t.Errorf("generated address: %v %s", err, s.card(3).MacAddress)
	}
}

func TestTooManyDevices(t *testing.T) {
	s := newMachineSite(t)
	cards := func(count int) []types.BaseVirtualDevice {
		var list []types.BaseVirtualDevice
		for index := range count {
			list = append(list, s.newCard(int32(-1-index)))
		}
		return list
	}
	expectFault[*types.TooManyDevices](s.site, s.change("add", cards(maxCards)...), "exceeds maximum")
	s.ok(s.change("add", cards(maxCards-1)...))
	equal(s.site, "ports of the group that grew", s.site.group(s.group).NumPorts, 10)
	equal(s.site, "cards", len(s.ours()), maxCards)
	expectFault[*types.TooManyDevices](s.site, s.change("add", s.newSriov(-1, physical)), "exceeds maximum")
	var lent16 []types.BaseVirtualDevice
	for index := range maxPassthroughs + 1 {
		lent16 = append(lent16, newPassthrough(int32(-1-index), lent))
	}
	expectFault[*types.TooManyDevices](s.site, s.change("add", lent16...), "exceeds maximum")
	s.ok(s.change("add", lent16[1:]...))
}

func TestFixedPortGroupRunsOut(t *testing.T) {
	s := newMachineSite(t)
	fixed := must(s.createGroup(s.dvs, types.DVPortgroupConfigSpec{Name: "fixed", NumPorts: 1, AutoExpand: types.NewBool(false)}))(s.site)
	s.ok(s.change("add", newCard(-1, s.port(fixed.Value, ""))))
	expectFault[*types.ResourceNotAvailable](s.site, s.change("add", newCard(-1, s.port(fixed.Value, ""))), "'fixed'")
}

func TestChangeVersion(t *testing.T) {
	s := newMachineSite(t)
	version := s.config().ChangeVersion
	rename := func(spec *types.VirtualMachineConfigSpec) { spec.Annotation, spec.ChangeVersion = "x", version }
	s.ok(s.reconfig(rename))
	expectFault[*types.ConcurrentAccess](s.site, s.reconfig(rename), "concurrent modification")
}

func TestWatchersSeeCards(t *testing.T) {
	s := newMachineSite(t)
	w := s.watch(map[types.ManagedObjectReference][]string{s.machine: {"config.hardware.device", "config.changeVersion"}})
	s.ok(s.change("add", s.newCard(-1)))
	for {
		changed := w.next()[s.machine]
		if len(changed) == 0 {
			t.Fatal("no update with the new card")
		}
		if devices, is := changed["config.hardware.device"].(types.ArrayOfVirtualDevice); is && len(object.VirtualDeviceList(devices.VirtualDevice).Select(isOurs)) == 2 {
			return
		}
	}
}
