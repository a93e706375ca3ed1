// Virtual functions (SR-IOV) of KVM hosts: the layer. Pure.

import type { KvmHost } from "../../../model/host.js";
import type { Layer } from "../../layer.js";
import { vlans } from "../../phrases.js";
import { readSriovFacts, type SriovFacts } from "./facts.js";
import { compareSriov, fromSriovFacts } from "./fromFacts.js";
import { planSriov, unhealthySriov } from "./plan.js";
import { SRIOV_FILES, sriovSections, toSriovWords } from "./toWords.js";
import { NO_SRIOV, type SriovWords } from "./words.js";

export const sriov: Layer<KvmHost, SriovWords, SriovFacts> = {
  name: "sriov",
  extension: "sriov.conf",
  nothing: NO_SRIOV,
  outline: ({ ports }) =>
    Object.entries(ports).map(([name, { sriov_numvfs: count }]) => `virtual functions of ${name}: ${count}`),
  carried: ({ ports }) =>
    Object.values(ports).flatMap(({ functions }) =>
      Object.values(functions).flatMap(({ user, vlan }) =>
        user === null || vlan === null ? [] : [{ below: user, vlans: vlan === 0 ? "no VLAN" : vlans(`${vlan}`) }],
      ),
    ),
  facts: "kvm/sriov/facts.sh",
  ownFiles: SRIOV_FILES,
  // What the file may say of virtual functions, Linux has; what a driver lacks is found on the host.
  unsupported: () => [],
  toWords: toSriovWords,
  sections: sriovSections,
  readFacts: readSriovFacts,
  // The kernel's files always tell.
  missing: () => [],
  unreadable: () => undefined,
  fromFacts: (facts, { known }) => fromSriovFacts(facts, known),
  plan: planSriov,
  compare: compareSriov,
  unhealthy: unhealthySriov,
};
