// Host: a physical machine, its uplinks and its virtual switches. Profiles hold what many hosts share. Pure.
import { z } from "zod";
import * as field from "./field.js";
import { type HostPort, HostPortSpec } from "./hostPort.js";
import { WINDOWS_RELEASES } from "./hypervHost.js";
import { type LibvirtHost, LibvirtHostSpec } from "./libvirt.js";
import { RENDERER_CHOICES, type RendererChoice } from "./linuxRenderer.js";
import { type MissingPackages, missingPackages } from "./missingPackages.js";
import { SshSpec, type SshTarget } from "./ssh.js";
import { type Uplink, UplinkSpec } from "./uplink.js";
import type { Guest } from "./virtualMachine.js";
import { type StandardSwitch, type VirtualSwitch, VirtualSwitchSpec } from "./virtualSwitch.js";
import { type VmkernelPort, VmkernelPortSpec } from "./vmkernelPort.js";

export const HOST_PLATFORMS = ["kvm", "vsphere", "hyperv"] as const;
export type HostPlatform = (typeof HOST_PLATFORMS)[number];

/** The group of hosts that name none. */
export const DEFAULT_GROUP = "all";

/** When a host may be restarted for a setting that takes it. */
export const REBOOT = ["never", "whenRequired"] as const;
export type Reboot = (typeof REBOOT)[number];

const hostBody = {
  platform: field
    .choice(
      HOST_PLATFORMS,
      "What runs on the host: kvm (Linux), vsphere (ESXi) or hyperv (Windows Server). Default: that of the profile; one of the two has to say it.",
    )
    .optional(),
  release: field
    .choice(
      WINDOWS_RELEASES,
      'Release of Windows Server (hyperv), in quotes: what is allowed depends on it. Default "2022".',
    )
    .optional(),
  address: field
    .address("Host name or IP address; on vsphere the host's name in vCenter. Default: the host's name.")
    .optional(),
  ssh: SshSpec.optional().meta({ description: "How to reach the host (kvm, hyperv)." }),
  renderer: field
    .choice(
      RENDERER_CHOICES,
      "What configures the network of the host when it starts (kvm): what stands there already. With detect the machine is asked, once. Default netplan.",
    )
    .optional(),
  missingPackages: missingPackages.optional(),
  uplinks: field
    .described(
      z.record(
        field.interfaceOrWindowsName("Physical port."),
        field.described(
          z.union([UplinkSpec, z.null()]),
          "What is known of the port; may be empty.",
          "nothing, or a map with pci, cable, sriov, description",
        ),
      ),
      "Physical ports by the name that the host gives them; on hyperv that of the connection, such as Ethernet 2.",
      "a map such as {ens1f0: {pci: ..., cable: ...}}",
    )
    .optional(),
  virtualSwitches: field
    .described(
      z.record(field.interfaceOrWindowsName("Virtual switch."), VirtualSwitchSpec),
      "Virtual switches of the host: Open vSwitch or Linux bridges (kvm), standard switches (vsphere), or those of Hyper-V (hyperv).",
      "a map of virtual switches by name",
    )
    .optional(),
  hostPorts: field
    .described(
      z.record(field.interfaceOrWindowsName("Interface of the host."), HostPortSpec),
      "Network interfaces of the host itself on its virtual switches (kvm, hyperv), by the name that they get on the host; on hyperv these are adapters of the management OS, and Windows calls the interface vEthernet (<name>).",
      "a map such as {mgmt0: {portGroup: vs0/mgmt, addresses: [10.10.0.11/24], gateway: 10.10.0.1}}",
    )
    .optional(),
  libvirt: LibvirtHostSpec.optional(),
  vmkernelPorts: field
    .described(
      z.record(field.interfaceName("vmkernel port."), VmkernelPortSpec),
      "Network interfaces of ESXi itself (vsphere), by a name for this file: ESXi calls them vmk1, vmk2 .. in the order of their making.",
      "a map such as {vmotion: {portGroup: vSwitch1/vmotion, address: 10.32.0.11/24, services: [vmotion]}}",
    )
    .optional(),
  passthrough: field
    .described(
      z.array(field.pciAddress).max(64),
      "PCI devices of the host that VMs may be given whole (vsphere).",
      'a list of PCI addresses such as ["0000:af:00.0"]',
    )
    .optional(),
  reboot: field
    .choice(
      REBOOT,
      "Whether the host may be restarted, in maintenance mode and one host of a group at a time, for what takes it (vsphere). Default never: what waits for a restart is told.",
    )
    .optional(),
  redundancyGroup: field
    .name(
      "Hosts that are each other's redundancy: they are restarted (vsphere) or changed (kvm, hyperv) one after the other, and the first failure stops the others. Default: all hosts of the environment are one group.",
    )
    .optional(),
  description: field.description.optional(),
};

