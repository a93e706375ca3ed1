// Design rules about virtual functions of KVM hosts, and guests that bond them. Pure.
import { keepsOwnMacs } from "../bond.js";
import { formatRanges, mergeRanges } from "../network.js";
import { formatPath } from "../problem.js";
import type { VirtualFunction } from "../virtualFunction.js";
import { type GuestBond, guestBondRule } from "./linuxBonds.js";
import type { Finding, Rule, RuleText } from "./rule.js";
import { cabledSwitches, cards } from "./teams.js";

const BOND_CNI = "k8snetworkplumbingwg/bond-cni README";

/**
 * Why virtual functions keep their MAC address, the first reason that holds of each. The drivers of Intel refuse another one while the host has
 * set one and does not trust the function; what else sends with another one is dropped by the check for spoofing, of which makers differ in
 * whether it follows the address that a trusted function has taken.
 */
const OWN_MAC_ONLY: readonly (readonly [reason: string, (settings: VirtualFunction, isPair: boolean) => boolean])[] = [
  ["one with a virtio card beside it (failover) takes no other", (_, isPair) => isPair],
  [
    "they have one from their host and no trust: they may not take another",
    ({ mac, trust }, isPair) => !isPair && mac !== undefined && trust !== true,
  ],
  [
    "they are checked for spoofing and have no trust: what they send with it is dropped",
    ({ mac, trust, spoofCheck }, isPair) => !isPair && mac === undefined && trust !== true && spoofCheck !== false,
  ],
  [
    "they have one from their host and are checked for spoofing: cards may drop what they send with another",
    ({ mac, trust, spoofCheck }, isPair) => !isPair && mac !== undefined && trust === true && spoofCheck === true,
  ],
];

/** A rule about bonds with a virtual function and something else. */
function bondedRule(rule: RuleText, check: (place: GuestBond) => Iterable<Finding>): Rule {
  return guestBondRule(rule, function* (place) {
    if (place.functions.length > 0 && place.bond.members.length > 1) yield* check(place);
  });
}

