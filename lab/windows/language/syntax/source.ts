// What the translation of the grammar's tree needs everywhere: the script's own text, places, and the layers to see through. Pure.
import type { Node } from "web-tree-sitter";
import type { Place, Script } from "../ast";
import { Unsupported } from "../failure";

export interface Source {
  /** As it was written: the tree is of a text whose quotes are plain. */
  readonly text: string;
  readonly parse: (text: string) => Script;
}

export function textOf(source: Source, node: Node): string {
  return source.text.slice(node.startIndex, node.endIndex);
}

export function placeOf(source: Source, node: Node): Place {
  return { line: node.startPosition.row + 1, column: node.startPosition.column + 1, text: textOf(source, node) };
}

/** Children that mean something: neither comments nor blanks. */
export function parts(node: Node): Node[] {
  return node.children.filter((child) => child.type !== "comment" && child.type !== "empty_statement");
}

export const named = (node: Node) => parts(node).filter((child) => child.isNamed);

export function only(node: Node, type: string): Node | undefined {
  return node.children.find((child) => child.type === type);
}

/** The grammar wraps every expression in a layer per precedence; those with one child say nothing. */
export function unwrapped(node: Node): Node {
  const [child, ...others] = parts(node);
  const isLayer = /_expression$|^pipeline$|^pipeline_chain$|^(while|for)_(condition|initializer|iterator)$/.test(
    node.type,
  );
  return isLayer && child?.isNamed && others.length === 0 ? unwrapped(child) : node;
}

export function refuse(source: Source, node: Node, construct = `the construct ${node.type}`): never {
  throw new Unsupported(construct, placeOf(source, node));
}
