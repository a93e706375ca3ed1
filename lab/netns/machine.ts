// Machines: starting one, entering one. Each is a set of namespaces below the outer ones. I/O.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { type ExecuteOptions, execute, executeOrThrow, type Outcome, waitFor } from "./execute";
import { machineScript, startVswitchd } from "./machineScript";
import { spawnDetached } from "./outer";
import { currentBoot, endAll, isAlive, type ProcessRecord, readIfThere, readRecords } from "./processRecord";
import { type StateDirectory, tailOf } from "./stateDirectory";
import type { LabMachine } from "./topology";

// A machine has its own PID namespace too: `pkill ovs-vswitchd` on one must not reach another's.
const startInBackground = `unshare --net --mount --uts --pid --fork --propagation private \\
  sh -c "$1" sh "$2" "$3" "$4" </dev/null &`;

/** Starts a machine and waits until its servers run; its cables come later. */
export async function startMachine(
  machine: LabMachine,
  options: { readonly outer: ProcessRecord; readonly directory: StateDirectory },
): Promise<ProcessRecord> {
  const { outer, directory } = options;
  const folder = directory.ofMachine(machine.name);
  const log = directory.ofMachine(machine.name, "machine.log");
  for (const file of ["record", "ready", "machine.log"])
    rmSync(directory.ofMachine(machine.name, file), { force: true });
  const script = `# multiport lab machine ${machine.name}\n${machineScript(machine.kind)}`;
  const parameters = [script, folder, currentBoot(), machine.name];
  const inOuter = ["nsenter", "--target", `${outer.pid}`, "--net", "--pid"];
  spawnDetached([...inOuter, "sh", "-c", startInBackground, "sh", ...parameters], log);
  return waitFor({ what: `${machine.name} to start (${log} tells more)`, seconds: 30 }, () => {
    const [record] = readRecords(directory.ofMachine(machine.name, "record"));
    if (record !== undefined && !isAlive(record)) throw new Error(`${machine.name} did not start: ${tailOf(log)}`);
    return findMachine(machine.name, directory);
  });
}

/** The machine's first process, if it runs and its start came to its end. */
export function findMachine(name: string, directory: StateDirectory): ProcessRecord | undefined {
  if (readIfThere(directory.ofMachine(name, "ready")) !== "ready\n") return undefined;
  return readRecords(directory.ofMachine(name, "record")).find(isAlive);
}

/** Ends a machine alone. */
export async function stopMachine(name: string, directory: StateDirectory): Promise<void> {
  await endAll(readRecords(directory.ofMachine(name, "record")));
}

const cleanEnvironment = [
  "env",
  "-i",
  "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  "LC_ALL=C.UTF-8",
];

function inside({ pid }: ProcessRecord, command: readonly string[]): readonly string[] {
  return [
    "nsenter",
    "--target",
    `${pid}`,
    "--mount",
    "--net",
    "--uts",
    "--pid",
    ...cleanEnvironment,
    "HOME=/root",
    ...command,
  ];
}

/** Runs a program on a machine; an exit code other than 0 is an outcome, not an error. */
export function executeOn(
  machine: ProcessRecord,
  command: readonly string[],
  options: ExecuteOptions = {},
): Promise<Outcome> {
  return execute(inside(machine, command), options);
}

/** Starts a program on a machine and does not wait for it. It is out of reach of signals: let it have a deadline of its own. */
export function startOn(machine: ProcessRecord, command: readonly string[]): ChildProcessWithoutNullStreams {
  const [program = "", ...args] = inside(machine, command);
  return spawn(program, args, { cwd: "/" });
}

/** Runs a shell script on a machine that has to succeed. */
export function runScriptOn(machine: ProcessRecord, script: string): Promise<string> {
  return executeOrThrow(inside(machine, ["sh", "-eu"]), { input: script });
}

/** Makes Open vSwitch open its interfaces anew: its userspace datapath holds on to a device that was made again under its name. */
export async function restartVswitchd(machine: ProcessRecord): Promise<void> {
  const stop = `pid=$(cat /run/openvswitch/ovs-vswitchd.pid)
ovs-appctl --timeout=10 exit
while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done`;
  await runScriptOn(machine, `${stop}\n${startVswitchd}`);
}

/** Whether the machine's servers answer. */
export async function doesAnswer(machine: ProcessRecord, kind: LabMachine["kind"]): Promise<boolean> {
  if (kind === "guest") return true;
  const { code } = await executeOn(machine, ["ovs-appctl", "--timeout=3", "version"], { timeoutSeconds: 5 });
  const { code: databaseCode } = await executeOn(machine, ["ovs-vsctl", "--timeout=3", "show"], { timeoutSeconds: 5 });
  return code === 0 && databaseCode === 0;
}
