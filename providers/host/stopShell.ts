// Ending a script that runs too long: servers pass no signal on for root, so a second channel kills its process group. I/O.
import type { Client } from "ssh2";

const STOP_TIMEOUT_MILLISECONDS = 3000;
const SHELL_LINE = /^multiport-shell (\d+)\r?\n/m;

/** What a script is put into: a first line on standard error says which shell runs it. */
export function announceShell(script: string): string {
  // The shell reads a group to its end before it runs any of it: when the connection is cut on the way, nothing has run.
  // The script's own commands find their input empty, so that none of them swallows the rest of the script.
  return `{ echo "multiport-shell $$" >&2; ${script}\n} </dev/null\n`;
}

/** Standard error without the announcement. */
export function withoutAnnouncement(stderr: string): string {
  return stderr.replace(SHELL_LINE, "");
}

/** Kills the announced shell with all that it started; whether that was done. */
export function stopShell(client: Client, stderr: string): Promise<boolean> {
  const [, pid] = SHELL_LINE.exec(stderr) ?? [];
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), STOP_TIMEOUT_MILLISECONDS);
    const finish = (isStopped: boolean) => {
      clearTimeout(timer);
      resolve(isStopped);
    };
    if (pid === undefined) {
      finish(false);
      return;
    }
    try {
      client.exec("exec sh -s", (error, channel) => {
        if (error) {
          finish(false);
          return;
        }
        channel.on("error", () => finish(false));
        channel.on("exit", (code: number | null) => finish(code === 0));
        channel.on("close", () => finish(false));
        channel.resume().stderr.resume();
        // dash takes a group after `--` only with -s.
        channel.end(`kill -s TERM -- -${pid} && { sleep 0.5; kill -s KILL -- -${pid} 2>/dev/null; true; }\n`);
      });
    } catch {
      finish(false);
    }
  });
}
