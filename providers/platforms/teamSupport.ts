// One check for all platforms: is the pair of mode and policy in the platform's table, and if not, why. Pure.
import type { Path, Problem } from "../model/problem.js";
import type { TeamMode, TeamPolicy, TeamTable, TeamWord } from "../model/uplinkTeam.js";

export interface TeamChoice {
  readonly mode: TeamMode;
  readonly policy: TeamPolicy;
}

export function teamWord<Word>(table: TeamTable<Word>, { mode, policy }: TeamChoice): TeamWord<Word> {
  return table[mode][policy];
}

/** The platform's word for a pair that the check below let through. */
export function requiredWord<Word>(table: TeamTable<Word>, choice: TeamChoice): Word {
  const entry = teamWord(table, choice);
  if ("unsupported" in entry)
    throw new Error(`${choice.mode} with ${choice.policy} was let through although: ${entry.unsupported}`);
  return entry.word;
}

export function checkTeamSupport<Word>(
  table: TeamTable<Word>,
  choice: TeamChoice,
  at: { path: Path; platform: string },
): Problem[] {
  const entry = teamWord(table, choice);
  if ("word" in entry) return [];
  const pairs = Object.entries(table).flatMap(([mode, policies]) =>
    Object.entries(policies).flatMap(([policy, word]) => ("word" in word ? [`${mode} with ${policy}`] : [])),
  );
  return [
    {
      rule: "unsupported",
      severity: "error",
      path: [...at.path, "policy"],
      message: `${at.platform} can't do mode ${choice.mode} with policy ${choice.policy}`,
      found: `${choice.mode} with ${choice.policy}`,
      wanted: `one of ${pairs.join(", ")}`,
      remedy: `${entry.unsupported}.`,
    },
  ];
}
