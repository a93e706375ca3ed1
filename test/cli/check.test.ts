// multiport check: what it prints in each format, whole, and its exit code.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv-draft-04";
import addFormats from "ajv-formats";
import { describe, expect, it } from "vitest";
import { type CheckFormat, checkFiles } from "../../cli/check.js";
import type { EnvironmentFile } from "../../cli/project.js";

const GOLDEN = join(__dirname, "golden", "check");

function environment(name: string): EnvironmentFile {
  const text = readFileSync(join(__dirname, "environments", `${name}.yaml`), "utf8");
  return { name, file: `stacks/${name}.yaml`, text };
}

/** OASIS' own schema, as a package of the format's authors ships it. */
const sarifSchema = JSON.parse(
  readFileSync(require.resolve("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"), "utf8"),
) as object;
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats.default(ajv);
const isSarif = ajv.compile(sarifSchema);

const CASES = [
  ["clean", ["clean"], 0],
  ["warnings", ["warnings"], 3],
  ["errors", ["errors"], 1],
  ["several", ["clean", "warnings", "errors"], 1],
  ["clean-and-warnings", ["clean", "warnings"], 3],
] as const;

const FORMATS: readonly (readonly [CheckFormat, string])[] = [
  ["text", "txt"],
  ["json", "json"],
  ["sarif", "sarif"],
];

describe.each(CASES)("check of %s", (name, environments, exitCode) => {
  const files = environments.map(environment);

  it.each(FORMATS)("prints %s", async (format, extension) => {
    const checked = checkFiles(files, format);
    expect(checked.exitCode).toBe(exitCode);
    await expect(`${checked.output}\n`).toMatchFileSnapshot(join(GOLDEN, `${name}.${extension}`));
  });

  it("prints SARIF as its schema wants it", () => {
    const log: unknown = JSON.parse(checkFiles(files, "sarif").output);
    expect(isSarif(log), JSON.stringify(isSarif.errors)).toBe(true);
  });
});

it("names a file in SARIF as a URI, whatever its name", () => {
  const file = { ...environment("errors"), file: "stacks/a b#ü%.yaml" };
  const log = JSON.parse(checkFiles([file], "sarif").output) as object;
  expect(isSarif(log), JSON.stringify(isSarif.errors)).toBe(true);
  expect(JSON.stringify(log)).toContain('"uri":"stacks/a%20b%23%C3%BC%25.yaml"');
});

it("says each problem as one line", () => {
  const { output } = checkFiles([environment("errors")], "text");
  for (const line of output.split("\n").slice(0, -1))
    expect(line).toMatch(/^(error|warning|info): stacks\/errors\.yaml:\d+:\d+: /);
});
