// VirtualMachine: a VM, its ports on the host's virtual switches, and the bonds and addresses inside it. Pure.
import { z } from "zod";
import { type Bond, BondSpec } from "./bond.js";
import * as field from "./field.js";
import type { Network } from "./network.js";
import { SshSpec, type SshTarget } from "./ssh.js";

export const VmPortSpec = z.strictObject({
  portGroup: field.described(
    z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}\/[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/),
    "Virtual switch and port group.",
    "switch/port group, such as vs0/app",
  ),
  interface: field
    .described(
      z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.[\]:-]{0,30}$/),
      "Name of the port's interface on the host. Default: <vm>-<port>.",
      field.interfaceWords,
    )
    .optional(),
  mac: field.macAddress.optional().meta({ description: "MAC address of the port; the guest finds the port by it." }),
  guestInterface: field
    .interfaceName("Name of the port inside the guest, where it is not found by its MAC address.")
    .optional(),
  addresses: field
    .described(
      z.array(field.interfaceAddress),
      "IP addresses of the port inside the guest.",
      "a list such as [10.10.0.11/24]",
    )
    .optional(),
  gateway: field.ipAddress.optional().meta({ description: "Default router reached through the port." }),
});
export type VmPortSpec = z.input<typeof VmPortSpec>;

export const GuestSpec = z.strictObject({
  os: field.choice(["linux"], "Operating system of the guest."),
  renderer: field.choice(["netplan"], "What configures the network inside the guest."),
  address: field.address("Host name or IP address of the guest. Default: the VM's name.").optional(),
  ssh: SshSpec.optional().meta({ description: "How to reach the guest." }),
});

export const VirtualMachineSpec = z.strictObject({
  host: field.namePattern("Host that the VM runs on."),
  ports: field.described(
    z.record(field.interfaceName("Port of the VM."), VmPortSpec),
    "Ports of the VM by name.",
    "a map such as {app0: {portGroup: vs0/app}}",
  ),
  guest: GuestSpec.optional().meta({ description: "Set when multiport also configures the inside of the VM." }),
  bonds: field
    .described(
      z.record(field.interfaceName("Bond in the guest."), BondSpec),
      "Bonds inside the guest by name.",
      "a map such as {bond0: {members: [..]}}",
    )
    .optional(),
  description: field.description.optional(),
});
export type VirtualMachineSpec = z.input<typeof VirtualMachineSpec>;

/** A port as the guest sees it. */
export interface GuestPort {
  readonly name: string;
  readonly network: Network;
  readonly mac?: string;
  readonly guestInterface?: string;
  readonly addresses: readonly string[];
  readonly gateway?: string;
}

/** The inside of a VM: all that a renderer needs to write its network configuration. */
export interface Guest {
  readonly name: string;
  readonly renderer: "netplan";
  readonly ssh: SshTarget;
  readonly ports: readonly GuestPort[];
  readonly bonds: readonly Bond[];
}

export interface VirtualMachine {
  readonly name: string;
  readonly host: string;
  readonly ports: readonly GuestPort[];
  readonly guest?: Guest;
}
