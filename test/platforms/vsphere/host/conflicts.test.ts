// What stands in the way on a host: things of others, the way that vCenter reaches it, hardware that can't.
import { describe, expect, it } from "vitest";
import type {
  HostFacts,
  PhysicalNic,
  StandardSwitchFacts,
} from "../../../../providers/platforms/vsphere/host/facts.js";
import { fromHostFacts } from "../../../../providers/platforms/vsphere/host/fromFacts.js";
import { planHost } from "../../../../providers/platforms/vsphere/host/plan.js";
import {
  type HostWords,
  NO_WORDS,
  type PortGroupWords,
  type SwitchWords,
  type VmkernelWords,
} from "../../../../providers/platforms/vsphere/host/words.js";
import { hostFacts } from "./hostFacts.js";

const SECURITY = { promiscuous: false, macChanges: false, forgedTransmits: false };

function vswitch(uplinks: readonly string[], adopt = false): SwitchWords {
  const teaming = {
    policy: "loadbalance_srcid",
    active: uplinks,
    standby: [],
    beacon: false,
    failback: true,
    notifySwitches: true,
  } as const;
  const bond = uplinks.length > 0 ? { teaming, discovery: "cdp listen", beaconIntervalSeconds: 1 } : {};
  return { mtuBytes: 1500, uplinks, ...bond, security: SECURITY, shaping: "off", adopt };
}

const inherits = { teaming: "inherited", security: "inherited", shaping: "inherited" } as const;
const group = (name: string, vlan = 10): PortGroupWords => ({ switch: name, vlan, ...inherits });
const management: VmkernelWords = {
  switch: "vSwitch0",
  switchKind: "standard",
  portGroup: "Management Network",
  address: "10.0.0.11/24",
  mtuBytes: 1500,
  services: ["management"],
  stack: "defaultTcpipStack",
};

/** A switch of the host exactly as `vswitch` declares it. */
function there(name: string, uplinks: readonly string[]): [string, StandardSwitchFacts] {
  const nicTeaming = { policy: "loadbalance_srcid", nicOrder: { activeNic: [...uplinks], standbyNic: [] } };
  const security = { allowPromiscuous: false, macChanges: false, forgedTransmits: false };
  const bond = { discovery: "cdp listen", beaconIntervalSeconds: 1 };
  return [name, { name, mtuBytes: 1500, numPorts: 128, uplinks, ...bond, policy: { nicTeaming, security } }];
}

function on(name: string, vswitchName: string, machines: readonly string[] = []) {
  return [name, { name, switch: vswitchName, vlan: 10, policy: {}, computed: {}, machines }] as const;
}

function factsWith(switches: [string, StandardSwitchFacts][], groups: (readonly [string, unknown])[] = []): HostFacts {
  const base = hostFacts();
  const nics = [...base.nics.values()].map((nic): [string, PhysicalNic] => {
    const owner = switches.find(([, { uplinks }]) => uplinks.includes(nic.device))?.[0];
    return [nic.device, owner === undefined ? nic : { ...nic, holder: { kind: "standard", switch: owner } }];
  });
  return {
    ...base,
    nics: new Map(nics),
    switches: new Map([...base.switches, ...switches]),
    portGroups: new Map([...base.portGroups, ...(groups as never)]),
  };
}

function conflicts(desired: Partial<HostWords>, facts: HostFacts, previous?: Partial<HostWords>): readonly string[] {
  const [wanted, before] = [{ ...NO_WORDS, ...desired }, previous && { ...NO_WORDS, ...previous }];
  const scope = { ...wanted, switches: { ...before?.switches, ...wanted.switches } };
  const plan = planHost(wanted, fromHostFacts(facts, scope), { facts, previous: before });
  if (plan.conflicts.length > 0) expect(plan.steps).toEqual([]);
  return plan.conflicts;
}

describe("what is on the host already", () => {
  const desired = { switches: { a: vswitch(["vmnic1"]) }, portGroups: { app: group("a") } };

  it("is ours when a run that was killed has made it exactly so", () => {
    expect(conflicts(desired, factsWith([there("a", ["vmnic1"])], [on("app", "a")]))).toEqual([]);
  });

  it.each<[string, HostFacts, RegExp]>([
    ["a switch with another setting", factsWith([there("a", ["vmnic2"])]), /standard switch a exists already.*adopt/],
    [
      "a switch with a port group of others",
      factsWith([there("a", ["vmnic1"])], [on("theirs", "a")]),
      /standard switch a exists already/,
    ],
    [
      "a port group elsewhere",
      factsWith([], [on("app", "vSwitch0")]),
      /port group app exists already on switch vSwitch0/,
    ],
    [
      "a port group with a VM",
      factsWith([there("a", ["vmnic1"])], [on("app", "a", ["web-01"])]),
      /port group app exists already/,
    ],
    ["a NIC on another switch", factsWith([there("b", ["vmnic1"])]), /NIC vmnic1 is an uplink of standard switch b/],
  ])("is not taken over: %s", (_, facts, reason) => {
    expect(conflicts(desired, facts).join("\n")).toMatch(reason);
  });

  it("is ours when the last run declared it, whatever it looks like", () => {
    const facts = factsWith([there("a", ["vmnic2"])], [on("app", "a", ["web-01"])]);
    expect(conflicts(desired, facts, desired)).toEqual([]);
  });

  it("is taken over with adopt, with the declared port groups on it", () => {
    const facts = factsWith([there("a", ["vmnic2"])], [on("app", "a", ["web-01"]), on("theirs", "a")]);
    expect(conflicts({ ...desired, switches: { a: vswitch(["vmnic1"], true) } }, facts)).toEqual([]);
  });

  it("is not taken from a distributed switch", () => {
    const facts = factsWith([]);
    const nic: PhysicalNic = {
      device: "vmnic1",
      pci: "0000:3b:01.0",
      isUp: true,
      holder: { kind: "distributed", switch: "dvs0" },
    };
    const nics = new Map(facts.nics).set("vmnic1", nic);
    expect(conflicts(desired, { ...facts, nics }).join()).toMatch(/uplink of distributed switch dvs0/);
  });
});

