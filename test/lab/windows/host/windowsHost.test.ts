// The simulated Windows host over SSH: command lines, processes, connections that are lost (SS), reachability, faults.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, type ClientChannel } from "ssh2";
import { afterEach, describe, expect, it } from "vitest";
import type { Scenario } from "../../../../lab/windows/host/scenario.js";
import { generateKey } from "../../../../lab/windows/host/sshKey.js";
import { WindowsHost } from "../../../../lab/windows/host/windowsHost.js";
import { runPowerShell } from "../../../../lab/windows/language/process.js";
import { callOn, HOST } from "./caller.js";

const open: { host?: WindowsHost; clients: Client[] } = { clients: [] };

afterEach(async () => {
  for (const client of open.clients.splice(0)) client.destroy();
  await open.host?.stop();
});

const KEY = generateKey();

async function started(scenario: Partial<Scenario> = {}): Promise<WindowsHost> {
  open.host = await WindowsHost.start({
    scenario: { ...HOST, speed: 20, ...scenario },
    login: { user: "Administrator", password: "secret", keys: [KEY.public] },
    runPowerShell,
  });
  return open.host;
}

function connected(host: WindowsHost, more: Readonly<Record<string, unknown>> = {}): Promise<Client> {
  const client = new Client();
  open.clients.push(client);
  return new Promise((resolve, reject) => {
    client.on("ready", () => resolve(client));
    client.on("error", reject);
    client.connect({ host: "127.0.0.1", port: host.port, username: "administrator", privateKey: KEY.private, ...more });
  });
}

interface Result {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

function channelOf(client: Client, command: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => (error ? reject(error) : resolve(channel)));
  });
}

/** Listens before anything can come: an answer may be in the same packet as that the command was taken. */
function run(client: Client, command: string, onError: (text: string) => void = () => {}): Promise<Result> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error) {
        reject(error);
        return;
      }
      channel.stderr.on("data", (text: Buffer) => onError(String(text)));
      resolve(ended(channel));
    });
  });
}

function ended(channel: ClientChannel): Promise<Result> {
  const out = { stdout: "", stderr: "" };
  let code: number | undefined;
  channel.on("data", (text: Buffer) => {
    out.stdout += text;
  });
  channel.stderr.on("data", (text: Buffer) => {
    out.stderr += text;
  });
  channel.on("exit", (status: number | null) => {
    code = status ?? undefined;
  });
  channel.end();
  return new Promise((resolve) => channel.on("close", () => resolve({ code, ...out })));
}

const encoded = (script: string) =>
  `powershell -NoProfile -NonInteractive -EncodedCommand ${Buffer.from(script, "utf16le").toString("base64")}`;

const script = (text: string) =>
  encoded(`$ErrorActionPreference = 'Stop'\n$ProgressPreference = 'SilentlyContinue'\n${text}`);

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 400; turn++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("it never was so");
}

