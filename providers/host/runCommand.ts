// One command on an open connection: a channel, the script on its standard input, its output, its end. I/O.
import type { ClientChannel } from "ssh2";
import type { Connection } from "./connection.js";
import { type Command, type CommandOutput, HostError } from "./host.js";
import { printable, said } from "./printable.js";
import { SHELLS, type Shell } from "./shell.js";
import { labelOf } from "./sshSettings.js";
import { stopShell, withoutAnnouncement } from "./stopShell.js";

export const DEFAULT_TIMEOUT_SECONDS = 60;
/** Facts of a large host are some hundred KB; more than this is no answer to anything that we ask. */
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** Runs a script. Throws HostErrors of kind "command", "timeout" and "unreachable". */
export function runCommand(connection: Connection, command: Command): Promise<CommandOutput> {
  return new Promise((resolve, reject) => new Execution(connection, command, { resolve, reject }).start());
}

interface Outcome {
  readonly resolve: (output: CommandOutput) => void;
  readonly reject: (error: HostError) => void;
}

class Execution {
  private readonly output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  private outputBytes = 0;
  private channel: ClientChannel | undefined;
  private exit: { readonly code: number | null; readonly signal: string | undefined } | undefined;
  private isOver = false;
  private readonly shell: Shell;
  private readonly timer: NodeJS.Timeout;
  private readonly onLost = () => this.fail("unreachable", LOST);

  constructor(
    private readonly connection: Connection,
    private readonly command: Command,
    private readonly outcome: Outcome,
  ) {
    this.shell = SHELLS[command.shell ?? "sh"];
    const seconds = command.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
    this.timer = setTimeout(() => this.stop("timeout", `did not end within ${seconds} s`), seconds * 1000);
  }

  start(): void {
    const { client } = this.connection;
    const { command, input } = this.shell.start(this.command.script, this.command.data);
    client.once("close", this.onLost);
    try {
      client.exec(command, (error, channel) => {
        if (error)
          return this.fail("command", `the machine's SSH server runs no command: ${printable(error.message)}.`);
        this.attach(channel, input);
      });
    } catch {
      this.onLost();
    }
  }

  private attach(channel: ClientChannel, input: string): void {
    this.channel = channel;
    if (this.isOver) {
      channel.close();
      return;
    }
    channel.on("exit", (code: number | null, signal?: string) => {
      this.exit = { code, signal };
    });
    channel.on("data", (chunk: Buffer) => this.collect("stdout", chunk));
    channel.stderr.on("data", (chunk: Buffer) => this.collect("stderr", chunk));
    // A script that ends before it has read all of itself closes its input: its exit code tells what there is to tell.
    channel.on("error", () => {});
    channel.on("close", () => this.finish());
    channel.end(input);
  }

  private collect(stream: "stdout" | "stderr", chunk: Buffer): void {
    if (this.isOver) return;
    this.output[stream].push(chunk);
    this.outputBytes += chunk.length;
    if (this.outputBytes > MAX_OUTPUT_BYTES)
      this.stop("command", `printed more than ${MAX_OUTPUT_BYTES / 1024 / 1024} MiB`);
  }

  private finish(): void {
    const { exit } = this;
    const code = exit?.code;
    if (exit === undefined) this.onLost();
    else if (typeof code !== "number") this.fail("command", `ended by ${exit.signal ?? "a signal"}.`);
    else if (code !== 0) this.end(() => this.reject("command", `exit code ${code}.`, code));
    else
      this.end(() =>
        this.outcome.resolve({ stdout: this.text("stdout"), stderr: withoutAnnouncement(this.text("stderr")) }),
      );
  }

  private fail(kind: HostError["kind"], what: string): void {
    this.end(() => this.reject(kind, what));
  }

  /** Gives up what still runs. */
  private stop(kind: HostError["kind"], what: string): void {
    this.end(async () => {
      const isStopped = await stopShell(this.connection.client, this.shell, this.text("stderr"));
      this.channel?.close();
      this.reject(
        kind,
        `${what} and ${isStopped ? "was stopped" : "could not be stopped: it may still run"}. ${UNKNOWN_STATE}`,
      );
    });
  }

  private reject(kind: HostError["kind"], what: string, exitCode?: number): void {
    const words = said(withoutAnnouncement(this.text("stderr")));
    const { settings } = this.connection;
    this.outcome.reject(new HostError(kind, `${labelOf(settings)}: ${this.command.step}: ${what}${words}`, exitCode));
  }

  /** The first end counts. */
  private end(settle: () => void): void {
    if (this.isOver) return;
    this.isOver = true;
    clearTimeout(this.timer);
    this.connection.client.off("close", this.onLost);
    settle();
  }

  private text(stream: "stdout" | "stderr"): string {
    return Buffer.concat(this.output[stream]).toString("utf8");
  }
}

export const UNKNOWN_STATE =
  "Whether it changed anything is not known. Run pulumi up again: it reads the machine first, and changes only what differs.";
const LOST = `the connection was cut while this ran. ${UNKNOWN_STATE} If the machine does not answer any more, look at its console.`;
