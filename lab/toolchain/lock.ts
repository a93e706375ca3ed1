// The bootstrap's lock, for the compiled lab. It is loaded from the sources: tsc does not copy .mjs files to dist.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { projectFolder } from "./project";

type Lock = typeof import("../bootstrap/lock.mjs", { with: { "resolution-mode": "import" }});

/** See `withLock` and `isProcessAlive` in bootstrap/lock.mjs. */
export function loadLock(): Promise<Lock> {
  return import(pathToFileURL(join(projectFolder(), "lab", "bootstrap", "lock.mjs")).href) as Promise<Lock>;
}
