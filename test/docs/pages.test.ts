// What the pages for users say holds: blocks are what they claim to be, links lead somewhere, commands exist.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { NOUNS } from "../../cli/reference/nouns.js";
import { checkEnvironmentText } from "../../providers/engine/check.js";
import { formatProblem } from "../../providers/model/problem.js";
import { anchorsOf, commandsOf, linksOf, type Page, PROJECT, readPages } from "./pages.js";

const pages = readPages();
const blocks = (language: string) =>
  pages.flatMap((page) =>
    page.blocks
      .filter((block) => block.language === language)
      .map((block) => ({ place: `${page.file}:${block.line}`, text: block.text })),
  );

describe("environments in the pages", () => {
  const environments = blocks("yaml").filter(({ text }) => /^# environment\b/.test(text));

  it.each(environments)("$place has no problem", ({ place, text }) => {
    expect(checkEnvironmentText(text, place).problems.map(formatProblem)).toEqual([]);
  });

  it("are marked: what begins with a name of an environment says so in its first line", () => {
    const unmarked = blocks("yaml").filter(({ text }) => /^environment:/m.test(text) && !/^# environment\b/.test(text));
    expect(unmarked.map(({ place }) => place)).toEqual([]);
  });

  it("are there for every noun", () => {
    expect(environments.length).toBeGreaterThan(NOUNS.length);
  });
});

describe("shell blocks", () => {
  it.each(blocks("sh"))("$place is shell", ({ text }) => {
    const { status, stderr } = spawnSync("sh", ["-n"], { input: text, encoding: "utf8" });
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });

  it("are the only blocks with commands: each block has a language", () => {
    const nameless = pages.flatMap((page) =>
      page.file.startsWith("docs/") ? page.blocks.filter(({ language }) => language === "").map(() => page.file) : [],
    );
    expect(nameless).toEqual([]);
  });
});

describe("links", () => {
  it.each(pages.filter((page) => page.file.startsWith("docs/")))("of $file lead somewhere", (page) => {
    expect(linksOf(page).flatMap((target) => brokenLink(page, target))).toEqual([]);
  });

  it("lead from the map to every page", () => {
    const map = pages.find(({ file }) => file === "docs/index.md");
    const linked = map ? linksOf(map).map((target) => join("docs", target)) : [];
    const others = pages.map(({ file }) => file).filter((file) => file.startsWith("docs/") && file !== "docs/index.md");
    expect(others.filter((file) => !linked.includes(file))).toEqual([]);
  });
});

function brokenLink(page: Page, target: string): string[] {
  if (/^[a-z]+:/.test(target)) return [];
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? page.file : join(dirname(page.file), path);
  if (!existsSync(join(PROJECT, file))) return [`${target}: there is no ${file}`];
  const linked = pages.find((candidate) => candidate.file === file);
  return anchor !== undefined && linked && !anchorsOf(linked).includes(anchor) ? [`${target}: no such heading`] : [];
}

describe("commands", () => {
  const { scripts } = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const commands = readFileSync(join(PROJECT, "docs", "reference", "commands.md"), "utf8");

  it.each(pages)("of npm in $file are scripts of package.json", (page) => {
    const named = commandsOf(page).flatMap((line) => npmScripts(line));
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it.each(pages)("of multiport in $file are subcommands with options that it has", (page) => {
    expect(commandsOf(page).flatMap((line) => unknownParts(line, commands))).toEqual([]);
  });
});

/** `npm start`, `npm run --silent pulumi -- up`: the script's name. */
function npmScripts(line: string): string[] {
  const runs = [...line.matchAll(/\bnpm run (?:--silent )?([\w-]+)/g)].map(([, name = ""]) => name);
  const bare = [...line.matchAll(/\bnpm (start|test|stop)\b/g)].map(([, name = ""]) => name);
  return [...runs, ...bare];
}

/** The subcommand and options of a `multiport` command line that the reference does not have. */
function unknownParts(line: string, reference: string): string[] {
  const [, rest] = /(?:^|\s)(?:npm run --silent multiport --|npx multiport|multiport) ([a-z][^|;&#]*)/.exec(line) ?? [];
  if (rest === undefined) return [];
  const [subcommand = "", ...args] = rest.trim().split(/\s+/);
  const [, help] = reference.split(`## multiport ${subcommand}\n`);
  if (help === undefined) return [`${line}: no subcommand ${subcommand}`];
  const [own = ""] = help.split("\n## ");
  return args.filter((arg) => arg.startsWith("--") && !own.includes(arg)).map((arg) => `${line}: no option ${arg}`);
}
