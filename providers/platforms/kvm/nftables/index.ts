// The security policy of VM ports on a KVM host, kept by nftables at each port's interface: the layer. Pure.

import { compare } from "../../../model/change.js";
import type { KvmHost } from "../../../model/host.js";
import type { Heading } from "../../heading.js";
import type { Layer, TextSection } from "../../layer.js";
import { line } from "../../phrases.js";
import { fromNftablesFacts, type NftablesFacts, readNftablesFacts } from "./facts.js";
import { missingOfNftables, planNftables } from "./plan.js";
import { nftablesUnsupported, toNftablesWords } from "./toWords.js";
import {
  type GuardedPort,
  LOADER,
  NFTABLES_FILES,
  type NftablesWords,
  NO_GUARD,
  rulesFile,
  tableOf,
  UDEV_RULES,
  UNIT,
} from "./words.js";

export const nftables: Layer<KvmHost, NftablesWords, NftablesFacts> = {
  name: "nftables",
  extension: "nftables.txt",
  nothing: NO_GUARD,
  outline: ({ ports }) => line("security of ports", Object.keys(ports)),
  facts: "kvm/nftables/facts.sh",
  ownFiles: NFTABLES_FILES,
  unsupported: nftablesUnsupported,
  toWords: toNftablesWords,
  sections,
  readFacts: readNftablesFacts,
  missing: missingOfNftables,
  // The kernel always tells.
  unreadable: () => undefined,
  fromFacts: fromNftablesFacts,
  plan: planNftables,
  // What passes goes on passing while the rules of a port are replaced.
  compare: (desired, actual) => compare(desired, actual, () => "none"),
  unhealthy: () => [],
};

function sections({ ports }: NftablesWords, heading: Heading): readonly TextSection[] {
  const guarded = Object.entries(ports);
  if (guarded.length === 0) return [];
  const section = (template: string, path: string, more: object = {}) => ({
    target: path,
    path,
    template: `kvm/nftables/${template}`,
    data: { ...heading, ...more },
  });
  return [
    ...guarded.map(([name, port]) => section("port.nft", rulesFile(name), toView(name, port))),
    { ...section("load.sh", LOADER), mode: "0755" },
    section("multiport-nftables.rules", UDEV_RULES),
    section("multiport-nftables.service", UNIT),
  ];
}

function toView(name: string, { own, ingress, egress }: GuardedPort): object {
  return {
    name,
    table: tableOf(name),
    own,
    sendsOwn: ingress === "own",
    isLearning: ingress === "learn",
    hasIngress: ingress !== "any",
    hasEgress: egress !== "any",
    getsLearnt: egress === "learnt",
  };
}
