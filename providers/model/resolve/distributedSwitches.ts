// Distributed switches of vSphere: members, the NIC behind each uplink, port groups. Pure.
import {
  type DistributedSwitch,
  type DistributedSwitchSpec,
  nicPlaces,
  toDiscovery,
  toHealthCheck,
  toNetflow,
} from "../distributedSwitch.js";
import type { EnvironmentSpec } from "../environment.js";
import { type Lag, lagPortName, toLag } from "../lag.js";
import { checkVlanList } from "../network.js";
import { toNetworkIoControl } from "../networkIoControl.js";
import type { PortGroup, PortGroupsSpec } from "../portGroup.js";
import type { Path } from "../problem.js";
import { expandRange, rangeFault } from "../range.js";
import { checkUplinkTeam, toUplinkTeam, unknownName } from "../uplinkTeam.js";
import { largestMtu } from "../virtualSwitch.js";
import type { Hosts } from "./hosts.js";
import { Claims, type Scope, toPortGroups } from "./scope.js";

export function resolveDistributedSwitches(scope: Scope, spec: EnvironmentSpec, hosts: Hosts): DistributedSwitch[] {
  const nics = new Claims(scope, "physical NIC");
  const portGroupNames = new Claims(scope, "port group name");
  return Object.entries(spec.distributedSwitches ?? {}).map(([name, body]) => {
    const path = ["distributedSwitches", name];
    const members = toMembers(scope, body, { hosts, path });
    const uplinks = Object.entries(body.uplinks).map(([uplink, nic]) => ({
      name: uplink,
      ...(nic === null ? {} : { nic }),
    }));
    const lags = toLags(scope, body, path);
    claimNics(scope, { name, uplinks, lags, path, members: members.map((member) => member.name), hosts, nics });
    const known = [...uplinks, ...lags].map((uplink) => uplink.name);
    scope.add(...checkUplinkTeam(body.uplinkTeam, known, [...path, "uplinkTeam"]));
    const portGroups = toPortGroups(scope, body.portGroups, { path: [...path, "portGroups"], uplinks: known });
    // A port group's name is unique in a datacenter, whatever switch it is on.
    for (const { name: group } of portGroups) {
      portGroupNames.take(`${body.datacenter}/${group}`, `switch ${name}`, {
        path: [...path, "portGroups"],
        shown: group,
        remedy: "Name the port groups differently (portGroups as a map with network).",
      });
    }
    checkPrivateVlans(scope, body.portGroups, { portGroups, path: [...path, "portGroups"] });
    return {
      name,
      datacenter: body.datacenter,
      ...(body.version === undefined ? {} : { version: body.version }),
      hosts: members,
      uplinks,
      lags,
      uplinkTeam: toUplinkTeam(body.uplinkTeam),
      portGroups,
      mtuBytes: body.mtu ?? largestMtu(portGroups),
      discovery: toDiscovery(body.discovery ?? "lldp-both"),
      multicast: body.multicast ?? "legacy",
      networkIoControl: toNetworkIoControl(body.networkIoControl),
      ...(body.netflow ? { netflow: toNetflow(body.netflow) } : {}),
      ...(body.healthCheck ? { healthCheck: toHealthCheck(body.healthCheck) } : {}),
      alarms: body.alarms ?? [],
    };
  });
}

function toLags(scope: Scope, body: DistributedSwitchSpec, path: Path): Lag[] {
  return Object.entries(body.lags ?? {}).map(([name, spec]) => {
    const at = [...path, "lags", name];
    if (Object.hasOwn(body.uplinks, name)) {
      scope.error("duplicate", at, {
        message: "an uplink of the switch has the same name",
        found: name,
        remedy: "Name the LAG differently: port groups tell uplinks and LAGs apart by their names.",
      });
    }
    if (spec.ports !== undefined && spec.ports < spec.nics.length) {
      scope.error("schema", [...at, "ports"], {
        message: "the LAG has fewer ports than NICs",
        found: spec.ports,
        wanted: `at least ${spec.nics.length}`,
        remedy: "Leave ports out, or raise it.",
      });
    }
    scope.add(...checkVlanList(spec.vlans ?? [], [...at, "vlans"]));
    return toLag(name, spec);
  });
}

