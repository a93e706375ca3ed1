// Stand-ins for KVM hosts, light enough for hundreds: an SSH server on loopback that runs what it is sent against the
// Open vSwitch database of the host that the user name says. The database server and ovs-vsctl are the real ones; there is
// no ovs-vswitchd behind them, and the host's network interfaces are two names. I/O.
import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import ssh2, { type AuthContext, type ParsedKey, type ServerChannel } from "ssh2";
import { generateKey } from "../lab/sshKey.js";
import { run } from "../lab/toolchain/command.js";

export interface Machines {
  /** OpenSSH client configuration of all of them. */
  readonly sshConfig: string;
  stop(): Promise<void>;
}

export async function startMachines(names: readonly string[]): Promise<Machines> {
  const folder = mkdtempSync(join(tmpdir(), "multiport-bench-"));
  await makeDatabases(folder, names);
  writeTools(join(folder, "bin"));
  const [hostKey, userKey] = [generateKey(), generateKey()];
  const server = new ssh2.Server({ hostKeys: [hostKey.private] }, (client) => {
    let machine = "";
    client.on("error", () => {});
    client.on("authentication", (context) => {
      if (!names.includes(context.username) || !isSignedBy(userKey.public, context))
        return context.reject(["publickey"]);
      machine = context.username;
      context.accept();
    });
    client.on("session", (acceptSession) =>
      acceptSession().on("exec", (accept, _reject, { command }) => execute(accept(), { command, folder, machine })),
    );
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
  writeFileSync(join(folder, "key"), userKey.private, { mode: 0o600 });
  writeFileSync(join(folder, "known_hosts"), `[127.0.0.1]:${port} ${hostKey.public}\n`);
  writeFileSync(join(folder, "ssh_config"), clientConfig(names, { folder, port }));
  return {
    sshConfig: join(folder, "ssh_config"),
    stop: () =>
      new Promise((resolve) =>
        server.close(() => {
          rmSync(folder, { recursive: true, force: true });
          resolve();
        }),
      ),
  };
}

const SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema";

async function makeDatabases(folder: string, names: readonly string[]): Promise<void> {
  if (!existsSync(SCHEMA))
    throw new Error(`${SCHEMA} is missing. Install Open vSwitch: apt-get install openvswitch-switch`);
  const empty = join(folder, "empty.db");
  await run("ovsdb-tool", ["create", empty, SCHEMA]);
  for (const name of names) {
    mkdirSync(join(folder, name));
    copyFileSync(empty, join(folder, name, "conf.db"));
  }
}

/** Without ovs-vswitchd nothing would ever take the configuration: ovs-vsctl is told not to wait for it. */
function writeTools(bin: string): void {
  const links = ["lo", "ens1f0", "ens2f0"].map((ifname) => ({ ifname }));
  const tools = {
    "ovs-vsctl": `exec /usr/bin/ovs-vsctl --no-wait --db="$OVSDB" "$@"`,
    ip: `echo '${JSON.stringify(links)}'`,
  };
  mkdirSync(bin);
  for (const [name, line] of Object.entries(tools))
    writeFileSync(join(bin, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
}

function isSignedBy(publicKey: string, context: AuthContext): boolean {
  if (context.method !== "publickey") return false;
  const known = ssh2.utils.parseKey(publicKey) as ParsedKey;
  if (context.key.algo !== known.type || !context.key.data.equals(known.getPublicSSH())) return false;
  // Without a signature the client only asks whether the key would do.
  if (!context.blob || !context.signature) return true;
  return known.verify(context.blob, context.signature, context.hashAlgo) === true;
}

/** ovsdb-server runs the command and ends with it. */
function execute(
  channel: ServerChannel,
  { command, folder, machine }: { readonly command: string; readonly folder: string; readonly machine: string },
): void {
  const home = join(folder, machine);
  const socket = `unix:${join(home, "db.sock")}`;
  const server = ["-vconsole:off", "--unixctl=none", `--remote=p${socket}`, `--run=${command}`, join(home, "conf.db")];
  const env = { PATH: [join(folder, "bin"), process.env.PATH ?? ""].join(delimiter), OVSDB: socket };
  const child = spawn("ovsdb-server", server, { env });
  channel.pipe(child.stdin);
  child.stdin.on("error", () => {});
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  child.on("error", (error) => channel.stderr.write(`${error.message}\n`));
  child.on("close", (code) => {
    channel.exit(code ?? 1);
    channel.end();
  });
}

function clientConfig(names: readonly string[], { folder, port }: { folder: string; port: number }): string {
  return `${names.map((name) => `Host ${name} ${name}.*\n  User ${name}\n`).join("")}
Host *
  HostName 127.0.0.1
  Port ${port}
  IdentityFile "${join(folder, "key")}"
  IdentitiesOnly yes
  UserKnownHostsFile "${join(folder, "known_hosts")}"
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  LogLevel ERROR
`;
}
