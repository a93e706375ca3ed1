// The words of NIC Teaming (LBFO), in those of New-NetLbfoTeam. Pure.
import type { LbfoWord } from "../../hyperv/uplinkTeam.js";

export interface TeamNicWord {
  /** null: that of untagged frames, which every team has. */
  readonly VlanID: number | null;
}

export interface TeamWord extends LbfoWord {
  /** The members by connection name or MAC address, sorted. */
  readonly TeamMembers: readonly string[];
  /** Of mode Lacp. */
  readonly LacpTimer: "Slow" | "Fast" | null;
  /** The member that waits; null: all are active. */
  readonly Standby: string | null;
  /** Its interfaces by connection name. */
  readonly TeamNics: Readonly<Record<string, TeamNicWord>>;
}

/** By name of the team, which its interface of untagged frames has too. */
export interface LbfoWords {
  readonly teams: Readonly<Record<string, TeamWord>>;
}

export const NOTHING: LbfoWords = { teams: {} };

/** As Windows itself calls the interface of a team in a VLAN. */
export function teamNicName(team: string, vlan: number | undefined): string {
  return vlan === undefined ? team : `${team} - VLAN ${vlan}`;
}

/** The interfaces of a team: that of untagged frames, and those in VLANs. */
export function teamNics(team: string, vlans: readonly number[] = []): TeamWord["TeamNics"] {
  return Object.fromEntries([undefined, ...vlans].map((vlan) => [teamNicName(team, vlan), { VlanID: vlan ?? null }]));
}
