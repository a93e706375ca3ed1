// The one sequence of I/O on a machine, on a host that fails on purpose: what is run in which order, what is not run,
// and in which state the user is told that the machine is. Nothing waits for real.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { canonical } from "../../providers/engine/digest.js";
import { Machine } from "../../providers/engine/machine.js";
import { ConflictError, RevertedError, TouchedError, UnverifiedError } from "../../providers/engine/machineErrors.js";
import { NO_WORDS, toMachineWords } from "../../providers/engine/machineWords.js";
import { renderTexts } from "../../providers/engine/render.js";
import { HostError } from "../../providers/host/host.js";
import { kvm } from "../../providers/platforms/kvm/index.js";
import { openvswitch } from "../../providers/platforms/kvm/openvswitch/index.js";
import { modelOf } from "../model/given.js";
import { recordedFacts, recordedSpec } from "../recorded.js";
import { FakeHost, type FakeHostOptions } from "./fakeHost.js";

// Vitest's fake timers leave this module alone.
vi.mock("node:timers/promises", () => ({
  setTimeout: (milliseconds: number) => new Promise((resolve) => globalThis.setTimeout(resolve, milliseconds)),
}));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const [model] = modelOf(recordedSpec("kvm", "lacp-bond")).kvmHosts;
if (!model) throw new Error("no host");
const words = toMachineWords(kvm, model, "t");
const inputs = { ssh: model.ssh, missingPackages: model.missingPackages, environment: "t", words };
const texts = renderTexts(kvm, { words, heading: { machine: "kvm-01", environment: "t" } });

const converged = recordedFacts("kvm", "lacp-bond");
const empty = recordedFacts("kvm", "empty-host");
const drifted = converged.replace('"active",["map"', '"passive",["map"');
const taken = converged.replaceAll('["multiport","t"]', '["multiport","u"]');

const LACKING = '{"missing":"ovs-vsctl"}';

const SENT = ["connect", "read facts", "apply openvswitch", "close"];
const CONFIRMED = ["connect", "read facts", "confirm the change", "close"];
const PUT_BACK = ["put back what it had", "close"];
const K1 = "k1 (k1.example.net:22)";

function given(options: FakeHostOptions) {
  const host = new FakeHost(options);
  return { host, machine: new Machine(kvm, host.connect) };
}

/** What becomes of it, with all its waiting done at once. */
async function outcome<T>(running: Promise<T>): Promise<T> {
  running.catch(() => {});
  await vi.runAllTimersAsync();
  return running;
}

async function failure(running: Promise<unknown>): Promise<Error> {
  return outcome(running).then(
    () => expect.fail("it did not fail"),
    (error: Error) => error,
  );
}

/** The machine has what it had before: the next run, without the fault, finds everything to do. */
async function expectUnchanged(host: FakeHost): Promise<void> {
  const found = await outcome(new Machine(kvm, host.connect).read({ ssh: inputs.ssh, environment: "t" }));
  expect(found).toBeUndefined();
}

/** What the layer of Open vSwitch says of the change that most tests make. */
const LACP_BEGINS =
  "vs0-uplinks of bridge vs0 begins to speak LACP and works as active-backup until the switch answers. Change the switch ports after the host [OV-07]";

