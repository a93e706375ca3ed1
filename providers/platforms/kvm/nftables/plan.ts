// What a change of the port guard takes on the host, and the way back. Pure.
import { type LayerPlan, NOTHING_TO_DO, type Now } from "../../layer.js";
import { BUNDLES, type MissingTool } from "../../packages.js";
import type { NftablesFacts } from "./facts.js";
import { type NftablesWords, tableOf } from "./words.js";

export function planNftables(desired: NftablesWords, { actual, facts }: Now<NftablesWords, NftablesFacts>): LayerPlan {
  const isWanted = Object.keys(desired.ports).length > 0;
  const isThere = Object.keys(actual.ports).length > 0 || actual.unit === "enabled";
  if (!isWanted && !isThere) return NOTHING_TO_DO;
  const script = (name: string, data: object = {}) => ({ template: `kvm/nftables/${name}.sh`, data });
  return {
    ...NOTHING_TO_DO,
    check: isWanted ? [script("check")] : [],
    before: isWanted ? [] : [script("stop")],
    after: [script(isWanted ? "start" : "gone", { tables: onlyIn(actual, desired) })],
    revertAfter: [
      script("return", { tables: onlyIn(desired, actual), wasEnabled: isThere && facts.unit === "enabled" }),
    ],
  };
}

export function missingOfNftables(_: NftablesWords, { missing }: NftablesFacts): MissingTool[] {
  return missing === undefined ? [] : [{ tool: missing, ...BUNDLES.nftables }];
}

/** Tables of the ports that only the first has. */
function onlyIn(here: NftablesWords, there: NftablesWords): string[] {
  return Object.keys(here.ports)
    .filter((port) => !Object.hasOwn(there.ports, port))
    .map(tableOf);
}
