// The quick reader of YAML against the thorough one: wherever the quick one gives a value, it is the same.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { environmentText } from "../../bench/environments.js";
import { readPlainYaml } from "../../providers/model/plainYaml.js";
import { readYamlFile } from "../../providers/model/yamlFile.js";

const thorough = (text: string) => readYamlFile(text, "t.yaml").content?.value;

describe("readPlainYaml", () => {
  const stacks = join(__dirname, "..", "..", "stacks");
  const files = readdirSync(stacks).filter((name) => name.endsWith(".yaml"));
  const texts = files.map((name) => [name, readFileSync(join(stacks, name), "utf8")] as const);
  const size = { hosts: 3, vmsPerHost: 2, hasGuests: true };

  it.each([
    ...texts,
    ["groups", environmentText("groups", size)] as const,
    ["entries", environmentText("entries", size)] as const,
  ])("reads %s as the thorough reader does", (_name, text) => {
    expect(readPlainYaml(text)).toEqual({ value: thorough(text) });
  });

  it.each([
    [
      "text that looks like numbers",
      "a: [10.0.0.1/9, 100-199, 52:54:00:00:00:01, 1.2.3, 1_000, 0b1, y, no, 'true', \"12\", 2001-01-01]",
    ],
    ["nothing in several spellings", "a:\nb: ~\nc: null\nd: {e: , f}\n"],
    ["keys that look like numbers", "007: a\n1.0: b\ntrue: c\n0x10: d\n"],
    ["block scalars and lines that go on", "c: one\n  two\nd: 'it''s'\ne: \"\\u00e4\\n\"\n"],
    ["comments and empty lines", "# x: &a\na: b # c\n\n\n'#': d\n"],
  ])("reads %s as the thorough reader does", (_what, text) => {
    expect(readPlainYaml(text)).toEqual({ value: thorough(text) });
  });

  it.each([
    ["an anchor", "a: &x 1\n"],
    ["an alias", "a: &x [1]\nb: *x\n"],
    ["a tag", "a: !!str 1\n"],
    ["a tag of a map", "a: !x {b: 1}\n"],
    ["a merge key", "a: {<<: {b: 1}}\n"],
    ["a literal block", "a: |\n  x\n"],
    ["a folded block", "a: >-\n  x\n"],
    ["an unknown directive", "%X\n---\na: 1\n"],
    ["text right behind a quote", 'a:\n- ""b: 1\n'],
    ["the end of a document", "a: 1\n...\n"],
    ["dashes that mark no document", " ---\n"],
    ["a quoted line that is continued", 'a: "b\\\n  c"\n'],
    ["a directive", "%YAML 1.2\n---\na: 1\n"],
    ["two documents", "a: 1\n---\nb: 1\n"],
    ["a key twice", "a: 1\nb: 2\na: 3\n"],
    ["a list as key", "? [a]\n: 1\n"],
    ["a key without a name", ": 1\n"],
    ["__proto__", "__proto__: {a: 1}\n"],
    ["no document", "# nothing\n"],
    ["a byte order mark", "\uFEFFa: 1\n"],
    ["another encoding", "a: b # \uFFFD\n"],
    ["a fault", "a: [1\n"],
    ["a tab as indentation", "a:\n\tb: 1\n"],
    ["numbers in an unusual spelling", "a: 0x10\n"],
    ["a number with leading zeros", "a: 007\n"],
    ["an octal number", "a: 0o7\n"],
    ["a fraction", "a: 1.5\n"],
    ["an exponent", "a: 1e3\n"],
    ["a number too large to be exact", "a: 12345678901234567890\n"],
    ["infinity", "a: -.inf\n"],
    ["truth in capitals", "a: True\n"],
    ["depth", `${"[".repeat(200)}${"]".repeat(200)}\n`],
  ])("leaves %s to the thorough reader", (_what, text) => {
    expect(readPlainYaml(text)).toBeUndefined();
  });

  it("agrees with the thorough reader on any value in any layout", () => {
    const layout = fc.record({
      defaultStringType: fc.constantFrom("PLAIN" as const, "QUOTE_SINGLE" as const, "QUOTE_DOUBLE" as const),
      collectionStyle: fc.constantFrom("any" as const, "block" as const, "flow" as const),
      lineWidth: fc.constantFrom(20, 80),
    });
    fc.assert(
      fc.property(fc.object({ withNullPrototype: false }), layout, (value, options) => {
        const text = stringify(value, { ...options, aliasDuplicateObjects: false });
        const quick = readPlainYaml(text);
        if (quick) expect(quick.value).toEqual(thorough(text));
      }),
    );
  });

  it("agrees with the thorough reader on any line of YAML's own characters", () => {
    const part = fc.constantFrom(
      "a",
      "b: ",
      "- ",
      "[",
      "]",
      "{",
      "}",
      ", ",
      ": ",
      " ",
      "\n",
      "\n  ",
      "'",
      '"',
      "#",
      " #",
      "1",
      "~",
      "?",
      "|",
      ">",
      "&",
      "*",
      "!",
      "%",
      "\t",
      "---",
      "<<",
      "\\",
      "-",
      "0",
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const text = parts.join("");
        const quick = readPlainYaml(text);
        if (quick) expect(quick.value).toEqual(thorough(text));
      }),
      { numRuns: 5000 },
    );
  });
});
