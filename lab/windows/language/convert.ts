// Conversion to a named .NET type, as a cast, a typed variable and a parameter do it. Pure.
import type { TerminatingError, Value } from "../contract";
import { runtimeError, Unsupported } from "./failure";
import {
  customObject,
  isArray,
  isBlock,
  isEnum,
  isHashtable,
  isNumber,
  isTrue,
  keyOf,
  NOTHING,
  plain,
  toText,
  typedObject,
  typeNameOf,
} from "./values";

const INTEGERS: Record<string, [bigint, bigint]> = {
  sbyte: [-128n, 127n],
  byte: [0n, 255n],
  int16: [-32768n, 32767n],
  uint16: [0n, 65535n],
  int32: [-2147483648n, 2147483647n],
  uint32: [0n, 4294967295n],
  int64: [-9223372036854775808n, 9223372036854775807n],
  uint64: [0n, 18446744073709551615n],
};

const SHORT: Record<string, string> = {
  int: "int32",
  long: "int64",
  bool: "boolean",
  float: "double",
  single: "double",
};

/** "[System.Int32]" and "int" are the same. */
export function canonicalType(name: string): string {
  const bare = name.toLowerCase().replace(/^system\./, "");
  return SHORT[bare] ?? bare;
}

export function convert(given: Value, type: string): Value {
  const value = plain(given);
  const to = canonicalType(type);
  if (to.endsWith("[]")) return toArray(given, to.slice(0, -2));
  const range = INTEGERS[to];
  if (range) return toInteger(value, to, range);
  switch (to) {
    case "object":
    case "psobject":
      return value;
    case "string":
      return toText(value);
    case "boolean":
    case "switch":
    case "switchparameter":
    case "management.automation.switchparameter":
      return isTrue(value);
    case "double":
    case "decimal":
      return toDouble(value, to);
    case "char":
      return typeof value === "number"
        ? String.fromCharCode(value)
        : toText(value).length === 1
          ? toText(value)
          : fail(value, to);
    case "void":
      return NOTHING;
    case "array":
    case "collections.arraylist":
      return isArray(given) && given !== NOTHING ? [...given] : value === null ? [] : [value];
    case "hashtable":
    case "collections.hashtable":
    case "idictionary":
      return isHashtable(value) || value === null ? value : fail(value, to);
    case "pscustomobject":
      return isHashtable(value) ? customObject(value.entries) : value;
    case "scriptblock":
    case "management.automation.scriptblock":
      return isBlock(value) || value === null ? value : fail(value, to);
    case "datetime":
      return toDate(value, to);
    case "guid":
      return toGuid(value, to);
    case "timespan":
      return value;
    case "securestring":
    case "security.securestring":
    case "pscredential":
    case "management.automation.pscredential":
      return typeof value === "object" ? value : fail(value, to);
    case "regex":
    case "version":
    case "uri":
    case "ipaddress":
    case "net.ipaddress":
      return typedOrText(value, to);
    default:
      throw new Unsupported(`the type [${type}]`);
  }
}

function typedOrText(value: Value, to: string): Value {
  if (to === "version" && !/^\d+(\.\d+){1,3}$/.test(toText(value))) return fail(value, to);
  return toText(value);
}

function toArray(given: Value, element: string): Value {
  if (given === null || given === NOTHING) return given === NOTHING ? [] : null;
  const items = isArray(given) ? given : [given];
  return items.map((item) => convert(item, element));
}

function toInteger(value: Value, to: string, [least, most]: [bigint, bigint]): number | bigint {
  const exact = integerOf(value);
  if (exact === undefined) return fail(value, to);
  if (exact < least || exact > most) {
    throw conversionError(value, to, `Value was either too large or too small for ${to}.`);
  }
  return exact >= BigInt(Number.MIN_SAFE_INTEGER) && exact <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(exact) : exact;
}

function integerOf(value: Value): bigint | undefined {
  if (value === null) return 0n;
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (typeof value === "bigint") return value;
  if (isEnum(value)) return BigInt(value.number);
  if (typeof value === "number") return Number.isFinite(value) ? BigInt(halfToEven(value)) : undefined;
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  if (text === "") return 0n;
  if (/^[+-]?\d+$/.test(text) || /^0x[0-9a-f]+$/i.test(text)) return BigInt(text.replace(/^\+/, ""));
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? BigInt(halfToEven(Number(text))) : undefined;
}

export function halfToEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

function toDouble(value: Value, to: string): number {
  if (isNumber(value)) return Number(value);
  if (value === null) return 0;
  const number = typeof value === "string" ? Number(value.trim()) : isEnum(value) ? value.number : Number.NaN;
  return Number.isNaN(number) ? fail(value, to) : number;
}

function toDate(value: Value, to: string): Date {
  if (value instanceof Date) return value;
  const parsed =
    typeof value === "string" ? new Date(/[zZ]|[+-]\d\d:?\d\d$/.test(value) ? value : `${value}Z`) : undefined;
  return parsed && !Number.isNaN(parsed.getTime()) ? parsed : fail(value, to);
}

const GUID = /^\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?$/i;

/** Guids are objects with the text that they show. */
function toGuid(value: Value, to: string): Value {
  if (
    typeof value === "object" &&
    value !== null &&
    "kind" in value &&
    value.kind === "object" &&
    value.type === "System.Guid"
  )
    return value;
  const found = GUID.exec(toText(value))?.[1];
  return found ? guid(found) : fail(value, to);
}

export function guid(text: string): Value {
  return typedObject("System.Guid", { Guid: text.toLowerCase(), __text: text.toLowerCase() });
}

function fail(value: Value, to: string): never {
  throw conversionError(value, to);
}

export function conversionError(value: Value, to: string, detail?: string): TerminatingError {
  const shown = toText(value);
  return runtimeError(
    "InvalidCastFromStringToInteger",
    `Cannot convert value "${shown}" of type "${typeNameOf(value)}" to type "${to}".${detail ? ` ${detail}` : ""}`,
    "InvalidArgument",
    "PSInvalidCastException",
  );
}

/** -is: by the name of the type or one of the wide ones. */
export function isOfType(value: Value, type: string): boolean {
  const asked = canonicalType(type);
  if (value === null || value === NOTHING) return false;
  const own = canonicalType(typeNameOf(value));
  if (asked === "object" || asked === own) return true;
  if (asked === "array") return isArray(value);
  if (asked.endsWith("[]")) return isArray(value) && value.every((item) => isOfType(item, asked.slice(0, -2)));
  if (asked === "pscustomobject" || asked === "psobject") return own.endsWith("pscustomobject");
  if (asked === "hashtable" || asked === "collections.idictionary") return isHashtable(value);
  if (asked === "enum") return isEnum(value);
  if (asked === "valuetype") return isNumber(value) || typeof value === "boolean" || isEnum(value);
  if (asked === "ciminstance" || asked === "microsoft.management.infrastructure.ciminstance")
    return own.includes("ciminstance");
  return own.endsWith(`.${asked}`);
}

export const propertyOf = (value: { properties: ReadonlyMap<string, Value> }, name: string): Value | undefined => {
  const key = keyOf(value.properties, name);
  return key === undefined ? undefined : value.properties.get(key);
};
