// What a Pulumi run that was killed leaves in a file back end: its lock, and a state that may lack what it had just made. I/O.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Report } from "./toolchain/step";

const pollMilliseconds = 500;

/** Waits for Pulumi runs that still hold a lock of this state folder; tells whether one was killed while it held one. */
export async function settleLocks(
  stateFolder: string,
  options: { readonly report: Report },
): Promise<"free" | "killed"> {
  let told = false;
  for (;;) {
    const holders = lockHolders(stateFolder);
    const running = holders.filter(isPulumi);
    if (running.length === 0) return holders.length === 0 ? "free" : "killed";
    if (!told) options.report(`waiting for the Pulumi run of process ${running.join(", ")}`);
    told = true;
    await sleep(pollMilliseconds);
  }
}

/** Process numbers in the lock files; 0 for one that is not whole. */
function lockHolders(stateFolder: string): number[] {
  const folder = join(stateFolder, ".pulumi", "locks");
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
  return files.flatMap((name) => {
    try {
      return [(JSON.parse(readFileSync(join(folder, name), "utf8")) as { pid: number }).pid];
    } catch (error) {
      // Gone since the listing, or cut off while it was written.
      return (error as NodeJS.ErrnoException).code === "ENOENT" ? [] : [0];
    }
  });
}

/** A process number is used again one day: its command line tells whether it is a Pulumi. */
function isPulumi(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0")[0]?.endsWith("pulumi") === true;
  } catch {
    return false;
  }
}
