// Is what answers the ESXi host that a file of a guest goes over? Judged before anything is sent, by what vCenter knows of the host. Pure.
import { X509Certificate } from "node:crypto";
import type { VimTree } from "../../model/vim.js";
import { printable } from "../printable.js";
import type { Presented } from "./certificate.js";
import { parseThumbprint, type Thumbprint } from "./thumbprint.js";
import { listOf, textOf } from "./treeParts.js";
import { VcenterError } from "./vcenterError.js";

/** Where a file goes. */
export interface EsxiAddress {
  readonly host: string;
  readonly port: number;
  /** How the user knows it: "ESXi host esx-01.example.net", with the port where it is not 443. */
  readonly label: string;
}

/** Properties of a HostSystem that say which certificate is its own. */
export const CERTIFICATE_PROPERTIES = ["config.certificate", "summary.config.sslThumbprint"] as const;

/**
 * The host's certificate as vCenter has it, which took it when the host was added and refuses the host with any other. All of it where vCenter
 * tells that, a SHA-1 only where it does not. Undefined: vCenter tells neither.
 */
export function certificateOf(properties: Readonly<Record<string, VimTree>>): Thumbprint | undefined {
  // An ArrayOfByte: each byte an element of its own, one above 127 as a negative number. PEM has none, DER would.
  const bytes = listOf(properties["config.certificate"]).map((byte) => Number(textOf(byte)));
  const whole = bytes.length === 0 ? undefined : fingerprint(Buffer.from(bytes));
  if (whole !== undefined) return { algorithm: "SHA-256", value: whole };
  const told = textOf(properties["summary.config.sslThumbprint"]);
  return told === undefined || told === "" ? undefined : parsed(told);
}

function fingerprint(certificate: Buffer): string | undefined {
  try {
    return new X509Certificate(certificate).fingerprint256;
  } catch {
    return undefined;
  }
}

function parsed(text: string): Thumbprint | undefined {
  try {
    return parseThumbprint(text);
  } catch {
    return undefined;
  }
}

/** Accepted is the host's own certificate, and one that verifies for the host's name against this computer's roots. */
export function judgeEsxi(
  { label }: EsxiAddress,
  { certificate, problem }: Presented,
  known: Thumbprint | undefined,
): VcenterError | undefined {
  if (certificate.fingerprint256 === undefined) return refusal(label, "it showed no certificate.");
  if (problem === undefined) return undefined;
  const found = known?.algorithm === "SHA-1" ? certificate.fingerprint : certificate.fingerprint256;
  if (found === known?.value) return undefined;
  const why =
    known === undefined
      ? "and vCenter does not tell which one is the host's"
      : `and it is not the one that vCenter has for the host: ${known.algorithm} ${found} instead of ${known.value}. Somebody may be answering in its place`;
  return refusal(
    label,
    `its certificate does not verify here (${printable(problem)}), ${why}. If the host's certificate was renewed, reconnect the host in vCenter; or add the root that signed it to this computer's trusted roots.`,
  );
}

function refusal(label: string, reason: string): VcenterError {
  return new VcenterError("certificate", `${label}: ${reason} No file was sent to it.`);
}

/** Why the host cannot be reached, from the code of a system call or of OpenSSL. */
export function unreachableEsxi(
  { label, host, port }: EsxiAddress,
  { code = "", message }: { readonly code?: string; readonly message: string },
  connectTimeoutSeconds: number,
): VcenterError {
  const sentences: Record<string, string> = {
    ENOTFOUND: `the name ${host}, by which vCenter knows the host, does not resolve here.`,
    EAI_AGAIN: `the name ${host} could not be looked up now.`,
    ECONNREFUSED: `nothing listens on port ${port} (connection refused).`,
    ETIMEDOUT: `no connection to port ${port} within ${connectTimeoutSeconds} s.`,
  };
  const sentence = sentences[code] ?? `${printable(message) || code}.`;
  return new VcenterError(
    "unreachable",
    `${label}: cannot be reached: ${sentence} Files of a guest go to its ESXi host itself and not through vCenter: this computer has to resolve the host's name and to reach port ${port} there.`,
  );
}
