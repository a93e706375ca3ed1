// Ranges in names, as an Ansible inventory has them: kvm-[01:40] is forty hosts, kvm-01 to kvm-40. Pure.

const RANGE = /\[(\d+):(\d+)\]/g;

/** At most this many names from one pattern: a typing error such as [1:1000000] is an error, not a full memory. */
export const MAX_RANGE = 100_000;
const MAX_DIGITS = 9;

/** Why a pattern can't be expanded, or undefined when it can. */
export function rangeFault(pattern: string): string | undefined {
  const ranges = [...pattern.matchAll(RANGE)];
  for (const [text, first = "", last = ""] of ranges) {
    if (Math.max(first.length, last.length) > MAX_DIGITS) return `${text} has more than ${MAX_DIGITS} digits`;
    const size = Number(last) - Number(first) + 1;
    if (size < 1) return `${text} runs backwards`;
    if (size > MAX_RANGE) return `${text} holds ${size} names, at most ${MAX_RANGE} are allowed`;
  }
  return ranges.length > 1 ? "it has more than one range" : undefined;
}

export function hasRange(text: string): boolean {
  return text.search(RANGE) >= 0;
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
 * The bodies of the members of a group, by index: every range in a string of the body that is as long as the group's
 * own moves along with it (`address: kvm-[01:40].example.net`, `cable: tor-a Ethernet1/[1:40]`). Ranges of another
 * length stay as they are and are refused by the field that holds them, and so are those of a name without a range.
 */
export function memberBodies<T>(group: string, body: T): (index: number) => T {
  if (!hasRange(group) || !hasRange(JSON.stringify(body))) return () => body;
  const size = rangeSize(group);
  return (index) => substitute(body, index, size) as T;
}

function substitute(value: unknown, index: number, size: number): unknown {
  if (typeof value === "string") {
    if (!value.includes("[")) return value;
    return value.replace(RANGE, (text, first: string) => (rangeSize(text) === size ? numberAt(first, index) : text));
  }
  if (Array.isArray(value)) return value.map((item) => substitute(item, index, size));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substitute(item, index, size)]));
  }
  return value;
}

function numberAt(first: string, index: number): string {
  return String(Number(first) + index).padStart(first.length, "0");
}
