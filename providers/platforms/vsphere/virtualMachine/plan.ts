// The way from the hardware that a VM has to the one it shall have, with the VM off where that takes it. What an earlier run had begun
// stands in the marks on the VM, so that it is finished from whatever place it was cut off in. Pure.
import type { VcenterPlan } from "../vcenterDriver.js";
import { compareHardware } from "./changes.js";
import { conflictsOf } from "./conflicts.js";
import type { VmFacts } from "./facts.js";
import { standInOf } from "./fromFacts.js";
import type { VmStep } from "./step.js";
import { ASK_AGAIN_SECONDS, hardwareSteps, needsOff, POWER_STEPS, PREVIEW_STEPS } from "./steps.js";
import type { VmTarget, VmWords } from "./words.js";

type VmPlan = VcenterPlan<VmStep>;

export function plan(desired: VmWords, actual: VmWords, facts?: VmFacts): VmPlan {
  const changes = compareHardware(desired, actual, facts);
  const steps = hardwareSteps(changes);
  const offline = changes.isTwoStep ? steps : steps.filter(needsOff);
  if (!facts) return previewed(desired, steps, offline);
  const conflicts = [
    ...conflictsOf(facts, { desired, actual, changes, isOffline: offline.length > 0 }),
    ...powerConflicts(facts, { desired, steps, offline }),
  ];
  if (conflicts.length > 0) return { conflicts, steps: [], notes: [] };
  return {
    conflicts,
    steps: withPower(facts, steps, { isOffline: offline.length > 0 }),
    notes: staying(desired, actual, facts),
  };
}

/** The VM loses what is ours; one that was made here goes as a whole, with the resource that made it. */
export function planRemoval(
  actual: VmWords,
  { target, facts }: { readonly target: VmTarget; readonly facts?: VmFacts },
): VmPlan {
  if (target.id !== undefined) return { conflicts: [], steps: [], notes: [] };
  const { memoryLocked: _, ...rest } = actual;
  return plan({ ...rest, host: facts?.host.name ?? actual.host, cards: {}, passthrough: {} }, actual, facts);
}

function previewed({ powerOff }: VmWords, steps: readonly VmStep[], offline: readonly VmStep[]): VmPlan {
  if (offline.length === 0) return { conflicts: [], steps, notes: [] };
  if (powerOff === "whenRequired")
    return { conflicts: [], steps: [PREVIEW_STEPS.off, ...steps, PREVIEW_STEPS.on], notes: [] };
  const note = `refused while the VM runs, because it has to be off for: ${titles(offline)}. Shut it down before, or set vsphere.powerOff to whenRequired`;
  return { conflicts: [], steps, notes: [note] };
}

interface Intended {
  readonly desired: VmWords;
  readonly steps: readonly VmStep[];
  readonly offline: readonly VmStep[];
}

function powerConflicts(facts: VmFacts, { desired, steps, offline }: Intended): string[] {
  const { name } = facts.target;
  if (facts.power === "suspended" && steps.length > 0)
    return [`VM ${name} is suspended: resume it or power it off, then run pulumi up again`];
  if (facts.power !== "poweredOn" || offline.length === 0 || mayPowerOff(desired, facts)) return [];
  return [
    `VM ${name} runs, and has to be off for: ${titles(offline)}: shut it down, or set vsphere.powerOff of the VM to whenRequired`,
  ];
}

/** A VM that was just made here serves nobody yet. */
function mayPowerOff({ powerOff }: VmWords, facts: VmFacts): boolean {
  return powerOff === "whenRequired" || standInOf(facts) !== undefined;
}

function withPower(facts: VmFacts, steps: readonly VmStep[], { isOffline }: { readonly isOffline: boolean }): VmStep[] {
  const { marks, power } = facts;
  const isOn = power === "poweredOn";
  const goesDown = isOn && isOffline;
  const comesUp = goesDown || (!isOn && marks.poweredOff !== undefined);
  const hasNotes = goesDown || marks.poweredOff !== undefined || marks.macs.size > 0 || marks.isBeingMade === true;
  return [
    ...(goesDown && !marks.poweredOff ? [POWER_STEPS.noteOn] : []),
    ...(goesDown ? shutdown(facts) : []),
    ...steps,
    ...(comesUp ? [POWER_STEPS.powerOn] : []),
    ...(hasNotes ? [POWER_STEPS.forget] : []),
  ];
}

/** Asks the guest, and waits; one that nobody can ask is powered off. */
function shutdown({ marks, now, isShuttingDown, hasTools }: VmFacts): VmStep[] {
  const askedAt = marks.poweredOff?.askedAt;
  const wasAsked = askedAt !== undefined && now !== undefined && now - askedAt < ASK_AGAIN_SECONDS * 1000;
  if (wasAsked || isShuttingDown) return [POWER_STEPS.waitOff];
  return hasTools ? [POWER_STEPS.askGuest, POWER_STEPS.noteAsked, POWER_STEPS.waitOff] : [POWER_STEPS.powerOff];
}

function staying(desired: VmWords, actual: VmWords, { marks }: VmFacts): string[] {
  const others = Object.keys(actual.passthrough).filter(
    (pci) => !Object.hasOwn(desired.passthrough, pci) && !marks.passthrough.includes(pci),
  );
  return others.map((pci) => `passthrough device ${pci} stays: the VM had it before multiport`);
}

function titles(steps: readonly VmStep[]): string {
  return steps.map(({ title }) => title).join("; ");
}
