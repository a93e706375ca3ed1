// A Change is one difference between what the file wants and what is there. Serves plan, verification and drift. Pure.
import { formatPath, type Path, quoteValue } from "./problem.js";
import { isRecord } from "./record.js";

/** What the traffic of the machine notices while the change is made. */
export type Disruption = "none" | "brief" | "outage";

export interface Change {
  readonly path: Path;
  /** The value on the machine; undefined: not there. */
  readonly from: unknown;
  /** The value the file wants; undefined: to be removed. */
  readonly to: unknown;
  readonly disruption: Disruption;
}

/** `vs0.bond0.bond_mode: is "balance-slb", wanted "balance-tcp"`. */
export function formatChange(change: Change): string {
  const path = formatPath(change.path);
  if (change.from === undefined) return `${path}: is missing, wanted ${quoteValue(change.to)}`;
  if (change.to === undefined) return `${path}: is ${quoteValue(change.from)}, wanted nothing`;
  return `${path}: is ${quoteValue(change.from)}, wanted ${quoteValue(change.to)}`;
}

/** `mtuBytes 1500 -> 9000`, for the title of a step. */
export function formatStep({ path, from, to }: Change): string {
  const name = formatPath(path);
  if (from === undefined) return `${name} ${bare(to)}`;
  return `${name} ${bare(from)} -> ${to === undefined ? "nothing" : bare(to)}`;
}

/** Pulumi quotes each step as a whole: inner quotes would only be escaped. */
function bare(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value.join(" ") || "none";
  return quoteValue(value);
}

type DisruptionOf = (path: Path) => Disruption;

/**
 * Every difference between two plain values, leaf by leaf. Objects are compared by key, everything else by value;
 * lists are leaves, because a list of members or VLANs is one setting.
 */
export function compare(desired: unknown, actual: unknown, disruptionOf: DisruptionOf = () => "none"): Change[] {
  return compareAt([], desired, actual, disruptionOf);
}

function compareAt(path: Path, desired: unknown, actual: unknown, disruptionOf: DisruptionOf): Change[] {
  if (isRecord(desired) && isRecord(actual)) {
    const keys = new Set([...Object.keys(desired), ...Object.keys(actual)]);
    return [...keys].flatMap((key) => compareAt([...path, key], own(desired, key), own(actual, key), disruptionOf));
  }
  if (canonical(desired) === canonical(actual)) return [];
  // A whole port, bond or bridge that goes takes its traffic with it.
  const isRemoval = isRecord(actual) && desired === undefined;
  return [{ path, from: actual, to: desired, disruption: isRemoval ? "outage" : disruptionOf(path) }];
}

/** A bridge may be called `constructor`: what an object inherits is no value of it. */
function own(record: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** One spelling for equal values: the order of keys means nothing, also inside lists. */
function canonical(value: unknown): string | undefined {
  return JSON.stringify(value, (_key, item: unknown) =>
    isRecord(item) ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))) : item,
  );
}
