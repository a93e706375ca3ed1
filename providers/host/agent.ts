// The SSH agent: which keys it holds, and one of them offered as if it were the only one. I/O: talks to the agent's socket.
import {
  BaseAgent,
  createAgent,
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from "ssh2";
import { parsePublicKey } from "./keyFile.js";

const AGENT_TIMEOUT_MILLISECONDS = 5000;

/** A key that an agent holds, ready to be offered. */
export interface AgentKey {
  readonly comment: string;
  /** In SSH's wire format. */
  readonly publicKey: Buffer;
  readonly agent: BaseAgent;
}

/** The keys of an agent; without an agent none. A problem is told in words, because other keys may do. */
export async function listAgentKeys(socket: string | undefined): Promise<{ keys: AgentKey[]; problems: string[] }> {
  if (socket === undefined) return { keys: [], problems: [] };
  const agent = createAgent(socket);
  try {
    const found = await askForKeys(agent);
    return { keys: found.map((key) => toAgentKey(agent, key)), problems: [] };
  } catch {
    return { keys: [], problems: [`the SSH agent at ${socket} does not answer`] };
  }
}

function askForKeys(agent: BaseAgent): Promise<ParsedKey[]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("timed out")), AGENT_TIMEOUT_MILLISECONDS);
    agent.getIdentities((error, keys) => {
      clearTimeout(timer);
      if (error || !Array.isArray(keys)) return reject(error ?? new Error("no keys"));
      resolve(keys.flatMap((key) => parsePublicKey(key as ParsedKey | Buffer) ?? []));
    });
  });
}

function toAgentKey(agent: BaseAgent, key: ParsedKey): AgentKey {
  return { comment: key.comment, publicKey: key.getPublicSSH(), agent: new OneKeyAgent(agent, key) };
}

class OneKeyAgent extends BaseAgent<ParsedKey> {
  constructor(
    private readonly agent: BaseAgent,
    private readonly key: ParsedKey,
  ) {
    super();
  }

  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    callback(undefined, [this.key]);
  }

  override sign(
    key: ParsedKey,
    content: Buffer,
    options: SigningRequestOptions | SignCallback,
    callback?: SignCallback,
  ): void {
    if (typeof options === "function") this.agent.sign(key, content, options);
    else this.agent.sign(key, content, options, callback);
  }
}
