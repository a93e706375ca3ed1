// The toolchain's promises: same inputs are built once, an interrupted build leaves nothing, what is missing is said in words.
import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ensureDebianPackages } from "../../lab/packages";
import { loadLock } from "../../lab/toolchain/bootstrapModule";
import { cachedFolder } from "../../lab/toolchain/cache";
import { findOnPath } from "../../lab/toolchain/command";
import { ensureGoProgram, type GoProgram, goKey } from "../../lab/toolchain/goModule";
import { isNewEnough, versionIn } from "../../lab/toolchain/version";

const realPath = process.env.PATH ?? "";
let scratch: string;
let lines: string[];
const report = (line: string) => lines.push(line);

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "toolchain-test-"));
  lines = [];
  process.env.MULTIPORT_CACHE = join(scratch, "cache");
});

afterEach(() => {
  process.env.PATH = realPath;
  delete process.env.MULTIPORT_CACHE;
  vi.restoreAllMocks();
  rmSync(scratch, { recursive: true, force: true });
});

describe("a Go program in the cache", () => {
  it("is built once, also by two calls at the same time", async () => {
    installFakeGo();
    const program = writeModule();
    const both = await Promise.all([ensureGoProgram(program, { report }), ensureGoProgram(program, { report })]);
    expect(both.map(({ origin }) => origin).sort()).toEqual(["built", "cache"]);
    expect(goBuilds()).toBe(1);
    expect(lines).toContain("building hello with Go (usually 5 s, once)");
    expect(lines).toContain(`waiting for process ${process.pid}, which is building hello`);

    const again = await ensureGoProgram(program, { report });
    expect(again.origin).toBe("cache");
    expect(readFileSync(again.program, "utf8")).toBe("program\n");
    expect(goBuilds()).toBe(1);
  });

  it.each([
    ["main.go", "package main\n\nfunc main() { println(2) }\n"],
    ["go.mod", "module hello\n\ngo 1.22\n"],
    ["go.sum", "example.org/a v1.0.0 h1:x\n"],
    ["schema.json", "{}"],
  ])("has another key when %s changes", async (file, text) => {
    installFakeGo();
    const program = writeModule();
    const before = await goKey([program]);
    writeFileSync(join(program.folder, file), text);
    expect(await goKey([program])).not.toBe(before);
  });

  it("has another key for another Go and for other linker variables, and the same for another test or folder", async () => {
    installFakeGo();
    const program = writeModule();
    const key = await goKey([program]);
    expect(await goKey([{ ...program, variables: { "main.Version": "2" } }])).not.toBe(key);
    writeFileSync(join(program.folder, "main_test.go"), "package main\n");
    expect(await goKey([program])).toBe(key);
    expect(await goKey([writeModule("elsewhere")])).toBe(key);
    installFakeGo({ version: "go1.98" });
    expect(await goKey([program])).not.toBe(key);
  });

  it("leaves nothing half-made when the build fails, and says what Go said", async () => {
    installFakeGo({ failure: "main.go:3:1: syntax error" });
    await expect(ensureGoProgram(writeModule(), { report })).rejects.toThrow(
      /hello could not be built: exit code 1\n {2}main.go:3:1: syntax error. It is needed to say hello. .*go build/s,
    );
    expect(cacheEntries()).toEqual([]);
    installFakeGo();
    expect((await ensureGoProgram(writeModule(), { report })).origin).toBe("built");
  });

  it("says what is missing, why it is needed and how to get it when there is no Go", async () => {
    process.env.PATH = "/nonexistent";
    await expect(ensureGoProgram(writeModule(), { report })).rejects.toThrow(
      /^There is no Go on PATH to build hello with\. It is needed to say hello\. Install Go 1\.21 or newer, .*brew install go/,
    );
  });

  it("says so when the Go on PATH is too old", async () => {
    installFakeGo({ version: "go1.18.1" });
    await expect(ensureGoProgram(writeModule(), { report })).rejects.toThrow(
      "The Go on PATH is 1.18.1, too old to build hello. It is needed to say hello. Install Go 1.21 or newer",
    );
  });

  it.skipIf(findOnPath("go") === undefined)("is built by the real Go, the same file from two folders", async () => {
    const first = await ensureGoProgram(writeModule(), { report });
    const bytes = readFileSync(first.program);
    rmSync(first.folder, { recursive: true });
    const second = await ensureGoProgram(writeModule("elsewhere"), { report });
    expect(second.origin).toBe("built");
    expect(readFileSync(second.program).equals(bytes)).toBe(true);
  });
});

