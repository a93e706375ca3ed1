// VirtualSwitch: a switch in software over an uplink team. One host's own on KVM, spanning hosts on vSphere. Pure.
import { z } from "zod";
import * as field from "./field.js";
import { carriedVlans, mergeRanges, type VlanRange } from "./network.js";
import { type PortGroup, PortGroupsSpec } from "./portGroup.js";
import { type UplinkTeam, UplinkTeamSpec } from "./uplinkTeam.js";

export const VirtualSwitchSpec = z.strictObject({
  datapath: field
    .choice(
      ["system", "netdev"],
      "Open vSwitch datapath: system is the kernel's, netdev runs in user space. Default system.",
    )
    .optional(),
  uplinkTeam: UplinkTeamSpec.meta({ description: "Physical ports that join the switch to the network." }),
  portGroups: PortGroupsSpec,
});
export type VirtualSwitchSpec = z.input<typeof VirtualSwitchSpec>;

/** A VM's port as the host sees it. */
export interface VmPort {
  readonly vm: string;
  readonly port: string;
  /** The interface on the host, as the hypervisor names it. */
  readonly interface: string;
  readonly portGroup: PortGroup;
}

export interface VirtualSwitch {
  readonly name: string;
  readonly datapath: "system" | "netdev";
  readonly uplinkTeam: UplinkTeam;
  readonly portGroups: readonly PortGroup[];
  readonly ports: readonly VmPort[];
}

export const DistributedSwitchSpec = z.strictObject({
  datacenter: field.name("Datacenter of the vCenter that the switch lives in."),
  hosts: field.described(
    z.array(field.namePattern("ESXi hosts.")).min(1),
    "ESXi hosts that are members, by their names in this file; ranges are allowed.",
    'a list of hosts such as [esx-01, esx-02] or ["esx-[01:02]"]',
  ),
  uplinks: field.described(
    z.record(field.interfaceName("Uplink of the switch."), field.interfaceName("Physical NIC.")),
    "Uplinks of the switch, each with the physical NIC that every member host puts on it.",
    "a map such as {uplink1: vmnic2, uplink2: vmnic3}",
  ),
  uplinkTeam: UplinkTeamSpec.meta({ description: "Uplinks of the switch, and how traffic is spread over them." }),
  portGroups: PortGroupsSpec,
  mtu: field.mtu
    .optional()
    .meta({ description: "Largest packet of the switch in bytes. Default: the largest of its networks." }),
  discovery: field
    .choice(
      ["cdp-listen", "cdp-both", "lldp-listen", "lldp-both"],
      "Discovery protocol towards the physical switches. Default lldp-both.",
    )
    .optional(),
  description: field.description.optional(),
});
export type DistributedSwitchSpec = z.input<typeof DistributedSwitchSpec>;

export interface DistributedSwitch {
  readonly name: string;
  readonly datacenter: string;
  readonly hosts: readonly { readonly name: string; readonly address: string }[];
  /** Uplink names of the switch in order, and the physical NIC behind each. */
  readonly uplinks: readonly { readonly name: string; readonly nic: string }[];
  readonly uplinkTeam: UplinkTeam;
  readonly portGroups: readonly PortGroup[];
  readonly mtuBytes: number;
  readonly discovery: { readonly protocol: "cdp" | "lldp"; readonly operation: "listen" | "both" };
}

/** The tagged VLANs that the uplinks of a switch have to carry. */
export function uplinkVlans(portGroups: readonly PortGroup[]): VlanRange[] {
  return mergeRanges(portGroups.flatMap((portGroup) => carriedVlans(portGroup.network.vlan)));
}

/** The largest packet that any port group of a switch carries, in bytes. */
export function largestMtu(portGroups: readonly PortGroup[]): number {
  return Math.max(field.DEFAULT_MTU, ...portGroups.map((portGroup) => portGroup.network.mtuBytes));
}
