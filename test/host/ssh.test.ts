// The transport against an SSH server in this process, real shells and a real ssh-agent: what works, and every way it fails. I/O: loopback.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectSocket, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServerChannel } from "ssh2";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Host, HostError } from "../../providers/host/host.js";
import { connectSsh, type SshCredentials } from "../../providers/host/ssh.js";
import type { SshTarget } from "../../providers/model/ssh.js";
import { makeKey, type ServerOptions, type TestKey, TestServer } from "./testServer.js";

const SECRETS = { password: "correct horse", passphrase: "battery staple" };

let folder: string;
let keys: Record<"host" | "otherHost" | "ecdsaHost" | "user" | "locked" | "stranger", TestKey>;
const ends: (() => Promise<unknown> | undefined)[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ssh-test-"));
  keys = {
    host: makeKey("ed25519"),
    otherHost: makeKey("ed25519"),
    ecdsaHost: makeKey("ecdsa"),
    user: makeKey("ed25519"),
    locked: makeKey("ed25519", SECRETS),
    stranger: makeKey("rsa"),
  };
  for (const [name, key] of Object.entries(keys)) {
    writeFileSync(join(folder, name), key.private, { mode: 0o600 });
    writeFileSync(join(folder, `${name}.pub`), `${key.public}\n`);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => vi.stubEnv("SSH_AUTH_SOCK", ""));
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const end of ends.splice(0).reverse()) await end();
});

async function startServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const server = await TestServer.start({ hostKeys: [keys.host], users: { key: keys.user }, ...options });
  ends.push(() => server.stop());
  return server;
}

/** A plain connection to a port of loopback, ended with the test. */
function connectTo(port: number): Socket {
  const socket = connectSocket(port, "127.0.0.1").on("error", () => {});
  ends.push(async () => socket.destroy());
  return socket;
}

interface Setting {
  /** Options of the machine in the client configuration; by default the user's key alone. */
  readonly config?: string;
  readonly known?: string;
  readonly target?: Partial<SshTarget>;
  readonly credentials?: SshCredentials;
}

/** Connects to a port of loopback; the files are those of this one call. */
async function connect(port: number, { config, known, target, credentials = {} }: Setting = {}): Promise<Host> {
  const configFile = join(folder, "config");
  const knownHosts = join(folder, "known_hosts");
  writeFileSync(knownHosts, known ?? `[127.0.0.1]:${port} ${keys.host.public}\n`);
  writeFileSync(
    configFile,
    `Host kvm-01\n  HostName 127.0.0.1\n  Port ${port}\n${config ?? `IdentityFile ${folder}/user`}\nHost *\n  User root\n  UserKnownHostsFile ${knownHosts}\n  GlobalKnownHostsFile /dev/null\n`,
  );
  const host = await connectSsh({ name: "kvm-01", address: "kvm-01", ...target }, credentials, { configFile });
  ends.push(() => host.close());
  return host;
}

/** The error of something that has to fail, which is never anything but a HostError in clean words. */
async function failure(promise: Promise<unknown>): Promise<HostError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof HostError)) throw new Error(`expected a HostError, not ${String(error)}`, { cause: error });
  for (const secret of Object.values(SECRETS)) expect(error.message).not.toContain(secret);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is what is checked.
  expect(error.message).not.toMatch(/[\u0000-\u0009\u000b-\u001f]|undefined|\[object|^\s+at /m);
  return error;
}

async function startListener(onConnection: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  return typeof address === "object" ? (address?.port ?? 0) : 0;
}

/** A way to a server that can be made to let nothing through any more, without a sign. */
function startRelay(server: TestServer, { isOpen }: { readonly isOpen: () => boolean }): Promise<number> {
  return startListener((socket) => {
    const inner = connectTo(server.port);
    socket.on("data", (chunk) => isOpen() && inner.write(chunk));
    inner.on("data", (chunk) => isOpen() && socket.write(chunk));
  });
}

