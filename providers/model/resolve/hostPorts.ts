// Interfaces of KVM and Hyper-V hosts on their own virtual switches: their port groups, names and addresses. Pure.
import type { HostPort, HostPortSpec } from "../hostPort.js";
import { aliasOf } from "../hypervHost.js";
import { toPlainIp } from "../interfaceIp.js";
import type { Vlan } from "../network.js";
import type { PortGroup } from "../portGroup.js";
import type { Path } from "../problem.js";
import { unknownName } from "../uplinkTeam.js";
import type { HostSwitchKind } from "../virtualSwitch.js";
import { checkAddresses } from "./addresses.js";
import { type OpenHypervHost, windowsKey } from "./hypervHosts.js";
import type { OpenKvmHost } from "./kvmHosts.js";
import { checkReach } from "./nameResolution.js";
import { Claims, type Scope } from "./scope.js";
import { checkHypervHostIp } from "./windowsIp.js";

export interface HostPortSurroundings {
  /** IP addresses that are taken, by VMs too. */
  readonly addresses: Claims;
  /** Interface names of hosts, as `Hosts` has them. */
  readonly interfaces: Claims;
}

type OpenHost = OpenKvmHost | OpenHypervHost;

/** Finds the port groups of host ports, on the host's own switches. */
export function resolveHostPorts(scope: Scope, hosts: Iterable<OpenHost>, shared: HostPortSurroundings): void {
  for (const host of hosts) {
    const devices = new Claims(scope, "VLAN of the switch");
    for (const [name, spec] of Object.entries(host.declaredHostPorts)) {
      const path = [...host.path, "hostPorts", name];
      const found = findPortGroup(scope, { host, spec, path });
      if (!found) continue;
      checkName(scope, { host, name, found, path }, { ...shared, devices });
      const owner = `host port ${name} of ${host.name}`;
      checkAddresses(scope, { owner, network: found.group.network, spec, path, shared });
      checkMtu(scope, { spec, group: found.group, path });
      if (host.platform === "hyperv") checkHypervHostIp(scope, spec, { network: found.group.network, path });
      else checkReach(scope, spec, { path, wanted: "addresses beside them" });
      host.hostPorts.push(toHostPort(name, spec, found));
    }
  }
}

/** What all switches that a host may have an interface on have in common. */
interface SwitchLike {
  readonly name: string;
  readonly kind: HostSwitchKind;
  readonly portGroups: readonly PortGroup[];
}

interface Found {
  readonly virtualSwitch: SwitchLike;
  readonly group: PortGroup;
}

interface Reference {
  readonly host: OpenHost;
  readonly spec: HostPortSpec;
  readonly path: Path;
}

function findPortGroup(scope: Scope, { host, spec, path }: Reference): Found | undefined {
  const at = [...path, "portGroup"];
  if (spec.portGroup === undefined) {
    scope.error("schema", at, {
      message: "a required value is missing",
      wanted: "switch/port group, such as vs0/app",
      remedy: "Add portGroup to the host port or to that of the profile.",
    });
    return undefined;
  }
  const [switchName = "", groupName = ""] = spec.portGroup.split("/");
  const switches: readonly SwitchLike[] = host.virtualSwitches;
  const virtualSwitch = switches.find((candidate) => candidate.name === switchName);
  if (!virtualSwitch) {
    const known = switches.map((candidate) => candidate.name);
    scope.add(unknownName({ noun: "virtual switch", name: switchName, known, path: at }));
    return undefined;
  }
  const group = virtualSwitch.portGroups.find((candidate) => candidate.name === groupName);
  if (!group) {
    const known = virtualSwitch.portGroups.map((candidate) => candidate.name);
    scope.add(unknownName({ noun: "port group", name: groupName, known, path: at }));
    return undefined;
  }
  if (virtualSwitch.kind === "private") {
    scope.error("unsupported", at, {
      message: `switch ${switchName} is private: the host itself has no adapter on it, and so no address`,
      found: spec.portGroup,
      wanted: "a port group of a switch of another kind",
      remedy: "Use kind: internal for the switch, or remove the host port.",
    });
    return undefined;
  }
  if (group.network.vlan.kind === "trunk") {
    scope.error("unsupported", at, {
      message: `network ${group.network.name} is a trunk, and an interface of the host is in one VLAN`,
      found: spec.portGroup,
      wanted: "a port group of an access VLAN, or an untagged one",
      remedy: "Use a port group of its own for the VLAN.",
    });
    return undefined;
  }
  return { virtualSwitch, group };
}

interface Named {
  readonly host: OpenHost;
  readonly name: string;
  readonly found: Found;
  readonly path: Path;
}

function checkName(
  scope: Scope,
  { host, name, found: { virtualSwitch, group }, path }: Named,
  { interfaces, devices }: HostPortSurroundings & { readonly devices: Claims },
): void {
  const { vlan } = group.network;
  if (host.platform === "hyperv") {
    const at = {
      path,
      shown: name,
      remedy: "Give every adapter of a host its own name: Windows does not tell upper from lower case.",
    };
    interfaces.take(windowsKey(host.name, aliasOf(name)), `host port ${name}`, at);
    return;
  }
  const isBridge = virtualSwitch.kind === "linux-bridge" && vlan.kind === "untagged";
  if (isBridge && name !== virtualSwitch.name) {
    scope.error("schema", path, {
      message: "on an untagged port group of a Linux bridge the interface of the host is the bridge itself",
      found: name,
      wanted: virtualSwitch.name,
      remedy: `Call the host port ${virtualSwitch.name}, or use a port group with a VLAN.`,
    });
    return;
  }
  if (!isBridge) {
    const at = { path, shown: name, remedy: "Give every interface of a host its own name." };
    interfaces.take(`${host.name} ${name}`, `host port ${name}`, at);
  }
  if (virtualSwitch.kind !== "linux-bridge") return;
  devices.take(`${virtualSwitch.name} ${vlanKey(vlan)}`, "another host port", {
    path: [...path, "portGroup"],
    shown: group.name,
    remedy: "On a Linux bridge a host has one interface per VLAN: put all addresses on it.",
  });
}

function vlanKey(vlan: Vlan): string {
  return vlan.kind === "access" ? `${vlan.id}` : vlan.kind;
}

function checkMtu(scope: Scope, { spec, group, path }: { spec: HostPortSpec; group: PortGroup; path: Path }): void {
  if (spec.mtu === undefined || spec.mtu <= group.network.mtuBytes) return;
  scope.error("schema", [...path, "mtu"], {
    message: `network ${group.network.name} carries no packets of this size`,
    found: spec.mtu,
    wanted: `at most ${group.network.mtuBytes}`,
    remedy: "Set a smaller mtu, or a larger one of the network.",
  });
}

function toHostPort(name: string, spec: HostPortSpec, { virtualSwitch, group }: Found): HostPort {
  return {
    name,
    switch: virtualSwitch.name,
    portGroup: group.name,
    ...toPlainIp(spec, group.network),
  };
}
