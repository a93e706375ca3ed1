// One check for all platforms: the options of a port group or team that a platform lacks, each with its reason. Pure.
import type { Path, Problem } from "../model/problem.js";

/** Why a platform lacks an option, one sentence without a full stop, and what to do. */
export interface Lack {
  readonly unsupported: string;
  readonly remedy: string;
  /** What stands in the file, where the value matters. */
  readonly found?: string;
}

/** What a platform makes of an option: it has it, it lacks it whatever its value, or that depends on all that was chosen. */
export type OptionSupport<Thing> = "supported" | Lack | ((thing: Thing) => Lack | undefined);

/** Every option of a noun on one platform; a forgotten one does not compile. */
export type OptionTable<Option extends string, Thing> = Readonly<Record<Option, OptionSupport<Thing>>>;

/** Only what the file gives is judged: defaults are those of a platform that has the option. */
export function checkOptions<Option extends string, Thing extends { readonly given: readonly Option[] }>(
  table: OptionTable<Option, Thing>,
  thing: Thing,
  path: Path,
): Problem[] {
  return thing.given.flatMap((option): Problem[] => {
    const lack = lackOf(table[option], thing);
    if (!lack) return [];
    const { unsupported: message, remedy, found } = lack;
    const problem = { rule: "unsupported", severity: "error", path: [...path, option], message, remedy } as const;
    return [found === undefined ? problem : { ...problem, found }];
  });
}

function lackOf<Thing>(support: OptionSupport<Thing>, thing: Thing): Lack | undefined {
  if (support === "supported") return undefined;
  return typeof support === "function" ? support(thing) : support;
}
