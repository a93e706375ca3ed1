// The model of a KVM host in the words of Open vSwitch, and what of the model Open vSwitch can't do. Pure.
import { DEFAULT_MTU } from "../../../model/field.js";
import type { KvmHost } from "../../../model/host.js";
import { formatRanges, type Vlan } from "../../../model/network.js";
import type { PortGroup } from "../../../model/portGroup.js";
import type { Path, Problem } from "../../../model/problem.js";
import { activeMembers, type UplinkTeam } from "../../../model/uplinkTeam.js";
import { largestMtu, uplinkVlans, type VirtualSwitch } from "../../../model/virtualSwitch.js";
import { checkOptions } from "../../optionSupport.js";
import { checkTeamSupport, requiredWord } from "../../teamSupport.js";
import { OVS_PORT_GROUP_OPTIONS, OVS_TEAM_OPTIONS } from "./options.js";
import { OVS_TEAMS } from "./uplinkTeam.js";
import { type OvsBond, type OvsBridge, type OvsPort, type OvsWords, sortKeys } from "./words.js";

export function toOvsWords(host: KvmHost): OvsWords {
  return { bridges: sortKeys(Object.fromEntries(host.virtualSwitches.map((vs) => [vs.name, toBridge(vs)]))) };
}

/** The port that joins a bridge to its uplinks: the bond, or the only uplink itself. */
export function uplinkPortName(virtualSwitch: Pick<VirtualSwitch, "name" | "uplinkTeam">): string {
  const { members } = virtualSwitch.uplinkTeam;
  return members.length > 1 ? `${virtualSwitch.name}-uplinks` : (members[0] ?? "");
}

function toBridge(virtualSwitch: VirtualSwitch): OvsBridge {
  const ports = virtualSwitch.ports.map((port): [string, OvsPort] => [
    port.interface,
    toVmPort(port.interface, port.portGroup),
  ]);
  return {
    datapath_type: virtualSwitch.datapath,
    fail_mode: "standalone",
    ports: { [uplinkPortName(virtualSwitch)]: toUplinkPort(virtualSwitch), ...sortKeys(Object.fromEntries(ports)) },
  };
}

function toUplinkPort({ uplinkTeam, portGroups }: VirtualSwitch): OvsPort {
  return {
    interfaces: [...uplinkTeam.members].sort(),
    ...toUplinkVlan(portGroups),
    mtu_request: largestMtu(portGroups),
    bond: uplinkTeam.members.length > 1 ? toBond(uplinkTeam) : null,
  };
}

/** Uplinks carry the VLANs of the port groups and no others. Untagged frames pass only when a port group is untagged. */
function toUplinkVlan(portGroups: readonly PortGroup[]): Pick<OvsPort, "vlan_mode" | "tag" | "trunks"> {
  const untagged = portGroups.some((group) => group.network.vlan.kind === "untagged");
  const trunks = [...(untagged ? [{ first: 0, last: 0 }] : []), ...uplinkVlans(portGroups)];
  return { vlan_mode: "trunk", tag: null, trunks: formatRanges(trunks) };
}

function toBond(team: UplinkTeam): OvsBond {
  const { bond_mode, lacp } = requiredWord(OVS_TEAMS, team);
  return {
    bond_mode,
    lacp: lacp ? team.lacpRole : "off",
    "lacp-time": lacp ? team.lacpRate : null,
    "lacp-fallback-ab": lacp ? String(team.lacpFallback) : null,
    "bond-primary": team.policy === "active-backup" && team.failback ? (activeMembers(team)[0] ?? null) : null,
  };
}

function toVmPort(name: string, { network }: PortGroup): OvsPort {
  return { interfaces: [name], ...toVmVlan(network.vlan), mtu_request: network.mtuBytes || DEFAULT_MTU, bond: null };
}

function toVmVlan(vlan: Vlan): Pick<OvsPort, "vlan_mode" | "tag" | "trunks"> {
  switch (vlan.kind) {
    case "untagged":
      // VLAN 0 is Open vSwitch's name for frames without a tag.
      return { vlan_mode: "access", tag: 0, trunks: "" };
    case "access":
      return { vlan_mode: "access", tag: vlan.id, trunks: "" };
    case "trunk":
      if (vlan.native === undefined) return { vlan_mode: "trunk", tag: null, trunks: formatRanges(vlan.ranges) };
      return { vlan_mode: "native-untagged", tag: vlan.native, trunks: formatRanges(vlan.ranges) };
    case "private":
      throw new Error("a private VLAN was let through");
  }
}

export function ovsUnsupported(host: KvmHost, path: Path): Problem[] {
  return host.virtualSwitches.flatMap((virtualSwitch) => {
    const at = [...path, "virtualSwitches", virtualSwitch.name];
    return [
      ...checkTeam(virtualSwitch.uplinkTeam, [...at, "uplinkTeam"]),
      ...checkUplinkPortName(virtualSwitch, host.virtualSwitches, at),
      ...virtualSwitch.portGroups.flatMap((group) => checkPortGroup(group, [...at, "portGroups", group.name])),
    ];
  });
}

/** Port names are unique on a host, whatever bridge they are on; every bridge has a port of its own name. */
function checkUplinkPortName(virtualSwitch: VirtualSwitch, all: readonly VirtualSwitch[], path: Path): Problem[] {
  if (virtualSwitch.uplinkTeam.members.length < 2) return [];
  const name = uplinkPortName(virtualSwitch);
  const port = all.flatMap(({ ports }) => ports).find((candidate) => candidate.interface === name);
  const bridge = all.find((candidate) => candidate.name === name);
  const thing = port ? `interface ${name} of VM ${port.vm}` : bridge && `virtual switch ${name}`;
  if (thing === undefined) return [];
  return [problem(path, `the ${thing} has the name of the uplink port`, "Give one of the two another name.")];
}

function checkTeam(team: UplinkTeam, path: Path): Problem[] {
  return [
    ...(team.members.length > 1 ? checkTeamSupport(OVS_TEAMS, team, { path, platform: "Open vSwitch" }) : []),
    ...checkOptions(OVS_TEAM_OPTIONS, team, path),
  ];
}

function checkPortGroup(group: PortGroup, path: Path): Problem[] {
  const options = checkOptions(OVS_PORT_GROUP_OPTIONS, group, path);
  if (group.network.vlan.kind !== "private") return options;
  const message = `network ${group.network.name} is a private VLAN, which Open vSwitch does not have`;
  return [problem(path, message, "Use an access VLAN on this host."), ...options];
}

function problem(path: Path, message: string, remedy: string): Problem {
  return { rule: "unsupported", severity: "error", path, message, remedy };
}
