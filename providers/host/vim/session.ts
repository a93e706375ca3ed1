// The one session of a process with a vCenter: logs in when needed, again when vCenter ended it, and out when idle. I/O.
import type { Ref, VimCall, VimTree } from "../../model/vim.js";
import { type PostAnswer, post } from "./post.js";
import { readAnswer } from "./readAnswer.js";
import { VimFault } from "./soapFault.js";
import type { Thumbprint } from "./thumbprint.js";
import { VcenterAgent } from "./tlsSocket.js";
import type { VcenterAddress } from "./vcenterAddress.js";
import { writeCall } from "./writeCall.js";

/** What a session needs to know. */
export interface SessionSettings {
  readonly address: VcenterAddress;
  readonly user: string;
  readonly password: string;
  readonly pinned: Thumbprint | undefined;
  readonly connectTimeoutSeconds: number;
  readonly answerTimeoutSeconds: number;
}

const SESSION_COOKIE = "vmware_soap_session";

/** Sends calls over one session. */
export class Session {
  readonly label: string;
  /** Requests that were sent. */
  roundTrips = 0;
  /** For SOAPAction; set once vCenter has told what it speaks. */
  version = "7.0.2.0";
  sessionManager: Ref = { type: "SessionManager", value: "SessionManager" };
  readonly #settings: SessionSettings;
  readonly #agent: VcenterAgent;
  #cookie: string | undefined;
  #login: Promise<void> | undefined;

  constructor(settings: SessionSettings) {
    this.#settings = settings;
    this.#agent = new VcenterAgent(settings.address, settings);
    this.label = settings.address.label;
  }

  /** Does what needs a session; once more with a new one, if vCenter has ended the old. */
  async use<T>(work: () => Promise<T>): Promise<T> {
    this.#login ??= this.#logIn();
    const login = this.#login;
    await login;
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof VimFault && error.faultType === "NotAuthenticated")) throw error;
      if (this.#login === login) this.#login = this.#logIn();
      await this.#login;
      return work();
    }
  }

  /** One call, with the session that there is or without. */
  async send(
    call: VimCall,
    { timeoutSeconds }: { readonly timeoutSeconds?: number } = {},
  ): Promise<VimTree | undefined> {
    this.roundTrips += 1;
    const answer = await post({
      address: this.#settings.address,
      agent: this.#agent,
      method: call.method,
      headers: {
        "Content-Type": 'text/xml; charset="utf-8"',
        SOAPAction: `urn:vim25/${this.version}`,
        "User-Agent": "multiport",
        ...(this.#cookie === undefined ? {} : { Cookie: `${SESSION_COOKIE}=${this.#cookie}` }),
      },
      body: writeCall(call),
      timeoutSeconds: timeoutSeconds ?? this.#settings.answerTimeoutSeconds,
    });
    this.#keepCookie(answer);
    return readAnswer(this.label, call, answer);
  }

  async #logIn(): Promise<void> {
    // A login within a session is refused, even if that session is about to end.
    this.#cookie = undefined;
    const { user, password } = this.#settings;
    await this.send({
      object: this.sessionManager,
      method: "Login",
      arguments: { userName: user, password },
    });
  }

  async close(): Promise<void> {
    if (this.#login !== undefined && this.#cookie !== undefined)
      await this.send({ object: this.sessionManager, method: "Logout", arguments: {} });
    this.#login = undefined;
    this.#cookie = undefined;
    this.#agent.destroy();
  }

  #keepCookie({ cookies }: PostAnswer): void {
    for (const cookie of cookies) {
      const value = new RegExp(`^${SESSION_COOKIE}=([^;]*)`).exec(cookie)?.[1];
      if (value !== undefined) this.#cookie = value;
    }
  }
}
