// Addresses, gateways and routes of an interface: of the right subnet, nobody else's, and reachable. Pure.
import { type GuestIpSpec, type RouteSpec, toGateways } from "../interfaceIp.js";
import type { Network } from "../network.js";
import type { Path } from "../problem.js";
import { hasRange } from "../range.js";
import { canonicalSubnet, contains, isReserved, networkAddress, parseCidr, sameAddress } from "../subnet.js";
import { Claims, FITTING_RANGE, type Scope } from "./scope.js";

/** What one interface has of IP, and what it is judged against. */
export interface AddressCheck {
  readonly owner: string;
  readonly network: Network | undefined;
  readonly spec: GuestIpSpec;
  readonly path: Path;
  /** Addresses that are taken already. */
  readonly shared: { readonly addresses: Claims };
}

export function checkAddresses(scope: Scope, { owner, network, spec, path, shared }: AddressCheck): void {
  const addresses = spec.addresses ?? [];
  for (const [index, address] of addresses.entries())
    checkAddress(scope, { owner, network, address, path: [...path, "addresses", index], shared });
  const gateways = toGateways(spec.gateway);
  for (const [index, gateway] of gateways.entries()) {
    const at = typeof spec.gateway === "string" ? [...path, "gateway"] : [...path, "gateway", index];
    checkNextHop(scope, { router: gateway, noun: "gateway", spec, path: at });
  }
  const [first = "", second] = gateways;
  if (second !== undefined && first.includes(":") === second.includes(":"))
    scope.error("address", [...path, "gateway", 1], {
      message: "there is a second gateway of one IP version",
      found: second,
      wanted: "one IPv4 and one IPv6 address",
      remedy: "Keep one of the two.",
    });
  checkRoutes(scope, spec, path);
  checkTable(scope, spec, path);
}

/** One address of a port, bond or vmkernel port. */
export interface OneAddress extends Pick<AddressCheck, "owner" | "network" | "path" | "shared"> {
  readonly address: string;
}

export function checkAddress(scope: Scope, { owner, network, address, path, shared }: OneAddress): void {
  const parsed = parseCidr(address);
  if (!parsed) {
    scope.error("address", path, {
      message: "not an IP address with prefix length",
      found: address,
      wanted: "an address such as 10.10.0.11/24",
      remedy: hasRange(address) ? FITTING_RANGE : "Correct the address.",
    });
    return;
  }
  shared.addresses.take(parsed.address.toString(), owner, {
    path,
    shown: address,
    remedy: "Give every port its own address.",
  });
  const subnet = network?.subnet;
  // A network names one subnet; addresses of the other IP version are free.
  if (!network || subnet === undefined || subnet.includes(":") !== address.includes(":")) return;
  if (contains(subnet, address)) checkInSubnet(scope, { network, subnet, address, path });
  else
    scope.error("address", path, {
      message: `the address is not in the subnet of network ${network.name}`,
      found: address,
      wanted: `an address in ${subnet}`,
      remedy: "Correct the address, or put the port on another network.",
    });
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
  } else if (isReserved(subnet, plain)) {
    scope.error("address", path, {
      message: "the first and the last address of a subnet belong to no machine",
      found: address,
      remedy: "Give the machine another address.",
    });
  }
}

interface NextHop {
  readonly router: string;
  readonly noun: "gateway" | "router";
  readonly spec: GuestIpSpec;
  readonly path: Path;
}

function checkNextHop(scope: Scope, { router, noun, spec, path }: NextHop): void {
  const addresses = spec.addresses ?? [];
  if (addresses.some((address) => sameAddress(plainOf(address), router))) {
    const remedy = "Name the router, which is another machine.";
    scope.error("address", path, { message: `the ${noun} is the machine's own address`, found: router, remedy });
  } else if (!isOnLink(router, spec)) {
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

function checkRoutes(scope: Scope, spec: GuestIpSpec, path: Path): void {
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
    checkVia(scope, route, { spec, to: route.to, path: [...at, "via"] });
    checkSource(scope, route, { spec, path: [...at, "source"] });
  }
}

function checkVia(
  scope: Scope,
  { via }: RouteSpec,
  { spec, to, path }: { readonly spec: GuestIpSpec; readonly to: string; readonly path: Path },
): void {
  if (via === undefined) return;
  if (via.includes(":") === to.includes(":")) checkNextHop(scope, { router: via, noun: "router", spec, path });
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

function checkTable(scope: Scope, { routingTable, addresses = [] }: GuestIpSpec, path: Path): void {
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
}

function plainOf(address: string): string {
  return address.split("/")[0] ?? "";
}
