// The VLANs of a bridge port as single entries, each a range with its flags, as bridge(8) and NetworkManager take them. Pure.
import type { KernelBridgeVlans } from "./words.js";

export interface VlanEntry {
  readonly first: number;
  readonly last: number;
  readonly isPvid: boolean;
  readonly isUntagged: boolean;
}

/** In the order of the ids, no id in two entries; the pvid always is one of its own. */
export function vlanEntries({ vlans, pvid, untagged }: KernelBridgeVlans): VlanEntry[] {
  const tagged = pvid === null ? vlanRanges(vlans) : without(vlanRanges(vlans), [{ first: pvid, last: pvid }]);
  const entries = tagged.map((range) => ({ ...range, isPvid: false, isUntagged: false }));
  const own = pvid === null ? [] : [{ first: pvid, last: pvid, isPvid: true, isUntagged: untagged }];
  return [...entries, ...own].sort((left, right) => left.first - right.first);
}

/** Ranges of ids that are in `actual` and not in `desired`, such as `10` and `100-199`. */
export function vlansToLeave(desired: KernelBridgeVlans, actual: KernelBridgeVlans): string[] {
  return without(vlanEntries(actual), vlanEntries(desired)).map(rangeText);
}

export function rangeText({ first, last }: Range): string {
  return first === last ? `${first}` : `${first}-${last}`;
}

interface Range {
  readonly first: number;
  readonly last: number;
}

function vlanRanges(text: string): Range[] {
  return text
    .split(",")
    .filter((part) => part !== "")
    .map((part) => {
      const [first = "", last = first] = part.split("-");
      return { first: Number(first), last: Number(last) };
    });
}

function without(ranges: readonly Range[], holes: readonly Range[]): Range[] {
  return holes.reduce<Range[]>(
    (left, hole) =>
      left.flatMap(({ first, last }) => [
        ...(first < hole.first ? [{ first, last: Math.min(last, hole.first - 1) }] : []),
        ...(last > hole.last ? [{ first: Math.max(first, hole.last + 1), last }] : []),
      ]),
    ranges.map(({ first, last }) => ({ first, last })),
  );
}
