// A change on the side of a Windows machine: the scripts, run by the simulated machine with its tasks and its clock. That it holds when
// confirmed, that it is put back otherwise, whatever ended it, and that two never mix.
import { afterEach, beforeEach, expect, it } from "vitest";
import { splitArguments } from "../../lab/windows/host/commandLine.js";
import { WindowsMachine } from "../../lab/windows/host/machine.js";
import { runPowerShell } from "../../lab/windows/language/process.js";
import { factsScript, readMachineFacts } from "../../providers/engine/machineFacts.js";
import { machineScript } from "../../providers/engine/machineScript.js";
import { SHELLS } from "../../providers/host/shell.js";
import type { Filled } from "../../providers/platforms/layer.js";
import { tcpip } from "../../providers/platforms/windows/tcpip/index.js";
import { configure, leave } from "../../providers/platforms/windows/tcpip/view.js";
import { HOST } from "../lab/windows/host/caller.js";

/** Whose SSH answers whatever becomes of its NICs. */
const { management: _, ...OPEN } = HOST;

/** The machine's seconds per second. */
const SPEED = 20;
const STATE = "C:\\Program Files\\multiport";
const CHANGE = `${STATE}\\change`;
const layers = [tcpip(() => ({ interfaces: {} }))];

let machine: WindowsMachine;
beforeEach(() => {
  machine = new WindowsMachine({ ...OPEN, speed: SPEED }, runPowerShell);
});
afterEach(() => {
  expect(machine.failures).toEqual([]);
  machine.stop();
});

/** Sends a script as the engine does; without the line that says which process runs it. */
async function run(script: string) {
  const { command, input } = SHELLS.powershell.start(script);
  const ended = await machine.start(splitArguments(command).slice(1), input).ended;
  const lines = ended?.stderr.split("\r\n").filter((line) => line !== "") ?? [];
  return { status: ended?.exitCode, stdout: ended?.stdout ?? "", stderr: lines.slice(1) };
}

/** What a task does. */
async function runFile(name: string, id: string): Promise<number | undefined> {
  const args = [
    "-NoProfile",
    "-NonInteractive",
    "-ExecutionPolicy",
    "Bypass",
    "-File",
    `${CHANGE}\\${name}`,
    "-Id",
    id,
  ];
  return (await machine.start(args, "").ended)?.exitCode;
}

interface Parts {
  readonly id?: string;
  readonly seconds?: number;
  readonly check?: readonly Filled[];
}

const ADDRESS = "192.0.2.99";
const word = {
  HardwareInterface: true,
  Dhcp: "Disabled" as const,
  IPAddress: [`${ADDRESS}/24`],
  DefaultGateway: [],
  Routes: {},
  ServerAddresses: [],
  NlMtuBytes: 1500,
};

/** A NIC takes an address; on the way back it leaves. */
function change({ id = "7", seconds = 600, check = [] }: Parts = {}) {
  const heading = { machine: "hv", environment: "t" };
  const shared = { id, environment: "t" };
  const after = [configure({ interfaces: { NIC2: word } }, heading)];
  return run(
    machineScript("powershell", "change", {
      ...shared,
      seconds,
      check,
      about: JSON.stringify({ id, environment: "t", by: "ann@desk", since: "now", seconds: 9 }),
      apply: machineScript("powershell", "apply", { ...shared, before: [], after }),
      revert: machineScript("powershell", "revert", {
        ...shared,
        wayBackSeconds: 60,
        revertBefore: leave(["NIC2"]),
        revertAfter: [],
      }),
    }),
  );
}

const confirm = (parts: object = {}) =>
  run(
    machineScript("powershell", "confirm", {
      id: "7",
      environment: "t",
      applied: '{"it":"s"}',
      isEmpty: false,
      ...parts,
    }),
  );
const refuse = (reason: string) => run(machineScript("powershell", "refuse", { id: "7", reason }));

async function facts() {
  const { stdout, stderr } = await run(factsScript({ shell: "powershell", layers }, "t"));
  expect(stderr).toEqual([]);
  return readMachineFacts(layers, stdout);
}

