// Processors and memory of a virtual machine: what a running one refuses.

package main

import "github.com/vmware/govmomi/vim25/types"

// checkSize refuses processors and memory that a running machine can't be given, or lose.
func (d *machineDraft) checkSize(spec *types.VirtualMachineConfigSpec) types.BaseMethodFault {
	config := d.vm.Config
	cpus := needsOff(int64(config.Hardware.NumCPU), int64(spec.NumCPUs), config.CpuHotAddEnabled)
	memory := needsOff(int64(config.Hardware.MemoryMB), spec.MemoryMB, config.MemoryHotAddEnabled)
	if !d.isOn() || !cpus && !memory {
		return nil
	}
	return &types.InvalidPowerState{RequestedState: types.VirtualMachinePowerStatePoweredOff, ExistingState: types.VirtualMachinePowerStatePoweredOn}
}

// needsOff tells whether an amount changes in a way that is no hot add; 0 leaves it as it is.
func needsOff(from, to int64, hotAdd *bool) bool {
	return to != 0 && to != from && (to < from || !isTrue(hotAdd))
}
