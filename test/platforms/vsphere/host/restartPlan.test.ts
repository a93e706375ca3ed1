// Restarting a host: what comes next in every state that a run can be cut off in.
import { describe, expect, it } from "vitest";
import type { HostFacts } from "../../../../providers/platforms/vsphere/host/facts.js";
import { fromHostFacts } from "../../../../providers/platforms/vsphere/host/fromFacts.js";
import { planHost } from "../../../../providers/platforms/vsphere/host/plan.js";
import { type HostWords, NO_WORDS } from "../../../../providers/platforms/vsphere/host/words.js";
import { hostFacts, sriovDevice } from "./hostFacts.js";

const wanted: HostWords = { ...NO_WORDS, sriov: { vmnic4: { numVfs: 8 } }, reboot: "whenRequired" };
const never: HostWords = { ...wanted, reboot: "never" };
const PCI = "0000:3b:04.0";
const requested = new Map([sriovDevice(PCI, { isEnabled: true, requested: 8 })]);
const done = new Map([sriovDevice(PCI, { isEnabled: true, isActive: true, requested: 8, present: 8 })]);
const fewer = new Map([sriovDevice(PCI, { isEnabled: true, isActive: true, requested: 8, present: 4 })]);
const BOOT = "2026-01-01T00:00:00Z";
const LATER = "2026-01-01T01:00:00Z";

function plan(desired: HostWords, facts: HostFacts) {
  return planHost(desired, fromHostFacts(facts, desired), { facts, previous: desired });
}
const kinds = (desired: HostWords, facts: Partial<HostFacts>) =>
  plan(desired, hostFacts(facts)).steps.map(({ kind }) => kind);

const RESTART = ["restart", "wait", "exitMaintenance", "unmark"];

describe("a restart that is allowed", () => {
  it.each<[string, Partial<HostFacts>, string[]]>([
    ["nothing is asked yet", {}, ["devices", "refreshDevices", "defineMark", "mark", "enterMaintenance", ...RESTART]],
    ["vCenter does not show yet that it is required", { devices: requested }, ["wait"]],
    [
      "the attribute is not there",
      { devices: requested, isRestartRequired: true },
      ["defineMark", "mark", "enterMaintenance", ...RESTART],
    ],
    [
      "the attribute is there",
      { devices: requested, isRestartRequired: true, mark: { key: 7 } },
      ["mark", "enterMaintenance", ...RESTART],
    ],
    [
      "it is marked",
      { devices: requested, isRestartRequired: true, mark: { key: 7, bootTime: BOOT } },
      ["enterMaintenance", ...RESTART],
    ],
    [
      "it is in maintenance mode through us",
      { devices: requested, isRestartRequired: true, isInMaintenance: true, mark: { key: 7, bootTime: BOOT } },
      RESTART,
    ],
    ["it is on its way down or up", { isConnected: false, mark: { key: 7, bootTime: BOOT } }, ["wait"]],
    [
      "it is back",
      { devices: done, isInMaintenance: true, bootTime: LATER, mark: { key: 7, bootTime: BOOT } },
      ["exitMaintenance", "unmark"],
    ],
    [
      "it is back with fewer functions",
      { devices: fewer, isInMaintenance: true, bootTime: LATER, mark: { key: 7, bootTime: BOOT } },
      ["wait"],
    ],
    ["it is out of maintenance mode", { devices: done, bootTime: LATER, mark: { key: 7, bootTime: BOOT } }, ["unmark"]],
    [
      "an administrator ended the maintenance, and functions are missing still",
      { devices: fewer, isRestartRequired: true, bootTime: LATER, mark: { key: 7, bootTime: BOOT } },
      ["mark", "enterMaintenance", ...RESTART],
    ],
    ["all is done", { devices: done, bootTime: LATER, mark: { key: 7 } }, []],
    [
      "all is done and an administrator maintains the host",
      { devices: done, isInMaintenance: true, mark: { key: 7 } },
      [],
    ],
  ])("goes on when %s", (_, facts, steps) => {
    expect(kinds(wanted, facts)).toEqual(steps);
  });

  it("tells which functions are missing after it, and where they went", () => {
    const [shifted] = [sriovDevice("0000:3b:03.0", { present: 4 })];
    const devices = new Map([...fewer, shifted]);
    const facts = { devices, isInMaintenance: true, bootTime: LATER, mark: { key: 7, bootTime: BOOT } };
    expect(plan(wanted, hostFacts(facts)).steps[0]?.title).toMatch(
      /^compare after the restart: 8 virtual functions of vmnic4 \(4 are there\) \(virtual functions: vmnic3 has 4 of 0, vmnic4 has 4 of 8\)/,
    );
  });

  it.each<[string, Partial<HostFacts>, RegExp]>([
    ["VMs run that nobody moves", { runningMachines: ["a", "b"] }, /nobody moves the 2 VMs that run on it: a, b\./],
    ["an administrator maintains the host", { isInMaintenance: true }, /multiport did not put it there/],
    ["vCenter does not reach it", { isConnected: false, connectionState: "disconnected" }, /\(disconnected\)/],
  ])("is refused when %s", (_, facts, reason) => {
    const { conflicts, steps } = plan(wanted, hostFacts({ devices: requested, isRestartRequired: true, ...facts }));
    expect(conflicts.join()).toMatch(reason);
    expect(steps).toEqual([]);
  });

  it("names the VMs that the cluster moves", () => {
    const facts = { devices: requested, isRestartRequired: true, runningMachines: ["a"], areMachinesMoved: true };
    const { steps } = plan(wanted, hostFacts(facts));
    expect(steps.find(({ kind }) => kind === "enterMaintenance")?.title).toMatch(/DRS moves its running VMs: a$/);
  });
});

describe("a restart that is not allowed", () => {
  it("is told, and shown as a change until it was made", () => {
    const { steps, notes, isUnfinished } = plan(never, hostFacts({ devices: requested, isRestartRequired: true }));
    expect(steps).toEqual([]);
    expect(notes.join()).toMatch(/^waits for a restart of the host: 8 virtual functions of vmnic4 \(0 are there\)\./);
    expect(isUnfinished).toBe(true);
    expect(plan(never, hostFacts({ devices: done })).isUnfinished).toBe(false);
  });

  it("leaves a maintenance that was begun while it was allowed", () => {
    const facts = { devices: requested, isInMaintenance: true, mark: { key: 7, bootTime: BOOT } };
    expect(kinds(never, facts)).toEqual(["exitMaintenance", "unmark"]);
  });
});

describe("the preview", () => {
  it("says that the host is restarted, and that it goes out", () => {
    const { steps } = planHost(wanted, NO_WORDS);
    expect(steps.filter(({ disruption }) => disruption === "outage").map(({ kind }) => kind)).toEqual([
      "enterMaintenance",
      "restart",
    ]);
  });

  it("says what waits when it must not be restarted", () => {
    const { steps, notes } = planHost(never, NO_WORDS);
    expect(steps.map(({ kind }) => kind)).toEqual(["devices", "refreshDevices"]);
    expect(notes.join()).toMatch(/after the next restart/);
  });
});
