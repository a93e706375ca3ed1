// What vCenter is told in each step of a VM.
import { describe, expect, it } from "vitest";
import type { VmFacts } from "../../../../providers/platforms/vsphere/virtualMachine/facts.js";
import { vsphereVm } from "../../../../providers/platforms/vsphere/virtualMachine/index.js";
import type { VmWords } from "../../../../providers/platforms/vsphere/virtualMachine/words.js";
import { app, card, facts, words } from "./given.js";

/** The call of the first step. */
function firstCall(desired: VmWords, at: VmFacts) {
  const { steps, conflicts } = vsphereVm.plan(desired, vsphereVm.fromFacts(at, desired), at);
  expect(conflicts).toEqual([]);
  const [first] = steps;
  if (!first) throw new Error("there is no step");
  return vsphereVm.toCall(first, at);
}

describe("an ordinary card", () => {
  it("is added with the mark of its port, on the key of its port group, for the version of the VM that was read", () => {
    expect(firstCall(words({ cards: { app0: app } }), facts())).toEqual({
      object: { type: "VirtualMachine", value: "vm-1" },
      method: "ReconfigVM_Task",
      arguments: {
        spec: {
          changeVersion: "v7",
          deviceChange: [
            {
              $type: "VirtualDeviceConfigSpec",
              operation: "add",
              device: {
                $type: "VirtualVmxnet3",
                key: -1,
                backing: {
                  $type: "VirtualEthernetCardDistributedVirtualPortBackingInfo",
                  port: { switchUuid: "50 01", portgroupKey: "pg-app" },
                },
                connectable: { startConnected: true, allowGuestControl: true, connected: true },
                wakeOnLanEnabled: true,
                externalId: "multiport:e/app0",
              },
            },
          ],
        },
      },
    });
  });

  it("that others made stays out of the plan", () => {
    const at = facts({ cards: [card({ key: 4000 }), card({ key: 4001, port: "app0" })] });
    const desired = words({ cards: { app0: app } });
    expect(vsphereVm.plan(desired, vsphereVm.fromFacts(at, desired), at).steps).toEqual([]);
  });
});
