// The way of a host from what is there to what is wanted. Pure.
import { mergeDeep } from "../../../model/merge.js";
import type { VcenterPlan } from "../vcenterDriver.js";
import { hostConflicts } from "./conflicts.js";
import { planDevices } from "./devicePlan.js";
import type { HostFacts } from "./facts.js";
import type { Known } from "./known.js";
import { managementPathConflicts } from "./managementPath.js";
import { planRemovals } from "./removalPlan.js";
import { BACK, planRestart, previewRestart } from "./restartPlan.js";
import type { HostStep } from "./steps.js";
import { planSwitches } from "./switchPlan.js";
import { planVmkernelPorts } from "./vmkernelPlan.js";
import type { HostWords } from "./words.js";

type Plan = VcenterPlan<HostStep>;

/** In a preview nothing is known, and `actual` is what the last run left. */
export function planHost(desired: HostWords, actual: HostWords, known?: Known): Plan {
  const { facts } = known ?? {};
  if (facts && !facts.isConnected) return unreachable(facts);
  const conflicts = known ? hostConflicts(desired, actual, known) : [];
  if (facts) conflicts.push(...managementPathConflicts(desired, actual, facts));
  const removals = planRemovals(desired, actual, facts);
  conflicts.push(...removals.conflicts);
  if (conflicts.length > 0) return { conflicts, steps: [], notes: [] };
  const ports = planVmkernelPorts(desired, actual, known);
  const devices = planDevices(desired, actual, facts);
  const scope = mergeDeep(actual, desired);
  const restart = facts
    ? planRestart(scope, facts, { isToldMore: devices.length > 0 })
    : previewRestart(desired, devices);
  if (restart.conflicts.length > 0) return { conflicts: restart.conflicts, steps: [], notes: [] };
  return {
    conflicts: [],
    steps: [
      ...ports.first,
      ...planSwitches(desired, actual),
      ...ports.last,
      ...removals.steps,
      ...devices,
      ...restart.steps,
    ],
    notes: [...ports.notes, ...removals.notes, ...restart.notes],
    isUnfinished: restart.isUnfinished,
  };
}

/** A host that multiport restarts is away for a while; any other one has to be looked at. */
function unreachable({ mark, connectionState }: HostFacts): Plan {
  if (mark.bootTime !== undefined) return { conflicts: [], steps: [BACK], notes: [] };
  const conflict = `vCenter does not reach the host now (${connectionState}). Look at the host in vCenter, and run pulumi up again when it is connected`;
  return { conflicts: [conflict], steps: [], notes: [] };
}
