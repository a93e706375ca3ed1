// Runs a program of this machine and looks for one on PATH. I/O.
import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";

/** How a program is run. */
export interface RunOptions {
  readonly folder?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Receives each line of standard error as it comes. */
  readonly onErrorLine?: (line: string) => void;
  /** The program is ended after this time. Default: no limit. */
  readonly timeoutSeconds?: number;
}

/** A program that could not be started or did not exit with 0; `lines` are the last it wrote, of standard error if any. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";

  constructor(
    command: readonly string[],
    readonly exit: string,
    readonly lines: readonly string[],
  ) {
    super([`${command.join(" ")}: ${exit}`, ...lines].join("\n  "));
  }
}

const keptLines = 20;

/** Runs a program to its end; returns its standard output. Ends it when this process is told to end. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const child = spawn(command, args, {
    cwd: options.folder,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: (options.timeoutSeconds ?? 0) * 1000,
  });
  const release = endWithThisProcess(child);
  try {
    return await outputOf(child, [command, ...args], options.onErrorLine);
  } finally {
    release();
  }
}

function outputOf(
  child: ChildProcess,
  command: readonly string[],
  onErrorLine?: (line: string) => void,
): Promise<string> {
  const output: string[] = [];
  const errorLines: string[] = [];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => output.push(text));
  if (child.stderr !== null)
    createInterface(child.stderr).on("line", (line) => {
      errorLines.push(line);
      onErrorLine?.(line);
    });
  return new Promise((resolve, reject) => {
    const fail = (exit: string) => {
      const lines = errorLines.length > 0 ? errorLines : output.join("").trimEnd().split("\n");
      reject(new CommandFailed(command, exit, lines.slice(-keptLines)));
    };
    child.on("error", (error) => fail(error.message));
    child.on("close", (code, signal) => {
      if (code === 0) resolve(output.join(""));
      else fail(signal === null ? `exit code ${code}` : `ended by ${signal}`);
    });
  });
}

const running = new Set<ChildProcess>();
const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

// Without this, a build would go on after `kill PID` of this process, which reaches no child.
function endWithThisProcess(child: ChildProcess): () => void {
  if (running.size === 0) for (const signal of endingSignals) process.once(signal, endAll);
  running.add(child);
  return () => {
    running.delete(child);
    if (running.size === 0) for (const signal of endingSignals) process.removeListener(signal, endAll);
  };
}

function endAll(signal: NodeJS.Signals): void {
  for (const child of running) child.kill(signal);
  for (const each of endingSignals) process.removeListener(each, endAll);
  process.kill(process.pid, signal);
}

/** The first executable of this name on PATH, leaving out what lies in `except`; undefined when there is none. */
export function findOnPath(name: string, except?: string): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders
    .filter((folder) => except === undefined || !folder.startsWith(except))
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/** Whether `path` is a file that this user may run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
