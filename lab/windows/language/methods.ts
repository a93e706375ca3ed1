// Methods of values: those of strings, arrays, hashtables, dates and the few objects that scripts of ours make.
import type { Value } from "../contract";
import type { Place } from "./ast";
import { runBlock } from "./calls";
import { invokeChild } from "./childProcess";
import { convert } from "./convert";
import { runtimeError, Unsupported } from "./failure";
import { formatted } from "./format";
import { memberOf } from "./members";
import { invokeObject } from "./objects";
import { equal } from "./operators";
import { collect, type Session } from "./session";
import {
  isArray,
  isBlock,
  isHashtable,
  isNumber,
  isObject,
  keyOf,
  NOTHING,
  put,
  toText,
  typeNameOf,
  unrolled,
} from "./values";

export async function invokeMethod(
  session: Session,
  object: Value,
  name: string,
  args: readonly Value[],
  at: Place,
): Promise<Value> {
  if (object === null)
    throw runtimeError("InvokeMethodOnNull", "You cannot call a method on a null-valued expression.");
  const key = name.toLowerCase();
  if (key === "tostring" && !isBlock(object))
    return args.length === 0 ? toText(object) : formatted(object, toText(args[0] ?? null));
  if (key === "gettype") return { kind: "object", type: "System.RuntimeType", properties: typeProperties(object) };
  if (key === "equals") return equal(object, args[0] ?? null, true);
  const found = await known(session, object, key, args);
  if (found !== undefined) return found;
  if (isArray(object) && object.length > 0 && object.every((item) => item !== null && !isArray(item))) {
    const made: Value[] = [];
    for (const item of object) made.push(await invokeMethod(session, item, name, args, at));
    return made;
  }
  if (isObject(object) && memberOf(object, name) === undefined)
    throw new Unsupported(`the method ${name} of ${typeNameOf(object)}`, at);
  throw new Unsupported(`the method ${name} of ${typeNameOf(object)}`, at);
}

const typeProperties = (object: Value) =>
  new Map<string, Value>([
    ["FullName", typeNameOf(object)],
    ["Name", typeNameOf(object).split(".").at(-1) ?? ""],
    ["__text", typeNameOf(object)],
  ]);

async function known(session: Session, object: Value, key: string, args: readonly Value[]): Promise<Value | undefined> {
  if (typeof object === "string") return ofString(object, key, args);
  if (object instanceof Date) return ofDate(object, key, args);
  if (isHashtable(object)) return ofHashtable(object.entries, key, args);
  if (isArray(object)) return ofArray(object, key, args);
  if (isBlock(object)) {
    if (key === "invoke")
      return unrolled(
        await collect((emit) =>
          runBlock(
            session,
            object,
            args.map((value) => ({ kind: "argument", value })),
            emit,
          ),
        ),
      );
    return key === "tostring" ? object.text : key === "getnewclosure" ? object : undefined;
  }
  if (isNumber(object)) return key === "compareto" ? Math.sign(Number(object) - Number(args[0])) : undefined;
  if (!isObject(object)) return undefined;
  return (await invokeChild(object, key, args)) ?? invokeObject(session, object, key, args);
}

/** The characters that Trim and Split are given: strings of them, or a list. */
const characters = (args: readonly Value[]) =>
  args
    .flatMap((one) => (isArray(one) ? one : [one]))
    .map(toText)
    .join("");

function ofString(text: string, key: string, args: readonly Value[]): Value | undefined {
  const [first, second] = [toText(args[0] ?? null), toText(args[1] ?? null)];
  const number = (at: number) => Number(convert(args[at] ?? null, "int"));
  // StringComparison: an ordinal one without case is the only one that changes anything here.
  const loose = args.length === 2 && /IgnoreCase$/i.test(second);
  const [one, other] = loose ? [text.toLowerCase(), first.toLowerCase()] : [text, first];
  switch (key) {
    case "trim":
    case "trimstart":
    case "trimend":
      return trimmed(text, characters(args), key !== "trimend", key !== "trimstart");
    case "split": {
      const by = characters(args.filter((arg) => typeof arg === "string" || isArray(arg)));
      return by === "" ? text.split(/\s/) : splitAt(text, by);
    }
    case "replace":
      if (first === "")
        throw runtimeError(
          "ArgumentException",
          'Exception calling "Replace" with "2" argument(s): "String cannot be of zero length."',
          "NotSpecified",
          "MethodInvocationException",
        );
      return text.split(first).join(second);
    case "startswith":
      return one.startsWith(other);
    case "endswith":
      return one.endsWith(other);
    case "contains":
      return text.includes(first);
    case "indexof":
      return one.indexOf(other);
    case "lastindexof":
      return text.lastIndexOf(first);
    case "tolower":
    case "tolowerinvariant":
      return text.toLowerCase();
    case "toupper":
    case "toupperinvariant":
      return text.toUpperCase();
    case "substring": {
      const from = number(0);
      const length = args.length > 1 ? number(1) : text.length - from;
      if (from < 0 || length < 0 || from + length > text.length) {
        throw runtimeError(
          "ArgumentOutOfRangeException",
          `Exception calling "Substring" with "${args.length}" argument(s): "Index and length must refer to a location within the string."`,
          "NotSpecified",
          "MethodInvocationException",
        );
      }
      return text.slice(from, from + length);
    }
    case "padleft":
      return text.padStart(number(0), args.length > 1 ? second : " ");
    case "padright":
      return text.padEnd(number(0), args.length > 1 ? second : " ");
    case "insert":
      return text.slice(0, number(0)) + second + text.slice(number(0));
    case "remove":
      return text.slice(0, number(0)) + (args.length > 1 ? text.slice(number(0) + number(1)) : "");
    case "tochararray":
      return [...text];
    default:
      return undefined;
  }
}

