// Addresses, gateways and routes of an interface: of the right subnet, nobody else's, and reachable. Pure.
import { type GuestIpSpec, type RouteSpec, toGateways } from "../interfaceIp.js";
import type { Network } from "../network.js";
import type { Path } from "../problem.js";
import { hasRange } from "../range.js";
import {
  canonicalSubnet,
  contains,
  isAddress,
  isLinkLocal,
  isReserved,
  networkAddress,
  parseCidr,
  type SpecialPurpose,
  sameAddress,
  specialPurpose,
} from "../subnet.js";
import { checkResolution } from "./nameResolution.js";
import { Claims, FITTING_RANGE, type Scope } from "./scope.js";

/** What one interface has of IP, and what it is judged against. */
export interface AddressCheck {
  readonly owner: string;
  readonly network: Network | undefined;
  readonly spec: GuestIpSpec;
  readonly path: Path;
  /** Addresses that are taken already. */
  readonly shared: { readonly addresses: Claims };
  /** The machine can be told that a router is on the link which is in the subnet of no address. */
  readonly takesWord?: boolean | undefined;
}

export function checkAddresses(scope: Scope, check: AddressCheck): void {
  const { owner, network, spec, path, shared, takesWord = false } = check;
  const addresses = spec.addresses ?? [];
  for (const [index, address] of addresses.entries())
    checkAddress(scope, { owner, network, address, path: [...path, "addresses", index], shared });
  const gateways = toGateways(spec.gateway);
  for (const [index, gateway] of gateways.entries()) {
    const at = typeof spec.gateway === "string" ? [...path, "gateway"] : [...path, "gateway", index];
    checkNextHop(scope, { router: gateway, noun: "gateway", spec, path: at, takesWord });
  }
  const [first = "", second] = gateways;
  if (second !== undefined && first.includes(":") === second.includes(":"))
    scope.error("address", [...path, "gateway", 1], {
      message: "there is a second gateway of one IP version",
      found: second,
      wanted: "one IPv4 and one IPv6 address",
      remedy: "Keep one of the two.",
    });
  checkRoutes(scope, { spec, path, takesWord });
  checkTable(scope, spec, path);
  checkResolution(scope, spec, path);
  checkIpv6Size(scope, spec, { network, path });
}

/** One address of a port, bond or vmkernel port. */
export interface OneAddress extends Pick<AddressCheck, "owner" | "network" | "path" | "shared"> {
  readonly address: string;
}

export function checkAddress(scope: Scope, { owner, network, address, path, shared }: OneAddress): void {
  const parsed = parseCidr(address);
  if (!parsed || parsed.prefix === 0) {
    scope.error("address", path, {
      message: "not an IP address with prefix length",
      found: address,
      wanted: "an address such as 10.10.0.11/24",
      remedy: hasRange(address) ? FITTING_RANGE : "Correct the address.",
    });
    return;
  }
  const purpose = specialPurpose(plainOf(address));
  if (purpose !== undefined) {
    scope.error("address", path, {
      message: `no machine has ${PURPOSE_WORDS[purpose]}`,
      found: address,
      wanted: "an address such as 10.10.0.11/24",
      remedy: "Give the machine another address.",
    });
    return;
  }
  const link = isLinkLocal(address) ? ` in network ${network?.name}` : "";
  shared.addresses.take(`${parsed.address}${link}`, owner, {
    path,
    shown: address,
    remedy: "Give every port its own address.",
  });
  const subnet = network?.subnet;
  // A network names one subnet; addresses of the other IP version are free.
  if (!network || subnet === undefined || subnet.includes(":") !== address.includes(":") || isFree(address)) {
    if (isReserved(address, plainOf(address))) refuseReserved(scope, address, path);
  } else if (contains(subnet, address)) checkInSubnet(scope, { network, subnet, address, path });
  else
    scope.error("address", path, {
      message: `the address is not in the subnet of network ${network.name}`,
      found: address,
      wanted: `an address in ${subnet}`,
      remedy: "Correct the address, or put the port on another network.",
    });
}

/** Beside the addresses of its network every interface with IPv6 may have one of the link. */
function isFree(address: string): boolean {
  return address.includes(":") && isLinkLocal(address);
}

interface InSubnet {
  readonly network: Network;
  readonly subnet: string;
  readonly address: string;
  readonly path: Path;
}