describe("uplinks", () => {
  it("are read in the order of the file, for the host keeps them as a set", () => {
    const scope = { ...NO_WORDS, switches: { a: vswitch(["vmnic2", "vmnic1"]) } };
    const read = (uplinks: string[]) => fromHostFacts(factsWith([there("a", uplinks)]), scope).switches.a?.uplinks;
    expect(read(["vmnic1", "vmnic2"])).toEqual(["vmnic2", "vmnic1"]);
    expect(read(["vmnic1", "vmnic3"])).toEqual(["vmnic1", "vmnic3"]);
  });
});

describe("the way to the host", () => {
  const words = (uplinks: readonly string[]) => ({ switches: { vSwitch0: vswitch(uplinks, true) } });
  const down = (device: string): HostFacts => {
    const facts = hostFacts();
    const nic = facts.nics.get(device) as PhysicalNic;
    return { ...facts, nics: new Map(facts.nics).set(device, { ...nic, isUp: false }) };
  };

  it.each<[string, Partial<HostWords>, HostFacts, RegExp]>([
    ["its last uplink", words([]), hostFacts(), /no uplink would be left/],
    ["its last uplink with a link", words(["vmnic1"]), down("vmnic1"), /vmnic1 would be left, without a link/],
    [
      "its address",
      { ...words(["vmnic0"]), vmkernelPorts: { m: { ...management, address: "10.0.0.12/24" } } },
      hostFacts(),
      /10\.0\.0\.11\/24 would become 10\.0\.0\.12\/24/,
    ],
    [
      "its service",
      { ...words(["vmnic0"]), vmkernelPorts: { m: { ...management, services: [] } } },
      hostFacts(),
      /the service management would be taken/,
    ],
  ])("keeps %s", (_, desired, facts, reason) => {
    expect(conflicts(desired, facts).join("\n")).toMatch(reason);
  });

  it("may change over to another uplink with a link", () => {
    expect(conflicts(words(["vmnic1"]), hostFacts())).toEqual([]);
  });

  it("stays when nothing of the host is declared any more", () => {
    const previous = { ...NO_WORDS, ...words(["vmnic0"]), vmkernelPorts: { m: management } };
    const facts = hostFacts();
    const plan = planHost(NO_WORDS, fromHostFacts(facts, previous), { facts, previous });
    expect(plan.steps).toEqual([]);
    expect(plan.notes.join("\n")).toMatch(/vmkernel port m stays.*\nswitch vSwitch0 stays/);
  });
});

describe("vmkernel ports", () => {
  const port: VmkernelWords = {
    ...management,
    switch: "a",
    portGroup: "app",
    address: "10.1.0.1/24",
    services: ["vmotion"],
  };
  const desired = { switches: { a: vswitch(["vmnic1"]) }, portGroups: { app: group("a") }, vmkernelPorts: { v: port } };
  const facts = (state: Partial<VmkernelWords>): HostFacts => {
    const base = factsWith([there("a", ["vmnic1"])], [on("app", "a")]);
    return { ...base, vmkernelPorts: [...base.vmkernelPorts, { ...port, device: "vmk1", ...state }] };
  };

  it.each<[string, Partial<VmkernelWords>, boolean]>([
    ["made but without its services yet", { services: [] }, true],
    ["of another address", { address: "10.1.0.2/24" }, false],
    ["with a service of others", { services: ["vsan"] }, false],
  ])("that are there, %s", (_, state, isOurs) => {
    expect(conflicts(desired, facts(state)).length === 0).toBe(isOurs);
  });

  it("that moved are found where the last run put them", () => {
    const before = facts({});
    const moved = { ...NO_WORDS, ...desired, portGroups: { app: group("a"), other: group("a") } };
    const wanted = { ...moved, vmkernelPorts: { v: { ...port, portGroup: "other", address: "10.1.0.9/24" } } };
    const plan = planHost(wanted, fromHostFacts(before, wanted), { facts: before, previous: moved });
    const step = plan.steps.find(({ kind }) => kind === "editVmkernel");
    expect(step).toMatchObject({ device: "vmk1", isMoved: true });
    expect(plan.steps.some(({ kind }) => kind === "addVmkernel")).toBe(false);
  });

  it("need their distributed port group", () => {
    const distributed = { v: { ...port, switchKind: "distributed" as const, switch: "dvs0" } };
    expect(conflicts({ vmkernelPorts: distributed }, hostFacts()).join()).toMatch(
      /no distributed port group dvs0\/app/,
    );
  });
});
