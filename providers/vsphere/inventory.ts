// What distributed switches and VMs need to know from vCenter's inventory: the ids behind names in the environment. I/O.
import * as pulumi from "@pulumi/pulumi";

import type { DistributedSwitch } from "../model/distributedSwitch.js";
import type { NewVm } from "../model/virtualMachine.js";
import { vsphereSdk } from "./sdk.js";

/**
 * Looks up the id of the datacenter of a switch.
 *
 * Errors: {@link InventoryError} for a name that vCenter does not have, and when vCenter can't be reached or refuses the
 * login.
 */
export function readDatacenter(
  { name, datacenter }: DistributedSwitch,
  options: pulumi.InvokeOptions,
): Promise<string> {
  return idOf(vsphereSdk().getDatacenter({ name: datacenter }, options), {
    noun: `DistributedSwitch "${name}": datacenter "${datacenter}"`,
    remedy: `Check distributedSwitches.${name}.datacenter`,
  });
}

/** Where a new VM goes, by managed object id. */
export interface VmPlace {
  readonly datacenterId: string;
  readonly hostSystemId: string;
  readonly resourcePoolId: string;
  readonly datastoreId: string;
}

/** Looks up where a VM is to be made. Errors: as {@link readDatacenter}. */
export async function readVmPlace(
  vm: string,
  { hostAddress, create }: { readonly hostAddress: string; readonly create: NewVm },
  options: pulumi.InvokeOptions,
): Promise<VmPlace> {
  const at = (noun: string, name: string, key: string) => ({
    noun: `VM "${vm}": ${noun} "${name}"`,
    remedy: `Check ${key}`,
  });
  const keys = `vms.${vm}.vsphere.create`;
  const datacenterId = await idOf(
    vsphereSdk().getDatacenter({ name: create.datacenter }, options),
    at("datacenter", create.datacenter, "vcenter.datacenter"),
  );
  const host = await found(
    vsphereSdk().getHost({ datacenterId, name: hostAddress }, options),
    at("host", hostAddress, `the address of the VM's host`),
  );
  const pool = create.resourcePool;
  const resourcePoolId =
    pool === undefined
      ? host.resourcePoolId
      : await idOf(
          vsphereSdk().getResourcePool({ datacenterId, name: pool }, options),
          at("resource pool", pool, `${keys}.resourcePool`),
        );
  const datastoreId = await idOf(
    vsphereSdk().getDatastore({ datacenterId, name: create.datastore }, options),
    at("datastore", create.datastore, `${keys}.datastore`),
  );
  return { datacenterId, hostSystemId: host.id, resourcePoolId, datastoreId };
}

/** Looks up the network of a standard port group. Errors: as {@link readDatacenter}. */
export function readNetwork(
  vm: string,
  { datacenterId, name }: { readonly datacenterId: string; readonly name: string },
  options: pulumi.InvokeOptions,
): Promise<string> {
  return idOf(vsphereSdk().getNetwork({ datacenterId, name }, options), {
    noun: `VM "${vm}": network "${name}"`,
    remedy: `Check the port group of its first port`,
  });
}

async function idOf(lookup: Promise<{ readonly id: string }>, at: { noun: string; remedy: string }): Promise<string> {
  return (await found(lookup, at)).id;
}

async function found<T>(lookup: Promise<T>, at: { noun: string; remedy: string }): Promise<T> {
  try {
    return await lookup;
  } catch (error) {
    throw new InventoryError(
      `${at.noun} can't be read from vCenter: ${reason(error)}. ${at.remedy}, and VSPHERE_SERVER, VSPHERE_USER and VSPHERE_PASSWORD.`,
    );
  }
}

/** What the provider said, without the name of the call that it said it to. */
function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/^.*returned an error: (?:invoking \S+: )?/s, "").replace(/\.?\s*$/, "");
}

/** A lookup failed. Pulumi prints this message without a stack, once, however many resources wait for the lookup. */
export class InventoryError extends pulumi.RunError {
  constructor(message: string) {
    super(message);
    this.name = "InventoryError";
    // Pulumi puts the name of every property on the way before the message, and prints the stack of an error that reaches
    // it through a resource's input. Both would bury the sentence.
    Object.defineProperty(this, "message", { get: () => message, set: () => {} });
    this.stack = message;
  }
}
