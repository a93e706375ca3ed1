// Get- and Set-NetIPInterface; Get- and Set-DnsClientServerAddress.
import type { ObjectValue } from "../../contract";
import { asText, type Call } from "../call";
import { cimError, invalidParameter } from "../errors";
import type { Host } from "../host";
import { FAMILIES, familyOf, isInterface, metricOf, mtuOf, serversOf } from "../ip";
import { isUp } from "../link";
import { dashedMac } from "../macAddress";
import { type Given, shaped } from "../objects";
import type { Adapter, Family, InterfaceSettings, Store } from "../state";
import { isSame } from "../wildcard";
import { again, query } from "./cimQuery";
import type { HostCmdlet } from "./cmdlet";

const CLASS = "MSFT_NetIPInterface";
const DNS_CLASS = "MSFT_DNSClientServerAddress";

interface Row {
  readonly adapter: Adapter;
  readonly family: Family;
  readonly store: Store;
}

function instanceId({ adapter, family, store }: Row): string {
  return `${adapter.index}:${family}:${store}`;
}

/** Settings that are kept as they are set, each with what Windows starts it with. */
const OTHERS: Readonly<Record<string, string | number>> = {
  Forwarding: "Disabled",
  Advertising: "Disabled",
  NeighborUnreachabilityDetection: "Enabled",
  BaseReachableTime: 30000,
  RetransmitTime: 1000,
  DadTransmits: 3,
  DadRetransmitTime: 1000,
  RouterDiscovery: "ControlledByDHCP",
  ManagedAddressConfiguration: "Enabled",
  OtherStatefulConfiguration: "Enabled",
  WeakHostSend: "Disabled",
  WeakHostReceive: "Disabled",
  IgnoreDefaultRoutes: "Disabled",
  AdvertiseDefaultRoute: "Disabled",
  CurrentHopLimit: 0,
  ForceArpNdWolPattern: "Disabled",
  DirectedMacWolPattern: "Disabled",
  EcnMarking: "Disabled",
  ClampMss: "Disabled",
};

/** Parameters that are called otherwise than their property. */
const PARAMETER: Readonly<Record<string, string>> = {
  BaseReachableTime: "BaseReachableTimeMs",
  RetransmitTime: "RetransmitTimeMs",
  DadRetransmitTime: "DadRetransmitTimeMs",
};

function settingsOf({ adapter, family, store }: Row): InterfaceSettings {
  const config = adapter.ip.families[family];
  return store === "ActiveStore" ? config.active : config.persistent;
}

function interfaceObject(host: Host, row: Row): ObjectValue {
  const { adapter, family, store } = row;
  const settings = settingsOf(row);
  const others: Record<string, Given> = { ...OTHERS, ...(family === "IPv6" ? IPV6 : {}), ...settings.others };
  const mtu = mtuOf(host, adapter, family, store);
  return shaped("Get-NetIPInterface", {
    ...others,
    InstanceID: instanceId(row),
    SystemName: host.state.computerName,
    MACAddress: dashedMac(adapter.mac),
    InterfaceIndex: adapter.index,
    InterfaceAlias: adapter.alias,
    AddressFamily: family,
    NlMtu: mtu,
    NlMtuBytes: mtu,
    InterfaceMetric: metricOf(host, adapter, family, store),
    Store: store === "ActiveStore" ? 1 : 0,
    Dhcp: adapter.ip.families[family].dhcp ? "Enabled" : "Disabled",
    AutomaticMetric: settings.metric === undefined ? "Enabled" : "Disabled",
    NeighborDiscoverySupported: "Yes",
    ConnectionState: isUp(host, adapter) ? "Connected" : "Disconnected",
    ReachableTime: 30000,
    CompartmentId: 1,
    PolicyStore: store,
  });
}

const IPV6 = { RouterDiscovery: "Enabled", DadTransmits: 1 } as const;

function rowsOf(host: Host, call: Call): Row[] {
  const store: Store = isSame(call.text("PolicyStore") ?? "", "PersistentStore") ? "PersistentStore" : "ActiveStore";
  const all = host.state.adapters.flatMap((adapter) =>
    FAMILIES.filter((family) => isInterface(host, adapter, family)).map((family): Row => ({ adapter, family, store })),
  );
  if (call.has("InputObject")) return again(call, CLASS, all, { property: "InstanceID", read: instanceId });
  const isGet = call.cmdlet === "Get-NetIPInterface";
  return query(call, CLASS, all, {
    InterfaceIndex: ({ adapter }) => adapter.index,
    InterfaceAlias: ({ adapter }) => adapter.alias,
    AddressFamily: ({ family }) => family,
    ...(isGet
      ? {
          Dhcp: ({ adapter, family }: Row) => (adapter.ip.families[family].dhcp ? "Enabled" : "Disabled"),
          ConnectionState: ({ adapter }: Row) => (isUp(host, adapter) ? "Connected" : "Disconnected"),
          NlMtuBytes: (row: Row) => mtuOf(host, row.adapter, row.family, row.store),
          InterfaceMetric: (row: Row) => metricOf(host, row.adapter, row.family, row.store),
          AutomaticMetric: (row: Row) => (settingsOf(row).metric === undefined ? "Enabled" : "Disabled"),
        }
      : {}),
  });
}

