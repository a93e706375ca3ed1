// Hostile text through every PowerShell template, read by a real grammar: the script is the same but for its literals, and each of them
// is the text as it was. What PowerShell could take for more is refused.
import { readdirSync } from "node:fs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { loadGrammar, parse } from "../../../lab/windows/language/parse.js";
import { ps, psArray } from "../../../providers/engine/quote.js";
import { templatesFolder } from "../../../providers/engine/template.js";
import { hostile } from "../../arbitrary.js";
import { output } from "../../lab/windows/language/machine.js";
import { ADDRESSES, MACHINE, NAMES, scriptsOf, type Texts } from "./hostileWords.js";

beforeAll(loadGrammar);

/** Of the control characters, line break and tab alone are written. */
const NOT_WRITTEN = /[^\P{Cc}\n\t]|\p{Surrogate}/u;
const written = hostile.map((text) => text.replaceAll(new RegExp(NOT_WRITTEN, "gu"), ""));

describe("quoting", () => {
  it("ps: PowerShell reads every text back that it is given, and the others are refused", async () => {
    const broken = fc.constantFrom("a\u0007", "\r\n", "\u001b[2J", "\u0000", "\u0085", "\ud800");
    const texts = fc.sample(fc.oneof(hostile, written, broken), 400);
    const [fit, unfit] = [
      texts.filter((text) => !NOT_WRITTEN.test(text)),
      texts.filter((text) => NOT_WRITTEN.test(text)),
    ];
    expect(fit.length).toBeGreaterThan(100);
    expect(unfit.length).toBeGreaterThan(0);
    const script = fit.map((text) => `[Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes(${ps(text)}))`);
    expect(await output(script.join("\n"))).toEqual(fit.map((text) => Buffer.from(text).toString("base64")));
    for (const text of unfit) expect(() => ps(text)).toThrow(/no safe way to write the control characters/);
  });

  it("psArray: as many items as were given, each as it was", async () => {
    const lists = fc.sample(fc.array(written, { maxLength: 4 }), 50);
    const script = lists.map(
      (list) =>
        `ConvertTo-Json -Compress -InputObject @(${psArray(list)} | ForEach-Object { [Text.Encoding]::UTF8.GetBytes($_).Count })`,
    );
    const sizes = await output(script.join("\n"));
    expect(sizes.map((line) => JSON.parse(line) as unknown)).toEqual(
      lists.map((list) => list.map((text) => Buffer.byteLength(text))),
    );
  });

  it.each([
    [true, "$true"],
    [false, "$false"],
    [0, "0"],
    [-5, "-5"],
    ["", "''"],
    ["it's", "'it''s'"],
    ["\u2019", "'\u2019\u2019'"],
    ['$env:x `n "', "'$env:x `n \"'"],
  ])("ps(%j) is %s", (value, expected) => expect(ps(value)).toBe(expected));

  it.each([1.5, Number.NaN, 2 ** 53])("ps(%s) is refused", (value) =>
    expect(() => ps(value)).toThrow(/no safe way to write the number/),
  );
});

const token = (kind: "n" | "a") => (at: number) => `w${at}${kind}w`;
const HARMLESS: Texts = { name: token("n"), address: token("a") };
const TOKEN = /w(\d+)([na])w/g;

function of(names: readonly string[], addresses: readonly string[]): Texts {
  const at = (all: readonly string[]) => (index: number) => all[index] ?? "";
  return { name: at(names), address: at(addresses) };
}

/** Names of objects, each once and never empty; JavaScript moves those that are numbers to the front, and with a colon it is a MAC address. */
const names = fc.uniqueArray(
  written.map((text) => text.replaceAll(":", ";")).filter((text) => !/^\d*$|^__proto__$/.test(text)),
  { minLength: NAMES, maxLength: NAMES },
);
const addresses = fc.array(
  written.map((text) => text.replaceAll(/[/:]/g, "")),
  { minLength: ADDRESSES, maxLength: ADDRESSES },
);

/** Names that every object of JavaScript has something under. */
const OF_OBJECTS = [...Array(NAMES).keys()].map(
  (at) => Object.getOwnPropertyNames(Object.prototype).filter((name) => name !== "__proto__")[at] ?? `name ${at}`,
);

/** Scripts with harmless words, which stay the same. */
const harmlessTrees = new Map<string, unknown>();
function parsedOnce(text: string): unknown {
  const tree = harmlessTrees.get(text) ?? parse(text);
  harmlessTrees.set(text, tree);
  return tree;
}

const IS_SCRIPT = /^Set-StrictMode /m;

