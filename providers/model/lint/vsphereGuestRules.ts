// Design rules about bonds in Linux guests over the network cards that vSphere gives them. Pure.
import { keepsOwnMacs } from "../bond.js";
import { formatPath } from "../problem.js";
import { portGroupOf } from "./design.js";
import type { Rule } from "./rule.js";
import { vmRule } from "./sriovRules.js";

export const vsphereGuestRules: readonly Rule[] = [
  vmRule(
    {
      id: "GT-11",
      severity: "error",
      title:
        "The port groups below a bond in a guest accept the MAC addresses that it gives its members, where it gives them others than their own.",
      remedy:
        "Use policy active-backup without failOverMac or with failOverMac: active, or set security of the port group (macChanges, forgedTransmits).",
      source: "vSphere Networking 6.7, Securing vSphere Standard Switch Ports: MAC Address Changes, Forged Transmits",
    },
    function* ({ vm, hardware, path }, design) {
      for (const bond of vm.guest?.bonds ?? []) {
        // Of modes that need a partner VS-12 and LB-04 speak.
        if (bond.members.length < 2 || bond.mode !== "switch-independent" || keepsOwnMacs(bond)) continue;
        for (const card of hardware.cards) {
          // Of virtual functions VS-63 speaks.
          if (card.vf || !bond.members.includes(card.port)) continue;
          const below = portGroupOf(design, { ...card, host: vm.host });
          if (!below) continue;
          const { macChanges, forgedTransmits } = below.security;
          // Policy load sends with the members' own addresses by cards that were given that of the bond.
          const needed = bond.policy === "load" ? { macChanges, forgedTransmits } : { macChanges };
          const rejected = Object.entries(needed).flatMap(([key, isAccepted]) => (isAccepted ? [] : [key]));
          if (rejected.length === 0) continue;
          yield {
            path: [...path, "bonds", bond.name, bond.given.includes("failOverMac") ? "failOverMac" : "policy"],
            message: `the bond gives port ${card.port} another MAC address, and its port group drops what has one (${formatPath(below.path)}, no ${rejected.join(" and no ")})`,
            found: bond.policy === "active-backup" ? bond.bond.failOverMac : bond.policy,
          };
        }
      }
    },
  ),
];
