// The way to the hardware that is wanted: which steps in which order, from every place where an earlier run was cut off, and what refuses it.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { VmFacts } from "../../../../providers/platforms/vsphere/virtualMachine/facts.js";
import { vsphereVm } from "../../../../providers/platforms/vsphere/virtualMachine/index.js";
import { portOfMark, readMarks } from "../../../../providers/platforms/vsphere/virtualMachine/marks.js";
import type { VmWords } from "../../../../providers/platforms/vsphere/virtualMachine/words.js";
import { app, card, facts, GPU, PF0, PF1, pf, storage, vf, words } from "./given.js";

const planned = (desired: VmWords, at: VmFacts) => vsphereVm.plan(desired, vsphereVm.fromFacts(at, desired), at);
const titles = (desired: VmWords, at: VmFacts) => planned(desired, at).steps.map(({ title }) => title);

const fixed: Partial<VmWords> = { memoryLocked: true, powerOff: "whenRequired" };
const wantsFunction = words({ ...fixed, cards: { app0: app, sto0: storage } });
const off = "poweredOff" as const;
const on = { isMemoryLocked: true, cards: [card({ port: "app0" })] };
const done = { isMemoryLocked: true, cards: [card({ port: "app0" }), vf({ port: "sto0" })] };
const marked = (poweredOff: { askedAt?: number }) => ({ passthrough: [], macs: new Map<string, string>(), poweredOff });

describe("a function for a VM that runs", () => {
  const ADD = "port sto0: add a virtual function of vmnic4 on dvs0/storage";
  const TAIL = [ADD, "power the VM on", "clear the notes on the VM"];
  const ASK = ["shut the guest down", "note on the VM that its guest was asked", "wait for the guest to shut down"];
  const WAIT = ["wait for the guest to shut down"];

  // Each place where a run can be cut off, and all that is still to be done from there.
  it.each<[string, Partial<VmFacts>, string[]]>([
    ["at the start", on, ["note on the VM that it is on", ...ASK, ...TAIL]],
    ["after the note that it is on", { ...on, marks: marked({}) }, [...ASK, ...TAIL]],
    [
      "after the guest was asked, before the note of it",
      { ...on, marks: marked({}), isShuttingDown: true },
      [...WAIT, ...TAIL],
    ],
    ["while the guest shuts down", { ...on, marks: marked({ askedAt: 1000 }), now: 2000 }, [...WAIT, ...TAIL]],
    ["long after the guest was asked", { ...on, marks: marked({ askedAt: 1000 }), now: 400_000 }, [...ASK, ...TAIL]],
    ["when the guest is down", { ...on, marks: marked({ askedAt: 1000 }), power: off }, TAIL],
    ["after the card was added", { ...done, marks: marked({}), power: off }, TAIL.slice(1)],
    ["after the VM was powered on", { ...done, marks: marked({}) }, TAIL.slice(2)],
    ["when all is done", done, []],
    ["of a VM that was off before", { ...on, power: off }, [ADD]],
  ])("%s", (_, at, expected) => {
    expect(planned(wantsFunction, facts(at)).conflicts).toEqual([]);
    expect(titles(wantsFunction, facts(at))).toEqual(expected);
  });

  it("powers it off where VMware Tools do not run, and never while a guest is on its way down", () => {
    const POWER_OFF = "power the VM off, because its guest can't be asked: VMware Tools do not run";
    expect(titles(wantsFunction, facts({ ...on, hasTools: false, marks: marked({}) }))[0]).toBe(POWER_OFF);
    const asked = { ...on, hasTools: false, marks: marked({ askedAt: 1000 }), now: 2000 };
    expect(titles(wantsFunction, facts(asked))[0]).toBe("wait for the guest to shut down");
  });

  it("is refused when the VM may not be powered off, with what to do; nothing is planned", () => {
    const { conflicts, steps } = planned({ ...wantsFunction, powerOff: "never" }, facts(on));
    expect(conflicts).toEqual([
      `VM db-01 runs, and has to be off for: ${ADD}: shut it down, or set vsphere.powerOff of the VM to whenRequired`,
    ]);
    expect(steps).toEqual([]);
  });

  it("that another environment powered off is not powered on", () => {
    const { steps } = planned(wantsFunction, facts({ ...done, power: off }));
    expect(steps).toEqual([]);
  });
});

