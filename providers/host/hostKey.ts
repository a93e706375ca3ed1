// Whether a machine is the one it is said to be: the key it presents, judged by the environment file or by known_hosts.
// Unknown keys are refused, whatever StrictHostKeyChecking says. I/O: reads the known_hosts files.
import { readFileSync } from "node:fs";
import type { ServerHostKeyAlgorithm } from "ssh2";
import { hostKeyRefusal } from "./hostKeyRefusal.js";
import { fingerprintOf, judgeKey, type PresentedKey, type Verdict } from "./hostKeyVerdict.js";
import { findKnownHosts, type KnownHost, keyType, parseKnownHosts } from "./knownHosts.js";
import type { SshSettings } from "./sshSettings.js";

/** Algorithms by key type, in our order of preference. RSA with SHA-1 is not among them: OpenSSH gave it up in 8.8. */
const ALGORITHMS: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  "ssh-ed25519": ["ssh-ed25519"],
  "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
  "ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
  "ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
  "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256"],
};

/** The check of one machine's key, over as many attempts as the machine has keys. */
export class HostKeyCheck {
  private readonly named: readonly KnownHost[];
  private readonly plain: readonly KnownHost[];
  private readonly presented: PresentedKey[] = [];
  private reason: Verdict | undefined;

  constructor(private readonly settings: SshSettings) {
    const lines = settings.knownHostsFiles.flatMap(readKnownHosts);
    this.named = findKnownHosts(lines, settings.knownHostsName);
    const { knownHostsPlainName: plainName } = settings;
    this.plain = plainName === undefined ? [] : findKnownHosts(lines, plainName);
  }

  /**
   * What to negotiate: types that known_hosts has for the machine come first, so that of several keys it presents a
   * known one. Types that were refused already are left out.
   */
  algorithms(): ServerHostKeyAlgorithm[] {
    const refused = this.presented.map(({ type }) => type);
    const rank = (type: string) => (this.lines.some((line) => line.type === type && line.marker === undefined) ? 0 : 1);
    const types = Object.keys(ALGORITHMS).filter((type) => !refused.includes(type));
    return types.sort((a, b) => rank(a) - rank(b)).flatMap((type) => ALGORITHMS[type] ?? []);
  }

  /** Judges a presented key; false: refused, and `refusal` says why. */
  accept(key: Buffer): boolean {
    const verdict = this.judge(key);
    if (verdict.kind === "known") return true;
    this.presented.push({ type: keyType(key) ?? "unknown type", fingerprint: fingerprintOf(key) });
    this.reason = verdict;
    return false;
  }

  /** How many keys were refused so far. */
  get refusals(): number {
    return this.presented.length;
  }

  /** Only a fingerprint does not say which of the machine's keys it is of: then the others are asked for too. */
  get canTryAnotherKey(): boolean {
    return this.settings.hostKey !== undefined && this.reason?.kind === "unknown" && this.algorithms().length > 0;
  }

  /** Why the machine was refused; undefined while no key was. */
  get refusal(): string | undefined {
    return this.reason && hostKeyRefusal(this.settings, { verdict: this.reason, presented: this.presented });
  }

  private get lines(): readonly KnownHost[] {
    return this.named.length > 0 ? this.named : this.plain;
  }

  private judge(key: Buffer): Verdict {
    const revoked = [...this.named, ...this.plain].find((line) => line.marker === "revoked" && line.key.equals(key));
    if (revoked) return { kind: "revoked", by: revoked };
    const { hostKey } = this.settings;
    if (hostKey !== undefined) return { kind: hostKey === fingerprintOf(key) ? "known" : "unknown", authorities: [] };
    const verdict = judgeKey(this.named, key);
    // As ssh does: a host on another port may be known by its plain name, but that name cannot accuse it.
    if (verdict.kind === "unknown" && judgeKey(this.plain, key).kind === "known") return { kind: "known" };
    return verdict;
  }
}

function readKnownHosts(file: string): KnownHost[] {
  try {
    return parseKnownHosts(readFileSync(file, "utf8"), file);
  } catch {
    // No such file, or not ours to read: nothing is known from it, so nothing is accepted because of it.
    return [];
  }
}
