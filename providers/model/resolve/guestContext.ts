// What the inside of a VM is resolved from. Pure: types only.
import type { HypervHost } from "../hypervHost.js";
import type { GuestPort, VirtualMachineSpec } from "../virtualMachine.js";
import type { Claims, Expanded } from "./scope.js";

/** One VM with its ports put on their switches. */
export interface GuestContext {
  readonly vm: Expanded<VirtualMachineSpec>;
  readonly ports: readonly GuestPort[];
  /** Ports that are virtual functions of a KVM host. */
  readonly functionPorts: readonly string[];
  /** The VM's host, where it is one of Hyper-V. */
  readonly hyperv: Pick<HypervHost, "ssh"> | undefined;
  /** Addresses that are taken already. */
  readonly shared: { readonly addresses: Claims };
}
