// A machine with several ports that answers on the port it was asked on: each port has a table of its own, and what speaks from an address of
// the port looks there first. Without, every answer leaves by the default route of the main table. Pure.
import { subnetsOf } from "../../model/subnet.js";
import type { KernelRoute, KernelRule } from "./words.js";

/**
 * The same for every port, whatever others there are: rules of different addresses never speak of the same packet. Above those of tools that
 * choose one below what is there, such as of VPNs, so that they go first; below 32766, where the main table is asked.
 */
export const ANSWERING_PRIORITY = 30000;

export interface AnsweringPort {
  /** With prefix length, in their one spelling. */
  readonly addresses: readonly string[];
  /** Next hops, one per family at most; a family without one answers in its own network alone. */
  readonly gateways: readonly string[];
  /** Further ones by way of the port; they stand in its table alone. */
  readonly routes?: readonly Omit<KernelRoute, "table">[];
  /** Of this port alone: 1 to 252, or above 255. */
  readonly table: number;
}

export interface AnsweringWords {
  readonly routes: readonly KernelRoute[];
  readonly rules: readonly KernelRule[];
}

export function answeringLink({ addresses, gateways, routes = [], table }: AnsweringPort): AnsweringWords {
  const route = (to: string, via: string | null): KernelRoute => ({ to, via, metric: null, source: null, table });
  const isAnswered = (gateway: string) => addresses.some((address) => isIpv6(address) === isIpv6(gateway));
  const speakers = new Set(addresses.map((address) => address.split("/")[0] ?? address));
  return {
    routes: [
      ...subnetsOf(addresses).map((network) => route(network, null)),
      ...gateways.filter(isAnswered).map((gateway) => route("default", gateway)),
      ...routes.map((further) => ({ ...further, table })),
    ],
    rules: [...speakers].map((from) => ({ from, to: null, table, priority: ANSWERING_PRIORITY })),
  };
}

function isIpv6(address: string): boolean {
  return address.includes(":");
}