export const HostProfileSpec = z.strictObject(hostBody);
export type HostProfileSpec = z.input<typeof HostProfileSpec>;

export const HostSpec = z.strictObject({
  profile: field.name("Profile that the host starts from; what the host says itself wins.").optional(),
  ...hostBody,
});
export type HostSpec = z.input<typeof HostSpec>;

export interface KvmHost {
  readonly platform: "kvm";
  readonly name: string;
  readonly ssh: SshTarget;
  readonly uplinks: readonly Uplink[];
  readonly renderer: RendererChoice;
  readonly missingPackages: MissingPackages;
  readonly virtualSwitches: readonly VirtualSwitch[];
  readonly hostPorts: readonly HostPort[];
  readonly redundancyGroup: string;
  /** Undefined: nothing in libvirt is ours to set, unless it was here before. */
  readonly libvirt?: LibvirtHost;
  /** VMs in libvirt that cloud-init configures at their first start. */
  readonly seeds: readonly SeededVm[];
}

export interface SeededVm {
  /** Its name in libvirt. */
  readonly domain: string;
  readonly guest: Guest;
}

export interface EsxHost {
  readonly platform: "vsphere";
  readonly name: string;
  /** Name of the host in vCenter. */
  readonly address: string;
  readonly uplinks: readonly Uplink[];
  readonly standardSwitches: readonly StandardSwitch[];
  readonly vmkernelPorts: readonly VmkernelPort[];
  /** PCI addresses, in lower case. */
  readonly passthrough: readonly string[];
  readonly reboot: Reboot;
  readonly redundancyGroup: string;
}

/**
 * The host's own words over those of its profile. The settings of ssh, of each uplink, host port and vmkernel port are
 * merged one by one, virtual switches by name, and all else is replaced.
 */
export function withProfile(host: HostSpec, profile: HostProfileSpec | undefined): HostSpec {
  if (!profile) return host;
  return {
    ...profile,
    ...host,
    ...both(profile.ssh, host.ssh, (common, own) => ({ ssh: { ...common, ...own } })),
    ...both(profile.virtualSwitches, host.virtualSwitches, (common, own) => ({
      virtualSwitches: { ...common, ...own },
    })),
    // A profile may know the PCI address of a port and the host its cable; or the services of a vmkernel port, and its address.
    ...both(profile.uplinks, host.uplinks, (common, own) => ({ uplinks: mergeEntries(common, own) })),
    ...both(profile.hostPorts, host.hostPorts, (common, own) => ({ hostPorts: mergeEntries(common, own) })),
    ...both(profile.vmkernelPorts, host.vmkernelPorts, (common, own) => ({ vmkernelPorts: mergeEntries(common, own) })),
  };
}

function both<T, R>(common: T | undefined, own: T | undefined, merge: (common: T, own: T) => R): R | undefined {
  return common === undefined || own === undefined ? undefined : merge(common, own);
}

/** Maps of settings, merged setting by setting. */
function mergeEntries<T extends object | null>(common: Record<string, T>, own: Record<string, T>): Record<string, T> {
  const merged = Object.entries(own).map(([name, entry]) => [name, { ...common[name], ...entry }]);
  return { ...common, ...Object.fromEntries(merged) };
}
