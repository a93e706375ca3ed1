// Get-, New-, Set- and Remove-NetIPAddress.
import type { ObjectValue } from "../../contract";
import { hasIp } from "../bindings";
import type { Call } from "../call";
import { cimError, invalidParameter } from "../errors";
import { type Host, isGhost } from "../host";
import { type AddressRow, addressesOf, bare, familyOf, isWithin, metricsOf } from "../ip";
import { isUp } from "../link";
import { shaped } from "../objects";
import type { Adapter, Address, Family, Store } from "../state";
import { isSame } from "../wildcard";
import { again, query } from "./cimQuery";
import type { HostCmdlet } from "./cmdlet";
import { interfaceOf, storeOf, storesOf } from "./ipLookup";
import { addRoute, hasDefaultRoute } from "./netRoute";

const CLASS = "MSFT_NetIPAddress";

function instanceId({ adapter, ip, store }: AddressRow): string {
  return `${adapter.index}:${ip}:${store}`;
}

function addressObject(host: Host, row: AddressRow): ObjectValue {
  return shaped("Get-NetIPAddress", {
    InstanceID: instanceId(row),
    Name: instanceId(row),
    SystemName: host.state.computerName,
    PrefixLength: row.prefix,
    InterfaceIndex: row.adapter.index,
    InterfaceAlias: row.adapter.alias,
    IPAddress: row.ip,
    AddressFamily: row.family,
    Type: "Unicast",
    Store: row.store === "ActiveStore" ? 1 : 0,
    PrefixOrigin: row.origin,
    SuffixOrigin: row.suffix,
    AddressState: row.state,
    SkipAsSource: row.skipAsSource,
    PolicyStore: row.store,
  });
}

function rowsOf(host: Host, call: Call): AddressRow[] {
  const stores: Store[] = call.has("InputObject") ? ["ActiveStore", "PersistentStore"] : [storeOf(call)];
  const all = stores.flatMap((store) => host.state.adapters.flatMap((adapter) => addressesOf(host, adapter, store)));
  if (call.has("InputObject")) return again(call, CLASS, all, { property: "InstanceID", read: instanceId });
  return query(call, CLASS, all, {
    IPAddress: ({ ip }) => ip,
    InterfaceIndex: ({ adapter }) => adapter.index,
    InterfaceAlias: ({ adapter }) => adapter.alias,
    AddressFamily: ({ family }) => family,
    Type: () => "Unicast",
    PrefixOrigin: ({ origin }) => origin,
    SuffixOrigin: ({ suffix }) => suffix,
    AddressState: ({ state }) => state,
    ...(call.cmdlet === "Set-NetIPAddress"
      ? {}
      : { PrefixLength: ({ prefix }: AddressRow) => prefix, SkipAsSource: (row: AddressRow) => row.skipAsSource }),
  });
}

const getAddress: HostCmdlet = (host, call) => {
  for (const row of rowsOf(host, call)) call.bound.write(addressObject(host, row));
};

const newAddress: HostCmdlet = (host, call) => {
  const ip = call.text("IPAddress") ?? "";
  const family = familyOf(ip);
  const asked = call.text("AddressFamily");
  if (!family || (asked !== undefined && asked !== family))
    throw invalidParameter(call.cmdlet, CLASS, `Invalid parameter IPAddress ${ip}`);
  if ((call.text("Type") ?? "Unicast") !== "Unicast") throw new Error("the lab's host has no anycast addresses");
  const prefix = call.number("PrefixLength") ?? (family === "IPv4" ? 32 : 128);
  if (prefix > (family === "IPv4" ? 32 : 128))
    throw invalidParameter(call.cmdlet, CLASS, `Invalid parameter PrefixLength ${prefix}`);
  if (!call.confirmed({ asks: false })) return;
  const stores = storesOf(call, CLASS);
  const adapter = interfaceOf(host, call, CLASS, family);
  const gateway = call.text("DefaultGateway");
  // IP-16, UK-10.
  if (gateway !== undefined && !isWithin(gateway, ip, prefix))
    throw invalidParameter(call.cmdlet, CLASS, `Invalid parameter DefaultGateway ${gateway}`);
  refuseTaken(host, call, adapter, ip);
  leaveDhcp(host, call, adapter, family);
  const skipAsSource = call.flag("SkipAsSource");
  const address: Address = { ip, family, prefix, skipAsSource, stores, addedAt: host.now() };
  adapter.ip.addresses.push(address);
  for (const store of ["ActiveStore", "PersistentStore"] as const)
    for (const row of addressesOf(host, adapter, store)) if (row.ip === ip) call.bound.write(addressObject(host, row));
  if (gateway !== undefined) addGateway(host, call, adapter, { family, gateway, stores });
};

