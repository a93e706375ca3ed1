// The generated pages are what the code says now, and they leave nothing out.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { environmentPage } from "../../cli/reference/environmentPage.js";
import { GUEST_CASES } from "../../cli/reference/guestCases.js";
import { linuxRenderersPage } from "../../cli/reference/linuxRenderersPage.js";
import { NOUNS } from "../../cli/reference/nouns.js";
import { PROBLEM_KINDS } from "../../cli/reference/rulesPage.js";
import { supportPage } from "../../cli/reference/supportPage.js";
import { checkEnvironmentText } from "../../providers/engine/check.js";
import { environmentJsonSchema } from "../../providers/model/environment.js";
import { formatProblem } from "../../providers/model/problem.js";
import { goldenCases } from "../golden.js";
import { PROJECT } from "./pages.js";

const reference = (name: string) => readFileSync(join(PROJECT, "docs", "reference", name), "utf8");
const examples = readdirSync(join(PROJECT, "docs", "reference", "examples"));
const example = (name: string) => reference(`examples/${name}.yaml`);

describe("the reference pages", () => {
  it("are fresh, and so is the schema", () => {
    for (const program of ["docsReference.js", "schema.js"]) {
      const args = [join(PROJECT, "dist", "cli", program), "--check"];
      const { stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
      expect(stderr).toBe("");
      expect(status).toBe(0);
    }
  });
});

describe("examples", () => {
  it.each(examples)("%s has no problem", (file) => {
    expect(checkEnvironmentText(reference(`examples/${file}`), file).problems.map(formatProblem)).toEqual([]);
  });

  it("are those of the nouns, no other", () => {
    expect(examples).toEqual(NOUNS.map(({ example: name }) => `${name}.yaml`).sort());
  });
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** Every key of the schema with the path of its parent; `<>` is a name of the user's. */
function keys(schema: Schema, path: string): { parent: string; key: string }[] {
  const map = schema.additionalProperties;
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => [
      { parent: path, key },
      ...keys(inner, path === "" ? key : `${path}.${key}`),
    ]),
    ...(typeof map === "object" ? keys(map, `${path}.<>`) : []),
    ...(schema.items ? keys(schema.items, `${path}[]`) : []),
    ...[...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((branch) => keys(branch, path)),
  ];
}

describe("environment.md", () => {
  const page = environmentPage(example).text;
  const schema = environmentJsonSchema() as Schema;
  const all = keys(schema.$defs?.Environment ?? schema, "");
  const sections = new Map(page.split("\n## ").map((text) => [text.split("\n")[0] ?? "", text]));
  const places = NOUNS.flatMap(({ title, at }) =>
    at.map((path) => ({ title, path: path.replaceAll(/<[^>]*>/g, "<>") })),
  );

  /** The nouns whose place is the longest that leads to the key, and the rest of the way; one place may hold either of two nouns. */
  function sectionOf(parent: string): { titles: string[]; prefix: string } {
    const leading = places.filter(({ path }) => path === "" || parent === path || parent.startsWith(`${path}.`));
    const longest = Math.max(...leading.map(({ path }) => path.length));
    const rest = parent.slice(longest).replace(/^\./, "");
    const titles = leading.filter(({ path }) => path.length === longest).map(({ title }) => title);
    return { titles, prefix: rest === "" ? "" : `${rest}.` };
  }

  it("has every key of the schema in the section of its noun", () => {
    expect(all.length).toBeGreaterThan(150);
    const missing = all.filter(({ parent, key }) => {
      const { titles, prefix } = sectionOf(parent);
      return !titles.some((title) => sections.get(title)?.includes(`| \`${prefix}${key}\` |`));
    });
    expect(missing).toEqual([]);
  });

  it("describes every key", () => {
    const bare = page.split("\n").filter((line) => /^\| `.*\|\s*\|$/.test(line));
    expect(bare).toEqual([]);
  });
});

describe("rules.md", () => {
  it("knows the id of every problem of the golden files", () => {
    const ids = goldenCases("problems").flatMap(({ spec }) =>
      checkEnvironmentText(spec, "spec.yaml").problems.map(({ rule }) => rule),
    );
    const known = [...reference("rules.md").matchAll(/^\| `([\w-]+)` \|/gm)].map(([, id]) => id);
    expect([...new Set(ids)].filter((id) => !known.includes(id))).toEqual([]);
    expect(known).toEqual(expect.arrayContaining(Object.keys(PROBLEM_KINDS)));
  });
});

describe("support.md", () => {
  const { text } = supportPage();

  it("says of every cell what is set, or why not", () => {
    expect(text.match(/^\| `(switch-independent|static|lacp)` /gm)).toHaveLength(30);
    expect(text).not.toMatch(/\| *\| |undefined|\[object|no effect/);
  });

  it("names as many reasons as its tables use", () => {
    for (const section of text.split("\n## ").slice(1)) {
      const used = [...section.matchAll(/no \((\d+)\)/g)].map(([, number]) => Number(number));
      const listed = [...section.matchAll(/^(\d+)\. /gm)].map(([, number]) => Number(number));
      expect([...new Set(used)].sort((a, b) => a - b)).toEqual(listed);
    }
  });
});

describe("linux-renderers.md", () => {
  const { text } = linuxRenderersPage();

  it("says of every case what each renderer writes, or why not", () => {
    const rows = text.split("\n").filter((line) => /^\| (?!---|In the guest)/.test(line));
    expect(rows).toHaveLength(GUEST_CASES.length);
    for (const row of rows)
      expect(row.split(/(?<!\\)\|/).slice(2, 6), row).toEqual(Array(4).fill(expect.stringMatching(/`|no \(\d+\)/)));
    expect(text).not.toMatch(/undefined|\[object/);
  });
});
