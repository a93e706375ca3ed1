// Ranges in names, as an Ansible inventory has them: kvm-[01:40] is forty hosts, kvm-01 to kvm-40. Pure.

const RANGE = /\[(\d+):(\d+)\]/g;

/** At most this many names from one pattern: a typing error such as [1:1000000] is an error, not a full memory. */
export const MAX_RANGE = 100_000;

/** Why a pattern can't be expanded, or undefined when it can. */
export function rangeFault(pattern: string): string | undefined {
  for (const [text, first, last] of pattern.matchAll(RANGE)) {
    const size = Number(last) - Number(first) + 1;
    if (size < 1) return `${text} runs backwards`;
    if (size > MAX_RANGE) return `${text} holds ${size} names, at most ${MAX_RANGE} are allowed`;
  }
  if ([...pattern.matchAll(RANGE)].length > 1) return "it has more than one range";
  return undefined;
}

/** The names of a pattern in order; a name without a range is itself. The pattern must have no fault. */
export function expandRange(pattern: string): string[] {
  const match = [...pattern.matchAll(RANGE)][0];
  if (!match) return [pattern];
  const [text, first = "", last = ""] = match;
  const size = Number(last) - Number(first) + 1;
  return Array.from({ length: size }, (_, index) => pattern.replace(text, numberAt(first, index)));
}

/** How many names a pattern holds. */
export function rangeSize(pattern: string): number {
  const match = [...pattern.matchAll(RANGE)][0];
  return match ? Number(match[2]) - Number(match[1]) + 1 : 1;
}

/**
 * The body of one member of a group: every range in a string of the body that is as long as the group's own moves
 * along with it (`address: kvm-[01:40].example.net`, `cable: tor-a Ethernet1/[1:40]`). Ranges of another length stay
 * as they are and are refused by the field that holds them.
 */
export function bodyAt<T>(body: T, index: number, size: number): T {
  if (size === 1 || !hasRange(body)) return body;
  return substitute(body, index, size) as T;
}

function substitute(value: unknown, index: number, size: number): unknown {
  if (typeof value === "string") {
    return value.replace(RANGE, (text, first: string) => (rangeSize(text) === size ? numberAt(first, index) : text));
  }
  if (Array.isArray(value)) return value.map((item) => substitute(item, index, size));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substitute(item, index, size)]));
  }
  return value;
}

function hasRange(value: unknown): boolean {
  return JSON.stringify(value).search(RANGE) >= 0;
}

function numberAt(first: string, index: number): string {
  return String(Number(first) + index).padStart(first.length, "0");
}
