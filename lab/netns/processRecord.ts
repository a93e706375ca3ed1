// Processes of the lab, each recorded by number, start time and boot: a number that is used again is never ours. I/O.
import { readFileSync } from "node:fs";
import { waitFor } from "./execute";

/** One process, for ever. */
export interface ProcessRecord {
  readonly pid: number;
  /** Clock ticks since boot: field 22 of proc(5) stat. */
  readonly start: string;
  readonly boot: string;
}

/**
 * Shell function: `record_myself FILE BOOT` appends this very shell's record. It has to run where /proc is the host's: then
 * the numbers are the host's, whatever PID namespace the shell is in.
 */
export const recordMyself = `record_myself() {
  read -r pid rest </proc/self/stat
  set -- "$1" "$2" $rest
  file=$1 boot=$2
  shift 22
  echo "$pid $1 $boot" >>"$file"
}`;

/** Identifies this run of the kernel. */
export function currentBoot(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

/** The records that `recordMyself` left in a file; none when there is no such file. */
export function readRecords(file: string): readonly ProcessRecord[] {
  const lines = (readIfThere(file) ?? "").split("\n");
  return lines.flatMap((line) => {
    const [pid, start, boot] = line.split(" ");
    return start === undefined || boot === undefined ? [] : [{ pid: Number(pid), start, boot }];
  });
}

/** Whether that very process runs. */
export function isAlive({ pid, start, boot }: ProcessRecord): boolean {
  const stat = readIfThere(`/proc/${pid}/stat`);
  if (stat === undefined || boot !== currentBoot()) return false;
  const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return state !== "Z" && fields[18] === start;
}

/**
 * Ends processes that are PID 1 of a PID namespace, and with each all that run in it: the kernel lets such a process go
 * only when the others are gone.
 */
export async function endAll(records: readonly ProcessRecord[]): Promise<void> {
  const living = records.filter(isAlive);
  for (const { pid } of living) killIfThere(pid);
  const pids = living.map(({ pid }) => pid).join(", ");
  await waitFor({ what: `processes ${pids} to end`, seconds: 20 }, () => (living.some(isAlive) ? undefined : true));
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!isErrorCode(error, "ESRCH")) throw error;
  }
}

/** A file's text; undefined when there is no such file, or the process it tells of has just ended. */
export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (isErrorCode(error, "ENOENT") || isErrorCode(error, "ESRCH")) return undefined;
    throw error;
  }
}

function isErrorCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
