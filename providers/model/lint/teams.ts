// Every uplink team of an environment with its surroundings: what the rules about teams walk over. Pure.
import type { DistributedSwitch } from "../distributedSwitch.js";
import type { Environment } from "../environment.js";
import type { EsxHost, HostPlatform, KvmHost } from "../host.js";
import type { HypervHost, HypervSwitchKind } from "../hypervHost.js";
import type { Lag } from "../lag.js";
import type { Path } from "../problem.js";
import type { PhysicalSwitch } from "../switchPort.js";
import type { Uplink } from "../uplink.js";
import type { UplinkTeam } from "../uplinkTeam.js";
import type { SwitchKind as KvmSwitchKind, VirtualSwitch } from "../virtualSwitch.js";

export interface TeamPlace {
  readonly platform: HostPlatform;
  readonly kind: SwitchKind;
  readonly team: UplinkTeam;
  readonly path: Path;
  /** On a KVM host: it, and its virtual switch. */
  readonly kvm?: { readonly host: KvmHost; readonly virtualSwitch: VirtualSwitch };
  /** The LAGs among the members. */
  readonly lags: readonly Lag[];
  /** What carries traffic: the members, with the NICs of a LAG in place of the LAG. */
  readonly links: readonly string[];
  /** The hosts that the team exists on, each with the physical ports behind the members. */
  readonly hosts: readonly { readonly name: string; readonly uplinks: readonly Uplink[] }[];
}

export type SwitchKind = KvmSwitchKind | HypervSwitchKind | "standard" | "distributed";

export function* teams(environment: Environment): Generator<TeamPlace> {
  for (const host of environment.kvmHosts) {
    for (const virtualSwitch of host.virtualSwitches) {
      const { name, kind, uplinkTeam } = virtualSwitch;
      const path = ["hosts", host.name, "virtualSwitches", name, "uplinkTeam"];
      yield { ...ownTeam(uplinkTeam, { host, kind, path }), kvm: { host, virtualSwitch } };
    }
  }
  for (const host of environment.hypervHosts)
    for (const { name, kind, uplinkTeam } of host.virtualSwitches) {
      const path = ["hosts", host.name, "virtualSwitches", name, "uplinkTeam"];
      if (uplinkTeam) yield ownTeam(uplinkTeam, { host, kind, path });
    }
  for (const host of environment.esxHosts) {
    for (const { name, uplinkTeam, portGroups } of host.standardSwitches) {
      const path = ["hosts", host.name, "virtualSwitches", name];
      const kind = "standard";
      if (uplinkTeam) yield ownTeam(uplinkTeam, { host, kind, path: [...path, "uplinkTeam"] });
      for (const group of portGroups) {
        if (group.uplinkTeam)
          yield ownTeam(group.uplinkTeam, { host, kind, path: [...path, "portGroups", group.name, "uplinkTeam"] });
      }
    }
  }
  const esxHosts = new Map(environment.esxHosts.map((host) => [host.name, host]));
  for (const dvs of environment.distributedSwitches) {
    const path = ["distributedSwitches", dvs.name];
    yield spanningTeam(dvs.uplinkTeam, { dvs, esxHosts, path: [...path, "uplinkTeam"] });
    for (const group of dvs.portGroups) {
      if (!group.uplinkTeam) continue;
      yield spanningTeam(group.uplinkTeam, { dvs, esxHosts, path: [...path, "portGroups", group.name, "uplinkTeam"] });
    }
  }
}

interface Own {
  readonly host: KvmHost | EsxHost | HypervHost;
  readonly kind: SwitchKind;
  readonly path: Path;
}

/** The team of a switch that one host has to itself. */
function ownTeam(team: UplinkTeam, { host, kind, path }: Own): TeamPlace {
  const uplinks = host.uplinks.filter((uplink) => team.members.includes(uplink.name));
  const { platform, name } = host;
  return { platform, kind, team, path, lags: [], links: team.members, hosts: [{ name, uplinks }] };
}

interface Spanning {
  readonly dvs: DistributedSwitch;
  readonly esxHosts: ReadonlyMap<string, EsxHost>;
  readonly path: Path;
}

function spanningTeam(team: UplinkTeam, { dvs, esxHosts, path }: Spanning): TeamPlace {
  const lags = lagsOf(team, dvs);
  const standalone = dvs.uplinks.filter((uplink) => team.members.includes(uplink.name));
  const nics = [...standalone.map(({ nic }) => nic), ...lags.flatMap((lag) => lag.nics)];
  const hosts = dvs.hosts.map(({ name }) => ({
    name,
    uplinks: (esxHosts.get(name)?.uplinks ?? []).filter((uplink) => nics.includes(uplink.name)),
  }));
  const links = [...standalone.map(({ name }) => name), ...lags.flatMap((lag) => lag.nics)];
  return { platform: "vsphere", kind: "distributed", team, path, lags, links, hosts };
}

export function lagsOf(team: UplinkTeam, { lags }: Pick<DistributedSwitch, "lags">): Lag[] {
  return lags.filter(({ name }) => team.members.includes(name));
}

/** True when all these switches behave as one towards a port channel: one switch, or the two of an MLAG pair. */
export function isOneLogicalSwitch(names: readonly string[], switches: readonly PhysicalSwitch[]): boolean {
  const distinct = [...new Set(names)];
  if (distinct.length <= 1) return true;
  const [first = "", second = ""] = distinct;
  return distinct.length === 2 && switches.find((candidate) => candidate.name === first)?.mlag?.peer === second;
}

/** No port channel: the switch knows nothing of the team. */
export function isIndependent({ mode }: Pick<UplinkTeam, "mode">): boolean {
  return mode === "switch-independent";
}

/** The physical switches that the uplinks are cabled to; uplinks without a cable are not counted. */
export function cabledSwitches(uplinks: readonly Uplink[]): string[] {
  return [...new Set(uplinks.flatMap((uplink) => (uplink.cable ? [uplink.cable.switch] : [])))];
}

/** The network cards of the uplinks, by PCI bus and slot; uplinks without a PCI address are not counted. */
export function cards(uplinks: readonly Uplink[]): string[] {
  return [...new Set(uplinks.flatMap((uplink) => (uplink.pci ? [uplink.pci.split(".")[0] ?? ""] : [])))];
}
