// A script's text to its tree, by the grammar of tree-sitter-powershell. Whatever the grammar does not take is a ParserError, and
// nothing runs. Reads the grammar's file once; pure otherwise.
import { createRequire } from "node:module";
import { join } from "node:path";
import { Language, type Node, Parser } from "web-tree-sitter";
import { projectFolder } from "../../toolchain/project";
import type { Script } from "./ast";
import { ParserError } from "./failure";
import { toScript } from "./syntax/script";

let loading: Promise<Parser> | undefined;
let parser: Parser | undefined;

/** Once per process, before the first parse. */
export async function loadGrammar(): Promise<void> {
  loading ??= load();
  parser = await loading;
}

async function load(): Promise<Parser> {
  const { resolve } = createRequire(join(projectFolder(), "package.json"));
  await Parser.init();
  const made = new Parser();
  made.setLanguage(await Language.load(resolve("tree-sitter-powershell/tree-sitter-powershell.wasm")));
  return made;
}

export function parse(text: string): Script {
  if (!parser) throw new Error("The grammar is not loaded: await loadGrammar() before parse().");
  const tree = parser.parse(asciiQuotes(text));
  if (!tree) throw new Error("The parser gave no tree.");
  try {
    refuseErrors(tree.rootNode);
    return toScript(tree.rootNode, { text, parse: (part) => parse(part) });
  } finally {
    tree.delete();
  }
}

/**
 * PowerShell takes the typographic quotes and dashes for the plain ones wherever they stand outside of a string of the other kind; the
 * grammar does not. Every character stays where it is, so values are read from the script's own text.
 */
function asciiQuotes(text: string): string {
  return text
    .replace(/[\u2018-\u201b]/g, "'")
    .replace(/[\u201c-\u201e]/g, '"')
    .replace(/[\u2013-\u2015]/g, "-");
}

function refuseErrors(root: Node): void {
  if (!root.hasError) return;
  const found = firstError(root) ?? root;
  const { row, column } = found.startPosition;
  const what = found.isMissing
    ? `Missing '${found.type}' in the script`
    : `Unexpected token '${firstLine(found.text)}'`;
  throw new ParserError(`${what}.`, row + 1, column + 1);
}

function firstError(node: Node): Node | undefined {
  if (node.isError || node.isMissing) return node;
  for (const child of node.children) {
    const found = child.hasError || child.isMissing ? firstError(child) : undefined;
    if (found) return found;
  }
  return undefined;
}

const firstLine = (text: string) => text.trim().split("\n")[0]?.slice(0, 60) ?? "";
