// A change on the machine's side: the scripts, run by a real shell. That it holds when confirmed, that it is put back otherwise,
// whatever ended it, and that two never mix.
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { factsScript, readMachineFacts } from "../../providers/engine/machineFacts.js";
import { machineScript } from "../../providers/engine/machineScript.js";
import { type ChangeParts, changeScript, FolderMachine } from "./folderMachine.js";

let machine: FolderMachine;
beforeEach(() => {
  machine = new FolderMachine();
  writeFileSync(machine.path("kept"), "old\n", { mode: 0o640 });
  writeFileSync(machine.path("leaving"), "was here\n");
});
afterEach(() => machine.remove());

const OVS = { template: "kvm/openvswitch/apply.sh", data: { removals: [["del-br", "old"]], config: emptyConfig() } };

function emptyConfig() {
  const data = { machine: "k", environment: "t", bridges: [], bonds: [], ports: [] };
  return { template: "kvm/openvswitch/openvswitch.sh", data };
}

/** One file changes, one comes, one goes, and Open vSwitch is told. */
function change(parts: ChangeParts = {}) {
  const script = changeScript({
    about: '{"id":"7","environment":"t","by":"ann@desk","since":"now","seconds":9}',
    puts: [
      { path: machine.path("kept"), text: "new\n", mode: "0600" },
      { path: machine.path("deep/down/coming"), text: "here\n", mode: "0644" },
    ],
    removes: [machine.path("leaving")],
    after: [OVS],
    ...parts,
  });
  return (variables?: Record<string, string>) => machine.run(script, variables);
}

function confirm(parts: object = {}) {
  const data = { id: "7", environment: "t", applied: '{"it":"s"}', isEmpty: false, ...parts };
  return machine.run(machineScript("sh", "confirm", data));
}

function facts() {
  const { stdout, stderr } = machine.run(factsScript({ shell: "sh", layers: [] }, "t"));
  expect(stderr).toBe("");
  return readMachineFacts([], stdout);
}

const text = (name: string) => readFileSync(machine.path(name), "utf8");
const names = () =>
  machine
    .files()
    .map((file) => relative(machine.path("."), file))
    .sort();

function expectNew(): void {
  expect(names()).toEqual(["deep/down/coming", "kept"]);
  expect([text("kept"), text("deep/down/coming")]).toEqual(["new\n", "here\n"]);
  expect([
    statSync(machine.path("kept")).mode & 0o777,
    statSync(machine.path("deep/down/coming")).mode & 0o777,
  ]).toEqual([0o600, 0o644]);
  // A daemon that is not root has to get there.
  expect(statSync(machine.path("deep/down")).mode & 0o777).toBe(0o755);
}

function expectOld(): void {
  expect(names()).toEqual(["kept", "leaving"]);
  expect([text("kept"), text("leaving")]).toEqual(["old\n", "was here\n"]);
  expect(statSync(machine.path("kept")).mode & 0o777).toBe(0o640);
  expect(existsSync(join(machine.state, "change"))).toBe(false);
}

it("that is confirmed stays, and is remembered", () => {
  expect(change()()).toMatchObject({ status: 0, stderr: "" });
  expectNew();
  expect(facts().change).toEqual({
    id: "7",
    environment: "t",
    by: "ann@desk",
    since: "now",
    seconds: 9,
  });
  expect(confirm()).toMatchObject({ status: 0, stderr: "" });
  expectNew();
  expect(facts()).toMatchObject({
    applied: { it: "s" },
    change: undefined,
    last: { id: "7", outcome: "confirmed", environment: "t", reason: "" },
  });
});

it("that needs nothing done is remembered all the same", () => {
  const record = (isEmpty: boolean) =>
    machine.run(machineScript("sh", "record", { environment: "t", applied: '{"it":"\'s"}', isEmpty }));
  expect(record(false)).toMatchObject({ status: 0, stderr: "" });
  expect(facts().applied).toEqual({ it: "'s" });
  expect(record(true)).toMatchObject({ status: 0, stderr: "" });
  expect(facts().applied).toBeUndefined();
  expectOld();
});

