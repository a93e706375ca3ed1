// Design rules about Linux guests with several ways in: what is asked on an interface is answered by that interface. Pure.
import type { InterfaceIp } from "../interfaceIp.js";
import { formatPath } from "../problem.js";
import { subnetsOf } from "../subnet.js";
import { type GuestInterface, guestInterfaces } from "./guestInterfaces.js";
import type { Finding, Rule, RuleText } from "./rule.js";

/** A rule that looks at all interfaces of a guest together. */
function guestRule(rule: RuleText, check: (interfaces: readonly GuestInterface[]) => Iterable<Finding>): Rule {
  return {
    ...rule,
    *check({ environment: { virtualMachines } }) {
      for (const { guest } of virtualMachines) if (guest) yield* check(guestInterfaces(guest));
    },
  };
}

export const guestRoutingRules: readonly Rule[] = [
  guestRule(
    {
      id: "GT-09",
      severity: "warning",
      title:
        "An interface on a network with a router answers by way of that router, also where another one has the default route.",
      remedy:
        "Give the interface addresses and a routingTable of its own with gateway, or routes to those who ask there, or accept the rule where nobody behind the router does (accepted).",
      source: "Linux ip-rule(8), and rp_filter in ip-sysctl.rst; RFC 3704",
    },
    function* (interfaces) {
      for (const family of ["IPv4", "IPv6"] as const) yield* answeredElsewhere(interfaces, family);
    },
  ),
  guestRule(
    {
      id: "GT-10",
      severity: "warning",
      title: "Of the interfaces of a guest in one subnet all but one have a routing table of their own.",
      remedy: "Bond the two ports, or give this one a routingTable of its own.",
      source: "Linux ip-sysctl.rst, arp_ignore, arp_announce and arp_filter",
    },
    function* (interfaces) {
      const first = new Map<string, GuestInterface>();
      for (const place of inOrderOfRoutes(interfaces))
        for (const subnet of place.ip.routingTable === undefined ? subnetsOf(place.ip.addresses) : []) {
          const other = first.get(subnet) ?? place;
          first.set(subnet, other);
          if (other !== place)
            yield {
              path: [...place.path, "addresses"],
              message: `${formatPath(other.path)} is in subnet ${subnet} too: the guest sends by one of them whichever was asked, and either answers ARP for both`,
              found: place.ip.addresses.join(", "),
            };
        }
    },
  ),
];

type Family = "IPv4" | "IPv6";

function familyOf(address: string): Family {
  return address.includes(":") ? "IPv6" : "IPv4";
}

/** Without an address that others can ask, or a router that they come by, nothing is answered elsewhere. */
function* answeredElsewhere(interfaces: readonly GuestInterface[], family: Family): Generator<Finding> {
  const [wayOut, ...others] = interfaces.filter(({ ip }) => isWayOut(ip, family));
  if (!wayOut) return;
  for (const place of others) yield* secondWayOut(place, wayOut, family);
  for (const { ip, path } of interfaces) {
    const { name, gateway } = ip.network;
    const asked = ip.addresses.filter((address) => familyOf(address) === family);
    if (gateway === undefined || familyOf(gateway) !== family || asked.length === 0) continue;
    // Of two on one network GT-10 speaks.
    if (name === wayOut.ip.network.name || isWayOut(ip, family) || hasOwnWay(ip, family)) continue;
    yield {
      path: [...path, "addresses"],
      message: `who asks here by way of ${gateway}, the router of network ${name}, is answered by ${formatPath(wayOut.path)}, and firewalls and reverse-path checks drop such answers`,
      found: asked.join(", "),
    };
  }
}

/** Two static ones are an error; with a lease the numbers of the DHCP client decide, and each renderer has others. */
function* secondWayOut({ ip, path }: GuestInterface, wayOut: GuestInterface, family: Family): Generator<Finding> {
  const { name, subnet, gateway } = ip.network;
  // A network that tells its subnet and no router has none: its leases come without one.
  const hasNone = subnet !== undefined && familyOf(subnet) === family && gateway === undefined;
  if (hasNone || name === wayOut.ip.network.name) return;
  const isDhcp = family === "IPv4" ? ip.dhcp4 : ip.dhcp6;
  yield {
    path: [...path, isDhcp ? "dhcp" : "gateway"],
    message: `${formatPath(wayOut.path)} has a default route of ${family} too, and all that is asked on either is answered by one of the two`,
    found: isDhcp ? "DHCP" : ip.gateways.join(", "),
  };
}

/** Whether the main table sends by it what is for anywhere; a lease nearly always comes with a router. */
function isWayOut({ routingTable, gateways, dhcp4, dhcp6 }: InterfaceIp, family: Family): boolean {
  if (family === "IPv4" ? dhcp4 : dhcp6) return true;
  return routingTable === undefined && gateways.some((gateway) => familyOf(gateway) === family);
}

/** A table without a router leaves to the main one what comes from beyond the network. */
function hasOwnWay({ gateways, routes }: InterfaceIp, family: Family): boolean {
  return [...gateways, ...routes.flatMap(({ via }) => via ?? [])].some((router) => familyOf(router) === family);
}

/** That with the default route keeps the main table: the guest itself speaks by it. */
function inOrderOfRoutes(interfaces: readonly GuestInterface[]): GuestInterface[] {
  const rank = ({ ip }: GuestInterface) => (ip.gateways.length > 0 ? 0 : 1);
  return [...interfaces].sort((a, b) => rank(a) - rank(b));
}
