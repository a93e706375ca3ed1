// Targets completed with the OpenSSH client configuration. `ssh -G` is the judge wherever it says the same things. I/O: temporary files.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HostError } from "../../providers/host/host.js";
import { parseJump } from "../../providers/host/jump.js";
import { resolveSettings, type SshSettings } from "../../providers/host/sshSettings.js";
import type { SshTarget } from "../../providers/model/ssh.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ssh-settings-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function writeConfig(text: string, name = "config"): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function resolve(text: string, target: Partial<SshTarget> = {}): SshSettings {
  return resolveSettings({ name: "kvm-01", address: "kvm-01", ...target }, { configFile: writeConfig(text) });
}

/** What ssh would use for a host, in the words of `ssh -G`. */
function sshSays(file: string, host: string): Map<string, string[]> {
  const said = new Map<string, string[]>();
  for (const line of execFileSync("ssh", ["-G", "-F", file, host], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).split("\n")) {
    const [keyword = "", ...rest] = line.split(" ");
    said.set(keyword, [...(said.get(keyword) ?? []), rest.join(" ")]);
  }
  return said;
}

const DEFAULT_KEYS = ["id_rsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk", "id_xmss", "id_dsa"];

/** Both readings in the same words; ssh -G leaves tildes and tokens of files as they are written. */
function bothReadings(text: string, host: string): { ours: object; theirs: object } {
  const file = writeConfig(text);
  const ours = resolveSettings({ name: host, address: host }, { configFile: file });
  const said = sshSays(file, host);
  const identities = (said.get("identityfile") ?? []).filter(
    (name) => !DEFAULT_KEYS.some((key) => name === `~/.ssh/${key}`),
  );
  return {
    ours: {
      host: ours.host,
      port: String(ours.port),
      user: ours.user,
      identityFiles: ours.identityFiles.map(({ path }) => path).filter((path) => !path.includes("/.ssh/id_")),
      isIdentitiesOnly: ours.isIdentitiesOnly ? "yes" : "no",
      knownHosts: ours.knownHostsFiles.filter((path) => path.startsWith("/tmp")),
      jump: ours.jump?.name,
    },
    theirs: {
      host: said.get("hostname")?.[0],
      port: said.get("port")?.[0],
      user: said.get("user")?.[0],
      identityFiles: identities,
      isIdentitiesOnly: said.get("identitiesonly")?.[0],
      knownHosts: [...(said.get("userknownhostsfile") ?? []), ...(said.get("globalknownhostsfile") ?? [])]
        .flatMap((files) => files.split(" "))
        .filter((path) => path.startsWith("/tmp")),
      jump: said
        .get("proxyjump")?.[0]
        ?.split(/[:@]/)
        .find((part) => part !== "root" && part !== "2222"),
    },
  };
}

