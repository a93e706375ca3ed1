// Connections to vCenter and its hosts: no byte of ours goes out before the certificate was judged. I/O.
import { Agent, type AgentOptions } from "node:https";
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import { connect, type TLSSocket } from "node:tls";
import type { Presented } from "./certificate.js";
import { trustedRoots } from "./trustedRoots.js";
import type { VcenterError } from "./vcenterError.js";

/** How long a connection stays open without use. Shorter than a server keeps it: neither talks to a closed one. */
const IDLE_MILLISECONDS = 3000;
/** Each wait for a task holds one while it lasts. */
const MAX_CONNECTIONS = 64;

/** Who is connected to. */
export interface Peer {
  readonly host: string;
  readonly port: number;
  readonly connectTimeoutSeconds: number;
  /** Why the certificate is refused; undefined when it is not. */
  judge(presented: Presented): VcenterError | undefined;
  /** Why there is no connection, from the code of a system call or of OpenSSL. */
  explain(error: { readonly code?: string; readonly message: string }): VcenterError;
}

/** The connections to one peer. */
export class PeerAgent extends Agent {
  constructor(private readonly peer: Peer) {
    super({ keepAlive: true, maxSockets: MAX_CONNECTIONS, maxFreeSockets: 4, timeout: IDLE_MILLISECONDS });
  }

  /** Called by Node for each new connection; the request goes out once `done` has the socket. */
  override createConnection(_options: AgentOptions, done?: (error: Error | null, socket: Duplex) => void): undefined {
    openSocket(this.peer).then(
      (socket) => done?.(null, socket),
      (error: Error) => done?.(error, undefined as unknown as Duplex),
    );
    return undefined;
  }
}

function openSocket(peer: Peer): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const { host, port, connectTimeoutSeconds } = peer;
    const socket = connect({
      host,
      port,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      secureContext: trustedRoots(),
      // Node judges (roots, dates, name) but leaves the verdict to us: only so can a refusal show the certificate, and a
      // pinned one be accepted. The peer's judge is that verdict.
      rejectUnauthorized: false,
    });
    const fail = (error: VcenterError) => {
      clearTimeout(deadline);
      socket.destroy();
      reject(error);
    };
    const deadline = setTimeout(
      () => fail(peer.explain({ code: "ETIMEDOUT", message: "" })),
      connectTimeoutSeconds * 1000,
    );
    socket.once("error", (error) => fail(peer.explain(error)));
    socket.once("end", () => fail(peer.explain({ code: "ECONNRESET", message: "" })));
    socket.once("secureConnect", () => {
      clearTimeout(deadline);
      const problem = socket.authorized ? undefined : String(socket.authorizationError);
      const refusal = peer.judge({ certificate: socket.getPeerCertificate(), problem });
      if (refusal !== undefined) return fail(refusal);
      socket.removeAllListeners("error").removeAllListeners("end");
      resolve(socket);
    });
  });
}
