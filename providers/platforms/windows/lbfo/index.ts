// NIC Teaming (LBFO) of Windows: teams below a virtual switch of a host, and inside a guest. The layer. Pure.
import { compare, type Disruption } from "../../../model/change.js";
import type { Path } from "../../../model/problem.js";
import type { Heading } from "../../heading.js";
import { type Filled, type Layer, type LayerPlan, NOTHING_TO_DO, type Now } from "../../layer.js";
import { own } from "../../own.js";
import { intentConflicts } from "../intents.js";
import { isSame } from "../isSame.js";
import { connectionOf, finder, isMac, nicConflicts, nicView } from "../nic.js";
import { fromLbfoFacts, type LbfoFacts, readLbfoFacts } from "./facts.js";
import { type LbfoWords, NOTHING } from "./words.js";

function configure({ teams }: LbfoWords, { machine, environment }: Heading): Filled {
  const members = Object.values(teams).flatMap(({ TeamMembers }) => TeamMembers);
  const named = Object.entries(teams).map(([name, { TeamNics, ...team }]) => ({
    name,
    ...team,
    isByMac: team.TeamMembers.some(isMac),
    members: team.TeamMembers.map(nicView),
    vlans: Object.values(TeamNics).flatMap(({ VlanID }) => VlanID ?? []),
    interfaces: Object.entries(TeamNics).map(([nic, word]) => ({ team: name, nic, ...word })),
  }));
  return {
    template: "windows/lbfo/configure.ps1",
    data: { machine, environment, teams: named, find: finder(members) },
  };
}

/** What of `before` is not in `after`: teams, and members of those that stay, for another team can have them then. */
function leave(before: LbfoWords, after: LbfoWords, { nics }: LbfoFacts): Filled[] {
  const teams = Object.keys(before.teams).filter((name) => !Object.hasOwn(after.teams, name));
  const members = Object.entries(before.teams).flatMap(([name, { TeamMembers }]) => {
    const kept = own(after.teams, name)?.TeamMembers;
    const left = kept ? TeamMembers.filter((nic) => !kept.includes(nic)) : [];
    // The last member can't leave its team: where all change, the new ones come first.
    const isSome = left.length > 0 && left.length < TeamMembers.length;
    return isSome ? [{ name, TeamMembers: left.map((nic) => connectionOf(nics, nic) ?? nic) }] : [];
  });
  return teams.length + members.length > 0 ? [{ template: "windows/lbfo/leave.ps1", data: { teams, members } }] : [];
}

function plan(desired: LbfoWords, { actual, applied, facts, heading }: Now<LbfoWords, LbfoFacts>): LayerPlan {
  if (compareLbfo(desired, actual).length === 0) return NOTHING_TO_DO;
  return {
    ...NOTHING_TO_DO,
    conflicts: facts.client === null ? conflicts(desired, facts, applied ?? NOTHING) : [noTeaming(facts.client)],
    before: leave(actual, desired, facts),
    after: isNothing(desired) ? [] : [configure(desired, heading)],
    revertBefore: leave(desired, actual, facts),
    revertAfter: isNothing(actual) ? [] : [configure(actual, heading)],
  };
}

function noTeaming(client: string): string {
  return `the machine has ${client}, and NIC Teaming (LBFO) is a part of Windows Server. Remove bonds, and put the addresses on the ports`;
}

function conflicts(desired: LbfoWords, { teams, nics, intents }: LbfoFacts, applied: LbfoWords): string[] {
  const wanted = (name: string) =>
    own(desired.teams, name)?.TeamMembers.map((nic) => (connectionOf(nics, nic) ?? nic).toLowerCase());
  return Object.entries(desired.teams).flatMap(([name, { TeamMembers }]) => [
    ...teams
      .filter((found) => isSame(found.Name, name) && !Object.hasOwn(applied.teams, name))
      .map(() => `team ${name} exists and was not made by multiport. Remove it, or give ours another name`),
    ...TeamMembers.flatMap((word) => {
      const refused = nicConflicts(nics, word);
      if (refused.length > 0) return refused;
      const nic = connectionOf(nics, word) ?? word;
      const other = teams.find((team) => !isSame(team.Name, name) && team.Members.some((own) => isSame(own, nic)));
      const keeps =
        other && (wanted(other.Name)?.includes(nic.toLowerCase()) ?? !Object.hasOwn(applied.teams, other.Name));
      return [
        ...intentConflicts(intents, [nic]),
        ...(keeps ? [`NIC ${nic} is a member of team ${other.Name}. Take it out there first`] : []),
      ];
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
  // What leads over an interface of the team stops while that changes its VLAN.
  if (path.includes("TeamNics")) return "brief";
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
    outline: ({ teams }) =>
      Object.entries(teams).map(([name, { TeamMembers }]) => `team ${name} of ${TeamMembers.join(", ")}`),
    facts: "windows/lbfo/facts.ps1",
    ownFiles: [],
    unsupported: () => [],
    toWords,
    sections: (words, heading) => (isNothing(words) ? [] : [{ target: "NIC Teaming", ...configure(words, heading) }]),
    readFacts: readLbfoFacts,
    missing: (words, { missing }) => (missing === null || isNothing(words) ? [] : [{ tool: missing, packages: {} }]),
    unreadable: () => undefined,
    fromFacts: fromLbfoFacts,
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
