// How a machine is asked and told, the same for every platform: a connection, a script in its own shell, its facts. I/O.
import { type Command, type CommandOutput, type Host, HostError } from "../host/host.js";
import type { SshTarget } from "../model/ssh.js";
import type { Driver, MachineModel } from "../platforms/driver.js";
import { factsScript, type MachineFacts, readMachineFacts } from "./machineFacts.js";

/** Opens a connection: one for a run, and a second one for the proof that the machine still lets us in. */
export type Connect = (target: SshTarget) => Promise<Host>;

export class MachineAccess<Model extends MachineModel> {
  constructor(
    readonly driver: Driver<Model>,
    readonly connect: Connect,
  ) {}

  run(host: Host, command: Omit<Command, "shell">): Promise<CommandOutput> {
    return host.run({ ...command, shell: this.driver.shell });
  }

  async withHost<T>(open: Promise<Host>, use: (host: Host) => Promise<T>): Promise<T> {
    const host = await open;
    try {
      return await use(host);
    } finally {
      await host.close();
    }
  }

  async facts(host: Host, environment: string): Promise<MachineFacts> {
    const script = factsScript(this.driver, environment);
    const { stdout } = await this.run(host, { step: "read facts", script });
    return readMachineFacts(this.driver.layers, stdout);
  }
}

/** The connection says nothing any more about what was sent over it. */
export function isLost(error: unknown): error is HostError {
  return error instanceof HostError && (error.kind === "unreachable" || error.kind === "timeout");
}
