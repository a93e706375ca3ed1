// The vCenter of the example stacks as data: the ESXi hosts of stacks/*.yaml and their devices. Pure.
import type { Inventory, InventoryNic } from "./vcenterProcess";

/** The last two are ports of two cards that can be divided into virtual functions. */
const NICS: readonly InventoryNic[] = [
  { device: "vmnic0", pci: "0000:18:00.0" },
  { device: "vmnic1", pci: "0000:18:00.1" },
  { device: "vmnic2", pci: "0000:3b:00.0" },
  { device: "vmnic3", pci: "0000:5e:00.0" },
  { device: "vmnic4", pci: "0000:86:00.0", sriov: { maxVirtualFunctions: 64 } },
  { device: "vmnic5", pci: "0000:af:00.0", sriov: { maxVirtualFunctions: 64 } },
];

const ACCELERATOR = { pci: "0000:d8:00.0", name: "QuickAssist Technology accelerator", passthrough: true };

export const demoInventory: Inventory = {
  datacenter: "dc1",
  cluster: "c1",
  hosts: ["esx-01.example.net", "esx-02.example.net", "esx-03.example.net", "esx-04.example.net"].map((name) => ({
    name,
    nics: NICS,
    pciDevices: [ACCELERATOR],
  })),
};
