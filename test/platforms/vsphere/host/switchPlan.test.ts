// Switches and port groups on any way from one state to another: each step is possible, and the last one arrives.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planHost } from "../../../../providers/platforms/vsphere/host/plan.js";
import type { HostStep, SwitchChange } from "../../../../providers/platforms/vsphere/host/steps.js";
import {
  type HostWords,
  NO_WORDS,
  type PortGroupWords,
  type SwitchWords,
  type TeamingWords,
} from "../../../../providers/platforms/vsphere/host/words.js";

const SWITCHES = ["vSwitch1", "vSwitch2", "constructor"];
const GROUPS = ["app", "storage", "toString"];
const SECURITY = { promiscuous: false, macChanges: false, forgedTransmits: false };

const teamOf = (uplinks: readonly string[]): TeamingWords => ({
  policy: "loadbalance_srcid",
  active: uplinks,
  standby: [],
  beacon: false,
  failback: true,
  notifySwitches: true,
});

function vswitch(uplinks: readonly string[], mtuBytes = 1500): SwitchWords {
  return {
    mtuBytes,
    uplinks,
    ...(uplinks.length > 0 ? { teaming: teamOf(uplinks), discovery: "cdp listen", beaconIntervalSeconds: 1 } : {}),
    security: SECURITY,
    shaping: "off",
    adopt: false,
  };
}

const group = (name: string, settings: Partial<PortGroupWords> = {}): PortGroupWords => ({
  switch: name,
  vlan: 10,
  teaming: "inherited",
  security: "inherited",
  shaping: "inherited",
  ...settings,
});

/** Every NIC is on one switch or on none, and each port group on one of the switches. */
const words: fc.Arbitrary<HostWords> = fc
  .record({
    names: fc.uniqueArray(fc.constantFrom(...SWITCHES)),
    places: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 5, maxLength: 5 }),
    mtu: fc.constantFrom(1500, 9000),
    groups: fc.dictionary(
      fc.constantFrom(...GROUPS),
      fc.record({ at: fc.nat(2), vlan: fc.nat(4095), own: fc.boolean() }),
    ),
  })
  .map(({ names, places, mtu, groups }) => {
    const nicsAt = (at: number) => places.flatMap((place, nic) => (place === at ? [`vmnic${nic}`] : []));
    const switches = Object.fromEntries(names.map((name, at) => [name, vswitch(nicsAt(at), mtu)]));
    const portGroups = Object.fromEntries(
      Object.entries(groups).flatMap(([name, { at, vlan, own }]) => {
        const owner = names[at];
        if (owner === undefined) return [];
        const nics = nicsAt(at);
        return [
          [name, group(owner, { vlan, ...(own && nics.length > 0 ? { teaming: teamOf(nics.slice(0, 1)) } : {}) })],
        ];
      }),
    );
    return { ...NO_WORDS, switches, portGroups };
  });

/** What a host makes of a step; it refuses what a host refuses. */
function carryOut(step: HostStep, host: HostWords): HostWords {
  switch (step.kind) {
    case "switches":
      return step.changes.reduce(changeSwitch, host);
    case "addPortGroup":
    case "editPortGroup": {
      const owner = host.switches[step.portGroup.switch];
      if (!owner) throw new Error(`${step.title}: no such switch`);
      const { teaming } = step.portGroup;
      for (const nic of teaming === "inherited" ? [] : teaming.active)
        if (!owner.uplinks.includes(nic)) throw new Error(`${step.title}: ${nic} is no uplink of the switch`);
      return { ...host, portGroups: { ...host.portGroups, [step.name]: step.portGroup } };
    }
    case "removePortGroup": {
      const { [step.name]: _, ...portGroups } = host.portGroups;
      return { ...host, portGroups };
    }
    case "removeSwitch": {
      const { [step.name]: _, ...switches } = host.switches;
      if (Object.values(host.portGroups).some((each) => each.switch === step.name))
        throw new Error(`${step.title}: has port groups`);
      return { ...host, switches };
    }
    default:
      throw new Error(`unexpected step ${step.title}`);
  }
}

function changeSwitch(host: HostWords, { name, operation, switch: wanted, uplinks }: SwitchChange): HostWords {
  const has = Object.hasOwn(host.switches, name);
  if (has !== (operation === "edit")) throw new Error(`${operation} ${name}: is there: ${has}`);
  for (const [other, { uplinks: taken }] of Object.entries(host.switches))
    for (const nic of uplinks)
      if (other !== name && taken.includes(nic)) throw new Error(`${nic} is in use by ${other}`);
  const kept = { ...(wanted ?? (host.switches[name] as SwitchWords)), uplinks };
  const { teaming = teamOf([]), discovery = "cdp listen", beaconIntervalSeconds = 1, ...others } = kept;
  const order = { active: teaming.active.filter((nic) => uplinks.includes(nic)), standby: [] };
  const bond = uplinks.length > 0 ? { teaming: { ...teaming, ...order }, discovery, beaconIntervalSeconds } : {};
  const portGroups = Object.entries(host.portGroups).map(([groupName, each]) => {
    if (each.switch !== name || each.teaming === "inherited") return [groupName, each];
    const active = each.teaming.active.filter((nic) => uplinks.includes(nic));
    return [groupName, { ...each, teaming: { ...each.teaming, active } }];
  });
  return {
    ...host,
    switches: { ...host.switches, [name]: { ...others, ...bond } as SwitchWords },
    portGroups: Object.fromEntries(portGroups),
  };
}

