// IP as it is in force: which interfaces there are, their addresses with their state, their routes and servers. Pure.
import ipaddr from "ipaddr.js";
import { largestMtu } from "./advancedProperties";
import { hasIp } from "./bindings";
import type { Host } from "./host";
import { linkOf } from "./link";
import type { Adapter, Family, Route, Store, Stores } from "./state";
import { wireTag } from "./wire";

export const FAMILIES: readonly Family[] = ["IPv4", "IPv6"];

/** SH-02, SH-11: a connection is an IP interface once its stack is bound and ready. */
export function isInterface(host: Host, adapter: Adapter, family: Family): boolean {
  return adapter.kind !== "ghost" && adapter.enabled && hasIp(adapter, family) && host.now() >= adapter.ipFrom;
}

export interface AddressRow {
  readonly adapter: Adapter;
  readonly ip: string;
  readonly family: Family;
  readonly prefix: number;
  readonly skipAsSource: boolean;
  readonly store: Store;
  readonly state: "Invalid" | "Tentative" | "Preferred" | "Duplicate";
  readonly origin: "Manual" | "Dhcp" | "WellKnown";
  readonly suffix: "Manual" | "Dhcp" | "Link" | "WellKnown";
}

export function addressesOf(host: Host, adapter: Adapter, store: Store): AddressRow[] {
  if (adapter.kind === "loopback") return store === "ActiveStore" ? loopback(adapter) : [];
  const rows = FAMILIES.filter((family) => isInterface(host, adapter, family)).flatMap((family) => {
    const manual = adapter.ip.addresses
      .filter((address) => address.family === family && address.stores[store])
      .map((address): AddressRow => {
        const state = store === "PersistentStore" ? "Invalid" : addressState(host, adapter, family, address.addedAt);
        const { ip, prefix, skipAsSource } = address;
        return { adapter, ip, family, prefix, skipAsSource, store, state, origin: "Manual", suffix: "Manual" };
      });
    return store === "PersistentStore" ? manual : [...manual, ...automatic(host, adapter, family)];
  });
  return rows;
}

function loopback(adapter: Adapter): AddressRow[] {
  const origin = { state: "Preferred", origin: "WellKnown", suffix: "WellKnown" } as const;
  const base = { adapter, skipAsSource: false, store: "ActiveStore", ...origin } as const;
  return [
    { ...base, family: "IPv6", ip: "::1", prefix: 128 },
    { ...base, family: "IPv4", ip: "127.0.0.1", prefix: 8 },
  ];
}

function automatic(host: Host, adapter: Adapter, family: Family): AddressRow[] {
  const base = { adapter, family, skipAsSource: false, store: "ActiveStore" } as const;
  if (family === "IPv6") {
    const state = addressState(host, adapter, family, adapter.ipFrom);
    const ip = `${linkLocal(adapter.mac)}%${adapter.index}`;
    return [{ ...base, ip, prefix: 64, state, origin: "WellKnown", suffix: "Link" }];
  }
  const lease = leaseOf(host, adapter);
  return lease ? [{ ...base, ...lease, state: "Preferred", origin: "Dhcp", suffix: "Dhcp" }] : [];
}

/** IP-17. */
function addressState(host: Host, adapter: Adapter, family: Family, addedAt: number): "Tentative" | "Preferred" {
  const { since } = linkOf(host, adapter);
  if (since === undefined) return "Tentative";
  const check = family === "IPv4" ? host.times.addressCheck : host.times.addressCheck / 3;
  return host.now() >= Math.max(since, addedAt, adapter.ipFrom) + check ? "Preferred" : "Tentative";
}

function linkLocal(mac: string): string {
  const bytes = [...Buffer.from(mac, "hex")];
  const [first = 0, ...rest] = bytes;
  const all = [first ^ 2, ...rest.slice(0, 2), 0xff, 0xfe, ...rest.slice(2)];
  const groups = [0, 2, 4, 6].map((at) => (((all[at] ?? 0) << 8) | (all[at + 1] ?? 0)).toString(16));
  return ipaddr.IPv6.parse(`fe80::${groups.join(":")}`).toString();
}

export interface Lease {
  readonly ip: string;
  readonly prefix: number;
}

/** What DHCP has given, once there was time for it. */
export function leaseOf(host: Host, adapter: Adapter): Lease | undefined {
  const server = dhcpServer(host, adapter);
  const [ip, prefix] = (server?.leases[adapter.mac.toUpperCase()] ?? "").split("/");
  return ip && prefix ? { ip, prefix: Number(prefix) } : undefined;
}

function dhcpServer(host: Host, adapter: Adapter) {
  const { since } = linkOf(host, adapter);
  const isAsking = adapter.ip.families.IPv4.dhcp && isInterface(host, adapter, "IPv4") && since !== undefined;
  if (!isAsking || host.now() < Math.max(since, adapter.ipFrom) + host.times.dhcp) return undefined;
  const tag = wireTag(host, adapter);
  const mac = adapter.mac.toUpperCase();
  return host.scenario.dhcp?.find((one) => (one.vlan ?? 0) === tag && one.leases[mac] !== undefined);
}

export interface RouteRow {
  readonly adapter: Adapter;
  readonly destination: string;
  readonly family: Family;
  readonly nextHop: string;
  readonly metric: number;
  readonly store: Store;
  readonly protocol: "NetMgmt" | "Local";
}

