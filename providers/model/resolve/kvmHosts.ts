// KVM hosts: virtual switches over uplink teams; their host ports are found once all addresses are looked at together. Pure.
import { INTERFACE_NAME, interfaceWords } from "../field.js";
import { DEFAULT_GROUP, type HostSpec, type KvmHost, type SeededVm } from "../host.js";
import type { HostPort, HostPortSpec } from "../hostPort.js";
import { DEFAULT_RENDERER } from "../linuxRenderer.js";
import { DEFAULT_MISSING_PACKAGES } from "../missingPackages.js";
import type { Path } from "../problem.js";
import { toSshTarget } from "../ssh.js";
import { checkUplinkTeam, toUplinkTeam, type UplinkTeamSpec } from "../uplinkTeam.js";
import {
  defaultBondName,
  SWITCH_KINDS,
  type VirtualSwitch,
  type VirtualSwitchSpec,
  type VmPort,
} from "../virtualSwitch.js";
import { type OpenLibvirt, openLibvirt } from "./libvirt.js";
import type { ReadHost } from "./readHost.js";
import { Claims, claimMembers, refuseKeys, type Scope, toPortGroups } from "./scope.js";
import { type OpenUplink, openUplinks } from "./sriov.js";
import { refuseSwitchKeys } from "./switchKeys.js";

/** A KVM host whose virtual switches and virtual functions can still be given the ports of VMs, and the host its own. */
export interface OpenKvmHost extends KvmHost {
  readonly uplinks: readonly OpenUplink[];
  readonly libvirt?: OpenLibvirt;
  readonly seeds: SeededVm[];
  readonly virtualSwitches: readonly (VirtualSwitch & { readonly ports: VmPort[] })[];
  readonly hostPorts: HostPort[];
  /** What the file says of them, and where. */
  readonly declaredHostPorts: Readonly<Record<string, HostPortSpec>>;
  readonly path: Path;
}

/** Keys of a host that only ESXi or Windows has. */
const OTHERS_ONLY = ["vmkernelPorts", "passthrough", "reboot", "release"] as const satisfies (keyof HostSpec)[];

