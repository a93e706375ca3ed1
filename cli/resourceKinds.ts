// What the resources of a preview are to a network engineer: machines with a rendered text, vSphere objects with
// settings, or neither. Pure data.
import type { Driver } from "../providers/platforms/driver.js";
import { kvm } from "../providers/platforms/kvm/index.js";
import { netplan } from "../providers/platforms/netplan/index.js";
import { VSPHERE_RESOURCES, type VsphereResource } from "../providers/platforms/vsphere/resources.js";

/** The part of a driver that reads two texts and says what differs, whatever its words are. */
export interface TextComparer {
  readonly file: { readonly property: string; readonly extension: string };
  compareTexts(wanted: string, actual: string): ReturnType<Driver<never, unknown, never>["compare"]>;
}

export interface MachineKind {
  readonly kind: string;
  readonly comparer: TextComparer;
}

function machine<Machine, Words, Facts>(kind: string, driver: Driver<Machine, Words, Facts>): [string, MachineKind] {
  const comparer: TextComparer = {
    file: driver.file,
    compareTexts: (wanted, actual) => driver.compare(driver.fromText(wanted), driver.fromText(actual)),
  };
  return [`pulumi-nodejs:dynamic/${driver.token.module}:${driver.token.type}`, { kind, comparer }];
}

/** Machines by Pulumi type token. */
const MACHINES: Readonly<Record<string, MachineKind>> = Object.fromEntries([
  machine("KVM host", kvm),
  machine("Linux guest", netplan),
]);

export function machineKind(type: string): MachineKind | undefined {
  return Object.hasOwn(MACHINES, type) ? MACHINES[type] : undefined;
}

export function vsphereKind(type: string): VsphereResource | undefined {
  return Object.hasOwn(VSPHERE_RESOURCES, type) ? VSPHERE_RESOURCES[type] : undefined;
}

/** Pulumi's own bookkeeping: the stack itself and the connections of providers. */
export function isBookkeeping(type: string): boolean {
  return type === "pulumi:pulumi:Stack" || type.startsWith("pulumi:providers:");
}