export const functionRules: readonly Rule[] = [
  bondedRule(
    {
      id: "SR-02",
      severity: "warning",
      graver: "error",
      title:
        "Virtual functions that back each other up come from two physical ports, on two network cards and two switches.",
      remedy:
        "Name another physical port, or a pool to choose from (vf: { from: [..] }) with ports on two cards and switches.",
      source: BOND_CNI,
    },
    function* ({ functions, bond, path }) {
      const uplinks = functions.map(({ uplink }) => uplink);
      if (functions.length < 2 || functions.length < bond.members.length) return;
      const isOnePort = new Set(uplinks.map(({ name }) => name)).size === 1;
      const isOneCard = uplinks.every(({ pci }) => pci) && cards(uplinks).length === 1;
      const isOneSwitch = uplinks.every(({ cable }) => cable) && cabledSwitches(uplinks).length === 1;
      const shared = isOnePort ? "physical port" : isOneCard ? "network card" : isOneSwitch ? "switch" : undefined;
      if (shared === undefined) return;
      yield {
        path: [...path, "members"],
        message: `the members are virtual functions that all fail with one ${shared}`,
        found: functions.map(({ port, uplink }) => `${port} (${uplink.name})`).join(", "),
        ...(isOnePort ? { severity: "error" } : {}),
      };
    },
  ),
  bondedRule(
    {
      id: "SR-03",
      severity: "warning",
      graver: "error",
      title: "A bond of virtual functions has policy active-backup, and takes the MAC address of the active one.",
      remedy: "Use policy active-backup without failOverMac, or with failOverMac: active.",
      source: BOND_CNI,
    },
    function* ({ bond, path }) {
      // SR-07 speaks of LACP, and SR-04 of one MAC address for all.
      if (bond.mode === "lacp") return;
      if (bond.mode === "static")
        yield {
          path: [...path, "mode"],
          message: "a port channel of exactly these physical ports is nothing that the file knows",
          found: bond.mode,
        };
      else if (bond.policy !== "active-backup")
        yield {
          path: [...path, "policy"],
          message: "the physical ports hand what is for the bond to one virtual function, whichever the bond sends on",
          found: bond.policy,
          severity: "error",
        };
      else if (bond.bond.failOverMac === "follow")
        yield {
          path: [...path, "failOverMac"],
          message: "with every failover virtual functions have to take other MAC addresses",
          found: bond.bond.failOverMac,
        };
    },
  ),
  bondedRule(
    {
      id: "SR-04",
      severity: "error",
      title:
        "Virtual functions whose bond gives them other MAC addresses than their own may take them: they are trusted, and not held to the one that their host gives them.",
      remedy:
        "Use policy active-backup without failOverMac or with failOverMac: active, which needs nothing of the host; or set trust: true and spoofCheck: false of the virtual functions there (macChanges and forgedTransmits of a port group with security).",
      source:
        "OpenStack neutron, support-sriov-bond; bond-cni examples; Linux bonding.rst, fail_over_mac; VF messages of the drivers igb, ixgbe, i40e and ice; net_failover.c",
    },
    function* ({ bond, functions, pairs, host, path }) {
      if (keepsOwnMacs(bond)) return;
      const at = [...path, bond.given.includes("failOverMac") ? "failOverMac" : "members"];
      for (const [reason, isHeld] of OWN_MAC_ONLY) {
        const held = functions.filter(({ port, settings }) => isHeld(settings, pairs.includes(port)));
        if (held.length === 0) continue;
        const places = new Set(
          held.map(({ uplink }) => formatPath(["hosts", host?.name ?? "", "uplinks", uplink.name, "sriov"])),
        );
        yield {
          path: at,
          message: `the bond gives these virtual functions another MAC address than their own, and at ${[...places].join(" and ")} ${reason}`,
          found: held.map(({ port, uplink, settings }) => `${port} (${settings.index} of ${uplink.name})`).join(", "),
        };
      }
    },
  ),
  bondedRule(
    {
      id: "SR-05",
      severity: "warning",
      title:
        "A virtual function has a link while its physical port has: a bond does not notice a switch that is up and dead.",
      remedy:
        "Set linkState: auto, and let the switch take its host ports down with its uplinks (link-state tracking); then accept the rule (accepted).",
      source: "OpenShift 4.20, High availability for pod-level bonds on SR-IOV networks",
    },
    function* ({ bond, functions, path }) {
      if (bond.mode === "lacp") return;
      const forced = functions.filter(({ settings }) => settings.linkState === "enable");
      const shown = forced.length > 0 ? forced : functions;
      yield {
        path: [...path, "members"],
        message:
          forced.length > 0
            ? "with linkState enable not even a pulled cable is noticed"
            : "the bond notices a dead link of a physical port, and nothing beyond it",
        found: shown.map(({ port }) => port).join(", "),
      };
    },
  ),
  bondedRule(
    {
      id: "SR-06",
      severity: "error",
      title:
        "Physical ports in a port channel of the switch do not feed bonds without LACP: half of what comes in is lost.",
      remedy:
        "Take the virtual functions from ports that are in no port channel, or use mode switch-independent of the team.",
      source: "k8snetworkplumbingwg/bond-cni issue 22",
    },
    function* ({ bond, functions, host, path }) {
      if (bond.mode === "lacp") return;
      for (const { name, uplinkTeam } of host?.virtualSwitches ?? []) {
        if (uplinkTeam.mode === "switch-independent") continue;
        const within = functions.filter(({ uplink }) => uplinkTeam.members.includes(uplink.name));
        if (within.length > 0)
          yield {
            path: [...path, "members"],
            message: `the switch spreads over the ${uplinkTeam.mode} team of ${name} what is for one virtual function`,
            found: within.map(({ port, uplink }) => `${port} (${uplink.name})`).join(", "),
          };
      }
    },
  ),
  bondedRule(
    {
      id: "SR-07",
      severity: "warning",
      title: "LACP over virtual functions is experimental: many cards keep the LACPDUs of the switch to themselves.",
      remedy: "Use policy active-backup in the guest.",
      source: "bond-cni examples/lacp; Broadcom KB 315347",
    },
    function* ({ bond, functions, path }) {
      if (bond.mode === "lacp")
        yield {
          path: [...path, "mode"],
          message: "the members are virtual functions, over which LACP is experimental",
          found: functions.map(({ port }) => port).join(", "),
        };
    },
  ),
  {
    id: "SR-18",
    severity: "warning",
    title: "A trusted virtual function may take any MAC address and receive all frames: an exception to be listed.",
    remedy: "Remove trust, or accept the rule with its reason (accepted).",
    source: "OpenStack neutron, Trusted virtual functions",
    *check({ environment }) {
      for (const { name: host, uplinks } of environment.kvmHosts)
        for (const { name, sriov } of uplinks) {
          const trusted = (sriov?.functions ?? []).filter(({ trust }) => trust);
          if (trusted.length === 0) continue;
          const ranges = mergeRanges(trusted.map(({ index }) => ({ first: index, last: index })));
          yield {
            path: ["hosts", host, "uplinks", name, "sriov"],
            message: "whoever has these virtual functions may take any MAC address and receive all frames of the port",
            found: formatRanges(ranges),
          };
        }
    },
  },
];
