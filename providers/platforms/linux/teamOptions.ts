// What the kernel's bonding driver has of the options of a team, and in which mode. Source: bonding.rst. Pure data.
import { quoteValue } from "../../model/problem.js";
import type { UplinkTeam, UplinkTeamSpec } from "../../model/uplinkTeam.js";
import type { Lack, OptionSupport, OptionTable } from "../optionSupport.js";
import { teamWord } from "../teamSupport.js";
import { KERNEL_TEAMS } from "./uplinkTeam.js";
import type { KernelBond } from "./words.js";

type Mode = KernelBond["mode"];
type Support = OptionSupport<UplinkTeam>;

/** Modes in which some members only wait, and one may be preferred. */
export const WITH_PRIMARY: readonly Mode[] = ["active-backup", "balance-tlb", "balance-alb"];
/** The others need the state of the link, or negotiate. Source: bonding.rst, arp_interval. */
export const WITH_ARP_MONITOR: readonly Mode[] = ["balance-rr", "active-backup", "balance-xor", "broadcast"];
/** What the kernel compares before it counts a target. */
export const WITH_ALL_TARGETS: readonly Mode[] = ["active-backup"];
/** Modes that announce a MAC address that moved to another member. */
export const WITH_NOTIFICATIONS: readonly Mode[] = ["active-backup", "balance-tlb", "balance-alb"];

export function modeOf(team: UplinkTeam): Mode | undefined {
  const entry = teamWord(KERNEL_TEAMS, team);
  return "word" in entry ? entry.word.mode : undefined;
}

/** An option that has an effect in some modes only; a team without a mode is refused already. */
function onlyIn(modes: readonly Mode[], key: keyof UplinkTeam["bond"], remedy: string): Support {
  return (team) => {
    const mode = modeOf(team);
    if (mode === undefined || modes.includes(mode)) return undefined;
    return {
      unsupported: `${key} has no effect on a bond of mode ${mode}`,
      found: shown(team.bond[key]),
      remedy: `Remove ${key}, or ${remedy}.`,
    };
  };
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : quoteValue(value);
}

function ofOpenVswitch(unsupported: string): Lack {
  return { unsupported, remedy: "Remove it, or use bonding: openvswitch." };
}

export const KERNEL_TEAM_OPTIONS: OptionTable<keyof UplinkTeamSpec, UplinkTeam> = {
  members: "supported",
  mode: "supported",
  policy: "supported",
  standby: ({ standby, policy, members }) =>
    standby.length === 0 || (policy === "active-backup" && standby.length === members.length - 1)
      ? undefined
      : {
          unsupported:
            policy === "active-backup"
              ? "a bond of the kernel has one active member, and all others are standby"
              : "a bond of the kernel has standby members only with policy active-backup",
          found: standby.join(", "),
          remedy: "Remove standby.",
        },
  lacpRate: "supported",
  lacpRole: "supported",
  lacpFallback: ({ lacpFallback }) =>
    lacpFallback
      ? undefined
      : {
          unsupported: "a bond of the kernel carries on with one member while the switch does not answer LACP",
          found: "false",
          remedy: "Remove lacpFallback, or set minLinks: 2, which takes the bond down with it.",
        },
  failback: (team) => {
    const mode = modeOf(team);
    return team.failback || mode === undefined || WITH_PRIMARY.includes(mode)
      ? undefined
      : {
          unsupported: `a bond of mode ${mode} has no preferred member to return to`,
          found: "false",
          remedy: "Remove failback, or use policy active-backup.",
        };
  },
  notifySwitches: ({ notifySwitches }) =>
    notifySwitches
      ? undefined
      : {
          unsupported: "a bond of the kernel is told how often it announces itself",
          found: "false",
          remedy: "Use peerNotifications: 0 in place of notifySwitches.",
        },
  failureDetection: ({ failureDetection }) =>
    failureDetection === "link"
      ? undefined
      : {
          unsupported: "the kernel does not send beacons",
          found: failureDetection,
          remedy: "Use arpMonitor, or mode lacp, which notices a silent switch.",
        },
  bonding: "supported",
  name: "supported",
  hashInnerPacket: ({ bond, policy }) =>
    !bond.hashInnerPacket || policy === "ip-hash" || policy === "transport-ports"
      ? undefined
      : {
          unsupported: `the hash of policy ${policy} does not look into packets`,
          found: "true",
          remedy: "Remove hashInnerPacket, or use policy ip-hash or transport-ports.",
        },
  detectMode: ofOpenVswitch("the kernel always asks the driver for the state of a link"),
  monitorMilliseconds: "supported",
  arpMonitor: onlyIn(WITH_ARP_MONITOR, "arpMonitor", "use another policy"),
  upDelayMilliseconds: "supported",
  downDelayMilliseconds: "supported",
  rebalanceIntervalMilliseconds: ofOpenVswitch("the kernel does not move flows by a clock of its own"),
  adSelect: "supported",
  minLinks: "supported",
  primaryReselect: onlyIn(WITH_PRIMARY, "primaryReselect", "use policy active-backup"),
  failOverMac: onlyIn(["active-backup"], "failOverMac", "use policy active-backup"),
  peerNotifications: onlyIn(WITH_NOTIFICATIONS, "peerNotifications", "use policy active-backup"),
  resendIgmp: onlyIn(["balance-rr", ...WITH_NOTIFICATIONS], "resendIgmp", "use policy active-backup"),
  allMembersActive: "supported",
  packetsPerMember: onlyIn(["balance-rr"], "packetsPerMember", "use policy round-robin"),
};
