// From text to model: every problem at once, with its place in the file. Never throws, does no I/O.
import { type Environment, EnvironmentSpec } from "./environment.js";
import { lint } from "./lint/index.js";
import { readPlainYaml } from "./plainYaml.js";
import { hasErrors, type Path, type PathStep, type Problem, quoteValue, sortProblems } from "./problem.js";
import { resolveEnvironment } from "./resolve/index.js";
import { type AsWritten, asWrittenIn } from "./resolve/writtenPath.js";
import { fitSchema } from "./schemaProblem.js";
import { type Places, readYamlFile } from "./yamlFile.js";

export interface Parsed {
  /** Undefined when the text can't be read as an environment at all. With errors among the problems it is not to be used. */
  readonly environment?: Environment;
  /** Errors first, then by place in the file. */
  readonly problems: readonly Problem[];
}

/** A further judgement of the model, such as what the platforms can't do. */
export type Check = (environment: Environment) => readonly Problem[];

export interface Judging {
  readonly check?: Check;
  /** Whether design rules also tell what is only worth knowing. Default false. */
  readonly notes?: boolean;
}

/** Reads an environment file. `file` is its name as it shall stand in messages. */
export function parseEnvironment(text: string, file: string, judging: Judging = {}): Parsed {
  // Places in the file take most of the time of reading it, and only problems have any.
  const plain = readPlainYaml(text);
  const parsed = plain && checkSpec(plain.value, judging);
  return parsed?.problems.length === 0 ? parsed : parseWithPlaces(text, file, judging);
}

function parseWithPlaces(text: string, file: string, judging: Judging): Parsed {
  const { content, problems } = readYamlFile(text, file);
  if (!content) return { problems: problems.length > 0 ? problems : [emptyFile(file)] };
  if (content.value === null) return { problems: [emptyFile(file)] };
  const parsed = checkSpec(content.value, judging);
  const placed = parsed.problems.map((problem) => locate(problem, content));
  return { ...parsed, problems: sortProblems([...problems, ...placed]) };
}

function emptyFile(file: string): Problem {
  return {
    rule: "schema",
    severity: "error",
    path: [],
    message: "the file declares nothing",
    wanted: "a map that begins with environment",
    remedy: "Write at least environment: and a name.",
    source: { file, line: 1, column: 1 },
  };
}

/** The nearest thing to the problem's path in the file, in the host's own body or its profile's. */
function locate(problem: Problem, { value, places }: { value: unknown; places: Places }): Problem {
  const own = places.find(problem.path);
  if (own.depth >= problem.path.length) return { ...problem, source: own.source };
  const profile = inProfile(value, problem.path);
  const inherited = profile && places.find(profile);
  return { ...problem, source: inherited && inherited.depth > own.depth ? inherited.source : own.source };
}

function inProfile(value: unknown, [section, key, ...rest]: Path): Path | undefined {
  if (section !== "hosts" || key === undefined) return undefined;
  const profile = valueAt(value, [section, key, "profile"]);
  return typeof profile === "string" ? ["profiles", profile, ...rest] : undefined;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((node, step) => (isObject(node) && Object.hasOwn(node, step) ? node[step] : null), value);
}

function isObject(value: unknown): value is Record<PathStep, unknown> {
  return typeof value === "object" && value !== null;
}

/** The same for a plain value, such as one that a program built; problems then have no place in a file. */
export function checkSpec(value: unknown, { check = () => [], notes = false }: Judging = {}): Parsed {
  const fit = fitSchema(EnvironmentSpec, value);
  if (!("fitted" in fit)) return { problems: distinct([...fit.problems, ...beyondSchema(value, fit.problems)]) };
  const spec = fit.fitted;
  const { environment, problems: found } = resolveEnvironment(spec);
  const asWritten = asWrittenIn(spec);
  const judged = [...found, ...check(environment)];
  // Design rules about a model with dangling names would be noise.
  if (!hasErrors(found)) judged.push(...lint(environment, { accepted: spec.accepted ?? [], asWritten, notes }));
  return { environment, problems: distinct(written(judged, asWritten)) };
}

function written(problems: readonly Problem[], asWritten: AsWritten): Problem[] {
  return problems.map((problem) => ({ ...problem, path: asWritten(problem.path) }));
}

/** A value with faults in many places is cut down this many times; what then still does not fit is left unjudged. */
const MAX_CUTS = 8;

