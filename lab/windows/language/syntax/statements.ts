// Statements, from the grammar's tree. Pure.
import type { Node } from "web-tree-sitter";
import type { Statement, SwitchClause } from "../ast";
import { toCommand } from "./commands";
import { rangeInCommandPlace, toExpression, typeName } from "./expressions";
import { blockOf, scriptOf } from "./script";
import { named, only, parts, placeOf, refuse, type Source, textOf, unwrapped } from "./source";

export function toStatements(list: Node, source: Source): Statement[] {
  return parts(list).map((node) => toStatement(node, source));
}

export function toStatement(node: Node, source: Source): Statement {
  const at = placeOf(source, node);
  const block = (of: Node) => blockOf(only(of, "statement_block") ?? refuse(source, of), source);
  switch (node.type) {
    case "pipeline":
    case "pipeline_chain":
    case "while_condition":
    case "for_condition":
    case "for_initializer":
    case "for_iterator":
      return toPipeline(node, source);
    case "if_statement": {
      const others = only(node, "elseif_clauses");
      const last = only(node, "else_clause");
      const clauses = [node, ...(others ? named(others) : [])];
      return {
        kind: "if",
        clauses: clauses.map((clause) => ({ condition: statementIn(clause, source), body: block(clause) })),
        otherwise: last ? block(last) : [],
        at,
      };
    }
    case "foreach_statement": {
      if (only(node, "foreach_parameter")) return refuse(source, node, "foreach -parallel");
      const variable = only(node, "variable");
      return {
        kind: "foreach",
        variable: variable ? textOf(source, variable).trim().slice(1) : refuse(source, node),
        over: statementIn(node, source),
        body: block(node),
        at,
      };
    }
    case "for_statement": {
      const part = (type: string) => {
        const found = only(node, type);
        return found && toPipeline(found, source);
      };
      return {
        kind: "for",
        start: part("for_initializer"),
        condition: part("for_condition"),
        step: part("for_iterator"),
        body: block(node),
        at,
      };
    }
    case "while_statement":
    case "do_statement": {
      const until = parts(node).some((child) => !child.isNamed && child.text.trim().toLowerCase() === "until");
      const condition = only(node, "while_condition") ?? refuse(source, node);
      const form = node.type === "while_statement" ? "while" : until ? "doUntil" : "doWhile";
      return { kind: "while", condition: toPipeline(condition, source), body: block(node), form, at };
    }
    case "switch_statement":
      return toSwitch(node, source);
    case "try_statement": {
      const catches = only(node, "catch_clauses");
      const last = only(node, "finally_clause");
      return {
        kind: "try",
        body: block(node),
        catches: (catches ? named(catches) : []).map((clause) => ({
          types: typesOf(clause, source),
          body: block(clause),
        })),
        last: last ? block(last) : [],
        at,
      };
    }
    case "flow_control_statement": {
      const word = node.child(0)?.text.trim().toLowerCase() ?? "";
      if (only(node, "label_expression")) return refuse(source, node, "a label");
      const [value] = named(node);
      if (!isFlow(word)) return refuse(source, node);
      return { kind: word, value: value && toStatement(value, source), at };
    }
    case "function_statement": {
      const name = only(node, "function_name");
      if (node.child(0)?.text.trim().toLowerCase() !== "function") return refuse(source, node, "a filter or workflow");
      const script = scriptOf(parts(node), node, source);
      return { kind: "function", name: name ? textOf(source, name).trim() : refuse(source, node), script, at };
    }
    default:
      return node.isNamed && /_expression$|literal|variable/.test(node.type)
        ? { kind: "pipeline", elements: [toExpression(node, source)], at }
        : refuse(source, node);
  }
}

const isFlow = (word: string): word is "break" | "continue" | "return" | "throw" | "exit" =>
  ["break", "continue", "return", "throw", "exit"].includes(word);

/** The pipeline between the parentheses of if, foreach and the like. */
function statementIn(node: Node, source: Source): Statement {
  const found = parts(node).find((child) => child.type === "pipeline");
  return found ? toPipeline(found, source) : refuse(source, node);
}

export function toPipeline(node: Node, source: Source): Statement {
  const at = placeOf(source, node);
  const [first, ...others] = parts(node);
  if (!first) return refuse(source, node);
  if (others.length === 0 && first.type === "assignment_expression") return toAssignment(first, source);
  if (others.length === 0 && (first.type === "pipeline_chain" || first.type === "pipeline")) {
    return toPipeline(first, source);
  }
  if (parts(node).some((child) => ["&&", "||"].includes(child.type))) {
    return refuse(source, node, "&& and ||, which Windows PowerShell 5.1 does not have");
  }
  const elements = parts(node)
    .filter((child) => child.type !== "|")
    .map((child) => {
      if (child.type !== "command") return toExpression(child, source);
      return rangeInCommandPlace(child, source) ?? toCommand(child, source);
    });
  if (parts(node).some((child) => !child.isNamed && child.type !== "|")) return refuse(source, node);
  return { kind: "pipeline", elements, at };
}

function toAssignment(node: Node, source: Source): Statement {
  const [target, operator, value] = parts(node);
  if (!target || !operator || !value) return refuse(source, node);
  const sign = operator.text.trim();
  if (!["=", "+=", "-=", "*=", "/=", "%="].includes(sign)) return refuse(source, node, `the operator ${sign}`);
  return {
    kind: "assign",
    target: toExpression(unwrapped(target), source),
    operator: sign,
    value: toStatement(value, source),
    at: placeOf(source, node),
  };
}

function toSwitch(node: Node, source: Source): Statement {
  const options = only(node, "switch_parameters");
  const words = options ? named(options).map((option) => textOf(source, option).trim().toLowerCase()) : [];
  const condition = only(node, "switch_condition") ?? refuse(source, node);
  const clauses = only(only(node, "switch_body") ?? node, "switch_clauses");
  if (words.some((word) => !["-regex", "-wildcard", "-exact", "-casesensitive"].includes(word)))
    return refuse(source, node);
  return {
    kind: "switch",
    form: words.includes("-regex") ? "regex" : words.includes("-wildcard") ? "wildcard" : "exact",
    caseSensitive: words.includes("-casesensitive"),
    over: statementIn(condition, source),
    clauses: (clauses ? named(clauses) : []).map((clause) => toClause(clause, source)),
    at: placeOf(source, node),
  };
}

function toClause(node: Node, source: Source): SwitchClause {
  const condition = only(node, "switch_clause_condition") ?? refuse(source, node);
  const body = blockOf(only(node, "statement_block") ?? refuse(source, node), source);
  const [expression] = named(condition);
  if (expression) return { condition: toExpression(expression, source), body };
  const word = textOf(source, condition).trim();
  if (word.toLowerCase() === "default") return { condition: undefined, body };
  return { condition: { kind: "literal", value: word, bare: true, at: placeOf(source, condition) }, body };
}

function typesOf(clause: Node, source: Source): string[] {
  const list = only(clause, "catch_type_list");
  return list ? named(list).map((type) => typeName(type, source)) : [];
}
