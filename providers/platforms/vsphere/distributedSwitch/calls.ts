// Each step of a distributed switch as the one call of vCenter's API that does it, fields in wire order. Pure.
import type { SwitchAlarm } from "../../../model/distributedSwitch.js";
import { SHARE_LEVELS } from "../../../model/networkIoControl.js";
import type { Ref, VimCall, VimObject } from "../../../model/vim.js";
import { madeMark } from "../creation.js";
import { toDefaultPortSetting, toNumericRanges, toPortSetting } from "../portWords.js";
import { ALARM_NAMES, toAlarmSpec } from "./alarms.js";
import type { GroupFacts, HostFacts, SwitchFacts } from "./facts.js";
import type { Placement, Settings, SwitchStep } from "./steps.js";
import type { ContactWords, LagWords, NetflowWords, PortGroupWords, TrafficWords } from "./words.js";

export function toSwitchCall(step: SwitchStep, facts: SwitchFacts): VimCall {
  switch (step.kind) {
    case "upgrade":
      return call(facts.ref, "PerformDvsProductSpecOperation_Task", {
        operation: "upgrade",
        productSpec: { version: step.version },
      });
    case "settings":
      return reconfigure(facts, toSettings(step.settings, facts));
    case "ioControl":
      return call(facts.ref, "EnableNetworkResourceManagement", { enable: step.isEnabled });
    case "uplinkOverrides":
      return allowOverrides(facts);
    case "addLag":
    case "editLag":
    case "removeLag":
      return call(facts.ref, "UpdateDVSLacpGroupConfig_Task", { lacpGroupSpec: [toLagSpec(step, facts)] });
    case "join":
      return reconfigure(facts, { host: members("add", step.hosts, facts) });
    case "place":
      return reconfigure(facts, { host: members("edit", step.hosts, facts) });
    case "leave":
      return reconfigure(facts, {
        host: step.hosts.map((name) => ({ operation: "remove", host: hostNamed(facts, name).ref })),
      });
    case "portGroup":
      return toPortGroupCall(step.portGroup, groupNamed(facts, step.name));
    case "healthCheck":
      return call(facts.ref, "UpdateDVSHealthCheckConfig_Task", {
        healthCheckConfig: [
          toHealthCheck("VMwareDVSVlanMtuHealthCheckConfig", step.healthCheck.vlanMtu),
          toHealthCheck("VMwareDVSTeamingHealthCheckConfig", step.healthCheck.teaming),
        ],
      });
    case "addAlarm":
      return call(facts.alarmManager, "CreateAlarm", {
        entity: facts.datacenter,
        spec: toAlarmSpec(step.name as SwitchAlarm, facts),
      });
    case "removeAlarm":
      return call(alarmNamed(facts, step.name as SwitchAlarm), "RemoveAlarm", {});
  }
}

function call(object: Ref, method: string, content: VimObject): VimCall {
  return { object, method, arguments: content };
}

/** vCenter refuses what was made from an older state than its own: the version is that of the facts. */
function reconfigure(facts: SwitchFacts, spec: VimObject): VimCall {
  return call(facts.ref, "ReconfigureDvs_Task", {
    spec: { $type: "VMwareDVSConfigSpec", configVersion: facts.config.configVersion, ...spec },
  });
}

/** VMwareDVSConfigSpec without its version. */
function toSettings(settings: Settings, { config }: SwitchFacts): VimObject {
  const [protocol = "", operation = ""] = settings.discovery?.split(" ") ?? [];
  return {
    uplinkPortPolicy: settings.uplinks && {
      $type: "DVSNameArrayUplinkPortPolicy",
      uplinkPortName: settings.uplinks,
    },
    defaultPortConfig: settings.defaults && toDefaultPortSetting(settings.defaults),
    description: madeMark(config.description),
    contact: settings.contact && toContact(settings.contact),
    switchIpAddress: settings.switchAddress,
    infrastructureTrafficResourceConfig: settings.traffic && toTraffic(settings.traffic),
    pvlanConfigSpec: toPrivateVlans(settings, config),
    maxMtu: settings.mtuBytes,
    linkDiscoveryProtocolConfig: settings.discovery === undefined ? undefined : { protocol, operation },
    ipfixConfig: settings.netflow && toIpfix(settings.netflow, config),
    lacpApiVersion: settings.lacpApiVersion,
    multicastFilteringMode:
      settings.multicast && { legacy: "legacyFiltering", snooping: "snooping" }[settings.multicast],
  };
}