/** Of a route in these stores. */
export function metricsOf(metric: number, stores: Stores): Route["metrics"] {
  const inStore = (store: Store) => (stores[store] ? metric : undefined);
  return { ActiveStore: inStore("ActiveStore"), PersistentStore: inStore("PersistentStore") };
}

export function routesOf(host: Host, adapter: Adapter, store: Store): RouteRow[] {
  return FAMILIES.filter((family) => isInterface(host, adapter, family)).flatMap((family) => {
    const manual = adapter.ip.routes
      .filter((route) => route.family === family)
      .flatMap(({ destination, nextHop, metrics }): RouteRow[] => {
        const metric = metrics[store];
        const row = { adapter, destination, family, nextHop, store, protocol: "NetMgmt" } as const;
        return metric === undefined ? [] : [{ ...row, metric }];
      });
    if (store === "PersistentStore") return manual;
    return [...manual, ...leasedRoutes(host, adapter, family), ...localRoutes(host, adapter, family)];
  });
}

/** Default routes of DHCP read NetMgmt too: nothing but the address tells where they come from. */
function leasedRoutes(host: Host, adapter: Adapter, family: Family): RouteRow[] {
  const gateway = family === "IPv4" ? dhcpServer(host, adapter)?.gateway : undefined;
  if (!gateway) return [];
  const route = { destination: "0.0.0.0/0", nextHop: gateway, metric: 0, protocol: "NetMgmt" } as const;
  return [{ adapter, family, store: "ActiveStore", ...route }];
}

function localRoutes(host: Host, adapter: Adapter, family: Family): RouteRow[] {
  const nextHop = family === "IPv4" ? "0.0.0.0" : "::";
  const own = addressesOf(host, adapter, "ActiveStore").filter(
    (row) => row.family === family && row.state === "Preferred",
  );
  const full = family === "IPv4" ? 32 : 128;
  const destinations = own.flatMap(({ ip, prefix }) => [
    networkOf(bare(ip), prefix),
    `${bare(ip)}/${full}`,
    ...(family === "IPv4" && prefix < 31 ? [`${broadcastOf(ip, prefix)}/32`] : []),
  ]);
  const always = family === "IPv4" ? ["224.0.0.0/4", "255.255.255.255/32"] : ["ff00::/8"];
  return [...new Set([...destinations, ...(own.length > 0 ? always : [])])].map((destination): RouteRow => {
    return { adapter, destination, family, nextHop, metric: 256, store: "ActiveStore", protocol: "Local" };
  });
}

/** An address without its zone. */
export function bare(ip: string): string {
  return ip.replace(/%.*$/, "");
}

export function networkOf(ip: string, prefix: number): string {
  const cidr = `${bare(ip)}/${prefix}`;
  const kind = ipaddr.parse(bare(ip)).kind() === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6;
  return `${kind.networkAddressFromCIDR(cidr).toString()}/${prefix}`;
}

function broadcastOf(ip: string, prefix: number): string {
  return ipaddr.IPv4.broadcastAddressFromCIDR(`${ip}/${prefix}`).toString();
}

export function familyOf(ip: string): Family | undefined {
  const text = bare(ip);
  if (!ipaddr.isValid(text) || (!text.includes(":") && !ipaddr.IPv4.isValidFourPartDecimal(text))) return undefined;
  return ipaddr.parse(text).kind() === "ipv4" ? "IPv4" : "IPv6";
}

export function isWithin(ip: string, network: string, prefix: number): boolean {
  return familyOf(ip) === familyOf(network) && networkOf(ip, prefix) === networkOf(network, prefix);
}

/** IP-13: static servers, else those of DHCP. */
export function serversOf(host: Host, adapter: Adapter, family: Family): readonly string[] {
  const fixed = adapter.ip.families[family].dns;
  if (fixed) return fixed;
  return family === "IPv4" ? (dhcpServer(host, adapter)?.dns ?? []) : [];
}

/** What each adapter below carries: an interface of a team has what its members have (UK-12). */
function framesOf(host: Host, adapter: Adapter): number[] {
  const team = host.state.teams.find(({ name }) => name === adapter.team?.name);
  if (!team) return [largestMtu(adapter.advanced)];
  return team.members.map((member) => largestMtu(host.adapterOf(member.adapter).advanced));
}

/** IP-20. */
export function mtuOf(host: Host, adapter: Adapter, family: Family, store: Store): number {
  const config = adapter.ip.families[family];
  if (store === "PersistentStore") return config.persistent.mtu;
  if (adapter.kind === "loopback") return 4_294_967_295;
  const set = adapter.kind === "vnic" ? config.mtuInForce : config.active.mtu;
  return Math.min(set, ...framesOf(host, adapter));
}

/** What Windows gives by the speed of the link where nobody has given one. */
export function metricOf(host: Host, adapter: Adapter, family: Family, store: Store): number {
  const config = adapter.ip.families[family];
  const set = store === "ActiveStore" ? config.active.metric : config.persistent.metric;
  if (set !== undefined) return set;
  const { speed } = linkOf(host, adapter);
  const steps: readonly (readonly [number, number])[] = [
    [100e9, 5],
    [10e9, 15],
    [1e9, 25],
    [200e6, 35],
  ];
  return steps.find(([from]) => speed >= from)?.[1] ?? 55;
}