/** As the engine does it: the first step, and those of its batch, then a new plan. */
function arrive(desired: HostWords, start: HostWords): { host: HostWords; steps: HostStep[] } {
  const steps: HostStep[] = [];
  let host = start;
  for (let round = 0; round < 40; round += 1) {
    const plan = planHost(desired, host);
    const [first] = plan.steps;
    if (!first) return { host, steps };
    const end = plan.steps.findIndex(({ batch }) => batch !== first.batch);
    const batch = first.batch === undefined ? [first] : plan.steps.slice(0, end < 0 ? plan.steps.length : end);
    for (const step of batch) host = carryOut(step, host);
    steps.push(...batch);
  }
  throw new Error(`does not arrive: ${steps.map(({ title }) => title).join("; ")}`);
}

const sorted = (host: HostWords) => ({
  portGroups: host.portGroups,
  switches: Object.fromEntries(
    Object.entries(host.switches).map(([name, each]) => [name, { ...each, uplinks: [...each.uplinks].sort() }]),
  ),
});

describe("the plan of switches", () => {
  it("arrives from everywhere, with possible steps, each with a title of its own", () => {
    fc.assert(
      fc.property(words, words, (desired, start) => {
        const { host } = arrive(desired, start);
        expect(sorted(host)).toEqual(sorted(desired));
        const titles = planHost(desired, start).steps.map(({ title }) => title);
        expect(new Set(titles).size).toBe(titles.length);
      }),
      { numRuns: 1000 },
    );
  });

  it("has no step when all is as wanted", () => {
    fc.assert(
      fc.property(words, (desired) => {
        expect(planHost(desired, desired).steps).toEqual([]);
      }),
    );
  });

  it.each<[string, HostWords["switches"], HostWords["switches"], string[]]>([
    ["a new switch", {}, { a: vswitch(["vmnic1"]) }, ["switch a: add it with vmnic1, MTU 1500"]],
    [
      "an uplink that replaces another: first there, then the other gone",
      { a: vswitch(["vmnic1"]) },
      { a: vswitch(["vmnic2"]) },
      ["switch a: add vmnic2", "switch a: give up vmnic1, free for another switch then"],
    ],
    [
      "a NIC that changes over, in one call",
      { a: vswitch(["vmnic1", "vmnic2"]), b: vswitch(["vmnic3"]) },
      { a: vswitch(["vmnic1"]), b: vswitch(["vmnic3", "vmnic2"]) },
      ["switches: move vmnic2 from a to b"],
    ],
    [
      "a switch that leaves its NIC to a new one",
      { a: vswitch(["vmnic1"]) },
      { b: vswitch(["vmnic1"]) },
      ["switches: move vmnic1 from a to b", "switch a: remove it"],
    ],
    ["an MTU", { a: vswitch(["vmnic1"]) }, { a: vswitch(["vmnic1"], 9000) }, ["switch a: mtuBytes 1500 becomes 9000"]],
  ])("is for %s", (_, before, after, titles) => {
    const { steps } = arrive({ ...NO_WORDS, switches: after }, { ...NO_WORDS, switches: before });
    expect(steps.map(({ title }) => title)).toEqual(titles);
  });

  it("shows in a first preview all that will be made", () => {
    const desired = { ...NO_WORDS, switches: { a: vswitch(["vmnic1"]) }, portGroups: { app: group("a") } };
    expect(planHost(desired, NO_WORDS).steps.map(({ title }) => title)).toEqual([
      "switch a: add it with vmnic1, MTU 1500",
      "port group app: add it to switch a, VLAN 10",
    ]);
  });

  it("leaves switches out of a move that have no part in it", () => {
    const before = { a: vswitch(["vmnic1", "vmnic2"]), b: vswitch(["vmnic3"]), c: vswitch(["vmnic4"]) };
    const after = { ...before, a: vswitch(["vmnic1"]), b: vswitch(["vmnic3", "vmnic2"]) };
    const [step] = planHost({ ...NO_WORDS, switches: after }, { ...NO_WORDS, switches: before }).steps;
    expect(step?.kind === "switches" && step.changes.map(({ name }) => name)).toEqual(["a", "b"]);
  });

  it("gives a port group its own team once the NICs are there, and lets it go before they leave", () => {
    const before = {
      ...NO_WORDS,
      switches: { a: vswitch(["vmnic1"]) },
      portGroups: { app: group("a", { teaming: teamOf(["vmnic1"]) }) },
    };
    const after = {
      ...NO_WORDS,
      switches: { a: vswitch(["vmnic2"]) },
      portGroups: { app: group("a", { teaming: teamOf(["vmnic2"]) }) },
    };
    expect(arrive(after, before).steps.map(({ title }) => title)).toEqual([
      "switch a: add vmnic2",
      'port group app: teaming.active ["vmnic1"] becomes ["vmnic2"]',
      "switch a: give up vmnic1, free for another switch then",
    ]);
  });
});
