// Restarting a host for what takes it: mark, maintenance mode, restart, wait, compare, out of maintenance mode, unmark. Wherever a
// run was cut off, the mark and the state of the host tell where the next one goes on. Pure.
import { otherCounts, type Pending, pendingDevices } from "./devicePlan.js";
import type { HostFacts } from "./facts.js";
import { isNewerBoot } from "./mark.js";
import type { HostStep } from "./steps.js";
import type { HostWords } from "./words.js";

/** A host with much memory and many devices takes its time to start. */
const RESTART_SECONDS = 3600;
/** Until vCenter shows that a host needs a restart, and after it what devices the host has. */
const SHOW_SECONDS = 180;

export interface RestartPlan {
  readonly steps: readonly HostStep[];
  readonly conflicts: readonly string[];
  readonly notes: readonly string[];
  readonly isUnfinished: boolean;
}

const NOTHING: RestartPlan = { steps: [], conflicts: [], notes: [], isUnfinished: false };

/** In a preview: what is asked of devices may take a restart. */
export function previewRestart(desired: HostWords, told: readonly HostStep[]): RestartPlan {
  if (told.length === 0) return NOTHING;
  if (desired.reboot === "never")
    return {
      ...NOTHING,
      notes: [
        "what is asked of PCI devices is there after the next restart of the host, which is not restarted (reboot: never)",
      ],
    };
  return { ...NOTHING, steps: [MARK, ENTER, RESTART, BACK, EXIT, UNMARK] };
}

/** `isToldMore`: steps on devices come before. */
export function planRestart(scope: HostWords, facts: HostFacts, at: { readonly isToldMore: boolean }): RestartPlan {
  const pending = pendingDevices(scope, facts);
  if (pending.length === 0 && !at.isToldMore) return { ...NOTHING, steps: wayOut(facts) };
  if (scope.reboot === "never") {
    const notes = pending.length > 0 ? [waitingNote(pending)] : [];
    return { ...NOTHING, steps: wayOut(facts), notes, isUnfinished: pending.length > 0 };
  }
  const conflicts = restartConflicts(facts);
  if (conflicts.length > 0) return { ...NOTHING, conflicts };
  return { ...NOTHING, steps: restartSteps(pending, facts, at) };
}

function restartSteps(pending: readonly Pending[], facts: HostFacts, at: { isToldMore: boolean }): HostStep[] {
  const { isInMaintenance, mark, isRestartRequired } = facts;
  const isRestarted = mark.bootTime !== undefined && isNewerBoot(facts.bootTime, mark.bootTime);
  if (isRestarted && isInMaintenance && !at.isToldMore) return [compareWait(pending, facts)];
  // Some devices follow without a restart, and vCenter shows only later which do not.
  if (!isRestartRequired && !at.isToldMore) return [requiredWait(pending)];
  const isMarked = mark.bootTime !== undefined && !isRestarted;
  return [
    ...(mark.key === undefined ? [DEFINE_MARK] : []),
    ...(isMarked ? [] : [MARK]),
    ...(isInMaintenance ? [] : [enterStep(facts)]),
    RESTART,
    BACK,
    EXIT,
    UNMARK,
  ];
}

/** Nothing waits for a restart: a host that multiport put into maintenance mode leaves it. */
function wayOut({ mark, isInMaintenance }: HostFacts): HostStep[] {
  if (mark.bootTime === undefined) return [];
  return isInMaintenance ? [EXIT, UNMARK] : [UNMARK];
}

/** What no restart can be made with. The host is ours to restart once multiport has put it into maintenance mode. */
function restartConflicts({ isInMaintenance, mark, runningMachines, areMachinesMoved }: HostFacts): string[] {
  if (isInMaintenance)
    return mark.bootTime === undefined
      ? [
          "the host is in maintenance mode, and multiport did not put it there: it is not restarted. End the maintenance, or set reboot: never and restart it yourself",
        ]
      : [];
  if (runningMachines.length === 0 || areMachinesMoved) return [];
  return [
    `the host has to be restarted, and nobody moves the ${runningMachines.length} VMs that run on it: ${shown(runningMachines)}. Move them to other hosts or shut them down (a cluster with fully automated DRS moves them by itself), or set reboot: never`,
  ];
}

function shown(names: readonly string[]): string {
  return names.slice(0, 10).join(", ") + (names.length > 10 ? `, .. (${names.length} in all)` : "");
}

function waitingNote(pending: readonly Pending[]): string {
  return `waits for a restart of the host: ${tell(pending)}. Put the host into maintenance mode, restart it and end the maintenance; or set reboot: whenRequired, and pulumi up does all of that`;
}

function tell(pending: readonly Pending[]): string {
  return pending.map(({ told }) => told).join(", ");
}

/** Drivers keep their counts of virtual functions in the order of PCI addresses: a card that came or went shifts them. */
function compareWait(pending: readonly Pending[], facts: HostFacts): HostStep {
  const counts = otherCounts(facts);
  const found = counts.length > 0 ? ` (virtual functions: ${counts.join(", ")})` : "";
  const title = `compare after the restart: ${tell(pending)}${found}; if that stays so, the NIC gives fewer, or the counts moved to another NIC with a card that was added or removed, and the host stays in maintenance mode: correct numVfs or the cards`;
  return { kind: "wait", title, disruption: "none", waitSeconds: SHOW_SECONDS };
}

function requiredWait(pending: readonly Pending[]): HostStep {
  const title = `wait until vCenter shows whether the host has to be restarted for ${tell(pending)}`;
  return { kind: "wait", title, disruption: "none", waitSeconds: SHOW_SECONDS };
}

function enterStep({ runningMachines }: HostFacts): HostStep {
  if (runningMachines.length === 0) return ENTER;
  return { ...ENTER, title: `${ENTER.title}; DRS moves its running VMs: ${shown(runningMachines)}` };
}

const DEFINE_MARK: HostStep = {
  kind: "defineMark",
  title: "maintenance: define the custom attribute of hosts that tells who began it",
  disruption: "none",
};
const MARK: HostStep = {
  kind: "mark",
  title: "maintenance: mark the host as restarted by multiport",
  disruption: "none",
};
const ENTER: HostStep = {
  kind: "enterMaintenance",
  title: "maintenance: put the host into maintenance mode",
  disruption: "outage",
};
const RESTART: HostStep = {
  kind: "restart",
  title: "restart the host",
  disruption: "outage",
  settleSeconds: RESTART_SECONDS,
};
/** Also while a run that was cut off left the host on its way down or up. */
export const BACK: HostStep = {
  kind: "wait",
  title: "wait until the host is back",
  disruption: "none",
  waitSeconds: RESTART_SECONDS,
};
const EXIT: HostStep = { kind: "exitMaintenance", title: "maintenance: end it", disruption: "none" };
const UNMARK: HostStep = { kind: "unmark", title: "maintenance: take the mark off the host", disruption: "none" };
