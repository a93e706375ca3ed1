// Traffic shaping: a token bucket per port. Pure.
import { z } from "zod";
import * as field from "./field.js";
import type { Path, Problem } from "./problem.js";

const MAX_KBPS = 1_000_000_000;

export const ShapingSpec = z.strictObject({
  averageKbps: field.integer({ min: 1, max: MAX_KBPS }, "Bandwidth over time, in kbit/s."),
  peakKbps: field
    .integer({ min: 1, max: MAX_KBPS }, "Bandwidth while a burst lasts, in kbit/s. Default: averageKbps.")
    .optional(),
  burstKilobytes: field
    .integer({ min: 1, max: 100_000_000 }, "Largest burst, in kilobytes of 1024 bytes. Default 102400.")
    .optional(),
});
export type ShapingSpec = z.input<typeof ShapingSpec>;

export interface Shaping {
  readonly averageKbps: number;
  readonly peakKbps: number;
  readonly burstKilobytes: number;
}

export function toShaping(spec: ShapingSpec): Shaping {
  return {
    averageKbps: spec.averageKbps,
    peakKbps: spec.peakKbps ?? spec.averageKbps,
    burstKilobytes: spec.burstKilobytes ?? 102_400,
  };
}

/** A peak below the average is refused by vCenter. */
export function checkShaping(spec: ShapingSpec | undefined, path: Path): Problem[] {
  if (spec?.peakKbps === undefined || spec.peakKbps >= spec.averageKbps) return [];
  return [
    {
      rule: "schema",
      severity: "error",
      path: [...path, "peakKbps"],
      message: "the peak is below the average",
      found: `${spec.peakKbps}`,
      wanted: `at least ${spec.averageKbps}`,
      remedy: "Raise peakKbps, or leave it out.",
    },
  ];
}
