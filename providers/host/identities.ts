// The keys to log in with, in the order of offering: identity files first, then the rest of the SSH agent. I/O.
import type { BaseAgent, ParsedKey } from "ssh2";
import { type AgentKey, listAgentKeys } from "./agent.js";
import { HostError } from "./host.js";
import { type KeyFile, readKeyFile } from "./keyFile.js";
import { labelOf, type SshSettings } from "./sshSettings.js";

/** One key that can be offered; `label` names it in messages. */
export interface Identity {
  readonly label: string;
  readonly signer: { readonly key: ParsedKey } | { readonly agent: BaseAgent };
}

export interface Identities {
  readonly identities: readonly Identity[];
  /** Why other keys cannot be offered, one sentence each. */
  readonly problems: readonly string[];
}

/** Finds all keys. Throws a HostError when the identity file of the environment file cannot be used. */
export async function findIdentities(settings: SshSettings, passphrase: string | undefined): Promise<Identities> {
  const agent = await listAgentKeys(settings.agentSocket);
  const files = settings.identityFiles.map(({ path, isRequired }) => {
    const file = readKeyFile(path, passphrase);
    const holder = agent.keys.find((key) => publicKeyOf(file)?.equals(key.publicKey));
    const identity = toIdentity(path, file, holder);
    if (isRequired && typeof identity === "string") throw unusable(settings, `${path} ${identity}`, file);
    return { path, file, identity };
  });
  const offered = files.flatMap(({ file }) => publicKeyOf(file) ?? []);
  const others = settings.isIdentitiesOnly
    ? []
    : agent.keys.filter((key) => !offered.some((it) => it.equals(key.publicKey)));
  return {
    identities: [
      ...files.flatMap(({ identity }) => (typeof identity === "string" ? [] : [identity])),
      ...others.map(({ comment, agent }) => ({ label: `the agent's key ${comment}`, signer: { agent } })),
    ],
    problems: [
      ...files.flatMap(({ path, identity }) => (typeof identity === "string" ? `${path} ${identity}` : [])),
      ...agent.problems,
    ],
  };
}

/** The identity of a file, from the file itself or from the agent that holds its private half; or why there is none. */
function toIdentity(path: string, file: KeyFile, holder: AgentKey | undefined): Identity | string {
  if ("privateKey" in file) return { label: path, signer: { key: file.privateKey } };
  if (holder) return { label: `${path} (by the agent)`, signer: { agent: holder.agent } };
  return file.problem;
}

function publicKeyOf(file: KeyFile): Buffer | undefined {
  return "privateKey" in file ? file.privateKey.getPublicSSH() : file.publicKey;
}

function unusable(settings: SshSettings, problem: string, file: KeyFile): HostError {
  const isLocked = "problem" in file && file.problem.includes("passphrase");
  return new HostError(isLocked ? "authentication" : "invalid", `${labelOf(settings)}: ssh.identityFile ${problem}.`);
}
