// Addresses and gateways of a port or bond: of the right subnet, nobody else's, and reachable. Pure.
import type { Network } from "../network.js";
import type { Path } from "../problem.js";
import { hasRange } from "../range.js";
import { contains, isReserved, parseCidr, sameAddress } from "../subnet.js";
import { type Claims, FITTING_RANGE, type Scope } from "./scope.js";

/** The addresses of one port or bond, and what they are judged against. */
export interface AddressCheck {
  readonly owner: string;
  readonly network: Network | undefined;
  readonly addresses: readonly string[];
  readonly gateway: string | undefined;
  readonly path: Path;
  /** Addresses that are taken already. */
  readonly shared: { readonly addresses: Claims };
}

export function checkAddresses(scope: Scope, { owner, network, addresses, gateway, path, shared }: AddressCheck): void {
  for (const [index, address] of addresses.entries())
    checkAddress(scope, { owner, network, address, path: [...path, "addresses", index], shared });
  if (gateway !== undefined) checkGateway(scope, { gateway, addresses, path: [...path, "gateway"] });
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

export function checkGateway(scope: Scope, at: { gateway: string; addresses: readonly string[]; path: Path }): void {
  const { gateway, addresses, path } = at;
  if (!addresses.some((address) => contains(address, gateway))) {
    scope.error("address", path, {
      message: "the gateway is in the subnet of none of the addresses",
      found: gateway,
      wanted: addresses.length > 0 ? `an address that ${addresses.join(" or ")} reaches` : "addresses beside it",
      remedy: "Correct the gateway, or add an address of its subnet.",
    });
  } else if (addresses.some((address) => sameAddress(address.split("/")[0] ?? "", gateway))) {
    const remedy = "Name the router, which is another machine.";
    scope.error("address", path, { message: "the gateway is the machine's own address", found: gateway, remedy });
  }
}
