// QMP: orders to a running QEMU, one connection for each. I/O: a socket.
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";

interface Reply {
  readonly return?: unknown;
  readonly error?: { readonly class: string; readonly desc: string };
}

const timeoutSeconds = 120;

/** Sends one command and returns its result. Events are not listened to. */
export async function sendQmp(socketPath: string, command: string, parameters: object = {}): Promise<unknown> {
  const socket = connect(socketPath);
  socket.setTimeout(timeoutSeconds * 1000, () => socket.destroy(new Error(`no answer within ${timeoutSeconds} s`)));
  try {
    return await converse(socket, [{ execute: "qmp_capabilities" }, { execute: command, arguments: parameters }]);
  } catch (error) {
    throw new Error(
      `QEMU, ${command} ${JSON.stringify(parameters)}: ${error instanceof Error ? error.message : error}`,
    );
  } finally {
    socket.destroy();
  }
}

/** A command of the human monitor, which has snapshots. What it prints is an error, if anything. */
export async function sendMonitor(socketPath: string, line: string): Promise<void> {
  const printed = await sendQmp(socketPath, "human-monitor-command", { "command-line": line });
  if (printed !== "") throw new Error(`QEMU, ${line}: ${String(printed).trim()}`);
}

// QEMU greets, then answers each command in turn.
function converse(socket: Socket, commands: readonly object[]): Promise<unknown> {
  const waiting = [...commands];
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("the connection ended")));
    createInterface(socket)
      .on("error", reject)
      .on("line", (line) => {
        const message = JSON.parse(line) as Reply & { readonly event?: string };
        if (message.event !== undefined) return;
        if (message.error !== undefined) return reject(new Error(message.error.desc));
        const next = waiting.shift();
        if (next === undefined) resolve(message.return);
        else socket.write(`${JSON.stringify(next)}\n`);
      });
  });
}