/** SH-02: a NIC under a switch is not among them. */
const getInterface: HostCmdlet = (host, call) => {
  for (const row of rowsOf(host, call)) call.bound.write(interfaceObject(host, row));
};

/** IP-19. */
const setInterface: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: false })) return;
  const policy = call.text("PolicyStore");
  for (const row of rowsOf(host, call)) {
    const config = row.adapter.ip.families[row.family];
    checkMtu(call, row.family);
    const targets = policy === undefined ? [config.active, config.persistent] : [settingsOf(row)];
    for (const settings of targets) setSettings(call, settings);
    if (call.has("Dhcp")) setDhcp(row.adapter, row.family, call.text("Dhcp") === "Enabled");
    if (call.flag("PassThru")) call.bound.write(interfaceObject(host, row));
  }
};

/** IP-20. */
function checkMtu(call: Call, family: Family): void {
  const mtu = call.number("NlMtuBytes") ?? 0;
  if (mtu !== 0 && mtu < (family === "IPv4" ? 576 : 1280))
    throw invalidParameter(call.cmdlet, CLASS, `Invalid parameter NlMtuBytes ${mtu}`);
}

function setSettings(call: Call, settings: InterfaceSettings): void {
  const mtu = call.number("NlMtuBytes") ?? 0;
  if (mtu !== 0) settings.mtu = mtu;
  const metric = call.number("InterfaceMetric");
  if (metric !== undefined) settings.metric = metric;
  if (call.text("AutomaticMetric") === "Enabled") settings.metric = undefined;
  for (const [name, initial] of Object.entries(OTHERS)) {
    const parameter = PARAMETER[name] ?? name;
    if (!call.has(parameter)) continue;
    settings.others[name] = typeof initial === "number" ? (call.number(parameter) ?? 0) : asText(call.value(parameter));
  }
}

/** IP-13: static routes and servers stay; that the addresses go at once is a choice. */
function setDhcp(adapter: Adapter, family: Family, enabled: boolean): void {
  adapter.ip.families[family].dhcp = enabled;
  if (enabled) adapter.ip.addresses = adapter.ip.addresses.filter((address) => address.family !== family);
}

function serverRows(host: Host, call: Call): Row[] {
  const all = host.state.adapters
    .filter((adapter) => FAMILIES.some((family) => isInterface(host, adapter, family)))
    .flatMap((adapter) => FAMILIES.map((family): Row => ({ adapter, family, store: "ActiveStore" })));
  if (call.has("InputObject"))
    return again(call, DNS_CLASS, all, { property: "InterfaceIndex", read: ({ adapter }) => adapter.index });
  return query(call, DNS_CLASS, all, {
    InterfaceIndex: ({ adapter }) => adapter.index,
    InterfaceAlias: ({ adapter }) => adapter.alias,
    AddressFamily: ({ family }) => family,
  });
}

function serversObject(host: Host, { adapter, family }: Row): ObjectValue {
  const servers = [...serversOf(host, adapter, family)];
  return shaped("Get-DnsClientServerAddress", {
    ElementName: adapter.alias,
    Name: String(adapter.index),
    AddressFamily: family === "IPv4" ? 2 : 23,
    Address: servers,
    InterfaceAlias: adapter.alias,
    InterfaceIndex: adapter.index,
    ServerAddresses: servers,
  });
}

const getServers: HostCmdlet = (host, call) => {
  for (const row of serverRows(host, call)) call.bound.write(serversObject(host, row));
};

const setServers: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: false })) return;
  const servers = call.texts("ServerAddresses");
  const isReset = call.flag("ResetServerAddresses");
  for (const server of servers ?? [])
    if (!familyOf(server))
      throw cimError(call.cmdlet, {
        id: "Windows System Error 87",
        message: "The parameter is incorrect.",
        category: "InvalidArgument",
        target: `${DNS_CLASS}:root/StandardCimv2/${DNS_CLASS}`,
      });
  for (const row of serverRows(host, call)) {
    const own = servers?.filter((server) => familyOf(server) === row.family) ?? [];
    if (isReset) row.adapter.ip.families[row.family].dns = undefined;
    else if (own.length > 0) row.adapter.ip.families[row.family].dns = own;
    if (call.flag("PassThru")) call.bound.write(serversObject(host, row));
  }
};

export const NET_IP_INTERFACE: Readonly<Record<string, HostCmdlet>> = {
  "Get-NetIPInterface": getInterface,
  "Set-NetIPInterface": setInterface,
};

export const DNS_CLIENT: Readonly<Record<string, HostCmdlet>> = {
  "Get-DnsClientServerAddress": getServers,
  "Set-DnsClientServerAddress": setServers,
};
