// A distributed switch of the environment in words. Pure.
import { type Contact, type DistributedSwitch, nicPlaces } from "../../../model/distributedSwitch.js";
import type { Lag } from "../../../model/lag.js";
import { formatRanges } from "../../../model/network.js";
import type { Traffic } from "../../../model/networkIoControl.js";
import type { PortGroup } from "../../../model/portGroup.js";
import type { UplinkTeam } from "../../../model/uplinkTeam.js";
import { toVlanWord } from "../portWords.js";
import { toTeaming } from "../uplinkTeam.js";
import type { ContactWords, LagWords, PortGroupWords, SwitchWords, TrafficWords } from "./words.js";

export function toSwitchWords(dvs: DistributedSwitch): SwitchWords {
  const places = Object.fromEntries([...nicPlaces(dvs)].map(({ place, nic }) => [nic, place]));
  return {
    ...(dvs.version === undefined ? {} : { version: dvs.version }),
    ...(dvs.contact === undefined ? {} : { contact: toContactWords(dvs.contact) }),
    mtuBytes: dvs.mtuBytes,
    discovery: `${dvs.discovery.protocol} ${dvs.discovery.operation}`,
    multicast: dvs.multicast,
    uplinks: dvs.uplinks.map(({ name }) => name),
    netflow: toNetflowWords(dvs),
    switchAddress: dvs.netflow?.switchAddress ?? "",
    lacpApiVersion: "multipleLag",
    networkIoControl: dvs.networkIoControl.enabled,
    traffic: named(dvs.networkIoControl.traffic, ({ class: name }) => name, toTrafficWords),
    defaults: {
      teaming: toTeaming(dvs.uplinkTeam),
      security: { promiscuous: false, macChanges: false, forgedTransmits: false },
    },
    privateVlans: toPrivateVlans(dvs.portGroups),
    lags: named(dvs.lags, ({ name }) => name, toLagWords),
    members: named(
      dvs.hosts,
      ({ address }) => address,
      () => places,
    ),
    portGroups: named(
      dvs.portGroups,
      ({ name }) => name,
      (group) => toPortGroupWords(group, dvs.uplinkTeam),
    ),
    healthCheck: {
      vlanMtu: dvs.healthCheck?.vlanMtu ? dvs.healthCheck.intervalMinutes : "off",
      teaming: dvs.healthCheck?.teaming ? dvs.healthCheck.intervalMinutes : "off",
    },
    alarms: named(
      dvs.alarms,
      (alarm) => alarm,
      () => true as const,
    ),
  };
}

function named<T, R>(items: readonly T[], name: (item: T) => string, value: (item: T) => R): Record<string, R> {
  return Object.fromEntries(items.map((item) => [name(item), value(item)]));
}

function toContactWords({ name, details }: Contact): ContactWords {
  return { name, ...(details === undefined ? {} : { contact: details }) };
}

function toNetflowWords({ netflow }: DistributedSwitch): SwitchWords["netflow"] {
  if (!netflow) return "off";
  const { switchAddress: _, ...words } = netflow;
  return words;
}

function toTrafficWords({ shares, limitMbps, reservationMbps }: Traffic): TrafficWords {
  return { shares, limitMbps: limitMbps ?? "unlimited", reservationMbps };
}

function toLagWords({ role, hash, ports, timeout, vlans, netflow }: Lag): LagWords {
  const [ranges, isReported] = [vlans ? formatRanges(vlans) : "as uplinks", netflow ?? ("as uplinks" as const)];
  return { role, hash, ports, timeout, vlans: ranges, netflow: isReported };
}

function toPortGroupWords(group: PortGroup, team: UplinkTeam): PortGroupWords {
  return {
    vlan: toVlanWord(group.network.vlan),
    teaming: toTeaming(group.uplinkTeam ?? team),
    security: group.security,
    ingress: group.shaping.ingress ?? "off",
    egress: group.shaping.egress ?? "off",
    blocked: group.blocked,
    netflow: group.netflow,
    binding: group.binding,
    ports: group.binding === "ephemeral" ? "as needed" : (group.numPorts ?? "as needed"),
    overrides: group.portOverrides,
  };
}

/** The map that the private VLANs of the port groups need: each primary as its own promiscuous entry, then the others. */
function toPrivateVlans(portGroups: readonly PortGroup[]): Record<string, string> {
  const map: Record<string, string> = {};
  for (const { network } of portGroups) {
    if (network.vlan.kind !== "private") continue;
    const { primary, secondary, type } = network.vlan;
    map[primary] = `promiscuous of ${primary}`;
    if (type !== "promiscuous") map[secondary] = `${type} of ${primary}`;
  }
  return map;
}
