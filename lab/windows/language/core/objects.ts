// Cmdlets that work on the objects of a pipeline: ForEach-, Where-, Select-, Sort-, Group- and Measure-Object.
import type { ObjectValue, Value } from "../../contract";
import type { CoreCall, CoreCmdlet } from "../core";
import { runStatements } from "../evaluate";
import { runtimeError, Unsupported } from "../failure";
import { getMember, memberOf } from "../members";
import { invokeMethod } from "../methods";
import { binary, compare, equal } from "../operators";
import { Enough, type Stage } from "../pipeline";
import { collect, enumerate } from "../session";
import {
  type Block,
  customObject,
  isBlock,
  isHashtable,
  isObject,
  isTrue,
  itemsOf,
  plain,
  sameName,
  toText,
  typedObject,
  unrolled,
} from "../values";
import { hasWildcard, wildcard } from "../wildcard";

/** Runs a block in the scope of the pipeline, with the object as $_. */
export async function withItem(call: CoreCall, block: Block, item: Value, emit = call.emit): Promise<void> {
  const { session } = call;
  const before = session.scope.own("_")?.value;
  session.scope.set("_", item);
  try {
    for (const part of [block.script.begin, block.script.process, block.script.end])
      await runStatements(session, part, emit);
  } finally {
    if (before === undefined) session.scope.remove("_");
    else session.scope.set("_", before);
  }
}

/** Objects one by one; without a pipeline those of -InputObject. */
export function overInput(
  call: CoreCall,
  process: (item: Value) => Promise<void>,
  end: () => Promise<void> = async () => {},
): Stage {
  return {
    process,
    async end() {
      const given = call.values.get("InputObject");
      if (!call.hasInput && given !== undefined) await process(given);
      await end();
    },
  };
}

function forEach(call: CoreCall): Stage {
  const blocks = itemsOf(call.values.get("Process") ?? []).filter(isBlock);
  const member = call.values.get("MemberName");
  const [begin, end] = [call.values.get("Begin"), call.values.get("End")];
  let begun = false;
  const start = async () => {
    if (!begun && begin !== undefined && isBlock(begin)) await withItem(call, begin, null);
    begun = true;
  };
  return overInput(
    call,
    async (item) => {
      await start();
      if (member !== undefined) return enumerate(await memberOrMethod(call, item, toText(member)), call.emit);
      for (const block of blocks) await withItem(call, block, item);
    },
    async () => {
      await start();
      if (end !== undefined && isBlock(end)) await withItem(call, end, null);
    },
  );
}

async function memberOrMethod(call: CoreCall, item: Value, name: string): Promise<Value> {
  const args = call.values.get("ArgumentList");
  if (args === undefined && memberOf(item, name) !== undefined) return getMember(call.session, item, name);
  return invokeMethod(call.session, item, name, args === undefined ? [] : itemsOf(args), call.at);
}

function where(call: CoreCall): Stage {
  const block = call.values.get("FilterScript");
  return overInput(call, async (item) => {
    const keeps =
      block !== undefined && isBlock(block)
        ? isTrue(unrolled(await collect((emit) => withItem(call, block, item, emit))))
        : comparesTrue(call, item);
    if (keeps) await call.emit(item);
  });
}

const TESTS = "EQ NE GT GE LT LE Like NotLike Match NotMatch Contains NotContains In NotIn".split(" ");

function comparesTrue(call: CoreCall, item: Value): boolean {
  const name = toText(call.values.get("Property") ?? null);
  const value = item === null ? null : (memberOf(item, name) ?? null);
  const test = TESTS.find((one) => call.values.get(one) === true);
  if (!test) {
    if (call.values.has("Value"))
      throw runtimeError(
        "OperatorNotSpecified",
        "The specified operator requires both the -Property and -Value parameters.",
        "InvalidArgument",
      );
    return isTrue(value);
  }
  return isTrue(binary(`-${test.toLowerCase()}`, value, call.values.get("Value") ?? null, () => {}));
}

