// How port groups come from standalone uplinks to a LAG, or back. vCenter's own guide: the LAG becomes standby, the NICs move one by
// one, the LAG becomes the only active one. Source: vSphere Networking, Configure a LAG to Handle the Traffic. Pure.
import type { TeamingWords } from "../uplinkTeam.js";
import { type Crossing, lagNames } from "./placement.js";
import type { SwitchWords } from "./words.js";

/** The LAG that a team names, if any. */
export function lagInTeam({ active, standby }: TeamingWords, lags: readonly string[]): string | undefined {
  return [...active, ...standby].find((name) => lags.includes(name));
}

/**
 * What the team of a port group has to be while NICs cross: the standalone uplinks active, and the LAG standby. Undefined for
 * a team that none of the crossings concerns.
 */
export function teamWhileCrossing(
  { desired, actual }: { readonly desired: TeamingWords; readonly actual: TeamingWords },
  { crossing, lags }: { readonly crossing: readonly Crossing[]; readonly lags: readonly string[] },
): TeamingWords | undefined {
  const isConcerned = (lag: string | undefined) => crossing.some((each) => each.lag === lag);
  const lag = [lagInTeam(desired, lags), lagInTeam(actual, lags)].find(isConcerned);
  if (lag === undefined) return undefined;
  const standalone = [actual, desired]
    .map((team) => ({ team, active: team.active.filter((name) => !lags.includes(name)) }))
    .find(({ active }) => active.length > 0);
  if (!standalone) return undefined;
  return { ...standalone.team, active: standalone.active, standby: [lag], beacon: false };
}

/** Teams that can't come to what is wanted in steps that each keep a way open. */
export function teamConflicts(desired: SwitchWords, actual: SwitchWords): string[] {
  const lags = lagNames(desired, actual);
  return Object.entries(desired.portGroups).flatMap(([name, { teaming }]) => {
    const before = Object.hasOwn(actual.portGroups, name) ? actual.portGroups[name] : undefined;
    const [from, to] = [before && lagInTeam(before.teaming, lags), lagInTeam(teaming, lags)];
    if (from === undefined || to === undefined || from === to) return [];
    return [
      `port group ${name} can't go from ${from} straight to ${to}: vSphere keeps no traffic on two LAGs at once. Let it go over standalone uplinks: one pulumi up with a team of uplinks, then one with ${to}`,
    ];
  });
}
