// Scheduled tasks of the simulated host, with scripts that run, by the ids of the facts: ST; and what a restart leaves.
import { describe, expect, it } from "vitest";
import type { Value } from "../../../../lab/windows/contract.js";
import type { Scenario } from "../../../../lab/windows/host/scenario.js";
import { runPowerShell } from "../../../../lab/windows/language/process.js";
import { Caller, SETTLED } from "./caller.js";

const SCRIPT = "C:\\ProgramData\\revert.ps1";
const LOG = "C:\\ProgramData\\log.txt";
const FILES = { [SCRIPT]: `[IO.File]::WriteAllText('${LOG}', 'ran')` };

function started(scenario: Partial<Scenario> = {}): Caller {
  return new Caller({ files: FILES, ...scenario }, runPowerShell);
}

function log(host: Caller): string | undefined {
  const content = host.machine.files.read(LOG);
  return content ? Buffer.from(content).toString() : undefined;
}

interface TaskOptions {
  readonly inMs?: number;
  readonly atStartup?: boolean;
  readonly user?: string;
  readonly settings?: Readonly<Record<string, Value>>;
  readonly force?: boolean;
  readonly path?: string;
}

async function part(host: Caller, cmdlet: string, parameters: Readonly<Record<string, Value>>): Promise<Value> {
  return (await host.ok(cmdlet, parameters))[0] ?? null;
}

async function register(
  host: Caller,
  { inMs = 60_000, atStartup, user = "SYSTEM", settings, force, path }: TaskOptions,
) {
  const action = await part(host, "New-ScheduledTaskAction", {
    Execute: "powershell.exe",
    Argument: `-NoProfile -NonInteractive -ExecutionPolicy Bypass -File "${SCRIPT}"`,
  });
  const at = new Date(host.clock.now() + inMs);
  const trigger = await part(
    host,
    "New-ScheduledTaskTrigger",
    atStartup ? { AtStartup: true } : { Once: true, At: at },
  );
  return host.call("Register-ScheduledTask", {
    TaskName: "revert",
    Action: [action],
    Trigger: [trigger],
    Principal: await part(host, "New-ScheduledTaskPrincipal", { UserId: user, RunLevel: "Highest" }),
    Settings: await part(host, "New-ScheduledTaskSettingsSet", settings ?? {}),
    ...(force ? { Force: true } : {}),
    ...(path === undefined ? {} : { TaskPath: path }),
  });
}

const info = (host: Caller) => host.read("Get-ScheduledTaskInfo", { TaskName: ["revert"] }, ["LastTaskResult"]);
const state = (host: Caller) => host.read("Get-ScheduledTask", { TaskName: ["revert"] }, ["State"]);

