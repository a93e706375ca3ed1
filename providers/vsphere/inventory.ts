// What a distributed switch needs to know from vCenter's inventory: the id behind a name in the environment. I/O.
import * as pulumi from "@pulumi/pulumi";

import type { DistributedSwitch } from "../model/distributedSwitch.js";
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

async function idOf(lookup: Promise<{ readonly id: string }>, at: { noun: string; remedy: string }): Promise<string> {
  try {
    return (await lookup).id;
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
