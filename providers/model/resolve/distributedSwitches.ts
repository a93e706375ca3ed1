// Distributed switches of vSphere: members, the NIC behind each uplink, port groups. Pure.
import {
  type DistributedSwitch,
  type DistributedSwitchSpec,
  toContact,
  toHealthCheck,
  toNetflow,
} from "../distributedSwitch.js";
import type { EnvironmentSpec } from "../environment.js";
import { checkNetworkIoControl, toNetworkIoControl } from "../networkIoControl.js";
import { type PortGroupsSpec, portGroupEntries } from "../portGroup.js";
import type { Path } from "../problem.js";
import { expandRange, rangeFault } from "../range.js";
import { checkUplinkTeam, toUplinkTeam, unknownName } from "../uplinkTeam.js";
import { largestMtu, toDiscovery } from "../virtualSwitch.js";
import type { Hosts } from "./hosts.js";
import { claimNics, toLags } from "./lags.js";
import { checkPrivateVlans } from "./privateVlans.js";
import { Claims, type Scope, toPortGroups } from "./scope.js";

export function resolveDistributedSwitches(scope: Scope, spec: EnvironmentSpec, hosts: Hosts): DistributedSwitch[] {
  const nics = new Claims(scope, "physical NIC");
  claimStandardUplinks(nics, hosts);
  const portGroupNames = new Claims(scope, "port group name");
  return Object.entries(spec.distributedSwitches ?? {}).map(([name, body]) => {
    const path = ["distributedSwitches", name];
    const members = toMembers(scope, body, { hosts, path });
    const uplinks = Object.entries(body.uplinks).map(([uplink, nic]) => ({
      name: uplink,
      ...(nic === null ? {} : { nic }),
    }));
    const lags = toLags(scope, body, path);
    checkSettings(scope, body, path);
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
      discovery: toDiscovery(body.discovery ?? "lldp-both", "lldp"),
      multicast: body.multicast ?? "legacy",
      networkIoControl: toNetworkIoControl(body.networkIoControl),
      ...(body.netflow ? { netflow: toNetflow(body.netflow) } : {}),
      ...(body.healthCheck ? { healthCheck: toHealthCheck(body.healthCheck) } : {}),
      alarms: body.alarms ?? [],
      ...(body.contact ? { contact: toContact(body.contact) } : {}),
    };
  });
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
        if (at.hosts.kvm.has(name) || at.hosts.hyperv.has(name)) scope.error("reference", path, notVsphere(name));
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
  const remedy = "Name ESXi hosts here; hosts of other platforms have their switches under virtualSwitches.";
  return { message: "the host is not a vSphere host", found: name, wanted: "a host of platform vsphere", remedy };
}

/** The NICs that standard switches have already: what is wrong among those has been said. */
function claimStandardUplinks(nics: Claims, hosts: Hosts): void {
  for (const host of hosts.esx.values()) {
    for (const { name, uplinkTeam } of host.standardSwitches) {
      for (const nic of new Set(uplinkTeam?.members)) nics.keep(`${host.name} ${nic}`, `standard switch ${name}`);
    }
  }
}

/** Settings that mean nothing, or contradict each other, by themselves. */
function checkSettings(scope: Scope, body: DistributedSwitchSpec, path: Path): void {
  scope.add(...checkNetworkIoControl(body.networkIoControl, [...path, "networkIoControl"]));
  if (!body.netflow) checkNetflow(scope, body.portGroups, [...path, "portGroups"]);
  const alarm = body.alarms?.indexOf("lag-member") ?? -1;
  if (alarm >= 0 && Object.keys(body.lags ?? {}).length === 0) {
    scope.error("schema", [...path, "alarms", alarm], {
      message: "the switch has no LAG",
      found: "lag-member",
      remedy: "Remove the alarm, or add lags.",
    });
  }
}

function checkNetflow(scope: Scope, spec: PortGroupsSpec, path: Path): void {
  for (const [name, group] of portGroupEntries(spec)) {
    if (!group.netflow) continue;
    scope.error("schema", [...path, name, "netflow"], {
      message: "the switch has no NetFlow collector",
      found: true,
      wanted: "netflow: { collector: ... } of the switch",
      remedy: "Add netflow to the switch, or remove it here.",
    });
  }
}
