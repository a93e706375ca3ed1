// The one sequence of I/O on a machine, on a host that fails on purpose: what is run in which order, what is not run,
// and in which state the user is told that the machine is.
import { describe, expect, it } from "vitest";
import { ConflictError, Machine, MismatchError, UnverifiedError } from "../../providers/engine/machine.js";
import { renderMachine } from "../../providers/engine/render.js";
import { HostError } from "../../providers/host/host.js";
import { kvm } from "../../providers/platforms/kvm/index.js";
import { modelOf } from "../model/given.js";
import { recordedFacts, recordedSpec } from "../recorded.js";
import { FakeHost, type FakeHostOptions } from "./fakeHost.js";

const [model] = modelOf(recordedSpec("kvm", "lacp-bond")).kvmHosts;
if (!model) throw new Error("no host");
const text = renderMachine(kvm, model, { machine: "kvm-01", environment: "t" });
const inputs = { ssh: model.ssh, environment: "t", text };

const converged = recordedFacts("kvm", "lacp-bond");
const empty = recordedFacts("kvm", "empty-host");
const drifted = converged.replace('"active",["map"', '"passive",["map"');
const taken = converged.replaceAll('["multiport","t"]', '["multiport","u"]');

const APPLY = ["connect", "read facts", "apply openvswitch", "read facts", "close"];

function given(options: FakeHostOptions) {
  const host = new FakeHost(options);
  return { host, machine: new Machine(kvm, host.connect) };
}

describe("apply", () => {
  it("reads, changes, reads again, and says what was different", async () => {
    const { host, machine } = given({ before: empty, applied: converged });
    const { changes, notes } = await machine.apply(inputs);
    expect(host.log).toEqual(APPLY);
    expect(changes.map(({ path, from }) => [path.join("."), from])).toEqual([["vs0", undefined]]);
    expect(notes).toEqual([]);
  });

  it("runs the very text that the preview showed", async () => {
    const { host, machine } = given({ before: empty, applied: converged });
    await machine.apply(inputs);
    expect(host.scripts[1]).toContain(text);
  });

  it("of what is already so runs nothing but the reading", async () => {
    const { host, machine } = given({ before: converged });
    expect(await machine.apply(inputs)).toEqual({ changes: [], notes: [] });
    expect(host.log).toEqual(["connect", "read facts", "close"]);
  });

  it("repairs drift, and names it", async () => {
    const { host, machine } = given({ before: drifted, applied: converged });
    const { changes } = await machine.apply(inputs);
    expect(changes).toEqual([
      { path: ["vs0", "ports", "vs0-uplinks", "bond", "lacp"], from: "passive", to: "active", disruption: "brief" },
    ]);
    expect(host.log).toEqual(APPLY);
  });

  it("gives the platform's daemon a moment to show what it was told", async () => {
    const { host, machine } = given({ before: drifted, applied: converged, settlesAfter: 2 });
    await machine.apply(inputs);
    expect(host.log).toEqual([
      "connect",
      "read facts",
      "apply openvswitch",
      "read facts",
      "read facts",
      "read facts",
      "close",
    ]);
  });

  it("changes nothing where something of others is in the way, and says what", async () => {
    const { host, machine } = given({ before: taken, applied: converged });
    await expect(machine.apply(inputs)).rejects.toThrow(ConflictError);
    await expect(machine.apply(inputs)).rejects.toThrow(
      /^k1 \(k1\.example\.net:22\): nothing was changed, because bridge vs0 exists and is environment u's/,
    );
    expect(host.log.filter((step) => step.startsWith("apply"))).toEqual([]);
    expect(host.log.at(-1)).toBe("close");
  });

  it("reports what reads back otherwise, property by property", { timeout: 15_000 }, async () => {
    const { machine } = given({ before: empty, applied: drifted });
    const error = await machine.apply(inputs).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(MismatchError);
    expect((error as MismatchError).changes.map(({ path }) => path.at(-1))).toEqual(["lacp"]);
    expect((error as Error).message).toBe(
      'k1 (k1.example.net:22): the configuration was taken, but what reads back differs. vs0.ports.vs0-uplinks.bond.lacp: is "passive", wanted "active". Look for other tools that manage this machine, then run pulumi up again.',
    );
  });
});

