// What vSphere calls each way of teaming on a distributed switch. Source: vSphere API, VmwareUplinkPortTeamingPolicy. Pure.
import type { Path, Problem } from "../../model/problem.js";
import { activeMembers, type TeamTable, type UplinkTeam } from "../../model/uplinkTeam.js";
import { checkOptions } from "../optionSupport.js";
import { checkTeamSupport, requiredWord } from "../teamSupport.js";
import { DISTRIBUTED_TEAM_OPTIONS, LAG_TEAM_OPTIONS } from "./teamOptions.js";

export type TeamingPolicy =
  | "loadbalance_srcid"
  | "loadbalance_srcmac"
  | "loadbalance_ip"
  | "loadbalance_loadbased"
  | "failover_explicit";

const needsStatic = "Route based on IP hash needs a static port channel on the switch. Set mode: static";
const needsIndependent = "This policy wants no port channel on the switch. Set mode: switch-independent";
const noPorts = "A distributed switch hashes transport ports only inside a LAG. Use source-port or load";
const lagHash = "The LAG decides how traffic is spread. Set hash of the LAG (lags.<lag>.hash), and remove policy";

const noAdaptive = "A distributed switch moves what goes out, by the load of each uplink. Use load";
const kernelOnly = "Only a bond of Linux spreads so. Use source-port, or load";

export const VSPHERE_TEAMS: TeamTable<TeamingPolicy> = {
  "switch-independent": {
    "active-backup": { word: "failover_explicit" },
    "source-port": { word: "loadbalance_srcid" },
    "source-mac": { word: "loadbalance_srcmac" },
    "ip-hash": { unsupported: needsStatic },
    "transport-ports": { unsupported: noPorts },
    load: { word: "loadbalance_loadbased" },
    "adaptive-load": { unsupported: noAdaptive },
    "round-robin": { unsupported: kernelOnly },
    broadcast: { unsupported: kernelOnly },
    "vlan-source-mac": { unsupported: kernelOnly },
  },
  static: {
    "active-backup": { unsupported: needsIndependent },
    "source-port": { unsupported: needsIndependent },
    "source-mac": { unsupported: needsIndependent },
    "ip-hash": { word: "loadbalance_ip" },
    "transport-ports": { unsupported: noPorts },
    load: { unsupported: needsIndependent },
    "adaptive-load": { unsupported: needsIndependent },
    "round-robin": { unsupported: kernelOnly },
    broadcast: { unsupported: kernelOnly },
    "vlan-source-mac": { unsupported: kernelOnly },
  },
  // With a LAG its own hash decides; this word is what the older LACP of one group asked for, and never wrong.
  lacp: {
    "active-backup": { unsupported: lagHash },
    "source-port": { unsupported: lagHash },
    "source-mac": { unsupported: lagHash },
    "ip-hash": { unsupported: lagHash },
    "transport-ports": { word: "loadbalance_ip" },
    load: { unsupported: lagHash },
    "adaptive-load": { unsupported: lagHash },
    "round-robin": { unsupported: lagHash },
    broadcast: { unsupported: lagHash },
    "vlan-source-mac": { unsupported: lagHash },
  },
};

/** The teaming settings of a switch or port group. Uplinks in neither list are unused; a LAG is named like an uplink. */
export interface TeamingWords<Policy = TeamingPolicy> {
  readonly policy: Policy;
  readonly active: readonly string[];
  readonly standby: readonly string[];
  /** Beacon probes beside the state of the link. */
  readonly beacon: boolean;
  readonly failback: boolean;
  readonly notifySwitches: boolean;
}

export function toTeaming(team: UplinkTeam): TeamingWords {
  return toTeamingOf(VSPHERE_TEAMS, team);
}

/** The same for any switch of vSphere, by its own table of pairs. */
export function toTeamingOf<Policy>(table: TeamTable<Policy>, team: UplinkTeam): TeamingWords<Policy> {
  return {
    policy: requiredWord(table, team),
    active: activeMembers(team),
    standby: team.members.filter((member) => team.standby.includes(member)),
    beacon: team.failureDetection === "beacon",
    failback: team.failback,
    notifySwitches: team.notifySwitches,
  };
}

export function checkVsphereTeam(team: UplinkTeam, path: Path): Problem[] {
  return [
    ...checkTeamSupport(VSPHERE_TEAMS, team, { path, platform: "a distributed switch" }),
    ...checkOptions(team.mode === "lacp" ? LAG_TEAM_OPTIONS : DISTRIBUTED_TEAM_OPTIONS, team, path),
  ];
}