describe("the cache", () => {
  const entry = { name: "thing", key: "abc123" };

  it("takes over from a run that was killed: its lock is broken, its half-made folder removed", async () => {
    const dead = await endedProcess();
    const half = join(cacheOf(), "unfinished", `${dead}-thing-1`);
    mkdirSync(half, { recursive: true });
    mkdirSync(join(cacheOf(), "locks"));
    writeFileSync(join(cacheOf(), "locks", "thing-abc123"), `${dead} 1 x`);
    const { origin } = await cachedFolder(entry, { report }, async (folder) => writeFileSync(join(folder, "a"), ""));
    expect(origin).toBe("built");
    expect(existsSync(half)).toBe(false);
    expect(readdirSync(join(cacheOf(), "locks"))).toEqual([]);
  });

  it("shows no entry before it is whole", async () => {
    await cachedFolder(entry, { report }, async () => expect(cacheEntries()).toEqual([]));
    expect(cacheEntries()).toEqual(["thing-abc123"]);
  });

  it("drops entries of the same name that nothing has used for two weeks, and no others", async () => {
    for (const name of ["thing-0ff", "thing-1ff", "thing-else-0ff"])
      mkdirSync(join(cacheOf(), name), { recursive: true });
    const old = new Date(Date.now() - 15 * 24 * 3600 * 1000);
    for (const name of ["thing-0ff", "thing-else-0ff"]) utimesSync(join(cacheOf(), name), old, old);
    await cachedFolder(entry, { report }, async () => {});
    expect(cacheEntries()).toEqual(["thing-1ff", "thing-abc123", "thing-else-0ff"]);
  });
});

describe("the lock", () => {
  const path = () => join(scratch, "work.lock");

  it("keeps processes apart: none sees another inside", async () => {
    const inside = join(scratch, "inside");
    const child = `const fs = require("fs");
      import(${JSON.stringify(lockModule)}).then(async ({ withLock }) => {
        for (let i = 0; i < 5; i++) await withLock(${JSON.stringify(path())}, { what: "x", report() {} }, async () => {
          fs.mkdirSync(${JSON.stringify(inside)});
          await new Promise((resolve) => setTimeout(resolve, 5));
          fs.rmdirSync(${JSON.stringify(inside)});
        });
      });`;
    expect(await Promise.all([child, child, child].map((each) => exitCode(startNode(each))))).toEqual([0, 0, 0]);
  });

  it("is free again as soon as its holder is killed", async () => {
    const holder = startNode(`import(${JSON.stringify(lockModule)}).then(({ withLock }) =>
      withLock(${JSON.stringify(path())}, { what: "x", report() {} }, () => {
        console.log("held");
        return new Promise((resolve) => setTimeout(resolve, 60_000));
      }));`);
    await new Promise((resolve) => holder.stdout?.once("data", resolve));
    const { withLock } = await loadLock();
    const waiting = withLock(path(), { what: "testing", report }, async () => "mine");
    await vi.waitFor(() => expect(lines).toEqual([`waiting for process ${holder.pid}, which is testing`]));
    holder.kill("SIGKILL");
    expect(await waiting).toBe("mine");
    expect(existsSync(path())).toBe(false);
  });

  it("does not take a process that got a dead holder's number for the holder", async () => {
    const { withLock } = await loadLock();
    writeFileSync(path(), `${process.pid} 1 x`);
    expect(await withLock(path(), { what: "testing", report }, async () => "mine")).toBe("mine");
  });

  it("is given back when the action fails", async () => {
    const { withLock } = await loadLock();
    const failing = withLock(path(), { what: "testing", report }, () => Promise.reject(new Error("no")));
    await expect(failing).rejects.toThrow("no");
    expect(existsSync(path())).toBe(false);
  });
});

describe("the npm packages of a checkout", () => {
  const wanted = {
    "": {},
    "node_modules/a": { version: "1.0.0", integrity: "x" },
    "node_modules/b": { optional: true },
  };

  it.each([
    ["missing before anything is installed", undefined, false],
    [
      "there after an installation, without the optional ones of other systems",
      { "node_modules/a": wanted["node_modules/a"] },
      true,
    ],
    [
      "missing when package-lock.json names a newer version",
      { "node_modules/a": { version: "0.9.0", integrity: "x" } },
      false,
    ],
  ])("are %s", async (_, installed, expected) => {
    const { areDependenciesInstalled } = await import("../../lab/bootstrap/dependencies.mjs");
    writeFileSync(join(scratch, "package-lock.json"), JSON.stringify({ packages: wanted }));
    mkdirSync(join(scratch, "node_modules"));
    if (installed)
      writeFileSync(join(scratch, "node_modules", ".package-lock.json"), JSON.stringify({ packages: installed }));
    expect(areDependenciesInstalled(scratch)).toBe(expected);
  });
});

