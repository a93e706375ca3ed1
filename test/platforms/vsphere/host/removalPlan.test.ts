// What leaves with the words of the file, and what stays because it is or may be of others.
import { describe, expect, it } from "vitest";
import type { HostFacts, VmkernelFacts } from "../../../../providers/platforms/vsphere/host/facts.js";
import { fromHostFacts } from "../../../../providers/platforms/vsphere/host/fromFacts.js";
import { planHost } from "../../../../providers/platforms/vsphere/host/plan.js";
import {
  type HostWords,
  NO_WORDS,
  type PortGroupWords,
  type SwitchWords,
} from "../../../../providers/platforms/vsphere/host/words.js";
import { hostFacts } from "./hostFacts.js";

const security = { promiscuous: false, macChanges: false, forgedTransmits: false };
const vswitch = (adopt: boolean): SwitchWords => ({ mtuBytes: 1500, uplinks: [], security, shaping: "off", adopt });
const app: PortGroupWords = {
  switch: "a",
  vlan: 10,
  teaming: "inherited",
  security: "inherited",
  shaping: "inherited",
};
const declared = (adopt = false): HostWords => ({
  ...NO_WORDS,
  switches: { a: vswitch(adopt) },
  portGroups: { app },
});

interface On {
  readonly machines?: readonly string[];
  readonly ports?: readonly Partial<VmkernelFacts>[];
  readonly others?: readonly string[];
}

/** A host with switch a, its port group app, and what else is on them. */
function facts({ machines = [], ports = [], others = [] }: On = {}): HostFacts {
  const base = hostFacts();
  const group = (name: string, on: readonly string[]) =>
    [name, { name, switch: "a", vlan: 10, policy: {}, computed: {}, machines: on }] as const;
  const [management] = base.vmkernelPorts;
  if (!management) throw new Error("the facts have no management");
  return {
    ...base,
    switches: new Map([...base.switches, ["a", { name: "a", mtuBytes: 1500, numPorts: 128, uplinks: [], policy: {} }]]),
    portGroups: new Map([...base.portGroups, group("app", machines), ...others.map((name) => group(name, []))]),
    vmkernelPorts: ports.map((port) => ({ ...management, switch: "a", portGroup: "app", services: [], ...port })),
  };
}

function removal(previous: HostWords, on: On = {}) {
  const known = { facts: facts(on), previous };
  return planHost(NO_WORDS, fromHostFacts(known.facts, previous), known);
}
const titles = (previous: HostWords, on?: On) => removal(previous, on).steps.map(({ title }) => title);

describe("what is no longer declared", () => {
  it("leaves, the port group before its switch", () => {
    expect(titles(declared())).toEqual(["port group app: remove it", "switch a: remove it"]);
  });

  it("leaves a switch to those who have a port group of theirs on it", () => {
    expect(titles(declared(), { others: ["theirs"] })).toEqual(["port group app: remove it"]);
    expect(removal(declared(), { others: ["theirs"] }).notes).toEqual([
      "switch a stays because others use it: port groups theirs",
    ]);
  });

  it("leaves a switch that was there before, without our port groups", () => {
    expect(titles(declared(true))).toEqual(["port group app: remove it"]);
    expect(removal(declared(true)).notes.join()).toMatch(/switch a stays with its settings/);
  });

  it("leaves a port group of such a switch that others use", () => {
    expect(titles(declared(true), { machines: ["web-01"] })).toEqual([]);
    expect(removal(declared(true), { machines: ["web-01"] }).notes.join()).toMatch(/app stays.*VM web-01/);
  });

  it.each<[string, On, string]>([
    ["VMs", { machines: ["web-01", "web-02"] }, "VM web-01, VM web-02"],
    ["vmkernel ports of others", { ports: [{ device: "vmk3" }] }, "vmk3"],
  ])("is asked for when %s are on it", (_, on, users) => {
    const { conflicts, steps } = removal(declared(), on);
    expect(conflicts.join()).toContain(`while it is used by ${users}`);
    expect(steps).toEqual([]);
  });

  it("leaves with the vmkernel port of ours on it, which comes first", () => {
    const port = { switch: "a", switchKind: "standard", portGroup: "app", mtuBytes: 1500 } as const;
    const words = { ...port, address: "10.1.0.1/24", services: [], stack: "defaultTcpipStack" } as const;
    const previous = { ...declared(), vmkernelPorts: { v: words } };
    expect(titles(previous, { ports: [{ device: "vmk1", address: "10.1.0.1/24" }] })).toEqual([
      "vmkernel port v: remove it",
      "port group app: remove it",
      "switch a: remove it",
    ]);
  });

  it("includes virtual functions and passthrough", () => {
    const previous: HostWords = {
      ...NO_WORDS,
      sriov: { vmnic4: { numVfs: 4 } },
      passthrough: { "0000:d8:00.0": true },
    };
    const { steps } = planHost({ ...NO_WORDS, reboot: "never" }, previous);
    expect(steps[0]?.title).toBe("PCI devices: no SR-IOV on vmnic4, no passthrough of 0000:d8:00.0");
  });
});