const exists = (name: string) => machine.files.read(name) !== undefined;
const addresses = () => machine.host.adapterNamed("NIC2")?.ip.addresses.map(({ ip }) => ip) ?? [];
const tasks = () => machine.tasks.all().map(({ definition }) => definition.name);

async function putBack(): Promise<void> {
  await expect.poll(() => exists(CHANGE), { timeout: 15_000 }).toBe(false);
}

function expectOld(): void {
  expect(addresses()).not.toContain(ADDRESS);
  expect(exists(CHANGE)).toBe(false);
  expect(tasks()).toEqual([]);
}

it("that is confirmed stays, and is remembered", async () => {
  expect(await change()).toEqual({ status: 0, stdout: "", stderr: [] });
  expect(addresses()).toContain(ADDRESS);
  expect((await facts()).change).toEqual({
    id: "7",
    environment: "t",
    by: "ann@desk",
    since: "now",
    seconds: 9,
  });
  expect(await confirm()).toEqual({ status: 0, stdout: "", stderr: [] });
  expect(addresses()).toContain(ADDRESS);
  expect(tasks()).toEqual([]);
  expect(await facts()).toMatchObject({
    applied: { it: "s" },
    change: undefined,
    last: { id: "7", outcome: "confirmed", environment: "t", reason: "" },
  });
});

it("that needs nothing done is remembered all the same", async () => {
  const record = (isEmpty: boolean) =>
    run(machineScript("powershell", "record", { environment: "t", applied: '{"it":"\'s"}', isEmpty }));
  expect(await record(false)).toEqual({ status: 0, stdout: "", stderr: [] });
  expect((await facts()).applied).toEqual({ it: "'s" });
  expect(await record(true)).toEqual({ status: 0, stdout: "", stderr: [] });
  expect((await facts()).applied).toBeUndefined();
});

it("that leaves nothing of ours leaves no words either", async () => {
  await change();
  await confirm();
  await change({ id: "8" });
  expect((await confirm({ id: "8", isEmpty: true })).status).toBe(0);
  expect((await facts()).applied).toBeUndefined();
  expect(machine.files.list(STATE)).toEqual(["last.json"]);
});

it("that nobody confirms is put back by the machine itself", async () => {
  expect((await change({ seconds: 60 })).status).toBe(0);
  await putBack();
  await expect.poll(tasks, { timeout: 5000 }).toEqual([]);
  expectOld();
  expect((await facts()).last).toMatchObject({ id: "7", outcome: "reverted", reason: "no confirmation came in time" });
});

it("that is refused is put back at once, and can't be confirmed any more", async () => {
  await change();
  expect(await refuse("it's wrong")).toEqual({ status: 0, stdout: "", stderr: [] });
  await expect.poll(tasks, { timeout: 5000 }).toEqual([]);
  expectOld();
  expect((await facts()).last).toMatchObject({ id: "7", outcome: "reverted", reason: "it's wrong" });
  expect(await confirm()).toMatchObject({ status: 76, stderr: ["The machine had begun to put back what it had."] });
  expect((await facts()).applied).toBeUndefined();
});

it("can't be confirmed when its way back has begun and is not at its end yet", async () => {
  await change();
  machine.files.move(`${CHANGE}\\armed`, `${CHANGE}\\reverting`);
  expect(await facts()).toMatchObject({ change: { id: "7" }, isPuttingBack: true });
  expect(await confirm()).toMatchObject({ status: 76, stderr: ["The machine had begun to put back what it had."] });
  expect(exists(`${STATE}\\t\\applied.json`)).toBe(false);
});

it("that was confirmed is not put back by a task that comes a moment later", async () => {
  await change();
  machine.files.move(`${CHANGE}\\armed`, `${CHANGE}\\confirmed`);
  expect(await runFile("revert.ps1", "7")).toBe(0);
  expect(addresses()).toContain(ADDRESS);
  expect(exists(CHANGE)).toBe(true);
});

