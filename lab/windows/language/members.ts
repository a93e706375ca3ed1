// Properties and indices of values. Pure but for strict mode, which the session knows.
import type { Value } from "../contract";
import { convert } from "./convert";
import { runtimeError } from "./failure";
import type { Session } from "./session";
import { isArray, isEnum, isHashtable, isObject, itemsOf, keyOf, NOTHING, put, typeNameOf } from "./values";

/** undefined: it has none of that name. */
export function memberOf(value: Value, name: string): Value | undefined {
  const key = name.toLowerCase();
  if (typeof value === "string") return key === "length" ? value.length : undefined;
  if (value instanceof Date) return dateMember(value, key);
  if (isEnum(value)) return key === "value__" ? value.number : undefined;
  if (isHashtable(value)) {
    const found = keyOf(value.entries, name);
    if (found !== undefined) return value.entries.get(found) ?? null;
    if (key === "count") return value.entries.size;
    if (key === "keys") return [...value.entries.keys()];
    if (key === "values") return [...value.entries.values()];
    return undefined;
  }
  if (isArray(value)) return arrayMember(value, name, key);
  if (!isObject(value) || key === "__text") return undefined;
  const found = keyOf(value.properties, name);
  if (found !== undefined) return value.properties.get(found) ?? null;
  return key === "psobject" ? psObject(value) : undefined;
}

/** $x.PSObject.Properties.Name, by which scripts ask whether there is a property. */
function psObject(value: { properties: ReadonlyMap<string, Value> }): Value {
  const properties = [...value.properties]
    .filter(([name]) => name !== "__text")
    .map(
      ([name, item]): Value => ({
        kind: "object",
        type: "System.Management.Automation.PSNoteProperty",
        properties: new Map<string, Value>([
          ["Name", name],
          ["Value", item],
        ]),
      }),
    );
  return {
    kind: "object",
    type: "System.Management.Automation.PSMemberSet",
    properties: new Map<string, Value>([["Properties", properties]]),
  };
}

function arrayMember(value: readonly Value[], name: string, key: string): Value | undefined {
  if (["count", "length", "longlength"].includes(key)) return value.length;
  if (key === "rank") return 1;
  const found = value
    .map((item) => (item === null ? undefined : memberOf(item, name)))
    .filter((item) => item !== undefined);
  if (found.length === 0) return undefined;
  const flat = found.flatMap((item) => [...itemsOf(item)]);
  return flat.length === 1 ? (flat[0] ?? null) : flat;
}

function dateMember(date: Date, key: string): Value | undefined {
  const members: Record<string, Value> = {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    millisecond: date.getUTCMilliseconds(),
    ticks: BigInt(date.getTime()) * 10000n + 621355968000000000n,
  };
  return members[key];
}

export function getMember(session: Session, value: Value, name: string): Value {
  const found = value === null ? undefined : memberOf(value, name);
  if (found !== undefined) return found;
  if (!session.strict) {
    return looseMember(value, name);
  }
  throw runtimeError(
    "PropertyNotFoundStrict",
    `The property '${name}' cannot be found on this object. Verify that the property exists.`,
    "NotSpecified",
    "PropertyNotFoundException",
  );
}

/** Without strict mode one object counts as one, and nothing as none. */
function looseMember(value: Value, name: string): Value {
  if (!["count", "length"].includes(name.toLowerCase())) return value !== null && isArray(value) ? NOTHING : null;
  return value === null ? 0 : 1;
}

export function setMember(value: Value, name: string, to: Value): void {
  if (isHashtable(value)) {
    put(value.entries, name, to);
    return;
  }
  if (isObject(value) && keyOf(value.properties, name) !== undefined) {
    put(value.properties, name, to);
    return;
  }
  if (value === null)
    throw runtimeError(
      "PropertyNotFound",
      `The property '${name}' cannot be found on this object. Verify that the property exists and can be set.`,
    );
  throw runtimeError(
    "PropertyAssignmentException",
    `Exception setting "${name}": "The property '${name}' cannot be found on this object. Verify that the property exists and can be set."`,
    "NotSpecified",
  );
}

export function getIndex(session: Session, value: Value, index: Value): Value {
  if (value === null) throw runtimeError("NullArray", "Cannot index into a null array.");
  if (isHashtable(value)) {
    if (isArray(index)) return index.map((one) => getIndex(session, value, one));
    const found = keyOf(value.entries, String(typeof index === "string" ? index : convert(index, "string")));
    return found === undefined ? null : (value.entries.get(found) ?? null);
  }
  if (isArray(index)) return index.map((one) => getIndex(session, value, one));
  const items = typeof value === "string" ? [...value] : value;
  if (!isArray(items)) {
    const at = Number(convert(index, "int"));
    if (at === 0 || at === -1) return value;
    if (session.strict) throw outside();
    return null;
  }
  const at = Number(convert(index, "int"));
  const found = items.at(at);
  if (found !== undefined) return found;
  if (session.strict) throw outside();
  return null;
}

const outside = () =>
  runtimeError(
    "System.IndexOutOfRangeException",
    "Index was outside the bounds of the array.",
    "OperationStopped",
    "IndexOutOfRangeException",
  );

export function setIndex(value: Value, index: Value, to: Value): void {
  if (value === null) throw runtimeError("NullArray", "Cannot index into a null array.");
  if (isHashtable(value)) {
    put(value.entries, String(convert(index, "string")), to);
    return;
  }
  if (!isArray(value) || Object.isFrozen(value)) {
    throw runtimeError("CannotIndex", `Unable to index into an object of type ${typeNameOf(value)}.`);
  }
  const at = Number(convert(index, "int"));
  const place = at < 0 ? value.length + at : at;
  if (place < 0 || place >= value.length) throw outside();
  value[place] = to;
}
