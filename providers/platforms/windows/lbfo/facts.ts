// What Windows says of NIC Teaming: the JSON of templates/windows/lbfo/facts.ps1.hbs, and of it what is ours. Pure.
import { z } from "zod";
import { checkFacts } from "../../factsDocument.js";
import type { Scope } from "../../layer.js";
import { Intents } from "../intents.js";
import { isSame } from "../isSame.js";
import { listOf } from "../listOf.js";
import { connectionOf, Nics } from "../nic.js";
import type { LbfoWords, TeamWord } from "./words.js";

const Facts = z.object({
  /** What is not installed: there is nothing of it. */
  missing: z.string().nullable(),
  /** The name of a Windows for desks; null: a server. */
  client: z.string().nullable(),
  teams: listOf(
    z.object({
      Name: z.string(),
      Members: listOf(z.string()),
      TeamingMode: z.enum(["Static", "SwitchIndependent", "Lacp"]),
      LoadBalancingAlgorithm: z.enum(["TransportPorts", "IPAddresses", "MacAddresses", "HyperVPort", "Dynamic"]),
      LacpTimer: z.string(),
      Status: z.string(),
    }),
  ),
  members: listOf(
    z.object({
      Team: z.string(),
      Name: z.string(),
      AdministrativeMode: z.string(),
      OperationalStatus: z.string(),
      FailureReason: z.string(),
    }),
  ),
  interfaces: listOf(z.object({ Team: z.string(), Name: z.string(), VlanID: z.number().nullable() })),
  nics: Nics,
  intents: Intents,
});
export type LbfoFacts = z.infer<typeof Facts>;

export function readLbfoFacts(document: unknown): LbfoFacts {
  return checkFacts(Facts, document);
}

/** Teams carry no mark: those are ours that are wanted, or were applied last. */
export function fromLbfoFacts(facts: LbfoFacts, { known }: Scope<LbfoWords>): LbfoWords {
  const names = [...new Set(known.flatMap((words) => Object.keys(words.teams)))];
  const called = known.flatMap(({ teams }) => Object.values(teams)).flatMap(({ TeamMembers }) => TeamMembers);
  return {
    teams: Object.fromEntries(
      names.flatMap((name): [string, TeamWord][] => {
        const team = facts.teams.find((found) => isSame(found.Name, name));
        return team ? [[name, teamOf(facts, team, called)]] : [];
      }),
    ),
  };
}

/** `called`: what our words call NICs. */
function teamOf(facts: LbfoFacts, team: LbfoFacts["teams"][number], called: readonly string[]): TeamWord {
  const { Name, Members, TeamingMode, LoadBalancingAlgorithm, LacpTimer } = team;
  const isOf = ({ Team }: { readonly Team: string }) => isSame(Team, Name);
  const standby = facts.members.find((member) => isOf(member) && member.AdministrativeMode === "Standby");
  const wordOf = (nic: string) => called.find((word) => isSame(connectionOf(facts.nics, word) ?? "", nic)) ?? nic;
  return {
    TeamMembers: Members.map(wordOf).sort(),
    TeamingMode,
    LoadBalancingAlgorithm,
    LacpTimer: TeamingMode !== "Lacp" ? null : LacpTimer === "Fast" ? "Fast" : "Slow",
    Standby: standby ? wordOf(standby.Name) : null,
    TeamNics: Object.fromEntries(facts.interfaces.filter(isOf).map((nic) => [nic.Name, { VlanID: nic.VlanID }])),
  };
}
