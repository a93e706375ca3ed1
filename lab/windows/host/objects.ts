// The objects that cmdlets return: their properties, in PowerShell's order, from the table in objects.json. Pure.
import type { EnumValue, HashtableValue, ObjectValue, Value } from "../contract";
import table from "./objects.json";

interface EnumTable {
  readonly type: string;
  readonly values: Readonly<Record<string, number>>;
}

interface Shape {
  readonly type: string;
  readonly properties: Readonly<Record<string, string>>;
}

const ENUMS: Readonly<Record<string, EnumTable>> = table.enums;
const SHAPES: Readonly<Record<string, Shape>> = table.objects;

/** What a property may be made of: names of enumerations stand as text. */
export type Given = Value | readonly string[] | undefined;

export function isObject(value: Value | undefined): value is ObjectValue {
  return hasKind(value) && value.kind === "object";
}

export function isEnum(value: Value | undefined): value is EnumValue {
  return hasKind(value) && value.kind === "enum";
}

export function isHashtable(value: Value | undefined): value is HashtableValue {
  return hasKind(value) && value.kind === "hashtable";
}

function hasKind(value: Value | undefined): value is EnumValue | ObjectValue | HashtableValue {
  return typeof value === "object" && value !== null && "kind" in value;
}

export function enumValue(key: string, name: string): EnumValue {
  const found = ENUMS[key];
  const number = found?.values[name];
  if (!found || number === undefined) throw new Error(`the enumeration ${key} has no member ${name}`);
  return { kind: "enum", type: found.type, name, number };
}

/** Names of an enumeration's members. */
export function enumNames(key: string): readonly string[] {
  return Object.keys(ENUMS[key]?.values ?? {});
}

export function object(type: string, properties: Readonly<Record<string, Value>>): ObjectValue {
  return { kind: "object", type, properties: new Map(Object.entries(properties)) };
}

/** `[TimeSpan]` of some seconds; undefined: without end. */
export function timeSpan(seconds?: number): ObjectValue {
  const ticks = seconds === undefined ? 9223372036854775807n : BigInt(Math.round(seconds * 10_000_000));
  const all = Number(ticks) / 10_000_000;
  return object("System.TimeSpan", {
    Ticks: ticks <= 9007199254740991n ? Number(ticks) : ticks,
    Days: Math.floor(all / 86400),
    Hours: Math.floor(all / 3600) % 24,
    Milliseconds: Math.floor(all * 1000) % 1000,
    Minutes: Math.floor(all / 60) % 60,
    Seconds: Math.floor(all) % 60,
    TotalDays: all / 86400,
    TotalHours: all / 3600,
    TotalMilliseconds: all * 1000,
    TotalMinutes: all / 60,
    TotalSeconds: all,
  });
}

/** An object as `call` returns it: what is not given stands at the default of its type. Refuses what the object does not have. */
export function shaped(
  call: string,
  given: Readonly<Record<string, Given>>,
  without: readonly string[] = [],
): ObjectValue {
  const shape = SHAPES[call];
  if (!shape) throw new Error(`no object of ${call} in objects.json`);
  const unknown = Object.keys(given).filter((name) => shape.properties[name] === undefined);
  if (unknown.length > 0) throw new Error(`${call} returns no ${unknown.join(", ")}`);
  const properties = new Map<string, Value>();
  for (const [name, kind] of Object.entries(shape.properties))
    if (!without.includes(name)) properties.set(name, converted(kind, given[name]));
  return { kind: "object", type: shape.type, properties };
}

function converted(kind: string, value: Given): Value {
  const bare = kind.replace("?", "").replace("[]", "");
  if (value === undefined) return kind.includes("?") ? null : kind.includes("[]") ? [] : initial(bare);
  if (!ENUMS[bare]) return value;
  if (Array.isArray(value)) return value.map((item) => (typeof item === "string" ? enumValue(bare, item) : item));
  return typeof value === "string" ? enumValue(bare, value) : (value as Value);
}

function initial(kind: string): Value {
  switch (kind) {
    case "string":
      return "";
    case "number":
      return 0;
    case "boolean":
      return false;
    case "guid":
      return "00000000-0000-0000-0000-000000000000";
    case "timespan":
      return timeSpan();
    case "object":
    case "date":
      return null;
    default:
      return smallest(kind);
  }
}

function smallest(key: string): Value {
  const names = enumNames(key);
  const first = names.reduce((a, b) => ((ENUMS[key]?.values[b] ?? 0) < (ENUMS[key]?.values[a] ?? 0) ? b : a));
  return enumValue(key, first);
}
