// The driver of ESXi hosts: standard switches, port groups, vmkernel ports, SR-IOV and passthrough. Pure.
import type { EsxHost } from "../../../model/host.js";
import { carried } from "../../phrases.js";
import type { VcenterDriver } from "../vcenterDriver.js";
import { toHostCall } from "./calls.js";
import type { HostFacts } from "./facts.js";
import { fromHostFacts } from "./fromFacts.js";
import { planHost } from "./plan.js";
import { askHost } from "./questions.js";
import { readHostFacts } from "./readFacts.js";
import type { HostStep } from "./steps.js";
import { toHostWords } from "./toWords.js";
import { unsupportedOnHost } from "./unsupported.js";
import { type HostTarget, type HostWords, NO_WORDS } from "./words.js";

/** The VM tags its frames itself. */
const TRUNK = 4095;

export const esxHost: VcenterDriver<EsxHost, HostTarget, HostWords, HostFacts, HostStep> = {
  name: "esxHost",
  kind: "ESXi host",
  token: { module: "vsphere", type: "Host" },
  version: 1,
  objects: ({ esxHosts }) => esxHosts.map((model) => ({ model, path: ["hosts", model.name] })),
  unsupported: unsupportedOnHost,
  toWords: toHostWords,
  carried: ({ portGroups }) =>
    Object.entries(portGroups).map(([portGroup, { switch: on, vlan }]) => ({
      below: { portGroup, switch: on },
      vlans: vlan === TRUNK ? "all VLANs" : carried("", vlan),
    })),
  title: ({ address }) => `ESXi host "${address}"`,
  ask: askHost,
  toFacts: readHostFacts,
  fromFacts: fromHostFacts,
  nothing: NO_WORDS,
  plan: (desired, actual, facts, previous) => planHost(desired, actual, facts && { facts, previous }),
  planRemoval: (actual, { facts }) =>
    planHost({ ...NO_WORDS, reboot: actual.reboot }, actual, facts && { facts, previous: actual }),
  toCall: toHostCall,
};
