// What vCenter's health check of a distributed switch found, in sentences: told after an up and on refresh, compared with nothing,
// because it is the state of the physical switches and no setting. Pure.
import { formatRanges, type VlanRange } from "../../../model/network.js";
import type { HealthResult, HostFacts, SwitchFacts } from "./facts.js";
import { listed } from "./memberSteps.js";

/** One sentence per finding, with all hosts that have it. Nothing while the check is off: old results may still be there. */
export function healthNotes(facts: SwitchFacts): string[] {
  if (!facts.config.healthCheckConfig.some(({ enable }) => enable)) return [];
  const members = facts.hosts.filter(({ status }) => status !== undefined);
  if (members.length > 0 && members.every(({ health }) => health.length === 0)) return [NOTHING_YET];
  const hosts = new Map<string, string[]>();
  for (const host of members)
    for (const finding of new Set(host.health.flatMap((result) => findings(result, { host, facts }))))
      hosts.set(finding, [...(hosts.get(finding) ?? []), host.name]);
  return [...hosts].map(([finding, names]) => `${listed(names)}: ${finding}`);
}

/** An empty list is no good news. It says nothing about hosts with one NIC on the switch, ever. */
const NOTHING_YET =
  "the health check has found nothing out yet: pulumi refresh shows its results after the next round. It needs two NICs per host on the switch";

interface At {
  readonly host: HostFacts;
  readonly facts: SwitchFacts;
}

function findings(result: HealthResult, at: At): string[] {
  const { untrunkedVlan: untrunked, vlanNotSupportSwitchMtu: small, mtuMismatch, teamingStatus } = result;
  const { maxMtu } = at.facts.config;
  const uplink = uplinkOf(result, at);
  return [
    ...(untrunked.length > 0 ? [`${vlans(untrunked, "is", "are")} not trunked on ${uplink}`] : []),
    ...(mtuMismatch ? [`${uplink} has another MTU than the ${maxMtu} of the switch`] : []),
    ...(small.length > 0 ? [`${vlans(small, "does", "do")} not pass packets of ${maxMtu} bytes on ${uplink}`] : []),
    ...(teamingStatus === undefined ? [] : (TEAMING[teamingStatus] ?? [])),
  ];
}

/** By VMwareDVSTeamingMatchStatus; the two that match say nothing. */
const TEAMING: Readonly<Record<string, readonly string[]>> = {
  iphashMismatch: ["port groups use IP hash, and the physical ports are not one port channel"],
  nonIphashMismatch: ["the physical ports are a port channel, and no port group uses IP hash"],
};

function vlans(ranges: HealthResult["untrunkedVlan"], one: string, many: string): string {
  const all: VlanRange[] = ranges.map(({ start, end }) => ({ first: start, last: end }));
  const [first] = all;
  const isOne = all.length === 1 && first?.first === first?.last;
  return `VLAN ${formatRanges(all)} ${isOne ? one : many}`;
}

/** `uplink1 (vmnic2)`. */
function uplinkOf({ uplinkPortKey: key }: HealthResult, { host, facts }: At): string {
  const name = Object.keys(host.ports).find((port) => host.ports[port] === key) ?? "an uplink";
  const member = facts.config.host.find(({ config }) => config.host?.value === host.ref.value);
  const nic = member?.config.backing?.pnicSpec.find(({ uplinkPortKey }) => uplinkPortKey === key);
  return nic ? `${name} (${nic.pnicDevice})` : name;
}
