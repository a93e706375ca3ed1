// Hyper-V hosts: virtual switches over teams, single network cards or nothing; the adapters of VMs are added as those are read. Pure.
import { DEFAULT_GROUP, type HostSpec } from "../host.js";
import type { HostPort, HostPortSpec } from "../hostPort.js";
import {
  HYPERV_SWITCH_KINDS,
  type HypervHost,
  type HypervSwitch,
  type HypervSwitchKind,
  type VmAdapter,
} from "../hypervHost.js";
import type { PortGroup } from "../portGroup.js";
import type { Path } from "../problem.js";
import { toSshTarget } from "../ssh.js";
import { checkUplinkTeam, type TeamMode, type TeamPolicy, toUplinkTeam, type UplinkTeamSpec } from "../uplinkTeam.js";
import { KINDS_WITH, type VirtualSwitchSpec } from "../virtualSwitch.js";
import { checkPrivateVlans } from "./privateVlans.js";
import type { ReadHost } from "./readHost.js";
import { Claims, claimMembers, refuseKeys, type Scope, toPortGroups } from "./scope.js";
import { refuseSwitchKeys } from "./switchKeys.js";

/** A Hyper-V host that can still be given the adapters of VMs, and those of its own. */
export interface OpenHypervHost extends HypervHost {
  readonly hostPorts: HostPort[];
  readonly vmAdapters: VmAdapter[];
  /** Names of VMs that are taken. */
  readonly vmNames: Claims;
  /** What the file says of them, and where. */
  readonly declaredHostPorts: Readonly<Record<string, HostPortSpec>>;
  readonly path: Path;
}

/** Keys of a host that Hyper-V does not have. */
const OTHERS_ONLY = [
  "renderer",
  "missingPackages",
  "libvirt",
  "vmkernelPorts",
  "passthrough",
  "reboot",
] as const satisfies (keyof HostSpec)[];

/** What Microsoft advises under a switch of Hyper-V, whatever the mode. */
const POLICIES: Record<TeamMode, TeamPolicy> = {
  "switch-independent": "source-port",
  static: "source-port",
  lacp: "source-port",
};

/** Windows tells names of interfaces, switches and adapters apart without regard to case. */
export function windowsKey(...names: readonly string[]): string {
  return names.join("\n").toLowerCase();
}

export function toHypervHost(
  scope: Scope,
  { host, name, address, uplinks, path }: ReadHost,
  interfaces: Claims,
): OpenHypervHost {
  refuseKeys(scope, { body: host, keys: OTHERS_ONLY, path, platform: "a Hyper-V host" });
  const known = uplinks.map((uplink) => uplink.name);
  for (const uplink of known) {
    const at = [...path, "uplinks", uplink];
    const remedy = "Name every uplink once: Windows does not tell upper from lower case.";
    interfaces.take(windowsKey(name, uplink), `an uplink of ${name}`, { path: at, shown: uplink, remedy });
    const { sriov } = host.uplinks?.[uplink] ?? {};
    if (sriov)
      refuseKeys(scope, {
        body: sriov,
        keys: ["match", "vfs", "vf"],
        path: [...at, "sriov"],
        platform: "a Hyper-V host",
      });
  }
  const around = {
    host: name,
    known,
    interfaces,
    teams: new Claims(scope, "uplink"),
    names: new Claims(scope, "switch name"),
  };
  const virtualSwitches = Object.entries(host.virtualSwitches ?? {}).map(([switchName, spec]) =>
    toSwitch(scope, { name: switchName, spec, path: [...path, "virtualSwitches", switchName] }, around),
  );
  return {
    platform: "hyperv",
    name,
    ssh: toSshTarget(name, address, host.ssh),
    missingPackages: "refuse",
    release: host.release ?? "2022",
    uplinks,
    virtualSwitches,
    hostPorts: [],
    vmAdapters: [],
    vmNames: new Claims(scope, "VM name"),
    redundancyGroup: host.redundancyGroup ?? DEFAULT_GROUP,
    declaredHostPorts: host.hostPorts ?? {},
    path,
  };
}

interface Declared {
  readonly name: string;
  readonly spec: VirtualSwitchSpec;
  readonly path: Path;
}

/** The host that a switch is on: its uplinks, and which of them and which names are taken. */
interface Surroundings {
  readonly host: string;
  readonly known: readonly string[];
  readonly interfaces: Claims;
  readonly teams: Claims;
  readonly names: Claims;
}

