// A process that an earlier run of the lab started: whether it still runs, and its end. I/O.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Which process: its number, which is used again one day, and a file of the lab that its command line names. */
export interface OwnProcess {
  readonly pid: number;
  readonly file: string;
}

export function isRunning({ pid, file }: OwnProcess): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(file);
  } catch {
    return false;
  }
}

/** In order, and after 5 s anyway. */
export async function endProcess(own: OwnProcess): Promise<void> {
  process.kill(own.pid, "SIGTERM");
  for (let waited = 0; isRunning(own) && waited < 5000; waited += 50) await sleep(50);
  if (isRunning(own)) process.kill(own.pid, "SIGKILL");
}
