// HypervHost: a Windows Server with Hyper-V: its virtual switches, the adapters of its management OS and those of its VMs. Pure.
import type { HostPort } from "./hostPort.js";
import type { MissingPackages } from "./missingPackages.js";
import type { PortGroup } from "./portGroup.js";
import type { SshTarget } from "./ssh.js";
import type { Uplink } from "./uplink.js";
import type { UplinkTeam } from "./uplinkTeam.js";

/** Windows Server, by its year: what a host may do depends on it. */
export const WINDOWS_RELEASES = ["2016", "2019", "2022", "2025"] as const;
export type WindowsRelease = (typeof WINDOWS_RELEASES)[number];

/** What joins a virtual switch to the network: Switch Embedded Teaming, an LBFO team, one NIC, or nothing at all. */
export const HYPERV_SWITCH_KINDS = ["set", "lbfo", "external", "internal", "private"] as const;
export type HypervSwitchKind = (typeof HYPERV_SWITCH_KINDS)[number];

/** How a switch shares its bandwidth; fixed when it is made. */
export const BANDWIDTH_MODES = ["none", "weight", "absolute"] as const;
export type BandwidthMode = (typeof BANDWIDTH_MODES)[number];

export const PORT_MIRRORINGS = ["none", "source", "destination"] as const;
export type PortMirroring = (typeof PORT_MIRRORINGS)[number];

export interface HypervSwitch {
  readonly name: string;
  readonly kind: HypervSwitchKind;
  /** Of the kinds set, lbfo and external; of the last with one member. */
  readonly uplinkTeam?: UplinkTeam;
  /** Name of the LBFO team; set for the kind lbfo. */
  readonly teamName?: string;
  /** The file allows the switch on an LBFO team where the release refuses it otherwise (2022 and later). */
  readonly allowLbfo: boolean;
  /** SR-IOV; fixed when the switch is made. */
  readonly iov: boolean;
  readonly bandwidthMode: BandwidthMode;
  readonly portGroups: readonly PortGroup[];
}

/** Limits and shares of one adapter. */
export interface AdapterBandwidth {
  /** 1-100, on a switch with bandwidth mode weight. */
  readonly minimumWeight?: number;
  /** Bits per second, on a switch with bandwidth mode absolute. */
  readonly minimumBitsPerSecond?: number;
  /** Bits per second. */
  readonly maximumBitsPerSecond?: number;
}

/** A network adapter of a VM, as the host sets it. */
export interface VmAdapter {
  readonly vm: string;
  /** Its name in the VM: that of the port in the file. */
  readonly name: string;
  readonly switch: string;
  readonly portGroup: PortGroup;
  /** Static address; undefined: Hyper-V gives one. Six pairs of lower-case hexadecimal digits with colons. */
  readonly mac?: string;
  /** From `security` of the port group: macChanges and forgedTransmits are one setting here. */
  readonly macSpoofing: boolean;
  readonly dhcpGuard: boolean;
  readonly routerGuard: boolean;
  readonly portMirroring: PortMirroring;
  /** The adapter is a member of a team in its guest. */
  readonly allowTeaming: boolean;
  /** The guest sees the adapter's name. */
  readonly deviceNaming: boolean;
  readonly bandwidth: AdapterBandwidth;
  /** 0: no virtual function. */
  readonly iovWeight: number;
  readonly iovQueuePairs: number;
  /** Member of the switch's team that carries the adapter while it is up; on a SET switch only. */
  readonly affinity?: string;
}

export interface HypervHost {
  readonly platform: "hyperv";
  readonly name: string;
  readonly ssh: SshTarget;
  /** Always refuse: features of Windows are not installed by us. */
  readonly missingPackages: MissingPackages;
  readonly release: WindowsRelease;
  readonly uplinks: readonly Uplink[];
  readonly virtualSwitches: readonly HypervSwitch[];
  /** Adapters of the management OS. */
  readonly hostPorts: readonly HostPort[];
  /** By VM and port, in the order of the file. */
  readonly vmAdapters: readonly VmAdapter[];
  readonly redundancyGroup: string;
}

/** What Windows calls the interface of an adapter of the management OS. */
export function aliasOf(hostPort: string): string {
  return `vEthernet (${hostPort})`;
}