/** DVSContactInfo: what is left out of it could be kept, so both are said. */
function toContact({ name = "", contact = "" }: ContactWords): VimObject {
  return { name, contact };
}

function toTraffic(traffic: Readonly<Record<string, TrafficWords>>): VimObject[] {
  return Object.entries(traffic).map(([key, { shares, limitMbps, reservationMbps }]) => ({
    key,
    allocationInfo: {
      limit: limitMbps === "unlimited" ? -1 : limitMbps,
      shares:
        typeof shares === "number" ? { shares, level: "custom" } : { shares: SHARE_LEVELS[shares], level: shares },
      reservation: reservationMbps,
    },
  }));
}

function toPrivateVlans({ privateVlans = {}, leavingPrivateVlans = {} }: Settings, config: SwitchFacts["config"]) {
  const present = new Map(config.pvlanConfig.map((entry) => [String(entry.secondaryVlanId), entry]));
  const entry = (secondary: string, meaning: string) => {
    const [type = "", primary = ""] = meaning.split(" of ");
    return { primaryVlanId: Number(primary), secondaryVlanId: Number(secondary), pvlanType: type };
  };
  const specs = [
    ...Object.entries(leavingPrivateVlans).map(([secondary, meaning]) => ({
      pvlanEntry: entry(secondary, meaning),
      operation: "remove",
    })),
    ...Object.entries(privateVlans).flatMap(([secondary, meaning]) => {
      const before = present.get(secondary);
      const wanted = entry(secondary, meaning);
      if (!before) return [{ pvlanEntry: wanted, operation: "add" }];
      if (before.primaryVlanId === wanted.primaryVlanId && before.pvlanType === wanted.pvlanType) return [];
      return [{ pvlanEntry: wanted, operation: "edit" }];
    }),
  ];
  // A primary comes before those that belong to it, and goes after them.
  const rank = ({ pvlanEntry, operation }: (typeof specs)[number]) =>
    (pvlanEntry.pvlanType === "promiscuous") === (operation !== "remove") ? 0 : 1;
  return specs.length === 0 ? undefined : specs.sort((a, b) => rank(a) - rank(b));
}

/** Off: no collector to report to. vCenter wants its timeouts all the same. */
function toIpfix(netflow: NetflowWords | "off", { ipfixConfig }: SwitchFacts["config"]): VimObject {
  if (netflow === "off") {
    return {
      collectorPort: 0,
      activeFlowTimeout: ipfixConfig?.activeFlowTimeout ?? 60,
      idleFlowTimeout: ipfixConfig?.idleFlowTimeout ?? 15,
      samplingRate: ipfixConfig?.samplingRate ?? 0,
      internalFlowsOnly: false,
    };
  }
  return {
    collectorIpAddress: netflow.collector,
    collectorPort: netflow.port,
    observationDomainId: netflow.observationDomain,
    activeFlowTimeout: netflow.activeTimeoutSeconds,
    idleFlowTimeout: netflow.idleTimeoutSeconds,
    samplingRate: netflow.samplingRate,
    internalFlowsOnly: netflow.internalFlowsOnly,
  };
}

type LagStep = Extract<SwitchStep, { readonly kind: "addLag" | "editLag" | "removeLag" }>;

/** An edit without all of these ended in a system error of vCenter. */
function toLagSpec(step: LagStep, { config }: SwitchFacts): VimObject {
  const key = config.lacpGroupConfig.find(({ name }) => name === step.name)?.key;
  if (step.kind === "removeLag") return { lacpGroupConfig: { key, name: step.name }, operation: "remove" };
  const operation = step.kind === "addLag" ? "add" : "edit";
  return { lacpGroupConfig: toLagConfig(step.name, step.lag, step.kind === "addLag" ? undefined : key), operation };
}

/** An edit that leaves VLANs or NetFlow out keeps the LAG's own; one that is empty gives it those of the uplinks again. */
function toLagConfig(name: string, lag: LagWords, key: string | undefined): VimObject {
  const none = key === undefined ? undefined : {};
  return {
    key,
    name,
    mode: lag.role,
    uplinkNum: lag.ports,
    loadbalanceAlgorithm: lag.hash,
    vlan: lag.vlans === "as uplinks" ? none : { vlanId: toNumericRanges(lag.vlans) },
    ipfix: lag.netflow === "as uplinks" ? none : { ipfixEnabled: lag.netflow },
    timeoutMode: lag.timeout,
  };
}