/** A script's tree without places: a literal that is a script is its tree too. `was`: the script with harmless words. */
function shape(text: string, was: string, texts: Texts): { found: unknown; expected: unknown } {
  const filled = (value: string) =>
    value.replaceAll(TOKEN, (_, at: string, kind: string) => (kind === "n" ? texts.name : texts.address)(Number(at)));
  const scripts: string[] = [];
  const tree = (script: unknown, literal: (value: string) => unknown): unknown =>
    JSON.parse(
      JSON.stringify(script, (key, value: unknown) => {
        if (key === "at") return undefined;
        return typeof value === "string" && key === "value" ? literal(value) : value;
      }),
    );
  const expected = tree(parsedOnce(was), (value) => {
    if (!IS_SCRIPT.test(value)) return filled(value);
    scripts.push(value);
    return { script: scripts.length };
  });
  let inner = 0;
  const nested: { found: unknown; expected: unknown }[] = [];
  const found = tree(parse(text), (value) => {
    const wanted = scripts[inner];
    if (wanted === undefined || !IS_SCRIPT.test(value)) return value;
    nested.push(shape(value, wanted, texts));
    inner++;
    return { script: inner };
  });
  return { found: [found, nested.map((one) => one.found)], expected: [expected, nested.map((one) => one.expected)] };
}

describe("scripts", () => {
  const harmless = scriptsOf(HARMLESS);

  it("make the same calls, and have every text as it was", () => {
    fc.assert(
      fc.property(names, addresses, (own, others) => {
        const texts = of(own, others);
        for (const [name, script] of Object.entries(scriptsOf(texts))) {
          const { found, expected } = shape(script, harmless[name] ?? "", texts);
          expect(found, name).toEqual(expected);
        }
      }),
      { numRuns: 5, endOnFailure: true, examples: [[OF_OBJECTS, OF_OBJECTS.slice(0, ADDRESSES)]] },
    );
  });

  it("a control character is refused wherever it stands, but in the heading, where it is escaped", () => {
    const with7 = (kind: keyof Texts, at: number): Texts => ({
      ...HARMLESS,
      [kind]: (index: number) => (index === at ? "a\u0007b" : HARMLESS[kind](index)),
    });
    for (let at = 0; at < NAMES; at++) {
      if (at === MACHINE) expect(scriptsOf(with7("name", at)).change).toContain('# Hyper-V of "a\\u0007b"');
      else expect(() => scriptsOf(with7("name", at)), `name ${at}`).toThrow(/no safe way/);
    }
    for (let at = 0; at < ADDRESSES; at++)
      expect(() => scriptsOf(with7("address", at)), `${at}`).toThrow(/no safe way/);
  });

  it("no template is left out here", () => {
    const templates = readdirSync(templatesFolder(), { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".ps1.hbs"),
    );
    const all = Object.values(harmless).join("\n").replaceAll("''", "'");
    const missing = templates.filter((file) => !/^(hyperv|windows|machine)\//.test(file));
    expect(missing).toEqual([]);
    expect(templates.filter((file) => !all.includes(SIGNS[file] ?? "no sign of it"))).toEqual([]);
  });
});

/** Of each template words that no other one has. */
const SIGNS: Readonly<Record<string, string>> = {
  "hyperv/nics/configure.ps1.hbs": "# SR-IOV of the NICs of",
  "hyperv/nics/facts.ps1.hbs": "# SR-IOV of the NICs, those without it",
  "hyperv/vmswitch/configure.ps1.hbs": "# Hyper-V of",
  "hyperv/vmswitch/facts.ps1.hbs": "# What Hyper-V says",
  "hyperv/vmswitch/leave.ps1.hbs": "# What leaves:",
  "hyperv/vmswitch/vlan.ps1.hbs": "-Trunk -NativeVlanId",
  "machine/apply.ps1.hbs": "# The change itself",
  "machine/change.ps1.hbs": "# Changes the machine in such a way",
  "machine/confirm.ps1.hbs": "# The change stays.",
  "machine/facts.ps1.hbs": "# All that multiport wants to know",
  "machine/record.ps1.hbs": "# What was wanted last",
  "machine/refuse.ps1.hbs": "# What reads back is not what was wanted",
  "machine/revert.ps1.hbs": "# The way back, run by the machine",
  "windows/connection.ps1.hbs": "function Find-Connection",
  "windows/jumbo/configure.ps1.hbs": "# Jumbo frames of",
  "windows/jumbo/facts.ps1.hbs": "# How large a frame adapters carry",
  "windows/jumbo/restore.ps1.hbs": "# Frames as large as before",
  "windows/jumbo/set.ps1.hbs": "function Set-JumboPacket",
  "windows/lbfo/configure.ps1.hbs": "# NIC Teaming of",
  "windows/lbfo/facts.ps1.hbs": "# Teams of NIC Teaming",
  "windows/lbfo/leave.ps1.hbs": "# Teams that leave.",
  "windows/tcpip/configure.ps1.hbs": "# IP settings of",
  "windows/tcpip/facts.ps1.hbs": "# Addresses, routes and name",
  "windows/tcpip/leave.ps1.hbs": "# Interfaces that are ours no more",
  "windows/tcpip/restore.ps1.hbs": "# What NICs had of their own",
  "windows/tcpip/route.ps1.hbs": "function Set-Route",
};
