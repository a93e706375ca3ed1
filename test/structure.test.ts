// The order of the house, read from the sources: which part may import which, what no file may be called, what no
// exported signature may hold, and that every golden file belongs to a case.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { DRIVERS } from "../providers/platforms/index.js";
import { goldenCases } from "./golden.js";

const root = join(__dirname, "..");

function sources(folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.m?ts$/.test(file) && !file.endsWith(".d.ts") && !file.includes("node_modules"))
    .map((file) => `${folder}/${file}`);
}

interface Import {
  readonly from: string;
  /** A file of this project, or the name of a package. */
  readonly to: string;
}

function importsOf(file: string): Import[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(root, file), "utf8"), true, true);
  return importedFiles.map(({ fileName }) => ({
    from: file,
    to: fileName.startsWith(".")
      ? relative(root, join(root, dirname(file), fileName)).replace(/\.js$/, ".ts")
      : fileName,
  }));
}

const providers = sources("providers");
const lab = sources("lab");
const imports = [...providers, ...lab, ...sources("cli"), ...sources("bench")].flatMap(importsOf);
const isNode = (name: string) => name.startsWith("node:") || builtinModules.includes(name.split("/")[0] ?? "");
const isPulumi = (name: string) => name.startsWith("@pulumi/");
const show = (found: readonly Import[]) => found.map(({ from, to }) => `${from} -> ${to}`);

/** The part that a file belongs to; the public face is all that is in none. */
function part(file: string): string {
  return /^providers\/(model|platforms|engine|host)\//.exec(file)?.[1] ?? /^(\w+)\//.exec(file)?.[1] ?? file;
}

describe("dependencies point one way", () => {
  it("there is something to look at", () => {
    expect(providers.length).toBeGreaterThan(30);
    expect(imports.length).toBeGreaterThan(150);
  });

  // Each part with all that it may import of this project.
  const MAY: Record<string, readonly string[]> = {
    model: ["model"],
    platforms: ["model", "platforms"],
    host: ["model", "host"],
    engine: ["model", "platforms", "host", "engine"],
    providers: ["model", "platforms", "host", "engine", "providers"],
    lab: ["lab"],
  };
  it.each(Object.entries(MAY))("%s imports only %s", (name, allowed) => {
    const own = imports.filter(
      ({ from, to }) => part(from) === name && /^(providers|lab|cli|bench|test|stacks)\//.test(to),
    );
    expect(show(own.filter(({ to }) => !allowed.includes(part(to))))).toEqual([]);
  });

  it.each(["model", "platforms"])("%s imports no Node module, no network and no Pulumi", (name) => {
    const PURE = ["zod", "yaml", "js-yaml", "ipaddr.js", "fastest-levenshtein", "saxes"];
    const packages = imports.filter(({ from, to }) => part(from) === name && !to.includes("/") && !PURE.includes(to));
    const reaching = imports.filter(({ from, to }) => part(from) === name && (isNode(to) || isPulumi(to)));
    expect(show([...packages, ...reaching])).toEqual([]);
  });

  it("only the transport knows ssh2", () => {
    const found = imports.filter(
      ({ from, to }) => /^ssh2(\/|$)/.test(to) && !["host", "lab", "bench"].includes(part(from)),
    );
    expect(show(found)).toEqual([]);
  });

  it("only the components and what is made of them know vSphere's provider", () => {
    expect(
      show(imports.filter(({ from, to }) => to === "@pulumi/vsphere" && !from.startsWith("providers/vsphere/"))),
    ).toEqual([]);
  });

  it("every import of ours is a file", () => {
    expect(show(imports.filter(({ to }) => to.endsWith(".ts") && !existsSync(join(root, to))))).toEqual([]);
  });

  it("goes in no circle", () => {
    const next = groupBy(imports);
    const done = new Set<string>();
    const walk = (file: string, path: readonly string[]): void => {
      if (path.includes(file))
        throw new Error(`a circle of imports: ${[...path.slice(path.indexOf(file)), file].join(" -> ")}`);
      if (done.has(file)) return;
      for (const { to } of next.get(file) ?? []) if (to.endsWith(".ts")) walk(to, [...path, file]);
      done.add(file);
    };
    for (const file of [...providers, ...lab]) walk(file, []);
  });
});

