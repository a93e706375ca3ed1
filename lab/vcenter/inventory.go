// The inventory: which datacenter, cluster, hosts and physical NICs the vCenter knows when it starts.

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/types"
)

// Inventory is the content of the inventory file.
type Inventory struct {
	Datacenter string          `json:"datacenter"`
	Cluster    string          `json:"cluster"`
	Hosts      []InventoryHost `json:"hosts"`
}

// InventoryHost is an ESXi host and its physical NICs. The first NIC carries the host's management network.
type InventoryHost struct {
	Name string `json:"name"`
	NICs []NIC  `json:"nics"`
	// PCIDevices are further devices, which a VM may be given.
	PCIDevices []PCIDevice `json:"pciDevices"`
}

// NIC is a physical network port.
type NIC struct {
	// Device is the name on the host, such as vmnic2.
	Device string `json:"device"`
	// PCI is the address, such as 0000:3b:00.0.
	PCI string `json:"pci"`
	// Card is the name of the card. Default an Intel E810.
	Card string `json:"card"`
	// SpeedMbps is the speed of the link. Default 25000.
	SpeedMbps int32 `json:"speedMbps"`
	// SRIOV is set for a port that can have virtual functions.
	SRIOV *SRIOV `json:"sriov"`
}

// SRIOV is what a port can do.
type SRIOV struct {
	MaxVirtualFunctions int32 `json:"maxVirtualFunctions"`
}

// PCIDevice is a device that is no network port.
type PCIDevice struct {
	// PCI is the address, such as 0000:3b:00.0.
	PCI  string `json:"pci"`
	Name string `json:"name"`
	// Passthrough tells whether the host can give the device to a VM.
	Passthrough bool `json:"passthrough"`
}

func readInventory(file string) (Inventory, error) {
	var inventory Inventory
	text, err := os.ReadFile(file)
	if err != nil {
		return inventory, err
	}
	if err := json.Unmarshal(text, &inventory); err != nil {
		return inventory, fmt.Errorf("%s: %w", file, err)
	}
	if err := inventory.check(); err != nil {
		return inventory, fmt.Errorf("%s: %w", file, err)
	}
	return inventory, nil
}

func (inventory Inventory) check() error {
	if inventory.Datacenter == "" || inventory.Cluster == "" {
		return errors.New("datacenter and cluster must have names")
	}
	hosts := map[string]bool{}
	for _, host := range inventory.Hosts {
		if host.Name == "" || hosts[host.Name] {
			return fmt.Errorf("host %q: every host needs a name of its own", host.Name)
		}
		hosts[host.Name] = true
		if err := host.check(); err != nil {
			return fmt.Errorf("host %q: %w", host.Name, err)
		}
	}
	return nil
}

func (host InventoryHost) check() error {
	devices, addresses := map[string]bool{}, map[string]bool{}
	for _, nic := range host.NICs {
		if nic.Device == "" || nic.PCI == "" || devices[nic.Device] {
			return fmt.Errorf("NIC %q: every NIC needs a device name of its own and a PCI address", nic.Device)
		}
		if nic.SRIOV != nil && (nic.SRIOV.MaxVirtualFunctions < 1 || nic.SRIOV.MaxVirtualFunctions > maxFunctions) {
			return fmt.Errorf("NIC %q: sriov.maxVirtualFunctions is %d, and must be 1 to %d", nic.Device, nic.SRIOV.MaxVirtualFunctions, maxFunctions)
		}
		devices[nic.Device] = true
	}
	for _, address := range host.addresses() {
		if _, err := parseAddress(address); err != nil {
			return err
		}
		if addresses[address] {
			return fmt.Errorf("two devices have the PCI address %s", address)
		}
		addresses[address] = true
	}
	return nil
}

// addresses are those of all devices.
func (host InventoryHost) addresses() []string {
	var all []string
	for _, nic := range host.NICs {
		all = append(all, nic.PCI)
	}
	for _, device := range host.PCIDevices {
		all = append(all, device.PCI)
	}
	return all
}

// build creates the inventory through the API, as an administrator would, then gives every host its own NICs.
func (inventory Inventory) build(service *simulator.Service, datastoreFolder string) error {
	ctx := context.Background()
	client, err := vim25.NewClient(ctx, service)
	if err != nil {
		return err
	}
	datacenter, err := object.NewRootFolder(client).CreateDatacenter(ctx, inventory.Datacenter)
	if err != nil {
		return err
	}
	folders, err := datacenter.Folders(ctx)
	if err != nil {
		return err
	}
	cluster, err := folders.HostFolder.CreateCluster(ctx, inventory.Cluster, types.ClusterConfigSpecEx{})
	if err != nil {
		return err
	}
	for _, host := range inventory.Hosts {
		task, err := cluster.AddHost(ctx, types.HostConnectSpec{HostName: host.Name}, true, nil, nil)
		if err != nil {
			return err
		}
		result, err := task.WaitForResult(ctx, nil)
		if err != nil {
			return err
		}
		added := object.NewHostSystem(client, result.Result.(types.ManagedObjectReference))
		if err := installHost(service.Context, added.Reference(), host); err != nil {
			return err
		}
		if err := mountDatastore(ctx, added, datastoreFolder); err != nil {
			return err
		}
	}
	return nil
}

// mountDatastore makes the shared datastore known to a host: without one no VM can be created.
func mountDatastore(ctx context.Context, host *object.HostSystem, folder string) error {
	datastores, err := host.ConfigManager().DatastoreSystem(ctx)
	if err != nil {
		return err
	}
	_, err = datastores.CreateLocalDatastore(ctx, "datastore1", folder)
	return err
}
