// What known_hosts says of a key that a machine presents. Pure.
import { createHash } from "node:crypto";
import type { KnownHost } from "./knownHosts.js";

/** A key that a machine presented. */
export interface PresentedKey {
  readonly type: string;
  /** "SHA256:..." as `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
}

/** What known_hosts says of a presented key. */
export type Verdict =
  | { readonly kind: "known" }
  | { readonly kind: "revoked"; readonly by: KnownHost }
  | { readonly kind: "changed"; readonly known: readonly KnownHost[] }
  | { readonly kind: "unknown"; readonly authorities: readonly KnownHost[] };

/** Fingerprint of a public key in SSH's wire format. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/** What the lines about a host say of a key. */
export function judgeKey(lines: readonly KnownHost[], key: Buffer): Verdict {
  const same = lines.filter((line) => line.key.equals(key));
  const revoked = same.find((line) => line.marker === "revoked");
  if (revoked) return { kind: "revoked", by: revoked };
  if (same.some((line) => line.marker === undefined)) return { kind: "known" };
  const known = lines.filter((line) => line.marker === undefined);
  if (known.length > 0) return { kind: "changed", known };
  return { kind: "unknown", authorities: lines.filter((line) => line.marker === "cert-authority") };
}
