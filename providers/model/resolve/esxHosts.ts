// ESXi hosts: standard switches, vmkernel ports, SR-IOV and passthrough. Pure.
import type { DistributedSwitch } from "../distributedSwitch.js";
import type { EsxHost, HostSpec } from "../host.js";
import { type PortGroup, toSecurityPolicy } from "../portGroup.js";
import type { Path } from "../problem.js";
import { toShaping } from "../shaping.js";
import { contains, parseCidr } from "../subnet.js";
import { checkUplinkTeam, toUplinkTeam, unknownName } from "../uplinkTeam.js";
import { largestMtu, type StandardSwitch, type VirtualSwitchSpec } from "../virtualSwitch.js";
import type { VmkernelPort, VmkernelPortSpec } from "../vmkernelPort.js";
import type { Resolved } from "./hosts.js";
import { Claims, claimMembers, FITTING_RANGE, refuseKeys, type Scope, toPortGroups } from "./scope.js";

/** An ESXi host whose vmkernel ports are found once the distributed switches are known. */
export interface OpenEsxHost extends EsxHost {
  readonly vmkernelPorts: VmkernelPort[];
  /** What the file says of them, and where. */
  readonly declaredVmkernelPorts: NonNullable<HostSpec["vmkernelPorts"]>;
  readonly path: Path;
}

/** Hosts that name no group of their own belong to this one. */
const DEFAULT_GROUP = "all";

export function toEsxHost(scope: Scope, { host, name, address, uplinks, path }: Resolved): OpenEsxHost {
  if (host.ssh !== undefined) {
    scope.error("unsupported", [...path, "ssh"], {
      message: "ssh of a vSphere host is not supported",
      remedy: "Remove it: the host is managed through vCenter.",
    });
  }
  const teams = new Claims(scope, "uplink");
  const known = uplinks.map((uplink) => uplink.name);
  const standardSwitches = Object.entries(host.virtualSwitches ?? {}).map(([switchName, spec]) =>
    toStandardSwitch(scope, { name: switchName, spec, known, teams, path: [...path, "virtualSwitches", switchName] }),
  );
  const devices = new Claims(scope, "PCI device");
  const passthrough = (host.passthrough ?? []).map((device, index) => {
    const pci = device.toLowerCase();
    devices.take(pci, "an earlier entry", { path: [...path, "passthrough", index], remedy: "Name every device once." });
    return pci;
  });
  checkPortGroupNames(scope, standardSwitches, path);
  return {
    platform: "vsphere",
    name,
    address,
    uplinks,
    standardSwitches,
    vmkernelPorts: [],
    declaredVmkernelPorts: host.vmkernelPorts ?? {},
    passthrough,
    reboot: host.reboot ?? "never",
    redundancyGroup: host.redundancyGroup ?? DEFAULT_GROUP,
    path,
  };
}

interface Standard {
  readonly name: string;
  readonly spec: VirtualSwitchSpec;
  readonly known: readonly string[];
  readonly teams: Claims;
  readonly path: Path;
}

function toStandardSwitch(scope: Scope, { name, spec, known, teams, path }: Standard): StandardSwitch {
  refuseKeys(scope, { body: spec, keys: ["datapath"], path, platform: "a standard switch" });
  const team = spec.uplinkTeam;
  if (team) {
    scope.add(...checkUplinkTeam(team, known, [...path, "uplinkTeam"]));
    claimMembers(teams, team.members, { holder: `the team of ${name}`, path });
  }
  // A port group's team names physical ports of the switch it is on.
  const uplinks = known.filter((uplink) => team?.members.includes(uplink));
  const portGroups = toPortGroups(scope, spec.portGroups, { path: [...path, "portGroups"], uplinks });
  const [protocol, operation] = (spec.discovery === "off" ? "cdp-none" : (spec.discovery ?? "cdp-listen")).split(
    "-",
  ) as ["cdp", "none" | "listen" | "advertise" | "both"];
  return {
    name,
    ...(team ? { uplinkTeam: toUplinkTeam(team) } : {}),
    portGroups,
    mtuBytes: spec.mtu ?? largestMtu(portGroups),
    discovery: { protocol, operation },
    security: toSecurityPolicy(spec.security),
    ...(spec.shaping ? { shaping: toShaping(spec.shaping) } : {}),
    beaconIntervalSeconds: spec.beaconIntervalSeconds ?? 1,
    adopt: spec.adopt ?? false,
  };
}

