// PowerShell's values: what they are, their text, their truth, and finding a name without its case. Pure.
import type { EnumValue, HashtableValue, ObjectValue, ScriptBlockValue, Value } from "../contract";
import type { Script } from "./ast";

/** What a pipeline without output leaves (AutomationNull): $null to every operator, nothing to a pipeline, {} to ConvertTo-Json of 5.1. */
export const NOTHING: Value = Object.freeze([]);

export const CUSTOM_OBJECT = "System.Management.Automation.PSCustomObject";

/** A script block whose text is parsed. */
export class Block implements ScriptBlockValue {
  readonly kind = "scriptblock";
  constructor(
    readonly text: string,
    readonly script: Script,
  ) {}
}

export const isArray = (value: Value): value is Value[] => Array.isArray(value);
export const plain = (value: Value): Value => (value === NOTHING ? null : value);
export const isNumber = (value: Value): value is number | bigint =>
  typeof value === "number" || typeof value === "bigint";
export const isEnum = (value: Value): value is EnumValue => kindOf(value) === "enum";
export const isObject = (value: Value): value is ObjectValue => kindOf(value) === "object";
export const isHashtable = (value: Value): value is HashtableValue => kindOf(value) === "hashtable";
export const isBlock = (value: Value): value is Block => value instanceof Block;

function kindOf(value: Value): string | undefined {
  return value !== null && typeof value === "object" && "kind" in value ? value.kind : undefined;
}

export function customObject(entries: Iterable<[string, Value]>): ObjectValue {
  return { kind: "object", type: CUSTOM_OBJECT, properties: new Map(entries) };
}

export function typedObject(type: string, properties: Record<string, Value> = {}): ObjectValue {
  return { kind: "object", type, properties: new Map(Object.entries(properties)) };
}

export const sameName = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** The key as it is spelled in the map. */
export function keyOf(map: ReadonlyMap<string, Value>, name: string): string | undefined {
  if (map.has(name)) return name;
  for (const key of map.keys()) if (sameName(key, name)) return key;
  return undefined;
}

export function put(map: Map<string, Value>, name: string, value: Value): void {
  map.set(keyOf(map, name) ?? name, value);
}

/** Items as a pipeline hands them on: arrays one by one, everything else as one, nothing not at all. */
export function itemsOf(value: Value): readonly Value[] {
  return isArray(value) ? value : [value];
}

/** What a pipeline leaves in a variable: nothing, the one object, or all of them. */
export function unrolled(values: readonly Value[]): Value {
  return values.length === 0 ? NOTHING : values.length === 1 ? (values[0] ?? null) : [...values];
}

export function isTrue(value: Value): boolean {
  if (value === null || value === NOTHING) return false;
  if (typeof value === "boolean") return value;
  if (isNumber(value)) return Number(value) !== 0;
  if (typeof value === "string") return value !== "";
  if (isArray(value)) return value.length > 1 || (value.length === 1 && isTrue(value[0] ?? null));
  if (isEnum(value)) return value.number !== 0;
  return true;
}

export function toText(value: Value): string {
  if (value === null) return "";
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "True" : "False";
  if (isNumber(value)) return numberText(value);
  if (value instanceof Date) return dateText(value);
  if (isArray(value)) return value.map(toText).join(" ");
  if (isEnum(value)) return value.name;
  if (isBlock(value)) return value.text;
  if (isHashtable(value)) return typeNameOf(value);
  return isObject(value) ? objectText(value) : "";
}

function objectText(value: ObjectValue): string {
  if (value.type !== CUSTOM_OBJECT) {
    const shown = keyOf(value.properties, "__text");
    return shown === undefined ? value.type : toText(value.properties.get(shown) ?? null);
  }
  return `@{${[...value.properties].map(([name, item]) => `${name}=${toText(plain(item))}`).join("; ")}}`;
}

function numberText(value: number | bigint): string {
  if (typeof value === "bigint" || Number.isInteger(value)) return String(value);
  if (Number.isNaN(value)) return "NaN";
  return String(value).replace("e", "E");
}

const two = (part: number) => String(part).padStart(2, "0");

/** As the invariant culture writes a date. */
export function dateText(date: Date): string {
  return `${two(date.getUTCMonth() + 1)}/${two(date.getUTCDate())}/${date.getUTCFullYear()} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
}

export function typeNameOf(value: Value): string {
  if (value === null) return "null";
  if (typeof value === "string") return "System.String";
  if (typeof value === "boolean") return "System.Boolean";
  if (typeof value === "bigint") return "System.Int64";
  if (typeof value === "number") {
    if (!Number.isInteger(value)) return "System.Double";
    return Math.abs(value) > 2147483647 ? "System.Int64" : "System.Int32";
  }
  if (value instanceof Date) return "System.DateTime";
  if (isArray(value)) return "System.Object[]";
  if (isEnum(value) || isObject(value)) return value.type;
  return isHashtable(value) ? "System.Collections.Hashtable" : "System.Management.Automation.ScriptBlock";
}