describe("commands", () => {
  it("run with sh, and both outputs come back as they are", async () => {
    const server = await startServer();
    const host = await connect(server.port);
    expect(host.label).toBe(`kvm-01 (127.0.0.1:${server.port})`);
    const script = "printf 'zwölf 雪 \\360\\237\\246\\200'; echo \"$0 $#\" >&2";
    expect(await host.run({ step: "s", script })).toEqual({ stdout: "zwölf 雪 🦀", stderr: "sh 0\n" });
    expect(server.commands).toEqual(["exec sh -s"]);
  });

  it("run one after the other and side by side on one connection", async () => {
    const server = await startServer();
    const host = await connect(server.port);
    const numbers = [1, 2, 3, 4, 5, 6, 7, 8];
    const outputs = await Promise.all(numbers.map((n) => host.run({ step: `${n}`, script: `echo ${n}` })));
    expect(outputs.map(({ stdout }) => stdout)).toEqual(numbers.map((n) => `${n}\n`));
    expect(server.openConnections).toBe(1);
  });

  it("take a script of megabytes, and give megabytes back", async () => {
    const host = await connect((await startServer()).port);
    const text = `${"0123456789abcdé\n".repeat(200_000)}`;
    const { stdout } = await host.run({ step: "s", script: `cat <<'EOF'\n${text}EOF\n` });
    expect(stdout === text).toBe(true);
  });

  it("that do not read all of their script have their exit code", async () => {
    const host = await connect((await startServer()).port);
    const rest = `# ${"x".repeat(5_000_000)}`;
    expect((await failure(host.run({ step: "s", script: `exit 7\n${rest}` }))).message).toContain("s: exit code 7.");
  });

  it("that fail are told with step, exit code and the last of stderr", async () => {
    const server = await startServer();
    const host = await connect(server.port);
    const script = "for i in $(seq 30); do echo \"line $i\" >&2; done; printf '\\033[31mred\\r\\n\\tend' >&2; exit 3";
    const error = await failure(host.run({ step: "apply openvswitch", script }));
    expect(error.kind).toBe("command");
    const lines = [
      "line 23",
      "line 24",
      "line 25",
      "line 26",
      "line 27",
      "line 28",
      "line 29",
      "line 30",
      "[31mred",
      "end",
    ];
    expect(error.message).toBe(
      `kvm-01 (127.0.0.1:${server.port}): apply openvswitch: exit code 3. It said:\n${lines.map((line) => `  ${line}`).join("\n")}`,
    );
    expect((await host.run({ step: "next", script: "echo on" })).stdout).toBe("on\n");
  });

  it("find their input empty, and may be empty themselves", async () => {
    const host = await connect((await startServer()).port);
    const script = "cat; echo after # comment";
    expect((await host.run({ step: "s", script })).stdout).toBe("after\n");
    expect(await host.run({ step: "s", script: "" })).toEqual({ stdout: "", stderr: "" });
    expect((await host.run({ step: "s", script: "# only a comment" })).stdout).toBe("");
  });

  it("that do not arrive whole do not run", async () => {
    const mark = join(folder, "half");
    let isOpen = true;
    const server = await startServer();
    const host = await connect(await startRelay(server, { isOpen: () => isOpen }));
    const running = failure(host.run({ step: "apply", script: `touch ${mark}\n# ${"x".repeat(8_000_000)}` }));
    await vi.waitFor(() => expect(server.commands).toHaveLength(1));
    isOpen = false;
    await server.cut();
    await host.close();
    expect((await running).kind).toBe("unreachable");
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(existsSync(mark)).toBe(false);
  });

  it("that a signal ends are told with the signal", async () => {
    const host = await connect((await startServer()).port);
    expect((await failure(host.run({ step: "s", script: "kill -9 $$" }))).message).toContain("s: ended by SIGKILL.");
  });

  it("that print without end are stopped", async () => {
    const server = await startServer();
    const host = await connect(server.port);
    const error = await failure(host.run({ step: "s", script: "exec cat /dev/zero" }));
    expect(error).toMatchObject({ kind: "command" });
    expect(error.message).toContain("s: printed more than 16 MiB and was stopped.");
  });

  it("that do not end in time are stopped, and the connection lives on", async () => {
    const server = await startServer();
    const host = await connect(server.port);
    const mark = join(folder, "still-there");
    const script = `echo waiting >&2; sleep 0.8; touch ${mark}`;
    const error = await failure(host.run({ step: "apply", script, timeoutSeconds: 0.3 }));
    expect(error.kind).toBe("timeout");
    expect(error.message).toContain(
      "apply: did not end within 0.3 s and was stopped. Whether it changed anything is not known.",
    );
    expect(error.message).toContain("It said:\n  waiting");
    const { stdout } = await host.run({ step: "look", script: `sleep 0.8; test -e ${mark} || echo stopped` });
    expect(stdout).toBe("stopped\n");
  });

  it.each<[string, (channel: ServerChannel, cut: () => void) => void]>([
    ["the connection is cut", (_channel, cut) => cut()],
    ["the session ends without a word", (channel) => channel.end()],
  ])("are unreachable when %s", async (_name, end) => {
    const server = await startServer({
      onExec: (channel, connection) => {
        channel.write("half of");
        setTimeout(() => end(channel, () => connection.end()), 50);
      },
    });
    const host = await connect(server.port);
    const error = await failure(host.run({ step: "apply openvswitch", script: "true" }));
    expect(error.kind).toBe("unreachable");
    expect(error.message).toContain(
      "apply openvswitch: the connection was cut while this ran. Whether it changed anything is not known. Run pulumi up again",
    );
  });

  it("on a connection that is gone are unreachable at once", async () => {
    const server = await startServer({ onExec: (_channel, connection) => connection.end() });
    const host = await connect(server.port);
    await failure(host.run({ step: "first", script: "true" }));
    expect((await failure(host.run({ step: "second", script: "true" }))).kind).toBe("unreachable");
    await host.close();
  });

  it("that the server does not take are told", async () => {
    const host = await connect((await startServer({ refusesExec: true })).port);
    const error = await failure(host.run({ step: "s", script: "true" }));
    expect(error).toMatchObject({ kind: "command" });
    expect(error.message).toContain("s: the machine's SSH server runs no command");
  });
});

