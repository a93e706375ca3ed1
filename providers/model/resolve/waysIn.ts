// How the inside of a VM is reached: over SSH, perhaps through its host, or by QEMU's guest agent on a KVM host. Pure.

import type { KvmHost } from "../host.js";
import type { HypervHost } from "../hypervHost.js";
import type { Path } from "../problem.js";
import { type GuestSshSpec, type SshTarget, toGuestAgentTarget, toGuestSshTarget } from "../ssh.js";
import type { GuestSpec, VirtualMachineSpec } from "../virtualMachine.js";
import { type Claims, checkExpanded, type Expanded, refuseKeys, type Scope } from "./scope.js";

/** The VM's host, where it is one that multiport logs in to. */
export interface HostBelow {
  readonly hyperv: Pick<HypervHost, "ssh"> | undefined;
  readonly kvm: Pick<KvmHost, "ssh"> | undefined;
}

interface Inside extends HostBelow {
  readonly vm: Expanded<VirtualMachineSpec>;
  /** Names in libvirt, with the host, of VMs that are reached by their agent. */
  readonly shared: { readonly domains: Claims };
}

/** Of a Linux guest. */
export function toGuestTarget(
  scope: Scope,
  { address, ssh, guestAgent }: Pick<GuestSpec, "address" | "ssh" | "guestAgent">,
  { vm: { name, key, body }, kvm, hyperv, shared }: Inside,
): SshTarget {
  const path = ["vms", key, "guest"];
  if (guestAgent === undefined)
    return toSshTargetOf(scope, { name, address: address ?? name, ssh, path }, { kvm, hyperv });
  refuseKeys(scope, {
    body: { address, ssh },
    keys: ["address", "ssh"],
    path,
    platform: "a guest behind its guest agent",
  });
  if (guestAgent.domain !== undefined && body.libvirt)
    scope.error("schema", [...path, "guestAgent", "domain"], {
      message: "the name of a VM that has libvirt stands there",
      found: guestAgent.domain,
      remedy: "Remove it, and set domain in libvirt of the VM.",
    });
  const domain = body.libvirt?.domain ?? guestAgent.domain ?? name;
  if (kvm) {
    const remedy = "Set domain to the VM's own name in libvirt.";
    const at = { path: [...path, "guestAgent"], shown: domain, remedy };
    shared.domains.take(`${body.host} ${domain}`, `VM ${name}`, at);
    return toGuestAgentTarget({ name, domain }, kvm.ssh, guestAgent);
  }
  scope.error("unsupported", [...path, "guestAgent"], {
    message: "the VM's host has no QEMU and no libvirt, through which multiport speaks with a guest agent",
    remedy: "Remove guestAgent: the guest is then reached over SSH.",
  });
  return toGuestSshTarget(name, name, { ssh: undefined, host: undefined });
}

interface Reached {
  readonly name: string;
  readonly address: string;
  readonly ssh: GuestSshSpec | undefined;
  /** Of the guest in the file. */
  readonly path: Path;
}

/** Of any guest that is reached over SSH. */
export function toSshTargetOf(
  scope: Scope,
  { name, address, ssh, path }: Reached,
  { kvm, hyperv }: HostBelow,
): SshTarget {
  checkExpanded(scope, "address", address, [...path, "address"]);
  const host = (kvm ?? hyperv)?.ssh;
  if (ssh?.via !== undefined) checkVia(scope, { ssh, host, path: [...path, "ssh"] });
  return toGuestSshTarget(name, address, { ssh, host });
}

function checkVia(
  scope: Scope,
  { ssh, host, path }: { readonly ssh: GuestSshSpec; readonly host: SshTarget | undefined; readonly path: Path },
): void {
  if (ssh.jump !== undefined)
    scope.error("schema", [...path, "jump"], {
      message: "via says already what to connect through",
      found: ssh.jump,
      remedy: "Remove jump or via. Where the host itself is behind a jump host, set jump in ssh of the host.",
    });
  if (host === undefined)
    scope.error("unsupported", [...path, "via"], {
      message: "multiport logs in to vCenter and not to an ESXi host, so there is no way through that",
      found: ssh.via,
      remedy: "Remove via, or name a jump host with jump.",
    });
}
