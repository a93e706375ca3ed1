// The kinds of objects in vCenter that a resource of ours sets. Check, provider and pull-request comment go by this list. Pure.
import { distributedSwitch } from "./distributedSwitch/index.js";
import { esxHost } from "./host/index.js";
import type { Step, VcenterDriver } from "./vcenterDriver.js";
import { vsphereVm } from "./virtualMachine/index.js";

/** A driver of which only the contract is known. */
export type AnyVcenterDriver = VcenterDriver<unknown, object, object, unknown, Step>;

export const VCENTER_DRIVERS: readonly AnyVcenterDriver[] = [
  distributedSwitch as unknown as AnyVcenterDriver,
  esxHost as unknown as AnyVcenterDriver,
  vsphereVm as unknown as AnyVcenterDriver,
];
