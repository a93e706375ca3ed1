// What vCenter has of a distributed switch, in words: of port groups, hosts, LAGs, traffic and alarms only those that the file
// names or named. Pure.
import { formatRanges } from "../../../model/network.js";
import { toPortWords } from "../portFacts.js";
import { ALARM_NAMES } from "./alarms.js";
import type { GroupFacts, SwitchFacts } from "./facts.js";
import type { ContactWords, LagWords, NetflowWords, PortGroupWords, SwitchWords, TrafficWords } from "./words.js";

export function fromSwitchFacts(facts: SwitchFacts, scope: SwitchWords): SwitchWords {
  const { config } = facts;
  const defaults = toPortWords(config.defaultPortConfig);
  const discovery = config.linkDiscoveryProtocolConfig;
  return {
    ...(scope.version === undefined ? {} : { version: config.productInfo.version ?? "" }),
    ...(scope.contact === undefined ? {} : { contact: toContactWords(config.contact) }),
    mtuBytes: config.maxMtu,
    discovery: discovery ? `${discovery.protocol} ${discovery.operation}` : "none",
    multicast: config.multicastFilteringMode === "snooping" ? "snooping" : "legacy",
    uplinks: config.uplinkPortPolicy.uplinkPortName,
    netflow: toNetflowWords(config.ipfixConfig),
    switchAddress: config.switchIpAddress ?? "",
    lacpApiVersion: config.lacpApiVersion ?? "singleLag",
    networkIoControl: config.networkResourceManagementEnabled,
    traffic: Object.fromEntries(
      config.infrastructureTrafficResourceConfig
        .filter(({ key }) => Object.hasOwn(scope.traffic, key))
        .map((traffic) => [traffic.key, toTrafficWords(traffic)]),
    ),
    defaults: { teaming: defaults.teaming, security: defaults.security },
    privateVlans: Object.fromEntries(
      config.pvlanConfig
        .filter(({ secondaryVlanId }) => Object.hasOwn(scope.privateVlans, secondaryVlanId))
        .map((entry) => [entry.secondaryVlanId, `${entry.pvlanType} of ${entry.primaryVlanId}`]),
    ),
    lags: Object.fromEntries(
      config.lacpGroupConfig
        .filter(({ name }) => Object.hasOwn(scope.lags, name))
        .map((lag) => [lag.name, toLagWords(lag)]),
    ),
    members: toMembers(facts, scope),
    portGroups: Object.fromEntries(
      facts.groups
        .filter(({ config: { name } }) => Object.hasOwn(scope.portGroups, name))
        .map((group) => [group.config.name, toPortGroupWords(group)]),
    ),
    healthCheck: { vlanMtu: interval(facts, "VlanMtu"), teaming: interval(facts, "Teaming") },
    alarms: Object.fromEntries(
      Object.entries(ALARM_NAMES)
        .filter(([, title]) => facts.alarms.some(({ name }) => name === title(facts)))
        .filter(([alarm]) => Object.hasOwn(scope.alarms, alarm))
        .map(([alarm]) => [alarm, true as const]),
    ),
  };
}

type Config = SwitchFacts["config"];

/** Empty is vCenter's word for none. */
function toContactWords({ name, contact }: NonNullable<Config["contact"]> = {}): ContactWords {
  return { ...(name ? { name } : {}), ...(contact ? { contact } : {}) };
}

/** Without a collector there is nobody to report to, whatever else is set. */
function toNetflowWords(ipfix: Config["ipfixConfig"]): NetflowWords | "off" {
  if (!ipfix?.collectorIpAddress) return "off";
  return {
    collector: ipfix.collectorIpAddress,
    port: ipfix.collectorPort ?? 0,
    observationDomain: ipfix.observationDomainId ?? 0,
    activeTimeoutSeconds: ipfix.activeFlowTimeout,
    idleTimeoutSeconds: ipfix.idleFlowTimeout,
    samplingRate: ipfix.samplingRate,
    internalFlowsOnly: ipfix.internalFlowsOnly,
  };
}

function toTrafficWords({ allocationInfo }: Config["infrastructureTrafficResourceConfig"][number]): TrafficWords {
  const { shares, limit = -1, reservation = 0 } = allocationInfo;
  const level = shares?.level;
  const isLevel = level === "low" || level === "normal" || level === "high";
  return {
    shares: isLevel ? level : (shares?.shares ?? 0),
    limitMbps: limit < 0 ? "unlimited" : limit,
    reservationMbps: reservation,
  };
}

function toLagWords(lag: Config["lacpGroupConfig"][number]): LagWords {
  const ranges = lag.vlan?.vlanId ?? [];
  return {
    role: lag.mode as LagWords["role"],
    hash: lag.loadbalanceAlgorithm as LagWords["hash"],
    ports: lag.uplinkNum,
    timeout: lag.timeoutMode === "fast" ? "fast" : "slow",
    vlans:
      ranges.length > 0 ? formatRanges(ranges.map(({ start, end }) => ({ first: start, last: end }))) : "as uplinks",
    netflow: lag.ipfix?.ipfixEnabled ?? "as uplinks",
  };
}

/** Port keys are unique on a switch; a NIC without one has no port yet. */
function toMembers({ config, hosts }: SwitchFacts, scope: SwitchWords): SwitchWords["members"] {
  const members = config.host.flatMap(({ config: member }): [string, Record<string, string>][] => {
    const host = hosts.find(({ ref }) => ref.value === member.host?.value);
    if (!host || !Object.hasOwn(scope.members, host.name)) return [];
    const names = new Map(Object.entries(host.ports).map(([name, key]) => [key, name]));
    const placed = (member.backing?.pnicSpec ?? []).map((nic) => [
      nic.pnicDevice,
      names.get(nic.uplinkPortKey ?? "") ?? "no port",
    ]);
    return [[host.name, Object.fromEntries(placed)]];
  });
  return Object.fromEntries(members);
}

const OVERRIDES = {
  blocked: "blockOverrideAllowed",
  netflow: "ipfixOverrideAllowed",
  security: "securityPolicyOverrideAllowed",
  shaping: "shapingOverrideAllowed",
  uplinkTeam: "uplinkTeamingOverrideAllowed",
  vlan: "vlanOverrideAllowed",
} as const;

function toPortGroupWords({ config }: GroupFacts): PortGroupWords {
  const isEphemeral = config.type === "ephemeral";
  return {
    ...toPortWords(config.defaultPortConfig),
    binding: isEphemeral ? "ephemeral" : "static",
    ports: isEphemeral || config.autoExpand ? "as needed" : config.numPorts,
    overrides: Object.entries(OVERRIDES).flatMap(([word, property]) =>
      config.policy?.[property as (typeof OVERRIDES)[keyof typeof OVERRIDES]] ? [word] : [],
    ),
  };
}

function interval({ config }: SwitchFacts, kind: "VlanMtu" | "Teaming"): number | "off" {
  const check = config.healthCheckConfig.find(({ $type }) => $type?.includes(kind));
  return check?.enable ? (check.interval ?? 0) : "off";
}