describe("host keys", () => {
  it("that nobody knows are refused: what was presented, where we looked, how to accept it", async () => {
    const server = await startServer();
    const error = await failure(connect(server.port, { known: "" }));
    expect(error.kind).toBe("hostKey");
    expect(error.message).toBe(
      `kvm-01 (127.0.0.1:${server.port}): its host key ssh-ed25519 ${keys.host.fingerprint} is not known. Looked for [127.0.0.1]:${server.port} in ${folder}/known_hosts, /dev/null. Compare the fingerprint with the machine's own (on its console: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub); if they are equal, either accept it for all of this computer's SSH (ssh-keyscan -p ${server.port} 127.0.0.1 >> ${folder}/known_hosts), or set ssh.hostKey: "${keys.host.fingerprint}" for kvm-01 in the environment file. Nothing was sent to the machine.`,
    );
    expect(server.tries).toEqual([]);
  });

  it.each<[string, (port: number) => string]>([
    ["a weaker StrictHostKeyChecking", () => "StrictHostKeyChecking no"],
    ["accept-new", () => "StrictHostKeyChecking accept-new"],
  ])("are refused with %s too", async (_name, option) => {
    const server = await startServer();
    const config = `  IdentityFile ${folder}/user\n  ${option(server.port)}`;
    expect((await failure(connect(server.port, { known: "", config }))).kind).toBe("hostKey");
  });

  it("that are not the known one are refused, with file and line", async () => {
    const server = await startServer();
    const known = `# first\n[127.0.0.1]:${server.port} ${keys.otherHost.public}\n`;
    const error = await failure(connect(server.port, { known }));
    expect(error.kind).toBe("hostKey");
    expect(error.message).toContain(
      `is not the one known for [127.0.0.1]:${server.port}: ${folder}/known_hosts:2 (ssh-ed25519). Somebody may be answering in its place.`,
    );
    expect(server.tries).toEqual([]);
  });

  it("that are revoked are refused, even when the environment file names them", async () => {
    const server = await startServer();
    const known = `@revoked * ${keys.host.public}\n`;
    const error = await failure(connect(server.port, { known, target: { hostKey: keys.host.fingerprint } }));
    expect(error.message).toContain(`is marked @revoked in ${folder}/known_hosts:1`);
  });

  it("of a certificate authority: said that it does not help", async () => {
    const error = await failure(
      connect((await startServer()).port, { known: `@cert-authority * ${keys.host.public}\n` }),
    );
    expect(error.message).toContain(
      `Only a certificate authority is known for it (${folder}/known_hosts:1); multiport does not read host certificates.`,
    );
  });

  it.each<[string, (port: number) => Setting]>([
    ["in known_hosts by its plain name", () => ({ known: `127.0.0.1 ${keys.host.public}` })],
    [
      "in known_hosts by HostKeyAlias",
      () => ({ known: `alias ${keys.host.public}`, config: `HostKeyAlias alias\nIdentityFile ${folder}/user` }),
    ],
    ["by fingerprint in the environment file", () => ({ known: "", target: { hostKey: keys.host.fingerprint } })],
    [
      "by fingerprint, against known_hosts",
      (port) => ({ known: `[127.0.0.1]:${port} ${keys.otherHost.public}`, target: { hostKey: keys.host.fingerprint } }),
    ],
  ])("are accepted %s", async (_name, setting) => {
    const server = await startServer();
    await expect(connect(server.port, setting(server.port))).resolves.toBeDefined();
  });

  it("the plain name does not accuse another port", async () => {
    const error = await failure(connect((await startServer()).port, { known: `127.0.0.1 ${keys.otherHost.public}` }));
    expect(error.message).toContain("is not known.");
  });

  it("of a server with several keys: the known type is asked for", async () => {
    const server = await startServer({ hostKeys: [keys.host, keys.ecdsaHost] });
    const known = `[127.0.0.1]:${server.port} ${keys.ecdsaHost.public}`;
    await expect(connect(server.port, { known })).resolves.toBeDefined();
  });

  it("of a server with several keys: a fingerprint of any of them is found", async () => {
    const server = await startServer({ hostKeys: [keys.host, keys.ecdsaHost] });
    await expect(
      connect(server.port, { known: "", target: { hostKey: keys.ecdsaHost.fingerprint } }),
    ).resolves.toBeDefined();
    const error = await failure(connect(server.port, { target: { hostKey: keys.otherHost.fingerprint } }));
    expect(error.message).toContain(
      `its host key is ssh-ed25519 ${keys.host.fingerprint}, ecdsa-sha2-nistp256 ${keys.ecdsaHost.fingerprint}, but the environment file says ${keys.otherHost.fingerprint}.`,
    );
  });
});

