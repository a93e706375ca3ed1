// How the cmdlets of CIM modules find what they are about: by filters, or again from an object that they had written (EM-04, EM-05). Pure.
import type { ObjectValue } from "../../contract";
import { asText, type Call, textOf } from "../call";
import { cimNotFound } from "../errors";
import { hasWildcard, isSame, matches } from "../wildcard";

export type Filters<T> = Readonly<Record<string, (item: T) => string | number | boolean | null | undefined>>;

/** What the given filters leave; errors for what none of them finds. */
export function query<T>(call: Call, className: string, items: readonly T[], filters: Filters<T>): T[] {
  const given = Object.entries(filters)
    .filter(([parameter]) => call.has(parameter))
    .map(([parameter, read]) => ({ parameter, read, wanted: call.values(parameter).map(asText) }));
  const found = items.filter((item) =>
    given.every(({ read, wanted }) => wanted.some((value) => isMatch(value, read(item)))),
  );
  for (const missing of missed(given, found)) call.bound.error(cimNotFound(call.cmdlet, className, missing).record);
  return found;
}

interface GivenFilter<T> {
  readonly parameter: string;
  readonly read: Filters<T>[string];
  readonly wanted: readonly string[];
}

function missed<T>(given: readonly GivenFilter<T>[], found: readonly T[]): { parameter: string; value: string }[][] {
  const [only, ...others] = given;
  if (!only) return [];
  if (others.length > 0) {
    const isVague = given.some(({ wanted }) => wanted.some(hasWildcard));
    const filters = given.map(({ parameter, wanted }) => ({ parameter, value: wanted.join(", ") }));
    return found.length === 0 && !isVague ? [filters] : [];
  }
  const { parameter, wanted, read } = only;
  return wanted
    .filter((value) => !hasWildcard(value) && !found.some((item) => isMatch(value, read(item))))
    .map((value) => [{ parameter, value }]);
}

function isMatch(wanted: string, value: string | number | boolean | null | undefined): boolean {
  const text = value === null || value === undefined ? "" : String(value);
  return hasWildcard(wanted) ? matches(wanted, text) : isSame(wanted, text);
}

/** Objects that come by -InputObject, looked up again by a property of theirs. */
export function again<T>(
  call: Call,
  className: string,
  items: readonly T[],
  { property, read }: { property: string; read: (item: T) => string | number },
): T[] {
  return call.objects("InputObject").flatMap((given: ObjectValue) => {
    const value = textOf(given, property);
    const found = items.filter((item) => isSame(String(read(item)), value));
    if (found.length === 0)
      call.bound.error(cimNotFound(call.cmdlet, className, [{ parameter: property, value }]).record);
    return found;
  });
}
