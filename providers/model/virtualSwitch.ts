// VirtualSwitch: a switch in software over an uplink team. One host's own on KVM, spanning hosts on vSphere. Pure.
import { z } from "zod";
import type { Bonding } from "./bonding.js";
import * as field from "./field.js";
import { BANDWIDTH_MODES, HYPERV_SWITCH_KINDS, type HypervSwitchKind } from "./hypervHost.js";
import { carriedVlans, mergeRanges, type VlanRange } from "./network.js";
import { type PortGroup, PortGroupsSpec, type SecurityPolicy, SecurityPolicySpec } from "./portGroup.js";
import { type Shaping, ShapingSpec } from "./shaping.js";
import { type UplinkTeam, UplinkTeamSpec } from "./uplinkTeam.js";

/** Discovery protocol towards the physical switches, and whether the switch only listens or also tells who it is. */
export interface Discovery {
  readonly protocol: "cdp" | "lldp";
  readonly operation: "none" | "listen" | "advertise" | "both";
}

type DiscoveryChoice = "off" | `${Discovery["protocol"]}-${Exclude<Discovery["operation"], "none">}`;

/** `off` has no protocol: it is that of the platform. */
export function toDiscovery(choice: DiscoveryChoice, platform: Discovery["protocol"]): Discovery {
  if (choice === "off") return { protocol: platform, operation: "none" };
  const [protocol, operation] = choice.split("-") as [Discovery["protocol"], Discovery["operation"]];
  return { protocol, operation };
}

/** What makes a virtual switch of a KVM host. */
export const SWITCH_KINDS = ["openvswitch", "linux-bridge"] as const;
export type SwitchKind = (typeof SWITCH_KINDS)[number];

export const VirtualSwitchSpec = z.strictObject({
  kind: field
    .choice(
      [...SWITCH_KINDS, ...HYPERV_SWITCH_KINDS],
      "What makes the switch (kvm): openvswitch or linux-bridge, default openvswitch. Or what joins it to the network (hyperv): set (Switch Embedded Teaming), lbfo (an LBFO team), external (one network card), internal (VMs and host only) or private (VMs only); default set, with one member external.",
    )
    .optional(),
  datapath: field
    .choice(
      ["system", "netdev"],
      "Open vSwitch datapath: system is the kernel's, netdev runs in user space. Default system.",
    )
    .optional(),
  spanningTree: field
    .flag(
      "The bridge takes part in spanning tree (kvm, kind linux-bridge). A new port forwards nothing for 30 s then. Default false.",
    )
    .optional(),
  uplinkTeam: UplinkTeamSpec.optional().meta({
    description:
      "Physical ports that join the switch to the network. A standard switch of ESXi may do without (vsphere); switches of kind internal and private have none (hyperv).",
  }),
  portGroups: PortGroupsSpec,
  mtu: field.mtu.optional().meta({
    description: "Largest packet of the switch in bytes (vsphere). Default: the largest of its networks.",
  }),
  discovery: field
    .choice(
      ["off", "cdp-listen", "cdp-advertise", "cdp-both"],
      "Discovery protocol towards the physical switches (vsphere). Default cdp-listen.",
    )
    .optional(),
  security: SecurityPolicySpec.optional().meta({
    description: "What a VM on the switch may do, where its port group says nothing (vsphere).",
  }),
  shaping: ShapingSpec.optional().meta({
    description: "Limits what each port sends, where its port group says nothing (vsphere). Default: not limited.",
  }),
  beaconIntervalSeconds: field
    .integer({ min: 1, max: 3600 }, "Time between beacon probes, in seconds (vsphere). Default 1.")
    .optional(),
  iov: field
    .flag("The switch gives VMs virtual functions (hyperv). Fixed when the switch is made. Default false.")
    .optional(),
  bandwidthMode: field
    .choice(
      BANDWIDTH_MODES,
      "How VMs are promised bandwidth (hyperv): by weight, in bits per second (absolute), or not at all. Fixed when the switch is made. Default absolute; with iov none.",
    )
    .optional(),
  allowLbfo: field
    .flag(
      "Make the switch over an LBFO team although Windows Server 2022 and later refuse it otherwise (hyperv, kind lbfo). Default false.",
    )
    .optional(),
  adopt: field
    .flag(
      "Take over a switch of this name that exists already, such as vSwitch0 (vsphere). Its port groups that are not declared stay as they are. Default false.",
    )
    .optional(),
});
export type VirtualSwitchSpec = z.input<typeof VirtualSwitchSpec>;

