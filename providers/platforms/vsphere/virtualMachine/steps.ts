// Every step with its title and what traffic notices of it. Pure.
import type { CardChange, HardwareChanges } from "./changes.js";
import type { VmStep } from "./step.js";
import type { CardWords } from "./words.js";

/** How long a guest may take to shut down, and when it is asked again: later than a run waits. */
export const SHUTDOWN_SECONDS = 300;
export const ASK_AGAIN_SECONDS = 330;

export function hardwareSteps({ cards, addDevices, removeDevices, memory }: HardwareChanges): VmStep[] {
  const leaves = ({ kind, type }: CardChange) => type === "sriov" && (kind === "remove" || kind === "park");
  const isFunction = ({ type }: CardChange) => type === "sriov";
  return [
    ...cards.filter(leaves).map(cardStep),
    ...removeDevices.map((pci) => deviceStep("removeDevice", pci)),
    ...cards.filter((change) => !isFunction(change)).map(cardStep),
    ...(memory === "lock" ? [memoryStep("lockMemory")] : []),
    ...cards.filter((change) => isFunction(change) && !leaves(change)).map(cardStep),
    ...addDevices.map((pci) => deviceStep("addDevice", pci)),
    ...(memory === "release" ? [memoryStep("releaseMemory")] : []),
  ];
}

function cardStep(change: CardChange): VmStep {
  return {
    title: `${change.port === "" ? "" : `port ${change.port}: `}${cardTitle(change)}`,
    disruption: disruptionOf(change),
    action: { do: "card", change },
  };
}

function disruptionOf({ kind, type }: CardChange): VmStep["disruption"] {
  // A VM that gets or loses a virtual function is off meanwhile: that is told by its own step.
  if (kind === "add" || kind === "mark") return "none";
  if (kind === "edit") return "brief";
  return type === "sriov" && kind === "park" ? "none" : "outage";
}

function cardTitle({ kind, port, want, have, card }: CardChange): string {
  const mac = card?.mac === undefined ? "" : ` ${card.mac}`;
  if (kind === "add" && want) return `add ${describe(want)}`;
  if (kind === "mark") return `take over the card${mac} that is there`;
  if (kind === "edit" && want && have) return `change ${differences(want, have).join(", ")}`;
  if (kind === "park" && have) return `take ${describe(have)} out while ordinary cards change`;
  return port === "" ? "remove the card that the VM was made with" : `remove ${have ? describe(have) : "the card"}`;
}

function describe({ type, pf, switch: switchName, portGroup }: CardWords): string {
  const card = { vmxnet3: "a vmxnet3 card", sriov: `a virtual function of ${pf}`, other: "a card" }[type];
  return `${card} on ${switchName}/${portGroup}`;
}

function differences(want: CardWords, have: CardWords): string[] {
  const group = ({ switch: switchName, portGroup }: CardWords) => `${switchName}/${portGroup}`;
  return [
    ...(group(want) === group(have) ? [] : [`port group ${group(have)} to ${group(want)}`]),
    ...(want.mac === undefined || want.mac === have.mac ? [] : [`MAC address ${have.mac ?? ""} to ${want.mac}`]),
    ...(want.pf === undefined || want.pf === have.pf
      ? []
      : [`virtual function of ${have.pf ?? "any port"} to one of ${want.pf}`]),
  ];
}

function deviceStep(what: "addDevice" | "removeDevice", pci: string): VmStep {
  const verb = what === "addDevice" ? "add" : "remove";
  return { title: `${verb} passthrough device ${pci}`, disruption: "none", action: { do: what, pci } };
}

function memoryStep(what: "lockMemory" | "releaseMemory"): VmStep {
  const title = what === "lockMemory" ? "reserve all memory" : "reserve no more memory than before";
  return { title, disruption: "none", action: { do: what } };
}

/** Whether the VM has to be off for it. */
export function needsOff({ action }: VmStep): boolean {
  if (action.do !== "card") return true;
  const { type, want, have, kind } = action.change;
  // vCenter changes the MAC address of a card only while the VM is off.
  return type === "sriov" || (kind === "edit" && want?.mac !== undefined && want.mac !== have?.mac);
}

export const POWER_STEPS = {
  noteOn: { title: "note on the VM that it is on", disruption: "none", action: { do: "noteOn" } },
  askGuest: {
    title: "shut the guest down",
    disruption: "outage",
    batch: "shutdown",
    action: { do: "askGuest" },
  },
  noteAsked: {
    title: "note on the VM that its guest was asked",
    disruption: "none",
    batch: "shutdown",
    action: { do: "noteAsked" },
  },
  waitOff: {
    title: "wait for the guest to shut down",
    disruption: "none",
    waitSeconds: SHUTDOWN_SECONDS,
    action: { do: "waitOff" },
  },
  powerOff: {
    title: "power the VM off, because its guest can't be asked: VMware Tools do not run",
    disruption: "outage",
    action: { do: "powerOff" },
  },
  powerOn: { title: "power the VM on", disruption: "none", action: { do: "powerOn" } },
  forget: { title: "clear the notes on the VM", disruption: "none", action: { do: "forget" } },
} as const satisfies Record<string, VmStep>;

/** What a preview says, which does not know whether the VM is on. */
export const PREVIEW_STEPS = {
  off: {
    title: "shut the guest down, or power the VM off when VMware Tools do not run",
    disruption: "outage",
    action: { do: "powerOff" },
  },
  on: { title: "power the VM on, if it was on", disruption: "none", action: { do: "powerOn" } },
} as const satisfies Record<string, VmStep>;
