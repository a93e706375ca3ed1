// The ESXi hosts that the simulated vCenters of these tests have: two that are alike. Pure.
import type { Inventory, InventoryHost, InventoryNic } from "../../../lab/vcenterProcess.js";

export const ESX = ["esx-01.example.net", "esx-02.example.net"] as const;
/** PCI addresses of devices that can and can't be passed through. */
export const [GPU, BRIDGE] = ["0000:d8:00.0", "0000:d9:00.0"] as const;
/** PCI addresses of the NICs with virtual functions. */
export const [PF4, PF5] = ["0000:3b:04.0", "0000:3b:05.0"] as const;

const nics = (count: number): InventoryNic[] =>
  Array.from({ length: count }, (_, index) => ({ device: `vmnic${index}`, pci: `0000:3b:0${index}.0` }));

function inventory(host: Omit<InventoryHost, "name">): Inventory {
  return { datacenter: "dc1", cluster: "c1", hosts: ESX.map((name) => ({ name, ...host })) };
}

/** Hosts with vmnic0 to vmnic3. */
export const plainHosts = inventory({ nics: nics(4) });

/** Hosts with vmnic0 to vmnic5, of which the last two have up to 16 virtual functions each, and with other PCI devices. */
export const deviceHosts = inventory({
  nics: nics(6).map((nic, index) => (index > 3 ? { ...nic, sriov: { maxVirtualFunctions: 16 } } : nic)),
  pciDevices: [
    { pci: GPU, name: "accelerator", passthrough: true },
    { pci: BRIDGE, name: "bridge", passthrough: false },
  ],
});