function select(call: CoreCall): Stage {
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

/** A property's value, or what the block of @{ Expression = {} } makes. */
async function keyOfItem(call: CoreCall, item: Value, property: Value): Promise<Value> {
  const expression = isHashtable(property)
    ? (memberOf(property, "Expression") ?? memberOf(property, "e") ?? null)
    : property;
  if (isBlock(expression)) return plain(unrolled(await collect((emit) => withItem(call, expression, item, emit))));
  return item === null ? null : (memberOf(item, toText(expression)) ?? null);
}

const alike = (one: Value, other: Value): boolean =>
  isObject(one) && isObject(other) ? sameObject(one, other) : equal(one, other, true);

const sameObject = (one: ObjectValue, other: ObjectValue) =>
  one.properties.size === other.properties.size &&
  [...one.properties].every(([name, value]) => equal(value, other.properties.get(name) ?? null, true));

function sort(call: CoreCall): Stage {
  const items: { item: Value; keys: Value[] }[] = [];
  const properties = itemsOf(call.values.get("Property") ?? []);
  const exact = call.values.get("CaseSensitive") === true;
  const sign = call.values.get("Descending") === true ? -1 : 1;
  return overInput(
    call,
    async (item) => {
      const keys: Value[] = [];
      for (const property of properties) keys.push(await keyOfItem(call, item, property));
      items.push({ item, keys: properties.length === 0 ? [item] : keys });
    },
    async () => {
      const order = (one: { keys: Value[] }, other: { keys: Value[] }) => {
        for (const [at, key] of one.keys.entries()) {
          const found = compare(key, other.keys[at] ?? null, exact);
          if (found !== 0) return found * sign;
        }
        return 0;
      };
      const sorted = [...items].sort(order);
      const unique = call.values.get("Unique") === true;
      for (const [at, one] of sorted.entries()) {
        const previous = sorted[at - 1];
        if (!unique || !previous || order(previous, one) !== 0) await call.emit(one.item);
      }
    },
  );
}

function group(call: CoreCall): Stage {
  const groups: { values: Value[]; items: Value[] }[] = [];
  const properties = itemsOf(call.values.get("Property") ?? []);
  if (call.values.get("AsHashTable") === true) throw new Unsupported("Group-Object -AsHashTable", call.at);
  return overInput(
    call,
    async (item) => {
      const values: Value[] = [];
      for (const property of properties) values.push(await keyOfItem(call, item, property));
      const key = properties.length === 0 ? [item] : values;
      const found = groups.find((one) =>
        one.values.every((value, at) => sameName(toText(value), toText(key[at] ?? null))),
      );
      if (found) found.items.push(item);
      else groups.push({ values: key, items: [item] });
    },
    async () => {
      for (const { values, items } of groups) {
        const name = values.map(toText).join(", ");
        await call.emit(
          typedObject("Microsoft.PowerShell.Commands.GroupInfo", {
            Count: items.length,
            Name: name,
            Group: items,
            Values: values,
          }),
        );
      }
    },
  );
}

function measure(call: CoreCall): Stage {
  const numbers: number[] = [];
  let count = 0;
  const property = call.values.get("Property");
  return overInput(
    call,
    async (item) => {
      const value =
        property === undefined
          ? item
          : item === null
            ? null
            : (memberOf(item, toText(itemsOf(property)[0] ?? null)) ?? null);
      if (value === null) return;
      count += 1;
      numbers.push(Number(value));
    },
    async () => {
      const asked = (name: string, value: number) =>
        call.values.get(name) === true && numbers.length > 0 ? value : null;
      const sum = numbers.reduce((total, number) => total + number, 0);
      await call.emit(
        typedObject("Microsoft.PowerShell.Commands.GenericMeasureInfo", {
          Count: count,
          Average: asked("Average", sum / numbers.length),
          Sum: asked("Sum", sum),
          Maximum: asked("Maximum", Math.max(...numbers)),
          Minimum: asked("Minimum", Math.min(...numbers)),
          Property: property === undefined ? null : toText(property),
        }),
      );
    },
  );
}

export const objectCmdlets: Record<string, CoreCmdlet> = {
  "foreach-object": { kind: "whole", start: forEach },
  "where-object": { kind: "whole", start: where },
  "select-object": { kind: "whole", start: select },
  "sort-object": { kind: "whole", start: sort },
  "group-object": { kind: "whole", start: group },
  "measure-object": { kind: "whole", start: measure },
};
