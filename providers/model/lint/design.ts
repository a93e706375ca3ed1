// What the design rules look at: the environment, and what several of them would otherwise each look up again. Pure.
import type { Environment } from "../environment.js";
import type { EsxHost } from "../host.js";
import type { Lag } from "../lag.js";
import type { PortGroup, SecurityPolicy } from "../portGroup.js";
import type { Path } from "../problem.js";
import type { UplinkTeam } from "../uplinkTeam.js";
import type { VirtualMachine, VsphereVm } from "../virtualMachine.js";
import { lagsOf, type TeamPlace, teams } from "./teams.js";

export interface Design {
  readonly environment: Environment;
  readonly teams: readonly TeamPlace[];
  /** Every port group of vSphere. */
  readonly portGroups: readonly PortGroupPlace[];
  /** VMs whose hardware multiport sets. */
  readonly vsphereVms: readonly VsphereVmPlace[];
  /** By name. */
  readonly esxHosts: ReadonlyMap<string, EsxHost>;
}

export interface PortGroupPlace {
  readonly kind: "standard" | "distributed";
  readonly switch: string;
  /** The host of a standard switch. */
  readonly host?: string;
  readonly group: PortGroup;
  readonly path: Path;
  /** Its own team or that of the switch; undefined: no uplinks. */
  readonly team: UplinkTeam | undefined;
  /** The LAGs among the members of the team. */
  readonly lags: readonly Lag[];
  /** Its own policy or that of the switch. */
  readonly security: SecurityPolicy;
  readonly switchMtuBytes: number;
}

export interface VsphereVmPlace {
  readonly vm: VirtualMachine;
  readonly hardware: VsphereVm;
  readonly host: EsxHost | undefined;
  readonly path: Path;
}

export function toDesign(environment: Environment): Design {
  const esxHosts = new Map(environment.esxHosts.map((host) => [host.name, host]));
  return {
    environment,
    teams: [...teams(environment)],
    portGroups: [...standardPortGroups(environment), ...distributedPortGroups(environment)],
    vsphereVms: environment.virtualMachines.flatMap((vm): VsphereVmPlace[] =>
      vm.vsphere ? [{ vm, hardware: vm.vsphere, host: esxHosts.get(vm.host), path: ["vms", vm.name] }] : [],
    ),
    esxHosts,
  };
}

function* standardPortGroups({ esxHosts }: Environment): Generator<PortGroupPlace> {
  for (const host of esxHosts) {
    for (const vs of host.standardSwitches) {
      for (const group of vs.portGroups)
        yield {
          kind: "standard",
          switch: vs.name,
          host: host.name,
          group,
          path: ["hosts", host.name, "virtualSwitches", vs.name, "portGroups", group.name],
          team: group.uplinkTeam ?? vs.uplinkTeam,
          lags: [],
          security: group.given.includes("security") ? group.security : vs.security,
          switchMtuBytes: vs.mtuBytes,
        };
    }
  }
}

function* distributedPortGroups({ distributedSwitches }: Environment): Generator<PortGroupPlace> {
  for (const dvs of distributedSwitches) {
    for (const group of dvs.portGroups) {
      const team = group.uplinkTeam ?? dvs.uplinkTeam;
      yield {
        kind: "distributed",
        switch: dvs.name,
        group,
        path: ["distributedSwitches", dvs.name, "portGroups", group.name],
        team,
        lags: lagsOf(team, dvs),
        security: group.security,
        switchMtuBytes: dvs.mtuBytes,
      };
    }
  }
}

/** The port group that something on a host is connected to. */
export function portGroupOf(
  { portGroups }: Design,
  {
    host,
    ...port
  }: { readonly host: string; readonly switchKind: string; readonly switch: string; readonly portGroup: string },
): PortGroupPlace | undefined {
  return portGroups.find(
    (place) =>
      place.group.name === port.portGroup &&
      place.switch === port.switch &&
      place.kind === port.switchKind &&
      (place.host === undefined || place.host === host),
  );
}
