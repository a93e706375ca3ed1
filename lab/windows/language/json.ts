// ConvertTo-Json and ConvertFrom-Json of Windows PowerShell 5.1. Pure.
import type { Value } from "../contract";
import { runtimeError } from "./failure";
import { customObject, isArray, isBlock, isEnum, isHashtable, isObject, NOTHING, toText, typeNameOf } from "./values";

/** Deeper than depth everything is its text, without a warning. */
export function toJson(value: Value, depth: number, compress: boolean): string {
  return written(tree(value, depth), compress, 0);
}

type Json = string | { readonly list: readonly Json[] } | { readonly fields: readonly [string, Json][] };

function tree(value: Value, depth: number): Json {
  if (value === null) return "null";
  if (value === NOTHING) return { fields: [] };
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (typeof value === "string") return quoted(value);
  if (value instanceof Date) return `"\\/Date(${value.getTime()})\\/"`;
  if (isEnum(value)) return String(value.number);
  if (isBlock(value)) return quoted(value.text);
  if (depth < 0) return quoted(deep(value));
  if (isArray(value)) return { list: value.map((item) => tree(item, depth - 1)) };
  if (isHashtable(value))
    return { fields: [...value.entries].map(([name, item]): [string, Json] => [name, tree(item, depth - 1)]) };
  if (!isObject(value)) return quoted(typeNameOf(value));
  if (value.type === "System.Guid") return quoted(toText(value));
  const shown = [...value.properties].filter(([name]) => name !== "__text");
  return { fields: shown.map(([name, item]): [string, Json] => [name, tree(item, depth - 1)]) };
}

const deep = (value: Value) => toText(value);

/** 5.1 indents each level to the width of its key. Our scripts compress; without it the shape is right and the blanks are not. */
function written(json: Json, compress: boolean, level: number): string {
  if (typeof json === "string") return json;
  const inner = compress ? "" : `\r\n${"    ".repeat(level + 1)}`;
  const outer = compress ? "" : `\r\n${"    ".repeat(level)}`;
  const [open, close, parts] =
    "list" in json
      ? ["[", "]", json.list.map((item) => written(item, compress, level + 1))]
      : [
          "{",
          "}",
          json.fields.map(
            ([name, item]) => `${quoted(name)}:${compress ? "" : "  "}${written(item, compress, level + 1)}`,
          ),
        ];
  if (parts.length === 0) return compress ? `${open}${close}` : `${open}${outer}${outer}${close}`;
  return `${open}${inner}${parts.join(`,${inner}`)}${outer}${close}`;
}

function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&'\u2028\u2029\u0085]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

export function fromJson(text: string): Value {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw runtimeError(
      "System.ArgumentException,Microsoft.PowerShell.Commands.ConvertFromJsonCommand",
      `Invalid JSON primitive: ${text.trim().split(/\s/)[0]?.slice(0, 40) ?? ""}.`,
      "NotSpecified",
      "ArgumentException",
    );
  }
  return fromParsed(parsed);
}

function fromParsed(value: unknown): Value {
  if (value === null || typeof value === "boolean" || typeof value === "number") return value;
  if (typeof value === "string") {
    const [, milliseconds] = /^\/Date\((-?\d+)\)\/$/.exec(value) ?? [];
    return milliseconds === undefined ? value : new Date(Number(milliseconds));
  }
  if (Array.isArray(value)) return value.map(fromParsed);
  const entries = Object.entries(value as object);
  const names = new Set<string>();
  for (const [name] of entries) {
    if (names.has(name.toLowerCase())) {
      throw runtimeError(
        "DuplicateKeysInJsonString,Microsoft.PowerShell.Commands.ConvertFromJsonCommand",
        `Cannot convert the JSON string because a dictionary that was converted from the string contains the duplicated keys '${name}' and '${name}'.`,
        "InvalidOperation",
        "InvalidOperationException",
      );
    }
    names.add(name.toLowerCase());
  }
  return customObject(entries.map(([name, item]): [string, Value] => [name, fromParsed(item)]));
}
