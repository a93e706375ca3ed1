// KVM with Open vSwitch: what a host says becomes words, and what has to be done on a host that others use as well.
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderWords } from "../../providers/engine/render.js";
import type { FactBridge, FactPort, OvsFacts } from "../../providers/platforms/kvm/facts.js";
import { kvm } from "../../providers/platforms/kvm/index.js";
import { type OvsPort, type OvsWords, toBondConfig } from "../../providers/platforms/kvm/words.js";
import { ovsWords } from "../arbitrary.js";
import { modelOf } from "../model/given.js";
import { recordedFacts, recordedNames, recordedSpec } from "../recorded.js";

const heading = { machine: "kvm-01", environment: "t" };

/** The facts of a host that has exactly these words, and what others put there. */
function factsOf(words: OvsWords, foreign: readonly FactBridge[] = [], links: readonly string[] = []): OvsFacts {
  const bridges = Object.entries(words.bridges).map(([name, bridge]): FactBridge => {
    const ports = Object.entries(bridge.ports).map(
      ([portName, port]): FactPort => ({ name: portName, mark: words.environment, port, errors: [] }),
    );
    return { name, datapath_type: bridge.datapath_type, fail_mode: bridge.fail_mode, mark: words.environment, ports };
  });
  const members = bridges.flatMap((bridge) => bridge.ports.flatMap(({ port }) => port.interfaces));
  return { links: [...links, ...members], bridges: [...bridges, ...foreign] };
}

const single = (name: string): OvsPort => ({
  interfaces: [name],
  vlan_mode: "access",
  tag: 10,
  trunks: "",
  mtu_request: 1500,
  type: "",
  bond: null,
});
const bond = (...interfaces: string[]): OvsPort => ({
  interfaces,
  vlan_mode: "trunk",
  tag: null,
  trunks: "10",
  mtu_request: 1500,
  type: "",
  bond: {
    bond_mode: "active-backup",
    lacp: "off",
    bond_updelay: 0,
    bond_downdelay: 0,
    ...toBondConfig(() => undefined),
  },
});
const words = (bridges: Record<string, Record<string, OvsPort>>): OvsWords => ({
  ...heading,
  bridges: Object.fromEntries(
    Object.entries(bridges).map(([name, ports]) => [name, { datapath_type: "system", fail_mode: "standalone", ports }]),
  ),
});
const foreignBridge = (name: string, ports: Record<string, OvsPort> = {}, mark?: string): FactBridge => ({
  name,
  datapath_type: "system",
  fail_mode: "",
  mark,
  ports: Object.entries(ports).map(([port, value]) => ({ name: port, mark, port: value, errors: [] })),
});

describe("recorded hosts", () => {
  it("are the ones that are looked at here", () => {
    expect(recordedNames("kvm").sort()).toEqual(["empty-host", "lacp-bond"]);
  });

  it("empty-host: nothing of ours, and a bridge of others", () => {
    const facts = kvm.readFacts(recordedFacts("kvm", "empty-host"));
    expect(facts.bridges.map(({ name, mark }) => [name, mark])).toEqual([["other", undefined]]);
    expect(facts.links).toContain("ens1f0");
    expect(kvm.fromFacts(facts, heading)).toBeUndefined();
  });

  it("lacp-bond: what the host has is what the file wanted, to the word", async () => {
    const facts = kvm.readFacts(recordedFacts("kvm", "lacp-bond"));
    const [host] = modelOf(recordedSpec("kvm", "lacp-bond")).kvmHosts;
    if (!host) throw new Error("no host");
    const desired = kvm.toWords(host, heading);
    const actual = kvm.fromFacts(facts, heading);
    expect(actual && kvm.compare(desired, actual)).toEqual([]);
    expect(actual).toEqual(desired);
    await expect(`${JSON.stringify(actual, null, 2)}\n`).toMatchFileSnapshot(
      join(__dirname, "../recorded/kvm/lacp-bond/words.json"),
    );
    expect(kvm.plan(desired, facts)).toEqual({ conflicts: [], removals: [], notes: [] });
  });

  it("lacp-bond: removal takes our ports and our mark, and leaves the bridge to the port of others", () => {
    const facts = kvm.readFacts(recordedFacts("kvm", "lacp-bond"));
    const actual = kvm.fromFacts(facts, heading);
    if (!actual) throw new Error("nothing of ours");
    const { removals, notes, conflicts } = kvm.planRemoval(actual, facts);
    expect([...removals].sort()).toEqual([
      ["--if-exists", "del-port", "vs0", "db-01-app"],
      ["--if-exists", "del-port", "vs0", "db-01-v"],
      ["--if-exists", "del-port", "vs0", "vs0-uplinks"],
      ["remove", "Bridge", "vs0", "external_ids", "multiport"],
    ]);
    expect(notes).toEqual(["bridge vs0 stays because others use it: foreign0"]);
    expect(conflicts).toEqual([]);
  });

  it("another environment on the same host sees nothing of it", () => {
    expect(
      kvm.fromFacts(kvm.readFacts(recordedFacts("kvm", "lacp-bond")), { ...heading, environment: "u" }),
    ).toBeUndefined();
  });
});

