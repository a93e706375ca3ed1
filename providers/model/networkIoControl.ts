// NetworkIoControl: how the kinds of traffic of a distributed switch share its uplinks. Pure.
import { z } from "zod";
import * as field from "./field.js";
import type { Path, Problem } from "./problem.js";

/** Kinds of traffic, in the API's own words. nvmetcp: vSphere 7.0.3 or newer. */
export const TRAFFIC_CLASSES = [
  "management",
  "faultTolerance",
  "vmotion",
  "virtualMachine",
  "iSCSI",
  "nfs",
  "hbr",
  "vsan",
  "vdp",
  "backupNfc",
  "nvmetcp",
  "provisioning",
] as const;
export type TrafficClass = (typeof TRAFFIC_CLASSES)[number];

/** What the words of the API stand for, in shares. */
export const SHARE_LEVELS = { low: 25, normal: 50, high: 100 } as const;

export const TrafficSpec = z.strictObject({
  shares: field
    .described(
      z.union([z.enum(["low", "normal", "high"]), z.number().int().min(1).max(100)]),
      "Weight when an uplink is full: low (25), normal (50), high (100), or a number from 1 to 100. Default: normal; virtualMachine high.",
      "low, normal, high, or a whole number from 1 to 100",
    )
    .optional(),
  limitMbps: field
    .integer({ min: 1, max: 1_000_000 }, "Most that this traffic gets on an uplink, in Mbit/s. Default: not limited.")
    .optional(),
  reservationMbps: field
    .integer({ min: 0, max: 1_000_000 }, "What is kept for this traffic on each uplink, in Mbit/s. Default 0.")
    .optional(),
});
export type TrafficSpec = z.input<typeof TrafficSpec>;

export const NetworkIoControlSpec = z.strictObject({
  enabled: field.flag("Default true.").optional(),
  traffic: field
    .described(
      z.partialRecord(z.enum(TRAFFIC_CLASSES), TrafficSpec),
      "Shares, limit and reservation by kind of traffic. Kinds that are not named stay as vCenter has them.",
      "a map such as {vmotion: {shares: low, limitMbps: 5000}}",
    )
    .optional(),
});
export type NetworkIoControlSpec = z.input<typeof NetworkIoControlSpec>;

export interface Traffic {
  readonly class: TrafficClass;
  readonly shares: keyof typeof SHARE_LEVELS | number;
  /** Undefined: not limited. */
  readonly limitMbps?: number;
  readonly reservationMbps: number;
}

export interface NetworkIoControl {
  readonly enabled: boolean;
  readonly traffic: readonly Traffic[];
}

export function toNetworkIoControl(spec: NetworkIoControlSpec | undefined): NetworkIoControl {
  const traffic = TRAFFIC_CLASSES.flatMap((name): Traffic[] => {
    const given = spec?.traffic?.[name];
    if (!given) return [];
    return [
      {
        class: name,
        shares: given.shares ?? (name === "virtualMachine" ? "high" : "normal"),
        ...(given.limitMbps === undefined ? {} : { limitMbps: given.limitMbps }),
        reservationMbps: given.reservationMbps ?? 0,
      },
    ];
  });
  return { enabled: spec?.enabled ?? true, traffic };
}

/** What is kept for a kind of traffic can't be more than it may have. */
export function checkNetworkIoControl(spec: NetworkIoControlSpec | undefined, path: Path): Problem[] {
  return TRAFFIC_CLASSES.flatMap((name): Problem[] => {
    const { limitMbps, reservationMbps = 0 } = spec?.traffic?.[name] ?? {};
    if (limitMbps === undefined || reservationMbps <= limitMbps) return [];
    return [
      {
        rule: "schema",
        severity: "error",
        path: [...path, "traffic", name, "reservationMbps"],
        message: "the reservation is larger than the limit",
        found: `${reservationMbps}`,
        wanted: `at most ${limitMbps}`,
        remedy: "Lower reservationMbps, or raise limitMbps.",
      },
    ];
  });
}
