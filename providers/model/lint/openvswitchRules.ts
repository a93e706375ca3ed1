// Design rules about bonds of Open vSwitch on KVM hosts. Pure.
import type { Design } from "./design.js";
import { isOneSource } from "./linuxBonds.js";
import type { Finding, Rule, RuleText } from "./rule.js";
import { teamRule } from "./teamRules.js";
import { cabledSwitches, isIndependent, isOneLogicalSwitch, type TeamPlace } from "./teams.js";

type OvsTeam = TeamPlace & Required<Pick<TeamPlace, "kvm">>;

function ovsRule(rule: RuleText, check: (place: OvsTeam, design: Design) => Iterable<Finding>): Rule {
  return teamRule(rule, function* ({ kvm, ...place }, design) {
    if (kvm?.virtualSwitch.bonding === "openvswitch") yield* check({ ...place, kvm }, design);
  });
}

const BONDING = "Open vSwitch topics/bonding";

export const openvswitchRules: readonly Rule[] = [
  ovsRule(
    {
      id: "OV-01",
      severity: "error",
      title: "An Open vSwitch bond has at least two members; with one it silently is an ordinary port without LACP.",
      remedy: "Add a member, or use mode switch-independent.",
      source: BONDING,
    },
    function* ({ team, path }) {
      if (team.mode === "lacp" && team.members.length < 2)
        yield {
          path: [...path, "members"],
          message: "LACP needs at least two members",
          found: team.members.join(", "),
        };
    },
  ),
  ovsRule(
    {
      id: "OV-02",
      severity: "warning",
      title:
        "An Open vSwitch bond passes nothing while its LACP is not negotiated, unless it may fall back to active-backup; policy transport-ports always needs LACP.",
      remedy: "Set lacpFallback: true.",
      source: "ovs-vswitchd.conf.db, bond_mode and lacp-fallback-ab",
    },
    function* ({ team, path }) {
      if (team.mode === "lacp" && !team.lacpFallback)
        yield {
          path: [...path, "lacpFallback"],
          message: "the host loses all traffic when the switch does not answer LACP",
          found: "false",
        };
    },
  ),
  ovsRule(
    {
      id: "OV-03",
      severity: "error",
      title: "An Open vSwitch bond over switches that are not one MLAG pair has policy active-backup, without LACP.",
      remedy: "Cable the members to one switch or to an MLAG pair (switches.<name>.mlag), or use policy active-backup.",
      source: `${BONDING}, Active Backup Bonding`,
    },
    function* ({ team, hosts, path }, { environment: { switches } }) {
      if (isIndependent(team) && team.policy === "active-backup") return;
      const ends = cabledSwitches(hosts.flatMap(({ uplinks }) => uplinks));
      if (isOneLogicalSwitch(ends, switches)) return;
      yield {
        path: [...path, isIndependent(team) ? "policy" : "mode"],
        message: `${isIndependent(team) ? `policy ${team.policy}` : `mode ${team.mode}`} spans switches that are not one MLAG pair`,
        found: ends.join(", "),
      };
    },
  ),
  ovsRule(
    {
      id: "OV-05",
      severity: "info",
      title:
        "Policies source-mac and vlan-source-mac (balance-slb) only spread what has several MAC addresses or VLANs.",
      remedy: "Use it where the switch carries several VLANs or VMs, or another policy.",
      source: `${BONDING}, SLB Bonding`,
    },
    function* ({ team, kvm, path }) {
      const isBySource = team.policy === "source-mac" || team.policy === "vlan-source-mac";
      if (isBySource && team.members.length > 1 && isOneSource(kvm))
        yield {
          path: [...path, "policy"],
          message: "the file knows one VLAN and at most one MAC address here, which stay on one member",
          found: team.policy,
        };
    },
  ),
  ovsRule(
    {
      id: "OV-08",
      severity: "info",
      title:
        "Guides of Red Hat OpenStack 7 and 8 call LACP on Open vSwitch bonds unsupported; Open vSwitch itself does not.",
      remedy: "Use bonding: kernel where your distribution supports only that.",
      source: "RHOSP 8 Director Installation, Bonding Options",
    },
    function* ({ team, path }) {
      if (team.mode === "lacp")
        yield {
          path: [...path, "mode"],
          message: "Open vSwitch itself speaks LACP here, not the kernel",
          found: "lacp",
        };
    },
  ),
];
