// A private key file: opened with the passphrase if it needs one, or why it cannot be used. I/O: reads the file.
import { existsSync, readFileSync } from "node:fs";
import { type ParsedKey, utils } from "ssh2";

/** A key that can sign, or only its public half and why: an agent may hold the other half. */
export type KeyFile =
  | { readonly privateKey: ParsedKey }
  | { readonly publicKey: Buffer | undefined; readonly problem: string };

const NEEDS_PASSPHRASE =
  "is encrypted and there is no passphrase. Give it: pulumi config set --secret multiport:sshPassphrase";
const WRONG_PASSPHRASE =
  "does not open with the passphrase in multiport:sshPassphrase. Correct it: pulumi config set --secret multiport:sshPassphrase";

/** Reads a key file; a problem is worded to follow the file's name. */
export function readKeyFile(file: string, passphrase: string | undefined): KeyFile {
  const text = readText(file);
  if (text === undefined)
    return { publicKey: readPublicKey(`${file}.pub`), problem: existsSync(file) ? "cannot be read" : "does not exist" };
  const key = firstKey(utils.parseKey(text, passphrase));
  if (!(key instanceof Error)) {
    if (key.isPrivateKey()) return { privateKey: key };
    return {
      publicKey: key.getPublicSSH(),
      problem: "is a public key, and the SSH agent does not hold its private key",
    };
  }
  return { publicKey: readPublicKey(`${file}.pub`), problem: problemOf(key.message, text, passphrase) };
}

/** A public key as text, in wire format or parsed; undefined when it is none that we can use. */
export function parsePublicKey(source: ParsedKey | Buffer | string): ParsedKey | undefined {
  const key = firstKey(utils.parseKey(source));
  return key instanceof Error ? undefined : key;
}

/** The library gives a list for files in OpenSSH's own format, although they hold one key. */
function firstKey(parsed: ParsedKey | ParsedKey[] | Error): ParsedKey | Error {
  return Array.isArray(parsed) ? (parsed[0] ?? new Error("holds no key")) : parsed;
}

function problemOf(reason: string, text: string, passphrase: string | undefined): string {
  const isEncrypted = /encrypted|passphrase|integrity|decrypt|cipher/i.test(reason);
  if (isEncrypted) return passphrase === undefined ? NEEDS_PASSPHRASE : WRONG_PASSPHRASE;
  if (/-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.test(text))
    return "is in PKCS #8 format, which SSH keys here cannot be in. Rewrite it in OpenSSH's format: ssh-keygen -p -f FILE";
  return `is no private key that can be used (${reason})`;
}

function readPublicKey(file: string): Buffer | undefined {
  return parsePublicKey(readText(file) ?? "")?.getPublicSSH();
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
