// From a scenario to the state that a host starts with, and over a restart: what is kept, what is gone. Changes state.
import { freshIp } from "./adapters";
import { advancedProperties } from "./advancedProperties";
import { usualBindings } from "./bindings";
import type { Clock } from "./clock";
import { Host } from "./host";
import { FAMILIES, familyOf, metricsOf } from "./ip";
import { addVmAdapter, portDefaults } from "./ports";
import type { IpScenario, NicScenario, Scenario } from "./scenario";
import type { Adapter, HostState, IpConfig, Sriov } from "./state";
import { createSwitch } from "./switches";

/** Before the first call everything has been up for a month. */
const UPTIME_MS = 30 * 86_400_000;

function longAgo(clock: Clock): number {
  return clock.now() - UPTIME_MS;
}

const BOTH = { ActiveStore: true, PersistentStore: true };

export function startHost(scenario: Scenario, clock: Clock): Host {
  const host = new Host(emptyState(scenario, longAgo(clock)), scenario, clock);
  addLoopback(host);
  for (const nic of scenario.nics) addNic(host, nic);
  for (const one of scenario.switches ?? [])
    createSwitch(host, {
      cmdlet: "New-VMSwitch",
      name: one.name,
      type: one.type ?? "External",
      nics: (one.nics ?? []).map((name) => requiredNic(host, name)),
      ...(one.set === undefined ? {} : { set: one.set }),
      iov: one.iov ?? false,
      allowManagementOs: one.allowManagementOs ?? true,
    });
  for (const vm of scenario.vms ?? []) addVm(host, vm);
  for (const adapter of host.state.adapters) settle(adapter, host.state.bootedAt);
  return host;
}

function emptyState(scenario: Scenario, bootedAt: number): HostState {
  return {
    computerName: scenario.computerName ?? "HV01",
    release: scenario.release,
    role: scenario.role ?? "hyperv",
    hasNetworkAtc: scenario.networkAtc ?? (scenario.intents ?? []).length > 0,
    bootedAt,
    iovReasons: scenario.iovReasons ?? [],
    adapters: [],
    teams: [],
    switches: [],
    vnics: [],
    vms: [],
    intents: (scenario.intents ?? []).map(({ name, adapters, types }) => ({
      name,
      adapters,
      compute: types.includes("Compute"),
      management: types.includes("Management"),
      storage: types.includes("Storage"),
    })),
    nextIndex: 4,
    nextId: 1,
    nextMac: 0,
  };
}

function requiredNic(host: Host, name: string): Adapter {
  const found = host.adapterNamed(name);
  if (!found) throw new Error(`the scenario has no NIC "${name}"`);
  return found;
}

function addLoopback(host: Host): void {
  const ip = freshIp();
  ip.families.IPv4.dhcp = false;
  ip.families.IPv6.dhcp = false;
  host.state.adapters.push({
    kind: "loopback",
    guid: host.newId(),
    index: 1,
    alias: "Loopback Pseudo-Interface 1",
    description: "Software Loopback Interface 1",
    mac: "",
    enabled: true,
    upFrom: host.state.bootedAt,
    ipFrom: host.state.bootedAt,
    bindings: { ms_tcpip: true, ms_tcpip6: true },
    advanced: [],
    ip,
    returning: undefined,
    hardware: undefined,
    team: undefined,
  });
}

function addNic(host: Host, nic: NicScenario): void {
  const number = host.state.adapters.length;
  const card = nic.description ?? "Intel(R) Ethernet Network Adapter E810-XXV-2";
  const isTaken = host.state.adapters.some(({ description }) => description === card);
  const isMellanox = /mellanox/i.test(card);
  const sriov = nic.sriov ? sriovOf(nic.sriov) : undefined;
  host.state.adapters.push({
    kind: "physical",
    guid: host.newId(),
    index: host.newIndex(),
    alias: nic.name,
    description: isTaken ? `${card} #${number}` : card,
    mac: nic.mac.toUpperCase().replace(/[:-]/g, ""),
    enabled: true,
    upFrom: host.state.bootedAt,
    ipFrom: host.state.bootedAt,
    bindings: usualBindings(),
    advanced: advancedProperties(isMellanox ? "mellanox" : "intel", sriov, nic.jumboPackets),
    ip: ipOf(nic.ip, host.state.bootedAt),
    returning: undefined,
    hardware: {
      speed: (nic.speedMbps ?? 25_000) * 1_000_000,
      driver: nic.driver ?? (isMellanox ? "mlx5.sys" : "icea.sys"),
      driverVersion: nic.driverVersion ?? "1.15.40.0",
      provider: isMellanox ? "Mellanox Technologies Ltd." : "Intel",
      linked: nic.linked ?? true,
      linkChangedAt: host.state.bootedAt,
      lacpPartner: nic.lacpPartner ?? false,
      vlans: nic.vlans,
      sriov,
      externalSwitch: nic.externalSwitch,
    },
    team: undefined,
  });
}

