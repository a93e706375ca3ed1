// What a guest's first start would lack of what is on an interface, by key of the file. Each was seen with release 22.4;
// test/platforms/linuxGuest/cloudInit.test.ts asks cloud-init itself. netplan loses nothing: it is handed its own text. Pure.
import type { GuestIpKey } from "../../../model/interfaceIp.js";
import { isBeyondNeighbours, isMain } from "../../linux/routes.js";
import type { KernelLink, KernelRoute, RendererName } from "../../linux/words.js";
import { type Losses, type LossTable, type Lost, unless } from "./lost.js";

export type OtherRenderer = Exclude<RendererName, "netplan">;

export interface Interface {
  readonly link: KernelLink;
  /** A bond or a VLAN. */
  readonly isVirtual: boolean;
  /** What it has where nothing is said of it. */
  readonly usualMtu: number;
}

type InterfaceLosses = Losses<Interface>;

export const INTERFACE_LOSSES: LossTable<GuestIpKey, OtherRenderer, Interface> = {
  addresses: "kept",
  gateway: { networkd: gatewayBeyond, NetworkManager: "kept", ifupdown: "kept" },
  nameservers: { networkd: "kept", NetworkManager: nameserversAlone, ifupdown: "kept" },
  // Domains alone are an "invalid command", which ends its reading of what has no address.
  searchDomains: {
    ...everywhere(domainsAlone),
    NetworkManager: (at) => [...domainsAlone(at), ...domainsWithoutAddress(at)],
  },
  mtu: {
    networkd: "kept",
    NetworkManager: ({ link: { mtu }, isVirtual, usualMtu }) =>
      unless(!isVirtual || mtu === usualMtu, { what: `the packet size ${mtu}`, found: mtu, wanted: usualMtu }),
    ifupdown: "kept",
  },
  routes: {
    networkd: ofRoutes(({ route, at }) => ofRoute(route, at)),
    NetworkManager: ofRoutes(({ route, at, link }) => [...ofRoute(route, at), ...ofOtherFamily(route, at, link)]),
    // It calls `route`, which few systems have, and goes on without it.
    ifupdown: ofRoutes(({ route: { to }, at }) => [
      { what: `the route to ${to}`, at, found: to, wanted: "no static route" },
    ]),
  },
  routingTable: everywhere(ofTable),
  dhcp: "kept",
};

function everywhere(losses: InterfaceLosses): Readonly<Record<OtherRenderer, InterfaceLosses>> {
  return { networkd: losses, NetworkManager: losses, ifupdown: losses };
}

/** It does not say that the router is on the link all the same, and networkd then refuses the route. */
function gatewayBeyond({ link }: Interface): Lost[] {
  const beyond = link.gateways.filter((gateway) => isBeyondNeighbours(gateway, link));
  return beyond.map((gateway) => ({
    what: `the router ${gateway}, which is in the subnet of no address,`,
    found: gateway,
    wanted: "a router in the subnet of an address",
  }));
}

function hasAddress({ addresses }: KernelLink): boolean {
  return addresses.length > 0;
}

/** NetworkManager is told of none beside a lease alone. */
function nameserversAlone({ link }: Interface): readonly Lost[] {
  const { nameservers } = link;
  return unless(nameservers.length === 0 || hasAddress(link), {
    what: "the name servers beside DHCP",
    found: nameservers.join(", "),
    wanted: "addresses beside them",
  });
}

function domainsWithoutAddress({ link }: Interface): readonly Lost[] {
  const { nameservers, searchDomains } = link;
  return unless(searchDomains.length === 0 || nameservers.length === 0 || hasAddress(link), {
    what: "the search domains beside DHCP",
    found: searchDomains.join(", "),
    wanted: "addresses beside them",
  });
}

function domainsAlone({ link: { nameservers, searchDomains } }: Interface): readonly Lost[] {
  return unless(searchDomains.length === 0 || nameservers.length > 0, {
    what: "the search domains without name servers",
    found: searchDomains.join(", "),
    wanted: "nameservers beside them",
  });
}

interface RoutePlace {
  readonly route: KernelRoute;
  /** Its number in the file; those of a table are lost with the table. */
  readonly at: readonly [index: number];
  readonly link: KernelLink;
}

function ofRoutes(losses: Losses<RoutePlace>): InterfaceLosses {
  return ({ link }) =>
    link.routes.flatMap((route, index) => (isMain(route.table) ? losses({ route, at: [index], link }) : []));
}

function ofRoute({ to, via, metric, source }: KernelRoute, [index]: RoutePlace["at"]): Lost[] {
  return [
    ...unless(via !== null, {
      what: `the route to ${to}, which has no router,`,
      at: [index],
      found: to,
      wanted: "via beside it",
    }),
    ...unless(metric === null, {
      what: `the metric ${metric} of the route to ${to}`,
      at: [index, "metric"],
      found: `${metric}`,
      wanted: "none",
    }),
    ...unless(source === null, {
      what: `the source of the route to ${to}`,
      at: [index, "source"],
      found: `${source}`,
      wanted: "none",
    }),
  ];
}

/** NetworkManager's file has it among those of the family that comes first. */
function ofOtherFamily({ to }: KernelRoute, [index]: RoutePlace["at"], link: KernelLink): readonly Lost[] {
  const isFirst = isIpv6First(link);
  return unless(isIpv6(to) === isFirst, {
    what: `the route to ${to}, which is not of the family of its first address,`,
    at: [index, "to"],
    found: to,
    wanted: `a subnet of ${isFirst ? "IPv6" : "IPv4"}`,
  });
}

function ofTable({ link: { routes, rules } }: Interface): Lost[] {
  const tables = [...routes, ...rules].map(({ table }) => table).filter((table) => !isMain(table));
  return [...new Set(tables)].map((table) => ({
    what: `the routing table ${table}`,
    found: table,
    wanted: "the main table",
  }));
}

function isIpv6(address: string): boolean {
  return address.includes(":");
}

/** cloud-init counts DHCP before addresses. */
function isIpv6First({ dhcp4, dhcp6, addresses: [first = ""] }: KernelLink): boolean {
  return !dhcp4 && (dhcp6 || isIpv6(first));
}
