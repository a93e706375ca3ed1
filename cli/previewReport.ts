// What a Pulumi preview means for the network: which resources change, how, how disruptive, and the config lines. Pure.

import { createTwoFilesPatch } from "diff";
import { stringify } from "yaml";
import { fromTextProperty } from "../providers/engine/textProperty.js";
import { type Change, compare, type Disruption } from "../providers/model/change.js";
import { formatPath, type Path } from "../providers/model/problem.js";
import type { AnyDriver } from "../providers/platforms/index.js";
import { HIDDEN, type PreviewJson, type PreviewStep, type Properties, visibleInputs } from "./previewJson.js";
import { isBookkeeping, machineDriver, vsphereKind } from "./resourceKinds.js";

export type Action = "create" | "update" | "replace" | "delete" | "import";

/** What traffic notices; unknown: a resource whose settings multiport knows nothing about. */
export type Risk = Disruption | "unknown";

export interface ResourceChange {
  readonly name: string;
  /** Pulumi's type token. */
  readonly type: string;
  /** "KVM host", "Linux guest", "distributed switch" ..; undefined: a resource that multiport does not make. */
  readonly kind?: string;
  readonly action: Action;
  readonly disruption: Risk;
  /** What changes, one short line each. */
  readonly summary: readonly string[];
  /** A unified diff of the configuration; empty when no line of it changes. */
  readonly diff: string;
}

/** Steps that touch no configuration, such as those of components: counted, so that nothing of a preview is left out. */
export interface OtherStep {
  /** Pulumi's word: create, read, refresh .. */
  readonly op: string;
  readonly type: string;
  readonly count: number;
}

export interface PreviewReport {
  /** The most disruptive first, then by name. */
  readonly changes: readonly ResourceChange[];
  readonly others: readonly OtherStep[];
}

const ACTIONS: Readonly<Record<string, Action>> = {
  create: "create",
  update: "update",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
  delete: "delete",
  import: "import",
  "import-replacement": "replace",
};

export function toReport(preview: PreviewJson): PreviewReport {
  const steps = oneStepPerResource((preview.steps ?? []).filter((step) => step.op !== "same"));
  const isChange = (step: PreviewStep) => ACTIONS[step.op] !== undefined && !isGrouping(step);
  const changes = steps.filter(isChange).map(toChange);
  return {
    changes: changes.sort((a, b) => RANK[a.disruption] - RANK[b.disruption] || byText(a.name, b.name)),
    others: countOthers(steps.filter((step) => !isChange(step))),
  };
}

/** The order of rows: what hurts first. */
const RANK: Record<Risk, number> = { outage: 0, unknown: 1, brief: 2, none: 3 };

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Pulumi may tell a replacement as several steps of one resource; the one that says both states stands for all. */
function oneStepPerResource(steps: readonly PreviewStep[]): PreviewStep[] {
  const byResource = new Map<string, PreviewStep>();
  for (const step of steps) {
    const key = ACTIONS[step.op] === "replace" ? step.urn : `${step.op} ${step.urn}`;
    const known = byResource.get(key);
    if (!known || step.op === "replace") byResource.set(key, step);
    else byResource.set(key, { ...step, ...known });
  }
  return [...byResource.values()];
}

function typeOf(step: PreviewStep): string {
  return step.newState?.type ?? step.oldState?.type ?? "";
}

function isGrouping(step: PreviewStep): boolean {
  return isBookkeeping(typeOf(step)) || (step.newState ?? step.oldState)?.custom === false;
}

function countOthers(steps: readonly PreviewStep[]): OtherStep[] {
  const counts = new Map<string, OtherStep>();
  for (const step of steps) {
    const [op, type] = [step.op, typeOf(step)];
    const count = (counts.get(`${op} ${type}`)?.count ?? 0) + 1;
    counts.set(`${op} ${type}`, { op, type, count });
  }
  return [...counts.values()].sort((a, b) => byText(a.type, b.type) || byText(a.op, b.op));
}

function toChange(step: PreviewStep): ResourceChange {
  const action = ACTIONS[step.op] ?? "update";
  const type = typeOf(step);
  const name = step.urn.split("::").slice(3).join("::") || step.urn;
  const states = { action, before: inputsOf(step, "oldState"), after: inputsOf(step, "newState") };
  const [machine, vsphere] = [machineDriver(type), vsphereKind(type)];
  const detail = machine ? machineDetail(machine, states) : propertyDetail(name, states, vsphere?.disruption);
  const kind = machine?.kind ?? vsphere?.kind;
  return {
    name,
    type,
    ...(kind === undefined ? {} : { kind }),
    action,
    disruption: disruptionOf(action, detail.disruption),
    summary: [...detail.summary, ...unseen(step, { action, shown: detail.keys })],
    diff: detail.diff,
  };
}

interface States {
  readonly action: Action;
  readonly before: Properties | undefined;
  readonly after: Properties | undefined;
}

function inputsOf(step: PreviewStep, state: "oldState" | "newState"): Properties | undefined {
  const action = ACTIONS[step.op];
  const isAbsent = state === "oldState" ? action === "create" || action === "import" : action === "delete";
  return isAbsent ? undefined : visibleInputs(step[state]?.inputs);
}

