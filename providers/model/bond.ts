// Bond: several ports of a VM used as one, inside the guest. The same choices as of an uplink team. Pure.
import { z } from "zod";
import { linuxBondKeys } from "./bonding.js";
import * as field from "./field.js";
import { guestIpKeys, type InterfaceIp } from "./interfaceIp.js";
import { TEAM_MODES, TEAM_POLICIES, type UplinkTeam } from "./uplinkTeam.js";
import { type VlanInterface, vlanInterfaces } from "./vlanInterface.js";

/** How a bond works, with no word of what it carries. */
const teamKeys = {
  members: field.described(
    z.array(field.interfaceOrWindowsName("Port of the VM.")).min(1),
    "Ports of the VM, in order of preference.",
    "a list of ports such as [sto0, sto1]",
  ),
  mode: field.choice(TEAM_MODES, "How the bond agrees with the switch below. Default switch-independent.").optional(),
  policy: field
    .choice(
      TEAM_POLICIES,
      "How traffic is spread. In a Windows guest by an address hash: transport-ports, ip-hash or source-mac. Default active-backup; with mode lacp transport-ports; with mode static ip-hash; in a Windows guest transport-ports.",
    )
    .optional(),
  lacpRate: field
    .choice(["slow", "fast"], "How often the partner sends LACPDUs: every 30 s or every 1 s. Default fast.")
    .optional(),
  lacpRole: field
    .choice(["active", "passive"], "active starts the negotiation, passive only answers. Default active.")
    .optional(),
  ...linuxBondKeys,
} as const;
export type BondTeamKey = keyof typeof teamKeys;
export const BOND_TEAM_KEYS = Object.keys(teamKeys) as BondTeamKey[];

export const BondSpec = z.strictObject({
  ...teamKeys,
  ...guestIpKeys,
  interfaces: vlanInterfaces(
    "Interfaces of the bond in VLANs of their own, by the network whose VLAN it is; the members are on a trunk. A Linux guest calls them <bond>.<VLAN>.",
  ).optional(),
});
export type BondSpec = z.input<typeof BondSpec>;

/** In a Linux guest. Its network is what the members carry. */
export interface Bond extends UplinkTeam, InterfaceIp {
  readonly name: string;
  readonly vlans: readonly VlanInterface[];
}

/** Whether its members send with their own MAC addresses alone: nothing below has to let them take another. */
export function keepsOwnMacs({ policy, bond }: Pick<UplinkTeam, "policy" | "bond">): boolean {
  return policy === "active-backup" && bond.failOverMac === "active";
}
