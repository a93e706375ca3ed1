// Scripts, functions and their parameters, from the grammar's tree. Pure.
import type { Node } from "web-tree-sitter";
import type { ParameterNode, Script, Statement } from "../ast";
import { toExpression, typeName } from "./expressions";
import { named, only, parts, placeOf, refuse, type Source, textOf, unwrapped } from "./source";
import { toStatements } from "./statements";

/** program, or script_block with an optional param_block before it. */
export function toScript(root: Node, source: Source): Script {
  return scriptOf(parts(root), root, source);
}

/** The parts of { ... } or of a function's body. */
export function scriptOf(children: readonly Node[], whole: Node, source: Source): Script {
  const flat = children.flatMap((child) =>
    child.type === "script_block" || child.type === "script_block_body" ? inner(child) : [child],
  );
  const block = flat.find((child) => child.type === "param_block");
  const list = flat.find((child) => child.type === "statement_list");
  const blocks = flat.find((child) => child.type === "named_block_list");
  const declared = flat.find((child) => child.type === "function_parameter_declaration") ?? block;
  const parameters = declared ? parametersOf(declared, source) : [];
  const at = placeOf(source, whole);
  const advanced = (block !== undefined && isAdvanced(block, source)) || false;
  if (blocks) return { parameters, advanced, ...namedBlocks(blocks, source), at };
  return { parameters, advanced, begin: [], process: [], end: list ? toStatements(list, source) : [], at };
}

const inner = (node: Node): Node[] =>
  parts(node).flatMap((child) => (child.type === "script_block_body" ? inner(child) : [child]));

function namedBlocks(list: Node, source: Source): { begin: Statement[]; process: Statement[]; end: Statement[] } {
  const made: Record<string, Statement[]> = { begin: [], process: [], end: [] };
  for (const block of named(list)) {
    const name = textOf(source, block.child(0) ?? block)
      .trim()
      .toLowerCase();
    const body = only(block, "statement_block");
    if (!(name in made) || !body) return refuse(source, block, `a block named ${name}`);
    made[name] = blockOf(body, source);
  }
  return { begin: made.begin ?? [], process: made.process ?? [], end: made.end ?? [] };
}

export function blockOf(block: Node, source: Source): Statement[] {
  const list = only(block, "statement_list");
  return list ? toStatements(list, source) : [];
}

function isAdvanced(block: Node, source: Source): boolean {
  return /\[\s*(CmdletBinding|Parameter)\s*\(/i.test(textOf(source, block));
}

function parametersOf(block: Node, source: Source): ParameterNode[] {
  const list = only(block, "parameter_list");
  return list ? named(list).map((node) => parameterOf(node, source)) : [];
}

function parameterOf(node: Node, source: Source): ParameterNode {
  const made = { mandatory: false, type: undefined, position: undefined, values: undefined } as {
    mandatory: boolean;
    type: string | undefined;
    position: number | undefined;
    values: string[] | undefined;
  };
  const attributes = only(node, "attribute_list");
  for (const attribute of attributes ? named(attributes) : []) readAttribute(attribute, source, made);
  const variable = only(node, "variable");
  const fallback = only(node, "script_parameter_default");
  const value = fallback && named(fallback)[0];
  return {
    ...made,
    name: variable ? textOf(source, variable).trim().slice(1) : refuse(source, node),
    fallback: value ? toExpression(value, source) : undefined,
    at: placeOf(source, node),
  };
}

function readAttribute(
  node: Node,
  source: Source,
  made: { mandatory: boolean; type: string | undefined; position: number | undefined; values: string[] | undefined },
): void {
  const type = only(node, "type_literal");
  if (type) {
    made.type = typeName(type, source);
    return;
  }
  const name = only(node, "attribute_name");
  const given = only(node, "attribute_arguments");
  const texts = given ? named(given).map((argument) => argument) : [];
  const spelled = name ? textOf(source, name).toLowerCase() : "";
  if (spelled === "parameter") {
    for (const argument of texts) readParameterArgument(argument, source, made);
  } else if (spelled === "validateset") {
    made.values = texts.map((argument) => literalText(argument, source));
  } else if (spelled !== "allownull" && spelled !== "allowemptystring" && spelled !== "allowemptycollection") {
    refuse(source, node, `the attribute [${spelled}]`);
  }
}

function readParameterArgument(
  node: Node,
  source: Source,
  made: { mandatory: boolean; position: number | undefined },
): void {
  const [key, value = "$true"] = textOf(source, node)
    .split("=")
    .map((part) => part.trim());
  if (key?.toLowerCase() === "mandatory") made.mandatory = value.toLowerCase() === "$true";
  else if (key?.toLowerCase() === "position") made.position = Number(value);
  else refuse(source, node, `the attribute [Parameter(${key})]`);
}

function literalText(node: Node, source: Source): string {
  const [first] = named(node);
  const expression = toExpression(unwrapped(first ?? node), source);
  return expression.kind === "literal" ? String(expression.value) : refuse(source, node);
}
