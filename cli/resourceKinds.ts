// What the resources of a preview are to a network engineer: machines with a rendered text, vSphere objects with
// settings, or neither. Pure data.
import { type AnyDriver, DRIVERS, typeToken } from "../providers/platforms/index.js";
import { VSPHERE_RESOURCES, type VsphereResource } from "../providers/platforms/vsphere/resources.js";

const BY_TYPE = new Map(DRIVERS.map((driver) => [typeToken(driver), driver]));

/** The driver of a machine of this type token. */
export function machineDriver(type: string): AnyDriver | undefined {
  return BY_TYPE.get(type);
}

export function vsphereKind(type: string): VsphereResource | undefined {
  return Object.hasOwn(VSPHERE_RESOURCES, type) ? VSPHERE_RESOURCES[type] : undefined;
}

/** Pulumi's own bookkeeping: the stack itself and the connections of providers. */
export function isBookkeeping(type: string): boolean {
  return type === "pulumi:pulumi:Stack" || type.startsWith("pulumi:providers:");
}