describe("ordinary cards of a VM that runs", () => {
  const web = { ...app, portGroup: "web" };
  it.each<[string, Partial<VmFacts>, Partial<VmWords>, string[]]>([
    [
      "come in the order of the file",
      {},
      { cards: { b: app, a: web }, order: ["b", "a"] },
      ["port b: add a vmxnet3 card on dvs0/app", "port a: add a vmxnet3 card on dvs0/web"],
    ],
    [
      "move",
      { cards: [card({ port: "app0" })] },
      { cards: { app0: web } },
      ["port app0: change port group dvs0/app to dvs0/web"],
    ],
    [
      "go when they are marked and not declared",
      { cards: [card({ port: "old" }), card({ key: 4001 })] },
      {},
      ["port old: remove a vmxnet3 card on dvs0/app"],
    ],
    [
      "are taken over by their MAC address",
      { cards: [card({ mac: "00:50:56:00:00:09" })] },
      { cards: { app0: { ...app, mac: "00:50:56:00:00:09" } } },
      ["port app0: take over the card 00:50:56:00:00:09 that is there"],
    ],
    [
      "keep a MAC address that the file does not say",
      { cards: [card({ port: "app0" })] },
      { cards: { app0: app } },
      [],
    ],
  ])("%s", (_, at, wanted, expected) => {
    expect(titles(words(wanted), facts(at))).toEqual(expected);
  });

  it("come around functions only with the VM off: functions leave, cards come, functions come again", () => {
    const desired = words({ ...fixed, cards: { app0: app, new0: web, sto0: storage } });
    expect(titles(desired, facts({ ...done, power: off }))).toEqual([
      "port sto0: take a virtual function of vmnic4 on dvs0/storage out while ordinary cards change",
      "port new0: add a vmxnet3 card on dvs0/web",
      "port sto0: add a virtual function of vmnic4 on dvs0/storage",
    ]);
    const { conflicts } = planned({ ...desired, powerOff: "never" }, facts(done));
    expect(conflicts[0]).toMatch(/^VM db-01 runs, and has to be off for: port sto0: take/);
  });
});

describe("is refused before anything is changed", () => {
  const withHost = (host: Partial<VmFacts["host"]>) => ({ ...on, power: off, host: { ...facts().host, ...host } });
  const withPf = (sriov: Parameters<typeof pf>[1]) => withHost({ pci: new Map([[PF0, pf(PF0, sriov)]]) });
  const device = words({ ...fixed, passthrough: { [GPU]: true } });
  const gpu = (requested: boolean) =>
    withHost({ pci: new Map([[GPU, { id: GPU, isPassthroughRequested: requested, isPassthroughActive: false }]]) });

  it.each<[string, VmWords, Partial<VmFacts>, string]>([
    ["another host", wantsFunction, withHost({ name: "esx-02" }), "is on esx-02, and the file has it on esx-01"],
    ["a template", wantsFunction, { isTemplate: true }, "is a template"],
    ["a suspended VM", words({ cards: { app0: app } }), { power: "suspended" }, "is suspended"],
    [
      "a port group that the host lacks",
      words({ cards: { a: { ...app, portGroup: "none" } } }),
      {},
      "has no port group none on distributed switch dvs0 (it has dvs0/app, dvs0/storage, dvs0/web, vSwitch0/VM Network)",
    ],
    [
      "an unknown PF",
      words({ ...fixed, cards: { s: { ...storage, pf: "vmnic9" } } }),
      { power: off },
      "has no physical port vmnic9 (it has vmnic4, vmnic5)",
    ],
    [
      "another PCI address than the file's",
      words({ ...fixed, cards: { s: { ...storage, pci: PF1 } } }),
      { power: off },
      `is PCI device ${PF0}, and the file has ${PF1}`,
    ],
    [
      "SR-IOV that is off",
      wantsFunction,
      withPf({ isRequested: false, isActive: false }),
      "SR-IOV of vmnic4 of host esx-01 is off",
    ],
    ["SR-IOV that waits for a restart", wantsFunction, withPf({ isActive: false }), "waits for a restart of the host"],
    [
      "too few functions",
      wantsFunction,
      { ...withPf({ activeVfs: 1 }), neighbours: [{ name: "db-02", isOn: true, pfs: [PF0], passthrough: [] }] },
      "has 1 virtual functions, of which 1 serve db-02, and this VM needs 1",
    ],
    ["a device that waits for a restart", device, gpu(true), "waits for a restart of the host"],
    ["a device that is not lent", device, gpu(false), "is off: list the device under passthrough"],
    [
      "a device in use",
      device,
      { power: off, neighbours: [{ name: "db-02", isOn: true, pfs: [], passthrough: [GPU] }] },
      "is in use by VM db-02",
    ],
    [
      "a card of another owner",
      words({ cards: { a: { ...app, mac: "00:50:56:00:00:09" } } }),
      { cards: [card({ mac: "00:50:56:00:00:09", externalId: "nsx-1" })] },
      "belongs to nsx-1",
    ],
    [
      "a foreign function that an ordinary card would come after",
      words({ cards: { a: app } }),
      { cards: [vf()] },
      "is not declared here",
    ],
  ])("%s", (_, desired, at, message) => {
    const { conflicts, steps } = planned(desired, facts(at));
    expect(conflicts.join("; ")).toContain(message);
    expect(steps).toEqual([]);
  });

  it("unless the functions that others hold belong to VMs that are off", () => {
    const at = {
      ...withPf({ activeVfs: 1 }),
      neighbours: [{ name: "db-02", isOn: false, pfs: [PF0], passthrough: [] }],
    };
    expect(planned(wantsFunction, facts(at)).conflicts).toEqual([]);
  });
});

