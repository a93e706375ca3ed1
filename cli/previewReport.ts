// What a Pulumi preview means for machines: which change, how, how disruptive, and the config lines. Pure.
import { createTwoFilesPatch } from "diff";
import { stringify } from "yaml";
import { fromTextProperty } from "../providers/engine/textProperty.js";
import { type Change, type Disruption, formatChange } from "../providers/model/change.js";
import type { Driver } from "../providers/platforms/driver.js";
import { kvm } from "../providers/platforms/kvm/index.js";
import { netplan } from "../providers/platforms/netplan/index.js";

/** The parts of `pulumi preview --json` that count here. */
export interface PreviewJson {
  readonly steps?: readonly PreviewStep[];
  readonly diagnostics?: readonly { readonly message?: string; readonly severity?: string; readonly urn?: string }[];
}

export interface PreviewStep {
  readonly op: string;
  readonly urn: string;
  readonly oldState?: { readonly type: string; readonly inputs?: Record<string, unknown> };
  readonly newState?: { readonly type: string; readonly inputs?: Record<string, unknown> };
}

export type Action = "create" | "update" | "replace" | "delete";

export interface MachineChange {
  readonly name: string;
  /** "KVM host", "Linux guest", "distributed switch" .. */
  readonly kind: string;
  readonly action: Action;
  readonly disruption: Disruption;
  /** What changes, one short line each. */
  readonly summary: readonly string[];
  /** A unified diff of the configuration. */
  readonly diff: string;
}

type AnyDriver = Pick<Driver<never, unknown, never>, "fromText" | "compare" | "file">;

/** Machines by resource type: their text is compared in the platform's own words. */
const MACHINES: Record<string, { kind: string; driver: AnyDriver }> = {
  "pulumi-nodejs:dynamic/kvm:Host": { kind: "KVM host", driver: kvm as unknown as AnyDriver },
  "pulumi-nodejs:dynamic/netplan:Guest": { kind: "Linux guest", driver: netplan as unknown as AnyDriver },
};

const VSPHERE: Record<string, string> = {
  "vsphere:index/distributedVirtualSwitch:DistributedVirtualSwitch": "distributed switch",
  "vsphere:index/distributedPortGroup:DistributedPortGroup": "distributed port group",
};

/** Settings of distributed switches and port groups that running traffic notices. All others go through unseen. */
const VSPHERE_BRIEF = new Set([
  "vlanId",
  "vlanRanges",
  "portPrivateSecondaryVlanId",
  "teamingPolicy",
  "activeUplinks",
  "standbyUplinks",
  "hosts",
  "uplinks",
  "maxMtu",
  "pvlanMappings",
]);

const ACTIONS: Record<string, Action> = {
  create: "create",
  update: "update",
  replace: "replace",
  delete: "delete",
};

/** Every machine that the preview touches, the most disruptive first. */
export function machineChanges(preview: PreviewJson): MachineChange[] {
  const changes = (preview.steps ?? []).flatMap((step) => {
    const action = ACTIONS[step.op];
    return action ? toChange(step, action) : [];
  });
  return changes.sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

const DISRUPTION_RANK: Record<Disruption, number> = { outage: 0, brief: 1, none: 2 };

function rank(change: MachineChange): number {
  return DISRUPTION_RANK[change.disruption];
}

function toChange(step: PreviewStep, action: Action): MachineChange[] {
  const type = step.newState?.type ?? step.oldState?.type ?? "";
  const name = step.urn.split("::").at(-1) ?? step.urn;
  const before = action === "create" ? undefined : step.oldState?.inputs;
  const after = action === "delete" ? undefined : step.newState?.inputs;
  const machine = MACHINES[type];
  const detail = machine
    ? machineDetail(machine.driver, before, after)
    : VSPHERE[type] === undefined
      ? undefined
      : propertyDetail(name, before, after);
  if (!detail) return [];
  const kind = machine?.kind ?? VSPHERE[type] ?? type;
  return [{ name, kind, action, ...detail, disruption: disruptionOf(action, detail.disruption) }];
}

/** What is made new disturbs nobody; what goes takes its traffic with it. */
function disruptionOf(action: Action, found: Disruption): Disruption {
  if (action === "create") return "none";
  return action === "update" ? found : "outage";
}

type Inputs = Record<string, unknown> | undefined;
type Detail = Pick<MachineChange, "disruption" | "summary" | "diff">;

function machineDetail(driver: AnyDriver, before: Inputs, after: Inputs): Detail {
  const { property, extension } = driver.file;
  const [old, now] = [before, after].map((inputs) => fromTextProperty(inputs?.[property]) ?? "") as [string, string];
  const changes = old && now ? driver.compare(driver.fromText(now), driver.fromText(old)) : [];
  return { disruption: worst(changes), summary: changes.map(asPlan), diff: patch(extension, old, now) };
}

/** `vs0.uplinks.trunks: "10,30" → "10,30,40"`. */
function asPlan(change: Change): string {
  const short = { ...change, path: change.path.filter((step) => step !== "ports") };
  if (change.from === undefined || change.to === undefined) {
    return `${formatChange({ ...short, from: undefined, to: undefined }).split(":")[0]}: ${change.from === undefined ? "new" : "removed"}`;
  }
  return `${formatChange(short).split(":")[0]}: ${JSON.stringify(change.from)} → ${JSON.stringify(change.to)}`;
}

function worst(changes: readonly Change[]): Disruption {
  return (
    changes.map((change) => change.disruption).sort((a, b) => DISRUPTION_RANK[a] - DISRUPTION_RANK[b])[0] ?? "none"
  );
}

function propertyDetail(name: string, before: Inputs, after: Inputs): Detail {
  const [old, now] = [visible(before), visible(after)];
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter(
    (key) => JSON.stringify(old[key]) !== JSON.stringify(now[key]),
  );
  return {
    disruption: keys.some((key) => VSPHERE_BRIEF.has(key)) ? "brief" : "none",
    summary:
      before && after
        ? keys.map((key) => `${key}: ${JSON.stringify(old[key] ?? null)} → ${JSON.stringify(now[key] ?? null)}`)
        : [],
    diff: patch(`${name}.yaml`, before ? stringify(old) : "", after ? stringify(now) : ""),
  };
}

/** Pulumi's own bookkeeping is no configuration. */
function visible(inputs: Inputs): Record<string, unknown> {
  return Object.fromEntries(Object.entries(inputs ?? {}).filter(([key]) => !key.startsWith("__")));
}

/** A unified diff without its file header. */
function patch(name: string, before: string, after: string): string {
  const lines = createTwoFilesPatch(name, name, before, after, "", "", { context: 3 }).split("\n");
  return lines
    .slice(lines.findIndex((line) => line.startsWith("@@")))
    .join("\n")
    .trimEnd();
}