function sriovOf({ support, enabled, maximum }: NonNullable<NicScenario["sriov"]>): Sriov {
  const running = { enabled: enabled ?? true, numVfs: maximum };
  return { support: support ?? "Supported", maximum, running, ...running };
}

function ipOf(given: IpScenario | undefined, addedAt: number): IpConfig {
  const ip = freshIp();
  if (!given?.addresses?.length) return ip;
  ip.families.IPv4.dhcp = false;
  ip.families.IPv4.dns = given.dns;
  ip.addresses = given.addresses.map((text) => {
    const [address = "", prefix] = text.split("/");
    const family = familyOf(address) ?? "IPv4";
    return {
      ip: address,
      family,
      prefix: Number(prefix),
      skipAsSource: false,
      stores: BOTH,
      addedAt,
    };
  });
  if (given.gateway !== undefined)
    ip.routes = [{ destination: "0.0.0.0/0", family: "IPv4", nextHop: given.gateway, metrics: metricsOf(256, BOTH) }];
  return ip;
}

function addVm(host: Host, vm: NonNullable<Scenario["vms"]>[number]): void {
  const machine = {
    id: host.newId(),
    name: vm.name,
    generation: vm.generation ?? 2,
    state: vm.state ?? "Off",
    adapters: [],
    hasVfDriver: vm.hasVfDriver ?? true,
  };
  host.state.vms.push(machine);
  for (const { name, switch: on, mac } of vm.adapters ?? [])
    addVmAdapter(host, machine, {
      name: name ?? "Network Adapter",
      legacy: false,
      switchId: host.state.switches.find((one) => one.name === on)?.id,
      mac,
      settings: portDefaults(),
    });
}

function settle(adapter: Adapter, since: number): void {
  adapter.upFrom = since;
  adapter.ipFrom = since;
  adapter.ip.addresses = adapter.ip.addresses.map((address) => ({ ...address, addedAt: since }));
}

/** What was asked for and fell due (SH-07). To be called before anybody looks. */
export function finishReturns(host: Host): void {
  for (const adapter of host.state.adapters) {
    if (!adapter.returning || adapter.returning.at > host.now()) continue;
    const { ip, at } = adapter.returning;
    adapter.returning = undefined;
    adapter.bindings = usualBindings();
    if (ip) adapter.ip = { ...ip, addresses: ip.addresses.map((one) => ({ ...one, addedAt: at })) };
  }
}

/** The machine goes down, by order or by accident, and comes up: the active stores are gone (IP-10), and what was on its way. */
export function restartState(host: Host): void {
  finishReturns(host);
  const booted = host.now() + host.times.boot;
  host.state.bootedAt = booted;
  for (const adapter of host.state.adapters) {
    adapter.returning = undefined;
    adapter.upFrom = booted;
    adapter.ipFrom = booted;
    for (const property of adapter.advanced) property.running = property.value;
    const sriov = adapter.hardware?.sriov;
    if (sriov) sriov.running = { enabled: sriov.enabled, numVfs: sriov.numVfs };
    keepPersistent(adapter.ip);
  }
  host.state.teams = host.state.teams.map((team) => ({
    ...team,
    members: team.members.map((member) => ({ ...member, stableAt: booted })),
  }));
}

function keepPersistent(ip: IpConfig): void {
  ip.addresses = ip.addresses.filter(({ stores }) => stores.PersistentStore).map((one) => ({ ...one, stores: BOTH }));
  ip.routes = ip.routes.flatMap(({ metrics: { PersistentStore: kept }, ...one }) =>
    kept === undefined ? [] : [{ ...one, metrics: metricsOf(kept, BOTH) }],
  );
  for (const family of FAMILIES) {
    const config = ip.families[family];
    config.active = structuredClone(config.persistent);
    config.mtuInForce = config.persistent.mtu;
  }
}
