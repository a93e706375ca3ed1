// The machine itself: what it says of its release, Network ATC, parameters that the model does not have; and its process.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { cmdletNames } from "../../../../lab/windows/host/cmdlets/modules.js";
import type { Scenario } from "../../../../lab/windows/host/scenario.js";
import { Caller, HOST } from "./caller.js";

describe("what it says of itself", () => {
  it.each([
    ["2016", "14393", 3],
    ["2019", "17763", 3],
    ["2022", "20348", 3],
    ["2025", "26100", 3],
  ] as const)("%s", async (release, build, kind) => {
    const host = new Caller({ release });
    const names = ["BuildNumber", "ProductType"];
    expect(await host.read("Get-CimInstance", { ClassName: "Win32_OperatingSystem" }, names)).toEqual([
      [build, String(kind)],
    ]);
  });

  it("NA-01, NA-02: intents where the feature is, and no cmdlet elsewhere", async () => {
    expect(new Caller({ release: "2025" }).machine.seen(4).cmdlet("Get-NetIntent")).toBeUndefined();
    expect(await new Caller({ release: "2025", networkAtc: true }).ok("Get-NetIntent")).toEqual([]);
    const intents = [{ name: "all", adapters: ["NIC1", "NIC2"], types: ["Compute", "Management"] as const }];
    const host = new Caller({ release: "2025", intents });
    const names = ["IntentName", "NetAdapterNamesAsList", "IsComputeIntentSet", "IsStorageIntentSet"];
    expect(await host.read("Get-NetIntent", {}, names)).toEqual([["all", "NIC1,NIC2", "true", "false"]]);
    expect(await host.read("Get-NetIntentStatus", {}, ["ConfigurationStatus"])).toEqual([["Success"]]);
  });

  it("EM-01: a guest has no Hyper-V", () => {
    const { machine } = new Caller({ role: "server" });
    const known = cmdletNames().filter((name) => machine.seen(4).cmdlet(name) !== undefined);
    expect(known.filter((name) => /-VM/.test(name))).toEqual([]);
    expect(known).toContain("New-NetLbfoTeam");
  });
});

describe("what the model does not have", () => {
  it.each([
    ["Get-VMSwitch", { CimSession: "other" }],
    [
      "New-NetIPAddress",
      { InterfaceAlias: "NIC2", IPAddress: "198.51.100.1", PrefixLength: 24, PreferredLifetime: "1" },
    ],
    ["Get-CimInstance", { ClassName: "Win32_BIOS" }],
    ["Set-VMNetworkAdapter", { VMName: "vm", ResourcePoolName: "pool" }],
  ])("%s of it fails loudly, and not as a host would", async (cmdlet, parameters) => {
    const host = new Caller({ vms: [{ name: "vm", adapters: [{}] }] });
    await expect(host.call(cmdlet, parameters)).rejects.toThrow(/^the lab's host/);
  });
});

describe("as a process", () => {
  const folder = mkdtempSync(join(tmpdir(), "windows-hosts-"));
  let child: ChildProcess | undefined;
  afterAll(() => {
    child?.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  });

  it("tells where its hosts answer, and ends when told to", async () => {
    const file = join(folder, "hosts.json");
    const hosts = ["hv1", "hv2"].map((name) => ({ name, scenario: HOST }));
    writeFileSync(file, JSON.stringify({ login: { user: "Administrator", password: "secret" }, hosts }));
    const program = join(__dirname, "../../../../dist/lab/windows/main.js");
    const started = spawn(process.execPath, [program, "--scenario", file], { stdio: ["ignore", "pipe", "inherit"] });
    child = started;
    const text = await new Promise<string>((resolve) => started.stdout.once("data", (data) => resolve(String(data))));
    const told = JSON.parse(text) as { hosts: { name: string; port: number; fingerprint: string }[] };
    expect(told.hosts.map(({ name }) => name)).toEqual(["hv1", "hv2"]);
    for (const { port, fingerprint } of told.hosts) {
      expect(fingerprint).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
      const greeting = await new Promise<string>((resolve, reject) => {
        const socket = connect(port, "127.0.0.1").on("error", reject);
        socket.once("data", (data) => {
          resolve(String(data));
          socket.destroy();
        });
      });
      expect(greeting).toMatch(/^SSH-2\.0-OpenSSH_for_Windows/);
    }
    const ended = new Promise((resolve) => started.once("exit", resolve));
    started.kill("SIGTERM");
    expect(await ended).toBe(0);
  });

  it("that ends before its hosts answer is told with its last words", async () => {
    const directory = join(folder, "lab");
    const wrong: Scenario = { release: "2025", nics: [], switches: [{ name: "vs0", nics: ["NIC9"] }] };
    // The compiled one: its program lies beside it.
    const { startWindows } = await import("../../../../dist/lab/windowsProcess.js");
    await expect(startWindows(directory, { hv1: wrong }, { report: () => {} })).rejects.toThrow(
      'the simulated Windows machines ended at once. the scenario has no NIC "NIC9"',
    );
  });
});
