// Every command of a script, wherever it stands: in blocks, strings, functions and arguments. Pure.
import type { Command, Expression, Script, Statement } from "./ast";

export interface Visitor {
  /** hasInput: something comes down the pipeline. scope: the function it stands in. */
  command(command: Command, hasInput: boolean, scope: Script): void;
  statement?(statement: Statement, scope: Script): void;
  expression?(expression: Expression, scope: Script): void;
}

export function walkScript(script: Script, visitor: Visitor): void {
  for (const parameter of script.parameters)
    if (parameter.fallback) walkExpression(parameter.fallback, visitor, script);
  walkAll([...script.begin, ...script.process, ...script.end], visitor, script);
}

function walkAll(statements: readonly Statement[], visitor: Visitor, scope: Script): void {
  for (const statement of statements) walkStatement(statement, visitor, scope);
}

function walkStatement(statement: Statement, visitor: Visitor, scope: Script): void {
  visitor.statement?.(statement, scope);
  const all = (statements: readonly Statement[]) => walkAll(statements, visitor, scope);
  const one = (inner: Statement | undefined) => inner && walkStatement(inner, visitor, scope);
  switch (statement.kind) {
    case "pipeline":
      for (const [at, element] of statement.elements.entries()) {
        if (element.kind === "command") walkCommand(element, at > 0, visitor, scope);
        else walkExpression(element, visitor, scope);
      }
      return;
    case "assign":
      walkExpression(statement.target, visitor, scope);
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
        if (clause.condition) walkExpression(clause.condition, visitor, scope);
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

function walkCommand(command: Command, hasInput: boolean, visitor: Visitor, scope: Script): void {
  visitor.command(command, hasInput, scope);
  walkExpression(command.name, visitor, scope);
  for (const element of command.elements) {
    if (element.kind !== "splat" && element.value) walkExpression(element.value, visitor, scope);
  }
}

function walkExpression(expression: Expression, visitor: Visitor, scope: Script): void {
  visitor.expression?.(expression, scope);
  const one = (inner: Expression) => walkExpression(inner, visitor, scope);
  switch (expression.kind) {
    case "text":
      for (const part of expression.parts) if (typeof part !== "string") one(part);
      return;
    case "list":
      for (const item of expression.items) one(item);
      return;
    case "array":
    case "sub":
      walkAll(expression.body, visitor, scope);
      return;
    case "group":
      walkStatement(expression.body, visitor, scope);
      return;
    case "hashtable":
      for (const { key, value } of expression.entries) {
        one(key);
        walkStatement(value, visitor, scope);
      }
      return;
    case "block":
      // A block sees the variables around it.
      walkInner(expression.script, visitor, scope);
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

function walkInner(script: Script, visitor: Visitor, scope: Script): void {
  for (const parameter of script.parameters) if (parameter.fallback) walkExpression(parameter.fallback, visitor, scope);
  walkAll([...script.begin, ...script.process, ...script.end], visitor, scope);
}
