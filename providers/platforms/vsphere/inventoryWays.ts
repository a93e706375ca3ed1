// The ways through vCenter's inventory that more than one driver takes. Pure.
import type { PropertyQuery, Ref, Traversal } from "../../model/vim.js";

const toHosts: Traversal = { type: "ComputeResource", path: "host" };
const belowFolders: readonly Traversal[] = [
  {
    name: "folder",
    type: "Folder",
    path: "childEntity",
    along: ["folder", "hosts", "datacenterHosts"],
    isSkipped: true,
  },
  { name: "datacenterHosts", type: "Datacenter", path: "hostFolder", along: ["folder"], isSkipped: true },
  { ...toHosts, name: "hosts" },
];
const belowVmFolders: readonly Traversal[] = [
  { name: "folder", type: "Folder", path: "childEntity", along: ["folder", "datacenterVms", "vApp"] },
  { name: "datacenterVms", type: "Datacenter", path: "vmFolder", along: ["folder"] },
  { name: "vApp", type: "VirtualApp", path: "vm" },
];

/** All hosts of a vCenter. */
export function allHosts(rootFolder: Ref, properties: readonly string[]): PropertyQuery {
  return { properties: { HostSystem: properties }, from: [rootFolder], along: belowFolders };
}

/** All VMs of a vCenter, with the names of the folders that they are in. */
export function allVms(rootFolder: Ref, properties: readonly string[]): PropertyQuery {
  return {
    properties: { VirtualMachine: properties, Folder: ["name", "parent"], Datacenter: ["name", "parent"] },
    from: [rootFolder],
    along: belowVmFolders,
  };
}
