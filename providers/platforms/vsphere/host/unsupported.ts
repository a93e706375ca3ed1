// What a standard switch of ESXi can't do, with the reason. Pure.
import type { EsxHost } from "../../../model/host.js";
import type { Vlan } from "../../../model/network.js";
import type { PortGroup, PortGroupSpec } from "../../../model/portGroup.js";
import { type Path, type Problem, quoteValue } from "../../../model/problem.js";
import type { StandardSwitch } from "../../../model/virtualSwitch.js";
import { checkTeamSupport } from "../../teamSupport.js";
import { STANDARD_TEAMS } from "./teaming.js";

const PLATFORM = "a standard switch";
const ALL = { first: 1, last: 4094 };

export function unsupportedOnHost(host: EsxHost, path: Path): Problem[] {
  return host.standardSwitches.flatMap((vswitch) => checkSwitch(vswitch, [...path, "virtualSwitches", vswitch.name]));
}

function checkSwitch({ uplinkTeam, portGroups }: StandardSwitch, path: Path): Problem[] {
  const team = uplinkTeam
    ? checkTeamSupport(STANDARD_TEAMS, uplinkTeam, { path: [...path, "uplinkTeam"], platform: PLATFORM })
    : [];
  const groups = portGroups.flatMap((group) => checkPortGroup(group, [...path, "portGroups", group.name]));
  return [...team, ...groups];
}

function checkPortGroup(group: PortGroup, path: Path): Problem[] {
  const team = group.uplinkTeam
    ? checkTeamSupport(STANDARD_TEAMS, group.uplinkTeam, { path: [...path, "uplinkTeam"], platform: PLATFORM })
    : [];
  return [...checkVlan(group.network.vlan, path), ...team, ...checkKeys(group, path)];
}

function checkVlan(vlan: Vlan, path: Path): Problem[] {
  if (vlan.kind === "private")
    return [
      problem(path, `${PLATFORM} has no private VLANs`, "Put the port group on a distributed switch, or use one VLAN."),
    ];
  if (vlan.kind !== "trunk") return [];
  if (vlan.native !== undefined)
    return [
      problem(
        path,
        `${PLATFORM} has no native VLAN on a trunk`,
        "Remove native from the network: untagged frames of the VM leave untagged.",
      ),
    ];
  const [range, ...others] = vlan.ranges;
  if (others.length === 0 && range?.first === ALL.first && range.last === ALL.last) return [];
  return [
    {
      ...problem(
        path,
        `${PLATFORM} passes one VLAN, or all of them as a trunk`,
        "Use vlans: [1-4094], one port group per VLAN, or a distributed switch.",
      ),
      found: quoteValue(vlan.ranges.map(({ first, last }) => `${first}-${last}`).join(",")),
      wanted: "1-4094",
    },
  ];
}

/** Settings that only a distributed port group has. */
const DISTRIBUTED_ONLY = [
  "blocked",
  "netflow",
  "binding",
  "numPorts",
  "portOverrides",
] as const satisfies (keyof PortGroupSpec)[];

function checkKeys(group: PortGroup, path: Path): Problem[] {
  const keys = DISTRIBUTED_ONLY.filter((key) => group.given.includes(key)).map((key) =>
    problem([...path, key], `a port group of ${PLATFORM} has no ${key}`, "Remove it, or use a distributed switch."),
  );
  if (!group.shaping.egress) return keys;
  const direction = "limits only what comes from the VM (ingress)";
  return [...keys, problem([...path, "shaping", "egress"], `${PLATFORM} ${direction}`, "Remove egress.")];
}

function problem(path: Path, message: string, remedy: string): Problem {
  return { rule: "unsupported", severity: "error", path, message, remedy };
}
