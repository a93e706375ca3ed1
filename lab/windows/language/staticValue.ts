// What can be said of an expression's value without running it. Pure.
import type { Value } from "../contract";
import type { Expression, Statement } from "./ast";
import { UNKNOWN } from "./bindValue";
import { Block, isArray } from "./values";

/** UNKNOWN where only a run can tell. */
export function staticValue(expression: Expression): Value {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "text":
      return expression.parts.every((part) => typeof part === "string") ? expression.parts.join("") : UNKNOWN;
    case "variable":
      return variable(expression.name);
    case "list": {
      return expression.items.map(staticValue);
    }
    case "array":
      return arrayOf(expression.body);
    case "group":
      return statementValue(expression.body);
    case "block":
      return new Block(expression.at.text, expression.script);
    case "hashtable":
      return {
        kind: "hashtable",
        entries: new Map(
          expression.entries.map(({ key, value }): [string, Value] => [
            String(staticValue(key)),
            statementValue(value),
          ]),
        ),
      };
    case "unary": {
      const value = staticValue(expression.operand);
      return expression.operator === "-" && typeof value === "number" ? -value : UNKNOWN;
    }
    default:
      return UNKNOWN;
  }
}

function variable(name: string): Value {
  switch (name.toLowerCase()) {
    case "true":
      return true;
    case "false":
      return false;
    case "null":
      return null;
    default:
      return UNKNOWN;
  }
}

export function statementValue(statement: Statement): Value {
  const [only, ...others] = statement.kind === "pipeline" ? statement.elements : [];
  return only && others.length === 0 && only.kind !== "command" ? staticValue(only) : UNKNOWN;
}

/** @( ): of one static value at most; longer ones are known to be an array, not of what. */
function arrayOf(body: readonly Statement[]): Value {
  const values = body.map(statementValue);
  if (values.includes(UNKNOWN)) return UNKNOWN;
  return values.flatMap((value) => (isArray(value) ? value : [value]));
}
