// Hostile text through the files and scripts of virtual functions and a real shell: every word arrives as it was, and nothing runs.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fillTemplate } from "../../../../providers/engine/template.js";
import { sriovSections } from "../../../../providers/platforms/kvm/sriov/toWords.js";
import type { FunctionWords, PortWords, SriovWords } from "../../../../providers/platforms/kvm/sriov/words.js";
import { hostile } from "../../../arbitrary.js";

const text = hostile.filter((word) => word !== "__proto__");
const anything = <T>() => fc.option(text) as unknown as fc.Arbitrary<T>;
const functionWords: fc.Arbitrary<FunctionWords> = fc.record({
  mac: anything<string>(),
  vlan: fc.option(fc.nat()),
  qos: fc.option(fc.nat()),
  vlan_proto: anything<string>(),
  spoofchk: anything<"on">(),
  trust: anything<"on">(),
  min_tx_rate: fc.option(fc.nat()),
  max_tx_rate: fc.option(fc.nat()),
  link_state: anything<string>(),
  query_rss: anything<"on">(),
  driver: text as fc.Arbitrary<"kernel">,
  mtu: fc.option(fc.nat()),
  user: fc.option(fc.record({ vm: text, port: text })),
});
const words: fc.Arbitrary<SriovWords> = fc.record({
  unit: fc.constant("enabled"),
  ports: fc.dictionary(
    text,
    fc.record<PortWords>({
      pci: fc.option(text),
      vendor: fc.option(text),
      device: fc.option(text),
      sriov_numvfs: fc.nat(),
      mtu: fc.option(fc.nat()),
      sriov_drivers_autoprobe: fc.constant(1),
      functions: fc.dictionary(fc.constantFrom("0", "1"), functionWords),
    }),
    { minKeys: 1, maxKeys: 2 },
  ),
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hostile-sriov-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a shell makes of a text that calls `port`, `vf` and so on: each call with its arguments. */
function calls(script: string, names: readonly string[]): string[][] {
  // With its number of words first: any text may be one of them.
  const print = names.map((name) => `${name}() { printf '%s\\0' "$(($# + 1))" ${name} "$@"; }`).join("\n");
  const { stdout, status, stderr } = spawnSync("sh", ["-s"], {
    input: `${print}\n${script}`,
    cwd: folder,
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  expect(existsSync(join(folder, "PWNED"))).toBe(false);
  const parts = stdout.split("\0").slice(0, -1);
  const all: string[][] = [];
  for (let at = 0; at < parts.length; at += Number(parts[at]) + 1)
    all.push(parts.slice(at + 1, at + 1 + Number(parts[at])));
  return all;
}

const given = (values: Readonly<Record<string, unknown>>, keys: readonly string[]) =>
  keys.flatMap((key) => (values[key] === null ? [] : [key, String(values[key])]));

describe("hostile text", () => {
  it("in sriov.conf arrives word by word", () => {
    fc.assert(
      fc.property(words, text, text, (sample, machine, environment) => {
        const [conf] = sriovSections(sample, { machine, environment });
        const script = fillTemplate(conf?.template ?? "", conf?.data ?? {});
        const expected = Object.entries(sample.ports).flatMap(([name, port]) => [
          [
            "port",
            name,
            ...given({ ...port, numvfs: port.sriov_numvfs }, ["pci", "vendor", "device", "numvfs", "mtu"]),
          ],
          ...Object.entries(port.functions).map(([index, each]) => [
            "vf",
            index,
            ...given({ ...each }, Object.keys(each).length ? ORDER : []),
          ]),
        ]);
        expect(calls(script, ["port", "vf"])).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it("in put.sh arrives word by word", () => {
    fc.assert(
      fc.property(
        text,
        fc.array(fc.array(text, { minLength: 1, maxLength: 4 }), { maxLength: 3 }),
        (name, settings) => {
          const ports = [{ name, numvfs: 3, mtu: "keep", autoprobe: 1, settings }];
          const script = fillTemplate("kvm/sriov/put.sh", { ports });
          // The calls without the functions that they call.
          const body = script.slice(script.lastIndexOf("\n}\n") + 3).replace('exit "$failed"', "");
          const expected = [
            ["count", name, "3", "keep"],
            ...settings.map((each) => ["option", ...each]),
            ["ready", "1"],
          ];
          expect(calls(body, ["count", "option", "ready"])).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("in the scripts of a machine does not run", () => {
    fc.assert(
      fc.property(text, text, (machine, environment) => {
        for (const { template, data } of sriovSections(
          {
            unit: "enabled",
            ports: {
              e0: {
                pci: null,
                vendor: null,
                device: null,
                sriov_numvfs: 0,
                mtu: null,
                sriov_drivers_autoprobe: 1,
                functions: {},
              },
            },
          },
          { machine, environment },
        )) {
          const filled = fillTemplate(template, data);
          const heading = filled.split("\n").find((line) => line.includes("Written by multiport")) ?? "";
          expect(heading).toMatch(/^# Virtual functions of .*do not edit here\.$/);
          if (template.endsWith(".conf"))
            expect(calls(filled, ["port", "vf"])).toEqual([["port", "e0", "numvfs", "0"]]);
        }
      }),
      { numRuns: 40 },
    );
  });
});

const ORDER = [
  "driver",
  "mac",
  "vlan",
  "qos",
  "vlan_proto",
  "spoofchk",
  "trust",
  "min_tx_rate",
  "max_tx_rate",
  "link_state",
  "query_rss",
  "mtu",
];
