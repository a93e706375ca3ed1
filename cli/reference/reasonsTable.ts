// A table of choices on a generated page: what cannot be is a number, and the reasons stand below. Pure.
import { code, plain, table } from "./page.js";

/** The platform's words for a choice, or why it can't be made. */
export type Cell = { readonly words: readonly string[] } | { readonly reason: string };

export type Row = readonly (string | Cell)[];

/** The table, its reasons as numbers, and the list of reasons. */
export function withReasons(head: readonly string[], rows: readonly Row[]): string {
  const reasons: string[] = [];
  const number = (reason: string) => {
    if (!reasons.includes(reason)) reasons.push(reason);
    return reasons.indexOf(reason) + 1;
  };
  const cell = (item: string | Cell): string => {
    if (typeof item === "string") return item;
    if ("reason" in item) return `no (${number(item.reason)})`;
    return item.words.length > 0 ? item.words.map(code).join(" ") : "no effect";
  };
  const shown = table(
    head,
    rows.map((row) => row.map(cell)),
  );
  return [
    shown,
    ...(reasons.length > 0 ? [reasons.map((reason, index) => `${index + 1}. ${plain(reason)}`).join("\n")] : []),
  ].join("\n\n");
}
