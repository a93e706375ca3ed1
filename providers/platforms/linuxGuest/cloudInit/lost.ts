// What cloud-init loses of one setting on its way to a renderer, and the tables that have it by key of the file. Pure.
import type { Path } from "../../../model/problem.js";
import type { RendererName } from "../../linux/words.js";

export interface Lost {
  /** In words of the kernel, such as `min_links=2`. */
  readonly what: string;
  /** Below the key, where it has parts. */
  readonly at?: Path;
  readonly found: string | number;
  /** What it does not lose. */
  readonly wanted: string | number;
}

/** What is lost of one thing; nothing where its value is what cloud-init makes anyway. */
export type Losses<Thing> = (thing: Thing) => readonly Lost[];

/** Kept: cloud-init hands it on whatever its value. */
type OnTheWayTo<Renderer extends RendererName, Thing> = "kept" | Readonly<Record<Renderer, "kept" | Losses<Thing>>>;

/** A key that is new has its line, or the first start would go without it and nobody would say so. */
export type LossTable<Key extends string, Renderer extends RendererName, Thing> = Readonly<
  Record<Key, OnTheWayTo<Renderer, Thing>>
>;

/** What is lost of a thing, by key. */
export function lossesOf<Key extends string, Renderer extends RendererName, Thing>(
  table: LossTable<Key, Renderer, Thing>,
  renderer: Renderer,
  thing: Thing,
): { readonly key: Key; readonly lost: Lost }[] {
  return (Object.keys(table) as Key[]).flatMap((key) => {
    const support: OnTheWayTo<Renderer, Thing> = table[key];
    const losses = support === "kept" ? "kept" : support[renderer];
    return losses === "kept" ? [] : losses(thing).map((lost) => ({ key, lost }));
  });
}

/** A loss where the value is another than that which cloud-init makes anyway. */
export function unless(isSo: boolean, lost: Lost): readonly Lost[] {
  return isSo ? [] : [lost];
}
