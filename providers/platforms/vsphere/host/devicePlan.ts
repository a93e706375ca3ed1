// The steps on PCI devices: SR-IOV and passthrough are asked for in one call, and are there after a restart at the latest. Pure.
import type { HostFacts, PciDeviceFacts } from "./facts.js";
import { entryOf, missingIn } from "./own.js";
import type { DeviceSetting, HostStep } from "./steps.js";
import type { HostWords } from "./words.js";

/** vCenter hears of it from the host seconds later. */
const SETTLE_SECONDS = 90;

interface Asked {
  readonly setting: DeviceSetting;
  readonly told: string;
}

export function planDevices(desired: HostWords, actual: HostWords, facts: HostFacts | undefined): HostStep[] {
  const asked = [...sriov(desired, actual, facts), ...passthrough(desired, actual)];
  if (asked.length === 0) return [];
  const batch = "devices";
  const title = `PCI devices: ${asked.map(({ told }) => told).join(", ")}`;
  const settings = asked.map(({ setting }) => setting);
  return [
    { kind: "devices", batch, title, disruption: "none", settings, settleSeconds: SETTLE_SECONDS },
    { kind: "refreshDevices", batch, title: "PCI devices: let vCenter read them again", disruption: "none" },
  ];
}

function sriov(desired: HostWords, actual: HostWords, facts: HostFacts | undefined): Asked[] {
  const pciOf = (device: string) => facts?.nics.get(device)?.pci ?? "";
  const wanted = [
    ...Object.entries(desired.sriov),
    // What was set here and is no longer declared is turned off.
    ...missingIn(actual.sriov, desired.sriov).map(([device]) => [device, { numVfs: 0 }] as const),
  ];
  return wanted
    .filter(([device, { numVfs }]) => numVfs !== (entryOf(actual.sriov, device)?.numVfs ?? 0))
    .map(([device, { numVfs }]) => {
      const told = numVfs > 0 ? `${numVfs} virtual functions of ${device}` : `no SR-IOV on ${device}`;
      return { setting: { pci: pciOf(device), numVfs }, told };
    });
}

function passthrough(desired: HostWords, actual: HostWords): Asked[] {
  const on = Object.keys(desired.passthrough).filter((pci) => !entryOf(actual.passthrough, pci));
  const off = missingIn(actual.passthrough, desired.passthrough).flatMap(([pci, isOn]) => (isOn ? [pci] : []));
  return [
    ...on.map((pci) => ({ setting: { pci, isPassthrough: true }, told: `passthrough of ${pci}` })),
    ...off.map((pci) => ({ setting: { pci, isPassthrough: false }, told: `no passthrough of ${pci}` })),
  ];
}

/** A device of ours that was told something which is not in force. */
export interface Pending {
  /** `8 virtual functions of vmnic2 (0 are there)`. */
  readonly told: string;
}

/** All of `scope` that the host was told and has not done yet. */
export function pendingDevices(scope: HostWords, facts: HostFacts): Pending[] {
  const nics = Object.keys(scope.sriov).flatMap((device) => {
    const sriovOf = facts.devices.get(facts.nics.get(device)?.pci ?? "")?.sriov;
    return sriovOf ? pendingSriov(device, sriovOf) : [];
  });
  const devices = Object.keys(scope.passthrough).flatMap((pci) => pendingPassthrough(facts.devices.get(pci)));
  return [...nics, ...devices];
}

function pendingSriov(device: string, sriovOf: NonNullable<PciDeviceFacts["sriov"]>): Pending[] {
  const { isEnabled, isActive, requested, present } = sriovOf;
  const wanted = isEnabled ? requested : 0;
  if (isEnabled === isActive && wanted === present) return [];
  return [{ told: `${wanted} virtual functions of ${device} (${present} are there)` }];
}

/** NICs with other counts of virtual functions than they were told, whoever told them: `vmnic5 has 8 of 0`. */
export function otherCounts(facts: HostFacts): string[] {
  return [...facts.nics.values()].flatMap(({ device, pci }) => {
    const sriovOf = facts.devices.get(pci)?.sriov;
    const wanted = sriovOf?.isEnabled ? sriovOf.requested : 0;
    return sriovOf && sriovOf.present !== wanted ? [`${device} has ${sriovOf.present} of ${wanted}`] : [];
  });
}

function pendingPassthrough(device: PciDeviceFacts | undefined): Pending[] {
  if (!device || device.isEnabled === device.isActive) return [];
  return [{ told: device.isEnabled ? `passthrough of ${device.pci}` : `no passthrough of ${device.pci}` }];
}
