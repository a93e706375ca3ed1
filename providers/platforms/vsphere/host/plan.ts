// The way of a host from what is there to what is wanted. Pure.
import type { VcenterPlan } from "../vcenterDriver.js";
import type { HostFacts } from "./facts.js";
import type { HostStep } from "./steps.js";
import { planSwitches } from "./switchPlan.js";
import type { HostWords } from "./words.js";

/** What is known beside the words when vCenter was asked. */
export interface Known {
  readonly facts: HostFacts;
  /** What the last run wanted: ours, whatever it looks like now. */
  readonly previous: HostWords | undefined;
}

export function planHost(desired: HostWords, actual: HostWords): VcenterPlan<HostStep> {
  return { conflicts: [], steps: planSwitches(desired, actual), notes: [] };
}
