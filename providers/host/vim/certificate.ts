// Is this the certificate of the vCenter that was meant? Judged before anything is sent. Pure.
import type { PeerCertificate } from "node:tls";
import { printable } from "../printable.js";
import type { Thumbprint } from "./thumbprint.js";
import type { VcenterAddress } from "./vcenterAddress.js";
import { VcenterError } from "./vcenterError.js";

/** What a TLS handshake showed. */
export interface Presented {
  readonly certificate: Pick<
    PeerCertificate,
    "fingerprint" | "fingerprint256" | "subject" | "subjectaltname" | "valid_from" | "valid_to"
  >;
  /** Why the certificate does not verify against the roots and the name; undefined when it does. */
  readonly problem: string | undefined;
}

/** Why the certificate is refused; undefined when it is not. A pinned thumbprint alone decides: then no root is asked. */
export function judgeCertificate(
  address: VcenterAddress,
  { certificate, problem }: Presented,
  pinned: Thumbprint | undefined,
): VcenterError | undefined {
  if (certificate.fingerprint256 === undefined) return refusal(address, "it showed no certificate.");
  if (pinned === undefined)
    return problem === undefined ? undefined : refusal(address, unverified(address, certificate, problem));
  const found = pinned.algorithm === "SHA-256" ? certificate.fingerprint256 : certificate.fingerprint;
  return found === pinned.value ? undefined : refusal(address, mismatch(certificate, pinned, found));
}

function refusal({ label }: VcenterAddress, reason: string): VcenterError {
  return new VcenterError("certificate", `${label}: ${reason} Nothing was sent to it.`);
}

function mismatch(certificate: Presented["certificate"], { algorithm, value }: Thumbprint, found: string): string {
  return `its certificate has the ${algorithm} thumbprint ${found}, but multiport:vcenterThumbprint wants ${value} (${describe(certificate)}). Somebody may be answering in its place. If its certificate was renewed, compare the thumbprint with what vCenter's own console shows, and correct multiport:vcenterThumbprint (or MULTIPORT_VCENTER_THUMBPRINT).`;
}

function unverified({ host }: VcenterAddress, certificate: Presented["certificate"], problem: string): string {
  const { fingerprint, fingerprint256 } = certificate;
  return `its certificate ${reasonOf(host, certificate, problem)} It is ${describe(certificate)}; SHA-256 ${fingerprint256}, SHA-1 ${fingerprint}. Compare that with what vCenter shows on its own console; if they are equal, run: pulumi config set multiport:vcenterThumbprint ${fingerprint256} (or set MULTIPORT_VCENTER_THUMBPRINT). Better for long: add vCenter's root certificate to this computer's trusted roots.`;
}

function reasonOf(host: string, certificate: Presented["certificate"], problem: string): string {
  const names = printable(certificate.subjectaltname ?? `common name ${text(certificate.subject?.CN)}`);
  const reasons: Record<string, string> = {
    CERT_HAS_EXPIRED: `has expired: it was valid until ${certificate.valid_to}.`,
    CERT_NOT_YET_VALID: `is not valid yet: it is from ${certificate.valid_from} on. Check the clock of this computer.`,
    ERR_TLS_CERT_ALTNAME_INVALID: `is for another name: it has ${names}, but was asked for as ${host}.`,
    DEPTH_ZERO_SELF_SIGNED_CERT: "is signed by itself, and not among this computer's trusted roots.",
    SELF_SIGNED_CERT_IN_CHAIN: "comes from a root that is not among this computer's trusted roots.",
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "comes from an issuer that is not among this computer's trusted roots.",
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: "comes from an issuer that is not among this computer's trusted roots.",
  };
  return reasons[problem] ?? `does not verify (${printable(problem)}).`;
}

function describe({ subject, valid_from, valid_to }: Presented["certificate"]): string {
  const names = Object.entries(subject ?? {}).map(([key, value]) => `${key}=${text(value)}`);
  return `of ${names.join(", ") || "nobody"}, valid from ${valid_from} to ${valid_to}`;
}

function text(value: string | string[] | undefined): string {
  return printable([value ?? []].flat().join("+")) || "none";
}