function groupBy(all: readonly Import[]): Map<string, Import[]> {
  const groups = new Map<string, Import[]>();
  for (const item of all) groups.set(item.from, [...(groups.get(item.from) ?? []), item]);
  return groups;
}

describe("files", () => {
  const all = ["providers", "cli", "lab", "bench", "stacks", "test"].flatMap(sources);

  it("none has a name that says nothing", () => {
    const FORBIDDEN = /(^|\/)(utils?|helpers?|commons?|misc|base|types|shared|stuff)(\/|\.m?ts$)/i;
    expect(all.filter((file) => FORBIDDEN.test(file))).toEqual([]);
  });

  it("each begins with what it is", () => {
    const first = (file: string) =>
      readFileSync(join(root, file), "utf8")
        .replace(/^#!.*\n/, "")
        .slice(0, 3);
    const HEADLESS = [/^vitest\.config/, /^lab\/.*\.d\.ts$/];
    expect(
      all.filter((file) => !HEADLESS.some((pattern) => pattern.test(file)) && !/^(\/\/ |\/\*\*)/.test(first(file))),
    ).toEqual([]);
  });

  it("no exported signature of the library holds any", () => {
    const found = providers.flatMap((file) => {
      const tree = ts.createSourceFile(file, readFileSync(join(root, file), "utf8"), ts.ScriptTarget.ES2022, true);
      const lines: string[] = [];
      const visit = (node: ts.Node): void => {
        if (node.kind === ts.SyntaxKind.AnyKeyword)
          lines.push(`${file}:${tree.getLineAndCharacterOfPosition(node.pos).line + 1}`);
        ts.forEachChild(node, visit);
      };
      visit(tree);
      return lines;
    });
    expect(found).toEqual([]);
  });
});

describe("golden files", () => {
  // Each folder with the test that lists its cases; a folder in no test would be text that nothing keeps true.
  const LISTED: Record<string, string> = {
    ...Object.fromEntries(DRIVERS.map(({ name }) => [name, "test/platforms/golden.test.ts"])),
    problems: "test/model/problems.test.ts",
    stacks: "test/pulumi/stacks.test.ts",
  };

  it("all stand in a folder that a test lists", () => {
    const folders = readdirSync(join(__dirname, "golden"));
    const named = folders.filter((folder) => {
      const text = ["test/cli", "test/live", "test/platforms", "test/model", "test/pulumi", "test/engine"]
        .flatMap(sources)
        .map((file) => readFileSync(join(root, file), "utf8"));
      return LISTED[folder]
        ? existsSync(join(root, LISTED[folder]))
        : text.some((source) => source.includes(`golden/${folder}`) || source.includes(`"golden", "${folder}"`));
    });
    expect(folders.filter((folder) => !named.includes(folder))).toEqual([]);
  });

  it.each([...DRIVERS.map(({ name }) => name), "problems"])("every case of %s has its environment", (area) => {
    for (const { spec } of goldenCases(area)) expect(spec).not.toBe("");
  });

  it("every recorded machine is one that a test reads", () => {
    const text = ["test/platforms", "test/engine", "test/live", "test/cli", "test/pulumi"]
      .flatMap(sources)
      .map((file) => readFileSync(join(root, file), "utf8"))
      .join("\n");
    const recorded = readdirSync(join(__dirname, "recorded"), { recursive: true, withFileTypes: true });
    const cases = new Set(
      recorded
        .filter((entry) => entry.isFile())
        .map((entry) => relative(join(__dirname, "recorded"), entry.parentPath)),
    );
    expect([...cases].filter((folder) => !text.includes(folder.split("/").at(-1) ?? folder))).toEqual([]);
  });
});