function toSwitch(scope: Scope, { name, spec, path }: Declared, around: Surroundings): HypervSwitch {
  around.names.take(windowsKey(name), "another switch of the host", {
    path,
    shown: name,
    remedy: "Rename one of them: Windows does not tell upper from lower case.",
  });
  const kind = kindOf(scope, { spec, path });
  refuseSwitchKeys(scope, { spec, kind, path });
  const team = KINDS_WITH.uplinkTeam.includes(kind) ? spec.uplinkTeam : undefined;
  if (team) checkTeam(scope, { name, kind, team, path: [...path, "uplinkTeam"] }, around);
  const portGroups = toPortGroups(scope, spec.portGroups, { path: [...path, "portGroups"], uplinks: around.known });
  checkPrivateVlans(scope, spec.portGroups, { portGroups, path: [...path, "portGroups"] });
  checkPromiscuous(scope, portGroups, path);
  const iov = spec.iov ?? false;
  return {
    name,
    kind,
    ...(team ? { uplinkTeam: toUplinkTeam(team, POLICIES) } : {}),
    ...(team && kind === "lbfo" ? { teamName: teamName(name, team) } : {}),
    allowLbfo: spec.allowLbfo ?? false,
    iov,
    // Always passed on: what Windows takes by default differs by release.
    bandwidthMode: spec.bandwidthMode ?? (iov ? "none" : "absolute"),
    portGroups,
  };
}

/** Windows wants to be told the secondary VLANs that a promiscuous port reaches. */
function checkPromiscuous(scope: Scope, portGroups: readonly PortGroup[], path: Path): void {
  const all = portGroups.flatMap(({ network: { vlan } }) => (vlan.kind === "private" ? [vlan] : []));
  for (const { name, network } of portGroups) {
    const { vlan } = network;
    if (vlan.kind !== "private" || vlan.type !== "promiscuous") continue;
    if (all.some(({ type, primary }) => type !== "promiscuous" && primary === vlan.primary)) continue;
    scope.error("reference", [...path, "portGroups", name], {
      message: `network ${network.name} is promiscuous, and the switch has no secondary VLAN of its primary`,
      found: vlan.primary,
      remedy: "Add the isolated and community networks of the primary VLAN to the port groups.",
    });
  }
}

function teamName(switchName: string, team: UplinkTeamSpec): string {
  return team.name ?? `${switchName}-team`;
}

/** The kind that the file names, or the one that its team makes; what has neither is taken for a switch without uplinks. */
function kindOf(scope: Scope, { spec, path }: Pick<Declared, "spec" | "path">): HypervSwitchKind {
  const { kind, uplinkTeam } = spec;
  const given = HYPERV_SWITCH_KINDS.find((candidate) => candidate === kind);
  if (kind !== undefined && !given)
    scope.error("unsupported", [...path, "kind"], {
      message: "a Hyper-V host has no switch of this kind",
      found: kind,
      wanted: `one of ${HYPERV_SWITCH_KINDS.join(", ")}`,
      remedy: "Use one of these, or leave kind out.",
    });
  if (!uplinkTeam && (given === undefined || KINDS_WITH.uplinkTeam.includes(given)))
    scope.error("schema", [...path, "uplinkTeam"], {
      message: "a required value is missing",
      wanted: given ? "a map with members" : "a map with members, or kind internal or private",
      remedy: given
        ? "Add uplinkTeam."
        : "Add uplinkTeam; or kind: internal for a switch of VMs and host, or kind: private for one of VMs alone.",
    });
  if (given) return given;
  if (!uplinkTeam) return "internal";
  return uplinkTeam.members.length > 1 ? "set" : "external";
}

interface DeclaredTeam {
  readonly name: string;
  readonly kind: HypervSwitchKind;
  readonly team: UplinkTeamSpec;
  readonly path: Path;
}

function checkTeam(
  scope: Scope,
  { name, kind, team, path }: DeclaredTeam,
  { host, known, interfaces, teams }: Surroundings,
): void {
  scope.add(...checkUplinkTeam(team, known, path));
  claimMembers(teams, team.members, { holder: `the team of ${name}`, path: path.slice(0, -1) });
  if (kind === "external" && team.members.length > 1)
    scope.error("schema", [...path, "members"], {
      message: "a switch of kind external has one network card",
      found: team.members.length,
      wanted: "one member",
      remedy: "Use kind: set, or leave one member.",
    });
  if (kind !== "lbfo") return;
  const own = teamName(name, team);
  interfaces.take(windowsKey(host, own), `the team of ${name}`, {
    path,
    shown: own,
    remedy: "Set another name of uplinkTeam: an interface of the host is called so.",
  });
}
