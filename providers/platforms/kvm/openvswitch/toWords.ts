// The model of a KVM host in the words of Open vSwitch, and what of the model Open vSwitch can't do. Pure.
import { DEFAULT_MTU } from "../../../model/field.js";
import type { KvmHost } from "../../../model/host.js";
import type { HostPort } from "../../../model/hostPort.js";
import { formatRanges, type Vlan } from "../../../model/network.js";
import type { PortGroup } from "../../../model/portGroup.js";
import type { Path, Problem } from "../../../model/problem.js";
import { activeMembers, type UplinkTeam } from "../../../model/uplinkTeam.js";
import { largestMtu, uplinkVlans, type VirtualSwitch } from "../../../model/virtualSwitch.js";
import { checkOptions } from "../../optionSupport.js";
import { checkPortGroups } from "../../portGroupSupport.js";
import { sortKeys } from "../../sortKeys.js";
import { checkTeamSupport, requiredWord } from "../../teamSupport.js";
import { OVS_PORT_GROUP_OPTIONS, OVS_TEAM_OPTIONS } from "./options.js";
import { OVS_TEAMS } from "./uplinkTeam.js";
import type { OvsBond, OvsBridge, OvsPort, OvsWords } from "./words.js";

export function toOvsWords(host: KvmHost): OvsWords {
  const bridges = openvSwitches(host).map((vs) => [vs.name, toBridge(vs, host.hostPorts)]);
  return { bridges: sortKeys(Object.fromEntries(bridges)) };
}

function openvSwitches(host: KvmHost): readonly VirtualSwitch[] {
  return host.virtualSwitches.filter(({ kind }) => kind === "openvswitch");
}

/** The port that joins a bridge to its uplinks: the bond, whoever makes it, or the only uplink itself. */
export function uplinkPortName(virtualSwitch: Pick<VirtualSwitch, "name" | "uplinkTeam" | "bondName">): string {
  const { members } = virtualSwitch.uplinkTeam;
  if (virtualSwitch.bondName !== undefined) return virtualSwitch.bondName;
  return members.length > 1 ? `${virtualSwitch.name}-uplinks` : (members[0] ?? "");
}

function toBridge(virtualSwitch: VirtualSwitch, hostPorts: readonly HostPort[]): OvsBridge {
  const plugged = virtualSwitch.ports.filter(({ pluggedBy }) => pluggedBy === "multiport");
  const ports = plugged.map((port): [string, OvsPort] => [port.interface, toVmPort(port.interface, port.portGroup)]);
  const own = hostPorts
    .filter((port) => port.switch === virtualSwitch.name)
    .map((port): [string, OvsPort] => [port.name, toHostPort(port)]);
  return {
    datapath_type: virtualSwitch.datapath,
    fail_mode: "standalone",
    ports: {
      [uplinkPortName(virtualSwitch)]: toUplinkPort(virtualSwitch),
      ...sortKeys(Object.fromEntries([...own, ...ports])),
    },
  };
}

function toUplinkPort(virtualSwitch: VirtualSwitch): OvsPort {
  const { uplinkTeam, portGroups } = virtualSwitch;
  const isBond = hasOvsBond(virtualSwitch);
  return {
    interfaces: isBond ? [...uplinkTeam.members].sort() : [uplinkPortName(virtualSwitch)],
    ...toUplinkVlan(portGroups),
    mtu_request: largestMtu(portGroups),
    type: "",
    bond: isBond ? toBond(uplinkTeam) : null,
  };
}

function hasOvsBond({ uplinkTeam, bonding }: Pick<VirtualSwitch, "uplinkTeam" | "bonding">): boolean {
  return uplinkTeam.members.length > 1 && bonding === "openvswitch";
}

/** Uplinks carry the VLANs of the port groups and no others. Untagged frames pass only when a port group is untagged. */
function toUplinkVlan(portGroups: readonly PortGroup[]): Pick<OvsPort, "vlan_mode" | "tag" | "trunks"> {
  const untagged = portGroups.some((group) => group.network.vlan.kind === "untagged");
  const trunks = [...(untagged ? [{ first: 0, last: 0 }] : []), ...uplinkVlans(portGroups)];
  return { vlan_mode: "trunk", tag: null, trunks: formatRanges(trunks) };
}

function toBond(team: UplinkTeam): OvsBond {
  const { bond_mode, lacp } = requiredWord(OVS_TEAMS, team);
  const { bond } = team;
  return {
    bond_mode,
    lacp: lacp ? team.lacpRole : "off",
    bond_updelay: bond.upDelayMilliseconds,
    bond_downdelay: bond.downDelayMilliseconds,
    "lacp-time": lacp ? team.lacpRate : null,
    "lacp-fallback-ab": lacp ? String(team.lacpFallback) : null,
    "bond-primary": team.policy === "active-backup" && team.failback ? (activeMembers(team)[0] ?? null) : null,
    "bond-detect-mode": bond.detectMode === "miimon" ? "miimon" : null,
    "bond-miimon-interval": bond.detectMode === "miimon" ? String(bond.monitorMilliseconds) : null,
    // Said only where the file says it: the default of Open vSwitch is as good as ours.
    "bond-rebalance-interval": team.given.includes("rebalanceIntervalMilliseconds")
      ? String(bond.rebalanceIntervalMilliseconds)
      : null,
  };
}

function toVmPort(name: string, { network }: PortGroup): OvsPort {
  const mtu_request = network.mtuBytes || DEFAULT_MTU;
  return { interfaces: [name], ...toVmVlan(network.vlan), mtu_request, type: "", bond: null };
}

function toHostPort({ name, network, mtuBytes }: HostPort): OvsPort {
  return { interfaces: [name], ...toVmVlan(network.vlan), mtu_request: mtuBytes, type: "internal", bond: null };
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
  return openvSwitches(host).flatMap((virtualSwitch) => {
    const at = [...path, "virtualSwitches", virtualSwitch.name];
    return [
      // What the kernel makes is looked at as the kernel's.
      ...(virtualSwitch.bonding === "kernel" ? [] : checkTeam(virtualSwitch.uplinkTeam, [...at, "uplinkTeam"])),
      ...checkUplinkPortName(virtualSwitch, host.virtualSwitches, at),
      ...checkPortGroups(host, virtualSwitch, { table: OVS_PORT_GROUP_OPTIONS, noun: "Open vSwitch", path: at }),
    ];
  });
}

/** Port names are unique on a host, whatever bridge they are on; every bridge has a port of its own name. */
function checkUplinkPortName(virtualSwitch: VirtualSwitch, all: readonly VirtualSwitch[], path: Path): Problem[] {
  if (!hasOvsBond(virtualSwitch)) return [];
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

function problem(path: Path, message: string, remedy: string): Problem {
  return { rule: "unsupported", severity: "error", path, message, remedy };
}
