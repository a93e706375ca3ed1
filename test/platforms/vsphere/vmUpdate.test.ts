// What is told of, and refused to, the provider's update of a VM.
import { describe, expect, it } from "vitest";
import {
  offlineChanges,
  unlocksMemory,
  updateRefusal,
  updateWarning,
  type VmUpdate,
} from "../../../providers/platforms/vsphere/vmUpdate.js";

const inputs = { numCpus: 2, memory: 1024, guestId: "otherGuest64", folder: "a" };
const update = (to: object, powerOff: VmUpdate["powerOff"] = "never"): VmUpdate => ({
  name: "db-01",
  powerOff,
  from: inputs,
  to: { ...inputs, ...to },
});

it.each([
  [{}, []],
  [{ folder: "b" }, []],
  [{ numCpus: 4 }, ["processors 2 -> 4"]],
  [
    { memory: 512, guestId: "rhel9_64Guest" },
    ["memory in MB 1024 -> 512", "guest operating system otherGuest64 -> rhel9_64Guest"],
  ],
])("%j has the VM off for %j", (to, expected) => {
  expect(offlineChanges(update(to))).toEqual(expected);
});

describe("a preview", () => {
  it("says nothing of what the VM does not notice", () => {
    expect(updateWarning(update({ folder: "b" }))).toBeUndefined();
  });

  it("says whether it is an outage or a refusal", () => {
    expect(updateWarning(update({ numCpus: 4 }, "whenRequired"))).toMatch(
      /^outage: VM db-01 has to be off for: processors 2 -> 4\./,
    );
    expect(updateWarning(update({ numCpus: 4 }))).toMatch(
      /^VM db-01 has to be off for: processors 2 -> 4\. Refused while it runs/,
    );
  });
});

it.each([
  ["poweredOff", "never", undefined],
  ["poweredOn", "whenRequired", undefined],
  ["poweredOn", "never", "VM db-01 runs, and has to be off for: processors 2 -> 4: shut it down"],
  ["suspended", "never", "VM db-01 is suspended: resume it"],
  ["suspended", "whenRequired", "VM db-01 is suspended: resume it"],
] as const)("a VM that is %s, with powerOff %s: %s", (power, powerOff, expected) => {
  const refusal = updateRefusal(update({ numCpus: 4 }, powerOff), power);
  if (expected === undefined) expect(refusal).toBeUndefined();
  else expect(refusal).toContain(expected);
  expect(updateRefusal(update({ folder: "b" }, powerOff), power)).toBeUndefined();
});

it.each([
  [1024, undefined, true],
  [1024, 2048, false],
  [undefined, undefined, false],
  [undefined, 1024, false],
])("a reservation of %s that becomes %s unlocks memory: %s", (before, after, expected) => {
  expect(
    unlocksMemory({ ...update({ memoryReservation: after }), from: { ...inputs, memoryReservation: before } }),
  ).toBe(expected);
});
