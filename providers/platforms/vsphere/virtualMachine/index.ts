// The driver of VMs in vCenter: their network cards, passthrough devices and memory reservation. Pure.
import type { VirtualMachine, VsphereVm } from "../../../model/virtualMachine.js";
import type { VcenterDriver } from "../vcenterDriver.js";
import { ask, toFacts } from "./ask.js";
import { toCall } from "./calls.js";
import type { VmFacts } from "./facts.js";
import { fromFacts } from "./fromFacts.js";
import { plan, planRemoval } from "./plan.js";
import type { VmStep } from "./step.js";
import { toWords } from "./toWords.js";
import type { VmTarget, VmWords } from "./words.js";

export const vsphereVm: VcenterDriver<VsphereVm, VmTarget, VmWords, VmFacts, VmStep> = {
  name: "vsphereVm",
  kind: "virtual machine",
  token: { module: "vsphere", type: "VirtualMachine" },
  version: 1,
  objects: ({ virtualMachines }) =>
    virtualMachines.flatMap(({ name, vsphere }: VirtualMachine) =>
      vsphere ? [{ model: vsphere, path: ["vms", name, "vsphere"] }] : [],
    ),
  unsupported: () => [],
  toWords,
  nothing: { host: "", cards: {}, order: [], passthrough: {}, powerOff: "never" },
  title: ({ name }) => `VM "${name}"`,
  ask,
  toFacts,
  fromFacts,
  plan,
  planRemoval,
  toCall,
};