/** What is made new disturbs nobody; what goes, or goes and comes again, takes its traffic with it. */
function disruptionOf(action: Action, found: Risk): Risk {
  if (action === "create" || action === "import") return found === "unknown" ? "unknown" : "none";
  return action === "update" || found === "unknown" ? found : "outage";
}

interface Detail {
  readonly disruption: Risk;
  readonly summary: readonly string[];
  readonly diff: string;
  /** Inputs whose change the summary or the diff shows. */
  readonly keys: readonly string[];
}

/** A machine: its text in the platform's own words, then where and how it is reached. */
function machineDetail(driver: AnyDriver, { action, before, after }: States): Detail {
  const { property, extension } = driver.file;
  const [old, now] = [text(before?.[property]), text(after?.[property])];
  const isCompared = old !== "" && now !== "" && old !== now;
  const changes = isCompared ? driver.compare(driver.fromText(now), driver.fromText(old)) : [];
  // State keeps what an older release wrote: a difference without a meaning is no difference without consequences.
  const isUnclear = isCompared && changes.length === 0;
  const isWhole = action === "create" || action === "delete" || action === "import";
  const rest = isWhole ? [] : compare(without(after, property), without(before, property));
  return {
    disruption: isUnclear ? "unknown" : worst(changes),
    summary: [
      ...(isUnclear ? ["only comments change, or lines that this release does not know"] : changes.map(changeLine)),
      ...rest.map(changeLine),
    ],
    diff: patch(extension, old, now),
    keys: [property, ...rest.map(({ path }) => String(path[0]))],
  };
}

function without(inputs: Properties | undefined, key: string): Properties {
  return Object.fromEntries(Object.entries(inputs ?? {}).filter(([name]) => name !== key));
}

const DISRUPTION_RANK: Record<Disruption, number> = { outage: 0, brief: 1, none: 2 };

function worst(changes: readonly Change[]): Disruption {
  return (
    changes.map(({ disruption }) => disruption).sort((a, b) => DISRUPTION_RANK[a] - DISRUPTION_RANK[b])[0] ?? "none"
  );
}

/** A resource that is its settings: compared setting by setting, shown as YAML. */
function propertyDetail(
  name: string,
  { before, after }: States,
  disruptive: Readonly<Record<string, Disruption>> | undefined,
): Detail {
  const changes = before && after ? compare(after, before, (path) => disruptive?.[String(path[0])] ?? "none") : [];
  return {
    disruption: disruptive ? worst(changes.map((change) => ofWholeSetting(change, disruptive))) : "unknown",
    summary: changes.map(changeLine),
    diff: patch(`${name}.yaml`, toYaml(before), toYaml(after)),
    keys: changes.map(({ path }) => String(path[0])),
  };
}

/** A setting that goes back to its default is a change of that setting, not the loss of a part. */
function ofWholeSetting(change: Change, disruptive: Readonly<Record<string, Disruption>>): Change {
  return { ...change, disruption: disruptive[String(change.path[0])] ?? "none" };
}

function toYaml(inputs: Properties | undefined): string {
  return inputs && Object.keys(inputs).length > 0 ? stringify(inputs, { lineWidth: 0 }) : "";
}

/** `vs0.vs0-uplinks.trunks: "10,30" → "10,30,40"`. */
function changeLine({ path, from, to }: Change): string {
  const where = formatPath(shortened(path));
  if (from === undefined) return isPart(to) ? `${where}: new` : `${where}: ${JSON.stringify(to)}, was not set`;
  if (to === undefined)
    return isPart(from) ? `${where}: removed` : `${where}: no longer set, was ${JSON.stringify(from)}`;
  return `${where}: ${JSON.stringify(from)} → ${JSON.stringify(to)}`;
}

/** The level "ports" says nothing to a reader who sees a bridge and a port. */
function shortened(path: Path): Path {
  return path.filter((step, index) => step !== "ports" || index !== 1);
}

function isPart(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Changes that have no visible line: secrets, and what only the provider knows. An update never stands without a reason. */
function unseen(step: PreviewStep, { action, shown }: { action: Action; shown: readonly string[] }): string[] {
  if (action !== "update" && action !== "replace") return [];
  const reasons = [...(step.replaceReasons ?? []), ...(step.diffReasons ?? [])].map(topLevel);
  const hidden = [...new Set(reasons)].filter((key) => !shown.includes(key) && !key.startsWith("__"));
  const old = visibleInputs(step.oldState?.inputs);
  const lines = hidden.map((key) =>
    JSON.stringify(old[key] ?? null).includes(HIDDEN) ? `${key}: changes; it is secret` : `${key}: changes`,
  );
  const isSilent = lines.length === 0 && JSON.stringify(old) === JSON.stringify(visibleInputs(step.newState?.inputs));
  return isSilent
    ? ["nothing in the file changes: it is applied again, because the last run did not end as wanted"]
    : lines;
}

function topLevel(property: string): string {
  return /^[^.[]+/.exec(property)?.[0] ?? property;
}

/** The rendered text among a machine's inputs; empty where there is none. */
function text(value: unknown): string {
  return fromTextProperty(value) ?? "";
}

/** A unified diff without its file header; empty when the texts are the same. */
function patch(name: string, before: string, after: string): string {
  if (before === after) return "";
  const lines = createTwoFilesPatch(name, name, before, after, "", "", { context: 3 }).split("\n");
  return lines
    .slice(lines.findIndex((line) => line.startsWith("@@")))
    .join("\n")
    .trimEnd();
}
