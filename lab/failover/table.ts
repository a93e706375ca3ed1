// What failovers cost, as a table to read: a bond, who made it, and what each failure did. Pure.
import type { Interruption } from "./pingLog";

/** One bond as somebody made it, and what was measured of it; a failure that was not measured is not there. */
export interface Row {
  readonly bond: string;
  readonly madeBy: string;
  readonly settings: string;
  readonly pull?: readonly Interruption[];
  readonly silence?: readonly Interruption[];
}

/** Rows of Markdown. `capSeconds` is how long a bond that did not recover was watched. */
export function failoverTable(rows: readonly Row[], capSeconds: number): string {
  const head = ["bond", "made by", "settings", "cable pulled", "switch silent, link up"];
  const body = rows.map(({ bond, madeBy, settings, pull, silence }) => [
    bond,
    madeBy,
    settings,
    costOf(pull, capSeconds),
    costOf(silence, capSeconds),
  ]);
  return [head, head.map(() => "---"), ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Packets lost and the longest gap, from the best to the worst of the runs. */
export function costOf(runs: readonly Interruption[] = [], capSeconds: number): string {
  if (runs.length === 0) return "";
  const unended = runs.filter(({ isOver }) => !isOver).length;
  if (unended === runs.length) return `no recovery within ${capSeconds} s`;
  const gaps = runs.map(({ longestGapMilliseconds }) => Math.round(longestGapMilliseconds));
  const cost = `${range(runs.map(({ lost }) => lost))} lost, ${range(gaps)} ms`;
  return unended === 0 ? cost : `${cost}; ${unended} of ${runs.length} without recovery within ${capSeconds} s`;
}

function range(numbers: readonly number[]): string {
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  return least === most ? `${least}` : `${least}-${most}`;
}

/** The longest of all gaps; endless where one run did not recover. */
export function worstGap(runs: readonly Interruption[]): number {
  return Math.max(...runs.map((run) => (run.isOver ? run.longestGapMilliseconds : Number.POSITIVE_INFINITY)));
}
