// Standard switches of one ESXi host: uplinks, defaults, port groups. Pure.
import { toSecurityPolicy } from "../portGroup.js";
import type { Path } from "../problem.js";
import { checkShaping, toShaping } from "../shaping.js";
import { checkUplinkTeam, toUplinkTeam } from "../uplinkTeam.js";
import { largestMtu, type StandardSwitch, toDiscovery, type VirtualSwitchSpec } from "../virtualSwitch.js";
import { Claims, claimMembers, type Scope, toPortGroups } from "./scope.js";
import { refuseSwitchKeys } from "./switchKeys.js";

interface Standard {
  readonly name: string;
  readonly spec: VirtualSwitchSpec;
  readonly known: readonly string[];
  readonly teams: Claims;
  readonly path: Path;
}

export function toStandardSwitch(scope: Scope, { name, spec, known, teams, path }: Standard): StandardSwitch {
  refuseSwitchKeys(scope, { spec, kind: "standard", path });
  const team = spec.uplinkTeam;
  if (team) {
    scope.add(...checkUplinkTeam(team, known, [...path, "uplinkTeam"]));
    claimMembers(teams, team.members, { holder: `the team of ${name}`, path });
  }
  // A port group's team names physical ports of the switch it is on.
  const uplinks = known.filter((uplink) => team?.members.includes(uplink));
  const portGroups = toPortGroups(scope, spec.portGroups, { path: [...path, "portGroups"], uplinks });
  scope.add(...checkShaping(spec.shaping, [...path, "shaping"]));
  return {
    name,
    ...(team ? { uplinkTeam: toUplinkTeam(team) } : {}),
    portGroups,
    mtuBytes: spec.mtu ?? largestMtu(portGroups),
    discovery: toDiscovery(spec.discovery ?? "cdp-listen", "cdp"),
    security: toSecurityPolicy(spec.security),
    ...(spec.shaping ? { shaping: toShaping(spec.shaping) } : {}),
    beaconIntervalSeconds: spec.beaconIntervalSeconds ?? 1,
    adopt: spec.adopt ?? false,
  };
}

/** A host has one port group of a name, whatever switch it is on. */
export function checkPortGroupNames(scope: Scope, switches: readonly StandardSwitch[], path: Path): void {
  const names = new Claims(scope, "port group name");
  for (const { name, portGroups } of switches) {
    for (const group of portGroups) {
      names.take(group.name, `switch ${name}`, {
        path: [...path, "virtualSwitches", name, "portGroups"],
        shown: group.name,
        remedy: "Name the port groups of one host differently (portGroups as a map with network).",
      });
    }
  }
}
