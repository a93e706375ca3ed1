// Routes and policy rules as iproute2 has them on its command line, whoever runs it: a stanza of ifupdown or a change in place. Pure.
import { contains, isLinkLocal } from "../../model/subnet.js";
import type { Command } from "./iproute.js";
import type { KernelLink, KernelRoute, KernelRule } from "./words.js";

export const MAIN_TABLE = 254;

export function isMain(table: number): boolean {
  return table === MAIN_TABLE;
}

export function isIpv6Route({ to, via }: KernelRoute): boolean {
  return (via ?? to).includes(":");
}

export function isIpv6Rule({ from, to }: KernelRule): boolean {
  return (from ?? to ?? "").includes(":");
}

/** The network as a prefix, for tools that have no word for a default route or have several. */
export function destination(route: KernelRoute): string {
  if (route.to !== "default") return route.to;
  return isIpv6Route(route) ? "::/0" : "0.0.0.0/0";
}

/** Its next hop is in no network of the device, as with an address that is a network of its own: it has to be taken at its word. */
export function isBeyond({ via }: Pick<KernelRoute, "via">, { addresses }: Pick<KernelLink, "addresses">): boolean {
  return via !== null && !addresses.some((address) => contains(address, via));
}

/** The same of a default route; every device with IPv6 has neighbours of the link, and one with a lease has those that it tells. */
export function isBeyondNeighbours(
  gateway: string,
  { addresses, dhcp4, dhcp6 }: Pick<KernelLink, "addresses" | "dhcp4" | "dhcp6">,
): boolean {
  if (gateway.includes(":") ? dhcp6 || isLinkLocal(gateway) : dhcp4) return false;
  return isBeyond({ via: gateway }, { addresses });
}

/** Ours are static, as those of networkd and NetworkManager: what people add in passing is of another protocol. */
export const PROTOCOL = ["proto", "static"] as const;
const RULE_PROTOCOL = ["protocol", "static"] as const;

/** The family is the network's. A next hop without asking whether its network is there: before the device has an address or a carrier, it is not. */
export function routeAddition(route: KernelRoute, device: string): Command {
  return [
    ...["ip", "route", "replace", destination(route)],
    ...routeSelectors(route, device),
    ...(route.via === null ? [] : ["onlink"]),
  ];
}

export function routeRemoval(route: KernelRoute, device: string): Command {
  return [...["ip", "route", "del", destination(route)], ...routeSelectors(route, device)];
}

/** What asks for the route, behind the option of its family: a question does not take it from the network. */
export function routeQuestion(route: KernelRoute, device: string): Command {
  return [isIpv6Route(route) ? "-6" : "-4", destination(route), ...routeSelectors(route, device)];
}

function routeSelectors({ via, metric, source, table }: KernelRoute, device: string): Command {
  return [
    ...(via === null ? [] : ["via", via]),
    ...["dev", device],
    ...(metric === null ? [] : ["metric", metric]),
    ...(source === null ? [] : ["src", source]),
    ...["table", table, ...PROTOCOL],
  ];
}

/** Of rules iproute2 takes the family from nothing but its own option. */
export function ruleAddition(rule: KernelRule): Command {
  return ["ip", isIpv6Rule(rule) ? "-6" : "-4", "rule", "add", ...ruleSelectors(rule)];
}

/** What of a rule stands behind its priority where iproute2 prints it, as it takes it too. */
export function rulePrinted({ from, to, table }: KernelRule): Command {
  const whole = (network: string) => network.replace(network.includes(":") ? /\/128$/ : /\/32$/, "");
  return ["from", from === null ? "all" : whole(from), ...(to === null ? [] : ["to", whole(to)]), "lookup", table];
}

/** The kernel has two of a rule whose protocols differ: networkd and NetworkManager say static as well, and theirs is ours. */
export function ruleSelectors({ from, to, table, priority }: KernelRule): Command {
  return [
    ...(from === null ? [] : ["from", from]),
    ...(to === null ? [] : ["to", to]),
    ...["lookup", table, "priority", priority, ...RULE_PROTOCOL],
  ];
}
