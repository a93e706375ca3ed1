// Faults: vCenter's sentence for each fault that this program raises.

package main

import (
	"fmt"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// invalid is the fault for a value that the API does not allow at this path of the specification.
func invalid(property string) types.BaseMethodFault {
	return &types.InvalidArgument{InvalidProperty: property}
}

// onHost is the fault for a change that one member host refuses.
func onHost(host types.ManagedObjectReference, fault types.BaseMethodFault) types.BaseMethodFault {
	return &types.DvsOperationBulkFault{
		HostFault: []types.DvsOperationBulkFaultFaultOnHost{{Host: host, Fault: localized(fault)}},
	}
}

// soapFault is for methods that answer at once.
func soapFault(fault types.BaseMethodFault) *soap.Fault {
	return simulator.Fault(sentence(fault), fault)
}

func localized(fault types.BaseMethodFault) types.LocalizedMethodFault {
	return types.LocalizedMethodFault{Fault: fault, LocalizedMessage: sentence(fault)}
}

func sentence(fault types.BaseMethodFault) string {
	switch f := fault.(type) {
	case *types.DuplicateName:
		return fmt.Sprintf("The name '%s' already exists.", f.Name)
	case *types.InvalidName:
		return fmt.Sprintf("The name '%s' is invalid.", f.Name)
	case *types.AlreadyExists:
		return fmt.Sprintf("The specified key, name, or identifier '%s' already exists.", f.Name)
	case *types.ResourceInUse:
		return fmt.Sprintf("The resource '%s' is in use.", f.Name)
	case *types.ResourceNotAvailable:
		return fmt.Sprintf("The resource '%s' is not available in '%s'.", f.Type, f.ContainerName)
	case *types.InvalidArgument:
		return "A specified parameter was not correct: " + f.InvalidProperty
	case *types.LimitExceeded:
		if f.Limit == nil {
			return "The limit for " + f.Property + " is exceeded."
		}
		return fmt.Sprintf("The limit of %d for %s is exceeded.", *f.Limit, f.Property)
	case *types.ConcurrentAccess:
		return "Cannot complete operation due to concurrent modification by another operation."
	case *types.NotFound:
		return "The object or item referred to could not be found."
	case *types.NotSupported:
		return "The operation is not supported on the object."
	case *types.ConflictingConfiguration:
		return "Conflicting configuration: " + conflicts(f)
	case *types.DvsOperationBulkFault:
		message := "Cannot complete a vSphere Distributed Switch operation for one or more host members."
		for _, host := range f.HostFault {
			message += " " + host.Fault.LocalizedMessage
		}
		return message
	case *types.DvsApplyOperationFault:
		return "Cannot complete a vSphere Distributed Switch operation for one or more objects. " + f.ObjectFault[0].Fault.LocalizedMessage
	case *types.InvalidLogin:
		return "Cannot complete login due to an incorrect user name or password."
	case *types.ManagedObjectNotFound:
		return fmt.Sprintf("The object '%s' has already been deleted or has not been completely created.", f.Obj)
	case *types.SystemError:
		return "A general system error occurred: " + f.Reason
	default:
		if sentence := requestSentence(fault) + machineSentence(fault) + guestSentence(fault) + hostSentence(fault); sentence != "" {
			return sentence
		}
		return strings.TrimPrefix(fmt.Sprintf("%T", fault), "*types.")
	}
}

func conflicts(fault *types.ConflictingConfiguration) string {
	var paths []string
	for _, config := range fault.ConfigInConflict {
		paths = append(paths, config.PropertyPath)
	}
	return strings.Join(paths, ", ")
}
