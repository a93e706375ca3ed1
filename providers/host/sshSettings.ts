// All that a connection needs to know, as one plain value: the target of the environment file completed with the OpenSSH
// client configuration. I/O: reads the configuration's files.
import type { SshTarget } from "../model/ssh.js";
import { type ClientOptions, clientTokens, readClientOptions } from "./clientConfig.js";
import { HostError } from "./host.js";
import { parseJump } from "./jump.js";
import { knownHostsName } from "./knownHosts.js";
import { expandPath } from "./tokens.js";

/** Where and how to connect, with every default filled in. Holds no secret. */
export interface SshSettings {
  /** The machine's name in the environment file. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The machine's name in known_hosts. */
  readonly knownHostsName: string;
  /** Without the port, tried when known_hosts has nothing under the name with it; absent where they are the same. */
  readonly knownHostsPlainName?: string;
  readonly knownHostsFiles: readonly string[];
  /** Fingerprint of the environment file; it wins over known_hosts. */
  readonly hostKey?: string;
  readonly identityFiles: readonly IdentityFile[];
  /** Keys of the agent only when they are among the identity files. */
  readonly isIdentitiesOnly: boolean;
  readonly agentSocket?: string;
  readonly connectTimeoutSeconds: number;
  readonly keepaliveSeconds: number;
  readonly keepaliveTries: number;
  readonly jump?: SshSettings;
}

export interface IdentityFile {
  readonly path: string;
  /** Named in the environment file: it has to be there and to open. */
  readonly isRequired: boolean;
}

const DEFAULT_IDENTITY_FILES = ["~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa"];
const DEFAULT_KNOWN_HOSTS = {
  user: ["~/.ssh/known_hosts", "~/.ssh/known_hosts2"],
  global: ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"],
};
const DEFAULT_CONNECT_TIMEOUT_SECONDS = 15;
const DEFAULT_KEEPALIVE = { seconds: 10, tries: 3 };
const MAX_JUMPS = 8;

/** How the user knows the machine: "kvm-01 (kvm-01.example.net:22)". */
export function labelOf({ name, host, port }: Pick<SshSettings, "name" | "host" | "port">): string {
  return `${name} (${host.includes(":") ? `[${host}]` : host}:${port})`;
}

/** Completes a target. Throws a HostError of kind "invalid" when the configuration cannot be followed. */
export function resolveSettings(target: SshTarget, { configFile }: { readonly configFile?: string } = {}): SshSettings {
  return resolve(target, { configFile, via: [] });
}

interface Context {
  readonly configFile: string | undefined;
  /** The machines that led here, each reached through the next. */
  readonly via: readonly string[];
  /** The hops are given: the client configuration's ProxyJump is not asked. */
  readonly jump?: SshTarget | "none";
}

function resolve(target: SshTarget, context: Context): SshSettings {
  if (context.via.length > MAX_JUMPS)
    throw new HostError(
      "invalid",
      `${target.name}: the jump hosts go round in a circle: ${[...context.via, target.name].join(" -> ")}. Correct ssh.jump or ProxyJump.`,
    );
  const options = readClientOptions({
    host: target.address,
    port: target.port,
    user: target.user,
    configFile: context.configFile,
  });
  refuseProxyCommand(target, options);
  const jump = resolveJump(target, { ...context, options });
  return { ...ownSettings(target, options), ...(jump === undefined ? {} : { jump }) };
}

