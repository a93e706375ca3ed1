// Design rules about uplink teams. docs/reference/rules.md lists them. Pure.
import type { Design } from "./design.js";
import type { Finding, Rule } from "./rule.js";
import { cabledSwitches, cards, isOneLogicalSwitch, type TeamPlace } from "./teams.js";

/** A rule that looks at one team at a time. */
export function teamRule(
  rule: Omit<Rule, "check">,
  check: (place: TeamPlace, design: Design) => Iterable<Finding>,
): Rule {
  return {
    ...rule,
    *check(design) {
      for (const place of design.teams) yield* check(place, design);
    },
  };
}

const NETWORKING = "vSphere Networking 6.7";

export const teamRules: readonly Rule[] = [
  teamRule(
    {
      id: "VS-22",
      severity: "error",
      title: "With IP hash, failure detection is link status only.",
      remedy: "Set failureDetection: link.",
      source: `${NETWORKING}, Route Based on IP Hash`,
    },
    function* ({ platform, team, path }) {
      if (platform === "vsphere" && team.policy === "ip-hash" && team.failureDetection === "beacon") {
        yield {
          path: [...path, "failureDetection"],
          message: "beacon probing does not work with IP hash",
          found: "beacon",
        };
      }
    },
  ),
  teamRule(
    {
      id: "VS-23",
      severity: "error",
      title: "With IP hash all uplinks are active.",
      remedy: "Remove standby; leave an uplink out of members to keep it unused.",
      source: `${NETWORKING}, Route Based on IP Hash`,
    },
    function* ({ platform, team, path }) {
      if (platform === "vsphere" && team.policy === "ip-hash" && team.standby.length > 0) {
        yield { path: [...path, "standby"], message: "IP hash has no standby uplinks", found: team.standby.join(", ") };
      }
    },
  ),
  teamRule(
    {
      id: "VS-25",
      severity: "error",
      title: "A static or LACP team of vSphere or Windows ends on one switch, one stack or one MLAG pair.",
      remedy:
        "Cable the members to one switch or to an MLAG pair (switches.<name>.mlag), or use mode switch-independent.",
      source: `${NETWORKING}, Route Based on IP Hash`,
    },
    function* ({ platform, kind, team, path, hosts }, { environment: { switches } }) {
      // Of KVM hosts LB-06 and OV-03 speak.
      if (platform === "kvm" || team.mode === "switch-independent") return;
      for (const host of hosts) {
        const names = cabledSwitches(host.uplinks);
        if (isOneLogicalSwitch(names, switches)) continue;
        const on = kind === "distributed" ? ` on ${host.name}` : "";
        yield {
          path: [...path, "mode"],
          message: `mode ${team.mode}${on} spans switches that are not one MLAG pair`,
          found: names.join(", "),
        };
      }
    },
  ),
  teamRule(
    {
      id: "VS-27",
      severity: "warning",
      title: "Beacon probing wants at least three uplinks to tell which one is dead.",
      remedy: "Use failureDetection: link, or add uplinks.",
      source: "terraform-provider-vsphere documentation of virtual switches",
    },
    function* ({ platform, team, path }) {
      // What IP hash, a LAG or Windows refuses needs no second word.
      if ((platform === "vsphere" && team.mode !== "switch-independent") || platform === "hyperv") return;
      if (team.failureDetection === "beacon" && team.members.length < 3) {
        yield {
          path: [...path, "failureDetection"],
          message: `beacon probing over ${team.members.length} uplinks can't tell which one is dead`,
          found: "beacon",
        };
      }
    },
  ),
  teamRule(
    {
      id: "VS-38",
      severity: "warning",
      title: "A team has at least two uplinks, on two network cards and two switches.",
      remedy: "Add or re-cable an uplink, or accept the rule with its reason (accepted).",
      source: "VMware Validated Design; vendor design guides",
    },
    function* ({ kind, team, links, path, hosts }) {
      if (links.length < 2) {
        yield {
          path: [...path, "members"],
          message: "a team of one uplink has no redundancy",
          found: team.members.join(", "),
        };
        return;
      }
      for (const { name, uplinks } of hosts) {
        const at = [...path, "members"];
        // The path names the host, but for a team that spans hosts.
        const of = kind === "distributed" ? ` of ${name}` : "";
        if (allKnown(uplinks, "pci") && cards(uplinks).length < 2) {
          yield {
            path: at,
            message: `all uplinks${of} are ports of one network card`,
            found: cards(uplinks).join(", "),
          };
        }
        if (allKnown(uplinks, "cable") && cabledSwitches(uplinks).length < 2) {
          yield { path: at, message: `all uplinks${of} end on one switch`, found: cabledSwitches(uplinks).join(", ") };
        }
      }
    },
  ),
  teamRule(
    {
      id: "SW-05",
      severity: "error",
      title: "A Catalyst port channel has at most 8 active LACP links.",
      remedy: "Use at most 8 members.",
      source: "Catalyst 3750-X/3560-X EtherChannel guide",
    },
    function* ({ team, links, path, hosts }, { environment: { switches } }) {
      if (team.mode !== "lacp" || links.length <= 8) return;
      const names = hosts.flatMap((host) => cabledSwitches(host.uplinks));
      if (!switches.some((candidate) => candidate.platform === "iosxe" && names.includes(candidate.name))) return;
      yield {
        path: [...path, "members"],
        message: "more LACP links than the switch can activate",
        found: `${links.length}`,
      };
    },
  ),
];

function allKnown(uplinks: TeamPlace["hosts"][number]["uplinks"], key: "pci" | "cable"): boolean {
  return uplinks.length > 0 && uplinks.every((uplink) => uplink[key] !== undefined);
}
