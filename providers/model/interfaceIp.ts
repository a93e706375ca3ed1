// InterfaceIp: what a network interface has of IP, in a guest or on a host. Pure.
import { z } from "zod";
import * as field from "./field.js";
import type { Network } from "./network.js";
import { canonicalSubnet } from "./subnet.js";

/** Labels of 1 to 63 letters, digits and dashes, in all at most 253; the last is no number, so an IP address is none. */
const DOMAIN =
  /^(?=.{1,253}$)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*(?!\d+$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

const searchDomain = field.described(
  z.string().regex(DOMAIN),
  "Domain.",
  "a domain such as example.net, without a dot at the end",
);

/** What every interface can have, wherever it is. */
export const ipKeys = {
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
  searchDomains: field
    .described(
      z.array(searchDomain).max(32),
      "Domains in which a host name is looked for that has none of its own, in this order (Linux).",
      "a list such as [example.net, lab.example.net]",
    )
    .optional(),
  mtu: field.mtu.optional().meta({ description: "Largest packet in bytes. Default: that of the network." }),
};

const MAX_METRIC = 4_294_967_295;

export const RouteSpec = z.strictObject({
  to: field.described(
    z.string().regex(/^[0-9a-fA-F.:]+\/\d{1,3}$/),
    "Subnet that is reached so. The default route is gateway.",
    "a subnet such as 10.20.0.0/16",
  ),
  via: field.ipAddress
    .optional()
    .meta({ description: "Router that leads there. Default: none, the subnet is on the link itself." }),
  metric: field
    .integer(
      { min: 1, max: MAX_METRIC },
      "Of two routes to one subnet the lower counts. Default: that of the system (Windows: 256).",
    )
    .optional(),
  source: field.ipAddress
    .optional()
    .meta({ description: "Own address that packets are sent from, where the sender chose none (Linux)." }),
});
export type RouteSpec = z.input<typeof RouteSpec>;

export const DHCP_FAMILIES = ["ipv4", "ipv6", "both"] as const;

/** What an interface inside a guest can have besides. */
export const guestIpKeys = {
  ...ipKeys,
  routes: field
    .described(
      z.array(RouteSpec).max(256),
      "Static routes besides the default route.",
      "a list such as [{to: 10.20.0.0/16, via: 10.10.0.254}]",
    )
    .optional(),
  routingTable: field
    .integer(
      { min: 1, max: MAX_METRIC },
      "Number of a routing table of the interface's own, for a guest with several ways out (Linux): what was asked on its addresses is answered through it, by its gateway and its routes. Not 253 to 255. Default: none, the main table.",
    )
    .optional(),
  dhcp: field.choice(DHCP_FAMILIES, "Addresses come from a DHCP server (Linux). Default: they do not.").optional(),
};

/** A key of every interface; and of those inside a guest. */
export type IpKey = keyof typeof ipKeys;
export type GuestIpKey = keyof typeof guestIpKeys;

/** The keys above as given. */
export type GuestIpSpec = z.input<z.ZodObject<typeof guestIpKeys>>;

export interface Route {
  /** The subnet, its host bits zero. */
  readonly to: string;
  /** Undefined: on the link. */
  readonly via?: string;
  readonly metric?: number;
  readonly source?: string;
}

/** What every interface has. */
export interface PlainIp {
  readonly network: Network;
  /** With prefix length. */
  readonly addresses: readonly string[];
  /** One per IP version at most. */
  readonly gateways: readonly string[];
  readonly nameservers: readonly string[];
  /** In lower case. */
  readonly searchDomains: readonly string[];
  readonly mtuBytes: number;
}

/** What an interface inside a guest has. */
export interface InterfaceIp extends PlainIp {
  readonly routes: readonly Route[];
  /** Of its own; undefined: the main one. */
  readonly routingTable?: number;
  readonly dhcp4: boolean;
  readonly dhcp6: boolean;
}

export function toGateways(gateway: string | readonly string[] | undefined): readonly string[] {
  return gateway === undefined ? [] : typeof gateway === "string" ? [gateway] : gateway;
}

/** Of a spec that was checked, in a network. */
export function toPlainIp(spec: GuestIpSpec, network: Network): PlainIp {
  const { addresses = [], gateway, nameservers = [], searchDomains = [], mtu } = spec;
  return {
    network,
    addresses,
    gateways: toGateways(gateway),
    nameservers,
    searchDomains: searchDomains.map((domain) => domain.toLowerCase()),
    mtuBytes: mtu ?? network.mtuBytes,
  };
}

export function toInterfaceIp(spec: GuestIpSpec, network: Network): InterfaceIp {
  return {
    ...toPlainIp(spec, network),
    routes: (spec.routes ?? []).map(toRoute),
    ...(spec.routingTable === undefined ? {} : { routingTable: spec.routingTable }),
    dhcp4: spec.dhcp === "ipv4" || spec.dhcp === "both",
    dhcp6: spec.dhcp === "ipv6" || spec.dhcp === "both",
  };
}

function toRoute({ to, via, metric, source }: RouteSpec): Route {
  return {
    to: canonicalSubnet(to),
    ...(via === undefined ? {} : { via }),
    ...(metric === undefined ? {} : { metric }),
    ...(source === undefined ? {} : { source }),
  };
}
