// Every uplink team of an environment with its surroundings: what the rules about teams walk over. Pure.
import type { Environment } from "../environment.js";
import type { HostPlatform, Uplink } from "../host.js";
import type { Path } from "../problem.js";
import type { PhysicalSwitch } from "../switchPort.js";
import type { UplinkTeam } from "../uplinkTeam.js";

export interface TeamPlace {
  readonly platform: HostPlatform;
  readonly team: UplinkTeam;
  readonly path: Path;
  /** The hosts that the team exists on, each with the physical ports behind the members. */
  readonly hosts: readonly { readonly name: string; readonly uplinks: readonly Uplink[] }[];
}

export function* teams(environment: Environment): Generator<TeamPlace> {
  for (const host of environment.kvmHosts) {
    for (const virtualSwitch of host.virtualSwitches) {
      const team = virtualSwitch.uplinkTeam;
      const uplinks = host.uplinks.filter((uplink) => team.members.includes(uplink.name));
      const path = ["hosts", host.name, "virtualSwitches", virtualSwitch.name, "uplinkTeam"];
      yield { platform: "kvm", team, path, hosts: [{ name: host.name, uplinks }] };
    }
  }
  const esxHosts = new Map(environment.esxHosts.map((host) => [host.name, host]));
  for (const dvs of environment.distributedSwitches) {
    const path = ["distributedSwitches", dvs.name];
    const placed = (team: UplinkTeam, at: Path): TeamPlace => {
      const nics = dvs.uplinks.filter((uplink) => team.members.includes(uplink.name)).map((uplink) => uplink.nic);
      const hosts = dvs.hosts.map(({ name }) => ({
        name,
        uplinks: (esxHosts.get(name)?.uplinks ?? []).filter((uplink) => nics.includes(uplink.name)),
      }));
      return { platform: "vsphere", team, path: at, hosts };
    };
    yield placed(dvs.uplinkTeam, [...path, "uplinkTeam"]);
    for (const group of dvs.portGroups) {
      if (group.uplinkTeam) yield placed(group.uplinkTeam, [...path, "portGroups", group.name, "uplinkTeam"]);
    }
  }
}

/** True when all these switches behave as one towards a port channel: one switch, or the two of an MLAG pair. */
export function isOneLogicalSwitch(names: readonly string[], switches: readonly PhysicalSwitch[]): boolean {
  const distinct = [...new Set(names)];
  if (distinct.length <= 1) return true;
  const [first = "", second = ""] = distinct;
  return distinct.length === 2 && switches.find((candidate) => candidate.name === first)?.mlag?.peer === second;
}

/** The physical switches that the uplinks are cabled to; uplinks without a cable are not counted. */
export function cabledSwitches(uplinks: readonly Uplink[]): string[] {
  return [...new Set(uplinks.flatMap((uplink) => (uplink.cable ? [uplink.cable.switch] : [])))];
}

/** The network cards of the uplinks, by PCI bus and slot; uplinks without a PCI address are not counted. */
export function cards(uplinks: readonly Uplink[]): string[] {
  return [...new Set(uplinks.flatMap((uplink) => (uplink.pci ? [uplink.pci.split(".")[0] ?? ""] : [])))];
}