/** An address of the right subnet can still be one that no machine may have, or see another subnet than its peers. */
function checkInSubnet(scope: Scope, { network, subnet, address, path }: InSubnet): void {
  const [plain = "", prefix = ""] = address.split("/");
  const [, wanted = ""] = subnet.split("/");
  const isHostRoute = prefix === (address.includes(":") ? "128" : "32");
  if (network.gateway !== undefined && sameAddress(plain, network.gateway)) {
    const remedy = "Give the machine another address.";
    scope.error("address", path, {
      message: `the address is the gateway of network ${network.name}`,
      found: address,
      remedy,
    });
  } else if (prefix !== wanted && !isHostRoute) {
    scope.error("address", path, {
      message: `the prefix length is not that of network ${network.name}`,
      found: address,
      wanted: `${plain}/${wanted}`,
      remedy: "Correct the prefix length here or that of the subnet.",
    });
  } else if (isReserved(subnet, plain)) refuseReserved(scope, address, path);
}

function refuseReserved(scope: Scope, address: string, path: Path): void {
  scope.error("address", path, {
    message: "the first and the last address of a subnet belong to no machine",
    found: address,
    remedy: "Give the machine another address.",
  });
}

const PURPOSE_WORDS: Readonly<Record<SpecialPurpose, string>> = {
  unspecified: "an address that means none",
  loopback: "a loopback address on a network",
  multicast: "a multicast address as its own",
  broadcast: "the broadcast address as its own",
  "IPv4-mapped": "an IPv4 address in the spelling of IPv6",
};

interface NextHop extends Pick<AddressCheck, "takesWord"> {
  readonly router: string;
  readonly noun: "gateway" | "router";
  readonly spec: GuestIpSpec;
  readonly path: Path;
}

function checkNextHop(scope: Scope, { router, noun, spec, path, takesWord = false }: NextHop): void {
  const addresses = spec.addresses ?? [];
  if (!isAddress(router) || specialPurpose(router) !== undefined) {
    scope.error("address", path, {
      message: `no ${noun} has this address`,
      found: router,
      wanted: "an IP address such as 10.10.0.1",
      remedy: `Correct the ${noun}.`,
    });
  } else if (addresses.some((address) => contains(address, router) && isReserved(address, router))) {
    scope.error("address", path, {
      message: "the first and the last address of a subnet belong to no machine",
      found: router,
      remedy: `Correct the ${noun}.`,
    });
  } else if (addresses.some((address) => sameAddress(plainOf(address), router))) {
    const remedy = "Name the router, which is another machine.";
    scope.error("address", path, { message: `the ${noun} is the machine's own address`, found: router, remedy });
  } else if (!isOnLink(router, spec) && !(takesWord && isBesideNobody(router, spec))) {
    scope.error("address", path, {
      message: `the ${noun} is in the subnet of none of the addresses`,
      found: router,
      wanted: addresses.length > 0 ? `an address that ${addresses.join(" or ")} reaches` : "addresses beside it",
      remedy: `Correct the ${noun}, or add an address of its subnet.`,
    });
  }
}

/**
 * Addresses from DHCP are of a subnet that nobody knows yet, and every interface with IPv6 has one of fe80::/10; without any address
 * or DHCP it has no IPv6 either.
 */
function isOnLink(router: string, { addresses = [], dhcp }: GuestIpSpec): boolean {
  const isIpv6 = router.includes(":");
  if (isIpv6 && contains("fe80::/10", router)) return addresses.length > 0 || dhcp !== undefined;
  if (dhcp === "both" || dhcp === (isIpv6 ? "ipv6" : "ipv4")) return true;
  return addresses.some((address) => contains(address, router));
}

/** Addresses that are networks of their own (/32, /128), as hosters give them: whoever is the router, it is in none of their subnets. */
function isBesideNobody(router: string, { addresses = [] }: GuestIpSpec): boolean {
  const family = addresses.filter((address) => address.includes(":") === router.includes(":"));
  return (
    family.length > 0 && family.every((address) => parseCidr(address)?.prefix === (address.includes(":") ? 128 : 32))
  );
}

type RouteCheck = Pick<AddressCheck, "spec" | "path" | "takesWord">;