describe("logging in", () => {
  it("with the identity file of the environment file, before all others", async () => {
    const server = await startServer();
    await connect(server.port, {
      config: `  IdentityFile ${folder}/stranger`,
      target: { identityFile: join(folder, "user") },
    });
    expect(server.tries).toEqual(["root publickey"]);
  });

  it("with an encrypted key and its passphrase", async () => {
    const server = await startServer({ users: { key: keys.locked } });
    const target = { identityFile: join(folder, "locked") };
    await expect(connect(server.port, { target, credentials: SECRETS })).resolves.toBeDefined();
  });

  it.each<[string, SshCredentials, string]>([
    ["no", {}, "is encrypted and there is no passphrase. Give it: pulumi config set --secret multiport:sshPassphrase"],
    ["a wrong", { passphrase: "wrong" }, "does not open with the passphrase in multiport:sshPassphrase."],
  ])("with an encrypted key and %s passphrase fails", async (_name, credentials, said) => {
    const server = await startServer({ users: { key: keys.locked } });
    const target = { identityFile: join(folder, "locked") };
    const required = await failure(connect(server.port, { target, credentials }));
    expect(required.kind).toBe("authentication");
    expect(required.message).toContain(`ssh.identityFile ${folder}/locked ${said}`);
    const optional = await failure(connect(server.port, { config: `IdentityFile ${folder}/locked`, credentials }));
    expect(optional.kind).toBe("authentication");
    expect(optional.message).toContain(`Not offered: ${folder}/locked ${said}`);
  });

  it("with a key file that is not there is invalid", async () => {
    const error = await failure(connect((await startServer()).port, { target: { identityFile: "/nonexistent/key" } }));
    expect(error.kind).toBe("invalid");
    expect(error.message).toContain("ssh.identityFile /nonexistent/key does not exist.");
  });

  it("with a password", async () => {
    const server = await startServer({ users: { password: SECRETS.password } });
    await connect(server.port, { credentials: SECRETS });
    expect(server.tries).toEqual(["root password"]);
  });

  it("with a password asked for by keyboard-interactive", async () => {
    const server = await startServer({ users: { keyboardPassword: SECRETS.password } });
    await connect(server.port, { credentials: SECRETS });
    expect(server.tries).toEqual(["root keyboard-interactive"]);
  });

  it("with a wrong password tries it once", async () => {
    const server = await startServer({ users: { password: "other", keyboardPassword: "other" } });
    const error = await failure(connect(server.port, { credentials: SECRETS }));
    expect(error.kind).toBe("authentication");
    expect(error.message).toContain(
      "Offered: the password of multiport:sshPassword. The machine accepts: password, keyboard-interactive.",
    );
    expect(server.tries).toEqual(["root password"]);
  });

  it("with nothing that fits says what was offered and what the server takes", async () => {
    const server = await startServer({ users: { key: keys.user, password: "other" } });
    const error = await failure(
      connect(server.port, { config: `IdentityFile ${folder}/stranger\nIdentityFile /nonexistent/key` }),
    );
    expect(error.kind).toBe("authentication");
    expect(error.message).toContain(
      `user root could not log in. Offered: ${folder}/stranger. The machine accepts: publickey, password. Not offered: /nonexistent/key does not exist. Name the right key with ssh.identityFile and the user with ssh.user, or give its password: pulumi config set --secret multiport:sshPassword.`,
    );
  });
});

