// The handshake and the login over an open stream, and every way in which they fail. I/O.
import type { Duplex } from "node:stream";
import { Client, type ConnectConfig } from "ssh2";
import type { Authentication } from "./authentication.js";
import { HostError } from "./host.js";
import type { HostKeyCheck } from "./hostKey.js";
import { printable } from "./printable.js";
import { labelOf, type SshSettings } from "./sshSettings.js";
import { unreachable } from "./unreachable.js";

export interface Login {
  readonly settings: SshSettings;
  readonly check: HostKeyCheck;
  readonly authentication: Authentication;
}

type Phase = "handshake" | "login";

/** What the library tells of a failure. */
interface Failure extends Error {
  readonly level?: string;
  readonly code?: string | number;
}

/** Logs in. Throws a HostError, of kind "hostKey" too; the caller then asks the check. */
export function logIn(stream: Duplex, login: Login): Promise<Client> {
  const client = new Client();
  let phase: Phase = "handshake";
  return new Promise((resolve, reject) => {
    client.on("handshake", () => {
      phase = "login";
    });
    client.on("ready", () => resolve(client));
    // The listener stays: after the login an error is followed by "close", which is what a running command watches.
    client.on("error", (error: Failure) => {
      if (isFatal(error)) reject(toHostError(error, { ...login, phase }));
    });
    client.on("close", () =>
      reject(toHostError({ code: "ECONNRESET", name: "", message: "closed" }, { ...login, phase })),
    );
    client.connect(connectConfig(stream, login));
  });
}

function connectConfig(stream: Duplex, { settings, check, authentication }: Login): ConnectConfig {
  const config: ConnectConfig = {
    sock: stream as NonNullable<ConnectConfig["sock"]>,
    username: settings.user,
    algorithms: { serverHostKey: check.algorithms() },
    hostVerifier: (key: Buffer) => check.accept(key),
    readyTimeout: settings.connectTimeoutSeconds * 1000,
    keepaliveInterval: settings.keepaliveSeconds * 1000,
    keepaliveCountMax: settings.keepaliveTries,
  };
  // The types of the library have the handler's answer only by callback; `false` for the end is missing in them.
  const authHandler = (methods: Parameters<Authentication["next"]>[0]) => authentication.next(methods);
  return Object.assign(config, { authHandler });
}

/** A key that cannot sign, or an agent that does not: the library says so and goes on with the next. */
function isFatal({ level, message }: Failure): boolean {
  if (level === "agent") return false;
  return level !== "client-authentication" || message.startsWith("All configured");
}

// RFC 4253, 11.1: what OpenSSH sends when MaxAuthTries is used up.
const TOO_MANY_TRIES = 2;

function toHostError(
  failure: Failure,
  { settings, check, authentication, phase }: Login & { readonly phase: Phase },
): HostError {
  const { level, code, message } = failure;
  if (check.refusal !== undefined) return new HostError("hostKey", check.refusal);
  if (level === "client-authentication") return new HostError("authentication", authentication.failure());
  if (phase === "login" && code === TOO_MANY_TRIES)
    return new HostError(
      "authentication",
      authentication.failure(" It allows no more tries: offer fewer keys (IdentitiesOnly)."),
    );
  if (level === "handshake" && /no matching/i.test(message))
    return new HostError(
      "invalid",
      `${labelOf(settings)}: its SSH server has no method in common with us: ${printable(message)}. It may be too old.`,
    );
  if (level === "client-timeout")
    return unreachable(settings, { code: phase === "login" ? "no login" : "no SSH", message });
  if (/before handshake|identification|header/i.test(message))
    return unreachable(settings, { code: "no SSH", message });
  return unreachable(settings, { code: typeof code === "string" ? code : undefined, message });
}
