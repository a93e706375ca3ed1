// What the resources of a preview are to a network engineer: machines with a rendered text, objects in vCenter that we set,
// objects that the vSphere provider makes, or none of these. Pure data.
import { type AnyDriver, DRIVERS, typeToken } from "../providers/platforms/index.js";
import { type AnyVcenterDriver, VCENTER_DRIVERS } from "../providers/platforms/vsphere/index.js";
import { PROVIDER_RESOURCES, type ProviderResource } from "../providers/platforms/vsphere/resources.js";

const MACHINES = new Map(DRIVERS.map((driver) => [typeToken(driver), driver]));
const OBJECTS = new Map(VCENTER_DRIVERS.map((driver) => [typeToken(driver), driver]));

/** The driver of a machine of this type token. */
export function machineDriver(type: string): AnyDriver | undefined {
  return MACHINES.get(type);
}

/** The driver of an object in vCenter that a resource of this type token sets. */
export function vcenterDriver(type: string): AnyVcenterDriver | undefined {
  return OBJECTS.get(type);
}

/** A resource of the vSphere provider that multiport makes. */
export function providerKind(type: string): ProviderResource | undefined {
  return Object.hasOwn(PROVIDER_RESOURCES, type) ? PROVIDER_RESOURCES[type] : undefined;
}

/** Pulumi's own bookkeeping: the stack itself and the connections of providers. */
export function isBookkeeping(type: string): boolean {
  return type === "pulumi:pulumi:Stack" || type.startsWith("pulumi:providers:");
}
