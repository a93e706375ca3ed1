// A call and its answer: tried again where that can do no harm, and said to be lost where it could. I/O.
import { setTimeout as sleep } from "node:timers/promises";
import { formatRef, type VimCall, type VimTree } from "../../model/vim.js";
import { judgeCertificate } from "./certificate.js";
import { type PostAnswer, post } from "./post.js";
import { isQuestion } from "./question.js";
import { readAnswer } from "./readAnswer.js";
import type { Thumbprint } from "./thumbprint.js";
import { PeerAgent } from "./tlsSocket.js";
import { unreachable } from "./unreachableVcenter.js";
import type { VcenterAddress } from "./vcenterAddress.js";
import { VcenterError } from "./vcenterError.js";
import { writeCall } from "./writeCall.js";

/** How to reach a vCenter, and how long to wait for it. */
export interface ExchangeSettings {
  readonly address: VcenterAddress;
  readonly pinned: Thumbprint | undefined;
  readonly connectTimeoutSeconds: number;
  readonly answerTimeoutSeconds: number;
}

/** What goes with one call. */
export interface CallOptions {
  readonly cookie?: string | undefined;
  readonly timeoutSeconds?: number;
  /** Not tried again when no answer came, although that changes nothing: the answer may have been the only one. */
  readonly isOnlyOnce?: boolean;
}

/** The value that came back, and the session's cookie if vCenter gave one. */
export interface Exchanged {
  readonly value: VimTree | undefined;
  readonly cookie: string | undefined;
}

const SESSION_COOKIE = "vmware_soap_session";
const RETRY_WAITS_MILLISECONDS = [500, 1500];

/** The way to one vCenter, without a session. */
export class Exchange {
  /** Requests that were made, the repeated ones too. */
  roundTrips = 0;
  /** The version in SOAPAction: it decides which fields vCenter sends and takes. */
  version = "7.0.2.0";
  /** The connections to this vCenter. */
  readonly agent: PeerAgent;

  constructor(readonly settings: ExchangeSettings) {
    const { address, pinned, connectTimeoutSeconds } = settings;
    this.agent = new PeerAgent({
      ...address,
      connectTimeoutSeconds,
      judge: (presented) => judgeCertificate(address, presented, pinned),
      explain: (error) => unreachable(address, error, connectTimeoutSeconds),
    });
  }

  /** Makes a call. Throws VcenterErrors of every kind but "login"; faults are VimFaults. */
  async call(call: VimCall, options: CallOptions): Promise<Exchanged> {
    const body = writeCall(call);
    const deadline = Date.now() + this.settings.connectTimeoutSeconds * 1000;
    for (const wait of options.isOnlyOnce ? [] : RETRY_WAITS_MILLISECONDS) {
      try {
        return await this.once(call, body, options);
      } catch (error) {
        // A wait for the whole timeout is long enough.
        if (!(error instanceof VcenterError && error.canRetry) || Date.now() + wait >= deadline) throw error;
        await sleep(wait);
      }
    }
    return this.once(call, body, options);
  }

  /** Ends the connections; the next call makes new ones. */
  disconnect(): void {
    this.agent.destroy();
  }

  private async once(call: VimCall, body: string, { cookie, timeoutSeconds }: CallOptions): Promise<Exchanged> {
    const { address, answerTimeoutSeconds } = this.settings;
    this.roundTrips += 1;
    try {
      const answer = await post({
        address,
        agent: this.agent,
        method: call.method,
        headers: headersOf(this.version, cookie),
        body,
        timeoutSeconds: timeoutSeconds ?? answerTimeoutSeconds,
      });
      return { value: readAnswer(address.label, call, answer), cookie: cookieOf(answer) };
    } catch (error) {
      if (error instanceof VcenterError && error.mayHaveRun && !isQuestion(call.method)) throw lost(call, error);
      throw error;
    }
  }
}

function headersOf(version: string, cookie: string | undefined): Record<string, string> {
  return {
    "Content-Type": 'text/xml; charset="utf-8"',
    SOAPAction: `urn:vim25/${version}`,
    "User-Agent": "multiport",
    ...(cookie === undefined ? {} : { Cookie: `${SESSION_COOKIE}=${cookie}` }),
  };
}

function cookieOf({ cookies }: PostAnswer): string | undefined {
  return cookies.flatMap((cookie) => /^vmware_soap_session=([^;]*)/.exec(cookie)?.[1] ?? []).at(-1);
}

function lost({ method, object }: VimCall, { message }: VcenterError): VcenterError {
  return new VcenterError(
    "lost",
    `${message} ${method} of ${formatRef(object)} had been sent: whether it took effect is not known. When vCenter answers again, run pulumi refresh to see what it has, then pulumi up.`,
    true,
  );
}
