// Distributed switches: the driver of the one resource that sets a switch, its LAGs, members, port groups and alarms. Pure.
import type { DistributedSwitch } from "../../../model/distributedSwitch.js";
import type { VcenterDriver } from "../vcenterDriver.js";
import { toSwitchCall } from "./calls.js";
import { askSwitch, type SwitchFacts, toSwitchFacts } from "./facts.js";
import { fromSwitchFacts } from "./fromFacts.js";
import { outlineSwitch, vlanCarried } from "./outline.js";
import { planSwitch } from "./plan.js";
import { planSwitchRemoval } from "./removal.js";
import type { SwitchStep } from "./steps.js";
import { toSwitchWords } from "./toWords.js";
import { unsupportedOnSwitch } from "./unsupported.js";
import type { SwitchTarget, SwitchWords } from "./words.js";

export const distributedSwitch: VcenterDriver<DistributedSwitch, SwitchTarget, SwitchWords, SwitchFacts, SwitchStep> = {
  name: "vsphereSwitch",
  kind: "distributed switch",
  token: { module: "vsphere", type: "Switch" },
  version: 1,
  objects: ({ distributedSwitches }) =>
    distributedSwitches.map((model) => ({ model, path: ["distributedSwitches", model.name] })),
  unsupported: unsupportedOnSwitch,
  toWords: toSwitchWords,
  outline: outlineSwitch,
  carried: ({ portGroups }) =>
    Object.entries(portGroups).map(([portGroup, { vlan }]) => ({ below: { portGroup }, vlans: vlanCarried(vlan) })),
  title: ({ name }) => `distributed switch "${name}"`,
  ask: askSwitch,
  toFacts: toSwitchFacts,
  fromFacts: fromSwitchFacts,
  plan: planSwitch,
  planRemoval: planSwitchRemoval,
  toCall: toSwitchCall,
};
