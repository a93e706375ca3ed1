// The one call of each step. Pure.
import type { VimCall, VimObject } from "../../../model/vim.js";
import { VM_MARK_KEY } from "../creation.js";
import type { CardChange } from "./changes.js";
import { findPortGroup } from "./conflicts.js";
import { changedCard, functionBacking, networkBacking, newCard, newPassthrough, sameDevice } from "./devices.js";
import type { PassthroughFact, VmFacts } from "./facts.js";
import { SRIOV_TYPE } from "./fromFacts.js";
import { cardMark, MARK_KEYS, markValue } from "./marks.js";
import type { VmStep } from "./step.js";
import type { CardWords } from "./words.js";

const DEVICE_SPEC = { $type: "VirtualDeviceConfigSpec" } as const;

/** What a ReconfigVM_Task sends, in wire order. */
interface ConfigSpec {
  readonly deviceChange?: readonly VimObject[];
  readonly reservation?: number;
  readonly notes?: Readonly<Record<string, string>>;
  readonly isMemoryLocked?: boolean;
}

export function toCall({ action }: VmStep, facts: VmFacts): VimCall {
  switch (action.do) {
    case "card":
      return reconfigure(facts, cardSpec(action.change, facts));
    case "addDevice":
      return reconfigure(facts, addDevice(action.pci, facts));
    case "removeDevice":
      return reconfigure(facts, removeDevice(action.pci, facts));
    case "lockMemory":
      return reconfigure(facts, lockMemory(facts));
    case "releaseMemory":
      return reconfigure(facts, releaseMemory(facts));
    case "noteOn":
      return reconfigure(facts, { notes: { [MARK_KEYS.poweredOff]: markValue(facts.target.environment) } });
    case "noteAsked":
      return reconfigure(facts, { notes: askedNote(facts) }, { isAnyVersion: true });
    case "forget":
      return reconfigure(facts, { notes: clearedNotes(facts) });
    case "askGuest":
      return { object: facts.vm, method: "ShutdownGuest", arguments: {} };
    case "powerOff":
      return { object: facts.vm, method: "PowerOffVM_Task", arguments: {} };
    case "powerOn":
      return { object: facts.vm, method: "PowerOnVM_Task", arguments: {} };
    case "waitOff":
      throw new Error("waiting is no call");
  }
}

/** With the version of the VM that the plan was made for: when somebody was faster, vCenter refuses, and it is planned anew. */
function reconfigure(
  { vm, changeVersion }: VmFacts,
  { deviceChange, reservation, notes, isMemoryLocked }: ConfigSpec,
  { isAnyVersion = false } = {},
): VimCall {
  const spec: VimObject = {
    changeVersion: isAnyVersion || changeVersion === "" ? undefined : changeVersion,
    deviceChange,
    memoryAllocation: reservation === undefined ? undefined : { reservation },
    extraConfig:
      notes &&
      Object.entries(notes).map(([key, value]) => ({
        $type: "OptionValue",
        key,
        value: { $type: "xsd:string", $text: value },
      })),
    memoryReservationLockedToMax: isMemoryLocked,
  };
  return { object: vm, method: "ReconfigVM_Task", arguments: { spec } };
}

function cardSpec(change: CardChange, facts: VmFacts): ConfigSpec {
  const { kind, port, want, card } = change;
  const { environment } = facts.target;
  if (kind === "add" && want)
    return { deviceChange: [{ ...DEVICE_SPEC, operation: "add", device: cardToAdd(port, want, facts) }] };
  if (!card) throw new Error(`port ${port}: the card to change is not known`);
  if (kind === "remove" || kind === "park")
    return {
      deviceChange: [{ ...DEVICE_SPEC, operation: "remove", device: sameDevice(card.device) }],
      ...(kind === "park" && card.mac !== undefined ? { notes: macNote(change, environment) } : {}),
    };
  return { deviceChange: [{ ...DEVICE_SPEC, operation: "edit", device: cardToChange(change, facts) }] };
}

