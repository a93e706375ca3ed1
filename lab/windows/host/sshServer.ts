// OpenSSH for Windows, as far as a client without a terminal meets it: logins, commands for cmd.exe, the end of connections. I/O.
import type { AddressInfo } from "node:net";
import {
  type AuthContext,
  type Connection,
  type ParsedKey,
  type PublicKeyAuthContext,
  Server,
  type ServerChannel,
  type Session,
  utils,
} from "ssh2";
import { isPowerShell, specialToCmd, splitArguments } from "./commandLine";
import type { Process, WindowsMachine } from "./machine";
import { serveFiles } from "./sftp";

export interface Login {
  readonly user: string;
  readonly password?: string;
  /** Lines of authorized_keys. */
  readonly keys?: readonly string[];
}

/** SS-09. */
const MAX_SESSIONS = 10;

export class SshServer {
  private readonly server: Server;
  private readonly connections = new Set<Connection>();

  static async start(machine: WindowsMachine, hostKey: string, login: Login): Promise<SshServer> {
    const server = new SshServer(machine, hostKey, login);
    await new Promise<void>((resolve) => server.server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  private readonly keys: readonly ParsedKey[];

  private constructor(
    private readonly machine: WindowsMachine,
    hostKey: string,
    private readonly login: Login,
  ) {
    this.keys = (login.keys ?? []).map(parsedKey);
    this.server = new Server({ hostKeys: [hostKey], ident: "OpenSSH_for_Windows_9.5" }, (connection) =>
      this.accept(connection),
    );
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const connection of this.connections) connection.end();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private accept(connection: Connection): void {
    const processes = new Set<Process>();
    let sessions = 0;
    this.connections.add(connection);
    connection.on("error", () => {});
    connection.on("close", () => {
      this.connections.delete(connection);
      // SS-08: the job object of a connection takes its processes along, or does not.
      if (this.machine.host.quirks.orphans === "killed") for (const process of processes) process.kill();
    });
    connection.on("authentication", (context) => this.judge(context));
    connection.on("session", (accept, reject) => {
      if (sessions >= MAX_SESSIONS) {
        reject();
        return;
      }
      sessions++;
      const session = accept();
      session.on("close", () => {
        sessions--;
      });
      this.serve(session, processes);
    });
  }

  private judge(context: AuthContext): void {
    const isUser = context.username.toLowerCase() === this.login.user.toLowerCase();
    const isGranted =
      isUser &&
      ((context.method === "password" &&
        this.login.password !== undefined &&
        context.password === this.login.password) ||
        (context.method === "publickey" && this.keys.some((key) => isSignedBy(context, key))));
    if (isGranted) context.accept();
    else context.reject(["publickey", ...(this.login.password === undefined ? [] : (["password"] as const))]);
  }

  private serve(session: Session, processes: Set<Process>): void {
    session.on("exec", (accept, _, { command }) => {
      const channel = accept();
      channel.on("error", () => {});
      void this.execute(channel, command, processes);
    });
    session.on("sftp", (accept) => serveFiles(accept(), this.machine.files));
  }

  /** SS-01, SS-02: what cmd.exe makes of it. */
  private async execute(channel: ServerChannel, command: string, processes: Set<Process>): Promise<void> {
    const refuse = (text: string) => finish(channel, { exitCode: 1, stdout: "", stderr: `${text}\r\n` });
    if (command.length > this.machine.host.quirks.commandLength) {
      refuse("The command line is too long.");
      return;
    }
    const special = specialToCmd(command);
    const [program = "", ...args] = splitArguments(command);
    if (special !== undefined) refuse(`lab: this cmd.exe knows no ${JSON.stringify(special)} in a command`);
    else if (isPowerShell(program)) await this.runPowerShell(channel, args, processes);
    else if (/^taskkill(\.exe)?$/i.test(program)) this.taskkill(channel, args);
    else
      refuse(`'${program}' is not recognized as an internal or external command,\r\noperable program or batch file.`);
  }

  private async runPowerShell(channel: ServerChannel, args: string[], processes: Set<Process>): Promise<void> {
    const input = await inputOf(channel);
    if (input === undefined || !this.machine.isOn) return;
    const sent = { stdout: 0, stderr: 0 };
    const process = this.machine.start(args, input, (stream, text) => {
      sent[stream] += text.length;
      if (channel.writable) (stream === "stdout" ? channel : channel.stderr).write(text);
    });
    processes.add(process);
    try {
      const result = await process.ended;
      // SS-07: of a process that was killed by taskkill there is a status, of one whose machine went down there is nothing.
      if (result) {
        const [stdout, stderr] = [result.stdout.slice(sent.stdout), result.stderr.slice(sent.stderr)];
        finish(channel, { exitCode: result.exitCode, stdout, stderr });
      } else if (this.machine.isOn) finish(channel, { exitCode: 1, stdout: "", stderr: "" });
    } catch (error) {
      finish(channel, { exitCode: 250, stdout: "", stderr: `lab: ${String(error)}\r\n` });
    } finally {
      processes.delete(process);
    }
  }

  private taskkill(channel: ServerChannel, args: readonly string[]): void {
    const at = args.findIndex((arg) => /^[/-]pid$/i.test(arg));
    const pid = Number(args[at + 1]);
    const known = args.filter((_, index) => index !== at && index !== at + 1).every((arg) => /^[/-][tf]$/i.test(arg));
    if (at < 0 || !known || !Number.isInteger(pid)) {
      finish(channel, { exitCode: 1, stdout: "", stderr: "ERROR: Invalid syntax.\r\n" });
      return;
    }
    const isKilled = this.machine.kill(pid);
    finish(
      channel,
      isKilled
        ? { exitCode: 0, stdout: `SUCCESS: The process with PID ${pid} has been terminated.\r\n`, stderr: "" }
        : { exitCode: 128, stdout: "", stderr: `ERROR: The process "${pid}" not found.\r\n` },
    );
  }
}

function finish(
  channel: ServerChannel,
  { exitCode, stdout, stderr }: { exitCode: number; stdout: string; stderr: string },
): void {
  if (!channel.writable) return;
  if (stderr !== "") channel.stderr.write(stderr);
  if (stdout !== "") channel.write(stdout);
  channel.exit(exitCode);
  channel.end();
}

/** Standard input to its end; undefined: the client is gone before. */
async function inputOf(channel: ServerChannel): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    channel.on("data", (chunk: Buffer) => chunks.push(chunk));
    channel.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    channel.on("close", () => resolve(undefined));
  });
}

function parsedKey(line: string): ParsedKey {
  const key = utils.parseKey(line);
  if (key instanceof Error) throw key;
  return key;
}

/** Whether a key is the granted one and, once it comes to that, has signed. */
function isSignedBy({ key: offered, signature, blob, hashAlgo }: PublicKeyAuthContext, key: ParsedKey): boolean {
  if (!offered.data.equals(key.getPublicSSH())) return false;
  if (!signature || !blob) return true;
  return key.verify(blob, signature, hashAlgo) === true;
}
