// Scripts to trees: what the grammar takes, and that whatever it does not take is a ParserError with its place.
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { ParserError, Unsupported } from "../../../../lab/windows/language/failure";
import { loadGrammar, parse } from "../../../../lab/windows/language/parse";
import { output, run } from "./machine";

beforeAll(loadGrammar);

test.each([
  ["if ($x) { 1", 1],
  ["'a\n'b", 2],
  ["Get-VM\n$x = @{ a = 1", 2],
  ["foreach ($x $y) { }", 1],
  ["Get-VM -Name 'a' |", 1],
  ["$x = (1 + )", 1],
  ["try { 1 }\n}", 2],
  ["$x = $y ? 1 : 2", 1],
])("%j is no PowerShell", (text, line) => {
  const error = failureOf(() => parse(text));
  expect(error).toBeInstanceOf(ParserError);
  expect((error as ParserError).line).toBeLessThanOrEqual(line);
  expect((error as ParserError).record.category).toBe("ParserError");
});

test.each([
  "Get-VM && Get-VM",
  "filter x { $_ }",
  "trap { 1 }",
  "Get-Random -Maximum 3",
  "class A { }",
  "Get-VM > 'C:\\x'",
  "$x::y",
  "$x = $function:y",
])("%j is PowerShell that the stand-in does not evaluate, and says so", async (text) => {
  const { exitCode, stderr, stdout } = await run(text);
  expect([exitCode, stdout]).toEqual([250, ""]);
  expect(stderr).toMatch(/^The simulated PowerShell does not know /);
});

test("what cannot be evaluated is refused with the line that has it", () => {
  expect(String(failureOf(() => parse("$a = 1\n$b = 2\nforeach -parallel ($x in 1) { }")))).toContain(
    "(line 3, column 1",
  );
  expect(failureOf(() => parse("trap { }"))).toBeInstanceOf(Unsupported);
});

test("nothing of a script with an error runs", async () => {
  const { exitCode, stdout, stderr } = await run("'before'\nif ($x) {");
  expect([exitCode, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("ParserError");
});

/** As PowerShell's own CodeGeneration does it: every kind of single quote is doubled. */
const quoted = (text: string) => `'${text.replace(/['\u2018-\u201b]/g, "$&$&")}'`;

test("any text comes through single quotes, typographic ones included", async () => {
  const pieces = fc.constantFrom(
    "'",
    "\u2018",
    "\u2019",
    "\u201b",
    '"',
    "\u201c",
    "\u201d",
    "$x",
    "`",
    "$(1)",
    "\n",
    "#",
    "@",
    "{",
    "a b",
    "é",
    "\u2013",
  );
  const texts = fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join(""));
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      const [line] = await output(
        `@{ v = ${quoted(text)} } | ConvertTo-Json -Compress`.replace(
          /^/,
          "[Console]::OutputEncoding = [Text.UTF8Encoding]::new($false)\n",
        ),
      );
      expect(JSON.parse(line ?? "")).toEqual({ v: text });
    }),
    { numRuns: 150 },
  );
});

test("a typographic quote ends a string that began with another, and dashes are operators", async () => {
  expect(await output("'a\u2019; \u2018b'; \u201cc $(1 + 1)\"; 3 \u2013 1")).toEqual(["a", "b", "c 2", "2"]);
  expect((await run("'a\u2019 b'")).exitCode).not.toBe(0);
});

function failureOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