/** A run takes turns of the event loop, whatever the clock says. */
async function until(isSo: () => boolean, turns = 400): Promise<void> {
  for (let turn = 0; turn < turns && !isSo(); turn++) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("a task", () => {
  it("ST-01, ST-07: runs at its time, without anybody", async () => {
    const host = started();
    await register(host, {});
    expect([await info(host), await state(host)]).toEqual([[["267011"]], [["Ready"]]]);
    await host.later(59_000);
    expect(log(host)).toBeUndefined();
    await host.later(1000);
    await until(() => log(host) !== undefined && host.machine.processIds.length === 0);
    expect([log(host), await info(host)]).toEqual(["ran", [["0"]]]);
    expect(host.machine.failures).toEqual([]);
  });

  it("ST-01: not as somebody who is not logged on", async () => {
    const host = started();
    await register(host, { user: "Administrator" });
    await host.later(120_000);
    expect([log(host), await info(host)]).toEqual([undefined, [["267011"]]]);
  });

  it("ST-06, ST-08: not once it is unregistered", async () => {
    const host = started();
    await register(host, {});
    const asked = await host.call("Unregister-ScheduledTask", { TaskName: ["revert"] });
    expect(asked.terminating?.message).toMatch(/NonInteractive/);
    await host.ok("Unregister-ScheduledTask", { TaskName: ["revert"], Confirm: false });
    await host.later(120_000);
    expect(log(host)).toBeUndefined();
    const { errors } = await host.call("Unregister-ScheduledTask", { TaskName: ["revert"], Confirm: false });
    expect(errors[0]?.id).toBe("CmdletizationQuery_NotFound_TaskName,Unregister-ScheduledTask");
  });

  it("ST-02: a time that has passed does not fire", async () => {
    const host = started();
    await register(host, { inMs: -5000 });
    await host.later(120_000);
    expect(log(host)).toBeUndefined();
  });

  it.each([
    [false, undefined],
    [true, "ran"],
  ])(
    "ST-02, ST-07: one whose time passes while the machine is down; StartWhenAvailable: %s",
    async (available, text) => {
      const host = started();
      await register(host, { settings: { StartWhenAvailable: available } });
      await host.later(55_000);
      host.machine.restart();
      await host.later(host.host.times.boot + SETTLED);
      await until(() => log(host) !== undefined, text === undefined ? 20 : 400);
      expect(log(host)).toBe(text);
    },
  );

  it("ST-07: at start-up, also after loss of power", async () => {
    const host = started();
    await register(host, { atStartup: true });
    await host.later(SETTLED);
    expect(log(host)).toBeUndefined();
    host.machine.restart();
    await host.later(host.host.times.boot + SETTLED);
    await until(() => log(host) !== undefined);
    expect(log(host)).toBe("ran");
  });

  it("ST-03: to be deleted, it needs an end", async () => {
    const host = started();
    const { errors } = await register(host, { settings: { DeleteExpiredTaskAfter: "00:00:10" } });
    expect(errors[0]).toMatchObject({
      id: "HRESULT 0x80041319,Register-ScheduledTask",
      message: expect.stringContaining("EndBoundary"),
    });
  });

  it("ST-05: a name twice, unless forced", async () => {
    const host = started();
    await register(host, {});
    expect((await register(host, {})).errors[0]).toMatchObject({
      id: "HRESULT 0x800700b7,Register-ScheduledTask",
      category: "ResourceExists",
      message: "Cannot create a file when that file already exists.",
    });
    expect((await register(host, { force: true })).errors).toEqual([]);
    expect((await register(host, { path: "ours" })).errors).toEqual([]);
    expect(await host.read("Get-ScheduledTask", { TaskPath: ["\\ours\\"] }, ["URI"])).toEqual([["\\ours\\revert"]]);
  });

  it("ST-07, ST-08: is started by hand, shows as running, and can be stopped", async () => {
    const host = started({ files: { [SCRIPT]: "Start-Sleep -Seconds 600" } });
    await register(host, {});
    await host.ok("Start-ScheduledTask", { TaskName: ["revert"] });
    await until(() => host.machine.processIds.length === 1);
    expect([await info(host), await state(host)]).toEqual([[["267009"]], [["Running"]]]);
    await host.ok("Stop-ScheduledTask", { TaskName: ["revert"] });
    await until(() => host.machine.processIds.length === 0);
    expect([await info(host), await state(host)]).toEqual([[["267014"]], [["Ready"]]]);
  });

  it("has the exit code of its script", async () => {
    const host = started({ files: { [SCRIPT]: "exit 7" } });
    await register(host, {});
    await host.ok("Start-ScheduledTask", { TaskName: ["revert"] });
    await until(() => host.machine.processIds.length === 0);
    await host.later(0);
    expect(await info(host)).toEqual([["7"]]);
  });
});

describe("a host that nobody reaches", () => {
  it("puts its switch back by a task, and answers again", async () => {
    const revert = "Remove-VMSwitch -Name 's' -Force";
    const host = started({ files: { [SCRIPT]: revert } });
    await register(host, { inMs: 90_000 });
    await host.ok("New-VMSwitch", { Name: "s", NetAdapterName: ["NIC1"] });
    await host.later(SETTLED);
    await host.ok("Set-VMNetworkAdapterVlan", { ManagementOS: true, Access: true, VlanId: 99 });
    expect(host.machine.answers()).toBe(false);
    await host.later(90_000);
    await until(() => host.host.state.switches.length === 0);
    await host.later(SETTLED);
    expect(host.machine.answers()).toBe(true);
  });
});