describe("the client configuration is read as ssh reads it", () => {
  it.each([
    ["nothing", "", "kvm-01"],
    ["a host", "Host kvm-01\n  HostName 10.0.0.1\n  Port 2222\n  User admin\n", "kvm-01"],
    ["another host", "Host kvm-02\n  HostName 10.0.0.1\n", "kvm-01"],
    ["the first value", "Host kvm-*\n  User a\n  Port 1\nHost kvm-01\n  User b\n  HostName x\n", "kvm-01"],
    ["values before any Host", "User top\nHost kvm-01\n  User inner\n", "kvm-01"],
    ["negation", "Host kvm-* !kvm-01\n  User a\nHost *\n  User b\n", "kvm-01"],
    ["negation of another", "Host kvm-* !kvm-01\n  User a\nHost *\n  User b\n", "kvm-02"],
    ["a question mark that stands for one", "Host kvm-0?\n  User a\nHost *\n  User b\n", "kvm-0"],
    ["a dot that is no wildcard", "Host a.b\n  User a\nHost *\n  User b\n", "axb"],
    ["several names", "Host a kvm-01 b\n  User a\n", "kvm-01"],
    ["keywords in any case, with = and quotes", 'host kvm-01\n  hostNAME = "10.0.0.9"\n  USER="me"\n', "kvm-01"],
    ["%h in HostName", "Host kvm-*\n  HostName %h.example.net\n", "kvm-01"],
    [
      "all identity files",
      "Host kvm-01\n  IdentityFile /tmp/a\nHost *\n  IdentityFile /tmp/b\n  IdentityFile /tmp/a\n  IdentitiesOnly yes\n",
      "kvm-01",
    ],
    [
      "known_hosts files",
      "UserKnownHostsFile /tmp/u1 /tmp/u2\nGlobalKnownHostsFile /tmp/g\nUserKnownHostsFile /tmp/no\n",
      "kvm-01",
    ],
    ["Match all", "Match all\n  User a\n", "kvm-01"],
    ["Match host, after HostName", "Host kvm-01\n  HostName 10.0.0.1\nMatch host 10.0.0.*\n  User a\n", "kvm-01"],
    ["Match originalhost", "Host kvm-01\n  HostName x\nMatch originalhost kvm-01,other\n  User a\n", "kvm-01"],
    ["Match with negation", "Match !host kvm-01\n  User a\nMatch host *,!kvm-02\n  Port 77\n", "kvm-01"],
    ["Match user", "Host kvm-01\n  User admin\nMatch user admin\n  Port 77\n", "kvm-01"],
    ["Match localuser", `Match localuser ${userInfo().username}\n  Port 77\n`, "kvm-01"],
    ["Match exec that succeeds", 'Match exec "test %h = kvm-01"\n  Port 77\n', "kvm-01"],
    ["Match exec that fails", 'Match exec "exit 1"\n  Port 77\n', "kvm-01"],
    [
      "Match final",
      "Match final host kvm-01.example.net\n  Port 77\nHost kvm-01\n  HostName kvm-01.example.net\n",
      "kvm-01",
    ],
    ["ProxyJump", "Host kvm-01\n  ProxyJump root@bastion:2222\n", "kvm-01"],
    ["ProxyJump none", "Host kvm-01\n  ProxyJump none\nHost *\n  ProxyJump bastion\n", "kvm-01"],
    ["comments", "# a\nHost kvm-01 # b\n  User me # c\n", "kvm-01"],
  ])("%s", (_name, text, host) => {
    const { ours, theirs } = bothReadings(text, host);
    expect(ours).toEqual(theirs);
  });

  it("with Include: wildcards, in the order of names, and within its section only", () => {
    const [a] = [
      writeConfig("User a\nHost kvm-02\n  Port 2\n", "conf.d/10-a"),
      writeConfig("User b\nPort 3\n", "conf.d/20-b"),
    ];
    const text = `Include ${join(dirname(a), "*")}\n`;
    expect(bothReadings(text, "kvm-01").ours).toMatchObject({ user: "a", port: "3" });
    for (const host of ["kvm-01", "kvm-02"]) {
      const around = `Host kvm-02\n  Include ${a}\n  HostName x\nHost *\n  User c\n`;
      for (const each of [text, around]) {
        const { ours, theirs } = bothReadings(each, host);
        expect(ours).toEqual(theirs);
      }
    }
  });
});

describe("the environment file", () => {
  it("wins over the client configuration", () => {
    const settings = resolve("Host kvm-01\n  Port 1\n  User a\n  IdentityFile /tmp/b\n  ProxyJump no\n", {
      port: 2,
      user: "b",
      identityFile: "/tmp/%r-%p",
      jump: { name: "j", address: "j", user: "c" },
    });
    expect(settings).toMatchObject({ port: 2, user: "b", jump: { name: "j", user: "c" } });
    expect(settings.identityFiles).toEqual([
      { path: "/tmp/b-2", isRequired: true },
      { path: "/tmp/b", isRequired: false },
    ]);
  });
});