it("that leaves nothing of ours leaves no words either", () => {
  change()();
  confirm();
  change({ id: "8" })();
  expect(confirm({ id: "8", isEmpty: true }).status).toBe(0);
  expect(facts().applied).toBeUndefined();
});

it("that nobody confirms is put back by the machine itself", async () => {
  expect(change({ seconds: 1 })().status).toBe(0);
  expectNew();
  for (let tries = 0; existsSync(join(machine.state, "change")) && tries < 100; tries++) await sleep(100);
  expectOld();
  expect(facts().last).toMatchObject({ id: "7", outcome: "reverted", reason: "no confirmation came in time" });
});

it("is left alone by the timer of one that was confirmed before", async () => {
  change({ seconds: 1 })();
  confirm();
  expect(change({ id: "8" })().status).toBe(0);
  await sleep(1500);
  expect(facts().change).toBeDefined();
  expect(confirm({ id: "8" }).status).toBe(0);
});

it("that is refused is put back at once, and can't be confirmed any more", () => {
  change()();
  expect(machine.run(machineScript("sh", "refuse", { reason: "it's wrong" }))).toMatchObject({
    status: 0,
    stderr: "",
  });
  expectOld();
  expect(facts().last).toMatchObject({ id: "7", outcome: "reverted", reason: "it's wrong" });
  const late = confirm();
  expect(late).toMatchObject({ status: 76, stderr: "The machine had begun to put back what it had.\n" });
  expect(facts().applied).toBeUndefined();
});

it("that fails half-way is put back, and says what its step printed", () => {
  const { status, stderr } = change()({ FAILS: "3" });
  expect(status).toBe(3);
  expect(stderr).toMatch(/ovs-vsctl: .*del-br old/);
  expect(stderr).toMatch(/The machine put back what it had\.\n$/);
  expectOld();
  expect(facts().last).toMatchObject({ outcome: "reverted", reason: "the change failed with exit code 3" });
});

it("whose files are refused by their own tool changes nothing", () => {
  const yaml = "/etc/netplan/60-multiport.yaml";
  const puts = [{ path: yaml, text: "network: [", mode: "0600" }];
  const check = [{ template: "linux/netplan/check.sh", data: { yaml, devices: [], bare: [] } }];
  expect(change({ puts, check })({ FAILS: "78" })).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("netplan does not take the new file"),
  });
  expectOld();
  expect(facts().last).toBeUndefined();
  // With a tool that takes them the same change goes through.
  expect(change({ puts, check })().status).toBe(0);
});

