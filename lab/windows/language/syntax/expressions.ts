// Expressions, from the grammar's tree. Pure.
import type { Node } from "web-tree-sitter";
import type { Expression } from "../ast";
import { scriptOf } from "./script";
import { named, only, parts, placeOf, refuse, type Source, textOf, unwrapped } from "./source";
import { toPipeline, toStatement, toStatements } from "./statements";
import { hereString, stringOf, variableOf } from "./strings";

export function toExpression(wrapped: Node, source: Source): Expression {
  const node = unwrapped(wrapped);
  const at = placeOf(source, node);
  const children = parts(node);
  const sub = (child: Node | undefined) => (child ? toExpression(child, source) : refuse(source, node));
  switch (node.type) {
    case "integer_literal":
    case "decimal_integer_literal":
    case "hexadecimal_integer_literal":
    case "real_literal":
      return { kind: "literal", value: numberOf(textOf(source, node).trim()), bare: false, at };
    case "string_literal":
      return children[0] ? toExpression(children[0], source) : refuse(source, node);
    case "verbatim_string_characters":
      return { kind: "literal", value: verbatim(textOf(source, node).trim()), bare: false, at };
    case "expandable_string_literal":
      return stringOf(node, source);
    case "expandable_here_string_literal":
    case "verbatim_here_string_characters":
      return hereString(node, source);
    case "variable":
    case "braced_variable":
      return variableOf(node, source);
    case "parenthesized_expression":
      return { kind: "group", body: toPipeline(named(node)[0] ?? refuse(source, node), source), at };
    case "sub_expression":
    case "array_expression": {
      const list = only(node, "statement_list");
      const body = list ? toStatements(list, source) : [];
      return { kind: node.type === "sub_expression" ? "sub" : "array", body, at };
    }
    case "hash_literal_expression":
      return toHashtable(node, source);
    case "script_block_expression":
      return { kind: "block", script: scriptOf(children, node, source), at };
    case "array_literal_expression":
      return { kind: "list", items: named(node).map((item) => toExpression(item, source)), at };
    case "expression_with_unary_operator": {
      if (children.length === 1) return sub(children[0]);
      const operator = (children[0] ?? node).text.trim().toLowerCase();
      if (operator === ",") return { kind: "list", items: [sub(children[1])], at };
      return { kind: "unary", operator: operator === "!" ? "-not" : operator, operand: sub(children[1]), at };
    }
    case "cast_expression":
      return { kind: "cast", type: typeName(children[0] ?? node, source), operand: sub(children[1]), at };
    case "pre_increment_expression":
    case "pre_decrement_expression":
      return { kind: "step", target: sub(children[1]), by: node.type.includes("inc") ? 1 : -1, before: true, at };
    case "post_increment_expression":
    case "post_decrement_expression":
      return { kind: "step", target: sub(children[0]), by: node.type.includes("inc") ? 1 : -1, before: false, at };
    case "type_literal":
      return { kind: "type", name: typeName(node, source), at };
    case "member_access":
    case "invokation_expression":
      return toMember(node, source);
    case "element_access":
      return { kind: "index", object: sub(children[0]), index: sub(children[2]), at };
    case "command":
      return rangeInCommandPlace(node, source) ?? refuse(source, node);
    default:
      return toBinary(node, source);
  }
}

function toBinary(node: Node, source: Source): Expression {
  const [left, operator, right, ...more] = parts(node);
  if (!left || !operator || !right || more.length > 0 || !/_expression$/.test(node.type)) return refuse(source, node);
  const sign = operator.text.trim().toLowerCase();
  if (sign === "\\") return refuse(source, node, "the operator \\");
  return {
    kind: "binary",
    operator: sign,
    left: toExpression(left, source),
    right: toExpression(right, source),
    at: placeOf(source, node),
  };
}

function toMember(node: Node, source: Source): Expression {
  const at = placeOf(source, node);
  const [object, dot, member] = parts(node);
  if (!object || !dot || !member || member.type !== "member_name") return refuse(source, node);
  const list = only(node, "argument_list");
  const given = list && only(list, "argument_expression_list");
  const args = given ? named(given).map((argument) => toExpression(argument, source)) : [];
  if (dot.text.trim() === "::") {
    if (object.type !== "type_literal") return refuse(source, node, "a static member of a value");
    const type = typeName(object, source);
    const name = textOf(source, member).trim();
    return list ? { kind: "staticInvoke", type, name, args, at } : { kind: "static", type, name, at };
  }
  const [inner] = named(member);
  const name: Expression =
    inner && inner.type !== "simple_name"
      ? toExpression(inner, source)
      : { kind: "literal", value: textOf(source, member).trim(), bare: true, at };
  const value = toExpression(object, source);
  return list ? { kind: "invoke", object: value, name, args, at } : { kind: "member", object: value, name, at };
}

function toHashtable(node: Node, source: Source): Expression {
  const body = only(node, "hash_literal_body");
  const entries = (body ? named(body) : []).map((entry) => {
    const key = only(entry, "key_expression") ?? refuse(source, entry);
    const [, sign, value] = parts(entry);
    if (sign?.text.trim() !== "=" || !value) return refuse(source, entry);
    const [name] = named(key);
    const at = placeOf(source, key);
    return {
      key:
        name && name.type !== "simple_name"
          ? toExpression(name, source)
          : ({ kind: "literal", value: textOf(source, key).trim(), bare: true, at } as const),
      value: toStatement(value, source),
    };
  });
  return { kind: "hashtable", entries, at: placeOf(source, node) };
}

export function typeName(node: Node, source: Source): string {
  return textOf(source, node)
    .replace(/\s/g, "")
    .replace(/^\[(.*)\]$/s, "$1");
}

/** The grammar takes 1..3 at the start of a pipeline for the name of a command; where an expression is due it does not. */
export function rangeInCommandPlace(node: Node, source: Source): Expression | undefined {
  const name = only(node, "command_name");
  if (!name || !/^\d/.test(name.text.trim())) return undefined;
  const at = placeOf(source, node);
  const [statement] = source.parse(`$x[${textOf(source, node).trim()}]`).end;
  const [element] = statement?.kind === "pipeline" ? statement.elements : [];
  return element?.kind === "index" ? { ...element.index, at } : refuse(source, node);
}

function verbatim(quoted: string): string {
  return quoted.slice(1, -1).replace(/['\u2018-\u201b](['\u2018-\u201b])/g, "$1");
}

const UNITS: Record<string, number> = { kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30, tb: 2 ** 40, pb: 2 ** 50 };

export function numberOf(text: string): number | bigint {
  const [, digits = "", , unit = ""] =
    /^(0x[0-9a-f]+|[0-9.]+(?:e[+-]?\d+)?)([ld]?)(kb|mb|gb|tb|pb)?$/i.exec(text) ?? [];
  const value = Number(digits) * (UNITS[unit.toLowerCase()] ?? 1);
  if (digits === "") throw new Error(`"${text}" is no number`);
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(digits) : value;
}
