// KVM hosts with Open vSwitch: the driver. Pure.
import { compare } from "../../model/change.js";
import type { KvmHost } from "../../model/host.js";
import { type Driver, disruptionTable } from "../driver.js";
import { kernelUnsupported } from "../linux/unsupported.js";
import { fromOvsFacts, type OvsFacts, readOvsFacts } from "./facts.js";
import { planOvs, planOvsRemoval } from "./plan.js";
import { ovsUnsupported, toOvsWords } from "./toWords.js";
import { fromOvsText, toOvsView } from "./view.js";
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

export const kvm: Driver<KvmHost, OvsWords, OvsFacts> = {
  name: "kvm",
  kind: "KVM host",
  token: { module: "kvm", type: "Host" },
  file: { property: "openvswitch", extension: "openvswitch.sh", target: "ovs-vsctl, one transaction" },
  templates: { config: "openvswitch.sh", facts: "facts.sh", apply: "apply.sh", remove: "remove.sh" },
  version: 1,
  machines: ({ kvmHosts }) => kvmHosts.map((machine) => ({ machine, path: ["hosts", machine.name] })),
  unsupported: (host, path) => [...ovsUnsupported(host, path), ...kernelUnsupported(host, path)],
  toWords: toOvsWords,
  toView: toOvsView,
  fromText: fromOvsText,
  readFacts: readOvsFacts,
  fromFacts: fromOvsFacts,
  plan: planOvs,
  planRemoval: planOvsRemoval,
  compare: (desired, actual) => compare(desired.bridges, actual?.bridges ?? {}, disruption),
};
