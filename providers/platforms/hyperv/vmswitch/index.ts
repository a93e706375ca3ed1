// Hyper-V's own module: virtual switches, adapters of the management OS and of VMs. The layer. Pure.
import type { HypervHost } from "../../../model/hypervHost.js";
import type { Layer } from "../../layer.js";
import { unsupportedByHyperv } from "../unsupported.js";
import { compareVmswitch } from "./compare.js";
import { fromVmswitchFacts, readVmswitchFacts, type VmswitchFacts } from "./facts.js";
import { outlineVmswitch, vmswitchCarried } from "./outline.js";
import { isNothing, planVmswitch } from "./plan.js";
import { vmswitchRemarks } from "./remarks.js";
import { toVmswitchWords } from "./toWords.js";
import { configure } from "./view.js";
import { NOTHING, type VmswitchWords } from "./words.js";

export const vmswitch: Layer<HypervHost, VmswitchWords, VmswitchFacts> = {
  name: "vmswitch",
  extension: "vmswitch.ps1",
  nothing: NOTHING,
  outline: outlineVmswitch,
  carried: ({ vms }) =>
    Object.entries(vms).flatMap(([vm, adapters]) =>
      Object.entries(adapters).map(([port, { vlan }]) => ({ below: { vm, port }, vlans: vmswitchCarried(vlan) })),
    ),
  facts: "hyperv/vmswitch/facts.ps1",
  // Everything lies in Windows' own stores.
  ownFiles: [],
  unsupported: unsupportedByHyperv,
  toWords: toVmswitchWords,
  sections: (words, heading) => (isNothing(words) ? [] : [{ target: "Hyper-V", ...configure(words, heading) }]),
  readFacts: readVmswitchFacts,
  missing: (words, { missing }) => (missing === undefined || isNothing(words) ? [] : [{ tool: missing, packages: {} }]),
  unreadable: () => undefined,
  fromFacts: fromVmswitchFacts,
  plan: planVmswitch,
  compare: compareVmswitch,
  unhealthy: () => [],
  remarks: vmswitchRemarks,
};