describe("apply", () => {
  it("reads, changes, comes in anew, reads again, confirms, and says what was different", async () => {
    const { host, machine } = given({ before: empty, applied: converged });
    const { changes, notes } = await outcome(machine.apply(inputs));
    expect(host.log).toEqual([...SENT, ...CONFIRMED]);
    expect(changes.map(({ path, from }) => [path.join("."), from])).toEqual([["openvswitch.vs0", undefined]]);
    expect(notes).toEqual([LACP_BEGINS]);
  });

  it("runs the very text that the preview showed", async () => {
    const { host, machine } = given({ before: empty, applied: converged });
    await outcome(machine.apply(inputs));
    const shown = texts.openvswitch?.split("\n").slice(1).join("\n").trimEnd() ?? "";
    expect(shown).toContain("ovs-vsctl");
    // One text within another: the script of the change stands in single quotes in what arms it.
    expect(host.scripts[1]).toContain(shown.replaceAll("'", `'\\''`));
  });

  it("tells the machine how long to wait, and who asks", async () => {
    const { host, machine } = given({ before: empty, applied: converged });
    await outcome(machine.apply({ ...inputs, ssh: { ...inputs.ssh, confirmSeconds: 33 } }));
    expect(host.scripts[1]).toMatch(/^seconds=33$/m);
    expect(host.scripts[1]).toMatch(/"environment":"t","by":"\S+@\S+","since":"/);
    const other = given({ before: empty, applied: converged });
    await outcome(other.machine.apply(inputs));
    expect(other.host.scripts[1]).toMatch(/^seconds=120$/m);
  });

  it("runs nothing where a program is missing, and says what installs it", async () => {
    const { host, machine } = given({ before: LACKING });
    expect((await failure(machine.apply(inputs))).message).toBe(
      `${K1}: nothing was changed, because ovs-vsctl is not installed. Install it (apt-get install openvswitch-switch), or set missingPackages: install.`,
    );
    expect(host.log).toEqual(["connect", "read facts", "close"]);
  });

  it("installs what is missing where the file says so, looks again, and goes on", async () => {
    const { host, machine } = given({ before: LACKING, installed: empty, applied: converged });
    const { notes } = await outcome(machine.apply({ ...inputs, missingPackages: "install" }));
    const [connect, read, ...rest] = SENT;
    expect(host.log).toEqual([connect, read, "install openvswitch-switch", read, ...rest, ...CONFIRMED]);
    expect(host.scripts[1]).toMatch(/^set -- openvswitch-switch$[\s\S]*^case apt-get in$/m);
    expect(notes).toEqual(["installed openvswitch-switch", LACP_BEGINS]);
  });

  it("installs once: what is missing after it is refused", async () => {
    const { host, machine } = given({ before: LACKING, installed: LACKING });
    const { message } = await failure(machine.apply({ ...inputs, missingPackages: "install" }));
    expect(message).toContain("ovs-vsctl is not installed");
    expect(host.log).toEqual(["connect", "read facts", "install openvswitch-switch", "read facts", "close"]);
  });

  it("installs nothing for a change that something else stands in the way of", async () => {
    const [bridged] = modelOf(recordedSpec("linux", "lacp-bridge")).kvmHosts;
    if (!bridged) throw new Error("no host");
    const files = { "/etc/netplan/60-multiport.yaml": "network: {}" };
    const { host, machine } = given({ before: empty, files });
    const wanted = toMachineWords(kvm, bridged, "t");
    const { message } = await failure(machine.apply({ ...inputs, words: wanted, missingPackages: "install" }));
    expect(message).toMatch(/netplan is not installed.*and \/etc\/netplan\S+ exists and was not written by multiport/);
    expect(host.log).toEqual(["connect", "read facts", "close"]);
  });

  it("of what is already so puts on record that it is wanted, and from then on runs nothing but the reading", async () => {
    const { host, machine } = given({ before: converged });
    const [connect = "", read = "", close = ""] = ["connect", "read facts", "close"];
    expect(await outcome(machine.apply(inputs))).toEqual({ changes: [], notes: [] });
    expect(host.log.splice(0)).toEqual([connect, read, "record what is wanted", close]);
    expect(await outcome(machine.apply(inputs))).toEqual({ changes: [], notes: [] });
    expect(host.log).toEqual([connect, read, close]);
  });

  it("repairs drift, and names it", async () => {
    const { host, machine } = given({ before: drifted, applied: converged });
    const { changes } = await outcome(machine.apply(inputs));
    expect(changes).toEqual([
      {
        path: ["openvswitch", "vs0", "ports", "vs0-uplinks", "bond", "lacp"],
        from: "passive",
        to: "active",
        disruption: "brief",
      },
    ]);
    expect(host.log).toEqual([...SENT, ...CONFIRMED]);
  });

  it("gives the platform's daemon a moment to show what it was told", async () => {
    const { host, machine } = given({ before: drifted, applied: converged, settlesAfter: 2 });
    const begun = Date.now();
    await outcome(machine.apply(inputs));
    expect(host.log.slice(SENT.length)).toEqual([
      "connect",
      "read facts",
      "read facts",
      "read facts",
      "confirm the change",
      "close",
    ]);
    expect(Date.now() - begun).toBe(700);
  });

  it("leaves on the machine what it confirmed", async () => {
    const { host, machine } = given({ before: empty, applied: converged });
    await outcome(machine.apply(inputs));
    expect(host.scripts.at(-1)).toContain(JSON.stringify(words).replaceAll("'", `'\\''`));
    expect(host.scripts.at(-1)).not.toMatch(/^rm -rf "\$own"$/m);
  });

  it("tells, with the next change, that the last one had been put back", async () => {
    const last = {
      id: "0",
      environment: "t",
      outcome: "reverted",
      reason: "the machine was restarted",
      at: 1_700_000_000,
    };
    const { machine } = given({ before: empty, applied: converged, last });
    expect((await outcome(machine.apply(inputs))).notes).toEqual([
      "the change of 2023-11-14T22:13:20.000Z had been put back by the machine itself, because the machine was restarted",
      LACP_BEGINS,
    ]);
    for (const other of [
      { ...last, environment: "u" },
      { ...last, outcome: "confirmed" },
    ]) {
      const { machine: quiet } = given({ before: empty, applied: converged, last: other });
      expect((await outcome(quiet.apply(inputs))).notes).toEqual([LACP_BEGINS]);
    }
  });
});

describe("apply where something is in the way", () => {
  it("changes nothing where something of others is, and says what", async () => {
    const { host, machine } = given({ before: taken, applied: converged });
    const error = await failure(machine.apply(inputs));
    expect(error).toBeInstanceOf(ConflictError);
    expect(error.message).toMatch(
      /^k1 \(k1\.example\.net:22\): nothing was changed, because bridge vs0 exists and is environment u's/,
    );
    expect(host.log).toEqual(["connect", "read facts", "close"]);
  });
});

describe("while somebody else changes the machine", () => {
  const change = { id: "1", environment: "u", by: "ann@desk", since: "2026-01-01T00:00:00Z", seconds: 120 };
  const LOOK = ["connect", "read facts", "close"];
  const told: string[] = [];
  beforeEach(() => void told.splice(0));

  function waiting(options: Omit<FakeHostOptions, "before" | "applied">) {
    const host = new FakeHost({ before: empty, applied: converged, ...options });
    return { host, machine: new Machine(kvm, host.connect, (text) => told.push(text)) };
  }

  it("waits for its end, says once for whom, and then does what is to be done", async () => {
    const { host, machine } = waiting({ change, changeEndsAfter: 5 });
    expect((await outcome(machine.apply(inputs))).changes).toHaveLength(1);
    expect(host.log).toEqual([...LOOK, ...LOOK, ...LOOK, ...SENT, ...CONFIRMED]);
    expect(told).toEqual([
      "kvm-01: waits for the change that ann@desk began for environment u at 2026-01-01T00:00:00Z; it ends within 120 s of its beginning, or is put back",
    ]);
  });

  it("goes on waiting over a connection that the other change cuts", async () => {
    const failures = [{ at: "connect", kind: "unreachable", on: 2 }] as const;
    const { host, machine } = waiting({ change, changeEndsAfter: 3, failures });
    await outcome(machine.apply(inputs));
    expect(host.log).toEqual([...LOOK, "connect", ...SENT, ...CONFIRMED]);
  });

  it("reads what there is when it has ended", async () => {
    const { host, machine } = waiting({ change, changeEndsAfter: 3 });
    expect(await outcome(machine.read({ ssh: inputs.ssh, environment: "t" }))).toBeUndefined();
    expect(host.log).toEqual([...LOOK, ...LOOK, ...LOOK]);
  });

  it("gives up when even the way back would have ended, changes nothing, and says whose it is", async () => {
    const { host, machine } = waiting({ change });
    const begun = Date.now();
    const error = await failure(machine.apply(inputs));
    expect(error).toBeInstanceOf(ConflictError);
    expect(error.message).toBe(
      `${K1}: nothing was changed, because another change is under way, begun by ann@desk for environment u at 2026-01-01T00:00:00Z. Wait until it has ended: without a confirmation the machine puts back what it had.`,
    );
    expect(new Set(host.log)).toEqual(new Set(LOOK));
    expect((Date.now() - begun) / 1000).toBe(210);
  });

  it("plans anew where somebody was faster by a moment, or an old change had to be put back first", async () => {
    const failures = [{ at: "apply openvswitch", kind: "tryAgain", on: 1 }] as const;
    const { host, machine } = waiting({ failures });
    expect((await outcome(machine.apply(inputs))).changes).toHaveLength(1);
    expect(host.log).toEqual([...SENT, ...SENT, ...CONFIRMED]);
  });

  it("but not for ever", async () => {
    const { host, machine } = waiting({ failures: [{ at: "apply openvswitch", kind: "tryAgain" }] });
    expect((await failure(machine.apply(inputs))).message).toMatch(/exit code 75\. Another change has begun\.$/);
    expect(host.log).toEqual(Array(5).fill(SENT).flat());
  });
});

describe("a change that does not hold is put back", () => {
  it("what reads back otherwise, property by property", async () => {
    const { host, machine } = given({ before: empty, applied: drifted });
    const error = await failure(machine.apply(inputs));
    expect(error).toBeInstanceOf(RevertedError);
    expect(error).not.toBeInstanceOf(TouchedError);
    expect((error as RevertedError).changes.map(({ path }) => path.at(-1))).toEqual(["lacp"]);
    expect(error.message).toBe(
      `${K1}: the machine has what it had before: the change was put back, because what reads back differs. openvswitch.vs0.ports.vs0-uplinks.bond.lacp: is "passive", wanted "active". Look for other tools that manage this machine, then run pulumi up again.`,
    );
    expect(host.log.slice(SENT.length)).toEqual(["connect", ...Array(5).fill("read facts"), ...PUT_BACK]);
    await expectUnchanged(host);
  });

  it("what is as wanted and does not work, after all the time that there is", async () => {
    vi.spyOn(openvswitch, "unhealthy").mockReturnValue(["bond vs0-uplinks has no partner. Look at the switch"]);
    const { host, machine } = given({ before: empty, applied: converged });
    const begun = Date.now();
    const error = await failure(machine.apply(inputs));
    expect(error).toBeInstanceOf(RevertedError);
    expect(error.message).toBe(
      `${K1}: the machine has what it had before: the change was put back, because it does not work. bond vs0-uplinks has no partner. Look at the switch. Mend what is named, on the machine or at the other end of its cables, then run pulumi up again.`,
    );
    // It waits as long as it may, and leaves the machine the time to be told.
    expect(Date.now() - begun).toBeGreaterThanOrEqual(109_000);
    expect(Date.now() - begun).toBeLessThan(113_000);
    expect(host.log.slice(-2)).toEqual(PUT_BACK);
    await expectUnchanged(host);
  });

  it("unless it works in the end", async () => {
    vi.spyOn(openvswitch, "unhealthy").mockReturnValueOnce(["no partner"]).mockReturnValueOnce(["no partner"]);
    const { host, machine } = given({ before: empty, applied: converged });
    await outcome(machine.apply(inputs));
    expect(host.log.slice(-3)).toEqual(["read facts", "confirm the change", "close"]);
  });

  it("what leaves the machine unable to tell what it has", async () => {
    const failures = [{ at: "read facts", kind: "command", on: 2 }] as const;
    const { host, machine } = given({ before: empty, applied: converged, failures });
    const error = await failure(machine.apply(inputs));
    expect(error).toBeInstanceOf(RevertedError);
    expect(error.message).toMatch(/because what it had then could not be read\. .*: read facts: exit code 1\./);
    expect(host.log.slice(-2)).toEqual(PUT_BACK);
    await expectUnchanged(host);
  });
});

describe("apply on a host that fails before it changes", () => {
  it.each([
    ["refuses the connection", { at: "connect", kind: "unreachable", on: 1 }, "unreachable", ["connect"]],
    ["has another host key", { at: "connect", kind: "hostKey", on: 1 }, "hostKey", ["connect"]],
    [
      "can't tell its facts",
      { at: "read facts", kind: "command", on: 1 },
      "command",
      ["connect", "read facts", "close"],
    ],
    ["hangs at its facts", { at: "read facts", kind: "timeout", on: 1 }, "timeout", ["connect", "read facts", "close"]],
    ["refuses the change", { at: "apply openvswitch", kind: "command" }, "command", SENT],
  ] as const)("%s: its own words, and it has the old configuration", async (_sentence, fault, kind, log) => {
    const { host, machine } = given({ before: empty, applied: converged, failures: [fault] });
    const error = await failure(machine.apply(inputs));
    expect(error).toBeInstanceOf(HostError);
    expect((error as HostError).kind).toBe(kind);
    expect(host.log).toEqual(log);
    await expectUnchanged(host);
  });
});

describe("apply on a host whose connection is lost", () => {
  it.each([
    ["while it changes", { at: "apply openvswitch", kind: "cut", takesEffect: true, on: 1 }],
    ["while it is read again", { at: "read facts", kind: "cut", takesEffect: false, on: 2 }],
    ["by the time it is read again", { at: "read facts", kind: "timeout", on: 2 }],
    ["before the confirmation arrives", { at: "confirm the change", kind: "cut", takesEffect: false, on: 1 }],
    ["with the answer to the confirmation", { at: "confirm the change", kind: "cut", takesEffect: true, on: 1 }],
  ] as const)("%s: it is asked over a new one, and confirmed once", async (_sentence, fault) => {
    const { host, machine } = given({ before: empty, applied: converged, failures: [fault] });
    expect((await outcome(machine.apply(inputs))).changes).toHaveLength(1);
    expect(host.log.filter((step) => step === "apply openvswitch")).toHaveLength(1);
    expect(host.log.filter((step) => step === "connect").length).toBe(fault.at === "apply openvswitch" ? 2 : 3);
    expect(host.log.at(-1)).toBe("close");
    const found = await outcome(machine.read({ ssh: inputs.ssh, environment: "t" }));
    expect(found?.texts).toEqual(texts);
  });

  it("for a while: it is tried again, and confirmed", async () => {
    const { host, machine } = given({ before: empty, applied: converged, isUnreachableFor: 60 });
    await outcome(machine.apply(inputs));
    const attempts = host.log.slice(SENT.length).indexOf("read facts");
    expect(attempts).toBeGreaterThan(50);
    expect(host.log.slice(-CONFIRMED.length)).toEqual(CONFIRMED);
  });

  it("for longer than the machine waits: it is told that the machine put back what it had, and why", async () => {
    const { host, machine } = given({ before: empty, applied: converged, isUnreachableFor: 130 });
    const error = await failure(machine.apply(inputs));
    expect(error).toBeInstanceOf(RevertedError);
    expect(error.message).toBe(
      `${K1}: the machine has what it had before: the change was put back, because no confirmation came in time. With the new configuration it could not be reached in time: look at the VLAN, the address, the gateway and the switch ports that its management goes over, or raise ssh.confirmSeconds.`,
    );
    expect(host.log.slice(-3)).toEqual(["connect", "read facts", "close"]);
    await expectUnchanged(host);
  });

  it("by a restart, in which the machine put back what it had", async () => {
    const { machine } = given({
      before: empty,
      applied: converged,
      isUnreachableFor: 20,
      reverts: { after: 10, because: "the machine was restarted" },
    });
    expect((await failure(machine.apply(inputs))).message).toMatch(/put back, because the machine was restarted\.$/);
  });

  it("before the change arrived: nothing of it is there", async () => {
    const failures = [{ at: "apply openvswitch", kind: "cut", takesEffect: false }] as const;
    const { host, machine } = given({ before: empty, applied: converged, failures });
    const error = await failure(machine.apply(inputs));
    expect(error).toBeInstanceOf(RevertedError);
    expect(error.message).toMatch(/put back, because it came to no end\. Run pulumi up again\.$/);
    await expectUnchanged(host);
  });

  it.each([
    ["for ever", { isUnreachableFor: Number.POSITIVE_INFINITY }, 210_000],
    ["again and again", { failures: [2, 3, 4].map((on) => cutAt(on)), isUnreachableFor: 209 }, 210_000],
  ])("%s: the user is told that the state is not known, and how to look", async (_sentence, options, milliseconds) => {
    const begun = Date.now();
    const { host, machine } = given({ before: empty, applied: converged, ...options });
    const error = await failure(machine.apply(inputs));
    expect(error).toBeInstanceOf(UnverifiedError);
    expect(error).toBeInstanceOf(TouchedError);
    expect(error.message).toMatch(
      /^k1 .*: the change was sent, but whether it took effect is not known, .* (Check the cable|connection was lost)\. Without a confirmation it puts back what it had 120 s after the change began.*run pulumi refresh.*\/var\/lib\/multiport\/last\.json/,
    );
    expect(Date.now() - begun).toBeGreaterThanOrEqual(milliseconds);
    expect(Date.now() - begun).toBeLessThan(milliseconds + 5000);
    expect(host.log).not.toContain("confirm the change");
  });

  it("and answers with another host key: nobody is waited for", async () => {
    const failures = [{ at: "connect", kind: "hostKey", on: 2 }] as const;
    const { host, machine } = given({ before: empty, applied: converged, failures });
    expect(await failure(machine.apply(inputs))).toBeInstanceOf(UnverifiedError);
    expect(host.log).toEqual([...SENT, "connect"]);
  });
});

function cutAt(on: number) {
  return { at: "read facts", kind: "cut", takesEffect: false, on } as const;
}

describe("a confirmation that is refused", () => {
  const late = (takes: number): FakeHostOptions => ({
    before: empty,
    applied: converged,
    // The machine begins its way back between the look and the confirmation.
    reverts: { after: 0, because: "no confirmation came in time", takes },
  });

  it("because the machine had begun to put back what it had: how that ended is told when it has ended", async () => {
    const { host, machine } = given(late(5));
    const error = await failure(machine.apply(inputs));
    expect(error).toBeInstanceOf(RevertedError);
    expect(error.message).toMatch(
      /put back, because no confirmation came in time\. With the new configuration it could not be reached in time/,
    );
    expect(host.log.filter((step) => step === "confirm the change")).toHaveLength(1);
    await expectUnchanged(host);
  });

  it("and never comes to an end: in the machine's own words", async () => {
    const { machine } = given(late(3600));
    const error = await failure(machine.apply(inputs));
    expect(error).toBeInstanceOf(HostError);
    expect(error.message).toMatch(
      /confirm the change: exit code 76\. The machine had begun to put back what it had\.$/,
    );
  });
});

describe("a way back that has begun before the machine is looked at", () => {
  const begun = (takes: number): FakeHostOptions => ({
    before: empty,
    applied: converged,
    reverts: { after: 0, because: "no confirmation came in time", takes, isSeen: true },
  });

  it("is left to the machine, and told as the machine tells it", async () => {
    const { host, machine } = given(begun(50));
    const error = await failure(machine.apply(inputs));
    expect(error).toBeInstanceOf(RevertedError);
    expect(error.message).toMatch(/put back, because no confirmation came in time\./);
    expect(host.log).not.toContain("confirm the change");
    expect(host.log).not.toContain("put back what it had");
    await expectUnchanged(host);
  });

  it("and never comes to an end leaves it open", async () => {
    const error = await failure(given(begun(3600)).machine.apply(inputs));
    expect(error).toBeInstanceOf(UnverifiedError);
    expect(error.message).toMatch(/It had not come to the end of putting back what it had\./);
  });

  it("and counts as under way no more, though it has not ended, is not told as done", async () => {
    const because = "no confirmation came in time";
    const reverts = { after: 0, because, takes: 3600, isSeen: true, forgottenAfter: 10 };
    expect(await failure(given({ before: empty, applied: converged, reverts }).machine.apply(inputs))).toBeInstanceOf(
      UnverifiedError,
    );
  });
});

describe("read", () => {
  it("gives what is there as the words and the text that would make it so", async () => {
    const { host, machine } = given({ before: converged });
    expect(await machine.read({ ssh: inputs.ssh, environment: "t" })).toEqual({ words, texts, remarks: [] });
    expect(host.log).toEqual(["connect", "read facts", "close"]);
  });

  it.each([
    ["an empty host", empty],
    ["a host of another environment", taken],
  ])("finds nothing of ours on %s", async (_sentence, before) => {
    expect(await given({ before }).machine.read({ ssh: inputs.ssh, environment: "t" })).toBeUndefined();
  });
});

describe("remove", () => {
  it("takes what is ours in one step, confirmed like any change, and tells what stays for others", async () => {
    const { host, machine } = given({ before: converged, applied: empty });
    expect(await outcome(machine.remove(inputs))).toEqual(["bridge vs0 stays because others use it: foreign0"]);
    expect(host.log).toEqual([...SENT, ...CONFIRMED]);
    const commands = host.scripts[1]?.split("\n").filter((line) => / -- /.test(line)) ?? [];
    expect(commands.join("\n")).toContain("del-port vs0 vs0-uplinks");
    expect(commands.join("\n")).not.toMatch(/foreign0|other\b/);
  });

  it("leaves no word of what was applied", async () => {
    const { host, machine } = given({ before: converged, applied: empty });
    await outcome(machine.remove(inputs));
    expect(host.scripts.at(-1)).toMatch(/^rm -rf "\$own"$/m);
    // The same for words that come from a file in which the machine has nothing, in whatever order their keys are.
    const nothing = given({ before: converged, applied: empty });
    await outcome(nothing.machine.apply({ ...inputs, words: JSON.parse(canonical(NO_WORDS)) }));
    expect(nothing.host.scripts.at(-1)).toMatch(/^rm -rf "\$own"$/m);
  });

  it.each([
    ["where nothing is ours", empty],
    ["where all is another environment's", taken],
  ])("runs nothing %s", async (_sentence, before) => {
    const { host, machine } = given({ before });
    expect(await machine.remove(inputs)).toEqual([]);
    expect(host.log).toEqual(["connect", "read facts", "close"]);
  });

  it("on a host that never answers again: the state is not known", async () => {
    const { machine } = given({ before: converged, applied: empty, isUnreachableFor: Number.POSITIVE_INFINITY });
    expect(await failure(machine.remove(inputs))).toBeInstanceOf(UnverifiedError);
  });
});
