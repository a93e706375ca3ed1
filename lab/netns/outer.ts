// The outer namespaces of a lab: all its processes live in one PID namespace, and end when that one's first process does. I/O.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { waitFor } from "./execute";
import {
  currentBoot,
  endAll,
  isAlive,
  type ProcessRecord,
  readIfThere,
  readRecords,
  recordMyself,
} from "./processRecord";
import { replaceFile, type StateDirectory, tailOf } from "./stateDirectory";

/** The machines' management NICs meet in a bridge of the outer network namespace; this is its address. */
export const managementAddress = "198.18.0.1";

// $1 records, $2 boot, $3 generation file, $4 generation. It records itself before it makes anything, and goes on only if
// it is still wanted: the opposite order of a start or stop, which changes the generation before it reads the records. So
// even when the starting process is killed at any point, either the record is seen, or this script sees that it is late.
const script = `set -eu
${recordMyself}
record_myself "$1" "$2"
[ "$(cat "$3")" = "$4" ] || exit 0
ip link set lo up
ip link add mgmt type bridge
ip addr add ${managementAddress}/16 dev mgmt
ip link set mgmt up
echo ready "$4" >>"$1"
# PID 1 of the namespace: waits for all orphans, for ever.
while :; do sleep 2147483647 & wait $!; done`;

/** The outer namespaces that run now, if they are whole. */
export function findOuter(directory: StateDirectory): ProcessRecord | undefined {
  const generation = readIfThere(directory.generation);
  const isReady = readIfThere(directory.outer)?.includes(`ready ${generation}\n`) === true;
  return isReady ? readRecords(directory.outer).filter(isAlive).at(-1) : undefined;
}

/** Makes new ones. None may run. */
export async function startOuter(directory: StateDirectory, id: string): Promise<ProcessRecord> {
  const generation = randomBytes(8).toString("hex");
  replaceFile(directory.generation, generation);
  const namespaces = ["--net", "--pid", "--fork"];
  const parameters = [directory.outer, currentBoot(), directory.generation, generation];
  spawnDetached(
    ["unshare", ...namespaces, "sh", "-c", `# multiport lab ${id}\n${script}`, "sh", ...parameters],
    directory.log,
  );
  return waitFor({ what: `the lab's namespaces (${directory.log} tells more)`, seconds: 10 }, () => {
    const [mine] = readRecords(directory.outer).slice(-1);
    if (mine !== undefined && !isAlive(mine)) throw new Error(`the lab's namespaces: ${tailOf(directory.log)}`);
    return findOuter(directory);
  });
}

/** Ends all that ever ran in this lab's namespaces. Network namespaces and mounts go with their last process. */
export async function stopOuter(directory: StateDirectory): Promise<void> {
  replaceFile(directory.generation, "none");
  await endAll(readRecords(directory.outer));
  replaceFile(directory.outer, "");
}

/** Starts a program that outlives this process; its output goes to the log. */
export function spawnDetached(command: readonly string[], log: string): void {
  const output = openSync(log, "a", 0o600);
  const [program = "", ...args] = command;
  const child = spawn(program, args, { cwd: "/", detached: true, stdio: ["ignore", output, output] });
  child.on("error", (error) => {
    throw error;
  });
  child.unref();
  closeSync(output);
}
