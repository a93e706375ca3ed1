// How a machine is reached, over SSH or by way of the host that it runs on: addresses and names of secrets, never secrets. Pure.
import { z } from "zod";
import * as field from "./field.js";
import { libvirtName } from "./libvirt.js";

const USER =
  /^(?:[A-Za-z0-9][A-Za-z0-9.-]{0,62}\\)?[A-Za-z_][A-Za-z0-9_.-]{0,31}(?:@[A-Za-z0-9][A-Za-z0-9.-]{0,252})?$/;

const confirmSeconds = field.integer(
  { min: 10, max: 900 },
  "After a change the machine waits so long for multiport to come back over a new connection and confirm it; otherwise it puts back what it had. Default 120.",
);

export const SshSpec = z.strictObject({
  port: field
    .integer({ min: 1, max: 65535 }, "TCP port. Default: the OpenSSH client configuration, then 22.")
    .optional(),
  user: field
    .described(
      z.string().regex(USER),
      "User name; of a Windows domain such as CORP\\admin or admin@corp.example.net. Default: the OpenSSH client configuration, then the current user.",
      "a user name such as root",
    )
    .optional(),
  identityFile: field
    .described(
      z
        .string()
        .min(1)
        .max(255)
        .regex(/^[^\p{Cc}]+$/u),
      "Private key file on the machine that runs Pulumi. Default: those of the OpenSSH client configuration or ~/.ssh/id_*, then the agent's keys.",
      "the path of a private key such as ~/.ssh/id_ed25519",
    )
    .optional(),
  hostKey: field
    .described(
      z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/),
      "Fingerprint of the machine's host key. Default: the known_hosts files.",
      'a fingerprint such as "SHA256:<43 characters>", as ssh-keygen -l prints it',
    )
    .optional(),
  confirmSeconds: confirmSeconds.optional(),
  jump: field
    .address("Machine to connect through. Its settings come from the OpenSSH client configuration.")
    .optional(),
});
export type SshSpec = z.input<typeof SshSpec>;

/** PowerShell Direct: into a VM by way of its Hyper-V host, without a network. */
export const PowershellDirectSpec = z.strictObject({
  user: field
    .described(
      z.string().regex(USER),
      "An administrator of the guest; of a Windows domain such as CORP\\admin or admin@corp.example.net. Default Administrator.",
      "a user name such as Administrator",
    )
    .optional(),
  confirmSeconds: confirmSeconds.optional(),
});
export type PowershellDirectSpec = z.input<typeof PowershellDirectSpec>;

/** Of a guest: the host that it runs on can be the jump host, as the file knows it. */
export const GuestSshSpec = SshSpec.extend({
  via: field
    .choice(
      ["host"],
      "Connect through the host that the VM runs on, as the file says to reach that, instead of a jump host named by jump.",
    )
    .optional(),
});
export type GuestSshSpec = z.input<typeof GuestSshSpec>;

/** QEMU's guest agent: into a VM by way of libvirt on its KVM host, without a network and without a password. */
export const GuestAgentSpec = z.strictObject({
  domain: libvirtName(
    "Name of the VM in libvirt, where the VM has no libvirt section that says it. Default: its name here.",
  ).optional(),
  confirmSeconds: confirmSeconds.optional(),
});
export type GuestAgentSpec = z.input<typeof GuestAgentSpec>;

/** VMware Tools: into a Linux VM by way of vCenter, which asks the tools in the guest, without a network of the guest's own. */
export const VmwareToolsSpec = z.strictObject({
  user: field
    .described(
      z.string().regex(USER),
      "User of the guest, who may do everything there. Default root.",
      "a user name such as root",
    )
    .optional(),
  confirmSeconds: confirmSeconds.optional(),
});
export type VmwareToolsSpec = z.input<typeof VmwareToolsSpec>;

/** What a machine runs scripts with: sh on Linux, powershell (5.1) on Windows. */
export type ShellName = "sh" | "powershell";

/** Where and how to connect. `name` is the machine's name in the file, for messages. */
export interface SshTarget {
  readonly name: string;
  readonly address: string;
  readonly port?: number;
  readonly user?: string;
  readonly identityFile?: string;
  readonly hostKey?: string;
  readonly confirmSeconds?: number;
  readonly jump?: SshTarget;
  readonly powershellDirect?: PowershellDirect;
  readonly guestAgent?: GuestAgent;
  readonly vmwareTools?: VmwareTools;
}

/** The machine is a VM, which has the name of the target, in vCenter: its guest operations lead into the VM. */
export interface VmwareTools {
  /** The ESXi host's name in vCenter. */
  readonly host: string;
  /** A user of the guest. */
  readonly user: string;
}

/** The machine is a VM on a KVM host: SSH goes to the host, and libvirt's connection to QEMU's guest agent into the VM. */
export interface GuestAgent {
  readonly host: SshTarget;
  /** The VM's name in libvirt. */
  readonly domain: string;
}

/** The machine is a VM, which has the name of the target, on a Hyper-V host: SSH goes to the host, and the host into the VM. */
export interface PowershellDirect {
  readonly host: SshTarget;
  /** A user of the guest. */
  readonly user: string;
}

export function toSshTarget(name: string, address: string, spec: SshSpec = {}): SshTarget {
  const { jump, ...rest } = spec;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return { name, address, ...given, ...(jump === undefined ? {} : { jump: { name: jump, address: jump } }) };
}

/** A host as the way to its guests: how long it waits for a confirmation is no matter of theirs. */
function asWay({ confirmSeconds: _, ...reached }: SshTarget): SshTarget {
  return reached;
}

export function toPowershellDirectTarget(
  name: string,
  host: SshTarget,
  { user = "Administrator", confirmSeconds }: PowershellDirectSpec,
): SshTarget {
  const given = confirmSeconds === undefined ? {} : { confirmSeconds };
  return { name, address: host.address, ...given, powershellDirect: { host: asWay(host), user } };
}

export function toGuestAgentTarget(
  { name, domain }: { readonly name: string; readonly domain: string },
  host: SshTarget,
  { confirmSeconds }: GuestAgentSpec,
): SshTarget {
  const given = confirmSeconds === undefined ? {} : { confirmSeconds };
  return { name, address: host.address, ...given, guestAgent: { host: asWay(host), domain } };
}

export function toVmwareToolsTarget(
  name: string,
  host: string,
  { user = "root", confirmSeconds }: VmwareToolsSpec,
): SshTarget {
  const given = confirmSeconds === undefined ? {} : { confirmSeconds };
  return { name, address: host, ...given, vmwareTools: { host, user } };
}

/** Of a guest; `host` is the one that it runs on, where multiport logs in to that. */
export function toGuestSshTarget(
  name: string,
  address: string,
  {
    ssh: { via, ...spec } = {},
    host,
  }: { readonly ssh: GuestSshSpec | undefined; readonly host: SshTarget | undefined },
): SshTarget {
  const target = toSshTarget(name, address, spec);
  return via === undefined || host === undefined ? target : { ...target, jump: asWay(host) };
}