/** A host has one port group of a name, whatever switch it is on. */
function checkPortGroupNames(scope: Scope, switches: readonly StandardSwitch[], path: Path): void {
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

/** Finds the port groups of vmkernel ports, on the host's own switches and on those that it is a member of. */
export function resolveVmkernelPorts(
  scope: Scope,
  esxHosts: Iterable<OpenEsxHost>,
  distributedSwitches: readonly DistributedSwitch[],
): void {
  const addresses = new Claims(scope, "IP address");
  for (const host of esxHosts) {
    const groups = new Claims(scope, "port group");
    const reachable = distributedSwitches.filter((dvs) => dvs.hosts.some(({ name }) => name === host.name));
    for (const [name, spec] of Object.entries(host.declaredVmkernelPorts)) {
      const path = [...host.path, "vmkernelPorts", name];
      const found = findPortGroup(scope, { host, reachable, reference: spec.portGroup, path });
      if (!found) continue;
      groups.take(spec.portGroup, "another vmkernel port of the host", {
        path: [...path, "portGroup"],
        remedy: "Give every vmkernel port of a host a port group of its own: it is found by it.",
      });
      checkAddress(scope, { host: host.name, name, spec, group: found.group, addresses, path });
      host.vmkernelPorts.push(toVmkernelPort(name, spec, found));
    }
  }
}

interface Found {
  readonly switch: string;
  readonly switchKind: "standard" | "distributed";
  readonly group: PortGroup;
}

interface Reference {
  readonly host: OpenEsxHost;
  readonly reachable: readonly DistributedSwitch[];
  readonly reference: string;
  readonly path: Path;
}

function findPortGroup(scope: Scope, { host, reachable, reference, path }: Reference): Found | undefined {
  const [switchName = "", groupName = ""] = reference.split("/");
  const at = [...path, "portGroup"];
  const standard = host.standardSwitches.find((candidate) => candidate.name === switchName);
  const owner = standard ?? reachable.find((candidate) => candidate.name === switchName);
  if (!owner) {
    const known = [...host.standardSwitches, ...reachable].map((candidate) => candidate.name);
    scope.add(unknownName({ noun: "virtual switch", name: switchName, known, path: at }));
    return undefined;
  }
  const group = owner.portGroups.find((candidate) => candidate.name === groupName);
  if (!group) {
    const known = owner.portGroups.map((candidate) => candidate.name);
    scope.add(unknownName({ noun: "port group", name: groupName, known, path: at }));
    return undefined;
  }
  return { switch: switchName, switchKind: standard ? "standard" : "distributed", group };
}

interface Addressed {
  readonly host: string;
  readonly name: string;
  readonly spec: VmkernelPortSpec;
  readonly group: PortGroup;
  readonly addresses: Claims;
  readonly path: Path;
}

function checkAddress(scope: Scope, { host, name, spec, group, addresses, path }: Addressed): void {
  if (spec.address === undefined) return;
  const at = [...path, "address"];
  const parsed = parseCidr(spec.address);
  if (parsed?.address.kind() !== "ipv4") {
    scope.error("address", at, {
      message: "not an IPv4 address with prefix length",
      found: spec.address,
      wanted: "an address such as 10.32.0.11/24",
      remedy: spec.address.includes("[") ? FITTING_RANGE : "Correct the address.",
    });
    return;
  }
  const address = parsed.address.toString();
  addresses.take(`${group.network.name} ${address}`, `vmkernel port ${name} of ${host}`, {
    path: at,
    shown: spec.address,
    remedy: "Give every interface an address of its own.",
  });
  const { subnet } = group.network;
  if (subnet !== undefined && !contains(subnet, address)) {
    scope.error("address", at, {
      message: `the address is not in the subnet of network ${group.network.name}`,
      found: spec.address,
      wanted: `an address in ${subnet}`,
      remedy: "Correct the one that is wrong.",
    });
  }
}

function toVmkernelPort(name: string, spec: VmkernelPortSpec, { group, ...place }: Found): VmkernelPort {
  return {
    name,
    ...place,
    portGroup: group.name,
    network: group.network,
    ...(spec.address === undefined ? {} : { address: spec.address }),
    mtuBytes: spec.mtu ?? group.network.mtuBytes,
    services: spec.services ?? [],
    networkStack: spec.networkStack ?? "defaultTcpipStack",
    iscsi: spec.iscsi ?? false,
  };
}
