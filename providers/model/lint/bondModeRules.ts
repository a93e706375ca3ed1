// Design rules about the modes of Linux bonds, on KVM hosts and in guests, and what the other end has to be. Pure.
import type { TeamPolicy } from "../uplinkTeam.js";
import { carriesVms, isOneSource, kernelTeamRule, linuxBondRule } from "./linuxBonds.js";
import type { Rule } from "./rule.js";
import { cabledSwitches, isIndependent, isOneLogicalSwitch } from "./teams.js";

const BONDING = "Linux bonding.rst";
/** What a kernel's bond can spread over switches that know nothing of each other. */
const OVER_SWITCHES: readonly TeamPolicy[] = ["active-backup", "broadcast"];
/** Balance-rr, balance-tlb, balance-alb: source addresses of VMs show up on every member. */
const NOT_FOR_VMS: readonly TeamPolicy[] = ["round-robin", "load", "adaptive-load"];

export const bondModeRules: readonly Rule[] = [
  linuxBondRule(
    {
      id: "LB-03",
      severity: "error",
      title: "Mode lacp needs a partner that speaks LACP: a port channel of the switch, whose links have one speed.",
      remedy: "Use mode switch-independent, or two members that end on a port channel of a switch with LACP.",
      source: `${BONDING}, mode 802.3ad and chapter 5`,
      lookedAfterBy: ["file", "host facts", "not yet"],
    },
    function* ({ team, path }) {
      if (team.mode === "lacp" && team.members.length < 2)
        yield {
          path: [...path, "members"],
          message: "the kernel makes no bond of one uplink, so the host does not answer the LACP of the switch",
          found: team.members.join(", "),
        };
    },
    function* ({ isOnEsx, bond, virtualPorts, path }) {
      // VS-12 speaks of guests on ESXi.
      if (!isOnEsx && bond.mode === "lacp" && virtualPorts.length > 0)
        yield {
          path: [...path, "mode"],
          message: "a virtual switch does not speak LACP with a guest",
          found: virtualPorts.join(", "),
        };
    },
  ),
  linuxBondRule(
    {
      id: "LB-04",
      severity: "error",
      title: "Mode static, and every policy that needs it, ends on a port channel of the switch.",
      remedy:
        "Use mode switch-independent with policy active-backup, or two members that end on a port channel of a switch.",
      source: `${BONDING}, chapter 5`,
      lookedAfterBy: ["file", "not yet"],
    },
    function* ({ team, uplinks, path }, { environment: { switches } }) {
      if (team.mode === "static" && team.members.length < 2)
        yield {
          path: [...path, "members"],
          message: "the kernel makes no bond of one uplink, which is no port channel",
          found: team.members.join(", "),
        };
      if (team.mode !== "switch-independent" || team.policy !== "broadcast") return;
      const ends = cabledSwitches(uplinks);
      if (uplinks.length > 1 && uplinks.every(({ cable }) => cable) && isOneLogicalSwitch(ends, switches))
        yield {
          path: [...path, "policy"],
          message: "the switch gets every frame on several ports that are no port channel",
          found: ends.join(", "),
        };
    },
    function* ({ bond, virtualPorts, together, path }) {
      if (bond.mode === "static" && virtualPorts.length > 0)
        yield {
          path: [...path, "mode"],
          message: "a virtual switch has no port channel for a guest",
          found: virtualPorts.join(", "),
        };
      else if (bond.mode === "switch-independent" && bond.policy === "broadcast" && together.length > 0)
        yield {
          path: [...path, "policy"],
          message: "the virtual switch gets every frame on several ports, and delivers it as often",
          found: together.join(", "),
        };
    },
  ),
  kernelTeamRule(
    {
      id: "LB-06",
      severity: "error",
      title:
        "Over switches that are not one MLAG pair only policy active-backup works, or broadcast into two networks.",
      remedy: "Cable the members to one switch or to an MLAG pair (switches.<name>.mlag), or use policy active-backup.",
      source: `${BONDING}, 11.2.1`,
    },
    function* ({ team, uplinks, path }, { environment: { switches } }) {
      if (isIndependent(team) && OVER_SWITCHES.includes(team.policy)) return;
      const ends = cabledSwitches(uplinks);
      if (isOneLogicalSwitch(ends, switches)) return;
      yield {
        path: [...path, isIndependent(team) ? "policy" : "mode"],
        message: `${isIndependent(team) ? `policy ${team.policy}` : `mode ${team.mode}`} spans switches that are not one MLAG pair`,
        found: ends.join(", "),
      };
    },
  ),
  linuxBondRule(
    {
      id: "LB-07",
      severity: "info",
      title: "Policy transport-ports (layer3+4) does not keep to 802.3ad: fragments of a flow may arrive out of order.",
      remedy: "Use policy ip-hash or source-mac where that matters.",
      source: `${BONDING}, xmit_hash_policy`,
    },
    function* ({ team, path }) {
      if (team.policy === "transport-ports" && team.members.length > 1) yield reordered(path);
    },
    function* ({ bond, path }) {
      if (bond.policy === "transport-ports") yield reordered(path);
    },
  ),
  linuxBondRule(
    {
      id: "LB-16",
      severity: "error",
      title:
        "A bond of the kernel below VMs does not have policy round-robin, load or adaptive-load, nor a bond over ports of a virtual switch adaptive-load.",
      remedy: "Use policy active-backup; on a host also mode lacp or static with a policy that hashes.",
      source: "RHEL 6 Virtualization Administration Guide 18.2; RHV 4.4 Technical Reference, Bonds",
    },
    function* ({ team, path, ...place }) {
      if (NOT_FOR_VMS.includes(team.policy) && team.members.length > 1 && carriesVms(place))
        yield {
          path: [...path, "policy"],
          message: `VMs are on ${place.virtualSwitch.name}, and their MAC addresses would move between the members`,
          found: team.policy,
        };
    },
    function* ({ bond, virtualPorts, path }) {
      if (bond.policy === "adaptive-load" && virtualPorts.length > 0)
        yield {
          path: [...path, "policy"],
          message: "the bond moves MAC addresses from one port of the virtual switch to another",
          found: virtualPorts.join(", "),
        };
    },
  ),
  kernelTeamRule(
    {
      id: "LB-23",
      severity: "info",
      title:
        "Policy vlan-source-mac (vlan+srcmac) suits several VMs, on VLANs of their own, and a switch without LACP.",
      remedy: "Use it where the switch carries several VLANs or VMs, or another policy.",
      source: `${BONDING}, xmit_hash_policy`,
    },
    function* ({ team, path, ...place }) {
      if (team.policy === "vlan-source-mac" && team.members.length > 1 && isOneSource(place))
        yield {
          path: [...path, "policy"],
          message: "the file knows one VLAN and at most one MAC address here, which stay on one member",
          found: team.policy,
        };
    },
  ),
];

function reordered(path: readonly (string | number)[]) {
  return {
    path: [...path, "policy"],
    message: "fragments of a flow may take another member than the rest of it",
    found: "transport-ports",
  };
}
