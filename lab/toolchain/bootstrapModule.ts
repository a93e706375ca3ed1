// Parts of the bootstrap, for the compiled lab. They are loaded from the sources: tsc does not copy .mjs files to dist.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { projectFolder } from "./project";

type Lock = typeof import("../bootstrap/lock.mjs", { with: { "resolution-mode": "import" }});
type Program = typeof import("../bootstrap/program.mjs", { with: { "resolution-mode": "import" }});

/** See `withLock` and `isProcessAlive` in bootstrap/lock.mjs. */
export function loadLock(): Promise<Lock> {
  return load("lock.mjs") as Promise<Lock>;
}

/** See `runProgram` in bootstrap/program.mjs. */
export function loadProgram(): Promise<Program> {
  return load("program.mjs") as Promise<Program>;
}

function load(name: string): Promise<unknown> {
  return import(pathToFileURL(join(projectFolder(), "lab", "bootstrap", name)).href);
}
