// What an interface in a Windows guest has of IP: what is Linux's alone is refused, and routes that Windows can't tell apart. Pure.
import { type GuestIpSpec, type InterfaceIp, toInterfaceIp } from "../interfaceIp.js";
import type { Network } from "../network.js";
import type { Path } from "../problem.js";
import { canonicalAddress, canonicalSubnet, parseCidr } from "../subnet.js";
import { Claims, type Scope } from "./scope.js";

interface Place {
  readonly network: Network;
  readonly path: Path;
}

/** Of a spec whose addresses and routes were checked as those of every guest. */
export function toWindowsIp(scope: Scope, spec: GuestIpSpec, { network, path }: Place): InterfaceIp {
  if (spec.mtu !== undefined && spec.mtu > network.mtuBytes)
    scope.error("SW-08", [...path, "mtu"], {
      message: `network ${network.name} carries no packets of this size`,
      found: spec.mtu,
      wanted: `at most ${network.mtuBytes}`,
      remedy: "Set a smaller mtu, or a larger one of the network.",
    });
  if (spec.routingTable !== undefined)
    scope.error("unsupported", [...path, "routingTable"], {
      message: "Windows has one routing table",
      found: spec.routingTable,
      remedy:
        "Remove routingTable: Windows answers from the address that was asked, over the interface of the best route.",
    });
  if (spec.dhcp !== undefined)
    scope.error("unsupported", [...path, "dhcp"], {
      message: "an interface of a Windows guest without addresses has DHCP already, and one with addresses has none",
      found: spec.dhcp,
      remedy: "Remove dhcp; to have addresses of DHCP, remove addresses too.",
    });
  refuseSearchDomains(scope, spec, path);
  checkWindowsRoutes(scope, spec, path);
  return toInterfaceIp(spec, network);
}

/** In Windows, on hosts as in guests. Source: Set-DnsClientGlobalSetting, Set-DnsClient. */
export function refuseSearchDomains(scope: Scope, { searchDomains = [] }: GuestIpSpec, path: Path): void {
  if (searchDomains.length === 0) return;
  scope.error("unsupported", [...path, "searchDomains"], {
    message:
      "Windows has one list of search domains for the whole machine, which the domain that it has joined mostly sets, and one suffix per interface",
    found: searchDomains.join(", "),
    remedy: "Remove searchDomains; set the list by group policy or Set-DnsClientGlobalSetting.",
  });
}

/** As New-NetRoute takes it: an unsigned number of 16 bits. */
const MAX_METRIC = 65_535;

function checkWindowsRoutes(scope: Scope, { routes = [], addresses = [] }: GuestIpSpec, path: Path): void {
  const claims = new Claims(scope, "pair of subnet and router");
  for (const [index, route] of routes.entries()) {
    const at = [...path, "routes", index];
    if (route.source !== undefined)
      scope.error("unsupported", [...at, "source"], {
        message: "a route of Windows has no source: Windows chooses it for each connection (RFC 6724)",
        found: route.source,
        remedy: "Remove source.",
      });
    if (route.metric !== undefined && route.metric > MAX_METRIC)
      scope.error("unsupported", [...at, "metric"], {
        message: "Windows has no such metric",
        found: route.metric,
        wanted: `at most ${MAX_METRIC}`,
        remedy: "Set a smaller metric.",
      });
    claims.take(
      `${canonicalSubnet(route.to)} ${route.via === undefined ? "" : canonicalAddress(route.via)}`,
      `routes[${index}]`,
      {
        path: at,
        shown: route.to,
        remedy: "Keep one of the two: to Windows routes that differ in nothing but the metric are one.",
      },
    );
    const own = addresses.find(
      (address) => parseCidr(address) && canonicalSubnet(address) === canonicalSubnet(route.to),
    );
    if (route.via === undefined && own !== undefined)
      scope.error("address", [...at, "to"], {
        message: `Windows makes this route itself, for the address ${own}`,
        found: route.to,
        remedy: "Remove the route.",
      });
  }
}
