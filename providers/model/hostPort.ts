// HostPort: a network interface of a KVM or Hyper-V host itself on one of its virtual switches, such as that for its management. Pure.
import { z } from "zod";
import * as field from "./field.js";
import type { Network } from "./network.js";
import { portGroupReference } from "./portGroupReference.js";

export const HostPortSpec = z.strictObject({
  portGroup: portGroupReference.optional().meta({
    description:
      "Virtual switch of the host and port group. Default: that of the profile; one of the two has to say it.",
  }),
  addresses: field
    .described(
      z.array(field.interfaceAddress),
      "IP addresses with prefix length; ranges as for hosts. Default: none.",
      "a list such as [10.10.0.11/24]",
    )
    .optional(),
  gateway: field
    .described(
      z.union([field.ipAddress, z.array(field.ipAddress).min(1).max(2)]),
      "Default router; a list for one of each IP version.",
      "an IP address such as 10.10.0.1, or a list of one IPv4 and one IPv6 address",
    )
    .optional(),
  nameservers: field
    .described(z.array(field.ipAddress).max(8), "Name servers reached through it.", "a list such as [10.10.0.53]")
    .optional(),
  mtu: field.mtu.optional().meta({ description: "Largest packet in bytes. Default: that of the network." }),
});
export type HostPortSpec = z.input<typeof HostPortSpec>;

export interface HostPort {
  /** The name of the interface on the host; on Hyper-V that of the adapter, whose interface is `vEthernet (<name>)`. */
  readonly name: string;
  readonly switch: string;
  readonly portGroup: string;
  readonly network: Network;
  /** With prefix length. */
  readonly addresses: readonly string[];
  /** One per IP version at most. */
  readonly gateways: readonly string[];
  readonly nameservers: readonly string[];
  readonly mtuBytes: number;
}

export function toGateways(spec: HostPortSpec["gateway"]): readonly string[] {
  return spec === undefined ? [] : typeof spec === "string" ? [spec] : spec;
}