/** A LAG may have VLANs and NetFlow of its own only where the port group of the uplinks lets it. */
function allowOverrides(facts: SwitchFacts): VimCall {
  const [group] = facts.groups.filter(({ ref, config }) => {
    const isUplink = facts.config.uplinkPortgroup.some(({ value }) => value === ref.value);
    return isUplink && !(config.policy?.vlanOverrideAllowed && config.policy.ipfixOverrideAllowed);
  });
  if (!group) throw new Error("every port group of uplinks allows overrides already");
  return call(group.ref, "ReconfigureDVPortgroup_Task", {
    spec: {
      configVersion: group.config.configVersion,
      policy: toPolicy(["vlan", "netflow"], group),
    },
  });
}

/** A setting keeps its port key: without one, vCenter gives the NIC any free uplink, and never a port of a LAG. */
function members(
  operation: "add" | "edit",
  hosts: Readonly<Record<string, Placement>>,
  facts: SwitchFacts,
): VimObject[] {
  return Object.entries(hosts).map(([name, placement]) => {
    const host = hostNamed(facts, name);
    return {
      operation,
      host: host.ref,
      backing: {
        $type: "DistributedVirtualSwitchHostMemberPnicBacking",
        pnicSpec: Object.entries(placement).map(([pnicDevice, place]) => ({
          pnicDevice,
          uplinkPortKey: operation === "add" ? undefined : portKey(host, place),
        })),
      },
    };
  });
}

function portKey({ name, ports }: HostFacts, place: string): string {
  const key = Object.hasOwn(ports, place) ? ports[place] : undefined;
  if (key === undefined)
    throw new Error(`host ${name} has no port ${place} on the switch; it has ${Object.keys(ports).join(", ")}`);
  return key;
}

function toPortGroupCall(words: PortGroupWords, group: GroupFacts): VimCall {
  const isEphemeral = words.binding === "ephemeral";
  return call(group.ref, "ReconfigureDVPortgroup_Task", {
    spec: {
      configVersion: group.config.configVersion,
      numPorts: isEphemeral || words.ports === "as needed" ? undefined : words.ports,
      defaultPortConfig: toPortSetting(words),
      description: madeMark(group.config.description),
      type: isEphemeral ? "ephemeral" : "earlyBinding",
      policy: toPolicy(words.overrides, group),
      autoExpand: isEphemeral ? undefined : words.ports === "as needed",
    },
  });
}

/** VMwareDVSPortgroupPolicy: what is not ours to set stays allowed as vCenter makes it. */
function toPolicy(overrides: readonly string[], { config: { policy } }: GroupFacts): VimObject {
  return {
    $type: "VMwareDVSPortgroupPolicy",
    blockOverrideAllowed: overrides.includes("blocked"),
    shapingOverrideAllowed: overrides.includes("shaping"),
    vendorConfigOverrideAllowed: policy?.vendorConfigOverrideAllowed ?? false,
    livePortMovingAllowed: policy?.livePortMovingAllowed ?? false,
    portConfigResetAtDisconnect: policy?.portConfigResetAtDisconnect ?? true,
    vlanOverrideAllowed: overrides.includes("vlan"),
    uplinkTeamingOverrideAllowed: overrides.includes("uplinkTeam"),
    securityPolicyOverrideAllowed: overrides.includes("security"),
    ipfixOverrideAllowed: overrides.includes("netflow"),
  };
}

/** The interval is told even for a check that is off: it wants one. */
function toHealthCheck($type: string, minutes: number | "off"): VimObject {
  return minutes === "off" ? { $type, enable: false, interval: 0 } : { $type, enable: true, interval: minutes };
}

function hostNamed(facts: SwitchFacts, name: string): HostFacts {
  const host = facts.hosts.find((candidate) => candidate.name === name);
  if (!host) throw new Error(`vCenter has no host "${name}"`);
  return host;
}

function groupNamed(facts: SwitchFacts, name: string): GroupFacts {
  const group = facts.groups.find(({ config }) => config.name === name);
  if (!group) throw new Error(`the switch has no port group "${name}"`);
  return group;
}

function alarmNamed(facts: SwitchFacts, alarm: SwitchAlarm): Ref {
  const found = facts.alarms.find(({ name }) => name === ALARM_NAMES[alarm](facts));
  if (!found) throw new Error(`there is no alarm "${ALARM_NAMES[alarm](facts)}"`);
  return found.ref;
}