function splitAt(text: string, separators: string): string[] {
  const parts = [""];
  for (const character of text) {
    if (separators.includes(character)) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts;
}

function trimmed(text: string, set: string, start: boolean, end: boolean): string {
  const goes = (character: string | undefined) =>
    character !== undefined && (set === "" ? /\s/.test(character) : set.includes(character));
  let [from, to] = [0, text.length];
  while (start && from < to && goes(text[from])) from += 1;
  while (end && to > from && goes(text[to - 1])) to -= 1;
  return text.slice(from, to);
}

const STEPS: Record<string, number> = {
  addmilliseconds: 1,
  addseconds: 1000,
  addminutes: 60_000,
  addhours: 3_600_000,
  adddays: 86_400_000,
};

function ofDate(date: Date, key: string, args: readonly Value[]): Value | undefined {
  const step = STEPS[key];
  if (step !== undefined) return new Date(date.getTime() + Number(convert(args[0] ?? null, "double")) * step);
  if (["touniversaltime", "tolocaltime"].includes(key)) return date;
  if (key === "add" && isObject(args[0] ?? null))
    return new Date(date.getTime() + Number(memberOf(args[0] ?? null, "TotalMilliseconds")));
  return key === "tounixtimeseconds"
    ? Math.floor(date.getTime() / 1000)
    : key === "tounixtimemilliseconds"
      ? date.getTime()
      : undefined;
}

function ofHashtable(entries: Map<string, Value>, key: string, args: readonly Value[]): Value | undefined {
  const name = toText(args[0] ?? null);
  switch (key) {
    case "containskey":
    case "contains":
      return keyOf(entries, name) !== undefined;
    case "containsvalue":
      return [...entries.values()].some((value) => equal(value, args[0] ?? null, true));
    case "add":
      if (keyOf(entries, name) !== undefined) {
        throw runtimeError(
          "ArgumentException",
          `Exception calling "Add" with "2" argument(s): "Item has already been added. Key in dictionary: '${name}'  Key being added: '${name}'"`,
          "NotSpecified",
          "MethodInvocationException",
        );
      }
      put(entries, name, args[1] ?? null);
      return NOTHING;
    case "remove":
      entries.delete(keyOf(entries, name) ?? name);
      return NOTHING;
    case "clear":
      entries.clear();
      return NOTHING;
    case "getenumerator":
      return [...entries].map(
        ([entry, value]): Value => ({
          kind: "object",
          type: "System.Collections.DictionaryEntry",
          properties: new Map<string, Value>([
            ["Name", entry],
            ["Key", entry],
            ["Value", value],
          ]),
        }),
      );
    default:
      return undefined;
  }
}

/** Growing arrays, and whether Add says where it put the object. */
const lists = new WeakMap<object, boolean>();

/** [System.Collections.Generic.List[..]]::new() and ArrayList: arrays that grow. */
export function makeList(items: readonly Value[], isArrayList: boolean): Value {
  const list = [...items];
  lists.set(list, isArrayList);
  return list;
}

function ofArray(items: Value[], key: string, args: readonly Value[]): Value | undefined {
  const growing = lists.has(items);
  switch (key) {
    case "contains":
      return items.some((item) => equal(item, args[0] ?? null, true));
    case "indexof":
      return items.findIndex((item) => equal(item, args[0] ?? null, true));
    case "toarray":
      return growing ? [...items] : undefined;
    case "add":
    case "addrange":
    case "clear":
    case "removeat": {
      if (!growing)
        throw runtimeError(
          "NotSupportedException",
          `Exception calling "${key}" with "${args.length}" argument(s): "Collection was of a fixed size."`,
          "NotSpecified",
          "MethodInvocationException",
        );
      if (key === "clear") items.length = 0;
      else if (key === "removeat") items.splice(Number(args[0]), 1);
      else if (key === "addrange") items.push(...((args[0] as Value[] | null) ?? []));
      else items.push(args[0] ?? null);
      return key === "add" && lists.get(items) === true ? items.length - 1 : NOTHING;
    }
    default:
      return undefined;
  }
}
