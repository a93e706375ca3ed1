// What a change of a machine's network devices tells although it is no fault. Pure.
import { own } from "../own.js";
import type { LinuxFacts } from "./facts.js";
import { identityNotes } from "./nicIdentity.js";
import { nameNow } from "./nics.js";
import { rulesOfOthers } from "./tables.js";
import type { LinuxWords } from "./words.js";

export interface Noted {
  readonly desired: LinuxWords;
  readonly actual: LinuxWords;
  readonly facts: LinuxFacts;
}

export function notesOf(noted: Noted): string[] {
  return [...unlikeMembers(noted), ...identityNotes(noted.desired, noted.facts), ...rulesInDanger(noted)];
}

function unlikeMembers({ desired, facts }: Noted): string[] {
  const driverOf = (member: string) => own(facts.nics, nameNow(desired, facts, member))?.driver;
  return Object.entries(desired.bonds).flatMap(([name, { members }]) => {
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

/** Seen of release 252. Whether it is told not to is its own matter: the setting may be in force or wait for its next start. */
function rulesInDanger({ desired, actual, facts }: Noted): string[] {
  if (desired.renderer !== "networkd" && desired.renderer !== "netplan") return [];
  const ours = [desired, actual].flatMap(({ links }) => Object.values(links).flatMap(({ rules }) => rules));
  const others = rulesOfOthers(ours, facts.rules);
  if (others.length === 0) return [];
  return [
    `others have policy rules here (${others.join("; ")}). systemd-networkd removes them whenever it takes a changed file, unless networkd.conf says ManageForeignRoutingPolicyRules=no: look whether they are still there (ip rule)`,
  ];
}