describe("facts that are none", () => {
  it.each([
    ["no output", "", /the facts of the machine are not JSON; found ""\. Look at/],
    ["a greeting alone", "Welcome!\n", /not JSON; found "Welcome!"/],
    ["JSON of another shape", '{"links":[]}\n', /the facts of the machine are incomplete at bridges: .*\. Look at/],
    ["a list", "[]\n", /incomplete at/],
  ])("%s: told in plain words", (_sentence, stdout, message) => {
    expect(() => kvm.readFacts(stdout)).toThrow(message);
  });

  it("a greeting before the facts does no harm", () => {
    const stdout = recordedFacts("kvm", "lacp-bond");
    expect(kvm.readFacts(`Welcome to kvm-01\n{not facts}\n${stdout}\n`)).toEqual(kvm.readFacts(stdout));
  });
});

describe("what stands in the way", () => {
  const desired = words({ vs0: { "vs0-uplinks": bond("e0", "e1"), v1: single("v1") } });
  const nothing: OvsFacts = { links: ["lo", "e0", "e1"], bridges: [] };
  it.each<[string, OvsFacts, string[]]>([
    ["nothing", nothing, []],
    [
      "a bridge of others with our name",
      { ...nothing, bridges: [foreignBridge("vs0")] },
      ["bridge vs0 exists and is not multiport's. Give the virtual switch another name, or remove the bridge"],
    ],
    [
      "a bridge of another environment",
      { ...nothing, bridges: [foreignBridge("vs0", {}, "u")] },
      ["bridge vs0 exists and is environment u's. Give the virtual switch another name, or remove the bridge"],
    ],
    [
      "an uplink in a bond of others",
      { ...nothing, bridges: [foreignBridge("br0", { bond0: bond("e1", "e7") })] },
      [
        "port bond0 of bridge br0 is not multiport's and holds what port vs0-uplinks needs. Remove it there, or leave the interface out of the environment",
      ],
    ],
    [
      "a missing uplink, with what there is",
      { ...nothing, links: ["lo", "e0", "ovs-netdev"] },
      ["the host has no interface e1. It has e0. Correct the uplink's name"],
    ],
    [
      "a bridge of others whose name every object has",
      { ...nothing, bridges: [foreignBridge("constructor"), foreignBridge("toString")] },
      [],
    ],
  ])("%s", (_sentence, facts, conflicts) => {
    expect(kvm.plan(desired, facts)).toEqual({ conflicts, removals: [], notes: [] });
  });

  it("the interface of a VM may come later", () => {
    expect(kvm.plan(words({ vs0: { v1: single("v1") } }), { links: [], bridges: [] }).conflicts).toEqual([]);
  });
});

