// What a change of a host's network devices tells although it is no fault. Pure.
import type { LinuxFacts } from "./facts.js";
import type { LinuxWords } from "./words.js";

export function notesOf({ bonds }: LinuxWords, { nics }: LinuxFacts): string[] {
  return Object.entries(bonds).flatMap(([name, { members }]) => {
    const known = members.flatMap((member) => (nics[member]?.driver ? [{ member, driver: nics[member].driver }] : []));
    if (new Set(known.map(({ driver }) => driver)).size < 2) return [];
    const shown = known.map(({ member, driver }) => `${member} (${driver})`).join(", ");
    return [
      `the members of ${name} are network cards of different make: ${shown} [LB-18]. They may notice a dead link at different times; use cards of one kind where you can`,
    ];
  });
}