describe("commands", () => {
  it("runs PowerShell on the model, and shows its exit code", async () => {
    const host = await started();
    const client = await connected(host);
    const made = await run(client, script("New-VMSwitch -Name 's' -SwitchType Internal | Out-Null"));
    expect(made).toEqual({ code: 0, stdout: "", stderr: "" });
    const read = await run(
      client,
      script("Get-VMSwitch | Select-Object -Property 'Name', 'SwitchType' | ConvertTo-Json"),
    );
    expect(JSON.parse(read.stdout)).toEqual({ Name: "s", SwitchType: 1 });
    expect((await run(client, script("Get-VMSwitch -Name 'none' -ErrorAction SilentlyContinue; 'on'"))).stdout).toBe(
      "on\r\n",
    );
    const failed = await run(client, script("Get-VMSwitch -Name 'none'"));
    expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining('with name "none"')]);
    expect((await run(client, script("exit 5"))).code).toBe(5);
  });

  it.each([
    ["SS-01: a program that is none", "sh -c true", 1, /^'sh' is not recognized as an internal or external command/],
    ["SS-02: a long line", `powershell ${"x".repeat(8200)}`, 1, /^The command line is too long\./],
    ["what cmd.exe would do itself", "powershell -Command 1 | more", 1, /^lab: this cmd\.exe knows no/],
    ["a process that is none", "taskkill /T /F /PID 1", 128, /not found/],
  ])("%s", async (_, command, code, stderr) => {
    const client = await connected(await started());
    expect(await run(client, command)).toMatchObject({ code, stderr: expect.stringMatching(stderr) });
  });

  it("takes a password or a key, and no others", async () => {
    const host = await started();
    await connected(host, { privateKey: undefined, password: "secret" });
    await expect(connected(host, { privateKey: undefined, password: "wrong" })).rejects.toThrow(/authentication/);
    const other = generateKey().private;
    await expect(connected(host, { privateKey: other })).rejects.toThrow(/authentication/);
    await expect(connected(host, { username: "other" })).rejects.toThrow(/authentication/);
  });

  it("SS-08: taskkill ends a process by the number that it told, and what it wrote has come", async () => {
    const host = await started();
    const client = await connected(host);
    let told = "";
    const text =
      "[Console]::Error.WriteLine(\"I am $PID\")\n[Console]::Out.WriteLine('begun')\nStart-Sleep -Seconds 100000";
    const sleeping = run(client, script(text), (stderr) => {
      told += stderr;
    });
    await until(() => told.includes("\n"));
    const pid = /^I am (\d+)/.exec(told)?.[1];
    const killed = await run(client, `taskkill /T /F /PID ${pid}`);
    expect(killed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^SUCCESS/) });
    expect(await sleeping).toEqual({ code: 1, stdout: "begun\r\n", stderr: `I am ${pid}\r\n` });
  });

  it("SS-09: ten sessions of a connection", async () => {
    const client = await connected(await started());
    const channels = await Promise.all(Array.from({ length: 10 }, () => channelOf(client, script("1"))));
    await expect(channelOf(client, script("1"))).rejects.toThrow(/open fail/i);
    await Promise.all(channels.map((channel) => ended(channel)));
    expect((await run(client, script("1"))).code).toBe(0);
  });

  it("SS-03: the sftp program puts a file where -File finds it", async () => {
    const host = await started();
    const folder = mkdtempSync(join(tmpdir(), "windows-host-"));
    const [key, file] = [join(folder, "key"), join(folder, "a.ps1")];
    writeFileSync(key, KEY.private, { mode: 0o600 });
    writeFileSync(file, "'from a file'");
    const options = [
      "StrictHostKeyChecking=no",
      "UserKnownHostsFile=/dev/null",
      `IdentityFile=${key}`,
      "LogLevel=ERROR",
    ];
    const args = [...options.flatMap((option) => ["-o", option]), "-P", String(host.port), "-b", "-"];
    const sftp = spawn("sftp", [...args, "Administrator@127.0.0.1"], { stdio: ["pipe", "ignore", "inherit"] });
    sftp.stdin.end(`put ${file} /C:/Windows/Temp/a.ps1\n`);
    expect(await new Promise((resolve) => sftp.once("close", resolve))).toBe(0);
    rmSync(folder, { recursive: true });
    const command = "powershell -NoProfile -ExecutionPolicy Bypass -File C:\\Windows\\Temp\\a.ps1";
    const client = await connected(host);
    expect(await run(client, command)).toEqual({ code: 0, stdout: "from a file\r\n", stderr: "" });
  });
});

describe("reachability", () => {
  const SWITCH = script("New-VMSwitch -Name 's' -NetAdapterName 'NIC1' | Out-Null\n'done'");

  it("SH-04: a connection stalls while the switch is made, and new ones fail", async () => {
    const host = await started();
    const client = await connected(host);
    const result = run(client, SWITCH);
    await until(() => !host.machine.answers());
    await expect(connected(host)).rejects.toThrow();
    expect(await result).toEqual({ code: 0, stdout: "done\r\n", stderr: "" });
    await connected(host);
  });

  it("SH-04, SS-07: or is lost without an exit code, and the switch is there", async () => {
    const host = await started({ quirks: { outage: "cut" } });
    const client = await connected(host);
    client.on("error", () => {});
    const result = await run(client, SWITCH);
    expect(result.code).toBeUndefined();
    await until(() => host.machine.answers());
    expect(host.state.switches.map(({ name }) => name)).toEqual(["s"]);
  });

  it.each([
    ["VL-06: another VLAN", "Set-VMNetworkAdapterVlan -ManagementOS -Access -VlanId 99"],
    ["another address", "Remove-NetIPAddress -IPAddress 192.0.2.11 -Confirm:$false"],
    ["a NIC that is off", "Disable-NetAdapter -Name 'NIC1' -Confirm:$false"],
  ])("%s, and nobody gets through", async (_, text) => {
    const host = await started({ switches: [{ name: "s", nics: ["NIC1"] }] });
    const client = await connected(host);
    client.on("error", () => {});
    void run(client, script(text));
    await until(() => !host.machine.answers());
    await expect(connected(host)).rejects.toThrow();
  });

  it("a cable that is pulled, and put back", async () => {
    const host = await started();
    host.setLink("NIC1", false);
    await expect(connected(host)).rejects.toThrow();
    host.setLink("NIC1", true);
    await until(() => host.machine.answers());
    await connected(host);
  });

  it("a tagged management network, and a gateway that clients are behind", async () => {
    const management = { address: "192.0.2.11", vlan: 7, gateway: "192.0.2.1" };
    const host = await started({ management, switches: [{ name: "s", nics: ["NIC1"] }] });
    expect(host.machine.answers()).toBe(false);
    const vlan = host.state.vnics[0]?.vlan;
    Object.assign(vlan ?? {}, { mode: "Access", access: 7 });
    expect(host.machine.answers()).toBe(true);
    for (const adapter of host.state.adapters) adapter.ip.routes = [];
    expect(host.machine.answers()).toBe(false);
  });
});

