// Design rules about how Linux bonds notice a dead member, and when they use one again. Pure.
import type { UplinkTeam } from "../uplinkTeam.js";
import { carriesVms, guestBondRule, kernelTeamRule, linuxBondRule } from "./linuxBonds.js";
import type { Finding, Rule } from "./rule.js";

const BONDING = "Linux bonding.rst";

export const bondMonitorRules: readonly Rule[] = [
  linuxBondRule(
    {
      id: "LB-08",
      severity: "warning",
      title:
        "With lacpRate slow a silent switch is noticed after 90 s, with fast after 3 s; both ends have the same rate.",
      remedy:
        "Set lacpRate: fast and the same on the switch, or accept the rule where the switch knows only slow (accepted).",
      source: `${BONDING}, lacp_rate`,
      lookedAfterBy: ["file", "not yet"],
    },
    function* ({ team, path }) {
      if (team.mode === "lacp" && team.lacpRate === "slow") yield slow(path);
    },
    function* ({ bond, path }) {
      if (bond.mode === "lacp" && bond.lacpRate === "slow") yield slow(path);
    },
  ),
  kernelTeamRule(
    {
      id: "LB-10",
      severity: "info",
      title: "Only mode lacp has minLinks, and 0 and 1 are the same.",
      remedy: "Set minLinks to 2 or more, or remove it.",
      source: `${BONDING}, min_links`,
    },
    function* ({ team, path }) {
      if (team.given.includes("minLinks") && team.bond.minLinks < 2)
        yield {
          path: [...path, "minLinks"],
          message: "the bond is up while one member is, as without minLinks",
          found: `${team.bond.minLinks}`,
        };
    },
  ),
  kernelTeamRule(
    {
      id: "LB-12",
      severity: "warning",
      graver: "error",
      title:
        "Delays of a bond (upDelayMilliseconds, downDelayMilliseconds) need monitorMilliseconds and are multiples of it.",
      remedy: "Use a multiple of monitorMilliseconds, which is 100 by default.",
      source: `${BONDING}, updelay and downdelay`,
    },
    function* ({ team: { bond }, path }) {
      if (bond.arpMonitor) return;
      for (const key of ["upDelayMilliseconds", "downDelayMilliseconds"] as const) {
        const rest = bond[key] % bond.monitorMilliseconds;
        if (rest > 0)
          yield {
            path: [...path, key],
            message: `the kernel rounds it down to ${bond[key] - rest}, a multiple of ${bond.monitorMilliseconds}`,
            found: `${bond[key]}`,
          };
      }
    },
  ),
  kernelTeamRule(
    {
      id: "LB-13",
      severity: "warning",
      title:
        "With policy adaptive-load a member is used again only when its switch port forwards: after the delay of spanning tree, unless it is an edge port.",
      remedy: "Set upDelayMilliseconds: 31000, or make the switch ports edge ports and accept the rule (accepted).",
      source: `${BONDING}, balance-alb`,
      lookedAfterBy: ["file", "not yet"],
    },
    function* ({ team, path }) {
      if (team.policy !== "adaptive-load" || team.members.length < 2 || team.bond.upDelayMilliseconds > 0) return;
      yield {
        path: [...path, team.given.includes("upDelayMilliseconds") ? "upDelayMilliseconds" : "policy"],
        message: "a member is used as soon as its link is up, and its switch port may still block",
        found: `${team.bond.upDelayMilliseconds}`,
      };
    },
  ),
  kernelTeamRule(
    {
      id: "LB-17",
      severity: "warning",
      title: "A bond of the kernel below VMs looks at its links, and asks no other machines.",
      remedy: "Remove arpMonitor; mode lacp notices a silent switch too.",
      source: "RHEL 6 Virtualization Administration Guide 18.2",
    },
    function* ({ team, path, ...place }) {
      if (team.bond.arpMonitor && team.members.length > 1 && carriesVms(place))
        yield {
          path: [...path, "arpMonitor"],
          message: `VMs are on ${place.virtualSwitch.name}, whose traffic and whose answers the monitor can mistake for its own`,
          found: team.bond.arpMonitor.targets.join(", "),
        };
    },
  ),
  kernelTeamRule(
    {
      id: "LB-24",
      severity: "warning",
      title:
        "A switch that hashes sends the answers to an ARP monitor to one member of a port channel, and the others count as dead.",
      remedy: "Remove arpMonitor, or let the switch spread evenly and accept the rule (accepted).",
      source: `${BONDING}, arp_interval`,
      lookedAfterBy: ["file", "not yet"],
    },
    function* ({ team, path }) {
      if (team.bond.arpMonitor && isChannel(team))
        yield {
          path: [...path, "arpMonitor"],
          message: `with mode ${team.mode} and policy ${team.policy} the switch decides which members hear answers`,
          found: team.bond.arpMonitor.targets.join(", "),
        };
    },
  ),
  guestBondRule(
    {
      id: "LB-25",
      severity: "warning",
      title:
        "Policy adaptive-load needs network cards that take another MAC address while in use; virtual functions often do not.",
      remedy: "Use policy active-backup.",
      source: `${BONDING}, balance-alb`,
    },
    function* ({ bond, functions, path }) {
      const fixed = functions.filter(({ settings }) => !settings.trust);
      if (bond.policy === "adaptive-load" && fixed.length > 0)
        yield {
          path: [...path, "policy"],
          message: "the bond changes the MAC addresses of virtual functions that are not trusted",
          found: fixed.map(({ port }) => port).join(", "),
        };
    },
  ),
];

function slow(path: Finding["path"]): Finding {
  return { path: [...path, "lacpRate"], message: "a switch that falls silent is noticed after 90 s", found: "slow" };
}

/** Balance-rr and balance-xor. */
function isChannel({ mode, policy, members }: UplinkTeam): boolean {
  return mode === "static" && policy !== "broadcast" && members.length > 1;
}
