// Connections as they come and go: their names, their first IP configuration. Changes state.
import { advancedProperties } from "./advancedProperties";
import { usualBindings } from "./bindings";
import type { Host } from "./host";
import type { Adapter, Family, FamilyConfig, InterfaceSettings, IpConfig } from "./state";
import { isSame } from "./wildcard";

function settings(): InterfaceSettings {
  return { metric: undefined, mtu: 1500, others: {} };
}

function familyConfig(): FamilyConfig {
  return { dhcp: true, dns: undefined, mtuInForce: 1500, active: settings(), persistent: settings() };
}

/** What an interface has that nobody has configured: DHCP. */
export function freshIp(): IpConfig {
  return { families: { IPv4: familyConfig(), IPv6: familyConfig() }, addresses: [], routes: [] };
}

/** VA-12, VA-13: ghosts keep their names. */
export function freeAlias(host: Host, wanted: string): string {
  const isTaken = (alias: string) => host.state.adapters.some((adapter) => isSame(adapter.alias, alias));
  for (let number = 1; ; number++) {
    const alias = number === 1 ? wanted : `${wanted} ${number}`;
    if (!isTaken(alias)) return alias;
  }
}

export function freeDescription(host: Host, wanted: string): string {
  const isTaken = (text: string) => host.state.adapters.some((adapter) => adapter.description === text);
  for (let number = 1; ; number++) {
    const description = number === 1 ? wanted : `${wanted} #${number}`;
    if (!isTaken(description)) return description;
  }
}

const DESCRIPTIONS = {
  vnic: "Hyper-V Virtual Ethernet Adapter",
  teamNic: "Microsoft Network Adapter Multiplexor Driver",
} as const;

export function addVirtualAdapter(
  host: Host,
  kind: "vnic" | "teamNic",
  { alias, mac, ip, team }: { alias: string; mac: string; ip?: IpConfig; team?: Adapter["team"] },
): Adapter {
  const adapter: Adapter = {
    kind,
    guid: host.newId(),
    index: host.newIndex(),
    alias: freeAlias(host, alias),
    description: freeDescription(host, DESCRIPTIONS[kind]),
    mac,
    enabled: true,
    upFrom: host.now(),
    ipFrom: host.now() + host.times.interfaceReady,
    bindings: usualBindings(),
    advanced: advancedProperties(kind, undefined),
    ip: ip ?? freshIp(),
    returning: undefined,
    hardware: undefined,
    team,
  };
  host.state.adapters.push(adapter);
  return adapter;
}

/** VA-13: what the host is told to forget may stay as a hidden interface with its addresses. */
export function removeAdapter(host: Host, adapter: Adapter): void {
  const { state, quirks } = host;
  state.adapters = state.adapters.filter((one) => one !== adapter);
  const isKept = quirks.ghosts && adapter.kind === "vnic" && adapter.ip.addresses.length > 0;
  if (isKept) state.adapters.push({ ...adapter, kind: "ghost", enabled: false });
}

/** The configuration moves to another connection, where addresses are checked for conflicts anew (SH-01, IP-17). */
export function movedIp(host: Host, ip: IpConfig): IpConfig {
  const moved = structuredClone(ip);
  const addresses = moved.addresses.map((address) => ({ ...address, addedAt: host.now() }));
  if (host.quirks.losesDns) for (const family of ["IPv4", "IPv6"] as Family[]) moved.families[family].dns = undefined;
  return { ...moved, addresses };
}

/** Whether there is something on it that somebody has set. */
export function isConfigured(ip: IpConfig): boolean {
  return ip.addresses.length > 0 || ip.routes.length > 0 || ip.families.IPv4.dns !== undefined;
}

/** The NIC is off the network for a while (UK-08). */
export function interrupt(host: Host, adapter: Adapter, milliseconds: number): void {
  adapter.upFrom = Math.max(adapter.upFrom, host.now() + milliseconds);
}

/** A restart of the driver, by which its settings come into force (IO-06, IP-22). */
export function restartAdapter(host: Host, adapter: Adapter): void {
  interrupt(host, adapter, host.times.nicRestart);
  for (const property of adapter.advanced) property.running = property.value;
  const sriov = adapter.hardware?.sriov;
  if (sriov) sriov.running = { enabled: sriov.enabled, numVfs: sriov.numVfs };
  for (const family of ["IPv4", "IPv6"] as Family[]) {
    const config = adapter.ip.families[family];
    config.mtuInForce = config.active.mtu;
  }
}
