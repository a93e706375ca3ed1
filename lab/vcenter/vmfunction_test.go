package main

import (
	"testing"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// newSriov is a card on a physical function; "" lets the host choose.
func (s *machineSite) newSriov(key int32, function string) *types.VirtualSriovEthernetCard {
	s.Helper()
	card := &types.VirtualSriovEthernetCard{}
	card.Key, card.Backing = key, s.port(s.group.Value, "")
	if function != "" {
		card.SriovBacking = &types.VirtualSriovEthernetCardSriovBackingInfo{
			PhysicalFunctionBacking: &types.VirtualPCIPassthroughDeviceBackingInfo{Id: function, DeviceId: "0", SystemId: "BYPASS"},
		}
	}
	return card
}

func newPassthrough(key int32, id string) *types.VirtualPCIPassthrough {
	device := &types.VirtualPCIPassthrough{}
	device.Key, device.Backing = key, &types.VirtualPCIPassthroughDeviceBackingInfo{Id: id}
	return device
}

// functionAt is the address of a virtual function of the port that the tests use, counted from 0.
func functionAt(index int) string {
	return functionsOf(&types.HostSriovInfo{
		HostPciPassthruInfo:         types.HostPciPassthruInfo{Id: physical},
		NumVirtualFunction:          8,
		MaxVirtualFunctionSupported: 8,
	})[index]
}

func TestSriovCard(t *testing.T) {
	s := newMachineSite(t)
	s.ok(s.lockMemory())
	s.ok(s.change("add", s.newSriov(-1, physical), s.newSriov(-2, "")))
	sriov := func(index int) *types.VirtualSriovEthernetCardSriovBackingInfo {
		return s.ours()[index].(*types.VirtualSriovEthernetCard).SriovBacking
	}
	equal(s.site, "key", s.card(1).Key, 4001)
	if unit := *s.card(1).UnitNumber; unit <= lastCardUnit {
		t.Errorf("unit %d is one of an ordinary card", unit)
	}
	equal(s.site, "the host may choose", sriov(2).PhysicalFunctionBacking.Id, anyFunction)
	equal(s.site, "no function before the first start", sriov(1).VirtualFunctionBacking, nil)
	s.ok(s.power(s.machine, true))
	equal(s.site, "function that was named", sriov(1).PhysicalFunctionBacking.Id, physical)
	equal(s.site, "function that the host chose", sriov(2).PhysicalFunctionBacking.Id, automaticPrefix+physical)
	first, second := sriov(1).VirtualFunctionBacking.Id, sriov(2).VirtualFunctionBacking.Id
	equal(s.site, "functions", first != second && first == functionAt(0) && second == functionAt(1), true)
	// Hot changes are refused.
	expectFault[*types.DeviceHotPlugNotSupported](s.site, s.change("add", s.newSriov(-1, physical)), "hot plug")
	expectFault[*types.InvalidPowerState](s.site, s.change("remove", s.newSriov(4001, physical)), "current state (poweredOn)")
	expectFault[*types.InvalidPowerState](s.site, s.change("edit", s.newSriov(4001, physical)), "current state")
	s.ok(s.change("add", s.newCard(-1))) // an ordinary card is not
	// Both functions are taken.
	machine := s.machine
	s.machine = s.createNamed("vm2", s.newSriov(-1, physical))
	expectFault[*types.GenericVmConfigFault](s.site, s.power(s.machine, true), "memory reservation (sched.mem.min) should be equal to memsize(128)")
	s.ok(s.reconfig(func(spec *types.VirtualMachineConfigSpec) {
		spec.MemoryAllocation = &types.ResourceAllocationInfo{Reservation: types.NewInt64(machineMB)}
	}))
	expectFault[*types.GenericVmConfigFault](s.site, s.power(s.machine, true), "No virtual function is free on host esx-01")
	s.ok(s.power(machine, false))
	s.ok(s.power(s.machine, true))
	// The first machine finds its own function taken and gets none: the other one serves its first card only.
	expectFault[*types.GenericVmConfigFault](s.site, s.power(machine, true), "No virtual function is free")
}

func TestSriovFaults(t *testing.T) {
	s := newMachineSite(t)
	property := "device.sriovBacking.physicalFunctionBacking.id"
	for _, id := range []string{"0000:ff:00.0", lent, "0000:18:00.1"} {
		expectDevice[*types.InvalidDeviceBacking](s, s.change("add", s.newSriov(-1, id)), 0, property)
	}
	hint := s.newSriov(-1, physical)
	hint.SriovBacking.VirtualFunctionBacking = function(functionAt(2))
	expectDevice[*types.InvalidDeviceBacking](s, s.change("add", hint), 0, "device.sriovBacking.virtualFunctionBacking.id")
	noNetwork := s.newSriov(-1, physical)
	noNetwork.Backing = nil
	expectDevice[*types.InvalidDeviceBacking](s, s.change("add", noNetwork), 0, "device.backing")
	s.lend(0) // SR-IOV is off, or waits for a reboot
	expectDevice[*types.InvalidDeviceBacking](s, s.change("add", s.newSriov(-1, physical)), 0, property)
	expectDevice[*types.InvalidDeviceBacking](s, s.change("add", s.newSriov(-1, "")), 0, property)
	s.lend(2)
	s.ok(s.change("add", s.newSriov(-1, physical)))
	// An edit that does not mention the functions keeps them.
	s.ok(s.change("edit", s.newSriov(4001, "")))
	equal(s.site, "function", s.ours()[1].(*types.VirtualSriovEthernetCard).SriovBacking.PhysicalFunctionBacking.Id, physical)
}

func TestPassthroughDevice(t *testing.T) {
	s := newMachineSite(t)
	expectDevice[*types.InvalidDeviceBacking](s, s.change("add", newPassthrough(-1, "0000:18:00.1")), 0, "device.backing.id")
	foreign := newPassthrough(-1, lent)
	foreign.Backing.(*types.VirtualPCIPassthroughDeviceBackingInfo).SystemId = "another host"
	expectDevice[*types.InvalidDeviceBacking](s, s.change("add", foreign), 0, "device.backing.systemId")
	dynamic := func(device int32) *types.VirtualPCIPassthrough {
		return &types.VirtualPCIPassthrough{VirtualDevice: types.VirtualDevice{Key: -1, Backing: &types.VirtualPCIPassthroughDynamicBackingInfo{
			AllowedDevice: []types.VirtualPCIPassthroughAllowedDevice{{VendorId: 0x8086, DeviceId: device}},
		}}}
	}
	expectDevice[*types.InvalidDeviceBacking](s, s.change("add", dynamic(0x1111)), 0, "device.backing.allowedDevice")
	s.ok(s.change("add", dynamic(0x1572)))
	equal(s.site, "key", s.ours()[1].GetVirtualDevice().Key, firstPassthroughKey)
	expectFault[*types.GenericVmConfigFault](s.site, s.power(s.machine, true), "Invalid memory setting")
	s.ok(s.lockMemory())
	s.ok(s.power(s.machine, true))
	equal(s.site, "device", s.ours()[1].GetVirtualDevice().Backing.(*types.VirtualPCIPassthroughDynamicBackingInfo).AssignedId, lent)
	first := s.machine
	s.machine = s.createNamed("vm2", newPassthrough(-1, lent))
	s.ok(s.lockMemory())
	expectFault[*types.GenericVmConfigFault](s.site, s.power(s.machine, true), "Device 0000:5e:00.0 of host esx-01 is in use by virtual machine vm1.")
	s.ok(s.power(first, false))
	s.ok(s.power(s.machine, true))
}

func TestNoSnapshotNoMigration(t *testing.T) {
	s := newMachineSite(t)
	s.ok(s.lockMemory())
	vm := object.NewVirtualMachine(s.client.Client, s.machine)
	do := func(task *object.Task, err error) error {
		s.ok(err)
		return task.Wait(s.ctx)
	}
	s.ok(do(vm.CreateSnapshot(s.ctx, "before", "", false, false)))
	s.ok(s.change("add", s.newSriov(-1, physical)))
	expectFault[*types.DeviceNotSupported](s.site, do(vm.CreateSnapshot(s.ctx, "after", "", false, false)), "Network adapter 2")
	s.ok(s.power(s.machine, true))
	target := s.hosts["esx-02"]
	expectFault[*types.DisallowedMigrationDeviceAttached](s.site, do(vm.Relocate(s.ctx, types.VirtualMachineRelocateSpec{Host: &target}, types.VirtualMachineMovePriorityDefaultPriority)), "Network adapter 2")
	expectFault[*types.DisallowedMigrationDeviceAttached](s.site, do(vm.Migrate(s.ctx, nil, object.NewHostSystem(s.client.Client, target), types.VirtualMachineMovePriorityDefaultPriority, "")), "")
	expectFault[*types.NotSupported](s.site, do(vm.Suspend(s.ctx)), "")
	equal(s.site, "host", *get[mo.VirtualMachine](s.site, s.machine, "runtime.host").Runtime.Host, s.hosts["esx-01"])
}

func TestConfigTarget(t *testing.T) {
	s := newMachineSite(t)
	cluster := get[mo.ClusterComputeResource](s.site, *get[mo.HostSystem](s.site, s.hosts["esx-01"], "parent").Parent, "environmentBrowser")
	host := s.hosts["esx-01"]
	for _, each := range []*types.ManagedObjectReference{&host, nil} {
		answer, err := methods.QueryConfigTarget(s.ctx, s.client, &types.QueryConfigTarget{This: *cluster.EnvironmentBrowser, Host: each})
		s.ok(err)
		target := answer.Returnval
		equal(s.site, "functions", len(target.Sriov), 3)
		equal(s.site, "physical function", target.Sriov[0].PciDevice.Id, physical)
		equal(s.site, "NIC", target.Sriov[0].Pnic, "vmnic2")
		equal(s.site, "virtual function", target.Sriov[1].VirtualFunction && target.Sriov[1].PciDevice.Id == functionAt(0), true)
		equal(s.site, "pool", target.Sriov[2].DevicePool.(*types.VirtualMachineSriovNetworkDevicePoolInfo).SwitchUuid, s.site.config(s.dvs).Uuid)
		equal(s.site, "devices to pass through", len(target.PciPassthrough), 1)
		info := target.PciPassthrough[0].GetVirtualMachinePciPassthroughInfo()
		equal(s.site, "device", info.PciDevice.Id, lent)
		device := newPassthrough(-1, lent)
		device.Backing.(*types.VirtualPCIPassthroughDeviceBackingInfo).SystemId = info.SystemId
		s.ok(s.change("add", device))
		uplinks := 0
		for _, group := range target.DistributedVirtualPortgroup {
			if group.UplinkPortgroup {
				uplinks++
			}
		}
		equal(s.site, "uplink port groups", uplinks, 1)
	}
	other := s.hosts["esx-02"]
	answer, err := methods.QueryConfigTarget(s.ctx, s.client, &types.QueryConfigTarget{This: *cluster.EnvironmentBrowser, Host: &other})
	s.ok(err)
	equal(s.site, "functions of another host", len(answer.Returnval.Sriov), 0)
}
