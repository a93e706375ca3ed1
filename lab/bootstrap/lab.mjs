// From a clone to a running lab command. I/O. Progress goes to standard error: standard output is the command's own.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { compileAll, compileLab, isCompiled } from "./compile.mjs";
import { areDependenciesInstalled, installDependencies } from "./dependencies.mjs";
import { withLock } from "./lock.mjs";
import { runProgram } from "./program.mjs";
import { projectFolder } from "./project.mjs";

const labProgram = join(projectFolder, "dist", "lab", "main.js");
const report = (line) => console.error(line);

/** Runs a lab command; returns the exit code. */
export async function runLab(args) {
  try {
    const isStop = args[0] === "stop";
    if (isStop && !existsSync(labProgram)) {
      report("nothing to stop: this checkout was never set up");
      return 0;
    }
    // What was started with older sources is stopped with them.
    const env = isStop && areDependenciesInstalled() ? {} : await setUp();
    return await runProgram(process.execPath, [labProgram, ...args], { env });
  } catch (error) {
    report(isForTheUser(error) ? error.message : error.stack);
    return error.exitCode ?? 1;
  }
}

const isForTheUser = (error) => ["SetupFailed", "Unavailable", "CommandFailed"].includes(error.name);

// One at a time in this checkout: node_modules and dist belong to all that run in it.
function setUp() {
  const lock = join(projectFolder, ".lab", "setup.lock");
  return withLock(lock, { what: "setting this checkout up", report }, async () => {
    if (!areDependenciesInstalled()) await installDependencies({ report });
    if (!isCompiled()) await compileLab({ report });
    const { ensureToolchain } = createRequire(import.meta.url)(join(projectFolder, "dist/lab/toolchain/toolchain.js"));
    const { env, parts } = await ensureToolchain({ report });
    if (!isCompiled()) await compileAll({ report });
    reportNew(parts);
    return env;
  });
}

function reportNew(parts) {
  const isNew = ({ origin }) => origin === "built" || origin === "downloaded";
  for (const part of parts.filter(isNew))
    report(`${part.name} ${part.version}: ${part.origin} in ${part.seconds} s, kept for the next run`);
}