it("does not begin while another one is under way, which goes on", () => {
  change()();
  const second = change({ id: "8" })();
  expect(second.status).toBe(75);
  expect(second.stderr).toMatch(/^Another change of this machine is under way: \{"id":"7".*"by":"ann@desk"/);
  expect(second.stderr).toMatch(/Nothing was changed\. Wait .* within \d+ s\.\n$/);
  expect(confirm().status).toBe(0);
  expectNew();
});

it.each([
  ["was cut short by a restart of the machine", "boot", "another-boot"],
  ["has lost its timer", "until", "1"],
])(
  "that %s is under way no more, is put back by the next one, and that one is tried again",
  (_sentence, file, found) => {
    change()();
    writeFileSync(join(machine.state, "change", file), `${found}\n`);
    expect(facts().change).toBeUndefined();
    const next = change({ id: "8" })();
    expect(next.status).toBe(75);
    expect(next.stderr).toMatch(/^An earlier change .* was put back just now\. .* Try again\.\n$/);
    expectOld();
    expect(facts().last).toMatchObject({ id: "7", outcome: "reverted", reason: "its timer was gone" });
    expect(change({ id: "8" })().status).toBe(0);
    expectNew();
  },
);

it("that died before it had begun does not stand in the way", () => {
  machine.run(`mkdir -p /var/lib/multiport/change/new`);
  expect(change()().status).toBe(0);
  expectNew();
});

it("is under way until its way back has come to the end, however late, and who refuses it then waits for that", () => {
  change()();
  // What it puts back comes slowly.
  const kept = `/var/lib/multiport/change/old${machine.path("kept")}`;
  machine.run(`rm ${kept}; mkfifo -m 640 ${kept}; { sleep 2; echo old >${kept}; } >/dev/null 2>&1 &`);
  // Its patience is nearly over when the way back begins.
  const until = join(machine.state, "change/until");
  writeFileSync(until, `${Math.floor(Date.now() / 1000) - 29}\n`);
  machine.run("sh /var/lib/multiport/change/revert.sh live 'too late' >/dev/null 2>&1 &\nsleep 0.4");
  expect(facts()).toMatchObject({ change: { id: "7" }, isPuttingBack: true });
  expect(Number(readFileSync(until, "utf8"))).toBeGreaterThan(Date.now() / 1000 + 50);
  expect(change({ id: "8" })().status).toBe(75);
  machine.run(machineScript("sh", "refuse", { reason: "it's wrong" }));
  expectOld();
  expect(facts().last).toMatchObject({ id: "7", outcome: "reverted", reason: "too late" });
});

it("has as long as the whole way back for each of its steps", () => {
  change({ revertAfter: [OVS] })();
  const kept = `/var/lib/multiport/change/old${machine.path("kept")}`;
  machine.run(`rm ${kept}; mkfifo -m 640 ${kept}; { sleep 2.5; echo old >${kept}; } >/dev/null 2>&1 &`);
  const [until, atTheStep] = [join(machine.state, "change/until"), join(machine.root, "atTheStep")];
  writeFileSync(join(machine.root, "bin/ovs-vsctl"), `#!/bin/sh\ncp ${until} ${atTheStep}\n`, { mode: 0o755 });
  machine.run("sh /var/lib/multiport/change/revert.sh live 'too late' >/dev/null 2>&1 &\nsleep 0.4");
  const begun = Number(readFileSync(until, "utf8"));
  machine.run(machineScript("sh", "refuse", { reason: "it's wrong" }));
  expectOld();
  expect(Number(readFileSync(atTheStep, "utf8"))).toBeGreaterThan(begun);
});

it("is put back to the end although who refused it is gone in the middle", async () => {
  change()();
  const kept = `/var/lib/multiport/change/old${machine.path("kept")}`;
  machine.run(`rm ${kept}; mkfifo -m 640 ${kept}; { sleep 1.5; echo old >${kept}; } >/dev/null 2>&1 &`);
  // As sshd, or a time limit, ends all that a connection has started.
  const script = machineScript("sh", "refuse", { reason: "it's wrong" });
  machine.run(`setsid sh -c '${script.replaceAll("'", "'\\''")}' & sleep 0.4; kill -s TERM -- -$!`);
  expect(facts()).toMatchObject({ change: { id: "7" }, isPuttingBack: true });
  await expect.poll(() => existsSync(join(machine.state, "change")), { timeout: 10_000 }).toBe(false);
  expectOld();
  expect(facts().last).toMatchObject({ id: "7", outcome: "reverted", reason: "it's wrong" });
});

it("whose way back was killed keeps nobody waiting for ever", () => {
  change()();
  renameSync(join(machine.state, "change/armed"), join(machine.state, "change/reverting"));
  writeFileSync(join(machine.state, "change/until"), `${Math.floor(Date.now() / 1000) - 29}\n`);
  expect(machine.run(machineScript("sh", "refuse", { reason: "it's wrong" })).status).toBe(0);
  expect(facts().change).toBeUndefined();
  expect(change({ id: "8" })().stderr).toMatch(/^An earlier change .* was put back just now\./);
  expectOld();
});

it("at boot puts the files back before the network, and the rest after it", () => {
  change()();
  // As the two units run it.
  const boot = (stage: string) =>
    machine.run(`sh /var/lib/multiport/change/revert.sh ${stage} 'the machine was restarted'`);
  boot("files");
  expect([text("kept"), text("leaving")]).toEqual(["old\n", "was here\n"]);
  expect(existsSync(join(machine.state, "change/reverting"))).toBe(true);
  expect(confirm().status).toBe(76);
  // Services that the boot has started have read them: they must not look changed to them.
  const { ino } = statSync(machine.path("kept"));
  boot("resume");
  expectOld();
  expect(statSync(machine.path("kept")).ino).toBe(ino);
  expect(facts().last).toMatchObject({ outcome: "reverted", reason: "the machine was restarted" });
});
