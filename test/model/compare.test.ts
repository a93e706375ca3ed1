// Compare: nothing for equal values, one change a setting for others, whatever the order of keys.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compare, formatChange } from "../../providers/model/change.js";
import { openvswitch } from "../../providers/platforms/kvm/openvswitch/index.js";
import { ovsWords } from "../arbitrary.js";

const json = fc.jsonValue({ maxDepth: 4 });

/** One spelling for equal values: what `compare` has to agree with, written another way. */
function normal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(normal).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value === 0 ? 0 : value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${normal(item)}`).join()}}`;
}

/** The same value with the keys of every map the other way round. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, turned(item)]),
  );
}

describe("compare", () => {
  it("finds nothing between a value and itself, nor when its keys stand in another order", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(compare(value, structuredClone(value))).toEqual([]);
        expect(compare(value, turned(value))).toEqual([]);
      }),
    );
  });

  it("finds nothing exactly when both are the same", () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(compare(a, b).length === 0).toBe(normal(a) === normal(b));
      }),
      { numRuns: 400 },
    );
  });

  it("the other way round says the same with from and to swapped", () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        const swapped = compare(b, a).map(({ path, from, to }) => ({ path, from: to, to: from }));
        expect(new Set(compare(a, b).map(({ path, from, to }) => normal([path, from ?? null, to ?? null])))).toEqual(
          new Set(swapped.map(({ path, from, to }) => normal([path, from ?? null, to ?? null]))),
        );
      }),
    );
  });

  it.each<[string, unknown, unknown, string[]]>([
    ["one setting", { a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } }, ["a.c: is 3, wanted 2"]],
    ["what is missing", { a: { b: 1 } }, {}, ['a: is missing, wanted {"b":1}']],
    ["what is too much", {}, { a: { b: 1 } }, ['a: is {"b":1}, wanted nothing']],
    [
      "a list as a whole, where order counts",
      { m: ["x", "y"] },
      { m: ["y", "x"] },
      ['m: is ["y","x"], wanted ["x","y"]'],
    ],
    ["a setting that is not given as one that is absent", { a: undefined }, {}, []],
    [
      "names that every object has",
      {},
      { constructor: 1, toString: 2 },
      ["constructor: is 1, wanted nothing", "toString: is 2, wanted nothing"],
    ],
    ["null as a value", { a: null }, { a: 1 }, ["a: is 1, wanted null"]],
  ])("tells %s", (_sentence, desired, actual, expected) => {
    expect(compare(desired, actual).map(formatChange)).toEqual(expected);
  });

  it("of Open vSwitch names how much the traffic notices", () => {
    const words = (tag: number, datapath: string) => ({
      bridges: {
        vs0: {
          datapath_type: datapath,
          fail_mode: "standalone",
          ports: {
            p: { interfaces: ["p"], vlan_mode: "access", tag, trunks: "", mtu_request: 1500, type: "", bond: null },
          },
        },
      },
    });
    expect(
      openvswitch
        .compare(words(10, "netdev"), words(20, "system"))
        .map(({ path, disruption }) => [path.at(-1), disruption]),
    ).toEqual([
      ["datapath_type", "outage"],
      ["tag", "brief"],
    ]);
  });

  it("of any words of Open vSwitch and themselves finds nothing", () => {
    fc.assert(
      fc.property(ovsWords, (words) => {
        expect(openvswitch.compare(words, structuredClone(words))).toEqual([]);
      }),
    );
  });
});
