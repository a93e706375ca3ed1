// The vCenter of the example stacks as data: the ESXi hosts of stacks/*.yaml and their physical NICs. Pure.
import type { Inventory } from "./vcenterProcess";

const NICS = [
  { device: "vmnic0", pci: "0000:18:00.0" },
  { device: "vmnic1", pci: "0000:18:00.1" },
  { device: "vmnic2", pci: "0000:3b:00.0" },
  { device: "vmnic3", pci: "0000:5e:00.0" },
];

export const demoInventory: Inventory = {
  datacenter: "dc1",
  cluster: "c1",
  hosts: ["esx-01.example.net", "esx-02.example.net", "esx-03.example.net", "esx-04.example.net"].map((name) => ({
    name,
    nics: NICS,
  })),
};