describe("what a VM carries", () => {
  it("is ours only with the name of this environment", () => {
    const mark = new Map([["multiport.poweredOff", "e 2026-01-01T00:00:00Z"]]);
    expect(readMarks("e", mark).poweredOff).toEqual({ askedAt: Date.parse("2026-01-01T00:00:00Z") });
    expect(readMarks("e2", mark).poweredOff).toBeUndefined();
  });

  it("may be configured for another VM too, as long as that one is off", () => {
    const neighbours = [{ name: "db-02", isOn: false, pfs: [], passthrough: [GPU] }];
    expect(
      planned(words({ ...fixed, passthrough: { [GPU]: true } }), facts({ power: off, neighbours })).conflicts,
    ).toEqual([]);
  });
});

describe("a removal", () => {
  it("takes only what carries our mark, and leaves the card of others", () => {
    const at = facts({
      ...done,
      power: off,
      cards: [card({ key: 4009 }), ...done.cards],
      passthrough: [{ key: 13000, pci: GPU, device: {} }],
      marks: { passthrough: [], macs: new Map(), memory: { reservedBefore: 64 } },
    });
    const { steps } = vsphereVm.planRemoval(vsphereVm.fromFacts(at, wantsFunction), { target: at.target, facts: at });
    expect(steps.map(({ title }) => title)).toEqual([
      "port sto0: remove a virtual function of vmnic4 on dvs0/storage",
      "port app0: remove a vmxnet3 card on dvs0/app",
      "reserve no more memory than before",
    ]);
    const last = steps.at(-1);
    expect(last && vsphereVm.toCall(last, at).arguments).toMatchObject({
      spec: { memoryAllocation: { reservation: 64 }, memoryReservationLockedToMax: false },
    });
  });

  it("leaves a card that was never marked, although its MAC address is declared", () => {
    const at = facts({ cards: [card({ mac: "00:50:56:00:00:09" })] });
    const scope = words({ cards: { app0: { ...app, mac: "00:50:56:00:00:09" } } });
    expect(vsphereVm.planRemoval(vsphereVm.fromFacts(at, scope), { target: at.target, facts: at }).steps).toEqual([]);
  });

  it("of a VM that was made here is left to the resource that made it", () => {
    const at = facts({ ...done, target: { ...facts().target, id: "vm-1" } });
    expect(
      vsphereVm.planRemoval(vsphereVm.fromFacts(at, wantsFunction), { target: at.target, facts: at }).steps,
    ).toEqual([]);
  });
});

describe("a preview, which asks nobody", () => {
  it("names every card and the power-off", () => {
    const { steps, notes } = vsphereVm.plan(wantsFunction, words({ cards: { app0: app } }));
    expect(steps.map(({ title, disruption }) => [title, disruption])).toEqual([
      ["shut the guest down, or power the VM off when VMware Tools do not run", "outage"],
      ["reserve all memory", "none"],
      ["port sto0: add a virtual function of vmnic4 on dvs0/storage", "none"],
      ["power the VM on, if it was on", "none"],
    ]);
    expect(notes).toEqual([]);
    expect(vsphereVm.plan({ ...wantsFunction, powerOff: "never" }, words()).notes[0]).toMatch(
      /^refused while the VM runs/,
    );
  });
});

describe("names that are words of the language", () => {
  const name = fc.constantFrom("constructor", "__proto__x", "toString", "valueOf", "hasOwnProperty", "app0", "a/b");
  it("are ports like any other: what is planned and then there needs nothing more", () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 5 }), (ports) => {
        const desired = words({ cards: Object.fromEntries(ports.map((port) => [port, app])) });
        expect(titles(desired, facts())).toHaveLength(ports.length);
        const there = facts({ cards: ports.map((port, index) => card({ key: 4000 + index, port })) });
        expect(vsphereVm.fromFacts(there, desired)).toEqual(desired);
        expect(titles(desired, there)).toEqual([]);
        expect(ports.map((port) => portOfMark("e", `multiport:e/${port}`))).toEqual(ports);
        expect(portOfMark("e", `multiport:e2/${ports[0]}`)).toBeUndefined();
      }),
    );
  });
});
