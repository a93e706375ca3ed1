// The member hosts of a distributed switch and the NICs that they have on it: who joins, what moves, who leaves. Pure.
import type { SwitchFacts } from "./facts.js";
import {
  bothMembers,
  type Crossing,
  formatMoves,
  lagNames,
  lagOf,
  moved,
  samePlacement,
  withoutLeaving,
} from "./placement.js";
import type { Placement, SwitchStep } from "./steps.js";
import type { SwitchWords } from "./words.js";

/** What is wanted and what is there; facts are not known in a preview. */
export interface Members {
  readonly desired: SwitchWords;
  readonly actual: SwitchWords;
  readonly crossing: readonly Crossing[];
  readonly facts?: SwitchFacts;
}

export function memberConflicts(members: Members): string[] {
  return [...missingHosts(members), ...missingNics(members), ...crossingConflicts(members)];
}

function missingHosts({ desired, facts }: Members): string[] {
  if (!facts) return [];
  const known = facts.hosts.map(({ name }) => name);
  return Object.keys(desired.members)
    .filter((host) => !known.includes(host))
    .map((host) => `vCenter has no host "${host}": correct hosts.<host>.address, or add the host to vCenter`);
}

function missingNics({ desired, facts }: Members): string[] {
  return (facts?.hosts ?? []).flatMap(({ name, nics }) => {
    const wanted = Object.hasOwn(desired.members, name) ? Object.keys(desired.members[name] ?? {}) : [];
    const missing = wanted.filter((nic) => !nics.some(({ device }) => device === nic));
    if (missing.length === 0) return [];
    return [
      `host ${name} has no physical NIC ${missing.join(", ")}; it has ${nics.map(({ device }) => device).join(", ")}: correct uplinks or lags of the switch`,
    ];
  });
}

/** A NIC that crosses leaves its uplink for a moment: another one of the host has to carry the traffic meanwhile. */
function crossingConflicts({ desired, actual, crossing, facts }: Members): string[] {
  const lags = lagNames(desired, actual);
  const between = bothMembers(desired, actual).flatMap(([host, wanted, present]) => {
    const straight = Object.entries(wanted).filter(([nic, to]) => {
      const [source, target] = [lagOf(present[nic] ?? "", lags), lagOf(to, lags)];
      return source !== undefined && target !== undefined && source !== target;
    });
    if (straight.length === 0) return [];
    const moves = straight.map(([nic, to]) => `${nic} from ${present[nic]} to ${to}`).join(", ");
    return [
      `host ${host} would move ${moves}: a NIC can't go from one LAG straight to another. Let it go over standalone uplinks, in two runs of pulumi up`,
    ];
  });
  const lonely = [...new Set(crossing.map(({ host }) => host))].flatMap((host) => {
    const others = Object.keys(actual.members[host] ?? {}).filter((nic) => hasLink(facts, { host, nic }));
    if (others.length >= 2) return [];
    const moving = crossing.filter((each) => each.host === host).map(({ nic, to }) => `${nic} to ${to}`);
    return [
      `host ${host} has ${others.length === 0 ? "no NIC" : `only ${others[0]}`} with link on the switch, and moving ${moving.join(", ")} takes it away for a moment: traffic is moved to a LAG in steps, one NIC after the other, never in one. Give the host a second NIC on the switch first, or take the host out of the switch and in again`,
    ];
  });
  return [...between, ...lonely];
}

function hasLink(facts: SwitchFacts | undefined, { host, nic }: { host: string; nic: string }): boolean {
  if (!facts) return true;
  const found = facts.hosts.find(({ name }) => name === host)?.nics.find(({ device }) => device === nic);
  return found?.hasLink ?? false;
}

/** Hosts join with their standalone NICs: ports of a LAG can be named only once the host has them. */
export function planJoining({ desired, actual }: Members): SwitchStep[] {
  const lags = lagNames(desired, actual);
  const joining = Object.entries(desired.members).filter(([host]) => !Object.hasOwn(actual.members, host));
  if (joining.length === 0) return [];
  const hosts = Object.fromEntries(
    joining.map(([host, wanted]): [string, Placement] => [
      host,
      Object.fromEntries(Object.entries(wanted).filter(([, place]) => lagOf(place, lags) === undefined)),
    ]),
  );
  const names = Object.keys(hosts);
  const join: SwitchStep = {
    kind: "join",
    hosts,
    title: `${listed(names)} ${verb(names, "joins", "join")}`,
    disruption: "none",
  };
  const placed = joining.filter(([host, wanted]) => !samePlacement(hosts[host] ?? {}, wanted));
  if (placed.length === 0) return [join];
  return [join, placeStep(placed.map(([host, wanted]) => ({ host, present: hosts[host] ?? {}, next: wanted })))];
}

/** First the NICs that cross, each by itself; then all others that come or change, one host after the other. */
export function planMoves({ desired, actual, crossing }: Members): SwitchStep[] {
  const steps: SwitchStep[] = [];
  const coming: Move[] = [];
  for (const [host, wanted, before] of bothMembers(desired, actual)) {
    let present = before;
    for (const { nic } of crossing.filter((each) => each.host === host)) {
      if (present[nic] === wanted[nic]) continue;
      const next = moved(present, nic, wanted);
      steps.push({ ...placeStep([{ host, present, next }]), disruption: "brief" });
      present = next;
    }
    const next = withoutLeaving(present, wanted);
    if (samePlacement(present, next)) continue;
    const isAddition = Object.entries(present).every(([nic, place]) => next[nic] === place);
    if (isAddition) coming.push({ host, present, next });
    else steps.push({ ...placeStep([{ host, present, next }]), disruption: "brief" });
  }
  return coming.length > 0 ? [...steps, placeStep(coming)] : steps;
}

/** NICs and hosts that are not wanted any more, once no traffic needs them. */
export function planLeaving({ desired, actual }: Members): SwitchStep[] {
  const steps = bothMembers(desired, actual).flatMap(([host, wanted, before]): SwitchStep[] => {
    const present = withoutLeaving(before, wanted);
    if (samePlacement(present, wanted)) return [];
    return [{ ...placeStep([{ host, present, next: wanted }]), disruption: "brief" }];
  });
  const hosts = Object.keys(actual.members).filter((host) => !Object.hasOwn(desired.members, host));
  if (hosts.length === 0) return steps;
  const title = `${listed(hosts)} ${verb(hosts, "leaves", "leave")} the switch`;
  return [...steps, { kind: "leave", hosts, title, disruption: "outage" }];
}

interface Move {
  readonly host: string;
  readonly present: Placement;
  readonly next: Placement;
}

function placeStep(moves: readonly Move[]): SwitchStep {
  return {
    kind: "place",
    hosts: Object.fromEntries(moves.map(({ host, next }) => [host, next])),
    title: moves.map(({ host, present, next }) => `${host}: ${formatMoves(present, next)}`).join("; "),
    disruption: "none",
  };
}

const SHOWN = 8;

/** At most eight names, and how many more there are. */
export function listed(names: readonly string[]): string {
  return names.length <= SHOWN
    ? names.join(", ")
    : `${names.slice(0, SHOWN).join(", ")} and ${names.length - SHOWN} more`;
}

function verb(names: readonly string[], one: string, many: string): string {
  return names.length === 1 ? one : many;
}
