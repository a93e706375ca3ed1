// Name servers and search domains of an interface: what none can be, and whether they are asked at all. Pure.
import type { GuestIpSpec } from "../interfaceIp.js";
import type { Path } from "../problem.js";
import { isAddress, specialPurpose } from "../subnet.js";
import { Claims, type Scope } from "./scope.js";

export function checkResolution(scope: Scope, { nameservers = [], searchDomains = [] }: GuestIpSpec, path: Path): void {
  checkNameservers(scope, nameservers, [...path, "nameservers"]);
  // NetworkManager leaves out the second of two that are the same.
  const claims = new Claims(scope, "search domain");
  for (const [index, domain] of searchDomains.entries())
    claims.take(domain.toLowerCase(), `searchDomains[${searchDomains.findIndex((one) => isSame(one, domain))}]`, {
      path: [...path, "searchDomains", index],
      shown: domain,
      remedy: "Name every domain once.",
    });
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** A resolver of the machine's own, such as 127.0.0.53, is one as well. */
function checkNameservers(scope: Scope, nameservers: readonly string[], path: Path): void {
  for (const [index, server] of nameservers.entries()) {
    const purpose = specialPurpose(server);
    if (isAddress(server) && (purpose === undefined || purpose === "loopback")) continue;
    scope.error("address", [...path, index], {
      message: "no name server has this address",
      found: server,
      wanted: "an IP address such as 10.10.0.53",
      remedy: "Correct the address.",
    });
  }
}

/** systemd-resolved and NetworkManager ask no name server by an interface without an address, nor in a domain of it. */
export function checkReach(
  scope: Scope,
  spec: GuestIpSpec,
  { path, wanted }: { readonly path: Path; readonly wanted: string },
): void {
  const { addresses = [], nameservers = [], searchDomains = [], dhcp } = spec;
  if (addresses.length > 0 || dhcp !== undefined) return;
  if (nameservers.length > 0)
    scope.error("address", [...path, "nameservers"], {
      message: "the name servers are reached through the interface, which has no address",
      found: nameservers.join(", "),
      wanted,
      remedy: "Name them on an interface with addresses.",
    });
  if (searchDomains.length > 0)
    scope.error("address", [...path, "searchDomains"], {
      message: "the domains are searched through the interface, which has no address",
      found: searchDomains.join(", "),
      wanted,
      remedy: "Name them on an interface with addresses.",
    });
}
