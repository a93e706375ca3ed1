// Connections to vCenter: no byte of ours goes out before the certificate was judged. I/O.
import { Agent, type AgentOptions } from "node:https";
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import { connect, type TLSSocket } from "node:tls";
import { judgeCertificate } from "./certificate.js";
import type { Thumbprint } from "./thumbprint.js";
import { trustedRoots } from "./trustedRoots.js";
import { unreachable } from "./unreachableVcenter.js";
import type { VcenterAddress } from "./vcenterAddress.js";
import type { VcenterError } from "./vcenterError.js";

/** How long a connection stays open without use. Shorter than a server keeps it: neither talks to a closed one. */
const IDLE_MILLISECONDS = 3000;
/** Each wait for a task holds one while it lasts. */
const MAX_CONNECTIONS = 64;

/** The connections to one vCenter. */
export class VcenterAgent extends Agent {
  constructor(
    private readonly address: VcenterAddress,
    private readonly security: { readonly pinned: Thumbprint | undefined; readonly connectTimeoutSeconds: number },
  ) {
    super({ keepAlive: true, maxSockets: MAX_CONNECTIONS, maxFreeSockets: 4, timeout: IDLE_MILLISECONDS });
  }

  /** Called by Node for each new connection; the request goes out once `done` has the socket. */
  override createConnection(_options: AgentOptions, done?: (error: Error | null, socket: Duplex) => void): undefined {
    openSocket(this.address, this.security).then(
      (socket) => done?.(null, socket),
      (error: Error) => done?.(error, undefined as unknown as Duplex),
    );
    return undefined;
  }
}

function openSocket(
  address: VcenterAddress,
  {
    pinned,
    connectTimeoutSeconds,
  }: { readonly pinned: Thumbprint | undefined; readonly connectTimeoutSeconds: number },
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: address.host,
      port: address.port,
      ...(isIP(address.host) === 0 ? { servername: address.host } : {}),
      secureContext: trustedRoots(),
      // Node judges (roots, dates, name) but leaves the verdict to us: only so can a refusal show the certificate, and a
      // pinned one be accepted. judgeCertificate below is that verdict.
      rejectUnauthorized: false,
    });
    const fail = (error: VcenterError) => {
      clearTimeout(deadline);
      socket.destroy();
      reject(error);
    };
    const deadline = setTimeout(
      () => fail(unreachable(address, { code: "ETIMEDOUT", message: "" }, connectTimeoutSeconds)),
      connectTimeoutSeconds * 1000,
    );
    socket.once("error", (error) => fail(unreachable(address, error, connectTimeoutSeconds)));
    socket.once("end", () => fail(unreachable(address, { code: "ECONNRESET", message: "" }, connectTimeoutSeconds)));
    socket.once("secureConnect", () => {
      clearTimeout(deadline);
      const problem = socket.authorized ? undefined : String(socket.authorizationError);
      const refusal = judgeCertificate(address, { certificate: socket.getPeerCertificate(), problem }, pinned);
      if (refusal !== undefined) return fail(refusal);
      socket.removeAllListeners("error").removeAllListeners("end");
      resolve(socket);
    });
  });
}
