// Get-, New-, Set- and Remove-NetRoute.
import type { ObjectValue } from "../../contract";
import type { Call } from "../call";
import { invalidParameter } from "../errors";
import type { Host } from "../host";
import { familyOf, metricOf, networkOf, type RouteRow, routesOf } from "../ip";
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

function rowsOf(host: Host, call: Call): RouteRow[] {
  const stores: Store[] = call.has("InputObject") ? ["ActiveStore", "PersistentStore"] : [storeOf(call)];
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
  // IP-05.
  const isSameRoute = (row: RouteRow) => row.destination === destination.toLowerCase() && row.nextHop === nextHop;
  if (routesOf(host, adapter, "ActiveStore").some(isSameRoute))
    throw invalidParameter(call.cmdlet, CLASS, `Instance ${CLASS} already exists`);
  addRoute(adapter, {
    destination: destination.toLowerCase(),
    family,
    nextHop,
    metric: call.number("RouteMetric") ?? 256,
    stores,
  });
  for (const store of ["ActiveStore", "PersistentStore"] as const)
    for (const row of routesOf(host, adapter, store).filter(isSameRoute)) call.bound.write(routeObject(host, row));
};

function manual({ adapter, destination, nextHop, store }: RouteRow): Route | undefined {
  return adapter.ip.routes.find(
    (route) => route.destination === destination && route.nextHop === nextHop && route.stores[store],
  );
}

const setRoute: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: false })) return;
  for (const row of rowsOf(host, call)) {
    const route = manual(row);
    if (!route) throw invalidParameter(call.cmdlet, CLASS, "The parameter is incorrect.");
    route.metric = call.number("RouteMetric") ?? route.metric;
    if (call.flag("PassThru")) call.bound.write(routeObject(host, row));
  }
};

/** IP-15: it asks. */
const removeRoute: HostCmdlet = (host, call) => {
  const rows = rowsOf(host, call);
  if (rows.length === 0 || !call.confirmed({ asks: true })) return;
  const policy = call.text("PolicyStore");
  for (const row of rows) {
    const route = manual(row);
    if (!route) continue;
    const left = policy === undefined ? [] : [{ ...route, stores: { ...route.stores, [row.store]: false } }];
    row.adapter.ip.routes = row.adapter.ip.routes.flatMap((one) => (one === route ? left : [one]));
    if (call.flag("PassThru")) call.bound.write(routeObject(host, row));
  }
};

export const NET_ROUTE: Readonly<Record<string, HostCmdlet>> = {
  "Get-NetRoute": getRoute,
  "New-NetRoute": newRoute,
  "Set-NetRoute": setRoute,
  "Remove-NetRoute": removeRoute,
};
