// Every command of a script, wherever it stands: in blocks, strings, functions and arguments. Pure.
import type { Command, Expression, Script, Statement } from "./ast";

/** Where the walk is. */
export interface Spot {
  /** The function, or the script itself. */
  readonly scope: Script;
  /** The lists of statements that it stands in, from the outside. */
  readonly blocks: readonly object[];
}

export interface Visitor {
  /** hasInput: something comes down the pipeline. */
  command(command: Command, hasInput: boolean, spot: Spot): void;
  statement?(statement: Statement, spot: Spot): void;
  expression?(expression: Expression, spot: Spot): void;
}

export function walkScript(script: Script, visitor: Visitor): void {
  walkInner(script, visitor, { scope: script, blocks: [] });
}

function walkAll(statements: readonly Statement[], visitor: Visitor, outer: Spot): void {
  const spot: Spot = { ...outer, blocks: [...outer.blocks, statements] };
  for (const statement of statements) walkStatement(statement, visitor, spot);
}

function walkStatement(statement: Statement, visitor: Visitor, spot: Spot): void {
  visitor.statement?.(statement, spot);
  const all = (statements: readonly Statement[]) => walkAll(statements, visitor, spot);
  const one = (inner: Statement | undefined) => inner && walkStatement(inner, visitor, spot);
  switch (statement.kind) {
    case "pipeline":
      for (const [at, element] of statement.elements.entries()) {
        if (element.kind === "command") walkCommand(element, at > 0, visitor, spot);
        else walkExpression(element, visitor, spot);
      }
      return;
    case "assign":
      walkExpression(statement.target, visitor, spot);
      one(statement.value);
      return;
    case "if":
      for (const clause of statement.clauses) {
        one(clause.condition);
        all(clause.body);
      }
      all(statement.otherwise);
      return;
    case "foreach":
      one(statement.over);
      all(statement.body);
      return;
    case "for":
      for (const part of [statement.start, statement.condition, statement.step]) one(part);
      all(statement.body);
      return;
    case "while":
      one(statement.condition);
      all(statement.body);
      return;
    case "switch":
      one(statement.over);
      for (const clause of statement.clauses) {
        if (clause.condition) walkExpression(clause.condition, visitor, spot);
        all(clause.body);
      }
      return;
    case "try":
      all(statement.body);
      for (const clause of statement.catches) all(clause.body);
      all(statement.last);
      return;
    case "function":
      walkScript(statement.script, visitor);
      return;
    default:
      one(statement.value);
  }
}

function walkCommand(command: Command, hasInput: boolean, visitor: Visitor, spot: Spot): void {
  visitor.command(command, hasInput, spot);
  walkExpression(command.name, visitor, spot);
  for (const element of command.elements) {
    if (element.kind !== "splat" && element.value) walkExpression(element.value, visitor, spot);
  }
}

function walkExpression(expression: Expression, visitor: Visitor, spot: Spot): void {
  visitor.expression?.(expression, spot);
  const one = (inner: Expression) => walkExpression(inner, visitor, spot);
  switch (expression.kind) {
    case "text":
      for (const part of expression.parts) if (typeof part !== "string") one(part);
      return;
    case "list":
      for (const item of expression.items) one(item);
      return;
    case "array":
    case "sub":
      walkAll(expression.body, visitor, spot);
      return;
    case "group":
      walkStatement(expression.body, visitor, spot);
      return;
    case "hashtable":
      for (const { key, value } of expression.entries) {
        one(key);
        walkStatement(value, visitor, spot);
      }
      return;
    case "block":
      // A block sees the variables around it.
      walkInner(expression.script, visitor, spot);
      return;
    case "binary":
      one(expression.left);
      one(expression.right);
      return;
    case "unary":
    case "cast":
      one(expression.operand);
      return;
    case "member":
      one(expression.object);
      one(expression.name);
      return;
    case "index":
      one(expression.object);
      one(expression.index);
      return;
    case "invoke":
      one(expression.object);
      for (const arg of expression.args) one(arg);
      return;
    case "staticInvoke":
      for (const arg of expression.args) one(arg);
      return;
    case "step":
      one(expression.target);
  }
}

function walkInner(script: Script, visitor: Visitor, spot: Spot): void {
  for (const parameter of script.parameters) if (parameter.fallback) walkExpression(parameter.fallback, visitor, spot);
  walkAll([...script.begin, ...script.process, ...script.end], visitor, spot);
}
