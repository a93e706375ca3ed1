// Logging in: what is offered in which order, and what is said when nothing of it was accepted. Holds the secrets, and
// gives them only to a machine whose host key was accepted. Pure but for finding the keys.
import type { AnyAuthMethod, AuthenticationType, KeyboardInteractiveAuthMethod } from "ssh2";
import { findIdentities, type Identities, type Identity } from "./identities.js";
import { labelOf, type SshSettings } from "./sshSettings.js";

/** Secrets of the stack. Every machine of the environment, jump hosts too, may be offered them. */
export interface SshCredentials {
  readonly password?: string;
  /** Opens encrypted private keys. */
  readonly passphrase?: string;
}

/** Gathers what can be offered to a machine. */
export async function prepareAuthentication(
  settings: SshSettings,
  credentials: SshCredentials,
): Promise<Authentication> {
  const identities = await findIdentities(settings, credentials.passphrase);
  return new Authentication(settings, { identities, password: credentials.password });
}

/** One login: hands out the next thing to try, and remembers what was tried. */
export class Authentication {
  private readonly keys: Identity[];
  private readonly tried: string[] = [];
  private accepted: readonly string[] = [];
  private hasAsked = false;
  private hasGivenPassword = false;

  constructor(
    private readonly settings: SshSettings,
    private readonly options: { readonly identities: Identities; readonly password: string | undefined },
  ) {
    this.keys = [...options.identities.identities];
  }

  /** The next attempt; false when there is nothing left. Begins with "none", to which the server says what it accepts. */
  next(methods: readonly AuthenticationType[] | null): AnyAuthMethod | false {
    const username = this.settings.user;
    if (methods) this.accepted = methods;
    if (!this.hasAsked) {
      this.hasAsked = true;
      return { type: "none", username };
    }
    const key = this.accepted.includes("publickey") ? this.keys.shift() : undefined;
    if (key) return this.offerKey(key);
    return this.offerPassword();
  }

  /** Why the login failed: what was offered, what the server accepts, what could not be offered. */
  failure(detail = ""): string {
    const { problems } = this.options.identities;
    const offered = this.tried.join(", ") || "nothing, because there was no key and no password that it takes";
    const accepts = this.accepted.join(", ") || "nothing that it told";
    const notes = problems.length === 0 ? "" : ` Not offered: ${problems.join("; ")}.`;
    return `${labelOf(this.settings)}: user ${this.settings.user} could not log in.${detail} Offered: ${offered}. The machine accepts: ${accepts}.${notes} ${this.remedy()}`;
  }

  private remedy(): string {
    const { password } = this.options;
    const isPasswordOpen = this.accepted.some((method) => method === "password" || method === "keyboard-interactive");
    const secret = " or give its password: pulumi config set --secret multiport:sshPassword";
    const key = "Name the right key with ssh.identityFile and the user with ssh.user";
    return `${key}${isPasswordOpen && password === undefined ? `,${secret}` : ""}. Try: ssh ${this.settings.user}@${this.settings.host} -p ${this.settings.port}`;
  }

  private offerKey({ label, signer }: Identity): AnyAuthMethod {
    const username = this.settings.user;
    this.tried.push(label);
    if ("agent" in signer) return { type: "agent", username, agent: signer.agent };
    return { type: "publickey", username, key: signer.key };
  }

  /** Once only: a second try of a wrong password, by another method, counts against the user on the machine. */
  private offerPassword(): AnyAuthMethod | false {
    const { password } = this.options;
    if (password === undefined || this.hasGivenPassword) return false;
    const username = this.settings.user;
    const method = (["password", "keyboard-interactive"] as const).find((name) => this.accepted.includes(name));
    if (method === undefined) return false;
    this.hasGivenPassword = true;
    this.tried.push(
      method === "password" ? "the password of multiport:sshPassword" : "the same by keyboard-interactive",
    );
    if (method === "password") return { type: method, username, password };
    return { type: method, username, prompt: answerWith(password) };
  }
}

/** Answers the first hidden question with the password; whatever else is asked gets an empty answer. */
function answerWith(password: string): KeyboardInteractiveAuthMethod["prompt"] {
  let isGiven = false;
  return (_name, _instructions, _language, prompts, finish) => {
    finish(
      prompts.map(({ echo }) => {
        if (echo || isGiven) return "";
        isGiven = true;
        return password;
      }),
    );
  };
}
