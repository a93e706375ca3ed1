// What a port of a distributed switch is set to, in words, and as the API has it (VMwareDVSPortSetting). Pure.
import { formatRanges, type Vlan } from "../../model/network.js";
import type { SecurityPolicy } from "../../model/portGroup.js";
import type { Shaping } from "../../model/shaping.js";
import type { VimObject } from "../../model/vim.js";
import type { TeamingWords } from "./uplinkTeam.js";

/** 0: untagged; a number: access; "100-199,300": trunk; "private 201": secondary private VLAN. */
export type VlanWord = number | string;

export type ShapingWord = "off" | Shaping;

/** What every port of a port group is set to. */
export interface PortWords {
  readonly vlan: VlanWord;
  readonly teaming: TeamingWords;
  readonly security: SecurityPolicy;
  /** From the VM into the switch. */
  readonly ingress: ShapingWord;
  readonly egress: ShapingWord;
  readonly blocked: boolean;
  readonly netflow: boolean;
}

export function toVlanWord(vlan: Vlan): VlanWord {
  switch (vlan.kind) {
    case "untagged":
      return 0;
    case "access":
      return vlan.id;
    case "trunk":
      return formatRanges(vlan.ranges);
    case "private":
      return `private ${vlan.secondary}`;
  }
}

/** The whole setting of a port, nothing inherited: in wire order. */
export function toPortSetting(words: PortWords): VimObject {
  return {
    $type: "VMwareDVSPortSetting",
    blocked: own(words.blocked),
    inShapingPolicy: toShapingPolicy(words.ingress),
    outShapingPolicy: toShapingPolicy(words.egress),
    vlan: toVlanSpec(words.vlan),
    uplinkTeamingPolicy: toTeamingPolicy(words.teaming),
    securityPolicy: toSecurity(words.security),
    ipfixEnabled: own(words.netflow),
  };
}

/** The part of a switch's own default that its port groups start from. */
export function toDefaultPortSetting({ teaming, security }: Pick<PortWords, "teaming" | "security">): VimObject {
  return {
    $type: "VMwareDVSPortSetting",
    uplinkTeamingPolicy: toTeamingPolicy(teaming),
    securityPolicy: toSecurity(security),
  };
}

/** A setting of its own, not that of the level above. */
function own(value: boolean | string | number): VimObject {
  return { inherited: false, value };
}

export function toVlanSpec(vlan: VlanWord): VimObject {
  const type = "VmwareDistributedVirtualSwitch";
  if (typeof vlan === "number") return { $type: `${type}VlanIdSpec`, inherited: false, vlanId: vlan };
  const [, secondary] = /^private (\d+)$/.exec(vlan) ?? [];
  if (secondary !== undefined) return { $type: `${type}PvlanSpec`, inherited: false, pvlanId: Number(secondary) };
  return { $type: `${type}TrunkVlanSpec`, inherited: false, vlanId: toNumericRanges(vlan) };
}

/** NumericRange[] of "100-199,300". */
export function toNumericRanges(ranges: string): VimObject[] {
  return ranges.split(",").map((range) => {
    const [start = "0", end = start] = range.split("-");
    return { start: Number(start), end: Number(end) };
  });
}

export function toTeamingPolicy(teaming: TeamingWords): VimObject {
  return {
    inherited: false,
    policy: own(teaming.policy),
    notifySwitches: own(teaming.notifySwitches),
    // The API says it the other way round: true is no failback.
    rollingOrder: own(!teaming.failback),
    failureCriteria: { inherited: false, checkBeacon: own(teaming.beacon) },
    uplinkPortOrder: {
      inherited: false,
      activeUplinkPort: teaming.active,
      standbyUplinkPort: teaming.standby,
    },
  };
}

function toSecurity({ promiscuous, macChanges, forgedTransmits }: SecurityPolicy): VimObject {
  return {
    inherited: false,
    allowPromiscuous: own(promiscuous),
    macChanges: own(macChanges),
    forgedTransmits: own(forgedTransmits),
  };
}

/** The API counts bits per second and bytes. */
function toShapingPolicy(shaping: ShapingWord): VimObject {
  if (shaping === "off") return { inherited: false, enabled: own(false) };
  return {
    inherited: false,
    enabled: own(true),
    averageBandwidth: own(shaping.averageKbps * 1000),
    peakBandwidth: own(shaping.peakKbps * 1000),
    burstSize: own(shaping.burstKilobytes * 1024),
  };
}
