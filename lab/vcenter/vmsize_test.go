package main

import (
	"testing"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func TestSizeChangesWhileOff(t *testing.T) {
	s := newMachineSite(t)
	size := func(cpus int32, memory int64) error {
		return s.reconfig(func(spec *types.VirtualMachineConfigSpec) { spec.NumCPUs, spec.MemoryMB = cpus, memory })
	}
	s.ok(s.power(s.machine, true))
	s.ok(size(1, machineMB)) // as it is
	for _, refused := range []error{size(2, 0), size(0, 2*machineMB), size(0, machineMB/2)} {
		expectFault[*types.InvalidPowerState](s.site, refused, "current state")
	}
	s.ok(s.power(s.machine, false))
	s.ok(size(2, 2*machineMB))
	yes := true
	s.ok(s.reconfig(func(spec *types.VirtualMachineConfigSpec) { spec.CpuHotAddEnabled = &yes }))
	s.ok(s.power(s.machine, true))
	s.ok(size(3, 0))
	expectFault[*types.InvalidPowerState](s.site, size(2, 0), "current state")
}

func TestConfigOptionSaysTheHardwareVersionOfTheMachine(t *testing.T) {
	s := newMachineSite(t)
	browser := get[mo.VirtualMachine](s.site, s.machine, "environmentBrowser").EnvironmentBrowser
	answer, err := methods.QueryConfigOption(s.ctx, s.client, &types.QueryConfigOption{This: browser})
	s.ok(err)
	if version := s.config().Version; version != "vmx-13" || answer.Returnval.HardwareOptions.HwVersion != 13 {
		t.Errorf("the machine has %s, the option %d", version, answer.Returnval.HardwareOptions.HwVersion)
	}
}
