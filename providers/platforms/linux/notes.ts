// What a change of a host's network devices tells although it is no fault. Pure.
import { own } from "../own.js";
import type { LinuxFacts } from "./facts.js";
import { identityNotes } from "./nicIdentity.js";
import { nameNow } from "./nics.js";
import type { LinuxWords } from "./words.js";

export function notesOf(words: LinuxWords, facts: LinuxFacts): string[] {
  return [...unlikeMembers(words, facts), ...identityNotes(words, facts)];
}

function unlikeMembers(words: LinuxWords, facts: LinuxFacts): string[] {
  const driverOf = (member: string) => own(facts.nics, nameNow(words, facts, member))?.driver;
  return Object.entries(words.bonds).flatMap(([name, { members }]) => {
    const known = members.flatMap((member) => {
      const driver = driverOf(member);
      return driver ? [{ member, driver }] : [];
    });
    if (new Set(known.map(({ driver }) => driver)).size < 2) return [];
    const shown = known.map(({ member, driver }) => `${member} (${driver})`).join(", ");
    return [
      `the members of ${name} are network cards of different make: ${shown} [LB-18]. They may notice a dead link at different times; use cards of one kind where you can`,
    ];
  });
}