describe("logging in by an agent", () => {
  let socket: string;
  beforeEach(async () => {
    socket = join(folder, `agent-${ends.length}-${Date.now()}`);
    const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: ["ignore", "pipe", "ignore"] });
    ends.push(() => new Promise((resolve) => agent.once("exit", resolve) && agent.kill()));
    await new Promise((resolve) => agent.stdout.once("data", resolve));
    vi.stubEnv("SSH_AUTH_SOCK", socket);
  });

  const add = (...names: string[]) => {
    for (const name of names) execFileSync("ssh-add", ["-q", join(folder, name)], { stdio: "ignore" });
  };

  it("takes a key that no file names", async () => {
    add("stranger", "user");
    const server = await startServer();
    await connect(server.port, { config: "" });
    expect(server.tries).toEqual(["root publickey"]);
  });

  it("with IdentitiesOnly takes only keys of files, and one whose file is only public", async () => {
    add("user");
    const server = await startServer();
    const only = `IdentitiesOnly yes\nIdentityFile ${folder}/stranger`;
    expect((await failure(connect(server.port, { config: only }))).kind).toBe("authentication");
    await expect(
      connect(server.port, { config: `IdentitiesOnly yes\nIdentityFile ${folder}/user.pub` }),
    ).resolves.toBeDefined();
  });

  it("that does not answer is told, and files are used", async () => {
    vi.stubEnv("SSH_AUTH_SOCK", "/nonexistent/agent");
    const server = await startServer();
    await expect(connect(server.port)).resolves.toBeDefined();
    const error = await failure(connect(server.port, { config: `IdentityFile ${folder}/stranger` }));
    expect(error.message).toContain("Not offered: the SSH agent at /nonexistent/agent does not answer.");
  });
});

