// Teaming of a standard switch or its port group: of the model, in words, and as HostNicTeamingPolicy. Pure.
import { z } from "zod";
import type { TeamTable, UplinkTeam } from "../../../model/uplinkTeam.js";
import type { VimObject } from "../../../model/vim.js";
import { toTeamingOf } from "../uplinkTeam.js";
import { vimBoolean, vimList, vimObject } from "../vimFields.js";
import type { StandardPolicy, TeamingWords } from "./words.js";

const needsStatic = "Route based on IP hash needs a static port channel on the switch. Set mode: static";
const needsIndependent = "This policy wants no port channel on the switch. Set mode: switch-independent";
const noPorts = "A standard switch hashes no transport ports. Use source-port, or a LAG of a distributed switch";
const noLoad = "Only a distributed switch spreads by load. Use source-port";
const noLag = "A standard switch has no LACP. Use mode static, or a distributed switch";

const kernelOnly = "Only a bond of Linux spreads so. Use source-port";

export const STANDARD_TEAMS: TeamTable<StandardPolicy> = {
  "switch-independent": {
    "active-backup": { word: "failover_explicit" },
    "source-port": { word: "loadbalance_srcid" },
    "source-mac": { word: "loadbalance_srcmac" },
    "ip-hash": { unsupported: needsStatic },
    "transport-ports": { unsupported: noPorts },
    load: { unsupported: noLoad },
    "adaptive-load": { unsupported: noLoad },
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
    load: { unsupported: noLoad },
    "adaptive-load": { unsupported: noLoad },
    "round-robin": { unsupported: kernelOnly },
    broadcast: { unsupported: kernelOnly },
    "vlan-source-mac": { unsupported: kernelOnly },
  },
  lacp: {
    "active-backup": { unsupported: noLag },
    "source-port": { unsupported: noLag },
    "source-mac": { unsupported: noLag },
    "ip-hash": { unsupported: noLag },
    "transport-ports": { unsupported: noLag },
    load: { unsupported: noLag },
    "adaptive-load": { unsupported: noLag },
    "round-robin": { unsupported: noLag },
    broadcast: { unsupported: noLag },
    "vlan-source-mac": { unsupported: noLag },
  },
};

export function toTeaming(team: UplinkTeam): TeamingWords {
  return toTeamingOf(STANDARD_TEAMS, team);
}

/** In wire order. What is left out stays as it is on a switch, and is inherited by a port group. */
export function toNicTeaming(teaming: TeamingWords): VimObject {
  return {
    policy: teaming.policy,
    notifySwitches: teaming.notifySwitches,
    // The API says it the other way round: true is no failback.
    rollingOrder: !teaming.failback,
    failureCriteria: { checkBeacon: teaming.beacon },
    nicOrder: { activeNic: teaming.active, standbyNic: teaming.standby },
  };
}

/** What vCenter says of teaming; all of it may be unset. */
export const NicTeaming = vimObject({
  policy: z.string().optional(),
  notifySwitches: vimBoolean.optional(),
  rollingOrder: vimBoolean.optional(),
  failureCriteria: vimObject({ checkBeacon: vimBoolean.optional() }).optional(),
  nicOrder: vimObject({ activeNic: vimList(z.string()), standbyNic: vimList(z.string()) }).optional(),
});
export type NicTeaming = z.output<typeof NicTeaming>;

/** Something of what multiport sets is set; undefined fields are those of the level above. */
export function isTeamingSet(teaming: NicTeaming | undefined): boolean {
  if (!teaming) return false;
  const { policy, notifySwitches, rollingOrder, failureCriteria, nicOrder } = teaming;
  return [policy, notifySwitches, rollingOrder, failureCriteria?.checkBeacon, nicOrder].some(
    (value) => value !== undefined,
  );
}

/** The words of a policy; one that multiport does not know is shown as it is. */
export function fromNicTeaming(teaming: NicTeaming): TeamingWords {
  return {
    policy: (teaming.policy ?? "loadbalance_srcid") as StandardPolicy,
    active: teaming.nicOrder?.activeNic ?? [],
    standby: teaming.nicOrder?.standbyNic ?? [],
    beacon: teaming.failureCriteria?.checkBeacon ?? false,
    failback: !(teaming.rollingOrder ?? false),
    notifySwitches: teaming.notifySwitches ?? true,
  };
}
