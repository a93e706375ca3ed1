// Thumbprints of certificates: SHA-256 or SHA-1 of the leaf, as hexadecimal bytes. Pure.
import { VcenterError } from "./vcenterError.js";

const BYTES: Readonly<Record<number, "SHA-256" | "SHA-1">> = { 32: "SHA-256", 20: "SHA-1" };

/** A pinned thumbprint. */
export interface Thumbprint {
  readonly algorithm: "SHA-256" | "SHA-1";
  /** Upper-case bytes with colons, as vCenter and OpenSSL show them. */
  readonly value: string;
}

/** Reads a thumbprint with or without colons, in either case. Throws a VcenterError of kind "invalid". */
export function parseThumbprint(text: string): Thumbprint {
  const digits = text.trim().replace(/[:\s]/g, "").toUpperCase();
  const algorithm = /^[0-9A-F]+$/.test(digits) ? BYTES[digits.length / 2] : undefined;
  if (algorithm === undefined)
    throw new VcenterError(
      "invalid",
      `the thumbprint "${text}" of vCenter's certificate is not one: a SHA-256 has 32 hexadecimal bytes, a SHA-1 has 20, with or without colons. Correct multiport:vcenterThumbprint (or MULTIPORT_VCENTER_THUMBPRINT).`,
    );
  return { algorithm, value: (digits.match(/../g) ?? []).join(":") };
}
