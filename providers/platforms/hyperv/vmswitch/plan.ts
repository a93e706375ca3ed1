// What a change of switches and adapters takes, and its way back. Pure.

import { type LayerPlan, NOTHING_TO_DO, type Now } from "../../layer.js";
import { compareVmswitch } from "./compare.js";
import { vmswitchConflicts } from "./conflicts.js";
import type { VmswitchFacts } from "./facts.js";
import { configure, leave, leavingOf } from "./view.js";
import { NOTHING, type VmswitchWords } from "./words.js";

export function planVmswitch(
  desired: VmswitchWords,
  { actual, applied = NOTHING, facts, heading }: Now<VmswitchWords, VmswitchFacts>,
): LayerPlan {
  if (compareVmswitch(desired, actual).length === 0) return NOTHING_TO_DO;
  return {
    ...NOTHING_TO_DO,
    conflicts: vmswitchConflicts({ desired, actual, applied, facts, environment: heading.environment }),
    before: leave(leavingOf(actual, desired)),
    after: isNothing(desired) ? [] : [configure(desired, heading)],
    // What NICs had of their own is put back by the layer of IP settings.
    revertBefore: leave({ ...leavingOf(desired, actual), handBacks: [] }),
    revertAfter: isNothing(actual) ? [] : [configure(actual, heading)],
  };
}

export function isNothing({ switches, management, vms }: VmswitchWords): boolean {
  return [switches, management, vms].every((part) => Object.keys(part).length === 0);
}
