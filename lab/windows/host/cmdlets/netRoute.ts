// Get-, New-, Set- and Remove-NetRoute.
import type { ObjectValue } from "../../contract";
import type { Call } from "../call";
import { invalidParameter } from "../errors";
import type { Host } from "../host";
import { familyOf, isWithin, metricOf, metricsOf, networkOf, type RouteRow, routesOf } from "../ip";
import { shaped } from "../objects";
import type { Adapter, Family, Route, Store } from "../state";
import { again, query } from "./cimQuery";
import type { HostCmdlet } from "./cmdlet";
import { interfaceOf, storeOf, storesOf } from "./ipLookup";

const CLASS = "MSFT_NetRoute";

export function hasDefaultRoute(host: Host, adapter: Adapter, family: Family): boolean {
  return routesOf(host, adapter, "ActiveStore").some(
    (route) => route.family === family && route.destination.endsWith("/0"),
  );
}

export function addRoute(adapter: Adapter, route: Route): void {
  adapter.ip.routes.push(route);
}

function instanceId({ adapter, destination, nextHop, store }: RouteRow): string {
  return `${adapter.index}:${destination}:${nextHop}:${store}`;
}

function routeObject(host: Host, row: RouteRow): ObjectValue {
  return shaped("Get-NetRoute", {
    ElementName: "",
    InstanceID: instanceId(row),
    DestinationAddress: null,
    RouteMetric: row.metric,
    TypeOfRoute: "Actual Route",
    DestinationPrefix: row.destination,
    InterfaceIndex: row.adapter.index,
    InterfaceAlias: row.adapter.alias,
    NextHop: row.nextHop,
    Publish: "No",
    Store: row.store === "ActiveStore" ? 1 : 0,
    AddressFamily: row.family,
    Protocol: row.protocol,
    CompartmentId: 1,
    InterfaceMetric: metricOf(host, row.adapter, row.family, "ActiveStore"),
    State: 1,
  });
}

const BOTH: readonly Store[] = ["ActiveStore", "PersistentStore"];

/** Without -PolicyStore what is in force is read, and what there is in either store changed (IP-10, IP-15). */
function rowsOf(host: Host, call: Call): RouteRow[] {
  const isOfBoth = call.has("InputObject") || (call.cmdlet !== "Get-NetRoute" && !call.has("PolicyStore"));
  const stores = isOfBoth ? BOTH : [storeOf(call)];
  const all = stores.flatMap((one) => host.state.adapters.flatMap((adapter) => routesOf(host, adapter, one)));
  if (call.has("InputObject")) return again(call, CLASS, all, { property: "InstanceID", read: instanceId });
  return query(call, CLASS, all, {
    DestinationPrefix: ({ destination }) => destination,
    InterfaceIndex: ({ adapter }) => adapter.index,
    InterfaceAlias: ({ adapter }) => adapter.alias,
    NextHop: ({ nextHop }) => nextHop,
    AddressFamily: ({ family }) => family,
    Protocol: ({ protocol }) => protocol,
    ...(call.cmdlet === "Set-NetRoute" ? {} : { RouteMetric: ({ metric }: RouteRow) => metric }),
  });
}

const getRoute: HostCmdlet = (host, call) => {
  for (const row of rowsOf(host, call)) call.bound.write(routeObject(host, row));
};

/** UK-11: by an address of the interface, whatever its state, or by a route over its link; every link has fe80::/10. */
function isReachable({ ip }: Adapter, nextHop: string): boolean {
  const onLink = ip.routes.filter((route) => isOnLink(route.nextHop)).map(({ destination }) => destination.split("/"));
  const prefixes = [
    ...ip.addresses.map((address) => [address.ip, String(address.prefix)]),
    ...onLink,
    ["fe80::", "10"],
  ];
  return isOnLink(nextHop) || prefixes.some(([network = "", prefix]) => isWithin(nextHop, network, Number(prefix)));
}

function isOnLink(nextHop: string): boolean {
  return nextHop === "0.0.0.0" || nextHop === "::";
}

const newRoute: HostCmdlet = (host, call) => {
  const destination = call.text("DestinationPrefix") ?? "";
  const [network = "", length = ""] = destination.split("/");
  const family = familyOf(network);
  const refuse = (what: string) => invalidParameter(call.cmdlet, CLASS, `Invalid parameter ${what}`);
  const asked = call.text("AddressFamily");
  if (!family || (asked !== undefined && asked !== family) || !/^\d+$/.test(length))
    throw refuse(`DestinationPrefix ${destination}`);
  if (
    Number(length) > (family === "IPv4" ? 32 : 128) ||
    networkOf(network, Number(length)) !== destination.toLowerCase()
  )
    throw refuse(`DestinationPrefix ${destination}`);
  const nextHop = call.text("NextHop") ?? (family === "IPv4" ? "0.0.0.0" : "::");
  if (familyOf(nextHop) !== family) throw refuse(`NextHop ${nextHop}`);
  if (!call.confirmed({ asks: false })) return;
  const stores = storesOf(call, CLASS);
  const adapter = interfaceOf(host, call, CLASS, family);
  // IP-05, in whichever store.
  const isSameRoute = (row: RouteRow) => row.destination === destination.toLowerCase() && row.nextHop === nextHop;
  if (BOTH.some((store) => routesOf(host, adapter, store).some(isSameRoute)))
    throw invalidParameter(call.cmdlet, CLASS, `Instance ${CLASS} already exists`);
  if (!isReachable(adapter, nextHop)) throw refuse(`NextHop ${nextHop}`);
  addRoute(adapter, {
    destination: destination.toLowerCase(),
    family,
    nextHop,
    metrics: metricsOf(call.number("RouteMetric") ?? 256, stores),
  });
  for (const store of BOTH)
    for (const row of routesOf(host, adapter, store).filter(isSameRoute)) call.bound.write(routeObject(host, row));
};

function manual({ adapter, destination, nextHop, store }: RouteRow): Route | undefined {
  return adapter.ip.routes.find(
    (route) => route.destination === destination && route.nextHop === nextHop && route.metrics[store] !== undefined,
  );
}

const setRoute: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: false })) return;
  for (const row of rowsOf(host, call)) {
    const route = manual(row);
    if (!route) throw invalidParameter(call.cmdlet, CLASS, "The parameter is incorrect.");
    route.metrics[row.store] = call.number("RouteMetric") ?? route.metrics[row.store];
    if (call.flag("PassThru")) call.bound.write(routeObject(host, row));
  }
};

/** IP-15: it asks. A row is that of one store. */
const removeRoute: HostCmdlet = (host, call) => {
  const rows = rowsOf(host, call);
  if (rows.length === 0 || !call.confirmed({ asks: true })) return;
  for (const row of rows) {
    const route = manual(row);
    if (!route) continue;
    route.metrics[row.store] = undefined;
    if (BOTH.every((store) => route.metrics[store] === undefined))
      row.adapter.ip.routes = row.adapter.ip.routes.filter((one) => one !== route);
    if (call.flag("PassThru")) call.bound.write(routeObject(host, row));
  }
};

export const NET_ROUTE: Readonly<Record<string, HostCmdlet>> = {
  "Get-NetRoute": getRoute,
  "New-NetRoute": newRoute,
  "Set-NetRoute": setRoute,
  "Remove-NetRoute": removeRoute,
};
