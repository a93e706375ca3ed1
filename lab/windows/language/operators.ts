// PowerShell's operators on values. Pure but for $Matches, which the caller keeps.
import type { HashtableValue, Value } from "../contract";
import { convert } from "./convert";
import { runtimeError, Unsupported } from "./failure";
import { formatText } from "./format";
import { isArray, isEnum, isHashtable, isNumber, isTrue, itemsOf, plain, toText, typeNameOf } from "./values";
import { wildcard } from "./wildcard";

export function binary(
  operator: string,
  rawLeft: Value,
  rawRight: Value,
  matched: (found: HashtableValue) => void,
): Value {
  const [left, right] = [plain(rawLeft), plain(rawRight)];
  switch (operator) {
    case "+":
      return add(left, right);
    case "-":
    case "/":
    case "%":
      return arithmetic(operator, left, right);
    case "*":
      return multiply(left, right);
    case "..":
      return range(Number(convert(left, "int")), Number(convert(right, "int")));
    case "-f":
      return formatText(toText(left), itemsOf(rawRight));
    case "-join":
      return itemsOf(rawLeft).map(toText).join(toText(right));
    case "-band":
    case "-bor":
    case "-bxor":
    case "-shl":
    case "-shr":
      return bits(operator, BigInt(convert(left, "long") as number), BigInt(convert(right, "long") as number));
    case "-xor":
      return isTrue(left) !== isTrue(right);
    default:
      return comparison(operator, left, right, matched);
  }
}

function comparison(operator: string, left: Value, right: Value, matched: (found: HashtableValue) => void): Value {
  const [, flag, name] =
    /^-([ci]?)(eq|ne|gt|ge|lt|le|like|notlike|match|notmatch|contains|notcontains|in|notin|replace|split)$/.exec(
      operator,
    ) ?? [];
  // -in and -ine begin with a letter that is none of the two flags.
  const [kind, exact] = operator === "-in" ? ["in", false] : [name, flag === "c"];
  switch (kind) {
    case "contains":
      return itemsOf(left).some((item) => equal(item, right, exact));
    case "notcontains":
      return !itemsOf(left).some((item) => equal(item, right, exact));
    case "in":
      return itemsOf(right).some((item) => equal(item, left, exact));
    case "notin":
      return !itemsOf(right).some((item) => equal(item, left, exact));
    case "replace":
      return overItems(left, (item) => replace(item, right, exact));
    case "split":
      return itemsOf(left).flatMap((item) => split(item, right, exact));
    case undefined:
      throw new Unsupported(`the operator ${operator}`);
    default: {
      const test = (item: Value) => holds(kind, plain(item), right, exact, matched);
      return isArray(left) ? left.filter(test) : test(left);
    }
  }
}

const overItems = (value: Value, change: (item: Value) => Value): Value =>
  isArray(value) ? value.map(change) : change(value);

function holds(
  kind: string,
  left: Value,
  right: Value,
  exact: boolean,
  matched: (found: HashtableValue) => void,
): boolean {
  switch (kind) {
    case "eq":
      return equal(left, right, exact);
    case "ne":
      return !equal(left, right, exact);
    case "like":
      return wildcard(toText(right), exact).test(toText(left));
    case "notlike":
      return !wildcard(toText(right), exact).test(toText(left));
    case "match":
    case "notmatch": {
      const found = new RegExp(pattern(toText(right)), exact ? "" : "i").exec(toText(left));
      if (found && kind === "match") matched(matchesOf(found));
      return (found !== null) === (kind === "match");
    }
    default: {
      const order = compare(left, right, exact);
      return { gt: order > 0, ge: order >= 0, lt: order < 0, le: order <= 0 }[kind] ?? false;
    }
  }
}

function matchesOf(found: RegExpExecArray): HashtableValue {
  const entries = new Map<string, Value>();
  found.forEach((text, index) => {
    if (text !== undefined) entries.set(String(index), text);
  });
  for (const [name, text] of Object.entries(found.groups ?? {})) entries.set(name, text);
  return { kind: "hashtable", entries };
}

/** .NET's named groups and options that JavaScript spells otherwise. */
export function pattern(text: string): string {
  return text
    .replace(/^\(\?i\)/, "")
    .replace(/\\z/gi, "$(?![\\s\\S])")
    .replace(/\\A/g, "^");
}

export function equal(left: Value, right: Value, exact = false): boolean {
  if (left === null || right === null) return left === right;
  if (typeof left === "boolean") return left === isTrue(right);
  if (isNumber(left)) {
    const other = asNumber(right);
    return other !== undefined && Number(left) === Number(other);
  }
  if (isEnum(left))
    return isEnum(right)
      ? left.number === right.number
      : isNumber(right)
        ? left.number === Number(right)
        : sameText(left.name, toText(right), false);
  if (typeof left === "string") return sameText(left, toText(right), exact);
  if (left instanceof Date)
    return right instanceof Date
      ? left.getTime() === right.getTime()
      : left.getTime() === (convert(right, "datetime") as Date).getTime();
  if (typeNameOf(left) === "System.Guid") return sameText(toText(left), toText(right), false);
  return left === right;
}

const sameText = (one: string, other: string, exact: boolean) =>
  exact ? one === other : one.toLowerCase() === other.toLowerCase();

