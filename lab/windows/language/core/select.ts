// Select-Object.
import type { ObjectValue, Value } from "../../contract";
import type { CoreCall } from "../core";
import { Unsupported } from "../failure";
import { memberOf } from "../members";
import { equal } from "../operators";
import { Enough, type Stage } from "../pipeline";
import { customObject, isHashtable, isObject, itemsOf, toText, typedObject } from "../values";
import { hasWildcard, wildcard } from "../wildcard";
import { keyOfItem, overInput } from "./input";

export function select(call: CoreCall): Stage {
  const kept: Value[] = [];
  const number = (name: string) => (call.values.has(name) ? Number(call.values.get(name)) : undefined);
  const [first, last, skip, skipLast] = [number("First"), number("Last"), number("Skip"), number("SkipLast")];
  if (call.values.has("Index")) throw new Unsupported("Select-Object -Index", call.at);
  const unique = call.values.get("Unique") === true;
  let seen = 0;
  const send = async (item: Value) => {
    for (const made of await selected(call, item)) {
      if (unique && kept.some((one) => alike(one, made))) continue;
      if (unique) kept.push(made);
      await call.emit(made);
    }
  };
  const buffer: Value[] = [];
  const stage = overInput(
    call,
    async (item) => {
      seen += 1;
      if (last !== undefined || skipLast !== undefined) {
        buffer.push(item);
        return;
      }
      if (seen <= (skip ?? 0)) return;
      if (first !== undefined && seen > (skip ?? 0) + first) throw new Enough(stage);
      await send(item);
      if (first !== undefined && seen === (skip ?? 0) + first) throw new Enough(stage);
    },
    async () => {
      const rest =
        last !== undefined
          ? buffer.slice(Math.max(0, buffer.length - last))
          : buffer.slice(0, buffer.length - (skipLast ?? 0));
      for (const item of rest) await send(item);
    },
  );
  return stage;
}

async function selected(call: CoreCall, item: Value): Promise<readonly Value[]> {
  const expand = call.values.get("ExpandProperty");
  const properties = call.values.get("Property");
  if (expand !== undefined) {
    if (properties !== undefined) throw new Unsupported("Select-Object -Property with -ExpandProperty", call.at);
    const found = item === null ? undefined : memberOf(item, toText(expand));
    if (found === undefined) {
      call.error({
        message: `Property "${toText(expand)}" cannot be found.`,
        category: "InvalidArgument",
        id: "ExpandPropertyNotFound,Microsoft.PowerShell.Commands.SelectObjectCommand",
        exception: "PSArgumentException",
      });
      return [];
    }
    return itemsOf(found);
  }
  if (properties === undefined) return [item];
  const entries: [string, Value][] = [];
  for (const property of itemsOf(properties)) entries.push(...(await propertyOf(call, item, property)));
  const left = itemsOf(call.values.get("ExcludeProperty") ?? []).map((one) => wildcard(toText(one)));
  return [
    typedObject(
      customObject([]).type,
      Object.fromEntries(entries.filter(([name]) => !left.some((one) => one.test(name)))),
    ),
  ];
}

async function propertyOf(call: CoreCall, item: Value, property: Value): Promise<[string, Value][]> {
  if (isHashtable(property)) {
    const name = toText(
      memberOf(property, "Name") ??
        memberOf(property, "Label") ??
        memberOf(property, "n") ??
        memberOf(property, "l") ??
        null,
    );
    return [[name, await keyOfItem(call, item, property)]];
  }
  const name = toText(property);
  if (hasWildcard(name) && isObject(item)) {
    return [...item.properties].filter(([one]) => one !== "__text" && wildcard(name).test(one));
  }
  return [[name, item === null ? null : (memberOf(item, name) ?? null)]];
}

const alike = (one: Value, other: Value): boolean =>
  isObject(one) && isObject(other) ? sameObject(one, other) : equal(one, other, true);

const sameObject = (one: ObjectValue, other: ObjectValue) =>
  one.properties.size === other.properties.size &&
  [...one.properties].every(([name, value]) => equal(value, other.properties.get(name) ?? null, true));
