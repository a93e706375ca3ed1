// The words of NIC Teaming (LBFO), in those of New-NetLbfoTeam. Pure.
import type { LbfoWord } from "../../hyperv/uplinkTeam.js";

export interface TeamWord extends LbfoWord {
  /** Connection names of the members, sorted. */
  readonly TeamMembers: readonly string[];
  /** Of mode Lacp. */
  readonly LacpTimer: "Slow" | "Fast" | null;
  /** The member that waits; null: all are active. */
  readonly Standby: string | null;
}

/** By name of the team, which its interface has too. */
export interface LbfoWords {
  readonly teams: Readonly<Record<string, TeamWord>>;
}

export const NOTHING: LbfoWords = { teams: {} };
