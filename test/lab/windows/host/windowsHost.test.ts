// The simulated Windows host over SSH: command lines, logins, processes, files (SS).
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { generateKey } from "../../../../lab/sshKey.js";
import { channelOf, closeAll, connected, ended, KEY, run, script, started, until } from "./sshClient.js";

afterEach(closeAll);

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
