// Runs a program to its end with text on its standard input, and waits for conditions with a deadline. I/O.
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/** How a program ended. `code` is 128 and more when a signal ended it or it took too long. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a program is run. */
export interface ExecuteOptions {
  readonly input?: string;
  /** Default 60. */
  readonly timeoutSeconds?: number;
}

/** Runs a program; an exit code other than 0 is an outcome, not an error. */
export function execute(command: readonly string[], options: ExecuteOptions = {}): Promise<Outcome> {
  const [program = "", ...args] = command;
  const timeout = (options.timeoutSeconds ?? 60) * 1000;
  const child = spawn(program, args, { cwd: "/", stdio: "pipe", timeout, killSignal: "SIGKILL" });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  // A program that ends without reading its input is judged by its exit code.
  child.stdin.on("error", () => {});
  child.stdin.end(options.input ?? "");
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) =>
      resolve({
        code: code ?? 128,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      }),
    );
  });
}

/** Runs a program that has to succeed; returns its standard output. */
export async function executeOrThrow(command: readonly string[], options: ExecuteOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await execute(command, options);
  if (code === 0) return stdout;
  throw new Error(`${command.join(" ")}: exit code ${code}\n${stderr.trim()}`);
}

/** What is waited for, and for how long. */
export interface Deadline {
  /** Reads "kvm-01 to answer". */
  readonly what: string;
  readonly seconds: number;
}

/** Asks `probe` again and again until it returns something else than undefined. */
export async function waitFor<T>(
  { what, seconds }: Deadline,
  probe: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (Date.now() >= end) throw new Error(`waited ${seconds} s for ${what}, in vain`);
    await sleep(20);
  }
}
