// Reading a tree whose shape is not known for sure: what is missing or otherwise is empty, never an error. Pure.
import { isRef, type VimNode, type VimTree } from "../../model/vim.js";

/** One value or several, as a list. */
export function listOf(tree: VimTree | undefined): readonly VimTree[] {
  if (tree === undefined) return [];
  return isList(tree) ? tree : [tree];
}

/** A data object; anything else is one without fields. */
export function nodeOf(tree: VimTree | undefined): VimNode {
  return tree === undefined || typeof tree === "string" || isList(tree) || isRef(tree) ? {} : tree;
}

export function textOf(tree: VimTree | undefined): string | undefined {
  return typeof tree === "string" ? tree : undefined;
}

/** All references in a tree, at any depth. */
export function refsIn(tree: VimTree | undefined): { readonly type: string; readonly value: string }[] {
  if (tree === undefined || typeof tree === "string") return [];
  if (isRef(tree)) return [tree];
  return (isList(tree) ? tree : Object.values(tree)).flatMap(refsIn);
}

function isList(tree: VimTree): tree is readonly VimTree[] {
  return Array.isArray(tree);
}
