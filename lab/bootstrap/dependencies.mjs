// The npm packages of package-lock.json in node_modules. I/O.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runSetupProgram } from "./program.mjs";
import { projectFolder } from "./project.mjs";

/**
 * Whether node_modules holds what package-lock.json names, whoever installed it. npm writes its own list there as the last
 * step of an installation, so an interrupted one counts as none.
 */
export function areDependenciesInstalled(folder = projectFolder) {
  const installed = readLock(join(folder, "node_modules", ".package-lock.json"));
  const wanted = readLock(join(folder, "package-lock.json"));
  return Object.entries(wanted).every(([path, { version, integrity, optional, devOptional, peer }]) => {
    if (path === "" || optional || devOptional || peer) return true;
    return installed[path]?.version === version && installed[path]?.integrity === integrity;
  });
}

function readLock(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).packages : {};
}

export async function installDependencies({ report }) {
  report("installing the npm packages of package-lock.json (usually 20 s, once)");
  const [command, ...args] = npmCommand();
  await runSetupProgram(command, [...args, "ci", "--include=dev", "--loglevel=error"], (exitCode) =>
    [
      `The npm packages could not be installed (npm ci: ${exitCode}, its lines are above). Every command needs them.`,
      "Check that npm reaches its registry (npm ping), then run the same command again.",
    ].join(" "),
  );
}

// Under npm start, npm says where it is; it need not be on PATH.
function npmCommand() {
  const { npm_execpath } = process.env;
  return npm_execpath?.endsWith(".js") ? [process.execPath, npm_execpath] : ["npm"];
}