/** The map of a switch gives each secondary VLAN one primary and one type. */
function checkPrivateVlans(
  scope: Scope,
  spec: PortGroupsSpec,
  { portGroups, path }: { portGroups: readonly PortGroup[]; path: Path },
): void {
  const known = new Map<number, { meaning: string; network: string }>();
  for (const { name, network } of portGroups) {
    if (network.vlan.kind !== "private") continue;
    const { primary, secondary, type } = network.vlan;
    const meaning = `${type} of primary ${primary}`;
    const first = known.get(secondary) ?? { meaning, network: network.name };
    known.set(secondary, first);
    if (first.meaning === meaning) continue;
    scope.error("reference", [...path, Array.isArray(spec) ? spec.indexOf(name) : name], {
      message: `private VLAN ${secondary} has another primary or type in network ${first.network}`,
      found: meaning,
      wanted: first.meaning,
      remedy: "Give every secondary VLAN of a switch one primary and one type.",
    });
  }
}

function toMembers(scope: Scope, body: DistributedSwitchSpec, at: { hosts: Hosts; path: Path }) {
  const seen = new Claims(scope, "host");
  return body.hosts.flatMap((pattern, index) => {
    const path = [...at.path, "hosts", index];
    const fault = rangeFault(pattern);
    if (fault) {
      scope.error("schema", path, {
        message: fault,
        found: pattern,
        wanted: "a range such as [01:40]",
        remedy: "Correct the range.",
      });
      return [];
    }
    return expandRange(pattern).flatMap((name) => {
      const host = at.hosts.esx.get(name);
      if (!host) {
        if (at.hosts.faulty.has(name)) return [];
        if (at.hosts.kvm.has(name)) scope.error("reference", path, notVsphere(name));
        else scope.add(unknownName({ noun: "vSphere host", name, known: [...at.hosts.esx.keys()], path }));
        return [];
      }
      return seen.take(name, "this switch", { path, remedy: "Name every host once." })
        ? [{ name, address: host.address }]
        : [];
    });
  });
}

function notVsphere(name: string) {
  const remedy = "Name ESXi hosts here; a KVM host has its switches under virtualSwitches.";
  return { message: "the host is not a vSphere host", found: name, wanted: "a host of platform vsphere", remedy };
}

interface NicClaim extends Pick<DistributedSwitch, "name" | "uplinks" | "lags"> {
  readonly path: Path;
  readonly members: readonly string[];
  readonly hosts: Hosts;
  readonly nics: Claims;
}

function claimNics(scope: Scope, { name, uplinks, lags, path, members, hosts, nics }: NicClaim): void {
  for (const { place, nic } of nicPlaces({ uplinks, lags })) {
    const at = [...path, ...nicPath({ lags }, place)];
    for (const member of members) {
      const known = hosts.esx.get(member)?.uplinks.map((candidate) => candidate.name) ?? [];
      if (!known.includes(nic))
        scope.add({
          ...unknownName({ noun: "uplink", name: nic, known, path: at }),
          message: `host ${member} has no uplink of this name`,
        });
      else
        nics.take(`${member} ${nic}`, `${place} of switch ${name}`, {
          path: at,
          shown: nic,
          remedy: "A physical NIC serves one uplink or one port of a LAG, of one switch.",
        });
    }
  }
}

/** Where the file has the NIC of a place. */
function nicPath({ lags }: Pick<DistributedSwitch, "lags">, place: string): Path {
  for (const lag of lags) {
    const index = lag.nics.findIndex((_, candidate) => lagPortName(lag.name, candidate) === place);
    if (index >= 0) return ["lags", lag.name, "nics", index];
  }
  return ["uplinks", place];
}
