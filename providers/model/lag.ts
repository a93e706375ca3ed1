// Lag: a link aggregation group of a vSphere distributed switch. Each member host puts its NICs on ports of it, and port
// groups name it in their uplink team. Source: vSphere API, VMwareDvsLacpGroupConfig. Pure.
import { z } from "zod";
import * as field from "./field.js";
import { mergeRanges, toVlanRanges, type VlanRange, vlanListSpec } from "./network.js";

/** How a LAG spreads traffic, in the API's own words. */
export const LAG_HASHES = [
  "srcMac",
  "destMac",
  "srcDestMac",
  "destIpVlan",
  "srcIpVlan",
  "srcDestIpVlan",
  "destTcpUdpPort",
  "srcTcpUdpPort",
  "srcDestTcpUdpPort",
  "destIpTcpUdpPort",
  "srcIpTcpUdpPort",
  "srcDestIpTcpUdpPort",
  "destIpTcpUdpPortVlan",
  "srcIpTcpUdpPortVlan",
  "srcDestIpTcpUdpPortVlan",
  "destIp",
  "srcIp",
  "srcDestIp",
  "vlan",
  "srcPortId",
] as const;
export type LagHash = (typeof LAG_HASHES)[number];

export const LagSpec = z.strictObject({
  nics: field.described(
    z.array(field.interfaceName("Physical NIC.")).min(1),
    "Physical NICs that every member host puts on the ports of the LAG, in order.",
    "a list of NICs such as [vmnic2, vmnic3]",
  ),
  ports: field
    .integer({ min: 1, max: 30 }, "Ports of the LAG on every host. Default: as many as there are nics.")
    .optional(),
  role: field
    .choice(["active", "passive"], "active starts the negotiation, passive only answers. Default active.")
    .optional(),
  timeout: field
    .choice(
      ["slow", "fast"],
      "How often LACPDUs are sent: every 30 s or every 1 s (vSphere 7.0.2 or newer). Default slow.",
    )
    .optional(),
  hash: field.choice(LAG_HASHES, "How traffic is spread. Default srcDestIpTcpUdpPortVlan.").optional(),
  vlans: vlanListSpec("VLANs that the LAG carries. Default: those of the switch's uplinks.").optional(),
  netflow: field
    .flag("NetFlow on the ports of the LAG (not on vSphere 9.1 or newer). Default: as the switch's uplinks have it.")
    .optional(),
});
export type LagSpec = z.input<typeof LagSpec>;

export interface Lag {
  readonly name: string;
  readonly nics: readonly string[];
  readonly ports: number;
  readonly role: "active" | "passive";
  readonly timeout: "slow" | "fast";
  readonly hash: LagHash;
  readonly vlans?: readonly VlanRange[];
  readonly netflow?: boolean;
}

export function toLag(name: string, spec: LagSpec): Lag {
  return {
    name,
    nics: spec.nics,
    ports: spec.ports ?? spec.nics.length,
    role: spec.role ?? "active",
    timeout: spec.timeout ?? "slow",
    hash: spec.hash ?? "srcDestIpTcpUdpPortVlan",
    ...(spec.vlans === undefined ? {} : { vlans: mergeRanges(toVlanRanges(spec.vlans)) }),
    ...(spec.netflow === undefined ? {} : { netflow: spec.netflow }),
  };
}

/** The name of one port of a LAG, as vCenter gives it. */
export function lagPortName(lag: string, index: number): string {
  return `${lag}-${index}`;
}
