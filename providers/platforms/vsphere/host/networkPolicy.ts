// HostNetworkPolicy: security, teaming and shaping of a standard switch or port group, to and from words. Pure.
import type { z } from "zod";
import type { SecurityPolicy } from "../../../model/portGroup.js";
import type { VimObject } from "../../../model/vim.js";
import type { ShapingWord } from "../portWords.js";
import { vimBoolean, vimLong, vimObject } from "../vimFields.js";
import { fromNicTeaming, isTeamingSet, NicTeaming, toNicTeaming } from "./teaming.js";
import type { PortGroupWords, TeamingWords } from "./words.js";

export const NetworkPolicy = vimObject({
  security: vimObject({
    allowPromiscuous: vimBoolean.optional(),
    macChanges: vimBoolean.optional(),
    forgedTransmits: vimBoolean.optional(),
  }).optional(),
  nicTeaming: NicTeaming.optional(),
  shapingPolicy: vimObject({
    enabled: vimBoolean.optional(),
    averageBandwidth: vimLong.optional(),
    peakBandwidth: vimLong.optional(),
    burstSize: vimLong.optional(),
  }).optional(),
});
export type NetworkPolicy = z.output<typeof NetworkPolicy>;

/** Words of a policy; `teaming` undefined: not to be sent. */
export interface PolicyWords {
  readonly teaming?: TeamingWords | "inherited" | undefined;
  readonly security: SecurityPolicy | "inherited";
  readonly shaping: ShapingWord | "inherited";
}

/** In wire order; what is inherited is left out. */
export function toNetworkPolicy({ security, teaming, shaping }: PolicyWords): VimObject {
  return {
    security: security === "inherited" ? undefined : toSecurity(security),
    nicTeaming: teaming === undefined || teaming === "inherited" ? undefined : toNicTeaming(teaming),
    shapingPolicy: shaping === "inherited" ? undefined : toShapingPolicy(shaping),
  };
}

function toSecurity({ promiscuous, macChanges, forgedTransmits }: SecurityPolicy): VimObject {
  return { allowPromiscuous: promiscuous, macChanges, forgedTransmits };
}

/** The API counts bits per second and bytes. */
function toShapingPolicy(shaping: ShapingWord): VimObject {
  if (shaping === "off") return { enabled: false };
  return {
    enabled: true,
    averageBandwidth: shaping.averageKbps * 1000,
    peakBandwidth: shaping.peakKbps * 1000,
    burstSize: shaping.burstKilobytes * 1024,
  };
}

/** The words of a switch's policy, in which nothing is inherited. */
export function fromSwitchPolicy({ security, nicTeaming, shapingPolicy }: NetworkPolicy) {
  return {
    teaming: fromNicTeaming(nicTeaming ?? {}),
    security: fromSecurity(security ?? {}),
    shaping: fromShapingPolicy(shapingPolicy ?? {}),
  };
}

/** The words of a port group's policy: what it sets itself, and of a part that it sets in pieces the rest as it works. */
export function fromPortGroupPolicy(
  own: NetworkPolicy,
  computed: NetworkPolicy,
): Pick<PortGroupWords, "teaming" | "security" | "shaping"> {
  const isSet = (part: object | undefined) => Object.values(part ?? {}).some((value) => value !== undefined);
  return {
    teaming: isTeamingSet(own.nicTeaming)
      ? fromNicTeaming({ ...computed.nicTeaming, ...given(own.nicTeaming) })
      : "inherited",
    security: isSet(own.security) ? fromSecurity({ ...computed.security, ...given(own.security) }) : "inherited",
    shaping: isSet(own.shapingPolicy)
      ? fromShapingPolicy({ ...computed.shapingPolicy, ...given(own.shapingPolicy) })
      : "inherited",
  };
}

function given<T extends object>(part: T | undefined): Partial<T> {
  return Object.fromEntries(Object.entries(part ?? {}).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function fromSecurity(security: NonNullable<NetworkPolicy["security"]>): SecurityPolicy {
  return {
    promiscuous: security.allowPromiscuous ?? false,
    macChanges: security.macChanges ?? false,
    forgedTransmits: security.forgedTransmits ?? false,
  };
}

function fromShapingPolicy(shaping: NonNullable<NetworkPolicy["shapingPolicy"]>): ShapingWord {
  if (!shaping.enabled) return "off";
  return {
    averageKbps: (shaping.averageBandwidth ?? 0) / 1000,
    peakKbps: (shaping.peakBandwidth ?? 0) / 1000,
    burstKilobytes: (shaping.burstSize ?? 0) / 1024,
  };
}
