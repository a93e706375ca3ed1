// known_hosts files (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT): parsing, and what they say about a host. Pure.
import { createHmac } from "node:crypto";
import { matchPatternList } from "./patterns.js";

/** One usable line of a known_hosts file. */
export interface KnownHost {
  /** For messages: "/root/.ssh/known_hosts:12". */
  readonly source: string;
  readonly marker?: "cert-authority" | "revoked";
  /** Comma-separated patterns, or one hash, as they stand in the file. */
  readonly hosts: string;
  readonly type: string;
  readonly key: Buffer;
}

const HASH = /^\|1\|([^|]+)\|([^|]+)$/;

/** Reads all usable lines; what is no known_hosts line is passed over, as OpenSSH does. */
export function parseKnownHosts(text: string, file: string): KnownHost[] {
  return text.split("\n").flatMap((line, index) => parseLine(line, `${file}:${index + 1}`));
}

function parseLine(line: string, source: string): KnownHost[] {
  const words = line.trim().split(/\s+/);
  const marker = words[0]?.startsWith("@") ? words.shift()?.slice(1) : undefined;
  const [hosts, type, base64] = words;
  if (!hosts || hosts.startsWith("#") || !type || !base64) return [];
  if (marker !== undefined && marker !== "cert-authority" && marker !== "revoked") return [];
  const key = Buffer.from(base64, "base64");
  if (keyType(key) !== type) return [];
  return [{ source, hosts, type, key, ...(marker === undefined ? {} : { marker }) }];
}

/** The type that a public key in SSH's wire format names itself; undefined when it is none. */
export function keyType(key: Buffer): string | undefined {
  if (key.length < 4) return undefined;
  const end = 4 + key.readUInt32BE(0);
  return end <= key.length ? key.toString("latin1", 4, end) : undefined;
}

/** The name under which known_hosts keeps a machine: the port is part of it unless it is 22. */
export function knownHostsName(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/** The lines that speak of a host, by its known_hosts name. */
export function findKnownHosts(lines: readonly KnownHost[], name: string): KnownHost[] {
  return lines.filter((line) => isMatch(line.hosts, name.toLowerCase()));
}

function isMatch(hosts: string, name: string): boolean {
  const [, salt, hash] = HASH.exec(hosts) ?? [];
  if (salt && hash) return createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64") === hash;
  return matchPatternList(name, hosts.toLowerCase().split(","));
}