describe("jump hosts", () => {
  const config = (jump: TestServer, { extra = "" } = {}) =>
    `  IdentityFile ${folder}/user\n  ProxyJump bastion\nHost bastion\n  HostName 127.0.0.1\n  Port ${jump.port}\n  IdentityFile ${folder}/user\n${extra}`;
  const known = (...servers: TestServer[]) =>
    servers.map(({ port }) => `[127.0.0.1]:${port} ${keys.host.public}\n`).join("");

  it("carry the connection, and nothing stays open at the end", async () => {
    const [jump, server] = [await startServer(), await startServer()];
    const host = await connect(server.port, { config: config(jump), known: known(jump, server) });
    expect((await host.run({ step: "s", script: "echo far" })).stdout).toBe("far\n");
    expect([jump.openConnections, server.openConnections]).toEqual([1, 1]);
    expect(jump.commands).toEqual([]);
    await host.close();
    await vi.waitFor(() => expect([jump.openConnections, server.openConnections]).toEqual([0, 0]));
  });

  it("have their own host key check", async () => {
    const [jump, server] = [await startServer(), await startServer()];
    const error = await failure(connect(server.port, { config: config(jump), known: known(server) }));
    expect(error.kind).toBe("hostKey");
    expect(error.message).toContain(`bastion (127.0.0.1:${jump.port}): its host key`);
    const second = await failure(connect(server.port, { config: config(jump), known: known(jump) }));
    expect(second.message).toContain(
      `run on bastion (127.0.0.1:${jump.port}): ssh-keyscan -p ${server.port} 127.0.0.1`,
    );
    await vi.waitFor(() => expect(jump.openConnections).toBe(0));
  });

  it("that cannot reach the machine say so", async () => {
    const jump = await startServer();
    const error = await failure(connect(1, { config: `  ConnectTimeout 1\n${config(jump)}`, known: known(jump) }));
    expect(error.kind).toBe("unreachable");
    expect(error.message).toContain(
      `kvm-01 (127.0.0.1:1): cannot be reached through bastion (127.0.0.1:${jump.port}): the jump host says:`,
    );
  });
});

describe("machines that cannot be reached", () => {
  it("because the name does not resolve", async () => {
    const error = await failure(
      connect(22, { config: "Host *\n  ConnectTimeout 1", target: { address: "kvm-01.invalid" } }),
    );
    expect(error.kind).toBe("unreachable");
    expect(error.message).toMatch(
      /^kvm-01 \(kvm-01\.invalid:22\): cannot be reached: the name kvm-01\.invalid (does not resolve\. Check the machine's address|could not be looked up now)/,
    );
  });

  it("because nothing listens; tried a few times", async () => {
    const start = Date.now();
    const error = await failure(connect(1));
    expect(error.kind).toBe("unreachable");
    expect(error.message).toBe(
      "kvm-01 (127.0.0.1:1): cannot be reached: nothing listens on port 1 of 127.0.0.1 (connection refused). Check that its SSH server runs, and ssh.port.",
    );
    expect(Date.now() - start).toBeGreaterThan(1900);
  });

  it("at first, and then are", async () => {
    let count = 0;
    const server = await startServer();
    const port = await startListener((socket) => {
      count += 1;
      if (count === 1) socket.destroy();
      else socket.pipe(connectTo(server.port)).pipe(socket);
    });
    await expect(connect(port)).resolves.toBeDefined();
    expect(count).toBe(2);
  });

  it.each<[string, (socket: Socket) => void, string]>([
    ["it hangs", () => {}, "is not an SSH server, or it hangs. Check ssh.port."],
    [
      "it speaks something else",
      (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"),
      "is not an SSH server, or it hangs. Check ssh.port.",
    ],
  ])("because %s", async (_name, onConnection, said) => {
    const port = await startListener(onConnection);
    const error = await failure(connect(port, { config: "  ConnectTimeout 1" }));
    expect(error.kind).toBe("unreachable");
    expect(error.message).toContain(said);
  });

  it("any more: a silent connection is noticed", async () => {
    let isOpen = true;
    const port = await startRelay(await startServer(), { isOpen: () => isOpen });
    const host = await connect(port, {
      config: `  IdentityFile ${folder}/user\n  ServerAliveInterval 1\n  ServerAliveCountMax 1`,
    });
    const running = failure(host.run({ step: "apply", script: "sleep 30", timeoutSeconds: 30 }));
    isOpen = false;
    expect((await running).kind).toBe("unreachable");
    await host.close();
  });

  it("close does not hang on a machine that has gone silent", async () => {
    let isOpen = true;
    const port = await startRelay(await startServer(), { isOpen: () => isOpen });
    const host = await connect(port);
    isOpen = false;
    const start = Date.now();
    await host.close();
    expect(Date.now() - start).toBeLessThan(3000);
  });
});
