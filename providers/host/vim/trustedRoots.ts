// The root certificates that this computer trusts, as its other programs find them. I/O: reads files.
import { readFileSync } from "node:fs";
import { createSecureContext, rootCertificates, type SecureContext } from "node:tls";

/** Where the systems keep their roots in one file: Debian, Fedora, SUSE, older Red Hat, Alpine and macOS. */
const BUNDLES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/cert.pem",
];

let context: SecureContext | undefined;

/**
 * The roots of SSL_CERT_FILE or else of the system, or those of Node where there is no such file; with NODE_EXTRA_CA_CERTS.
 * Read once per process. Node by itself would not ask the system, where a company's own roots are.
 */
export function trustedRoots(environment: NodeJS.ProcessEnv = process.env): SecureContext {
  context ??= createSecureContext({ ca: readRoots(environment), minVersion: "TLSv1.2" });
  return context;
}

function readRoots({ SSL_CERT_FILE, NODE_EXTRA_CA_CERTS }: NodeJS.ProcessEnv): string[] {
  const files = SSL_CERT_FILE ? [SSL_CERT_FILE] : BUNDLES;
  const system = files.map(readIfThere).find((text) => text !== undefined);
  const extra = NODE_EXTRA_CA_CERTS ? readIfThere(NODE_EXTRA_CA_CERTS) : undefined;
  return [...(system === undefined ? rootCertificates : [system]), ...(extra === undefined ? [] : [extra])];
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
