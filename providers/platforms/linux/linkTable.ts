// What one tool writes of each word of a device: a table, so that a word that is new does not compile until every tool has a line for it. Pure.
import type { KernelLink } from "./words.js";

/** Where a word is written that has no data of its own in the tool's file. */
export type Elsewhere = "sysctl.d" | "beside another word";

/** `At` is what the data are made of. */
export type LinkTable<At, Data extends object = object> = Readonly<
  Record<keyof KernelLink, Elsewhere | ((at: At) => Data)>
>;

/** In the order of the table. */
export function ofEachWord<At, Data extends object>(table: LinkTable<At, Data>, at: At): Data[] {
  return Object.values<Elsewhere | ((at: At) => Data)>(table).flatMap((of) => (typeof of === "string" ? [] : [of(at)]));
}

/** All of them together, for a template. */
export function linkData<At>(table: LinkTable<At>, at: At): object {
  return Object.assign({}, ...ofEachWord(table, at));
}
