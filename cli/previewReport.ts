// What a Pulumi preview means for the network: which resources change, how, how disruptive, and the config lines. Pure.
import type { Environment } from "../providers/model/environment.js";
import { type Changing, type NetworkBelow, networksBelow } from "./belowGuests.js";
import { type PreviewJson, type PreviewStep, type Properties, visibleInputs } from "./previewJson.js";
import type { Action, Detail, PlannedStep, Risk, States } from "./report/detail.js";
import { machineDetail } from "./report/machineDetail.js";
import { settingsDetail } from "./report/settingsDetail.js";
import { unseen } from "./report/unseen.js";
import { vcenterDetail } from "./report/vcenterDetail.js";
import { isBookkeeping, machineDriver, providerKind, vcenterDriver } from "./resourceKinds.js";

export interface ResourceChange {
  readonly name: string;
  /** Pulumi's type token. */
  readonly type: string;
  /** "KVM host", "Linux guest", "distributed switch" ..; undefined: a resource that multiport does not make. */
  readonly kind?: string;
  readonly action: Action;
  readonly disruption: Risk;
  /** What changes, one short line each, the most disruptive first. */
  readonly summary: readonly PlannedStep[];
  /** What would be done, in order; only objects in vCenter have steps. */
  readonly steps: readonly PlannedStep[];
  /** What is to be told although nothing is done about it. */
  readonly notes: readonly string[];
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
  /** Networks that change below the ports of VMs. */
  readonly below: readonly NetworkBelow[];
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

/** `environment` is that of the preview: which VM is on what. */
export function toReport(preview: PreviewJson, environment?: Environment): PreviewReport {
  const steps = oneStepPerResource((preview.steps ?? []).filter((step) => step.op !== "same"));
  const isChange = (step: PreviewStep) => ACTIONS[step.op] !== undefined && !isGrouping(step);
  const changing = steps.filter(isChange);
  const changes = changing.map(toChange);
  const below = environment ? changing.flatMap((step) => networksBelow(changingOf(step), environment)) : [];
  return {
    changes: changes.sort((a, b) => RANK[a.disruption] - RANK[b.disruption] || byText(a.name, b.name)),
    others: countOthers(steps.filter((step) => !isChange(step))),
    below: below.sort((a, b) => byText(a.vm, b.vm) || byText(a.port, b.port)),
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

function changingOf(step: PreviewStep): Changing {
  const name = step.urn.split("::").slice(3).join("::") || step.urn;
  return { name, type: typeOf(step), before: inputsOf(step, "oldState"), after: inputsOf(step, "newState") };
}

function toChange(step: PreviewStep): ResourceChange {
  const action = ACTIONS[step.op] ?? "update";
  const { name, type, before, after } = changingOf(step);
  const states = { action, before, after };
  const { kind, detail } = detailOf({ type, name }, states);
  const { summary, steps, notes, diff, keys } = detail;
  return {
    name,
    type,
    ...(kind === undefined ? {} : { kind }),
    action,
    disruption: disruptionOf(action, detail),
    summary: [...summary, ...unseen(step, { action, shown: keys })],
    steps,
    notes,
    diff,
  };
}

function detailOf(
  { type, name }: { readonly type: string; readonly name: string },
  states: States,
): { readonly kind: string | undefined; readonly detail: Detail } {
  const machine = machineDriver(type);
  if (machine) return { kind: machine.kind, detail: machineDetail(machine, states) };
  const object = vcenterDriver(type);
  if (object) return { kind: object.kind, detail: vcenterDetail(object, name, states) };
  const resource = providerKind(type);
  return { kind: resource?.kind, detail: settingsDetail(name, states, resource?.disruption) };
}

function inputsOf(step: PreviewStep, state: "oldState" | "newState"): Properties | undefined {
  const action = ACTIONS[step.op];
  const isAbsent = state === "oldState" ? action === "create" || action === "import" : action === "delete";
  return isAbsent ? undefined : visibleInputs(step[state]?.inputs);
}

/**
 * What goes, or goes and comes again, takes its traffic with it. What is made new disturbs nobody, unless it is settings of something
 * that is there already: a host, a VM.
 */
function disruptionOf(action: Action, { disruption, steps }: Detail): Risk {
  if (disruption === "unknown") return "unknown";
  if (action === "create" || action === "import") return steps.length > 0 ? disruption : "none";
  return action === "update" ? disruption : "outage";
}
