// powershell.exe: how it is called, what it prints, how it ends.
import { Buffer } from "node:buffer";
import { expect, test } from "vitest";
import { runPowerShell } from "../../../../lab/windows/language/process";
import { encode, type Given, machineWith, memoryFiles, run } from "./machine";

const call = (args: string[], input = "", given: Given = {}) =>
  runPowerShell(machineWith(given), ["-NoProfile", "-NonInteractive", ...args], input);

/** As the transport sends a script: a small command, the script as base64 of UTF-8 on standard input. */
const BOOTSTRAP = `$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
[Console]::OutputEncoding = [Text.UTF8Encoding]::new($false)
$text = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String(([Console]::In.ReadToEnd()).Trim()))
if ($text.Length -ne LENGTH) { [Console]::Error.WriteLine('cut'); exit 64 }
& ([scriptblock]::Create($text))`;

test.each(["[Console]::In.ReadToEnd()", "$input | Out-String"])(
  "a script comes on standard input (%s)",
  async (reader) => {
    const script = "function f {\n  param([string]$a)\n  \"é $a\"\n}\nf 'x'\nexit 3";
    const bootstrap = BOOTSTRAP.replace("[Console]::In.ReadToEnd()", reader).replace("LENGTH", String(script.length));
    const input = Buffer.from(script).toString("base64");
    expect(await run(bootstrap, {}, input)).toEqual({ exitCode: 3, stdout: "é x\r\n", stderr: "" });
    expect(await run(bootstrap, {}, input.slice(0, -8))).toEqual({ exitCode: 64, stdout: "", stderr: "cut\r\n" });
  },
);

test("an error of a script on standard input ends the process with 1", async () => {
  const script = "if (1) {";
  const { exitCode, stdout, stderr } = await run(
    BOOTSTRAP.replace("LENGTH", String(script.length)),
    {},
    Buffer.from(script).toString("base64"),
  );
  expect([exitCode, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("ParseException");
});

test("-Command takes the rest of the line, errors are plain text", async () => {
  expect(await call(["-Command", "'a';", "Get-Item", "-LiteralPath", "'C:\\no'"])).toMatchObject({
    exitCode: 1,
    stdout: "a\r\n",
  });
  expect((await call(["-Command", "throw 'bad'"])).stderr).toMatch(/^bad\r\nAt line:1 char:1\r\n/);
  expect((await call(["-Command", "-"], "'a'")).exitCode).not.toBe(0);
});

test("-File runs a script with its arguments, read as ANSI without a mark (PE-03, PE-07)", async () => {
  const files = memoryFiles();
  const put = (text: string, mark = "") => files.write("C:\\s.ps1", Buffer.from(mark + text));
  put(
    "param([string]$Name, [switch]$On)\n\"$Name $On $PSScriptRoot\"\nGet-Item -LiteralPath 'C:\\no' -ErrorAction SilentlyContinue",
  );
  expect(
    await call(["-ExecutionPolicy", "Bypass", "-File", "C:\\s.ps1", "-Name", "x y", "-On"], "", { files }),
  ).toEqual({ exitCode: 0, stdout: "x y True C:\r\n", stderr: "" });
  put("'é'.Length");
  expect((await call(["-File", "C:\\s.ps1"], "", { files })).stdout).toBe("2\r\n");
  put("'é'.Length", "\ufeff");
  expect((await call(["-File", "C:\\s.ps1"], "", { files })).stdout).toBe("1\r\n");
  put("exit 9");
  expect((await call(["-File", "C:\\s.ps1"], "", { files })).exitCode).toBe(9);
  put("throw 'no'");
  expect((await call(["-File", "C:\\s.ps1"], "", { files })).exitCode).toBe(1);
  put("'ran'\nif (");
  expect(await call(["-File", "C:\\s.ps1"], "", { files })).toMatchObject({ exitCode: 1, stdout: "" });
  expect((await call(["-File", "C:\\none.ps1"], "", { files })).exitCode).not.toBe(0);
});

test("arguments that powershell.exe does not have are refused", async () => {
  expect((await call(["-Nope", "-Command", "'a'"])).stdout).toBe("");
  expect((await call(["-EncodedCommand", "not base64"])).stdout).toBe("");
  expect((await call([])).exitCode).not.toBe(0);
});

test("errors of -EncodedCommand are CLIXML, and so is progress that is not silenced (PE-05, PE-06)", async () => {
  const cmdlets = { "Get-VM": () => {} };
  const loud = await run("Get-VM", { cmdlets });
  expect(loud.stderr).toMatch(/^#< CLIXML\r\n<Objs .*S="progress"/s);
  expect((await run("$ProgressPreference = 'SilentlyContinue'\nGet-VM", { cmdlets })).stderr).toBe("");
  const failed = await run("Write-Error '<a> & b'");
  expect(failed.stderr).toMatch(/^#< CLIXML\r\n<Objs .*<S S="Error">.*&lt;a&gt; &amp; b.*_x000D__x000A_<\/S>/s);
});

test("text beyond ASCII needs an output encoding (PE-07), and lines of strings are not wrapped (PE-08)", async () => {
  const long = "x".repeat(200);
  expect((await run(`'é'; '${long}'`)).stdout).toBe(`?\r\n${long}\r\n`);
  expect((await run("[Console]::OutputEncoding = [Text.Encoding]::UTF8\n'é'")).stdout).toBe("é\r\n");
});

test("an object that would be formatted is refused", async () => {
  expect((await run("@{ a = 1 }")).exitCode).toBe(250);
  expect((await run("[pscustomobject]@{ a = 1 }")).stderr).toContain("the formatted text of an object");
});

test("the lab ends a run before a call: what was printed stays, nothing is said", async () => {
  const ran: string[] = [];
  const cmdlets = { "Get-VM": () => void ran.push("Get-VM"), "Get-VMSwitch": () => void ran.push("Get-VMSwitch") };
  const beforeCall = async (cmdlet: string) => {
    if (cmdlet === "Get-VMSwitch") throw new Error("power cut");
  };
  await expect(
    run("try { Get-VM; Get-VMSwitch } catch { Get-VM } finally { Get-VM }", { cmdlets, beforeCall }),
  ).rejects.toThrow("power cut");
  expect(ran).toEqual(["Get-VM"]);
});

test("the command line is base64 of UTF-16", async () => {
  expect((await call(["-EncodedCommand", encode("'ok'")])).stdout).toBe("ok\r\n");
  expect((await call(["-EncodedCommand", Buffer.from("'ok'").toString("base64")])).stdout).not.toBe("ok\r\n");
});
