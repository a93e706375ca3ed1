// What the inside of a VM is resolved from. Pure: types only.
import type { GuestPort, VirtualMachineSpec } from "../virtualMachine.js";
import type { Claims, Expanded } from "./scope.js";
import type { HostBelow } from "./waysIn.js";

/** One VM with its ports put on their switches. */
export interface GuestContext extends HostBelow {
  readonly vm: Expanded<VirtualMachineSpec>;
  readonly ports: readonly GuestPort[];
  /** Ports that are virtual functions of a KVM host. */
  readonly functionPorts: readonly string[];
  /** Addresses that are taken already, and VMs in libvirt whose agent is asked for. */
  readonly shared: { readonly addresses: Claims; readonly domains: Claims };
}
