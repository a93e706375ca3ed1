// More of vCenter's sentences: for faults of requests and sessions, and for those of virtual machines and hosts. Pure.

package main

import (
	"fmt"

	"github.com/vmware/govmomi/vim25/types"
)

// requestSentence is empty for other faults.
func requestSentence(fault types.BaseMethodFault) string {
	switch f := fault.(type) {
	case *types.InvalidProperty:
		return "The property '" + f.Name + "' is not known."
	case *types.InvalidType:
		return "The type '" + f.Argument + "' is not known."
	case *types.NotAuthenticated:
		return "The session is not authenticated."
	}
	return ""
}

// machineSentence is empty for other faults.
func machineSentence(fault types.BaseMethodFault) string {
	switch f := fault.(type) {
	case *types.InvalidDeviceSpec:
		return fmt.Sprintf("Invalid configuration for device '%d' (%s).", f.DeviceIndex, f.Property)
	case *types.InvalidDeviceBacking:
		return fmt.Sprintf("Incompatible device backing specified for device '%d' (%s).", f.DeviceIndex, f.Property)
	case *types.DeviceNotFound:
		return fmt.Sprintf("Device '%d' not found (%s).", f.DeviceIndex, f.Property)
	case *types.DeviceHotPlugNotSupported:
		return fmt.Sprintf("Device hot plug is not supported for device '%d'.", f.DeviceIndex)
	case *types.TooManyDevices:
		return "Number of devices exceeds maximum for a given controller."
	case *types.InvalidPowerState:
		return fmt.Sprintf("The attempted operation cannot be performed in the current state (%s).", f.ExistingState)
	case *types.DeviceNotSupported:
		return "The device '" + f.Device + "' is not supported for this operation."
	case *types.DisallowedMigrationDeviceAttached:
		return "The virtual machine is using a device that prevents migration. " + f.Fault.LocalizedMessage
	case *types.CannotAccessNetwork:
		return fmt.Sprintf("%s uses network '%s', which is not accessible from the host.", f.Device, f.Backing)
	case *types.GenericVmConfigFault:
		return "Module 'DevicePowerOn' power on failed. " + f.Reason
	}
	return ""
}

// guestSentence is empty for other faults.
func guestSentence(fault types.BaseMethodFault) string {
	switch f := fault.(type) {
	case *types.InvalidGuestLogin:
		return "Failed to authenticate with the guest operating system using the supplied credentials."
	case *types.GuestOperationsUnavailable:
		return "The guest operations agent could not be contacted."
	case *types.GuestPermissionDenied:
		return "Permission to perform this operation in the guest was denied."
	case *types.OperationDisabledByGuest:
		return "The operation is disabled in the guest operating system."
	case *types.OperationNotSupportedByGuest:
		return "The operation is not supported by the guest operating system."
	case *types.GuestProcessNotFound:
		return fmt.Sprintf("Process with PID %d was not found.", f.Pid)
	case *types.FileNotFound:
		return "File " + f.File + " was not found"
	case *types.FileAlreadyExists:
		return "Cannot complete the operation because the file or folder " + f.File + " already exists"
	case *types.NotADirectory:
		return f.File + " is not a directory"
	}
	return ""
}

// hostSentence is empty for other faults.
func hostSentence(fault types.BaseMethodFault) string {
	switch f := fault.(type) {
	case *types.HostConfigFault:
		return "An error occurred during host configuration."
	case *types.NetworkDisruptedAndConfigRolledBack:
		return fmt.Sprintf("Network configuration change disconnected the host '%s' from vCenter Server and has been rolled back.", f.Host)
	case *types.InvalidState:
		return "The operation is not allowed in the current state."
	case *types.HostNotConnected:
		return "Unable to communicate with the remote host, since it is disconnected."
	case *types.Timedout:
		return "The operation timed out."
	case *types.RequestCanceled:
		return "The task was canceled by a user."
	}
	return ""
}
