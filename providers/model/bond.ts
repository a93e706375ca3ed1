// Bond: several ports of a VM used as one, inside the guest. The same two choices as an uplink team. Pure.
import { z } from "zod";
import { FAIL_OVER_MACS } from "./bonding.js";
import * as field from "./field.js";
import { guestIpKeys, type InterfaceIp } from "./interfaceIp.js";
import { TEAM_MODES, TEAM_POLICIES, type TeamMode, type TeamPolicy } from "./uplinkTeam.js";

/** An interface in a VLAN of its own, over a bond. */
export const TeamInterfaceSpec = z.strictObject(guestIpKeys);
export type TeamInterfaceSpec = z.input<typeof TeamInterfaceSpec>;

export const BondSpec = z.strictObject({
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
  monitorMilliseconds: field
    .integer({ min: 10, max: 10_000 }, "How often the link of each member is looked at, in milliseconds. Default 100.")
    .optional(),
  primary: field
    .interfaceName("Member that carries the traffic while it is up (policy active-backup). Default: the first member.")
    .optional(),
  failOverMac: field
    .choice(
      FAIL_OVER_MACS,
      "Policy active-backup: all members have one MAC address (none), or the bond takes that of the active member, or that of the bond moves on with it. Default none; on a KVM host active where a member is a virtual function, which may not change its MAC address.",
    )
    .optional(),
  ...guestIpKeys,
  interfaces: field
    .described(
      z.record(
        field.name("Network."),
        field.described(
          z.union([TeamInterfaceSpec, z.null()]),
          "Settings of the interface; may be empty.",
          "nothing, or a map such as {addresses: [10.30.0.11/24]}",
        ),
      ),
      "Interfaces of the team in VLANs of their own (Windows guests), by the network whose VLAN it is; the members are on a trunk.",
      "a map such as {storage: {addresses: [10.30.0.11/24]}}",
    )
    .optional(),
});
export type BondSpec = z.input<typeof BondSpec>;

/** Its network is what the members carry. */
export interface Bond extends InterfaceIp {
  readonly name: string;
  readonly members: readonly string[];
  readonly mode: TeamMode;
  readonly policy: TeamPolicy;
  readonly lacpRate: "slow" | "fast";
  readonly monitorMilliseconds: number;
  /** Set for policy active-backup only. */
  readonly primary?: string;
  /** Has an effect with policy active-backup only. */
  readonly failOverMac: (typeof FAIL_OVER_MACS)[number];
}
