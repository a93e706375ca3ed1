// Static routes of an interface in a Windows guest: what Windows can't tell apart, and what it makes itself. Pure.
import type { GuestIpSpec } from "../interfaceIp.js";
import type { Path } from "../problem.js";
import { canonicalAddress, canonicalSubnet, parseCidr } from "../subnet.js";
import { Claims, type Scope } from "./scope.js";

/** As New-NetRoute takes it: an unsigned number of 16 bits. */
const MAX_METRIC = 65_535;

export function checkWindowsRoutes(
  scope: Scope,
  { routes = [], addresses = [] }: GuestIpSpec,
  { path }: { readonly path: Path },
): void {
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
