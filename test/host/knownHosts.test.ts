// What known_hosts files say of a host. OpenSSH's own ssh-keygen judges the matching. I/O: temporary files.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { judgeKey } from "../../providers/host/hostKeyVerdict.js";
import { findKnownHosts, knownHostsName, parseKnownHosts } from "../../providers/host/knownHosts.js";
import { makeKey, type TestKey } from "./testServer.js";

let folder: string;
let key: TestKey;
let other: TestKey;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "known-hosts-"));
  [key, other] = [makeKey("ed25519"), makeKey("ed25519")];
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Lines of the file that ssh-keygen finds for a name. */
function keygenLines(file: string, name: string): number[] {
  const { stdout } = spawnSync("ssh-keygen", ["-F", name, "-f", file], { encoding: "utf8" });
  return [...stdout.matchAll(/found: line (\d+)/g)].map(([, line]) => Number(line));
}

function ourLines(file: string, text: string, name: string): number[] {
  return findKnownHosts(parseKnownHosts(text, file), name).map(({ source }) => Number(source.split(":").at(-1)));
}

describe("lines that speak of a host", () => {
  it.each([
    ["kvm-01", "kvm-01", true],
    ["kvm-01", "KVM-01", true],
    ["kvm-01,10.0.0.1", "10.0.0.1", true],
    ["kvm-01", "kvm-011", false],
    ["kvm-01", "[kvm-01]:2222", false],
    ["[kvm-01]:2222", "[kvm-01]:2222", true],
    ["[kvm-01]:2222", "kvm-01", false],
    ["*.example.net", "a.b.example.net", true],
    ["*.example.net", "example.net", false],
    ["kvm-0?", "kvm-01", true],
    ["kvm-0?", "kvm-0", false],
    ["kvm-0?", "kvm-012", false],
    ["*.example.net,!bad.example.net", "good.example.net", true],
    ["*.example.net,!bad.example.net", "bad.example.net", false],
    ["!bad.example.net,*.example.net", "bad.example.net", false],
    ["!kvm-01", "kvm-02", false],
    ["[*.example.net]:22?", "[a.example.net]:229", true],
    ["kvm.01", "kvm-01", false],
    ["kvm+(a)", "kvm+(a)", true],
    ["2001:db8::1", "2001:db8::1", true],
    ["[2001:db8::1]:2222", "[2001:db8::1]:2222", true],
  ])("%s for %s: %s, and ssh-keygen says the same", (hosts, name, isMatch) => {
    const file = join(folder, "plain");
    const text = `# comment\n\n${hosts} ${key.public}\n`;
    writeFileSync(file, text);
    expect(ourLines(file, text, name)).toEqual(isMatch ? [3] : []);
    expect(keygenLines(file, name.toLowerCase())).toEqual(isMatch ? [3] : []);
  });

  it("are found when ssh-keygen has hashed them", () => {
    const file = join(folder, "hashed");
    writeFileSync(file, `kvm-01 ${key.public}\n[kvm-02]:2222 ${other.public}\n`);
    execFileSync("ssh-keygen", ["-H", "-f", file], { stdio: "ignore" });
    const text = execFileSync("cat", [file], { encoding: "utf8" });
    expect(text).not.toContain("kvm");
    expect(ourLines(file, text, "kvm-01")).toEqual([1]);
    expect(ourLines(file, text, "[kvm-02]:2222")).toEqual([2]);
    expect(ourLines(file, text, "kvm-02")).toEqual([]);
  });

  it("are only those that are whole", () => {
    const text = [
      "kvm-01",
      "kvm-01 ssh-ed25519",
      "kvm-01 ssh-ed25519 !!!!",
      `kvm-01 ssh-rsa ${key.public.split(" ")[1]}`,
      `@other kvm-01 ${key.public}`,
      `#kvm-01 ${key.public}`,
      `\t kvm-01\t${key.public} a comment # with more`,
    ].join("\r\n");
    expect(ourLines("f", text, "kvm-01")).toEqual([7]);
  });
});

it("the name has the port, unless it is 22", () => {
  expect(knownHostsName("KVM-01", 22)).toBe("kvm-01");
  expect(knownHostsName("KVM-01", 2222)).toBe("[kvm-01]:2222");
});

describe("what they say of a key", () => {
  const judge = (text: string) => judgeKey(findKnownHosts(parseKnownHosts(text, "f"), "kvm-01"), key.blob);

  it.each<[string, () => string, string]>([
    ["nothing", () => "", "unknown"],
    ["the key", () => `kvm-01 ${key.public}`, "known"],
    ["the key of another host", () => `kvm-02 ${key.public}`, "unknown"],
    ["another key", () => `kvm-01 ${other.public}`, "changed"],
    ["another key and this one", () => `kvm-01 ${other.public}\nkvm-01 ${key.public}`, "known"],
    ["the key, and that it is revoked", () => `kvm-01 ${key.public}\n@revoked * ${key.public}`, "revoked"],
    ["that another key is revoked", () => `@revoked * ${other.public}`, "unknown"],
    ["a certificate authority", () => `@cert-authority * ${key.public}`, "unknown"],
  ])("%s", (_name, text, kind) => {
    expect(judge(text()).kind).toBe(kind);
  });
});