describe("names in known_hosts", () => {
  it.each<[string, string, object]>([
    ["", "kvm-01", { knownHostsName: "kvm-01" }],
    [
      "HostName H.example.net\nPort 2222",
      "kvm-01",
      { knownHostsName: "[h.example.net]:2222", knownHostsPlainName: "h.example.net" },
    ],
    ["HostKeyAlias Alias\nPort 2222", "kvm-01", { knownHostsName: "alias" }],
  ])("%j", (text, address, expected) => {
    const { knownHostsName, knownHostsPlainName } = resolve(text, { address });
    expect({ knownHostsName, ...(knownHostsPlainName ? { knownHostsPlainName } : {}) }).toEqual(expected);
  });
});

it("seconds: ours unless the configuration gives some", () => {
  expect(resolve("")).toMatchObject({ connectTimeoutSeconds: 15, keepaliveSeconds: 10, keepaliveTries: 3 });
  expect(resolve("ConnectTimeout 3\nServerAliveInterval 4\nServerAliveCountMax 5")).toMatchObject({
    connectTimeoutSeconds: 3,
    keepaliveSeconds: 4,
    keepaliveTries: 5,
  });
  expect(resolve("ConnectTimeout 0\nServerAliveInterval 0")).toMatchObject({
    connectTimeoutSeconds: 15,
    keepaliveSeconds: 10,
  });
});

describe("jump hosts", () => {
  it("each have their own configuration, and lead to the next", () => {
    const settings = resolve(
      "Host kvm-01\n  ProxyJump a,me@b:2222\nHost a\n  User au\n  ProxyJump z\nHost b\n  User bu\n  HostName b.example.net\n  ProxyJump no\n",
    );
    const chain: string[] = [];
    for (let hop: SshSettings | undefined = settings; hop; hop = hop.jump)
      chain.push(`${hop.user}@${hop.host}:${hop.port}`);
    const me = userInfo().username;
    expect(chain).toEqual([`${me}@kvm-01:22`, "me@b.example.net:2222", "au@a:22", `${me}@z:22`]);
  });

  it.each([
    ["bastion", { name: "bastion", address: "bastion" }],
    ["root@bastion:2222", { name: "bastion", address: "bastion", user: "root", port: 2222 }],
    ["ssh://root@bastion:2222", { name: "bastion", address: "bastion", user: "root", port: 2222 }],
    ["[2001:db8::1]:22", { name: "2001:db8::1", address: "2001:db8::1", port: 22 }],
    ["a@b@bastion", { name: "bastion", address: "bastion", user: "a@b" }],
  ])("%s", (value, hop) => {
    expect(parseJump(value, "kvm-01")).toEqual([hop]);
  });
});

describe("what cannot be followed is said", () => {
  it.each<[string, string, RegExp]>([
    [
      "a circle",
      "Host *\n  ProxyJump kvm-01",
      /jump hosts go round in a circle: kvm-01 -> kvm-01.*Correct ssh\.jump or ProxyJump/,
    ],
    ["ProxyCommand", "Host *\n  ProxyCommand nc %h %p", /kvm-01: .* reaches kvm-01 with ProxyCommand.*Use ProxyJump/],
    ["a broken file", 'Host "kvm', /config: cannot be read: .*Try: ssh -G -F/],
    ["a broken hop", "ProxyJump :", /ProxyJump ":" .*Write user@host:port/],
    ["a port", "Port many", /Port "many"/],
  ])("%s", (_name, text, message) => {
    expect(() => resolve(text)).toThrow(message);
    expect(() => resolve(text)).toThrow(HostError);
  });

  it("a file that is not there", () => {
    expect(() => resolveSettings({ name: "k", address: "k" }, { configFile: "/nonexistent/config" })).toThrow(
      "SSH client configuration /nonexistent/config: there is no such file. Correct the stack setting multiport:sshConfig.",
    );
  });

  it("ProxyCommand none is nothing, and ProxyJump before ProxyCommand wins", () => {
    expect(resolve("ProxyCommand none").jump).toBeUndefined();
    expect(resolve("Host kvm-01\n  ProxyJump j\n  ProxyCommand nc").jump?.name).toBe("j");
  });
});