/** A virtual switch of one host: those of a KVM host, the standard switch of ESXi, and those of Hyper-V. */
export type HostSwitchKind = SwitchKind | "standard" | HypervSwitchKind;

const KVM: readonly HostSwitchKind[] = SWITCH_KINDS;
const STANDARD: readonly HostSwitchKind[] = ["standard"];
const HYPERV: readonly HostSwitchKind[] = HYPERV_SWITCH_KINDS;
const HYPERV_TEAMS = ["set", "lbfo", "external"] as const;

/** Which kinds of switch have a key of the file. One that is new has its line here, or it would be taken everywhere and set nowhere. */
export const KINDS_WITH: Readonly<Record<keyof VirtualSwitchSpec, readonly HostSwitchKind[]>> = {
  kind: [...KVM, ...HYPERV],
  datapath: ["openvswitch"],
  spanningTree: ["linux-bridge"],
  uplinkTeam: [...KVM, ...STANDARD, ...HYPERV_TEAMS],
  portGroups: [...KVM, ...STANDARD, ...HYPERV],
  mtu: STANDARD,
  discovery: STANDARD,
  security: STANDARD,
  shaping: STANDARD,
  beaconIntervalSeconds: STANDARD,
  iov: ["set", "external"],
  bandwidthMode: HYPERV,
  allowLbfo: ["lbfo"],
  adopt: STANDARD,
};

/** A VM's port as the host sees it. */
export interface VmPort {
  readonly vm: string;
  readonly port: string;
  /** The interface on the host, as the hypervisor names it. */
  readonly interface: string;
  readonly portGroup: PortGroup;
  /**
   * MAC addresses that it may send from and receive on: its own first, then those of the ports that it is bonded with in the guest, and
   * what the file allows besides. Empty: its own is not known.
   */
  readonly macs: readonly string[];
  /** Who puts the interface on the switch and gives it its VLAN: libvirt does so whenever the VM starts. */
  readonly pluggedBy: "multiport" | "libvirt";
}

export interface VirtualSwitch {
  readonly name: string;
  readonly kind: SwitchKind;
  readonly datapath: "system" | "netdev";
  /** Of a Linux bridge; Open vSwitch is always without. */
  readonly spanningTree: boolean;
  readonly uplinkTeam: UplinkTeam;
  /** Who makes the bond, where the team has several members. */
  readonly bonding: Bonding;
  /** Name of the kernel's bond, where there is one. */
  readonly bondName?: string;
  readonly portGroups: readonly PortGroup[];
  readonly ports: readonly VmPort[];
}

/** A standard switch of one ESXi host. */
export interface StandardSwitch {
  readonly name: string;
  /** Undefined: joined to no physical port. */
  readonly uplinkTeam?: UplinkTeam;
  readonly portGroups: readonly PortGroup[];
  readonly mtuBytes: number;
  readonly discovery: Discovery;
  readonly security: SecurityPolicy;
  readonly shaping?: Shaping;
  readonly beaconIntervalSeconds: number;
  readonly adopt: boolean;
}

/** Default name of the kernel's bond under a switch. */
export function defaultBondName(switchName: string): string {
  return `${switchName}-bond`;
}

/** The tagged VLANs that the uplinks of a switch have to carry. */
export function uplinkVlans(portGroups: readonly PortGroup[]): VlanRange[] {
  return mergeRanges(portGroups.flatMap((portGroup) => carriedVlans(portGroup.network.vlan)));
}

/** The largest packet that any port group of a switch carries, in bytes. */
export function largestMtu(portGroups: readonly PortGroup[]): number {
  return Math.max(field.DEFAULT_MTU, ...portGroups.map((portGroup) => portGroup.network.mtuBytes));
}
