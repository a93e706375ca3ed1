// Open vSwitch on a KVM host: the layer. Pure.
import { compare } from "../../../model/change.js";
import type { KvmHost } from "../../../model/host.js";
import { disruptionTable } from "../../driver.js";
import type { Layer } from "../../layer.js";
import { fromOvsFacts, type OvsFacts, readOvsFacts } from "./facts.js";
import { outlineOvs, ovsCarried } from "./outline.js";
import { missingOfOvs, ovsUnreadable, planOvs } from "./plan.js";
import { ovsUnsupported, toOvsWords } from "./toWords.js";
import { toOvsConfig } from "./view.js";
import type { OvsWords } from "./words.js";

/** Open vSwitch takes all of these in place; what follows is what the traffic notices. */
const disruption = disruptionTable({
  interfaces: "brief",
  bond_mode: "brief",
  // Another kind of interface is made anew.
  type: "outage",
  lacp: "brief",
  "lacp-time": "brief",
  vlan_mode: "brief",
  tag: "brief",
  trunks: "brief",
  mtu_request: "brief",
  datapath_type: "outage",
});

export const openvswitch: Layer<KvmHost, OvsWords, OvsFacts> = {
  name: "openvswitch",
  extension: "openvswitch.sh",
  nothing: { bridges: {} },
  facts: "kvm/openvswitch/facts.sh",
  ownFiles: [],
  unsupported: ovsUnsupported,
  toWords: toOvsWords,
  outline: outlineOvs,
  carried: ({ bridges }) =>
    Object.values(bridges).flatMap(({ ports }) =>
      Object.entries(ports).map(([name, port]) => ({ below: { interface: name }, vlans: ovsCarried(port) })),
    ),
  sections: (words, heading) =>
    Object.keys(words.bridges).length > 0
      ? [{ target: "ovs-vsctl, one transaction", ...toOvsConfig(words, heading) }]
      : [],
  readFacts: readOvsFacts,
  missing: missingOfOvs,
  unreadable: ovsUnreadable,
  fromFacts: fromOvsFacts,
  plan: planOvs,
  compare: (desired, actual) => compare(desired.bridges, actual.bridges, disruption),
  unhealthy: () => [],
};
