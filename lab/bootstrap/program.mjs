// Runs a program to its end with the signals this process gets. I/O.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { projectFolder } from "./project.mjs";

/** Runs a program in the checkout; `env` is added to this process's. Returns the exit code, 128 + number after a signal. */
export function runProgram(command, args, { env = {}, stdio }) {
  const child = spawn(command, args, { cwd: projectFolder, env: { ...process.env, ...env }, stdio });
  const release = passSignals(child);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  }).finally(release);
}

// A terminal's Ctrl-C reaches the child without us, and Pulumi takes a second one as "stop at once".
function passSignals(child) {
  const pass = (signal) => {
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, pass);
  return () => {
    for (const signal of signals) process.removeListener(signal, pass);
  };
}
