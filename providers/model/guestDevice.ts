// What interfaces are called inside a Linux guest. Pure.
import type { GuestPort } from "./virtualMachine.js";

/** A name given for the guest means that the interface has it already. */
export function portDevice({ name, guestInterface }: Pick<GuestPort, "name" | "guestInterface">): string {
  return guestInterface ?? name;
}

/** The name that every tool of Linux reads as what it is, ifupdown even by the name alone. */
export function vlanDevice(lower: string, vlan: number): string {
  return `${lower}.${vlan}`;
}