function asNumber(value: Value): number | bigint | undefined {
  if (isNumber(value)) return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (isEnum(value)) return value.number;
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
  return Number.isNaN(number) ? undefined : number;
}

export function compare(left: Value, right: Value, exact = false): number {
  if (left === null || right === null) {
    if (left === right) return 0;
    if (isNumber(left ?? 0) && isNumber(right ?? 0)) return Math.sign(Number(left ?? 0) - Number(right ?? 0));
    return left === null ? -1 : 1;
  }
  if (isNumber(left) || typeof left === "boolean" || isEnum(left)) {
    const [one, other] = [asNumber(left), asNumber(right)];
    if (one === undefined || other === undefined) throw comparisonFailure(left, right);
    return one < other ? -1 : one > other ? 1 : 0;
  }
  if (left instanceof Date) return Math.sign(left.getTime() - (convert(right, "datetime") as Date).getTime());
  if (typeof left !== "string") throw comparisonFailure(left, right);
  const [one, other] = exact ? [left, toText(right)] : [left.toLowerCase(), toText(right).toLowerCase()];
  return one < other ? -1 : one > other ? 1 : 0;
}

const comparisonFailure = (left: Value, right: Value) =>
  runtimeError("ComparisonFailure", `Could not compare "${toText(left)}" to "${toText(right)}".`);

function add(left: Value, right: Value): Value {
  if (isArray(left)) return [...left, ...(isArray(right) ? right : [right])];
  if (left === null) return right;
  if (typeof left === "string") return left + toText(right);
  if (isHashtable(left) && isHashtable(right))
    return { kind: "hashtable", entries: new Map([...left.entries, ...right.entries]) };
  return arithmetic("+", left, right);
}

function multiply(left: Value, right: Value): Value {
  if (typeof left === "string") return left.repeat(Number(convert(right, "int")));
  if (isArray(left)) return Array.from({ length: Number(convert(right, "int")) }, () => left).flat();
  return arithmetic("*", left, right);
}

function arithmetic(operator: string, left: Value, right: Value): Value {
  if (left instanceof Date && right instanceof Date && operator === "-")
    return timeSpan(left.getTime() - right.getTime());
  if (!isNumber(left) && !(typeof left === "boolean" || left === null || typeof left === "string" || isEnum(left))) {
    throw runtimeError(
      "MethodNotFound",
      `Method invocation failed because [${typeNameOf(left)}] does not contain a method named 'op_Addition'.`,
    );
  }
  const [one, other] = [numeric(left), numeric(right)];
  if (operator === "/" && Number(other) === 0)
    throw runtimeError("RuntimeException", "Attempted to divide by zero.", "NotSpecified");
  if (typeof one === "bigint" || typeof other === "bigint") {
    if (Number.isInteger(Number(one)) && Number.isInteger(Number(other)))
      return narrowed(integers(operator, BigInt(one), BigInt(other)));
  }
  const [a, b] = [Number(one), Number(other)];
  return { "+": a + b, "-": a - b, "*": a * b, "/": a / b, "%": a % b }[operator] ?? Number.NaN;
}

const numeric = (value: Value) =>
  isNumber(value)
    ? value
    : (convert(value, typeof value === "string" && value.includes(".") ? "double" : "long") as number);

function integers(operator: string, a: bigint, b: bigint): bigint {
  if (operator === "+") return a + b;
  if (operator === "-") return a - b;
  if (operator === "*") return a * b;
  return operator === "/" ? a / b : a % b;
}

const narrowed = (value: bigint) =>
  BigInt(Number(value)) === value && Number.isSafeInteger(Number(value)) ? Number(value) : value;

export function timeSpan(milliseconds: number): Value {
  return {
    kind: "object",
    type: "System.TimeSpan",
    properties: new Map<string, Value>([
      ["TotalMilliseconds", milliseconds],
      ["TotalSeconds", milliseconds / 1000],
      ["TotalMinutes", milliseconds / 60000],
      ["TotalHours", milliseconds / 3600000],
      ["TotalDays", milliseconds / 86400000],
    ]),
  };
}

function bits(operator: string, left: bigint, right: bigint): Value {
  const value = {
    "-band": left & right,
    "-bor": left | right,
    "-bxor": left ^ right,
    "-shl": left << right,
    "-shr": left >> right,
  }[operator];
  return narrowed(value ?? 0n);
}

function range(from: number, to: number): Value {
  const step = from <= to ? 1 : -1;
  return Array.from({ length: Math.abs(to - from) + 1 }, (_, index) => from + index * step);
}

function replace(value: Value, operand: Value, exact: boolean): string {
  const [from, to] = [itemsOf(operand)[0] ?? null, itemsOf(operand)[1] ?? null];
  return toText(plain(value)).replace(
    new RegExp(pattern(toText(from)), exact ? "g" : "gi"),
    toText(to).replace(/\$\{(\w+)\}/g, "$<$1>"),
  );
}

function split(value: Value, operand: Value, exact: boolean): string[] {
  const [by, most, ...more] = itemsOf(operand);
  if (more.length > 0) throw new Unsupported("-split with options");
  const made = toText(value).split(new RegExp(pattern(toText(by ?? null)), exact ? "" : "i"));
  const limit = Number(most ?? 0);
  if (limit <= 0 || made.length <= limit) return made;
  throw new Unsupported("-split with a limit that is reached");
}
