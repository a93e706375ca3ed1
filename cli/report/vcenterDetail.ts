// An object in vCenter that one of our resources sets, in a report: the steps that `up` would do, planned by the driver as the
// preview itself does, and its words before and after. Pure.
import { compare } from "../../providers/model/change.js";
import type { AnyVcenterDriver } from "../../providers/platforms/vsphere/index.js";
import type { Step } from "../../providers/platforms/vsphere/vcenterDriver.js";
import type { Properties } from "../previewJson.js";
import { inputsOfWhole, releaseWords } from "../releaseWords.js";
import {
  type Detail,
  type PlannedStep,
  patch,
  quiet,
  quietLines,
  type Risk,
  type States,
  toYaml,
  without,
  worst,
} from "./detail.js";

export function vcenterDetail(driver: AnyVcenterDriver, name: string, states: States): Detail {
  const { action, before, after } = states;
  const [old, now] = [words(before), words(after)];
  const { steps, notes, disruption } = planned(driver, states);
  // The plan among the inputs is the same steps as text.
  const own = ["configuration", "plan"];
  const isChanged = action === "update" || action === "replace";
  const rest = isChanged ? compare(without(after, own), without(before, own)) : [];
  return {
    disruption,
    summary: [...outline(driver, states), ...quietLines(rest)],
    steps: steps.map(({ title, disruption: risk }) => ({ title, disruption: risk })),
    notes,
    diff: patch(`${name}.yaml`, toYaml(old), toYaml(now)),
    keys: [...own, ...rest.map(({ path }) => String(path[0]))],
  };
}

/** What comes or goes as a whole, by words of this release. */
function outline(driver: AnyVcenterDriver, states: States): PlannedStep[] {
  const own = releaseWords(driver, inputsOfWhole(states));
  return own ? (driver.outline?.(own) ?? []).map(quiet) : [];
}

interface Planned {
  readonly steps: readonly Step[];
  readonly notes: readonly string[];
  readonly disruption: Risk;
}

const NOTHING: Planned = { steps: [], notes: [], disruption: "none" };

function planned(driver: AnyVcenterDriver, { before, after }: States): Planned {
  const [old, now] = [words(before), words(after)];
  // The words of another release need not be those of this one's driver.
  if ([before, after].some((inputs) => inputs && inputs.driverVersion !== driver.version))
    return { ...NOTHING, disruption: "unknown" };
  const start = old ?? (now && driver.nothing);
  if (!start) return NOTHING;
  const { steps, notes } = now
    ? driver.plan(now, start)
    : driver.planRemoval(start, { target: before?.target as object });
  return { steps, notes, disruption: worst(steps) };
}

function words(inputs: Properties | undefined): object | undefined {
  return inputs?.configuration as object | undefined;
}
