// Which NIC of a host is on which uplink or LAG port, and how it comes from one to another without a host that is cut off. Pure.
import type { Placement } from "./steps.js";
import type { SwitchWords } from "./words.js";

/** A NIC that goes from a standalone uplink to a port of a LAG, or back. */
export interface Crossing {
  readonly host: string;
  readonly nic: string;
  readonly from: string;
  readonly to: string;
  /** The LAG at either end. */
  readonly lag: string;
}

/** The LAG that a place belongs to; undefined for a standalone uplink. */
export function lagOf(place: string, lags: readonly string[]): string | undefined {
  const [, lag] = /^(.+)-\d+$/.exec(place) ?? [];
  return lag !== undefined && lags.includes(lag) ? lag : undefined;
}

/** Every NIC that changes between standalone and LAG, on hosts that are members before and after. */
export function crossings(desired: SwitchWords, actual: SwitchWords): Crossing[] {
  const lags = lagNames(desired, actual);
  return bothMembers(desired, actual).flatMap(([host, wanted, present]) =>
    Object.entries(wanted).flatMap(([nic, to]): Crossing[] => {
      const from = present[nic];
      if (from === undefined || from === to) return [];
      const [source, target] = [lagOf(from, lags), lagOf(to, lags)];
      const lag = target ?? source;
      return source === target || lag === undefined ? [] : [{ host, nic, from, to, lag }];
    }),
  );
}

export function lagNames(...words: readonly SwitchWords[]): string[] {
  return [...new Set(words.flatMap(({ lags }) => Object.keys(lags)))];
}

/** Hosts that are members before and after: name, wanted placement, present placement. */
export function bothMembers(desired: SwitchWords, actual: SwitchWords): [string, Placement, Placement][] {
  return Object.entries(desired.members).flatMap(([host, wanted]): [string, Placement, Placement][] => {
    const present = Object.hasOwn(actual.members, host) ? actual.members[host] : undefined;
    return present ? [[host, wanted, present]] : [];
  });
}

/**
 * The placement after one NIC has moved. Who is in its way goes to its own place, and so on; a NIC that is not wanted any more
 * leaves the switch.
 */
export function moved(present: Placement, nic: string, wanted: Placement): Placement {
  const next: Record<string, string> = { ...present };
  let mover: string | undefined = nic;
  while (mover !== undefined) {
    const to: string | undefined = wanted[mover];
    if (to === undefined) {
      delete next[mover];
      break;
    }
    const inTheWay: string | undefined = Object.keys(next).find((other) => other !== mover && next[other] === to);
    next[mover] = to;
    mover = inTheWay;
  }
  return next;
}

/** All wanted NICs in their places, and those that are to leave still there unless they are in the way. */
export function withoutLeaving(present: Placement, wanted: Placement): Placement {
  const taken = new Set(Object.values(wanted));
  const staying = Object.entries(present).filter(([nic, place]) => !Object.hasOwn(wanted, nic) && !taken.has(place));
  return { ...wanted, ...Object.fromEntries(staying) };
}

export function samePlacement(a: Placement, b: Placement): boolean {
  const [nics, others] = [Object.keys(a), Object.keys(b)];
  return nics.length === others.length && nics.every((nic) => a[nic] === b[nic]);
}

/** "vmnic2 to lag1-0, vmnic3 off the switch": what changes for one host. */
export function formatMoves(present: Placement, next: Placement): string {
  const nics = [...new Set([...Object.keys(next), ...Object.keys(present)])];
  return nics
    .filter((nic) => present[nic] !== next[nic])
    .map((nic) => {
      const [from, to] = [present[nic], next[nic]];
      if (to === undefined) return `${nic} leaves ${from}`;
      return from === undefined ? `${nic} comes to ${to}` : `${nic} moves from ${from} to ${to}`;
    })
    .join(", ");
}
