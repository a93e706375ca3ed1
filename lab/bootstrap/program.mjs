// Runs a program to its end with the signals this process gets. I/O.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { projectFolder, SetupFailed } from "./project.mjs";

/** Runs a program in the checkout; `env` is added to this process's. Returns the exit code, 128 + number after a signal. */
export async function runProgram(command, args, { env = {} } = {}) {
  const child = spawn(command, args, { cwd: projectFolder, env: { ...process.env, ...env }, stdio: "inherit" });
  const signals = passSignals(child);
  return exitCodeOf(child).finally(signals.release);
}

/** Runs a program of the set-up, its output on standard error; `failure` makes the error's message from its exit code. */
export async function runSetupProgram(command, args, failure) {
  const child = spawn(command, args, { cwd: projectFolder, stdio: ["ignore", 2, 2] });
  const signals = passSignals(child);
  const exitCode = await exitCodeOf(child)
    .catch((error) => error.message)
    .finally(signals.release);
  const signal = signals.last();
  if (signal !== undefined)
    throw new SetupFailed("interrupted: the next run goes on from here", 128 + constants.signals[signal]);
  if (exitCode !== 0) throw new SetupFailed(failure(exitCode), 1);
}

function exitCodeOf(child) {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}

// A terminal's Ctrl-C reaches the child without us, and Pulumi takes a second one as "stop at once".
function passSignals(child) {
  let last;
  const pass = (signal) => {
    last = signal;
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, pass);
  const release = () => {
    for (const signal of signals) process.removeListener(signal, pass);
  };
  return { last: () => last, release };
}
