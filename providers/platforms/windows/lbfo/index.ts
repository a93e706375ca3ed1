// NIC Teaming (LBFO) of Windows: teams below a virtual switch of a host, and inside a guest. The layer. Pure.
import { z } from "zod";
import { compare, type Disruption } from "../../../model/change.js";
import type { Path } from "../../../model/problem.js";
import { checkFacts } from "../../factsDocument.js";
import type { Heading } from "../../heading.js";
import { type Filled, type Layer, type LayerPlan, NOTHING_TO_DO, type Now, type Scope } from "../../layer.js";
import { Intents, intentConflicts } from "../intents.js";
import { listOf } from "../listOf.js";
import { type LbfoWords, NOTHING, type TeamWord } from "./words.js";

const Facts = z.object({
  /** What is not installed: there is nothing of it. */
  missing: z.string().nullable(),
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
  /** Connection names of all hardware. */
  nics: listOf(z.string()),
  intents: Intents,
});
export type LbfoFacts = z.infer<typeof Facts>;

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Teams carry no mark: those are ours that are wanted, or were applied last. */
function fromFacts({ teams, members }: LbfoFacts, { known }: Scope<LbfoWords>): LbfoWords {
  const names = [...new Set(known.flatMap((words) => Object.keys(words.teams)))];
  return {
    teams: Object.fromEntries(
      names.flatMap((name): [string, TeamWord][] => {
        const team = teams.find((found) => isSame(found.Name, name));
        if (!team) return [];
        const standby = members.find(
          ({ Team, AdministrativeMode }) => isSame(Team, name) && AdministrativeMode === "Standby",
        );
        const { TeamingMode, LoadBalancingAlgorithm, LacpTimer } = team;
        return [
          [
            name,
            {
              TeamMembers: [...team.Members].sort(),
              TeamingMode,
              LoadBalancingAlgorithm,
              LacpTimer: TeamingMode !== "Lacp" ? null : LacpTimer === "Fast" ? "Fast" : "Slow",
              Standby: standby?.Name ?? null,
            },
          ],
        ];
      }),
    ),
  };
}

function configure({ teams }: LbfoWords, { machine, environment }: Heading): Filled {
  const named = Object.entries(teams).map(([name, team]) => ({ name, ...team }));
  return { template: "windows/lbfo/configure.ps1", data: { machine, environment, teams: named } };
}

/** What of `before` is not in `after`: teams, and members of those that stay, for another team can have them then. */
function leave(before: LbfoWords, after: LbfoWords): Filled[] {
  const teams = Object.keys(before.teams).filter((name) => !Object.hasOwn(after.teams, name));
  const members = Object.entries(before.teams).flatMap(([name, { TeamMembers }]) => {
    const kept = after.teams[name]?.TeamMembers;
    const left = kept ? TeamMembers.filter((nic) => !kept.includes(nic)) : [];
    // The last member can't leave its team: where all change, the new ones come first.
    return left.length > 0 && left.length < TeamMembers.length ? [{ name, TeamMembers: left }] : [];
  });
  return teams.length + members.length > 0 ? [{ template: "windows/lbfo/leave.ps1", data: { teams, members } }] : [];
}

function plan(desired: LbfoWords, { actual, applied, facts, heading }: Now<LbfoWords, LbfoFacts>): LayerPlan {
  if (compareLbfo(desired, actual).length === 0) return NOTHING_TO_DO;
  return {
    ...NOTHING_TO_DO,
    conflicts: conflicts(desired, facts, applied ?? NOTHING),
    before: leave(actual, desired),
    after: isNothing(desired) ? [] : [configure(desired, heading)],
    revertBefore: leave(desired, actual),
    revertAfter: isNothing(actual) ? [] : [configure(actual, heading)],
  };
}

function conflicts(desired: LbfoWords, { teams, nics, intents }: LbfoFacts, applied: LbfoWords): string[] {
  return Object.entries(desired.teams).flatMap(([name, { TeamMembers }]) => [
    ...teams
      .filter((found) => isSame(found.Name, name) && !Object.hasOwn(applied.teams, name))
      .map(() => `team ${name} exists and was not made by multiport. Remove it, or set another name of uplinkTeam`),
    ...intentConflicts(intents, TeamMembers),
    ...TeamMembers.flatMap((nic) => {
      if (!nics.some((found) => isSame(found, nic)))
        return [`the machine has no NIC ${nic}, it has ${nics.join(", ")}. Correct the name`];
      const other = teams.find((team) => !isSame(team.Name, name) && team.Members.some((own) => isSame(own, nic)));
      const keeps =
        other && (desired.teams[other.Name]?.TeamMembers.includes(nic) ?? !Object.hasOwn(applied.teams, other.Name));
      return keeps ? [`NIC ${nic} is a member of team ${other.Name}. Take it out there first`] : [];
    }),
  ]);
}

function isNothing({ teams }: LbfoWords): boolean {
  return Object.keys(teams).length === 0;
}

const SETTINGS: Readonly<Record<string, Disruption>> = {
  TeamMembers: "brief",
  TeamingMode: "outage",
  LoadBalancingAlgorithm: "brief",
  Standby: "brief",
};

function disruptionOf(path: Path): Disruption {
  const setting = String(path.at(-1));
  return Object.hasOwn(SETTINGS, setting) ? (SETTINGS[setting] ?? "none") : "none";
}

function compareLbfo(desired: LbfoWords, actual: LbfoWords) {
  return compare(desired, actual, disruptionOf);
}

/** `toWords`: which teams a machine shall have. */
export function lbfo<Model>(toWords: (model: Model) => LbfoWords): Layer<Model, LbfoWords, LbfoFacts> {
  return {
    name: "lbfo",
    extension: "lbfo.ps1",
    nothing: NOTHING,
    facts: "windows/lbfo/facts.ps1",
    ownFiles: [],
    unsupported: () => [],
    toWords,
    sections: (words, heading) => (isNothing(words) ? [] : [{ target: "NIC Teaming", ...configure(words, heading) }]),
    readFacts: (document) => checkFacts(Facts, document),
    missing: (words, { missing }) => (missing === null || isNothing(words) ? [] : [{ tool: missing, packages: {} }]),
    unreadable: () => undefined,
    fromFacts,
    plan,
    compare: compareLbfo,
    unhealthy: ({ teams }, facts) =>
      facts.teams
        .filter(({ Name, Status }) => Object.keys(teams).some((name) => isSame(name, Name)) && Status === "Down")
        .map(({ Name }) => {
          const why = facts.members
            .filter(({ Team, FailureReason }) => isSame(Team, Name) && FailureReason !== "NoFailure")
            .map((member) => `${member.Name}: ${member.FailureReason}`);
          return `team ${Name} is down (${why.join(", ") || "it gives no reason"}). Look at the cables, and with LACP at the port channel of the switch`;
        }),
  };
}
