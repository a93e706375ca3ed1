// Ending a script that runs too long: servers pass no signal on for root, so a second channel ends its process. I/O.
import type { Client } from "ssh2";
import type { Shell } from "./shell.js";

const STOP_TIMEOUT_MILLISECONDS = 3000;
const SHELL_LINE = /^multiport-shell (\d+)\r?\n/m;

/** Standard error without the line that says which process it is. */
export function withoutAnnouncement(stderr: string): string {
  return stderr.replace(SHELL_LINE, "");
}

/** Ends the announced process with all that it started; whether that was done. */
export function stopShell(client: Client, shell: Shell, stderr: string): Promise<boolean> {
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
    const { command, input } = shell.stop(pid);
    try {
      client.exec(command, (error, channel) => {
        if (error) {
          finish(false);
          return;
        }
        channel.on("error", () => finish(false));
        channel.on("exit", (code: number | null) => finish(code === 0));
        channel.on("close", () => finish(false));
        channel.resume().stderr.resume();
        channel.end(input);
      });
    } catch {
      finish(false);
    }
  });
}
