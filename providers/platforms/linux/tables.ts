// Routes and policy rules as the kernel says them, and which of them are words of ours: neither can carry a mark, so ours are those that the
// file names or named when it was applied last, exactly so. All others belong to somebody else. Pure.
import { z } from "zod";
import { canonicalAddress } from "../../model/subnet.js";
import { destination, isIpv6Route } from "./routes.js";
import type { KernelRoute, KernelRule } from "./words.js";

/** Of static ones alone, in numbers. Main is not said; nor is the metric 0 of IPv4, nor the length of a network of one address. */
export const TableRoute = z.looseObject({
  dst: z.string().nullish(),
  gateway: z.string().nullish(),
  dev: z.string().nullish(),
  metric: z.number().nullish(),
  prefsrc: z.string().nullish(),
  table: z.union([z.string(), z.number()]).nullish(),
  /** Of others than unicast. */
  type: z.union([z.string(), z.number()]).nullish(),
});
export type TableRoute = z.infer<typeof TableRoute>;

export const TableRule = z.looseObject({
  priority: z.number().nullish(),
  src: z.string().nullish(),
  srclen: z.number().nullish(),
  dst: z.string().nullish(),
  dstlen: z.number().nullish(),
  table: z.union([z.string(), z.number()]).nullish(),
});
export type TableRule = z.infer<typeof TableRule>;

export interface RoutesThere {
  readonly routes: readonly KernelRoute[];
  /** The kernel's own, one for each. */
  readonly said: readonly TableRoute[];
}

/** `known` in the order in which they are told; each of the kernel's routes is one of them at most, and one that says its metric comes first. */
export function routesThere(known: readonly KernelRoute[], said: readonly TableRoute[], device: string): RoutesThere {
  const left = said.filter(({ dev, type }) => dev === device && (type ?? null) === null);
  const found = new Map<KernelRoute, TableRoute>();
  const wanted = unique(known);
  for (const route of [...wanted.filter(({ metric }) => metric !== null), ...wanted]) {
    const index = found.has(route) ? -1 : left.findIndex((other) => isRoute(route, other));
    const taken = index < 0 ? undefined : left.splice(index, 1)[0];
    if (taken) found.set(route, taken);
  }
  const routes = wanted.filter((route) => found.has(route));
  return { routes, said: [...found.values()] };
}

export function rulesThere(known: readonly KernelRule[], said: readonly TableRule[]): KernelRule[] {
  return unique(known).filter((rule) => said.some((other) => isRule(rule, other)));
}

/** The kernel's own rules look into its own tables, or ask a device which one is meant. */
function isKernels({ priority, l3mdev }: TableRule): boolean {
  return priority === 0 || priority === 32766 || priority === 32767 || l3mdev !== undefined;
}

/** Rules that others made, as `ip rule` begins to print them. */
export function rulesOfOthers(ours: readonly KernelRule[], said: readonly TableRule[]): string[] {
  const others = said.filter((rule) => !isKernels(rule) && !ours.some((own) => isRule(own, rule)));
  return others.map(({ priority, src, srclen, table }) => {
    const from = typeof srclen === "number" ? `${src}/${srclen}` : (src ?? "all");
    return `${priority}: from ${from} lookup ${table ?? "none"}`;
  });
}

function unique<T>(items: readonly T[]): T[] {
  const first = new Map<string, T>();
  for (const item of items) if (!first.has(canonical(item))) first.set(canonical(item), item);
  return [...first.values()];
}

/** Words that went through Pulumi have their keys in another order. */
function canonical(item: unknown): string {
  return JSON.stringify(Object.entries(item as object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isRoute(route: KernelRoute, said: TableRoute): boolean {
  return (
    destination(route) === prefixOf(said, isIpv6Route(route)) &&
    route.via === (said.gateway ?? null) &&
    (route.metric === null || route.metric === (said.metric ?? 0)) &&
    route.source === (said.prefsrc ?? null) &&
    String(route.table) === String(said.table ?? 254)
  );
}

function prefixOf({ dst, gateway, prefsrc, pref }: TableRoute, isIpv6: boolean): string | undefined {
  if (!dst) return undefined;
  // Only IPv6 has a preference.
  const family = [dst, gateway ?? "", prefsrc ?? ""].some((text) => text.includes(":")) || pref !== undefined;
  if (dst === "default") return family === isIpv6 ? (isIpv6 ? "::/0" : "0.0.0.0/0") : undefined;
  return dst.includes("/") ? dst : `${dst}/${isIpv6 ? 128 : 32}`;
}

/** What a rule of ours never has is another's: a mark, an interface, a port, an action. */
const OURS = new Set(["priority", "src", "srclen", "dst", "dstlen", "table", "protocol"]);

function isRule(rule: KernelRule, said: TableRule): boolean {
  return (
    Object.keys(said).every((key) => OURS.has(key)) &&
    whole(rule.from) === selector(said.src, said.srclen) &&
    whole(rule.to) === selector(said.dst, said.dstlen) &&
    String(rule.table) === String(said.table) &&
    rule.priority === said.priority
  );
}

function selector(address: string | null | undefined, length: number | null | undefined): string | null {
  if (!address || address === "all") return null;
  return whole(typeof length === "number" ? `${address}/${length}` : address);
}

/** An address and the network of it alone are the same. */
function whole(address: string | null): string | null {
  if (address === null) return null;
  return canonicalAddress(address.replace(address.includes(":") ? /\/128$/ : /\/32$/, ""));
}
