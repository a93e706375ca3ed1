// Why a machine cannot be reached, in words for the user: one sentence per cause, with what to check. Pure.
import { HostError } from "./host.js";
import { printable } from "./printable.js";
import { labelOf, type SshSettings } from "./sshSettings.js";

/** A failed connection, from the code of a system call (ECONNREFUSED, ...). */
export function unreachable(
  settings: SshSettings,
  cause: { readonly code?: string | undefined; readonly message: string },
): HostError {
  return new HostError(
    "unreachable",
    `${labelOf(settings)}: cannot be reached${via(settings)}: ${sentence(settings, cause)}`,
  );
}

/** Which way a connection takes, for messages: "" or " through bastion (bastion:22)". */
export function via({ jump }: SshSettings): string {
  return jump === undefined ? "" : ` through ${labelOf(jump)}`;
}

function sentence(
  settings: SshSettings,
  { code = "", message }: { readonly code?: string | undefined; readonly message: string },
): string {
  const { host, port, connectTimeoutSeconds } = settings;
  const sentences: Record<string, string> = {
    ENOTFOUND: `the name ${host} does not resolve. Check the machine's address in the environment file, HostName in the SSH client configuration, and DNS.`,
    EAI_AGAIN: `the name ${host} could not be looked up now. Check that DNS answers here.`,
    ECONNREFUSED: `nothing listens on port ${port} of ${host} (connection refused). Check that its SSH server runs, and ssh.port.`,
    ETIMEDOUT: `no answer from ${host} port ${port} within ${connectTimeoutSeconds} s. Check that the machine is on, the address, and firewalls on the way.`,
    EHOSTUNREACH: `there is no way to ${host} (no route to host). Check the address, the network here, and that the machine is on.`,
    ENETUNREACH: `there is no way to ${host} (network is unreachable). Check the address and the network here.`,
    ECONNRESET: `${host} port ${port} cut the connection before the login. Check with its SSH server's log; it may limit connections (MaxStartups) or addresses.`,
    "no login": `${host} port ${port} did not finish the login within ${connectTimeoutSeconds} s. Check with its SSH server's log.`,
    "no SSH": `what answers on port ${port} of ${host} is not an SSH server, or it hangs. Check ssh.port.`,
  };
  return sentences[code] ?? `${printable(message)}. Check the machine's address and ssh.port.`;
}