describe("apply on a host that fails", () => {
  it.each([
    ["refuses the connection", { at: "connect", kind: "unreachable" }, "unreachable", ["connect"]],
    ["has another host key", { at: "connect", kind: "hostKey" }, "hostKey", ["connect"]],
    ["can't tell its facts", { at: "read facts", kind: "command" }, "command", ["connect", "read facts", "close"]],
    ["hangs at its facts", { at: "read facts", kind: "timeout" }, "timeout", ["connect", "read facts", "close"]],
    [
      "refuses the transaction",
      { at: "apply openvswitch", kind: "command" },
      "command",
      ["connect", "read facts", "apply openvswitch", "close"],
    ],
  ] as const)("%s: its own words, and it has the old configuration", async (_sentence, failure, kind, log) => {
    const { host, machine } = given({ before: empty, applied: converged, failures: [failure] });
    const error = await machine.apply(inputs).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(HostError);
    expect((error as HostError).kind).toBe(kind);
    expect(host.log).toEqual(log);
    // Nothing was changed: without the fault, the next run does all of it.
    const again = given({ before: empty, applied: converged });
    expect((await again.machine.apply(inputs)).changes).toHaveLength(1);
  });

  it.each([
    ["is cut off while it changes", { at: "apply openvswitch", kind: "cut", takesEffect: false }],
    ["is cut off after it changed", { at: "apply openvswitch", kind: "cut", takesEffect: true }],
    ["hangs while it changes", { at: "apply openvswitch", kind: "timeout" }],
  ] as const)("%s: the user is told that the state is not known, and how to look", async (_sentence, failure) => {
    const { host, machine } = given({ before: empty, applied: converged, failures: [failure] });
    const error = await machine.apply(inputs).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UnverifiedError);
    expect((error as Error).message).toMatch(
      /^k1 .*: the change was sent, but whether it took effect is not known.*run pulumi refresh/,
    );
    expect(host.log.at(-1)).toBe("close");
  });
});

describe("read", () => {
  it("gives what is there as the text that would make it so", async () => {
    const { host, machine } = given({ before: converged });
    expect(await machine.read({ ssh: inputs.ssh, environment: "t" })).toBe(text);
    expect(host.log).toEqual(["connect", "read facts", "close"]);
  });

  it.each([
    ["an empty host", empty],
    ["a host of another environment", taken],
  ])("finds nothing of ours on %s", async (_sentence, before) => {
    expect(await given({ before }).machine.read({ ssh: inputs.ssh, environment: "t" })).toBeUndefined();
  });

  it("says in plain words when the host prints something else", async () => {
    await expect(given({ before: "Last login: today" }).machine.read(inputs)).rejects.toThrow(
      /the facts of the machine are not JSON/,
    );
  });
});

describe("remove", () => {
  it("takes what is ours in one step, and tells what stays for others", async () => {
    const { host, machine } = given({ before: converged, removed: empty });
    expect(await machine.remove(inputs)).toEqual(["bridge vs0 stays because others use it: foreign0"]);
    expect(host.log).toEqual(["connect", "read facts", "remove openvswitch", "close"]);
    expect(host.scripts[1]).not.toMatch(/foreign0|other\b/);
  });

  it.each([
    ["where nothing is ours", empty],
    ["where all is another environment's", taken],
  ])("runs nothing %s", async (_sentence, before) => {
    const { host, machine } = given({ before });
    expect(await machine.remove(inputs)).toEqual([]);
    expect(host.log).toEqual(["connect", "read facts", "close"]);
  });

  it("on a host that is cut off: the state is not known", async () => {
    const { machine } = given({
      before: converged,
      removed: empty,
      failures: [{ at: "remove openvswitch", kind: "cut", takesEffect: false }],
    });
    await expect(machine.remove(inputs)).rejects.toThrow(UnverifiedError);
  });
});
