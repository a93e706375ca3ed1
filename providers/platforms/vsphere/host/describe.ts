// How differences are told in the title of a step, and what traffic notices of them. Pure.
import { type Change, compare, type Disruption } from "../../../model/change.js";
import { formatPath, quoteValue } from "../../../model/problem.js";

/** Settings that traffic notices, by the last step of their path. Source: vSphere Networking guide. */
const DISRUPTION: Readonly<Record<string, Disruption>> = {
  // NICs go down and up, or traffic changes over to others.
  mtuBytes: "brief",
  uplinks: "brief",
  active: "brief",
  standby: "brief",
  policy: "brief",
  teaming: "brief",
  vlan: "brief",
  switch: "brief",
  portGroup: "brief",
  address: "brief",
  // What a VM sends from another MAC address than its own is dropped from the moment it is no longer allowed.
  macChanges: "brief",
  forgedTransmits: "brief",
};

/** Every difference, with what traffic notices. */
export function differences(desired: object, actual: object): Change[] {
  return compare(desired, actual, (path) => DISRUPTION[String(path.at(-1))] ?? "none");
}

/** `mtuBytes 1500 becomes 9000, vlan 10 becomes 20`. */
export function describe(changes: readonly Change[]): string {
  return changes.map(({ path, from, to }) => `${formatPath(path)} ${shown(from)} becomes ${shown(to)}`).join(", ");
}

function shown(value: unknown): string {
  if (value === undefined) return "unset";
  return typeof value === "string" ? value : quoteValue(value);
}

const RANK: Readonly<Record<Disruption, number>> = { none: 0, brief: 1, outage: 2 };

export function worst(changes: readonly Pick<Change, "disruption">[]): Disruption {
  return changes.reduce<Disruption>(
    (found, { disruption }) => (RANK[disruption] > RANK[found] ? disruption : found),
    "none",
  );
}