export function toKvmHost(
  scope: Scope,
  { host, name, address, uplinks, path }: ReadHost,
  interfaces: Claims,
): OpenKvmHost {
  const known = uplinks.map((uplink) => uplink.name);
  for (const uplink of known) interfaces.keep(`${name} ${uplink}`, `an uplink of ${name}`);
  refuseKeys(scope, { body: host, keys: OTHERS_ONLY, path, platform: "a KVM host" });
  const surroundings = { host: name, known, teams: new Claims(scope, "uplink"), interfaces };
  const virtualSwitches = Object.entries(host.virtualSwitches ?? {}).flatMap(([switchName, spec]) =>
    toVirtualSwitch(scope, { name: switchName, spec, path: [...path, "virtualSwitches", switchName] }, surroundings),
  );
  return {
    platform: "kvm",
    name,
    ssh: toSshTarget(name, address, host.ssh),
    uplinks: openUplinks(scope, uplinks, { host, switches: virtualSwitches, path }),
    renderer: host.renderer ?? DEFAULT_RENDERER,
    missingPackages: host.missingPackages ?? DEFAULT_MISSING_PACKAGES,
    virtualSwitches,
    ...(host.libvirt
      ? { libvirt: openLibvirt(scope, host.libvirt, { virtualSwitches, path: [...path, "libvirt"] }) }
      : {}),
    seeds: [],
    hostPorts: [],
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
  readonly teams: Claims;
  readonly interfaces: Claims;
}

function toVirtualSwitch(
  scope: Scope,
  { name, spec, path }: Declared,
  { host, known, teams, interfaces }: Surroundings,
): (VirtualSwitch & { ports: VmPort[] })[] {
  const kind = kindOf(scope, { spec, path });
  refuseSwitchKeys(scope, { spec, kind, path });
  const team = spec.uplinkTeam;
  if (!team) {
    scope.error("schema", [...path, "uplinkTeam"], {
      message: "a required value is missing",
      wanted: "a map with members",
      remedy: "Add uplinkTeam.",
    });
    return [];
  }
  interfaces.take(`${host} ${name}`, `virtual switch ${name}`, {
    path,
    shown: name,
    remedy: "Name the virtual switch differently: its bridge is an interface of the host too.",
  });
  scope.add(...checkUplinkTeam(team, known, [...path, "uplinkTeam"]));
  claimMembers(teams, team.members, { holder: `the team of ${name}`, path });
  const bonding = toBonding(scope, { kind, team, path: [...path, "uplinkTeam"] });
  const bondName = toBondName(scope, { name, team, bonding, path: [...path, "uplinkTeam"] });
  if (bondName !== undefined)
    interfaces.take(`${host} ${bondName}`, `the bond of ${name}`, {
      path: [...path, "uplinkTeam"],
      shown: bondName,
      remedy: "Set another name of uplinkTeam.",
    });
  return [
    {
      name,
      kind,
      datapath: spec.datapath ?? "system",
      spanningTree: spec.spanningTree ?? false,
      uplinkTeam: toUplinkTeam(team),
      bonding,
      ...(bondName === undefined ? {} : { bondName }),
      portGroups: toPortGroups(scope, spec.portGroups, { path: [...path, "portGroups"], uplinks: known }),
      ports: [],
    },
  ];
}

function kindOf(scope: Scope, { spec, path }: Pick<Declared, "spec" | "path">): VirtualSwitch["kind"] {
  const given = SWITCH_KINDS.find((candidate) => candidate === spec.kind);
  if (spec.kind !== undefined && !given)
    scope.error("unsupported", [...path, "kind"], {
      message: "a KVM host has no switch of this kind",
      found: spec.kind,
      wanted: `one of ${SWITCH_KINDS.join(", ")}`,
      remedy: "Use one of these, or leave kind out.",
    });
  return given ?? "openvswitch";
}

function toBonding(
  scope: Scope,
  { kind, team, path }: { kind: VirtualSwitch["kind"]; team: UplinkTeamSpec; path: Path },
): VirtualSwitch["bonding"] {
  if (kind === "openvswitch") return team.bonding ?? "openvswitch";
  if (team.bonding === "openvswitch")
    scope.error("unsupported", [...path, "bonding"], {
      message: "Open vSwitch makes no bonds for a Linux bridge",
      found: team.bonding,
      wanted: "kernel",
      remedy: "Remove bonding, or use kind: openvswitch.",
    });
  return "kernel";
}

const LONGEST_INTERFACE_NAME = 15;

interface Bonded {
  readonly name: string;
  readonly team: UplinkTeamSpec;
  readonly bonding: VirtualSwitch["bonding"];
  readonly path: Path;
}

/** Name of the kernel's bond; undefined where there is none. */
function toBondName(scope: Scope, { name, team, bonding, path }: Bonded): string | undefined {
  if (bonding !== "kernel" || team.members.length < 2) return undefined;
  const bondName = team.name ?? defaultBondName(name);
  if (INTERFACE_NAME.test(bondName)) return bondName;
  if (bondName.length <= LONGEST_INTERFACE_NAME)
    scope.error("schema", [...path, "name"], {
      message: "the value is not allowed here",
      found: bondName,
      wanted: interfaceWords,
      remedy: "Correct the value.",
    });
  else
    scope.error("schema", [...path, "name"], {
      message: `the bond would be called ${bondName}, and names of interfaces have at most ${LONGEST_INTERFACE_NAME} characters`,
      found: bondName,
      wanted: `at most ${LONGEST_INTERFACE_NAME} characters`,
      remedy: "Set name of uplinkTeam, or a shorter name of the virtual switch.",
    });
  return undefined;
}
