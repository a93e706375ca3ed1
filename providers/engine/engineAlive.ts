// Whether the Pulumi engine that started this process is still there. I/O: connects to its port.
import { connect } from "node:net";

/** Pulumi gives a dynamic provider the address of its engine as the only argument. */
const ADDRESS = /^(127\.0\.0\.1|\[::1\]|localhost):(\d+)$/;
const PATIENCE_MILLISECONDS = 2000;

/**
 * False when the engine has ended: killed, or its computer's session closed. Then nobody learns what becomes of a step, the next
 * run may be under way, and two of them would undo each other's work. True where no engine is known.
 */
export function isEngineAlive(argument: string | undefined = process.argv[2]): Promise<boolean> {
  const [, host = "", port = ""] = ADDRESS.exec(argument ?? "") ?? [];
  if (port === "") return Promise.resolve(true);
  return new Promise((resolve) => {
    const socket = connect({ host: host.replace(/[[\]]/g, ""), port: Number(port), timeout: PATIENCE_MILLISECONDS });
    const end = (isAlive: boolean) => {
      socket.destroy();
      resolve(isAlive);
    };
    socket.on("connect", () => end(true));
    socket.on("error", () => end(false));
    // Too busy to answer is not gone.
    socket.on("timeout", () => end(true));
  });
}
