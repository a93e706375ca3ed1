// A machine for the language's own tests: files in memory, and cmdlets that the test itself gives. The host's model is not asked here.
import { Buffer } from "node:buffer";
import type { Cmdlet, FileSystem, Machine, ProcessResult } from "../../../../lab/windows/contract";
import { runPowerShell } from "../../../../lab/windows/language/process";

export function memoryFiles(): FileSystem {
  const entries = new Map<string, { path: string; content: Uint8Array | null }>([
    ["c:\\", { path: "C:\\", content: null }],
  ]);
  const key = (path: string) => path.toLowerCase();
  const folderOf = (path: string) =>
    key(path)
      .replace(/\\[^\\]*$/, "")
      .replace(/^([a-z]:)$/, "$1\\");
  return {
    read: (path) => entries.get(key(path))?.content,
    write(path, content) {
      if (entries.get(folderOf(path))?.content !== null) throw new Error(`no folder for ${path}`);
      entries.set(key(path), { path, content });
    },
    makeFolder: (path) => entries.set(key(path), { path, content: null }),
    list: (path) =>
      [...entries.values()]
        .filter((entry) => folderOf(entry.path) === key(path) && key(entry.path) !== key(path))
        .map((entry) => entry.path.slice(entry.path.lastIndexOf("\\") + 1)),
    remove: (path) => entries.delete(key(path)),
    move(from, to) {
      const entry = entries.get(key(from));
      if (!entry || entries.has(key(to))) throw new Error(`cannot move ${from} to ${to}`);
      entries.delete(key(from));
      entries.set(key(to), { ...entry, path: to });
    },
  };
}

export interface Given {
  readonly cmdlets?: Readonly<Record<string, Cmdlet>>;
  readonly modules?: readonly string[];
  readonly release?: number;
  readonly files?: FileSystem;
  readonly beforeCall?: (cmdlet: string) => Promise<void>;
}

const ALL = [
  "Hyper-V",
  "NetAdapter",
  "NetLbfo",
  "NetTCPIP",
  "DnsClient",
  "ScheduledTasks",
  "CimCmdlets",
  "NetSwitchTeam",
  "NetQos",
];

export function machineWith(given: Given = {}): Machine {
  const cmdlets = new Map(Object.entries(given.cmdlets ?? {}).map(([name, cmdlet]) => [name.toLowerCase(), cmdlet]));
  const modules = (given.modules ?? ALL).map((name) => name.toLowerCase());
  let now = Date.UTC(2026, 0, 2, 3, 4, 5);
  return {
    cmdlet: (name) => cmdlets.get(name.toLowerCase()),
    hasModule: (name) => modules.includes(name.toLowerCase()),
    processId: 4321,
    release: given.release ?? 2022,
    files: given.files ?? memoryFiles(),
    environment: { COMPUTERNAME: "HV1", TEMP: "C:\\Temp" },
    now: () => new Date(now),
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
    beforeCall: given.beforeCall ?? (async () => {}),
  };
}

export const encode = (script: string) => Buffer.from(script, "utf16le").toString("base64");

export function run(script: string, given: Given = {}, input = ""): Promise<ProcessResult> {
  const args = ["-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-EncodedCommand", encode(script)];
  return runPowerShell(machineWith(given), args, input);
}

/** What a script prints, its lines; a run with errors fails the test. */
export async function output(script: string, given: Given = {}, input = ""): Promise<string[]> {
  const { stdout, stderr, exitCode } = await run(script, given, input);
  if (stderr !== "" || exitCode !== 0) throw new Error(`exit ${exitCode}: ${stderr}`);
  return stdout === "" ? [] : stdout.replace(/\r\n$/, "").split("\r\n");
}
