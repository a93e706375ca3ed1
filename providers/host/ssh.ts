// The transport over SSH: one connection per call, one channel per command. I/O.
import type { SshTarget } from "../model/ssh.js";
import type { SshCredentials } from "./authentication.js";
import { type Connection, openConnection } from "./connection.js";
import type { Command, CommandOutput, Host } from "./host.js";
import { runCommand } from "./runCommand.js";
import { labelOf, resolveSettings } from "./sshSettings.js";

export type { SshCredentials } from "./authentication.js";

/** Where the settings beside the target come from. */
export interface SshSources {
  /** OpenSSH client configuration instead of ~/.ssh/config and /etc/ssh/ssh_config. */
  readonly configFile?: string;
}

/**
 * Connects to a machine and logs in. The host key has to be known; a cause that may pass is tried again a few times.
 * Throws HostErrors of every kind but "command" and "timeout".
 */
export async function connectSsh(target: SshTarget, credentials: SshCredentials, sources: SshSources): Promise<Host> {
  return new SshHost(await openConnection(resolveSettings(target, sources), credentials));
}

class SshHost implements Host {
  readonly label: string;

  constructor(private readonly connection: Connection) {
    this.label = labelOf(connection.settings);
  }

  run(command: Command): Promise<CommandOutput> {
    return runCommand(this.connection, command);
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}
