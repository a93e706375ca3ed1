// What differs, and what traffic notices of making it so. Pure.
import { type Change, compare, type Disruption } from "../../../model/change.js";
import type { Path } from "../../../model/problem.js";
import { FIXED, type VmswitchWords } from "./words.js";

const SETTINGS: Readonly<Record<string, Disruption>> = {
  NetAdapterName: "brief",
  LoadBalancingAlgorithm: "brief",
  isOnTeam: "outage",
  SwitchName: "brief",
  MacAddress: "outage",
  IovWeight: "brief",
  // A change of any of these makes the switch anew: whoever is on it is without network meanwhile.
  ...Object.fromEntries(FIXED.map((key) => [key, "outage" as const])),
};

function disruptionOf(path: Path): Disruption {
  const setting = String(path.at(-1));
  // Whatever an adapter's VLAN was, the traffic of the old one ends.
  if (path.at(-2) === "vlan") return "brief";
  return Object.hasOwn(SETTINGS, setting) ? (SETTINGS[setting] ?? "none") : "none";
}

export function compareVmswitch(desired: VmswitchWords, actual: VmswitchWords): Change[] {
  return compare(desired, actual, disruptionOf);
}
