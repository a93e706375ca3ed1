// One logged-in SSH connection: stream, host key, login, end. I/O.
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "ssh2";
import { prepareAuthentication, type SshCredentials } from "./authentication.js";
import { HostError } from "./host.js";
import { HostKeyCheck } from "./hostKey.js";
import { logIn } from "./login.js";
import type { SshSettings } from "./sshSettings.js";
import { dial, forward } from "./stream.js";

const RETRY_WAITS_MILLISECONDS = [500, 1500];
const CLOSE_TIMEOUT_MILLISECONDS = 2000;

/** An open connection, and with it those to the jump hosts that carry it. */
export class Connection {
  private isLost = false;

  constructor(
    readonly settings: SshSettings,
    readonly client: Client,
    private readonly carrier: { readonly stream: Duplex; readonly jump: Connection | undefined },
  ) {
    client.once("close", () => {
      this.isLost = true;
    });
  }

  /** Says goodbye and waits for the end, though not for long; nothing stays open. */
  async close(): Promise<void> {
    if (!this.isLost) {
      const closed = new Promise<void>((resolve) => this.client.once("close", () => resolve()));
      const isOver = new AbortController();
      this.client.end();
      await Promise.race([closed, sleep(CLOSE_TIMEOUT_MILLISECONDS, undefined, { signal: isOver.signal })]);
      isOver.abort();
    }
    this.carrier.stream.destroy();
    await this.carrier.jump?.close();
  }
}

/** Connects and logs in, through the jump hosts if there are any. Throws HostErrors. */
export async function openConnection(settings: SshSettings, credentials: SshCredentials): Promise<Connection> {
  const jump = settings.jump && (await openConnection(settings.jump, credentials));
  try {
    return await retry(settings, () => logInWithAnyHostKey({ settings, credentials, jump }));
  } catch (error) {
    await jump?.close();
    throw error;
  }
}

/** Tries again what may pass: a machine that boots, a busy server. A wait for the whole timeout is long enough, though. */
async function retry<T>({ connectTimeoutSeconds }: SshSettings, attempt: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + connectTimeoutSeconds * 1000;
  for (const wait of RETRY_WAITS_MILLISECONDS) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof HostError && error.canRetry) || Date.now() + wait >= deadline) throw error;
      await sleep(wait);
    }
  }
  return attempt();
}

interface Attempt {
  readonly settings: SshSettings;
  readonly credentials: SshCredentials;
  readonly jump: Connection | undefined;
}

/** A fingerprint does not say which of a machine's keys it is of: the machine is asked for one after the other. */
async function logInWithAnyHostKey({ settings, credentials, jump }: Attempt): Promise<Connection> {
  const check = new HostKeyCheck(settings);
  for (;;) {
    const refusals = check.refusals;
    const authentication = await prepareAuthentication(settings, credentials);
    const stream = await (jump === undefined ? dial(settings) : forward(settings, jump.client));
    try {
      return new Connection(settings, await logIn(stream, { settings, check, authentication }), { stream, jump });
    } catch (error) {
      stream.destroy();
      if (check.refusal === undefined) throw error;
      if (check.refusals === refusals || !check.canTryAnotherKey) throw new HostError("hostKey", check.refusal);
    }
  }
}
