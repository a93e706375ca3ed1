// The one door to a machine: the contract that every transport fulfils. I/O happens behind it, never beside it.
import type { ShellName } from "../model/ssh.js";

/** A command to run on a machine. The text is a script given to a shell on standard input, never an argument list to be quoted. */
export interface Command {
  /** What this step does, as the user reads it in an error: "read facts", "apply Open vSwitch transaction". */
  readonly step: string;
  /**
   * Text for the shell. It travels on standard input, so nothing of it appears in a process list; it runs only when all of
   * it has arrived, and its own standard input is empty.
   */
  readonly script: string;
  /**
   * What the script gets as its one argument, an array whose first item is the script itself. For secrets: Windows may log the
   * scripts that it runs, and these are no part of one. powershell only.
   */
  readonly data?: readonly string[];
  /** What runs it. Default sh. */
  readonly shell?: ShellName;
  /** Seconds until the command is given up. Default 60. */
  readonly timeoutSeconds?: number;
}

/** What a finished command said. A non-zero exit is not returned but thrown as a HostError of kind "command". */
export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** One open connection to one machine. */
export interface Host {
  /** How the user knows the machine: "kvm-01 (kvm-01.example.net:22)". */
  readonly label: string;
  run(command: Command): Promise<CommandOutput>;
  close(): Promise<void>;
}

/** Why a machine could not do what was asked. Whether trying again may help is a property of the kind. */
export type HostErrorKind =
  | "invalid" // the connection settings themselves are wrong (no such key file, unknown jump host)
  | "unreachable" // name does not resolve, connection refused, timed out, or cut
  | "hostKey" // the machine's host key is unknown or not the one expected
  | "authentication" // no offered key, agent identity or password was accepted
  | "command" // a step ran and failed
  | "timeout"; // a step did not end in time

const CAN_RETRY: Record<HostErrorKind, boolean> = {
  invalid: false,
  unreachable: true,
  hostKey: false,
  authentication: false,
  command: false,
  timeout: false,
};

/** A failure on a machine, in words for the user: what, where, and what to do. Never holds a secret. */
export class HostError extends Error {
  constructor(
    readonly kind: HostErrorKind,
    message: string,
    /** Of kind "command": the exit code, where the command had one. */
    readonly exitCode?: number,
  ) {
    super(message);
    this.name = "HostError";
  }

  get canRetry(): boolean {
    return CAN_RETRY[this.kind];
  }
}
