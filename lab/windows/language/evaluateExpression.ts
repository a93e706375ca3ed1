// The value of an expression.
import type { HashtableValue, Value } from "../contract";
import { TerminatingError } from "../contract";
import { assign } from "./assign";
import type { Expression } from "./ast";
import { convert, isOfType } from "./convert";
import { runStatements, statementValue } from "./evaluate";
import { runtimeError, Unsupported } from "./failure";
import { getIndex, getMember } from "./members";
import { invokeMethod } from "./methods";
import { binary } from "./operators";
import { collect, type Session } from "./session";
import { invokeStatic, readStatic } from "./statics";
import { Block, CUSTOM_OBJECT, isHashtable, isTrue, keyOf, plain, toText, unrolled } from "./values";
import { readVariable } from "./variables";

/** As it is: what is nothing stays nothing (values.ts, NOTHING). */
export async function evaluate(session: Session, expression: Expression): Promise<Value> {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "text":
      return text(session, expression);
    case "variable":
      return readVariable(session, expression.name);
    case "list": {
      const items: Value[] = [];
      for (const item of expression.items) items.push(plain(await evaluate(session, item)));
      return items;
    }
    case "array":
      return collect((emit) => runStatements(session, expression.body, emit));
    case "sub":
      return unrolled(await collect((emit) => runStatements(session, expression.body, emit)));
    case "group":
      return statementValue(session, expression.body);
    case "hashtable":
      return hashtable(session, expression);
    case "block":
      return new Block(expression.at.text.trim().slice(1, -1), expression.script);
    case "unary":
      return unary(session, expression);
    case "binary":
      return binaryOf(session, expression);
    case "cast":
      return cast(session, expression);
    case "member":
      return getMember(
        session,
        plain(await evaluate(session, expression.object)),
        await nameOf(session, expression.name),
      );
    case "index":
      return getIndex(
        session,
        plain(await evaluate(session, expression.object)),
        plain(await evaluate(session, expression.index)),
      );
    case "invoke": {
      const object = plain(await evaluate(session, expression.object));
      return invokeMethod(
        session,
        object,
        await nameOf(session, expression.name),
        await argumentsOf(session, expression.args),
        expression.at,
      );
    }
    case "static":
      return readStatic(session, expression.type, expression.name, expression.at);
    case "staticInvoke":
      return invokeStatic(
        session,
        expression.type,
        expression.name,
        await argumentsOf(session, expression.args),
        expression.at,
      );
    case "step": {
      const before = plain(await evaluate(session, expression.target));
      const after = binary("+", before ?? 0, expression.by, () => {});
      await assign(session, expression.target, "=", after);
      return expression.before ? after : before;
    }
    case "type":
      throw new Unsupported("a type as a value", expression.at);
  }
}

async function argumentsOf(session: Session, args: readonly Expression[]): Promise<Value[]> {
  const made: Value[] = [];
  for (const arg of args) made.push(plain(await evaluate(session, arg)));
  return made;
}

const nameOf = async (session: Session, name: Expression) => toText(plain(await evaluate(session, name)));

async function text(session: Session, expression: Extract<Expression, { kind: "text" }>): Promise<string> {
  const made: string[] = [];
  for (const part of expression.parts) {
    made.push(typeof part === "string" ? part : toText(plain(await evaluate(session, part))));
  }
  return made.join("");
}

async function hashtable(
  session: Session,
  expression: Extract<Expression, { kind: "hashtable" }>,
): Promise<HashtableValue> {
  const entries = new Map<string, Value>();
  for (const { key, value } of expression.entries) {
    const name = toText(plain(await evaluate(session, key)));
    if (keyOf(entries, name) !== undefined) {
      throw runtimeError(
        "DuplicateKeyInHashLiteral",
        `Duplicate keys '${name}' are not allowed in hash literals.`,
        "ParserError",
      );
    }
    entries.set(name, await statementValue(session, value));
  }
  return { kind: "hashtable", entries };
}

async function unary(session: Session, expression: Extract<Expression, { kind: "unary" }>): Promise<Value> {
  const value = plain(await evaluate(session, expression.operand));
  switch (expression.operator) {
    case "-not":
      return !isTrue(value);
    case "-":
      return binary("-", 0, value, () => {});
    case "+":
      return binary("+", 0, value, () => {});
    case "-join":
      return binary("-join", value, "", () => {});
    case "-split":
      return toText(value).trim().split(/\s+/);
    case "-bnot":
      return binary(
        "-",
        binary("-", 0, value, () => {}),
        1,
        () => {},
      );
    default:
      throw new Unsupported(`the operator ${expression.operator}`, expression.at);
  }
}

async function binaryOf(session: Session, expression: Extract<Expression, { kind: "binary" }>): Promise<Value> {
  const { operator, left, right } = expression;
  if (operator === "-and") return isTrue(await evaluate(session, left)) && isTrue(await evaluate(session, right));
  if (operator === "-or") return isTrue(await evaluate(session, left)) || isTrue(await evaluate(session, right));
  if (["-is", "-isnot", "-as"].includes(operator)) {
    if (right.kind !== "type") throw new Unsupported(`${operator} with a type that is no literal`, expression.at);
    const value = plain(await evaluate(session, left));
    if (operator === "-as") return converted(value, right.name);
    return isOfType(value, right.name) === (operator === "-is");
  }
  return binary(operator, await evaluate(session, left), await evaluate(session, right), (found) =>
    session.scope.set("Matches", found),
  );
}

function converted(value: Value, type: string): Value {
  try {
    return convert(value, type);
  } catch (error) {
    if (error instanceof TerminatingError) return null;
    throw error;
  }
}

async function cast(session: Session, expression: Extract<Expression, { kind: "cast" }>): Promise<Value> {
  const value = await evaluate(session, expression.operand);
  const type = expression.type.toLowerCase();
  if (type === "ordered" && isHashtable(value)) return value;
  if (type === "ordered") throw new Unsupported("[ordered] of anything but @{}", expression.at);
  if (type === "pscustomobject" && isHashtable(value))
    return { kind: "object", type: CUSTOM_OBJECT, properties: new Map(value.entries) };
  return convert(value, expression.type);
}
