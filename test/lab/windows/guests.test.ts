// The insides of VMs of the simulated host: they go on and off with their VM, and a session of PowerShell Direct in one sees its machine and
// nothing of the caller's, takes and gives plain values, and fails as Windows does.
import { afterEach, describe, expect, it } from "vitest";
import { WindowsMachine } from "../../../lab/windows/host/machine.js";
import type { Scenario } from "../../../lab/windows/host/scenario.js";
import { runPowerShell } from "../../../lab/windows/language/process.js";

const inside: Scenario = { computerName: "INSIDE", release: "2019", role: "server", nics: [], times: { boot: 100 } };
const guest = { scenario: inside, user: "Administrator", password: "p" };
const SCENARIO: Scenario = {
  computerName: "OUTSIDE",
  release: "2022",
  nics: [],
  vms: [
    { name: "on", state: "Running", guest },
    { name: "off", guest },
    { name: "empty", state: "Running" },
  ],
};

let machine: WindowsMachine;
afterEach(() => machine.stop());

async function run(script: string) {
  const encoded = Buffer.from(script, "utf16le").toString("base64");
  const ended = await machine.start(["-NoProfile", "-NonInteractive", "-EncodedCommand", encoded], "").ended;
  return { code: ended?.exitCode, stdout: ended?.stdout.trimEnd(), stderr: ended?.stderr ?? "" };
}

const begin = (scenario: Partial<Scenario> = {}) => {
  machine = new WindowsMachine({ ...SCENARIO, ...scenario }, runPowerShell);
};

const invoke = (block: string, { vm = "on", password = "p", args = "" } = {}) => `
$ErrorActionPreference = 'Stop'
$outer = 'of the caller'
$secret = [Net.NetworkCredential]::new('', '${password}').SecurePassword
$credential = [Management.Automation.PSCredential]::new('administrator', $secret)
try { Invoke-Command -VMName '${vm}' -Credential $credential ${args} -ScriptBlock { ${block} } }
catch { "$($_.FullyQualifiedErrorId) $($_.CategoryInfo.Category) $($_.Exception.Message)" }`;

describe("a session in a VM", () => {
  it("sees the machine inside, its arguments, and no variable of the caller", async () => {
    begin();
    const block = "param($one, $two); [Environment]::MachineName; $one; $two + 1; $null -eq $outer";
    const { stdout } = await run(invoke(block, { args: "-ArgumentList 'a', 41" }));
    expect(stdout).toBe("INSIDE\r\na\r\n42\r\nTrue");
  });

  it("ends by exit without a code, and loses what is written to the console", async () => {
    begin();
    expect(await run(invoke("'said'; [Console]::Out.WriteLine('lost'); exit 5; 'never'"))).toMatchObject({
      code: 0,
      stdout: "said",
    });
  });

  it("tells an error inside to the caller's catch", async () => {
    begin();
    expect((await run(invoke("throw 'inside'"))).stdout).toMatch(/^inside OperationStopped .*Stop: inside$/);
  });

  it.each([
    ["objects that come back", "[pscustomobject]@{ a = 1 }", ""],
    ["objects that go in", "1", "-ArgumentList @{ a = 1 }"],
    ["errors that end nothing", "$ErrorActionPreference = 'Continue'; Get-NetAdapter -Name Nope", ""],
  ])("refuses %s loudly", async (_, block, args) => {
    begin();
    expect(await run(invoke(block, { args }))).toMatchObject({
      code: 250,
      stderr: expect.stringContaining("The simulated PowerShell does not know"),
    });
  });

  it.each([
    ["2022", "on", "wrong", "PSSessionStateBroken OpenError .*The credential is invalid."],
    ["2022", "o*", "p", "InvalidVMNameNotSingle,.* InvalidArgument"],
    ["2022", "none", "p", "InvalidVMNameNotSingle,.* InvalidArgument"],
    ["2022", "off", "p", "InvalidVMState,.* InvalidArgument .* not in running state"],
    ["2016", "off", "p", "PSSessionStateBroken OpenError .* session might have ended"],
  ] as const)("is refused as on %s: %s with %s", async (release, vm, password, said) => {
    begin({ release });
    expect((await run(invoke("1", { vm, password }))).stdout).toMatch(new RegExp(`^${said}`));
  });

  it("is no session where the scenario gives the VM no inside", async () => {
    begin();
    await expect(run(invoke("1", { vm: "empty" }))).rejects.toThrow(/gives no inside to the VM "empty"/);
  });
});

it("goes on and off with its VM, and its VM with it", async () => {
  begin();
  const on = machine.guests.get("on");
  await run("Stop-VM -Name on -TurnOff -Force");
  expect(on.isOn).toBe(false);
  await run("Start-VM -Name on; Start-VM -Name off");
  expect([on.isOn, machine.guests.get("off").isOn]).toEqual([true, true]);
  expect((await run(invoke("1"))).stdout).toMatch(/^PSSessionStateBroken/);
  on.powerOff();
  expect((await run("[string](Get-VM -Name on).State")).stdout).toBe("Off");
  machine.restart();
  expect([on.isOn, machine.guests.get("off").isOn]).toEqual([false, true]);
});
