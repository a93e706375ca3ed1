// An SSH session to the lab's host that stays open: a command costs no login, which takes a second under TCG. I/O.
import { readFileSync } from "node:fs";
import { Client, type ClientChannel } from "ssh2";
import type { ExecuteOptions, Outcome } from "../netns/execute";

/** Where to log in, and as whom. */
export interface SessionTarget {
  readonly port: number;
  /** A private key file. */
  readonly identity: string;
  /** The file with the host's public key: another one is refused. */
  readonly hostKey: string;
}

const loginSeconds = 20;

/** One connection. */
export class Session {
  private readonly ended: Promise<never>;

  private constructor(private readonly client: Client) {
    this.ended = new Promise((_, reject) => {
      client.on("close", () => reject(new Error("the lab's host ended the connection")));
    });
    this.ended.catch(() => {});
  }

  static open({ port, identity, hostKey }: SessionTarget): Promise<Session> {
    const client = new Client();
    const expected = readFileSync(hostKey, "utf8").split(" ")[1] ?? "";
    return new Promise((resolve, reject) => {
      client
        .on("ready", () => resolve(new Session(client)))
        .on("error", reject)
        .on("close", () => reject(new Error("the lab's host ended the connection")))
        .connect({
          host: "127.0.0.1",
          port,
          username: "root",
          privateKey: readFileSync(identity),
          readyTimeout: loginSeconds * 1000,
          hostVerifier: (key: Buffer) => key.toString("base64") === expected,
        });
    });
  }

  /** Runs a shell command; an exit code other than 0 is an outcome, 128 that it did not end by itself. */
  async run(command: string, { input = "", timeoutSeconds = 60 }: ExecuteOptions = {}): Promise<Outcome> {
    const { channel, ended } = await this.start(command);
    const timer = setTimeout(() => channel.destroy(), timeoutSeconds * 1000);
    channel.end(input);
    const outcome = await ended;
    clearTimeout(timer);
    return outcome;
  }

  private start(command: string): Promise<Started> {
    const started = new Promise<Started>((resolve, reject) => {
      this.client.exec(command, (error, channel) => {
        if (error) reject(error);
        // Here and not later: a short command's output, exit code and end may come in one packet with the answer.
        else resolve({ channel, ended: outcomeOf(channel) });
      });
    });
    return Promise.race([started, this.ended]);
  }

  close(): void {
    this.client.destroy();
  }
}

/** A command that runs. */
interface Started {
  readonly channel: ClientChannel;
  readonly ended: Promise<Outcome>;
}

function outcomeOf(channel: ClientChannel): Promise<Outcome> {
  const [stdout, stderr] = [collect(channel), collect(channel.stderr)];
  let exit = 128;
  channel.on("error", () => {});
  channel.on("exit", (code: number | null) => {
    exit = code ?? 128;
  });
  return new Promise((resolve) => {
    channel.on("close", (code?: number | null) => resolve({ code: code ?? exit, stdout: stdout(), stderr: stderr() }));
  });
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const parts: Buffer[] = [];
  stream.on("data", (part: Buffer) => parts.push(part));
  return () => Buffer.concat(parts).toString();
}
