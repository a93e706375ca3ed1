// TypeScript to dist, when a source has changed since. I/O.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runSetupProgram } from "./program.mjs";
import { projectFolder } from "./project.mjs";

const inProject = (...names) => join(projectFolder, ...names);
const stamp = inProject("dist", ".compiled");
const sourceFolders = ["providers", "cli", "lab", "bench"];
const settings = [
  "tsconfig.json",
  "tsconfig.lab.json",
  "package-lock.json",
  "node_modules/@pulumi/vsphere/package.json",
];

/** Whether dist is what the sources of now compile to. */
export function isCompiled() {
  return existsSync(stamp) && readFileSync(stamp, "utf8") === hashOfSources();
}

/** Compiles lab/ alone: it fetches what the rest needs to compile. */
export function compileLab({ report }) {
  report("compiling the lab");
  return compile("tsconfig.lab.json");
}

/** Compiles the whole project. */
export async function compileAll({ report }) {
  report("compiling multiport");
  const hash = hashOfSources();
  await compile("tsconfig.json");
  writeFileSync(stamp, hash);
}

function compile(project) {
  const tsc = inProject("node_modules", "typescript", "bin", "tsc");
  return runSetupProgram(
    process.execPath,
    [tsc, "-p", project],
    (exitCode) => `The sources do not compile (tsc -p ${project}: ${exitCode}, its lines are above).`,
  );
}

function hashOfSources() {
  const hash = createHash("sha256");
  const files = [
    ...settings.map((name) => inProject(name)),
    ...sourceFolders.flatMap((name) => sourcesIn(inProject(name))),
  ];
  for (const file of files.filter((each) => existsSync(each))) hash.update(`${file}\0`).update(readFileSync(file));
  return hash.digest("hex");
}

function sourcesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(".ts"))
    .sort()
    .map((name) => join(folder, name));
}
