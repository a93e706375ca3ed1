// The cmdlet reference in memory: which cmdlets there are and what they take. Reads reference/*.txt once; its README has the format.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "../../toolchain/project";

export interface Parameter {
  readonly name: string;
  /** As declared: String[], SwitchParameter, OnOffState .. */
  readonly type: string;
  readonly aliases: readonly string[];
  readonly position: number | undefined;
  /** Sets that have it. */
  readonly sets: readonly string[];
  readonly mandatoryIn: readonly string[];
  readonly byValue: boolean;
  readonly byName: boolean;
  /** Takes what positional arguments are left. */
  readonly remaining: boolean;
  readonly values: readonly string[] | undefined;
  readonly range: readonly [number, number] | undefined;
  /** Takes $null, '' and @() though it is mandatory. */
  readonly nullable: boolean;
  readonly since: number | undefined;
}

export type Rule =
  | { readonly kind: "exactlyOne"; readonly of: readonly string[] }
  | { readonly kind: "needs" | "excludes"; readonly when: string; readonly others: readonly string[] }
  | { readonly kind: "onlyWith"; readonly name: string; readonly others: readonly string[] }
  | { readonly kind: "anyBeside"; readonly others: readonly string[] };

export interface CmdletReference {
  readonly name: string;
  readonly module: string;
  readonly sets: readonly string[];
  readonly defaultSet: string | undefined;
  readonly parameters: readonly Parameter[];
  /** What follows the comma of its error ids. */
  readonly errorSource: string;
  readonly confirms: "no" | "always" | "unlessForce";
  readonly rules: readonly Rule[];
}

export interface EnumReference {
  readonly type: string;
  readonly members: ReadonlyMap<string, number>;
}

export interface Reference {
  /** By its name in any case. */
  cmdlet(name: string): CmdletReference | undefined;
  enumeration(type: string, module: string): EnumReference | undefined;
  readonly cmdlets: readonly CmdletReference[];
  /** Windows has a cmdlet of that name which is not described here. */
  isElsewhere(name: string): boolean;
}

let read: Reference | undefined;

export function reference(): Reference {
  read ??= load(join(projectFolder(), "lab", "windows", "language", "reference"));
  return read;
}

function load(folder: string): Reference {
  const modules = readdirSync(folder)
    .filter((name) => name.endsWith(".txt"))
    .map((name) => parseModule(readFileSync(join(folder, name), "utf8"), name));
  const cmdlets = modules.flatMap((module) => module.cmdlets);
  const byName = new Map(cmdlets.map((cmdlet) => [cmdlet.name.toLowerCase(), cmdlet]));
  const enums = new Map(modules.map((module) => [module.name, module.enums]));
  const elsewhere = new Set(readFileSync(join(folder, "elsewhere.list"), "utf8").toLowerCase().trim().split("\n"));
  return {
    cmdlets,
    isElsewhere: (name) => elsewhere.has(name.toLowerCase()),
    cmdlet: (name) => byName.get(name.toLowerCase()),
    enumeration: (type, module) => enums.get(module)?.get(type),
  };
}

interface Module {
  readonly name: string;
  readonly cmdlets: CmdletReference[];
  readonly enums: Map<string, EnumReference>;
}

export function parseModule(text: string, file: string): Module {
  const blocks = text.trimEnd().split(/\n\n+/);
  const head = (blocks.shift() ?? "").split("\n");
  const value = (word: string) => head.find((line) => line.startsWith(`${word} `))?.slice(word.length + 1) ?? "";
  const name = value("module");
  if (name === "") throw new Error(`${file}: its first line has to name the module`);
  const enums = new Map<string, EnumReference>();
  for (const line of head.filter((one) => one.startsWith("enum "))) {
    const [, type = "", members = ""] = /^enum (\S+): (.*)$/.exec(line) ?? [];
    enums.set(type, { type: `${value("enums")}${type}`, members: membersOf(members) });
  }
  return { name, enums, cmdlets: blocks.map((block) => parseCmdlet(block.split("\n"), name, value("errors"), file)) };
}

function membersOf(text: string): Map<string, number> {
  return new Map(
    text.split(", ").map((member, index) => {
      const [key = "", number] = member.split("=");
      return [key, number === undefined ? index : Number(number)];
    }),
  );
}

function parseCmdlet(lines: readonly string[], module: string, errors: string, file: string): CmdletReference {
  const name = lines[0]?.replace(/^cmdlet /, "") ?? "";
  const sets = (lines[1]?.replace(/^sets: /, "") ?? "").split(", ");
  const plain = sets.map((set) => set.replace(/\*$/, ""));
  const said = lines.slice(2);
  const rules = said
    .filter((line) => line.startsWith("rule: "))
    .map((line) => parseRule(line.slice(6), `${file}: ${name}`));
  const [prefix = "", suffix = ""] = errors.split("+");
  return {
    name,
    module,
    sets: plain,
    defaultSet: sets.find((set) => set.endsWith("*"))?.slice(0, -1),
    parameters: said
      .filter((line) => !/^(rule: |confirms)/.test(line))
      .map((line) => parseParameter(line, plain, `${file}: ${name}`)),
    errorSource: errors === "" ? name : `${prefix}${name.replace("-", "")}${suffix}`,
    confirms: said.includes("confirms") ? "always" : said.includes("confirms unless Force") ? "unlessForce" : "no",
    rules,
  };
}

function parseParameter(line: string, allSets: readonly string[], where: string): Parameter {
  const [, name = "", rest = ""] = /^(\w+): (.*)$/.exec(line) ?? [];
  const [type = "", ...words] = rest.split("; ");
  if (type === "") throw new Error(`${where}: "${line}" is no parameter`);
  const list = (word: string) =>
    words
      .find((one) => one.startsWith(`${word} `))
      ?.slice(word.length + 1)
      .split(", ");
  const pipeline = list("pipeline")?.[0] ?? "";
  const [range] = list("range") ?? [];
  const sets = list("in") ?? allSets;
  const since = list("since")?.[0];
  const position = list("position")?.[0];
  return {
    name,
    type,
    aliases: list("alias") ?? [],
    position: position === undefined ? undefined : Number(position),
    sets,
    mandatoryIn: words.includes("mandatory") ? sets : (list("mandatory in") ?? []),
    byValue: pipeline.includes("value"),
    byName: pipeline.includes("name"),
    remaining: words.includes("remaining"),
    values: list("values"),
    range: range ? (range.split(" to ").map(Number) as [number, number]) : undefined,
    nullable: words.includes("nullable"),
    since: since === undefined ? undefined : Number(since),
  };
}

function parseRule(text: string, where: string): Rule {
  const names = (list: string) => list.split(", ");
  const [, one, two] = /^exactly one of (.*)$|^at least one beside (.*)$/.exec(text) ?? [];
  if (one) return { kind: "exactlyOne", of: names(one) };
  if (two) return { kind: "anyBeside", others: names(two) };
  const [, subject, verb, objects] = /^(\w+) (needs|excludes|only with) (.*)$/.exec(text) ?? [];
  if (!subject || !verb || !objects) throw new Error(`${where}: "${text}" is no rule`);
  if (verb === "only with") return { kind: "onlyWith", name: subject, others: names(objects) };
  return { kind: verb === "needs" ? "needs" : "excludes", when: subject, others: names(objects) };
}
