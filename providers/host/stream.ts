// The stream that a connection runs over: TCP from here, or forwarded by a jump host. I/O.
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import type { Client } from "ssh2";
import type { SshSettings } from "./sshSettings.js";
import { unreachable, via } from "./unreachable.js";

/** Opens a TCP connection; throws a HostError of kind "unreachable". */
export function dial(settings: SshSettings): Promise<Duplex> {
  const { host, port, connectTimeoutSeconds } = settings;
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true });
    const fail = (cause: { code?: string; message: string }) => {
      clearTimeout(timer);
      socket.destroy();
      reject(unreachable(settings, cause));
    };
    const timer = setTimeout(() => fail({ code: "ETIMEDOUT", message: "timed out" }), connectTimeoutSeconds * 1000);
    socket.once("error", fail);
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.off("error", fail);
      resolve(socket);
    });
  });
}

/** Lets a jump host open the connection; throws a HostError of kind "unreachable". */
export function forward(settings: SshSettings, jump: Client): Promise<Duplex> {
  const { host, port, connectTimeoutSeconds } = settings;
  return new Promise((resolve, reject) => {
    const fail = (cause: { code?: string; message: string }) => {
      clearTimeout(timer);
      reject(unreachable(settings, cause));
    };
    const timer = setTimeout(() => fail({ code: "ETIMEDOUT", message: "timed out" }), connectTimeoutSeconds * 1000);
    try {
      jump.forwardOut("127.0.0.1", 0, host, port, (error, channel) => {
        clearTimeout(timer);
        if (error) return fail({ message: `the jump host says: ${error.message}` });
        resolve(channel);
      });
    } catch {
      fail({ message: `the connection${via(settings)} was lost` });
    }
  });
}
