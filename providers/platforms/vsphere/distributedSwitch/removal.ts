// What goes with the resource of a distributed switch: its alarms and members. The switch itself and its port groups are the
// provider's to delete, and everything that only they have goes with them. Pure.
import type { VcenterPlan } from "../vcenterDriver.js";
import type { SwitchStep } from "./steps.js";
import type { SwitchWords } from "./words.js";

/** Port groups are deleted after this resource: hosts on which VMs still use one stay, and vCenter says so then. */
export function planSwitchRemoval(actual: SwitchWords): VcenterPlan<SwitchStep> {
  const alarms = Object.keys(actual.alarms).map(
    (name): SwitchStep => ({ kind: "removeAlarm", name, title: `alarm ${name} goes`, disruption: "none" }),
  );
  return { conflicts: [], steps: alarms, notes: [] };
}