describe("faults", () => {
  it("fail: an error record, before anything or after it", async () => {
    const host = await started();
    const client = await connected(host);
    host.inject({ cmdlet: "New-VMSwitch", moment: "before", kind: "fail" });
    const make = script("New-VMSwitch -Name 's' -SwitchType Private | Out-Null");
    expect([(await run(client, make)).code, host.state.switches.length]).toEqual([1, 0]);
    host.inject({ cmdlet: "New-*", moment: "after", kind: "fail" });
    expect([(await run(client, make)).code, host.state.switches.length]).toEqual([1, 1]);
  });

  it("hang: nothing more comes; kill: the process is gone; the second call is meant", async () => {
    const host = await started();
    const client = await connected(host);
    host.inject({ cmdlet: "*", moment: "before", call: 2, kind: "hang" });
    void run(client, script("Get-VMSwitch; Get-VM; Get-VMHost | Out-Null"));
    await until(() => host.machine.calls.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(host.machine.calls.map(({ cmdlet }) => cmdlet)).toEqual(["Get-VMSwitch"]);
    expect(host.machine.faults.left).toEqual([]);
    host.inject({ cmdlet: "Get-VM", moment: "after", kind: "kill" });
    expect((await run(client, script("Get-VM\n'never'"))).stdout).toBe("");
  });

  it.each(["killed", "running"] as const)("cut: the connection is lost, the process is %s", async (orphans) => {
    const host = await started({ quirks: { orphans } });
    const client = await connected(host);
    client.on("error", () => {});
    host.inject({ cmdlet: "New-VMSwitch", moment: "after", kind: "cut" });
    const text =
      "New-VMSwitch -Name 'a' -SwitchType Private | Out-Null\nStart-Sleep -Seconds 2\nNew-VMSwitch -Name 'b' -SwitchType Private | Out-Null";
    expect((await run(client, script(text))).code).toBeUndefined();
    await until(() => host.machine.processIds.length === 0);
    expect(host.state.switches.map(({ name }) => name)).toEqual(orphans === "killed" ? ["a"] : ["a", "b"]);
    await connected(host);
  });

  it("reset: the machine is gone, and comes back with what it keeps", async () => {
    const host = await started({ times: { boot: 4000 } });
    const client = await connected(host);
    client.on("error", () => {});
    host.inject({ cmdlet: "New-NetIPAddress", moment: "after", kind: "reset" });
    const text =
      "New-NetIPAddress -InterfaceAlias 'NIC2' -IPAddress 198.51.100.1 -PrefixLength 24\nNew-VMSwitch -Name 'never' -SwitchType Private";
    expect((await run(client, script(text))).code).toBeUndefined();
    await expect(connected(host)).rejects.toThrow();
    await until(() => host.machine.answers());
    const again = await connected(host);
    const read = await run(again, script("(Get-NetIPAddress -InterfaceAlias 'NIC2' -AddressFamily IPv4).IPAddress"));
    expect([read.stdout, host.state.switches]).toEqual(["198.51.100.1\r\n", []]);
  });

  it("Restart-Computer is answered first, and needs -Force", async () => {
    const host = await started({ times: { boot: 4000 } });
    const client = await connected(host);
    client.on("error", () => {});
    expect((await callOn(host.machine, "Restart-Computer", {})).errors).toHaveLength(1);
    await callOn(host.machine, "Restart-Computer", { Force: true });
    expect((await run(client, script("'still there'"))).stdout).toBe("still there\r\n");
    await until(() => !host.machine.answers());
    await until(() => host.machine.answers());
    await connected(host);
  });
});
