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
    notes: iovNotes(desired, facts),
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

/** Hyper-V makes a switch with SR-IOV also where nothing supports it, and says nothing. */
function iovNotes(
  { switches, vms }: VmswitchWords,
  { iovSupport, iovSupportReasons, adapters }: VmswitchFacts,
): string[] {
  if (!Object.values(switches).some(({ IovEnabled }) => IovEnabled)) return [];
  if (!iovSupport)
    return [
      `the host can't do SR-IOV, and its VMs use the virtual switch: ${iovSupportReasons.join(" ") || "it gives no reason"}`,
    ];
  return adapters
    .filter(({ VMName, Name, VFDataPathActive }) => (vms[VMName]?.[Name]?.IovWeight ?? 0) > 0 && !VFDataPathActive)
    .map(
      ({ VMName, Name, StatusDescription }) =>
        `adapter ${Name} of VM ${VMName} had no virtual function before this change${StatusDescription.length > 0 ? ` (${StatusDescription.join(" ")})` : ""}`,
    );
}