describe("what has to leave before the configuration", () => {
  const before = words({
    vs0: { "vs0-uplinks": bond("e0", "e1"), v1: single("v1") },
    vs1: { "vs1-uplinks": bond("e2", "e3") },
  });
  it.each<[string, OvsWords, (readonly string[])[]]>([
    ["nothing, where nothing changes", before, []],
    [
      "a port that is not wanted",
      words({ ...ports(before), vs0: { "vs0-uplinks": bond("e0", "e1") } }),
      [["--if-exists", "del-port", "vs0", "v1"]],
    ],
    [
      "a switch that is not wanted, with all on it",
      words({ vs0: ports(before).vs0 ?? {} }),
      [
        ["--if-exists", "del-port", "vs1", "vs1-uplinks"],
        ["--if-exists", "del-br", "vs1"],
      ],
    ],
    [
      "a port that moves to another switch",
      words({ vs0: { "vs0-uplinks": bond("e0", "e1") }, vs1: { "vs1-uplinks": bond("e2", "e3"), v1: single("v1") } }),
      [["--if-exists", "del-port", "vs0", "v1"]],
    ],
    [
      "a member that is exchanged",
      words({ ...ports(before), vs0: { "vs0-uplinks": bond("e0", "e4"), v1: single("v1") } }),
      [
        ["--id=@e0", "get", "Interface", "e0"],
        ["--id=@e4", "create", "Interface", "name=e4"],
        ["set", "Port", "vs0-uplinks", "interfaces=@e0,@e4"],
      ],
    ],
    [
      "members that swap bonds: their rows stay",
      words({ vs0: { "vs0-uplinks": bond("e0", "e3"), v1: single("v1") }, vs1: { "vs1-uplinks": bond("e1", "e2") } }),
      [
        ["--id=@e0", "get", "Interface", "e0"],
        ["--id=@e3", "get", "Interface", "e3"],
        ["set", "Port", "vs0-uplinks", "interfaces=@e0,@e3"],
        ["--id=@e1", "get", "Interface", "e1"],
        ["--id=@e2", "get", "Interface", "e2"],
        ["set", "Port", "vs1-uplinks", "interfaces=@e1,@e2"],
      ],
    ],
    [
      "a bond that no member stays in",
      words({ ...ports(before), vs1: { "vs1-uplinks": bond("e5", "e6") } }),
      [["--if-exists", "del-port", "vs1", "vs1-uplinks"]],
    ],
    [
      "a port of a VM that becomes one of the host itself",
      words({ ...ports(before), vs0: { "vs0-uplinks": bond("e0", "e1"), v1: { ...single("v1"), type: "internal" } } }),
      [["--if-exists", "del-port", "vs0", "v1"]],
    ],
    [
      "a bond that becomes a single uplink",
      words({ ...ports(before), vs1: { e2: single("e2") } }),
      [["--if-exists", "del-port", "vs1", "vs1-uplinks"]],
    ],
  ])("%s", (_sentence, desired, removals) => {
    expect(kvm.plan(desired, factsOf(before, [], ["e4", "e5", "e6"]))).toEqual({ conflicts: [], removals, notes: [] });
  });

  it("a bond setting that is no longer set", () => {
    const lacp = bond("e0", "e1");
    const had = words({
      vs0: {
        b: {
          ...lacp,
          bond: {
            bond_mode: "balance-tcp",
            lacp: "active",
            bond_updelay: 0,
            bond_downdelay: 0,
            ...toBondConfig(() => undefined),
            "lacp-time": "fast",
            "lacp-fallback-ab": "true",
          },
        },
      },
    });
    expect(kvm.plan(words({ vs0: { b: lacp } }), factsOf(had)).removals).toEqual([
      ["remove", "Port", "b", "other_config", "lacp-time"],
      ["remove", "Port", "b", "other_config", "lacp-fallback-ab"],
    ]);
  });

  it("never anything that does not carry our mark, whatever the host has and the file wants", () => {
    const foreign = [
      foreignBridge("their-long-named-br", {
        "theirs-longer-than-15": single("theirs-longer-than-15"),
        "their-bond-longer-than-15": bond("their-member-no-0", "their-member-no-1"),
      }),
      foreignBridge(
        "their-other-bridge",
        { "their-port-of-environment-u": single("their-port-of-environment-u") },
        "u",
      ),
    ];
    fc.assert(
      fc.property(ovsWords, ovsWords, (had, wanted) => {
        const actual = { ...had, environment: "t" };
        const plan = kvm.plan(
          { ...wanted, environment: "t" },
          factsOf(
            actual,
            foreign,
            Object.values(wanted.bridges).flatMap(({ ports: all }) =>
              Object.values(all).flatMap(({ interfaces }) => interfaces),
            ),
          ),
        );
        const text = JSON.stringify([plan.removals, kvm.planRemoval(actual, factsOf(actual, foreign)).removals]);
        expect(text).not.toMatch(/"their[a-z0-9-]{11,}"/);
      }),
    );
  });

  it("after removal of everything ours, nothing ours is planned to stay", () => {
    fc.assert(
      fc.property(ovsWords, (had) => {
        const { removals } = kvm.planRemoval(had, factsOf(had));
        const gone = removals.map((command) => command.slice(-2).join(" "));
        for (const [bridge, { ports: all }] of Object.entries(had.bridges)) {
          expect(gone).toContain(`del-br ${bridge}`);
          for (const port of Object.keys(all)) expect(gone).toContain(`${bridge} ${port}`);
        }
      }),
    );
  });
});

describe("the text", () => {
  it("reads back as the words that it was made from, and those from facts are the same", () => {
    fc.assert(
      fc.property(ovsWords, (any) => {
        expect(kvm.fromText(renderWords(kvm, any))).toEqual(any);
        const read = kvm.fromFacts(factsOf(any), { machine: any.machine, environment: any.environment });
        expect(read ?? { ...any, bridges: {} }).toEqual(any);
      }),
    );
  });
});

function ports(all: OvsWords): Record<string, Record<string, OvsPort>> {
  return Object.fromEntries(Object.entries(all.bridges).map(([name, bridge]) => [name, { ...bridge.ports }]));
}
