// Calls of commands, from the grammar's tree. Pure.
import type { Node } from "web-tree-sitter";
import type { Command, CommandElement, Expression } from "../ast";
import { toExpression } from "./expressions";
import { named, only, parts, placeOf, refuse, type Source, textOf, unwrapped } from "./source";

export function toCommand(node: Node, source: Source): Command {
  const operator = only(node, "command_invokation_operator");
  const list = only(node, "command_elements");
  const read = list ? elementsOf(list, source) : { elements: [], silent: false };
  return {
    kind: "command",
    operator: operator ? operatorOf(operator.text.trim(), node, source) : "",
    name: nameOf(node, source),
    ...read,
    at: placeOf(source, node),
  };
}

function operatorOf(text: string, node: Node, source: Source): "&" | "." {
  return text === "&" || text === "." ? text : refuse(source, node);
}

function nameOf(node: Node, source: Source): Expression {
  const plain = only(node, "command_name");
  const at = placeOf(source, node);
  if (plain) return { kind: "literal", value: textOf(source, plain).trim(), bare: true, at };
  const computed = only(node, "command_name_expr") ?? refuse(source, node);
  const [inner] = named(computed);
  if (!inner) return refuse(source, node);
  if (inner.type === "command_name") return { kind: "literal", value: textOf(source, inner).trim(), bare: true, at };
  if (inner.type !== "path_command_name") return toExpression(inner, source);
  const [first, ...others] = named(inner);
  if (first?.type === "variable" && others.length === 0) return toExpression(first, source);
  return { kind: "literal", value: textOf(source, inner).trim(), bare: true, at };
}

type Draft = { elements: CommandElement[]; silent: boolean };

/** A parameter takes the argument that follows it later, when it is known whether it is a switch; one after a colon takes it here. */
function elementsOf(list: Node, source: Source): Draft {
  const made: Draft = { elements: [], silent: false };
  let afterColon = false;
  for (const child of parts(list)) {
    const at = placeOf(source, child);
    if (child.type === "command_argument_sep") {
      afterColon = child.text.trim() === ":";
      continue;
    }
    if (child.type === "command_parameter") {
      made.elements.push({ kind: "parameter", name: textOf(source, child).trim().slice(1), value: undefined, at });
    } else if (child.type === "redirection") {
      if (!isSilence(child, source)) refuse(source, child, "this redirection");
      made.silent = true;
    } else if (child.type === "argument_list") {
      made.elements.push(withArguments(made.elements.pop(), child, source));
    } else {
      const value = argumentOf(child, source);
      const last = made.elements.at(-1);
      if (value.kind === "splat" || !afterColon) made.elements.push(value);
      else if (last?.kind === "parameter" && value.kind === "argument") {
        made.elements[made.elements.length - 1] = { ...last, value: value.value };
      } else refuse(source, child);
    }
    afterColon = false;
  }
  return made;
}

function argumentOf(child: Node, source: Source): CommandElement {
  const at = placeOf(source, child);
  if (child.type === "generic_token") {
    return { kind: "argument", value: { kind: "literal", value: textOf(source, child).trim(), bare: true, at }, at };
  }
  const inner = unwrapped(child);
  if (inner.type === "variable" && inner.text.trim().startsWith("@")) {
    return { kind: "splat", name: textOf(source, inner).trim().slice(1), at };
  }
  return { kind: "argument", value: toExpression(child, source), at };
}

/** -A $x.Method('y'): the grammar hands the arguments on as a part of their own. */
function withArguments(element: CommandElement | undefined, list: Node, source: Source): CommandElement {
  if (element?.kind !== "argument" || element.value.kind !== "member") return refuse(source, list);
  const given = only(list, "argument_expression_list");
  const args = given ? named(given).map((argument) => toExpression(argument, source)) : [];
  const { object, name, at } = element.value;
  return { ...element, value: { kind: "invoke", object, name, args, at } };
}

function isSilence(node: Node, source: Source): boolean {
  return /^2>\s*\$null$/i.test(textOf(source, node).trim());
}
