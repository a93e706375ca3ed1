// What can be said of a file beside the places where it does not fit the schema. Pure.
import { affectedBy } from "./affected.js";
import { EnvironmentSpec } from "./environment.js";
import { type Judging, judge } from "./judge.js";
import { type Path, type PathStep, type Problem, quoteValue } from "./problem.js";
import { fitSchema, isUnknownKey, nearestKey } from "./schemaProblem.js";
import { isUnknownName } from "./uplinkTeam.js";
import { hasKey, isObject, valueAt } from "./valueAt.js";

/**
 * The user is to hear of everything at once: what does not fit the schema is left out, with as much around it as needed, and the rest is
 * judged. Told is only what holds however the file is mended. A key with a typing error is left out, and once more written right: what is
 * found both times holds. What else is left out takes along all that it may have a say in.
 */
export function judgeRest(value: unknown, problems: readonly Problem[], judging: Judging): Problem[] {
  const missing = new MissingNames();
  const rest = cutDown(value, problems, missing);
  const meant = corrected(value, problems);
  const restOfMeant = meant === value ? rest : cutDown(meant, fitSchema(EnvironmentSpec, meant).problems);
  if (!rest || !restOfMeant) return [];
  const leftOut = restOfMeant.paths;
  const found = judge(rest.spec, judging, leftOut).problems;
  const isAffected = affectedBy(leftOut, rest.spec);
  const certain = found.filter((problem) =>
    isUnknownName(problem) ? !missing.has(problem.found) : !isAffected(problem.path),
  );
  if (rest === restOfMeant) return certain;
  const foundAgain = new Set(judge(restOfMeant.spec, judging, leftOut).problems.map(identity));
  return certain.filter((problem) => foundAgain.has(identity(problem)));
}

function identity({ rule, path, message }: Problem): string {
  return JSON.stringify([rule, path, message]);
}

/** Unknown keys as the nearest known ones, where those are free; the same value where there are none. */
function corrected(value: unknown, problems: readonly Problem[]): unknown {
  const keys = new Map(
    problems.flatMap((problem): [Path, string][] => {
      const nearest = isUnknownKey(problem) ? nearestKey(EnvironmentSpec, problem.path) : undefined;
      return nearest === undefined ? [] : [[problem.path, nearest]];
    }),
  );
  if (keys.size === 0) return value;
  return edited(value, [...keys.keys()], (owner, key, path) => {
    const to = keys.get(path) ?? "";
    if (Object.hasOwn(owner, to)) return;
    // Of two that have one name the first has it: the order stays.
    for (const [name, item] of Object.entries(owner)) {
      delete owner[name];
      owner[name === key ? to : name] = item;
    }
  });
}

/** A value with faults in many places is cut down this many times; what then still does not fit is left unjudged. */
const MAX_CUTS = 8;

interface Cut {
  readonly spec: EnvironmentSpec;
  /** What was left out. */
  readonly paths: readonly Path[];
}

function cutDown(value: unknown, problems: readonly Problem[], missing?: MissingNames): Cut | undefined {
  let rest = value;
  let faults = problems;
  const cut: Path[] = [];
  for (let round = 0; round < MAX_CUTS; round++) {
    const paths = faults.map((problem) => cutPath(rest, problem));
    if (paths.some((path) => path.length === 0)) return undefined;
    for (const path of paths) {
      missing?.add(path.at(-1), valueAt(rest, path));
      // What a part is left out of may not come about either.
      for (const owner of path.slice(0, -1)) missing?.add(owner, undefined);
    }
    cut.push(...paths);
    rest = without(rest, paths);
    const fit = fitSchema(EnvironmentSpec, rest);
    if ("fitted" in fit) return { spec: fit.fitted, paths: cut };
    faults = fit.problems;
  }
  return undefined;
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

/**
 * An unknown key is all that goes. Any other fault in a list takes the whole list, for its other items would get other numbers; one of a
 * missing key, its owner.
 */
function cutPath(value: unknown, problem: Problem): Path {
  const { path } = problem;
  if (isUnknownKey(problem) && hasKey(value, path)) return path;
  const list = path.findIndex((_step, depth) => Array.isArray(valueAt(value, path.slice(0, depth))));
  const whole = list < 0 ? path : path.slice(0, list);
  if (whole[0] === "environment") return whole;
  return whole.length > 0 && valueAt(value, whole) === null && !hasKey(value, whole) ? whole.slice(0, -1) : whole;
}

function without(value: unknown, paths: readonly Path[]): unknown {
  return edited(value, paths, (owner, key, path) => {
    // The one key that can't be left out.
    if (path.length === 1 && key === "environment") owner[key] = "unnamed";
    else delete owner[key];
  });
}

type Edit = (owner: Record<PathStep, unknown>, key: PathStep, path: Path) => void;

/** A copy in which the owners of the paths are edited; what is not on the way to one of them is shared with the original. */
function edited(value: unknown, paths: readonly Path[], edit: Edit): unknown {
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
    if (isObject(owner) && last !== undefined) edit(owner, last, path);
  }
  return root;
}
