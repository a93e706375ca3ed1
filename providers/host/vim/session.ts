// The one session of a process with a vCenter: in when needed, again when vCenter ended it, out when idle. I/O.
import type { Ref, VimCall, VimTree } from "../../model/vim.js";
import type { CallOptions, Exchange } from "./exchange.js";
import { VimFault } from "./soapFault.js";
import { VcenterError } from "./vcenterError.js";

/** Who logs in, and how long a session may be idle. */
export interface SessionSettings {
  readonly user: string;
  readonly password: string;
  readonly idleSeconds: number;
}

/** Calls that need a session. */
export class Session {
  readonly #settings: SessionSettings;
  #cookie: string | undefined;
  #login: Promise<void> | undefined;
  #users = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(
    readonly exchange: Exchange,
    private readonly manager: Ref,
    settings: SessionSettings,
  ) {
    this.#settings = settings;
  }

  get label(): string {
    return this.exchange.settings.address.label;
  }

  /**
   * Does what needs a session; once more with a new one if vCenter has ended the old. That is safe for changes too: the
   * answer NotAuthenticated says that nothing was done.
   */
  async use<T>(work: () => Promise<T>): Promise<T> {
    this.#users += 1;
    clearTimeout(this.#idle);
    try {
      return await this.withLogin(work);
    } finally {
      this.#users -= 1;
      if (this.#users === 0) this.leaveLater();
    }
  }

  /** One call within `use`. */
  async send(call: VimCall, options: Omit<CallOptions, "cookie"> = {}): Promise<VimTree | undefined> {
    return (await this.exchange.call(call, { ...options, cookie: this.#cookie })).value;
  }

  /** Logs out, unless somebody still uses the session: then it goes when idle. A later `use` logs in again. */
  async close(): Promise<void> {
    if (this.#users > 0) return;
    clearTimeout(this.#idle);
    await this.logOut();
    if (this.#users === 0) this.exchange.disconnect();
  }

  private async withLogin<T>(work: () => Promise<T>): Promise<T> {
    this.#login ??= this.logIn();
    const login = this.#login;
    await login;
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof VimFault && error.faultType === "NotAuthenticated")) throw error;
      // Of several whose session ended only the first logs in.
      if (this.#login === login || this.#login === undefined) this.#login = this.logIn();
      await this.#login;
      return work();
    }
  }

  /** A refused login stays refused for this process: each further try would count against the account's lock. */
  private async logIn(): Promise<void> {
    // A login within a session is refused, even in one that is about to end.
    this.#cookie = undefined;
    const { user, password } = this.#settings;
    try {
      const call = { object: this.manager, method: "Login", arguments: { userName: user, password } };
      this.#cookie = (await this.exchange.call(call, {})).cookie;
    } catch (error) {
      const refusal = loginError(this.label, error, this.#settings);
      if (refusal.kind !== "login") this.#login = undefined;
      throw refusal;
    }
  }

  private leaveLater(): void {
    this.#idle = setTimeout(() => {
      // It is a courtesy: vCenter ends an idle session itself, after half an hour.
      this.close().catch(() => {});
    }, this.#settings.idleSeconds * 1000).unref();
  }

  private async logOut(): Promise<void> {
    const cookie = this.#cookie;
    if (cookie === undefined) return;
    this.#cookie = undefined;
    this.#login = undefined;
    try {
      await this.exchange.call({ object: this.manager, method: "Logout", arguments: {} }, { cookie });
    } catch (error) {
      if (!(error instanceof VimFault && error.faultType === "NotAuthenticated")) throw error;
    }
  }
}

/** Any other fault says nothing about the user: the next login may succeed. */
const REFUSALS = ["InvalidLogin", "NoPermission"];

/** Whatever a server says about a login, the password is not in it. */
function loginError(label: string, error: unknown, { user, password }: SessionSettings): VcenterError {
  if (error instanceof VimFault && error.faultType === "InvalidLogin")
    return new VcenterError(
      "login",
      `${label}: refused the login of "${user}": the user name or the password is wrong, or the account is locked. Check VSPHERE_USER and VSPHERE_PASSWORD (or vsphere:user and vsphere:password); the user is written with its domain, such as administrator@vsphere.local.`,
    );
  const message = error instanceof Error ? error.message : String(error);
  const clean = message.replaceAll(password, "(password)");
  if (error instanceof VimFault && REFUSALS.includes(error.faultType)) return new VcenterError("login", clean);
  return new VcenterError(error instanceof VcenterError ? error.kind : "answer", clean);
}