function ownSettings(target: SshTarget, options: ClientOptions): SshSettings {
  const tokens = clientTokens(target.address, options);
  const [host, port] = [tokens.h, portOf(target, tokens.p)];
  const alias = first(options, "hostkeyalias");
  const paths = (values: readonly string[]) => values.map((value) => expandPath(value, tokens));
  const agentSocket = agentSocketOf(options, (path) => expandPath(path, tokens));
  return {
    name: target.name,
    host,
    port,
    user: tokens.r,
    knownHostsName: alias?.toLowerCase() ?? knownHostsName(host, port),
    ...(alias === undefined && port !== 22 ? { knownHostsPlainName: knownHostsName(host, 22) } : {}),
    knownHostsFiles: paths([
      ...filesOf(options, "userknownhostsfile", DEFAULT_KNOWN_HOSTS.user),
      ...filesOf(options, "globalknownhostsfile", DEFAULT_KNOWN_HOSTS.global),
    ]),
    ...(target.hostKey === undefined ? {} : { hostKey: target.hostKey }),
    identityFiles: identityFilesOf(target, options).map(({ path, isRequired }) => ({
      path: expandPath(path, tokens),
      isRequired,
    })),
    isIdentitiesOnly: first(options, "identitiesonly")?.toLowerCase() === "yes",
    ...(agentSocket === undefined ? {} : { agentSocket }),
    connectTimeoutSeconds: positive(first(options, "connecttimeout")) ?? DEFAULT_CONNECT_TIMEOUT_SECONDS,
    keepaliveSeconds: positive(first(options, "serveraliveinterval")) ?? DEFAULT_KEEPALIVE.seconds,
    keepaliveTries: positive(first(options, "serveralivecountmax")) ?? DEFAULT_KEEPALIVE.tries,
  };
}

function resolveJump(
  target: SshTarget,
  context: Context & { readonly options: ClientOptions },
): SshSettings | undefined {
  const { configFile, options } = context;
  const via = [...context.via, target.name];
  const jump = target.jump ?? context.jump;
  if (jump === "none") return undefined;
  if (jump !== undefined) return resolve(jump, { configFile, via });
  const hops = parseJump(first(options, "proxyjump"), target.name);
  // Of several hops only the first is reached as its own configuration says; each other is reached through the one before.
  return hops.reduce<SshSettings | undefined>((before, hop) => {
    if (before === undefined) return resolve(hop, { configFile, via });
    return { ...resolve(hop, { configFile, via, jump: "none" }), jump: before };
  }, undefined);
}

/** An agent of a command is not a connection of ours: its errors and its end cannot be told. */
function refuseProxyCommand({ name, address }: SshTarget, options: ClientOptions): void {
  const command = first(options, "proxycommand");
  if (command === undefined || command.toLowerCase() === "none") return;
  // ssh takes whichever of the two stands first; the map keeps the order in which they were met.
  const keywords = [...options.keys()];
  const jump = keywords.indexOf("proxyjump");
  if (jump !== -1 && jump < keywords.indexOf("proxycommand")) return;
  throw new HostError(
    "invalid",
    `${name}: the SSH client configuration reaches ${address} with ProxyCommand, which multiport does not run. Use ProxyJump there, or ssh.jump in the environment file.`,
  );
}

function identityFilesOf({ identityFile }: SshTarget, options: ClientOptions): IdentityFile[] {
  const configured = filesOf(options, "identityfile", []).map((path) => ({ path, isRequired: false }));
  if (identityFile !== undefined) return [{ path: identityFile, isRequired: true }, ...configured];
  if (options.has("identityfile")) return configured;
  return DEFAULT_IDENTITY_FILES.map((path) => ({ path, isRequired: false }));
}

function agentSocketOf(options: ClientOptions, expand: (path: string) => string): string | undefined {
  const value = first(options, "identityagent") ?? "SSH_AUTH_SOCK";
  if (value === "none") return undefined;
  if (value === "SSH_AUTH_SOCK") return process.env.SSH_AUTH_SOCK || undefined;
  return value.startsWith("$") ? process.env[value.replace(/[${}]/g, "")] : expand(value);
}

function portOf({ name }: SshTarget, text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port;
  throw new HostError("invalid", `${name}: Port "${text}" of the SSH client configuration is not a port (1-65535).`);
}

function filesOf(options: ClientOptions, keyword: string, absent: readonly string[]): string[] {
  return (options.get(keyword) ?? absent).filter((value) => value.toLowerCase() !== "none");
}

function first(options: ClientOptions, keyword: string): string | undefined {
  return options.get(keyword)?.[0];
}

/** Seconds or a count; 0 and "none" mean "not set" to us, because a dead connection has to be noticed. */
function positive(text: string | undefined): number | undefined {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? value : undefined;
}
