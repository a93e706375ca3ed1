// The platforms whose machines are configured with text over SSH. Check, render, provider and pull-request comment go by this list. Pure.
import type { Driver, MachineModel } from "./driver.js";
import { hyperv } from "./hyperv/index.js";
import { kvm } from "./kvm/index.js";
import { linuxGuests } from "./linuxGuest/index.js";
import { windows } from "./windows/index.js";

/** A driver of which only the contract is known. */
export type AnyDriver = Driver<MachineModel>;

export const DRIVERS: readonly AnyDriver[] = [kvm, hyperv, linuxGuests, windows];

/** Pulumi's type token of a driver's machines. */
export function typeToken({ token }: Pick<AnyDriver, "token">): string {
  return `pulumi-nodejs:dynamic/${token.module}:${token.type}`;
}