/**
 * The user is to hear of wrong references together with wrong values: what does not fit the schema is left out, with as
 * much around it as needed, and the names in the rest are looked up. What a left-out part could cause is not reported.
 */
function beyondSchema(value: unknown, problems: readonly Problem[]): Problem[] {
  const missing = new MissingNames();
  let rest = value;
  let faults = problems;
  for (let cut = 0; cut < MAX_CUTS; cut++) {
    const paths = faults.map((problem) => cutPath(rest, problem.path));
    if (paths.some((path) => path.length === 0)) return [];
    for (const path of paths) missing.add(path.at(-1), valueAt(rest, path));
    rest = without(rest, paths);
    const fit = fitSchema(EnvironmentSpec, rest);
    if ("fitted" in fit) return referenceProblems(fit.fitted, missing);
    faults = fit.problems;
  }
  return [];
}

function referenceProblems(spec: EnvironmentSpec, missing: MissingNames): Problem[] {
  const found = resolveEnvironment(spec).problems.filter(
    (problem) => ["reference", "address", "duplicate"].includes(problem.rule) && !missing.has(problem.found),
  );
  return written(found, asWrittenIn(spec));
}

/** Names of what was left out, as they stand in problems: the keys, and the texts that may be names. */
class MissingNames {
  private readonly names = new Set<string | undefined>();
  private readonly groups: [string, string][] = [];

  add(name: PathStep | undefined, value: unknown): void {
    for (const text of [name, value, ...(isObject(value) ? Object.keys(value) : [])]) {
      if (typeof text !== "string") continue;
      this.names.add(quoteValue(text));
      // A group that was left out: kvm-[01:40] is missing, so kvm-07 is.
      const [before = "", after] = quoteValue(text).split(/\[\d+:\d+\]/);
      if (after !== undefined) this.groups.push([before, after]);
    }
  }

  has(found: string | undefined): boolean {
    if (found === undefined) return false;
    return (
      this.names.has(found) || this.groups.some(([before, after]) => found.startsWith(before) && found.endsWith(after))
    );
  }
}

/** A fault in a list takes the whole list: its other items would get other numbers. One of a missing key, its owner. */
function cutPath(value: unknown, path: Path): Path {
  const list = path.findIndex((_step, depth) => Array.isArray(valueAt(value, path.slice(0, depth))));
  const whole = list < 0 ? path : path.slice(0, list);
  if (whole[0] === "environment") return whole;
  return whole.length > 0 && valueAt(value, whole) === null && !hasKey(value, whole) ? whole.slice(0, -1) : whole;
}

function hasKey(value: unknown, path: Path): boolean {
  const owner = valueAt(value, path.slice(0, -1));
  return isObject(owner) && Object.hasOwn(owner, path.at(-1) ?? "");
}

/** A copy without what stands at the paths; what is not on the way to one of them is shared with the original. */
function without(value: unknown, paths: readonly Path[]): unknown {
  const copies = new Set<unknown>();
  const copied = (item: unknown): unknown => {
    if (!isObject(item) || copies.has(item)) return item;
    const copy = Array.isArray(item) ? [...item] : { ...item };
    copies.add(copy);
    return copy;
  };
  const root = copied(value);
  for (const path of paths) {
    let owner = root;
    for (const step of path.slice(0, -1)) {
      if (!isObject(owner) || !Object.hasOwn(owner, step)) break;
      owner[step] = copied(owner[step]);
      owner = owner[step];
    }
    const last = path.at(-1);
    if (!isObject(owner) || last === undefined) continue;
    // The one key that can't be left out.
    if (owner === root && last === "environment") owner[last] = "unnamed";
    else delete owner[last];
  }
  return root;
}

/** The members of a group share most of their faults: each is reported once, with how many more there are. */
function distinct(problems: readonly Problem[]): Problem[] {
  const groups = new Map<string, { first: Problem; found: Set<string | undefined> }>();
  for (const problem of problems) {
    const key = JSON.stringify([problem.rule, problem.path, problem.message]);
    const group = groups.get(key) ?? { first: problem, found: new Set() };
    groups.set(key, { ...group, found: group.found.add(problem.found) });
  }
  return [...groups.values()].map(({ first, found }) =>
    found.size > 1 ? { ...first, found: `${first.found} and ${found.size - 1} more like it` } : first,
  );
}
