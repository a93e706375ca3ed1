// The golden scripts of Hyper-V hosts with a wrong word or two modes: the reference sees each. Names and syntax: test/lab/windows/templates.test.ts.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkScript } from "../../../lab/windows/language/check.js";
import { goldenCases, goldenFiles } from "../../golden.js";

const scripts = goldenCases("hyperv").flatMap(({ name, folder }) =>
  goldenFiles(folder).map((file) => ({ name: `${name}/${file}`, text: readFileSync(join(folder, file), "utf8") })),
);

/** Each distinct match once, and the text with that one changed. */
function mutants(text: string, pattern: RegExp, change: (match: string) => string): { what: string; text: string }[] {
  const seen = new Set<string>();
  return [...text.matchAll(pattern)].flatMap((match) => {
    if (seen.has(match[0])) return [];
    seen.add(match[0]);
    const mutant = `${text.slice(0, match.index)}${change(match[0])}${text.slice(match.index + match[0].length)}`;
    return [{ what: match[0].trim(), text: mutant }];
  });
}

async function unseen(found: readonly { what: string; text: string }[]): Promise<string[]> {
  const missed: string[] = [];
  for (const { what, text } of found) if ((await checkScript(text)).length === 0) missed.push(what);
  return missed;
}

/** What PowerShell takes on trust: a name or a text that any script may have. */
const ENUMERATIONS =
  /'(?:HyperVPort|Dynamic|Weight|Absolute|Internal|Lacp|Fast|On|Off|None|Source)'(?=\n)|-LoadBalancingAlgorithm '\w+'|-TeamingMode '\w+'/g;

describe.each(scripts)("$name", ({ text }) => {
  it("a word that an enumeration has not", async () => {
    const found = mutants(text, ENUMERATIONS, (match) => match.replace(/'$/, "ish'"));
    expect(await unseen(found)).toEqual([]);
  });

  it("two modes at once", async () => {
    const found = mutants(
      text,
      / -(?:Untagged|Access|Trunk|Isolated|Promiscuous)(?= |$)/gm,
      (match) => `${match} -Community`,
    );
    expect(await unseen(found)).toEqual([]);
  });
});