it("is left alone by the tasks of an older one", async () => {
  await change();
  const before = machine.calls.length;
  expect(await runFile("revert.ps1", "6")).toBe(0);
  expect(await runFile("apply.ps1", "6")).toBe(0);
  expect(machine.calls.slice(before).map(({ cmdlet }) => cmdlet)).toEqual([]);
  expect(addresses()).toContain(ADDRESS);
  expect((await confirm()).status).toBe(0);
});

it("that fails half-way is put back, and says why", async () => {
  machine.faults.add({ cmdlet: "New-NetIPAddress", moment: "before", kind: "fail", message: "not today" });
  const { status, stderr } = await change();
  expect(status).toBe(1);
  expect(stderr).toEqual([
    expect.stringMatching(/: not today \(OperationFailed,New-NetIPAddress\)$/),
    "The machine put back what it had.",
  ]);
  await expect.poll(tasks, { timeout: 5000 }).toEqual([]);
  expectOld();
  expect((await facts()).last).toMatchObject({
    outcome: "reverted",
    reason: expect.stringMatching(/^the change failed: .*: not today/),
  });
});

it("that hangs is put back in time, and whoever waits for it is told", async () => {
  machine.faults.add({ cmdlet: "New-NetIPAddress", moment: "before", kind: "hang" });
  expect(await change({ seconds: 60 })).toMatchObject({
    status: 76,
    stderr: ["The machine put back what it had before the change came to its end."],
  });
  expect(addresses()).not.toContain(ADDRESS);
});

it("that a check of its own refuses has not begun", async () => {
  const check = [configure({ interfaces: { NIC2: word } }, { machine: "hv", environment: "t" })];
  machine.faults.add({ cmdlet: "Set-NetIPInterface", moment: "before", kind: "fail", message: "not today" });
  expect(await change({ check })).toMatchObject({ status: 1, stderr: [expect.stringMatching(/: not today$/)] });
  expectOld();
  expect((await facts()).last).toBeUndefined();
});

it("does not begin while another one is under way, which goes on", async () => {
  await change();
  const second = await change({ id: "8" });
  expect(second.status).toBe(75);
  expect(second.stderr).toEqual([
    expect.stringMatching(/^Another change of this machine is under way: \{"id":"7".*"by":"ann@desk"/),
    expect.stringMatching(/^Nothing was changed\. Wait until it has ended, then try again\./),
  ]);
  expect(machine.files.list(STATE)).toEqual(["change"]);
  expect((await confirm()).status).toBe(0);
  expect(addresses()).toContain(ADDRESS);
});

it.each([
  ["was cut short by a restart of the machine", "began"],
  ["has lost its task", "until"],
])("that %s is under way no more, is put back by the next one, and that one is tried again", async (_, file) => {
  await change();
  for (const task of machine.tasks.all()) machine.tasks.unregister(task);
  machine.files.write(`${CHANGE}\\${file}`, Buffer.from("1"));
  expect((await facts()).change).toBeUndefined();
  const next = await change({ id: "8" });
  expect(next).toMatchObject({
    status: 75,
    stderr: ["An earlier change had come to no end and was put back just now. Nothing else was changed. Try again."],
  });
  expectOld();
  expect((await facts()).last).toMatchObject({ id: "7", outcome: "reverted", reason: "its task was gone" });
  expect((await change({ id: "8" })).status).toBe(0);
  expect(addresses()).toContain(ADDRESS);
});

it("that died before it had begun does not stand in the way", async () => {
  machine.files.makeFolder(STATE);
  machine.files.makeFolder(CHANGE);
  machine.files.write(`${CHANGE}\\about.json`, Buffer.from("{}"));
  expect((await change()).status).toBe(0);
  expect(addresses()).toContain(ADDRESS);
});

it("is put back by the machine after a loss of power", async () => {
  await change();
  machine.restart();
  await putBack();
  await expect.poll(tasks, { timeout: 5000 }).toEqual([]);
  expectOld();
  expect((await facts()).last).toMatchObject({ outcome: "reverted", reason: "the machine was restarted" });
});
