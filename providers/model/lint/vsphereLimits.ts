// Scale limits of vSphere by release, each with where it was read. A number that no text of the release or of a limit that
// only ever grew confirms is not here: an unknown limit is never reported. Pure data.
import type { VsphereVersion } from "../environment.js";

/** How well a number is known for the release that it stands at. */
export type Confidence = "text of this release" | "text without a last release" | "text of an older release";

export interface Bound {
  readonly value: number;
  readonly source: string;
  readonly confidence: Confidence;
}

/** Above `advised` it is a warning, above `hard` an error. What only an older release is known to take is never hard. */
export interface Limit {
  readonly advised?: Bound;
  readonly hard?: Bound;
}

export const LIMITS = [
  "lagsPerSwitch",
  "lagsPerHost",
  "portsPerLag",
  "functionsPerHost",
  "functionsPerPort",
  "passthroughPerVm",
  "cardsPerVm",
  "hostsPerSwitch",
  "portGroupsPerSwitch",
] as const;
export type LimitName = (typeof LIMITS)[number];

const UNKNOWN: Limit = {};

function older(value: number, source: string): Bound {
  return { value, source, confidence: "text of an older release" };
}

function lasting(value: number, source: string): Bound {
  return { value, source, confidence: "text without a last release" };
}

function confirmed(value: number, source: string): Bound {
  return { value, source, confidence: "text of this release" };
}

const HARDWARE = "vSphere Virtual Machine Administration, Hardware Features Available with Compatibility Settings";
const KB_PASSTHROUGH = "Broadcom KB 309986";
const VF_GUIDE = "vSphere Networking 6.7, SR-IOV Architecture and Interaction";

/** The same for all three releases. */
const LASTING = {
  lagsPerSwitch: { hard: lasting(64, "Broadcom KB 315280, vSphere 5.5 and beyond") },
  lagsPerHost: { advised: older(32, "vSphere Networking 6.7, LACP Support"), hard: lasting(64, "Broadcom KB 315347") },
  portsPerLag: { advised: lasting(24, "Broadcom KB 315280 and 389732") },
  functionsPerHost: { advised: older(1024, VF_GUIDE) },
  // Network cards with more exist: what the card says of itself is looked at before it is set.
  functionsPerPort: { advised: older(64, VF_GUIDE) },
  // The configuration maximums of 7.0 and newer were not at hand; those of 5.5 (1,000 hosts, 6,500 port groups) are long outgrown.
  hostsPerSwitch: UNKNOWN,
  portGroupsPerSwitch: UNKNOWN,
} as const;

export const VSPHERE_LIMITS: Readonly<Record<VsphereVersion, Readonly<Record<LimitName, Limit>>>> = {
  "7.0": {
    ...LASTING,
    passthroughPerVm: { hard: confirmed(16, KB_PASSTHROUGH) },
    cardsPerVm: { advised: confirmed(10, `${HARDWARE} (7.0)`) },
  },
  "8.0": {
    ...LASTING,
    // 32 with 8.0, 64 with 8.0 U1, 128 with 8.0 U2.
    passthroughPerVm: { advised: confirmed(32, KB_PASSTHROUGH), hard: confirmed(128, KB_PASSTHROUGH) },
    cardsPerVm: { advised: older(10, `${HARDWARE} (7.0)`) },
  },
  "9.0": {
    ...LASTING,
    passthroughPerVm: UNKNOWN,
    cardsPerVm: UNKNOWN,
  },
};