/** IP-01, IP-02. */
function refuseTaken(host: Host, call: Call, adapter: Adapter, ip: string): void {
  const holds = ({ ip: held }: Adapter) => held.addresses.some((address) => isSame(address.ip, ip));
  const isLeased = addressesOf(host, adapter, "ActiveStore").some((row) => isSame(bare(row.ip), ip));
  if (holds(adapter) || isLeased) throw invalidParameter(call.cmdlet, CLASS, `Instance ${CLASS} already exists`);
  // What a NIC under a switch had is nobody's, what a ghost has is its own (VA-13).
  const isSeen = (other: Adapter) => isGhost(other) || hasIp(other, familyOf(ip) ?? "IPv4");
  if (host.state.adapters.some((other) => other !== adapter && isSeen(other) && holds(other)))
    throw cimError(call.cmdlet, {
      id: "Windows System Error 5010",
      message: "The object already exists.",
      category: "NotSpecified",
      target: `${CLASS}:ROOT/StandardCimv2/${CLASS}`,
    });
}

/** IP-03, IP-12. */
function leaveDhcp(host: Host, call: Call, adapter: Adapter, family: Family): void {
  const config = adapter.ip.families[family];
  if (!config.dhcp || family === "IPv6") return;
  if (!isUp(host, adapter))
    throw invalidParameter(call.cmdlet, CLASS, "Inconsistent parameters PolicyStore PersistentStore and Dhcp Enabled");
  config.dhcp = false;
}

/** IP-04, IP-11: the address stays. */
function addGateway(
  host: Host,
  call: Call,
  adapter: Adapter,
  { family, gateway, stores }: { family: Family; gateway: string; stores: Record<Store, boolean> },
): void {
  if (hasDefaultRoute(host, adapter, family))
    throw invalidParameter(call.cmdlet, CLASS, "Instance DefaultGateway already exists");
  const destination = family === "IPv4" ? "0.0.0.0/0" : "::/0";
  addRoute(adapter, { destination, family, nextHop: gateway, metrics: metricsOf(256, stores) });
}

function manual({ adapter, ip, store }: AddressRow): Address | undefined {
  return adapter.ip.addresses.find((address) => address.ip === ip && address.stores[store]);
}

const setAddress: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: false })) return;
  for (const row of rowsOf(host, call)) {
    const address = manual(row);
    if (!address) throw invalidParameter(call.cmdlet, CLASS, "The parameter is incorrect.");
    address.prefix = call.number("PrefixLength") ?? address.prefix;
    address.skipAsSource = call.flag("SkipAsSource", address.skipAsSource);
    if (call.flag("PassThru")) call.bound.write(addressObject(host, row));
  }
};

/** IP-15: the default route stays, unless it is named. */
const removeAddress: HostCmdlet = (host, call) => {
  const rows = rowsOf(host, call);
  if (rows.length === 0 || !call.confirmed({ asks: true })) return;
  const only = call.has("PolicyStore") ? storeOf(call) : undefined;
  for (const row of rows) {
    const { adapter, family } = row;
    const address = manual(row);
    if (!address) {
      if (row.origin === "Manual") continue;
      throw invalidParameter(call.cmdlet, CLASS, "The parameter is incorrect.");
    }
    const left = only === undefined ? [] : [{ ...address, stores: { ...address.stores, [only]: false } }];
    adapter.ip.addresses = adapter.ip.addresses.flatMap((one) => (one === address ? left : [one]));
    removeGateway(call, adapter);
    const isLast = !adapter.ip.addresses.some((one) => one.family === family);
    // IP-14.
    if (isLast && family === "IPv4" && host.quirks.dhcpComesBack) adapter.ip.families.IPv4.dhcp = true;
    if (call.flag("PassThru")) call.bound.write(addressObject(host, row));
  }
};

function removeGateway(call: Call, adapter: Adapter): void {
  const gateway = call.text("DefaultGateway");
  if (gateway === undefined) return;
  adapter.ip.routes = adapter.ip.routes.filter(
    ({ destination, nextHop }) => !(destination.endsWith("/0") && nextHop === gateway),
  );
}

export const NET_IP_ADDRESS: Readonly<Record<string, HostCmdlet>> = {
  "Get-NetIPAddress": getAddress,
  "New-NetIPAddress": newAddress,
  "Set-NetIPAddress": setAddress,
  "Remove-NetIPAddress": removeAddress,
};
