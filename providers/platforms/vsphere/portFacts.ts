// What vCenter says a port of a distributed switch is set to (VMwareDVSPortSetting), as words. Pure.
import { z } from "zod";
import { formatRanges } from "../../model/network.js";
import type { PortWords, ShapingWord, VlanWord } from "./portWords.js";
import type { TeamingPolicy, TeamingWords } from "./uplinkTeam.js";
import { vimBoolean, vimInt, vimList, vimLong, vimObject } from "./vimFields.js";

/** A setting with its level: BoolPolicy, StringPolicy, LongPolicy. */
function policy<T extends z.ZodType>(value: T) {
  return vimObject({ value: value.optional() }).optional();
}

const flag = policy(vimBoolean);

const shaping = vimObject({
  enabled: flag,
  averageBandwidth: policy(vimLong),
  peakBandwidth: policy(vimLong),
  burstSize: policy(vimLong),
}).optional();

const vlan = vimObject({
  $type: z.string().optional(),
  vlanId: z.unknown().optional(),
  pvlanId: vimInt.optional(),
}).optional();

const teaming = vimObject({
  policy: policy(z.string()),
  notifySwitches: flag,
  rollingOrder: flag,
  failureCriteria: vimObject({ checkBeacon: flag }).optional(),
  uplinkPortOrder: vimObject({
    activeUplinkPort: vimList(z.string()),
    standbyUplinkPort: vimList(z.string()),
  }).optional(),
}).optional();

export const portSettingFields = vimObject({
  blocked: flag,
  inShapingPolicy: shaping,
  outShapingPolicy: shaping,
  vlan,
  uplinkTeamingPolicy: teaming,
  securityPolicy: vimObject({ allowPromiscuous: flag, macChanges: flag, forgedTransmits: flag }).optional(),
  ipfixEnabled: flag,
});
type PortSetting = z.output<typeof portSettingFields>;

/** What is in force, whether it is the port group's own or comes from the switch. */
export function toPortWords(setting: PortSetting): PortWords {
  return {
    vlan: toVlanWord(setting.vlan),
    teaming: toTeamingWords(setting.uplinkTeamingPolicy),
    security: {
      promiscuous: setting.securityPolicy?.allowPromiscuous?.value ?? false,
      macChanges: setting.securityPolicy?.macChanges?.value ?? false,
      forgedTransmits: setting.securityPolicy?.forgedTransmits?.value ?? false,
    },
    ingress: toShapingWord(setting.inShapingPolicy),
    egress: toShapingWord(setting.outShapingPolicy),
    blocked: setting.blocked?.value ?? false,
    netflow: setting.ipfixEnabled?.value ?? false,
  };
}

const rangeFields = vimList(vimObject({ start: vimInt, end: vimInt }));

function toVlanWord(setting: PortSetting["vlan"]): VlanWord {
  if (!setting) return 0;
  if (setting.pvlanId !== undefined) return `private ${setting.pvlanId}`;
  const isTrunk = setting.$type?.endsWith("TrunkVlanSpec") ?? typeof setting.vlanId === "object";
  if (!isTrunk) return vimInt.parse(setting.vlanId ?? "0");
  const ranges = rangeFields.parse(setting.vlanId);
  return formatRanges(ranges.map(({ start, end }) => ({ first: start, last: end })));
}

function toTeamingWords(setting: PortSetting["uplinkTeamingPolicy"]): TeamingWords {
  return {
    policy: (setting?.policy?.value ?? "loadbalance_srcid") as TeamingPolicy,
    active: setting?.uplinkPortOrder?.activeUplinkPort ?? [],
    standby: setting?.uplinkPortOrder?.standbyUplinkPort ?? [],
    beacon: setting?.failureCriteria?.checkBeacon?.value ?? false,
    failback: !(setting?.rollingOrder?.value ?? false),
    notifySwitches: setting?.notifySwitches?.value ?? true,
  };
}

function toShapingWord(setting: PortSetting["inShapingPolicy"]): ShapingWord {
  if (!setting?.enabled?.value) return "off";
  return {
    averageKbps: (setting.averageBandwidth?.value ?? 0) / 1000,
    peakKbps: (setting.peakBandwidth?.value ?? 0) / 1000,
    burstKilobytes: (setting.burstSize?.value ?? 0) / 1024,
  };
}