/** A card that leaves for a moment keeps its address. */
function macNote({ port, card }: CardChange, environment: string): Record<string, string> {
  return { [MARK_KEYS.mac(port)]: markValue(environment, card?.mac) };
}

function cardToAdd(port: string, want: CardWords, facts: VmFacts): VimObject {
  const mac = want.mac ?? facts.marks.macs.get(port);
  return newCard(want.type === "sriov" ? SRIOV_TYPE : "VirtualVmxnet3", {
    backing: backingOf(want, facts),
    ...(mac === undefined ? {} : { addressType: "manual", macAddress: mac }),
    externalId: cardMark(facts.target.environment, port),
    ...(want.type === "sriov" ? { sriovBacking: functionBacking(pciOf(want, facts)) } : {}),
  });
}

function cardToChange({ port, want, have, card }: CardChange, facts: VmFacts): VimObject {
  if (!want || !have || !card) throw new Error(`port ${port}: the card to change is not known`);
  const isElsewhere =
    want.switch !== have.switch || want.portGroup !== have.portGroup || want.switchKind !== have.switchKind;
  return changedCard(card.device, {
    ...(isElsewhere ? { backing: backingOf(want, facts) } : {}),
    ...(want.mac === undefined || want.mac === have.mac ? {} : { addressType: "manual", macAddress: want.mac }),
    externalId: cardMark(facts.target.environment, port),
    ...(want.type === "sriov" ? { sriovBacking: functionBacking(pciOf(want, facts)) } : {}),
  });
}

function backingOf(want: CardWords, { host }: VmFacts): VimObject {
  const portGroup = findPortGroup(host, want);
  if (!portGroup) throw new Error(`${host.name} has no port group ${want.switch}/${want.portGroup}`);
  return networkBacking(portGroup);
}

function pciOf({ pf }: CardWords, { host }: VmFacts): string {
  return host.nics.get(pf ?? "") ?? pf ?? "";
}

function addDevice(pci: string, facts: VmFacts): ConfigSpec {
  const offered = facts.offered.get(pci);
  if (!offered) throw new Error(`${facts.host.name} does not offer device ${pci}`);
  return {
    deviceChange: [{ ...DEVICE_SPEC, operation: "add", device: newPassthrough(pci, offered) }],
    notes: devicesNote(facts, [...facts.marks.passthrough.filter((each) => each !== pci), pci]),
  };
}

function removeDevice(pci: string, facts: VmFacts): ConfigSpec {
  const found = facts.passthrough.find((each) => each.pci === pci) as PassthroughFact;
  return {
    deviceChange: [{ ...DEVICE_SPEC, operation: "remove", device: sameDevice(found.device) }],
    notes: devicesNote(
      facts,
      facts.marks.passthrough.filter((each) => each !== pci),
    ),
  };
}

function devicesNote({ target }: VmFacts, devices: readonly string[]): Record<string, string> {
  return { [MARK_KEYS.passthrough]: devices.length === 0 ? "" : markValue(target.environment, devices.join(",")) };
}

function lockMemory({ target, reservedMegabytes }: VmFacts): ConfigSpec {
  const notes = { [MARK_KEYS.memory]: markValue(target.environment, String(reservedMegabytes)) };
  return { notes, isMemoryLocked: true };
}

function releaseMemory({ marks }: VmFacts): ConfigSpec {
  return { reservation: marks.memory?.reservedBefore ?? 0, notes: { [MARK_KEYS.memory]: "" }, isMemoryLocked: false };
}

function askedNote({ target, now }: VmFacts): Record<string, string> {
  return {
    [MARK_KEYS.poweredOff]: markValue(target.environment, now === undefined ? "" : new Date(now).toISOString()),
  };
}

function clearedNotes({ marks }: VmFacts): Record<string, string> {
  const keys = [
    ...(marks.poweredOff ? [MARK_KEYS.poweredOff] : []),
    ...[...marks.macs.keys()].map(MARK_KEYS.mac),
    ...(marks.isBeingMade ? [VM_MARK_KEY] : []),
  ];
  return Object.fromEntries(keys.map((key) => [key, ""]));
}