describe("Debian packages", () => {
  const query = 'echo "ii  iperf3"\nexit 1';

  it("that are there need neither root nor apt", async () => {
    installFake("dpkg-query", query);
    installFake("apt-get", "exit 1");
    vi.spyOn(process, "getuid").mockReturnValue(1000);
    expect(await ensureDebianPackages(["iperf3"], { report })).toEqual({ isReady: true });
    expect(lines).toEqual([]);
  });

  it("that are missing are installed, waiting for another apt", async () => {
    installFake("dpkg-query", query);
    installFake("apt-get", `echo "$@" >> ${scratch}/apt.log`);
    vi.spyOn(process, "getuid").mockReturnValue(0);
    expect(await ensureDebianPackages(["iperf3", "lldpd"], { report })).toEqual({ isReady: true });
    expect(readFileSync(join(scratch, "apt.log"), "utf8").split("\n").slice(0, -1)).toEqual([
      "install --simulate --no-install-recommends lldpd",
      "-o DPkg::Lock::Timeout=600 install -y --no-install-recommends lldpd",
    ]);
  });

  it("that another suite has newer are taken from there, without touching a source that is there", async () => {
    const sources =
      "http://mirror.invalid/debian/ bookworm main\nhttp://mirror.invalid/debian/ bookworm-backports main";
    installFake("dpkg-query", query);
    installFake("apt-get", `[ "$1" != indextargets ] || exec echo "${sources}"\necho "$@" >> ${scratch}/apt.log`);
    vi.spyOn(process, "getuid").mockReturnValue(0);
    const targetRelease = "bookworm-backports";
    expect(await ensureDebianPackages(["iperf3", "lldpd"], { report, targetRelease })).toEqual({ isReady: true });
    expect(readFileSync(join(scratch, "apt.log"), "utf8").split("\n").slice(0, -1)).toEqual([
      "install --simulate --no-install-recommends --target-release bookworm-backports lldpd",
      "-o DPkg::Lock::Timeout=600 install -y --no-install-recommends --target-release bookworm-backports lldpd",
    ]);
  });

  it("that this user may not install are named with the command that gets them", async () => {
    installFake("dpkg-query", query);
    installFake("apt-get", "exit 1");
    vi.spyOn(process, "getuid").mockReturnValue(1000);
    expect(await ensureDebianPackages(["iperf3", "lldpd"], { report })).toEqual({
      isReady: false,
      reason:
        "Missing: lldpd. Not installed: this user is not root. Get them with: " +
        "sudo apt-get update && sudo apt-get install -y --no-install-recommends lldpd",
    });
  });

  it("are not looked for on another system", async () => {
    process.env.PATH = "/nonexistent";
    const answer = await ensureDebianPackages(["lldpd"], { report });
    expect(answer).toMatchObject({ isReady: false, reason: expect.stringContaining("not Debian or Ubuntu") });
  });
});

describe("version numbers", () => {
  it.each([
    ["v3.250.0\n", "3.200.0", true],
    ["3.9.0", "3.200.0", false],
    ["govc 0.37.0", "0.37.0", true],
    ["go1.26rc1 linux", "1.25.11", true],
    ["go1.25.9", "1.25.11", false],
  ])("%j compared with %s: %s", (text, least, expected) => {
    expect(isNewEnough(versionIn(text) ?? "", least)).toBe(expected);
  });
});

const cacheOf = () => join(scratch, "cache");
const lockModule = join(__dirname, "../../lab/bootstrap/lock.mjs");

function cacheEntries(): string[] {
  return readdirSync(cacheOf()).filter((name) => name !== "locks" && name !== "unfinished");
}

function writeModule(name = "hello"): GoProgram {
  const folder = join(scratch, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "go.mod"), "module hello\n\ngo 1.21\n");
  writeFileSync(join(folder, "main.go"), "package main\n\nfunc main() { println(1) }\n");
  return { name: "hello", folder, neededFor: "to say hello", usualSeconds: 5 };
}

// Answers "go env", and writes "program" where "go build -o" wants it.
function installFakeGo({ version = "go1.99", failure = "" } = {}): void {
  const build = failure
    ? `echo half > "$target"; echo '${failure}' >&2; exit 1`
    : `echo build >> ${scratch}/go.log; sleep 0.5; echo program > "$target"`;
  installFake(
    "go",
    `if [ "$1" = env ]; then echo ${version}; exit; fi
     while [ "$1" != -o ]; do shift; done; target=$2
     ${build}`,
  );
}

const goBuilds = () => readFileSync(join(scratch, "go.log"), "utf8").split("\n").length - 1;

function installFake(name: string, script: string): void {
  const folder = join(scratch, "bin");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
  process.env.PATH = `${folder}:/usr/bin:/bin`;
}

const startNode = (script: string) => spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });

function exitCode(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.on("exit", resolve));
}

async function endedProcess(): Promise<number> {
  const child = startNode("");
  await exitCode(child);
  const { isProcessAlive } = await loadLock();
  expect(isProcessAlive(child.pid ?? 0)).toBe(false);
  return child.pid ?? 0;
}