function checkRoutes(scope: Scope, { spec, path, takesWord }: RouteCheck): void {
  const claims = new Claims(scope, "route");
  for (const [index, route] of (spec.routes ?? []).entries()) {
    const at = [...path, "routes", index];
    const subnet = parseCidr(route.to);
    if (!subnet || !sameAddress(networkAddress(route.to), plainOf(route.to)) || subnet.prefix === 0) {
      scope.error("address", [...at, "to"], {
        message: subnet?.prefix === 0 ? "this is the default route" : "not a subnet",
        found: route.to,
        wanted: subnet && subnet.prefix > 0 ? canonicalSubnet(route.to) : "a subnet such as 10.20.0.0/16",
        remedy: subnet?.prefix === 0 ? "Use gateway." : "Correct the subnet.",
      });
      continue;
    }
    claims.take(`${canonicalSubnet(route.to)} ${route.metric ?? ""}`, `routes[${index}]`, {
      path: at,
      shown: route.to,
      remedy: "Keep one of the two, or give them metrics.",
    });
    checkVia(scope, route, { spec, to: route.to, path: [...at, "via"], takesWord });
    checkSource(scope, route, { spec, path: [...at, "source"] });
  }
}

function checkVia(
  scope: Scope,
  { via }: RouteSpec,
  { spec, to, path, takesWord }: RouteCheck & { readonly to: string },
): void {
  if (via === undefined) return;
  if (via.includes(":") === to.includes(":"))
    checkNextHop(scope, { router: via, noun: "router", spec, path, takesWord });
  else
    scope.error("address", path, {
      message: "the router is of another IP version than the subnet",
      found: via,
      remedy: "Correct one of the two.",
    });
}

function checkSource(
  scope: Scope,
  { source }: RouteSpec,
  { spec, path }: { readonly spec: GuestIpSpec; readonly path: Path },
): void {
  if (source === undefined || (spec.addresses ?? []).some((address) => sameAddress(plainOf(address), source))) return;
  scope.error("address", path, {
    message: "the source is none of the interface's addresses",
    found: source,
    wanted: spec.addresses?.length ? `one of ${spec.addresses.map(plainOf).join(", ")}` : "addresses beside it",
    remedy: "Correct the source, or add the address.",
  });
}

/** default, main and local: what Linux itself uses. */
const RESERVED_TABLES = [253, 254, 255];

function checkTable(scope: Scope, { routingTable, addresses = [], gateway }: GuestIpSpec, path: Path): void {
  if (routingTable === undefined) return;
  const at = [...path, "routingTable"];
  if (RESERVED_TABLES.includes(routingTable))
    scope.error("schema", at, {
      message: "this routing table is one of the system's own",
      found: routingTable,
      wanted: "a number such as 101, not 253 to 255",
      remedy: "Choose another number.",
    });
  if (addresses.length === 0)
    scope.error("schema", at, {
      message: "the table answers for the addresses of the interface, which has none",
      found: routingTable,
      wanted: "addresses beside it",
      remedy: "Add addresses, or remove routingTable.",
    });
  else
    for (const router of toGateways(gateway))
      if (isAddress(router) && !addresses.some((address) => address.includes(":") === router.includes(":")))
        scope.error("address", [...path, "gateway"], {
          message: "the table answers for addresses of this IP version, of which the interface has none",
          found: router,
          wanted: "an address of that IP version beside it",
          remedy: "Add one, or remove the gateway.",
        });
}

/** RFC 8200, section 5; the kernel of Linux takes IPv6 off an interface with smaller packets, its addresses with it. */
const MIN_IPV6_MTU = 1280;

function checkIpv6Size(scope: Scope, spec: GuestIpSpec, { network, path }: Pick<AddressCheck, "network" | "path">) {
  const mtu = spec.mtu ?? network?.mtuBytes ?? MIN_IPV6_MTU;
  const { addresses = [], dhcp } = spec;
  const isIpv6 = addresses.some((address) => address.includes(":")) || dhcp === "ipv6" || dhcp === "both";
  if (!isIpv6 || mtu >= MIN_IPV6_MTU) return;
  scope.error("schema", [...path, spec.mtu === undefined ? (addresses.length > 0 ? "addresses" : "dhcp") : "mtu"], {
    message: "there is no IPv6 on an interface with such small packets",
    found: mtu,
    wanted: `at least ${MIN_IPV6_MTU}`,
    remedy: "Set a larger mtu, or have no IPv6 on the interface.",
  });
}

function plainOf(address: string): string {
  return address.split("/")[0] ?? "";
}
