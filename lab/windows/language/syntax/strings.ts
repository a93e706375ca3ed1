// Strings with something to expand, and variables, from the grammar's tree. Pure.
import type { Node } from "web-tree-sitter";
import type { Expression } from "../ast";
import { only, placeOf, refuse, type Source, textOf } from "./source";
import { toStatements } from "./statements";

const ESCAPES: Record<string, string> = {
  "0": "\0",
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\r\n": "",
  "\n": "",
};

/** "..." : what stands between the variables is text, with escapes; "" is a quote. */
export function stringOf(node: Node, source: Source): Expression {
  const from = source.text.slice(node.startIndex, node.endIndex);
  const start = node.startIndex + from.indexOf(from.trimStart()[0] ?? "") + 1;
  return expanded(node, start, node.endIndex - 1, source, (text) =>
    unescaped(text.replace(/(["\u201c-\u201e])["\u201c-\u201e]/g, "$1")),
  );
}

/** @" .. "@ and @' .. '@: the first and the last line break belong to the delimiters. */
export function hereString(node: Node, source: Source): Expression {
  const text = textOf(source, node);
  const opening = /^\s*@["'\u2018-\u201e][^\S\n]*\r?\n/.exec(text)?.[0].length ?? refuse(source, node);
  const closing = /\r?\n["'\u2018-\u201e]@$/.exec(text)?.[0].length ?? refuse(source, node);
  const [start, end] = [node.startIndex + opening, node.endIndex - closing];
  if (node.type === "verbatim_here_string_characters") {
    return {
      kind: "literal",
      value: source.text.slice(start, Math.max(start, end)),
      bare: false,
      at: placeOf(source, node),
    };
  }
  return expanded(node, start, Math.max(start, end), source, unescaped);
}

function expanded(
  node: Node,
  start: number,
  end: number,
  source: Source,
  literal: (text: string) => string,
): Expression {
  const pieces: (string | Expression)[] = [];
  let at = start;
  for (const child of node.children) {
    if (child.type !== "variable" && child.type !== "sub_expression") continue;
    pieces.push(literal(source.text.slice(at, child.startIndex)));
    pieces.push(child.type === "variable" ? variableOf(child, source) : subOf(child, source));
    at = child.endIndex;
  }
  pieces.push(literal(source.text.slice(at, end)));
  return { kind: "text", parts: pieces.filter((piece) => piece !== ""), at: placeOf(source, node) };
}

function subOf(node: Node, source: Source): Expression {
  const list = only(node, "statement_list");
  return { kind: "sub", body: list ? toStatements(list, source) : [], at: placeOf(source, node) };
}

export function variableOf(node: Node, source: Source): Expression {
  const text = textOf(source, node).trim();
  if (text.startsWith("@")) return refuse(source, node, "splatting where no command is");
  const name = text.startsWith("${") ? text.slice(2, -1) : text.slice(1);
  return { kind: "variable", name, at: placeOf(source, node) };
}

function unescaped(text: string): string {
  return text.replace(/`(\r\n|[\s\S])/g, (_, character: string) => ESCAPES[character] ?? character);
}
