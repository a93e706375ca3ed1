// How the inside of a VM is reached: over SSH, perhaps through its host; by QEMU's guest agent on a KVM host, or by VMware Tools through vCenter.
// Pure.

import type { EsxHost, KvmHost } from "../host.js";
import type { HypervHost } from "../hypervHost.js";
import type { Path } from "../problem.js";
import {
  type GuestSshSpec,
  type SshTarget,
  toGuestAgentTarget,
  toGuestSshTarget,
  toVmwareToolsTarget,
} from "../ssh.js";
import type { GuestSpec, VirtualMachineSpec } from "../virtualMachine.js";
import { type Claims, checkExpanded, type Expanded, refuseKeys, type Scope } from "./scope.js";

/** The VM's host, one of them. */
export interface HostBelow {
  readonly esx: Pick<EsxHost, "address"> | undefined;
  readonly hyperv: Pick<HypervHost, "ssh"> | undefined;
  readonly kvm: Pick<KvmHost, "ssh"> | undefined;
}

interface Inside extends HostBelow {
  readonly vm: Expanded<VirtualMachineSpec>;
  /** Names in libvirt, with the host, of VMs that are reached by their agent. */
  readonly shared: { readonly domains: Claims };
}

/** Of a Linux guest. */
export function toGuestTarget(scope: Scope, spec: WaySpec, inside: Inside): SshTarget {
  const { name, key } = inside.vm;
  const { address = name, ssh, guestAgent, vmwareTools } = spec;
  // Of two the one that the host has is meant.
  if (vmwareTools !== undefined && (inside.esx || guestAgent === undefined))
    return toToolsTarget(scope, { ...spec, vmwareTools }, inside);
  if (guestAgent !== undefined) return toAgentTarget(scope, { ...spec, guestAgent }, inside);
  return toSshTargetOf(scope, { name, address, ssh, path: ["vms", key, "guest"] }, inside);
}

type WaySpec = Pick<GuestSpec, "address" | "ssh" | "guestAgent" | "vmwareTools">;
type With<Key extends keyof WaySpec> = WaySpec & { readonly [key in Key]: NonNullable<WaySpec[key]> };

function toAgentTarget(
  scope: Scope,
  spec: With<"guestAgent">,
  { vm: { name, key, body }, kvm, shared }: Inside,
): SshTarget {
  const path = ["vms", key, "guest"];
  const { guestAgent } = spec;
  const keys = ["address", "ssh", "vmwareTools"] as const;
  refuseKeys(scope, { body: spec, keys, path, platform: "a guest behind its guest agent" });
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

function toToolsTarget(scope: Scope, spec: With<"vmwareTools">, { vm: { name, key }, esx }: Inside): SshTarget {
  const path = ["vms", key, "guest"];
  const keys = ["address", "ssh", "guestAgent"] as const;
  refuseKeys(scope, { body: spec, keys, path, platform: "a guest behind VMware Tools" });
  if (esx) return toVmwareToolsTarget(name, esx.address, spec.vmwareTools);
  scope.error("unsupported", [...path, "vmwareTools"], {
    message: "the VM's host is no ESXi host, and only there VMware Tools can be asked, through vCenter",
    remedy: "Remove vmwareTools: the guest is then reached over SSH.",
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
  { kvm, hyperv }: Omit<HostBelow, "esx">,
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
      remedy: "Remove via, or name a jump host with jump; a Linux guest can be reached by vmwareTools instead of ssh.",
    });
}
