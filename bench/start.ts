// npm start on a fresh clone, and where its time goes: with the caches of this user, or with none at all. I/O.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { run } from "../lab/toolchain/command.js";
import { projectFolder } from "../lab/toolchain/project.js";
import type { Verdict } from "./measurement.js";

export async function startWarm(): Promise<Verdict[]> {
  return withClone(async (clone) => [await measureStart(clone, { what: "npm start, warm caches", env: {} })]);
}

/** Without the cache of built tools, npm's packages and Go's modules and objects. Needs two cores for minutes. */
export async function startCold(): Promise<Verdict[]> {
  return withClone(async (clone, folder) => {
    const env = {
      MULTIPORT_CACHE: join(folder, "tools"),
      npm_config_cache: join(folder, "npm"),
      GOMODCACHE: join(folder, "go-modules"),
      GOCACHE: join(folder, "go-objects"),
      // Go makes its modules read-only: the folder could not be removed.
      GOFLAGS: "-modcacherw",
    };
    const cold = await measureStart(clone, { what: "npm start, no caches", env });
    return [cold, await measureStart(clone, { what: "npm start, once more", env })];
  });
}

/** What is committed, as a user gets it; the lab of the clone is stopped again. */
async function withClone<T>(use: (clone: string, folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "multiport-bench-"));
  const clone = join(folder, "multiport");
  await run("git", ["clone", "--quiet", projectFolder(), clone]);
  try {
    return await use(clone, folder);
  } finally {
    await run("npm", ["run", "stop"], { folder: clone });
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lines that say what begins or what a part took; all else is the output of the steps. */
const MILESTONE = /^(installing|compiling|building|=== |simulated vCenter|hosts and guests)|: (built|downloaded) in /;

interface Start {
  readonly what: string;
  readonly env: Readonly<Record<string, string>>;
}

async function measureStart(clone: string, { what, env }: Start): Promise<Verdict> {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const child = spawn("npm", ["start"], {
    cwd: clone,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const last: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on("line", (line) => {
      last.push(line);
      if (MILESTONE.test(line)) console.log(`${seconds().toFixed(1).padStart(7)} s  ${line}`);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  if (code !== 0) throw new Error(`npm start: exit code ${code}\n${last.slice(-20).join("\n")}`);
  return { what, value: seconds(), unit: "s" };
}
