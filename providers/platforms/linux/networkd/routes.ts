// Routes and policy rules of one device as sections of systemd's .network files. Source: systemd.network(5), release 252. Pure.
import { destination, isBeyond, isBeyondNeighbours, isMain, MAIN_TABLE } from "../routes.js";
import type { KernelLink, KernelRoute, KernelRule } from "../words.js";

interface Line {
  readonly key: string;
  readonly value: string | number;
}

/** Each is a section of its own; the table only where it is not the main one. */
export function routeSections(link: KernelLink): (readonly Line[])[] {
  return link.routes.map((route) => given(routeRows(route, isBeyond(route, link))));
}

/** Default routes whose router is in no network of the device; all others are a line of it. */
export function gatewaySections(link: KernelLink): (readonly Line[])[] {
  return link.gateways
    .filter((gateway) => isBeyondNeighbours(gateway, link))
    .map((via) => given(routeRows({ to: "default", via, metric: null, source: null, table: MAIN_TABLE }, true)));
}

function routeRows(route: KernelRoute, isOnLink: boolean): Row[] {
  return [
    ["Destination", destination(route)],
    ["Gateway", route.via],
    ["GatewayOnLink", isOnLink ? "yes" : null],
    ["Metric", route.metric],
    ["PreferredSource", route.source],
    ["Table", isMain(route.table) ? null : route.table],
  ];
}

export function ruleSections({ rules }: Pick<KernelLink, "rules">): (readonly Line[])[] {
  return rules.map(({ from, to, table, priority }: KernelRule) =>
    given([
      ["From", from],
      ["To", to],
      ["Table", table],
      ["Priority", priority],
    ]),
  );
}

type Row = readonly [key: string, value: string | number | null];

function given(rows: readonly Row[]): Line[] {
  return rows.flatMap(([key, value]) => (value === null ? [] : [{ key, value }]));
}
