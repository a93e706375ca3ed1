// What the tests of the transport need: keys made by ssh-keygen, and an SSH server in this process on loopback. I/O.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AuthContext,
  type AuthenticationType,
  type Connection,
  type PublicKeyAuthContext,
  Server,
  type ServerChannel,
  type Session,
} from "ssh2";
import { parsePublicKey } from "../../providers/host/keyFile.js";

export interface TestKey {
  readonly private: string;
  /** "ssh-ed25519 AAAA..." */
  readonly public: string;
  readonly blob: Buffer;
  readonly fingerprint: string;
}

export function makeKey(type: "ed25519" | "ecdsa" | "rsa", { passphrase = "" } = {}): TestKey {
  const folder = mkdtempSync(join(tmpdir(), "test-key-"));
  const file = join(folder, "key");
  try {
    execFileSync("ssh-keygen", [
      "-q",
      "-t",
      type,
      ...(type === "rsa" ? ["-b", "2048"] : []),
      "-N",
      passphrase,
      "-a",
      "1",
      "-C",
      "test",
      "-f",
      file,
    ]);
    const fingerprint = execFileSync("ssh-keygen", ["-lf", `${file}.pub`], { encoding: "utf8" }).split(" ")[1] ?? "";
    const line = readFileSync(`${file}.pub`, "utf8").split(" ").slice(0, 2).join(" ");
    const blob = Buffer.from(line.split(" ")[1] ?? "", "base64");
    return { private: readFileSync(file, "utf8"), public: line, blob, fingerprint };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export interface ServerOptions {
  readonly hostKeys: readonly TestKey[];
  readonly users?: { readonly key?: TestKey; readonly password?: string; readonly keyboardPassword?: string };
  readonly refusesExec?: boolean;
  /** Instead of a real `sh`, what happens to a command. */
  readonly onExec?: (channel: ServerChannel, connection: Connection) => void;
}

/** A server that runs commands with a real shell and forwards connections; `tries` is what it was offered. */
export class TestServer {
  readonly tries: string[] = [];
  readonly commands: string[] = [];
  private readonly server: Server;
  private readonly connections = new Set<Connection>();

  static async start(options: ServerOptions): Promise<TestServer> {
    const server = new TestServer(options);
    await new Promise<void>((resolve) => server.server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  private constructor(private readonly options: ServerOptions) {
    this.server = new Server({ hostKeys: options.hostKeys.map((key) => key.private) }, (connection) => {
      this.connections.add(connection);
      connection.on("error", () => {});
      connection.on("close", () => this.connections.delete(connection));
      connection.on("authentication", (context) => this.judge(context));
      connection.on("session", (accept) => this.session(accept(), connection));
      connection.on("tcpip", (accept, reject, { destIP, destPort }) => {
        const socket = connect(destPort, destIP);
        socket.once("error", () => reject());
        socket.once("connect", () => {
          const channel = accept();
          channel.on("error", () => {});
          socket.on("error", () => {});
          socket.pipe(channel).pipe(socket);
        });
      });
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get openConnections(): number {
    return this.connections.size;
  }

  /** Ends every connection, and with each the input of what runs. */
  async cut(): Promise<void> {
    for (const connection of this.connections) connection.end();
  }

  async stop(): Promise<void> {
    await this.cut();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private judge(context: AuthContext): void {
    const isProbe = context.method === "none" || (context.method === "publickey" && !context.signature);
    if (!isProbe) this.tries.push(`${context.username} ${context.method}`);
    const { key, password, keyboardPassword } = this.options.users ?? {};
    const isGranted = () => {
      if (context.method === "password") return password !== undefined && password === context.password;
      return context.method === "publickey" && key !== undefined && isSignedBy(context, key);
    };
    if (context.method === "keyboard-interactive" && keyboardPassword !== undefined) {
      context.prompt([{ prompt: "Password: ", echo: false }], ([answer]) =>
        this.answer(context, answer === keyboardPassword),
      );
    } else this.answer(context, isGranted());
  }

  private answer(context: AuthContext, isGranted: boolean): void {
    const { key, password, keyboardPassword } = this.options.users ?? {};
    const methods: AuthenticationType[] = [];
    if (key) methods.push("publickey");
    if (password !== undefined) methods.push("password");
    if (keyboardPassword !== undefined) methods.push("keyboard-interactive");
    if (isGranted) context.accept();
    else context.reject(methods);
  }

  private session(session: Session, connection: Connection): void {
    session.on("exec", (accept, reject, { command }) => {
      if (this.options.refusesExec) {
        reject();
        return;
      }
      this.commands.push(command);
      const channel = accept();
      channel.on("error", () => {});
      if (this.options.onExec) {
        this.options.onExec(channel, connection);
        return;
      }
      const child = spawn("sh", ["-c", command], { detached: true });
      channel.pipe(child.stdin).on("error", () => {});
      child.stdout.pipe(channel, { end: false });
      child.stderr.pipe(channel.stderr, { end: false });
      child.on("close", (code, signal) => {
        if (signal) channel.exit(signal.replace(/^SIG/, ""), false, "");
        else channel.exit(code ?? 0);
        channel.end();
      });
    });
  }
}

/** Whether a key is the granted one and, once it comes to that, has signed. */
function isSignedBy({ key: offered, signature, blob, hashAlgo }: PublicKeyAuthContext, key: TestKey): boolean {
  if (!offered.data.equals(key.blob)) return false;
  if (!signature || !blob) return true;
  return parsePublicKey(key.public)?.verify(blob, signature, hashAlgo) === true;
}
