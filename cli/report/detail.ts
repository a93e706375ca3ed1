// What a report says of one resource, whatever its kind, and the words that all kinds share: a change in one line, a diff of
// two texts. Pure.
import { createTwoFilesPatch } from "diff";
import { stringify } from "yaml";
import type { Change, Disruption } from "../../providers/model/change.js";
import { formatPath, type Path } from "../../providers/model/problem.js";
import type { Properties } from "../previewJson.js";

export type Action = "create" | "update" | "replace" | "delete" | "import";

/** What traffic notices; unknown: a resource whose settings multiport knows nothing about. */
export type Risk = Disruption | "unknown";

/** One line of what `up` would do: a setting that changes, or a step on an object in vCenter. */
export interface PlannedStep {
  readonly title: string;
  readonly disruption: Disruption;
}

/** The inputs of a resource before and after, as they may be shown; undefined: it is not there. */
export interface States {
  readonly action: Action;
  readonly before: Properties | undefined;
  readonly after: Properties | undefined;
}

export interface Detail {
  readonly disruption: Risk;
  /** The most disruptive first. */
  readonly summary: readonly PlannedStep[];
  /** In the order in which they would be done. */
  readonly steps: readonly PlannedStep[];
  /** What is to be told although nothing is done about it. */
  readonly notes: readonly string[];
  readonly diff: string;
  /** Inputs whose change the summary, the steps or the diff show. */
  readonly keys: readonly string[];
}

const DISRUPTION_RANK: Record<Disruption, number> = { outage: 0, brief: 1, none: 2 };

export function worst(changes: readonly Pick<Change, "disruption">[]): Disruption {
  return (
    changes.map(({ disruption }) => disruption).sort((a, b) => DISRUPTION_RANK[a] - DISRUPTION_RANK[b])[0] ?? "none"
  );
}

/** Settings that change, as lines. */
export function changeLines(changes: readonly Change[]): PlannedStep[] {
  return changes
    .map((change) => ({ title: changeLine(change), disruption: change.disruption }))
    .sort((a, b) => DISRUPTION_RANK[a.disruption] - DISRUPTION_RANK[b.disruption]);
}

/** Settings whose change disturbs nobody, as lines. */
export function quietLines(changes: readonly Change[]): PlannedStep[] {
  return changes.map((change) => quiet(changeLine(change)));
}

/** A line about what disturbs nobody. */
export function quiet(title: string): PlannedStep {
  return { title, disruption: "none" };
}

/** `vs0.vs0-uplinks.trunks: "10,30" → "10,30,40"`. */
function changeLine({ path, from, to }: Change): string {
  const where = formatPath(shortened(path));
  if (from === undefined) return isPart(to) ? `${where}: new` : `${where}: ${JSON.stringify(to)}, was not set`;
  if (to === undefined)
    return isPart(from) ? `${where}: removed` : `${where}: no longer set, was ${JSON.stringify(from)}`;
  return `${where}: ${JSON.stringify(from)} → ${JSON.stringify(to)}`;
}

/** The level "ports" says nothing to a reader who sees a layer, a bridge and a port. */
function shortened(path: Path): Path {
  return path.filter((step, index) => step !== "ports" || index !== 2);
}

function isPart(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function without(inputs: Properties | undefined, keys: readonly string[]): Properties {
  return Object.fromEntries(Object.entries(inputs ?? {}).filter(([name]) => !keys.includes(name)));
}

/** Settings as YAML; empty where there are none. */
export function toYaml(settings: object | undefined): string {
  return settings && Object.keys(settings).length > 0 ? stringify(settings, { lineWidth: 0 }) : "";
}

/** A unified diff without its file header; empty when the texts are the same. */
export function patch(name: string, before: string, after: string): string {
  if (before === after) return "";
  const lines = createTwoFilesPatch(name, name, before, after, "", "", { context: 3 }).split("\n");
  return lines
    .slice(lines.findIndex((line) => line.startsWith("@@")))
    .join("\n")
    .trimEnd();
}
