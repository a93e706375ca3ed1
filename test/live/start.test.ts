// npm start and npm run stop as a user meets them, in copies of this checkout: from nothing, interrupted anywhere, twice at once,
// without root, and leaving nothing behind. The tools come from the cache that this run filled. I/O.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { whyNotNetns } from "../../lab/netns/requirements";
import { cacheFolder } from "../../lab/toolchain/cache";

const ROOT = join(__dirname, "..", "..");
const copies: string[] = [];

/** What a clone would hold, with what is not committed yet. */
function copyOfCheckout(): string {
  const folder = mkdtempSync(join(tmpdir(), "multiport-start-"));
  copies.push(folder);
  const list = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], { cwd: ROOT, encoding: "utf8" });
  for (const file of list.split("\0").filter((name) => name !== "" && existsSync(join(ROOT, name))))
    cpSync(join(ROOT, file), join(folder, file));
  return folder;
}

interface Outcome {
  readonly code: number | null;
  readonly text: string;
}

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
  /** Resolves when the text has come, or the run has ended without it. */
  readonly said: (text: string) => Promise<boolean>;
}

/** Runs a command in a process group of its own, so that a test can kill all of it as a terminal would. */
function run(folder: string, command: readonly string[], env: NodeJS.ProcessEnv = process.env): Run {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { cwd: folder, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      for (const listener of listeners) listener();
    });
  const ended = new Promise<Outcome>((resolve) => child.on("close", (code) => resolve({ code, text })));
  const said = (wanted: string) =>
    new Promise<boolean>((resolve) => {
      const look = () => text.includes(wanted) && resolve(true);
      listeners.add(look);
      look();
      void ended.then(() => resolve(text.includes(wanted)));
    });
  return { child, ended, said };
}

async function succeed(folder: string, command: readonly string[], env?: NodeJS.ProcessEnv): Promise<string> {
  const { code, text } = await run(folder, command, env).ended;
  expect(code, text).toBe(0);
  return text;
}

/** Processes whose command line or current folder lies in the folder. */
function processesOf(folder: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
        return command.includes(folder) ? [`${pid} ${command.slice(0, 200)}`] : [];
      } catch {
        return [];
      }
    });
}

let folder: string;
beforeAll(() => {
  folder = copyOfCheckout();
});
afterAll(async () => {
  for (const copy of copies) {
    if (existsSync(join(copy, "dist"))) await run(copy, ["npm", "run", "stop"]).ended;
    rmSync(copy, { recursive: true, force: true });
  }
});

const machines = whyNotNetns();

describe("npm start", () => {
  it("ends in the same place wherever it was interrupted before", async () => {
    const moments: [string, NodeJS.Signals][] = [
      ["installing the npm packages", "SIGKILL"],
      ["compiling the lab", "SIGINT"],
      ["compiling multiport", "SIGKILL"],
      ["starting the simulated vCenter", "SIGKILL"],
      ["hosts and guests: ", "SIGTERM"],
      ["=== what would be done", "SIGINT"],
      ["creating (0s)", "SIGKILL"],
      ["created (", "SIGINT"],
    ];
    for (const [moment, signal] of moments) {
      const { child, said, ended } = run(folder, ["npm", "start"]);
      expect(await said(moment), `${moment}: ${(await Promise.race([ended, { text: "" }])).text}`).toBe(true);
      process.kill(-(child.pid ?? 0), signal);
      await ended;
    }
    const text = await succeed(folder, ["npm", "start"]);
    expect(text).toContain("=== What exists now");
    expect(text).toContain("21 unchanged");
  });

  it.runIf(machines.length === 0)("names three things to try, and they do what they say", async () => {
    const text = await succeed(folder, ["npm", "start"]);
    const commands = [...(text.split("=== Three things to try")[1] ?? "").matchAll(/^ {5}(\S.*)$/gm)].map(
      ([, command]) => command ?? "",
    );
    expect(commands).toHaveLength(6);
    const outputs: string[] = [];
    for (const command of commands) outputs.push(await succeed(folder, ["sh", "-c", command]));
    const [, drift = "", repair = "", comment = "", destroy = "", stop = ""] = outputs;
    expect(drift).toMatch(/^ +- {3}-- set Port db-01-app vlan_mode=access tag=99/m);
    expect(drift).toMatch(/^ +\+ {3}-- set Port db-01-app vlan_mode=access tag=10/m);
    expect(repair).toContain("1 updated");
    expect(comment).toContain("**No machine changes.**");
    expect(destroy).toContain("21 deleted");
    expect(stop).toContain("The lab is down.");
    expect(processesOf(folder)).toEqual([]);
    expect(readdirSync(join(folder, ".lab"))).toEqual([]);
  });

  it("can run twice at once, in one checkout and in another", async () => {
    const other = copyOfCheckout();
    cpSync(join(ROOT, "node_modules"), join(other, "node_modules"), { recursive: true, verbatimSymlinks: true });
    const texts = await Promise.all([folder, folder, other].map((each) => succeed(each, ["npm", "start"])));
    for (const text of texts) expect(text).toContain("21 unchanged");
    expect(texts.join("\n")).toMatch(/waiting for process \d+, which is (?:using the lab of|setting) this checkout/);
    await succeed(other, ["npm", "run", "stop"]);
    expect(processesOf(other)).toEqual([]);
    if (machines.length === 0) expect(processesOf(folder)).not.toEqual([]);
  });
});

describe("npm start without root", () => {
  const isRoot = process.getuid?.() === 0;

  it.runIf(isRoot)("runs the vSphere part, and says what is left out, why, and how to get it", async () => {
    const copy = copyOfCheckout();
    const home = mkdtempSync(join(tmpdir(), "multiport-home-"));
    copies.push(home);
    cpSync(join(ROOT, "node_modules"), join(copy, "node_modules"), { recursive: true, verbatimSymlinks: true });
    cpSync(cacheFolder(), join(home, "cache"), { recursive: true });
    for (const each of [copy, home]) {
      execFileSync("chown", ["-R", "nobody", each]);
      chmodSync(each, 0o755);
    }
    const env = {
      PATH: process.env.PATH,
      HOME: home,
      MULTIPORT_CACHE: join(home, "cache"),
      GOMODCACHE: process.env.GOMODCACHE ?? join(homedir(), "go", "pkg", "mod"),
      GOFLAGS: "-mod=readonly",
    };
    const asNobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"];
    const text = await succeed(copy, [...asNobody, "npm", "start"], env);
    expect(text).toContain(
      "LEFT OUT: the KVM hosts and the guests. Only the vSphere and Hyper-V parts of the demo run, because",
    );
    expect(text).toMatch(/root/);
    expect(text).toContain("/dc1/network/dvs0");
    expect(text).toContain("Management on vs0");
    expect(text).toContain("Ethernet: 10.10.0.32/24");
    expect(text).not.toContain("dynamic/kvm:Host");
    await succeed(copy, [...asNobody, "npm", "run", "stop"], env);
    expect(processesOf(copy)).toEqual([]);
  });
});
