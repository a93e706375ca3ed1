// Cmdlets that work on the objects of a pipeline: ForEach-, Where-, Sort-, Group- and Measure-Object.
import type { Value } from "../../contract";
import type { CoreCall, CoreCmdlet } from "../core";
import { runtimeError, Unsupported } from "../failure";
import { getMember, memberOf } from "../members";
import { invokeMethod } from "../methods";
import { binary, compare } from "../operators";
import type { Stage } from "../pipeline";
import { collect, enumerate } from "../session";
import { isBlock, isTrue, itemsOf, sameName, toText, typedObject, unrolled } from "../values";
import { keyOfItem, overInput, withItem } from "./input";
import { select } from "./select";

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
