// Why a host key is refused, in words for the user, with both ways to accept it. Pure.
import type { PresentedKey, Verdict } from "./hostKeyVerdict.js";
import type { KnownHost } from "./knownHosts.js";
import { labelOf, type SshSettings } from "./sshSettings.js";

/** The message of a refusal. */
export function hostKeyRefusal(
  settings: SshSettings,
  { verdict, presented }: { readonly verdict: Verdict; readonly presented: readonly PresentedKey[] },
): string {
  const keys = presented.map(({ type, fingerprint }) => `${type} ${fingerprint}`).join(", ");
  return `${labelOf(settings)}: ${reasonOf(settings, verdict, keys)} Nothing was sent to the machine.`;
}

function reasonOf(settings: SshSettings, verdict: Verdict, keys: string): string {
  if (verdict.kind === "revoked")
    return `its host key ${keys} is marked @revoked in ${verdict.by.source}: whoever answers there has a key that must not be trusted.`;
  if (settings.hostKey !== undefined)
    return `its host key is ${keys}, but the environment file says ${settings.hostKey}. Somebody may be answering in its place. If the machine was set up anew, read the new fingerprint on its console (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub) and correct ssh.hostKey.`;
  if (verdict.kind === "changed") return changedReason(settings, verdict.known, keys);
  return unknownReason(settings, verdict.kind === "unknown" ? verdict.authorities : [], keys);
}

function changedReason(settings: SshSettings, known: readonly KnownHost[], keys: string): string {
  const places = known.map(({ source, type }) => `${source} (${type})`).join(", ");
  return `its host key ${keys} is not the one known for ${settings.knownHostsName}: ${places}. Somebody may be answering in its place. If the machine was set up anew, read the new fingerprint on its console, take those lines out, and ${waysToAccept(settings, keys)}`;
}

function unknownReason(settings: SshSettings, authorities: readonly KnownHost[], keys: string): string {
  const files = settings.knownHostsFiles.join(", ") || "no file, as the SSH client configuration says";
  const note =
    authorities.length === 0
      ? ""
      : ` Only a certificate authority is known for it (${authorities.map(({ source }) => source).join(", ")}); multiport does not read host certificates.`;
  return `its host key ${keys} is not known. Looked for ${settings.knownHostsName} in ${files}.${note} Compare the fingerprint with the machine's own (on its console: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub); if they are equal, ${waysToAccept(settings, keys)}`;
}

function waysToAccept({ host, port, jump, name, knownHostsFiles }: SshSettings, keys: string): string {
  const fingerprint = keys.split(" ").at(-1);
  const file = knownHostsFiles[0] ?? "~/.ssh/known_hosts";
  const scan = `ssh-keyscan -p ${port} ${host} >> ${file}`;
  const where =
    jump === undefined ? scan : `run on ${labelOf(jump)}: ssh-keyscan -p ${port} ${host}, and add its lines to ${file}`;
  return `either accept it for all of this computer's SSH (${where}), or set ssh.hostKey: "${fingerprint}" for ${name} in the environment file.`;
}
