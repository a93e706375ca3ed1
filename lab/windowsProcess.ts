// Simulated Windows hosts as a process of this checkout's lab: started, found again, stopped; with what SSH needs to reach them. I/O.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { endProcess, isRunning, type OwnProcess } from "./ownProcess";
import { generateKey } from "./sshKey";
import type { Report } from "./toolchain/step";
import type { Scenario } from "./windows/host/scenario";
import type { StartedHost } from "./windows/main";

/** By the name that the environment file has for them. */
export type WindowsScenarios = Readonly<Record<string, Scenario>>;

/** Hosts that answer. */
export interface WindowsHosts {
  /** OpenSSH client configuration by which `ssh -F FILE NAME` reaches each. */
  readonly sshConfig: string;
  readonly pid: number;
}

const USER = "Administrator";
const START_SECONDS = 20;

/** Starts the hosts in `directory`, or finds those that run there. */
export async function startWindows(
  directory: string,
  scenarios: WindowsScenarios,
  { report }: { readonly report: Report },
): Promise<WindowsHosts> {
  const running = findWindows(directory);
  if (running) return running;
  await stopWindows(directory);
  report("starting the simulated Windows machines");
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const key = generateKey();
  const hosts = Object.entries(scenarios).map(([name, scenario]) => ({ name, scenario }));
  write(directory, "identity", key.private);
  write(directory, "hosts.json", JSON.stringify({ login: { user: USER, keys: [key.public] }, hosts }));
  const hostsProcess = spawnHosts(directory);
  const { pid = 0 } = hostsProcess;
  // At once: a start that is interrupted from here on is found and ended.
  write(directory, "pid", String(pid));
  for (const deadline = Date.now() + START_SECONDS * 1000; Date.now() < deadline; await sleep(50)) {
    if (hasEnded(hostsProcess)) break;
    const started = startedHosts(directory);
    if (!started) continue;
    writeClientFiles(directory, started);
    return { sshConfig: join(directory, "ssh_config"), pid };
  }
  const how = hasEnded(hostsProcess) ? "ended at once" : `did not come up in ${START_SECONDS} s`;
  hostsProcess.kill("SIGKILL");
  throw new Error(`the simulated Windows machines ${how}. ${readFileSync(join(directory, "log"), "utf8").trim()}`);
}

/** The hosts that were started in `directory` and still run. */
export function findWindows(directory: string): WindowsHosts | undefined {
  const own = ownProcess(directory);
  const sshConfig = join(directory, "ssh_config");
  return own && existsSync(sshConfig) ? { sshConfig, pid: own.pid } : undefined;
}

export async function stopWindows(directory: string): Promise<void> {
  const own = ownProcess(directory);
  if (own) await endProcess(own);
  rmSync(directory, { recursive: true, force: true });
}

/** What runs there, be it whole or still at its start. */
function ownProcess(directory: string): OwnProcess | undefined {
  const file = join(directory, "pid");
  if (!existsSync(file)) return undefined;
  const own = { pid: Number(readFileSync(file, "utf8")), file: join(directory, "hosts.json") };
  return isRunning(own) ? own : undefined;
}

function spawnHosts(directory: string): ChildProcess {
  const [out, log] = [
    openSync(join(directory, "started.json"), "w", 0o600),
    openSync(join(directory, "log"), "a", 0o600),
  ];
  const program = join(__dirname, "windows", "main.js");
  const child = spawn(process.execPath, [program, "--scenario", join(directory, "hosts.json")], {
    detached: true,
    stdio: ["ignore", out, log],
  });
  child.unref();
  for (const file of [out, log]) closeSync(file);
  if (child.pid === undefined) throw new Error("the simulated Windows machines could not be started");
  return child;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Undefined while they have not said so yet. */
function startedHosts(directory: string): readonly StartedHost[] | undefined {
  const [line, rest] = readFileSync(join(directory, "started.json"), "utf8").split("\n");
  return line !== undefined && rest !== undefined ? (JSON.parse(line) as { hosts: StartedHost[] }).hosts : undefined;
}

function writeClientFiles(directory: string, hosts: readonly StartedHost[]): void {
  const known = hosts.map(({ port, hostKey }) => `[127.0.0.1]:${port} ${hostKey}\n`);
  write(directory, "known_hosts", known.join(""));
  const entries = hosts.map(
    ({ name, port }) => `Host ${name}
  HostName 127.0.0.1
  Port ${port}
  User ${USER}
  IdentityFile "${join(directory, "identity")}"
  IdentitiesOnly yes
  UserKnownHostsFile "${join(directory, "known_hosts")}"
  GlobalKnownHostsFile /dev/null
`,
  );
  write(directory, "ssh_config", entries.join("\n"));
}

function write(directory: string, name: string, text: string): void {
  writeFileSync(join(directory, name), text, { mode: 0o600 });
}
