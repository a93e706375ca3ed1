// The first comment line of every rendered text: whose machine, and which environment's. Pure.

/** What stands at the head of every file of ours. */
export interface Heading {
  readonly machine: string;
  readonly environment: string;
}

const LINE = /^# [^\n]*? of (\S+), environment (\S+)\. Written by multiport/m;

/** What the heading of a rendered text says; undefined for a text that we did not write. */
export function readHeading(text: string): Heading | undefined {
  const [, machine, environment] = LINE.exec(text) ?? [];
  if (machine === undefined || environment === undefined) return undefined;
  return { machine: unquote(machine), environment: unquote(environment) };
}

/** Names that YAML could take for something else stand in double quotes. */
function unquote(word: string): string {
  return word.startsWith('"') ? word.slice(1, -1) : word;
}
