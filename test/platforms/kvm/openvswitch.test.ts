// KVM with Open vSwitch: what a host says becomes words, and what has to be done on a host that others use as well.
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toMachineWords } from "../../../providers/engine/machineWords.js";
import { renderTexts } from "../../../providers/engine/render.js";
import { kvm } from "../../../providers/platforms/kvm/index.js";
import type { FactBridge, FactPort, OvsFacts } from "../../../providers/platforms/kvm/openvswitch/facts.js";
import { openvswitch } from "../../../providers/platforms/kvm/openvswitch/index.js";
import { type OvsPort, type OvsWords, toBondConfig } from "../../../providers/platforms/kvm/openvswitch/words.js";
import { type LayerPlan, NOTHING_TO_DO } from "../../../providers/platforms/layer.js";
import { BUNDLES } from "../../../providers/platforms/packages.js";
import { crowdedOvsWords, ovsWords } from "../../arbitrary.js";
import { modelOf } from "../../model/given.js";
import { recordedFacts, recordedNames, recordedSpec } from "../../recorded.js";
import { transact } from "./ovsdb.js";

const heading = { machine: "kvm-01", environment: "t" };
const scope = { environment: "t", known: [], files: {} };

/** The facts of a host that has exactly these words, and what others put there. */
function factsOf(words: OvsWords, foreign: readonly FactBridge[] = [], links: readonly string[] = []): OvsFacts {
  const bridges = Object.entries(words.bridges).map(([name, bridge]): FactBridge => {
    const ports = Object.entries(bridge.ports).map(
      ([portName, port]): FactPort => ({ name: portName, mark: "t", port, errors: [] }),
    );
    return { name, datapath_type: bridge.datapath_type, fail_mode: bridge.fail_mode, mark: "t", ports };
  });
  const members = bridges.flatMap((bridge) => bridge.ports.flatMap(({ port }) => port.interfaces));
  return { missing: undefined, links: [...links, ...members], bridges: [...bridges, ...foreign] };
}

function recorded(name: string): OvsFacts {
  return openvswitch.readFacts(JSON.parse(recordedFacts("kvm", name)));
}

/** The plan for a host that says this. */
function planFor(desired: OvsWords, facts: OvsFacts): LayerPlan {
  return openvswitch.plan(desired, { actual: openvswitch.fromFacts(facts, scope), facts, heading });
}

/** What has to leave, there or on the way back. */
function removalsOf([script]: LayerPlan["after"]): (readonly string[])[] {
  return (script?.data as { removals?: (readonly string[])[] } | undefined)?.removals ?? [];
}

function summary(plan: LayerPlan) {
  return { conflicts: plan.conflicts, removals: removalsOf(plan.after), notes: plan.notes };
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
    const facts = recorded("empty-host");
    expect(facts.bridges.map(({ name, mark }) => [name, mark])).toEqual([["other", undefined]]);
    expect(facts.links).toContain("ens1f0");
    expect(openvswitch.fromFacts(facts, scope)).toEqual(openvswitch.nothing);
  });

  it("lacp-bond: what the host has is what the file wanted, to the word", async () => {
    const facts = recorded("lacp-bond");
    const [host] = modelOf(recordedSpec("kvm", "lacp-bond")).kvmHosts;
    if (!host) throw new Error("no host");
    const desired = openvswitch.toWords(host, "t");
    const actual = openvswitch.fromFacts(facts, scope);
    expect(openvswitch.compare(desired, actual)).toEqual([]);
    expect(actual).toEqual(desired);
    await expect(`${JSON.stringify(actual, null, 2)}\n`).toMatchFileSnapshot(
      join(__dirname, "../../recorded/kvm/lacp-bond/words.json"),
    );
    expect(summary(planFor(desired, facts))).toEqual({ conflicts: [], removals: [], notes: [] });
  });

  it("lacp-bond: removal takes our ports and our mark, and leaves the bridge to the port of others", () => {
    const { removals, notes, conflicts } = summary(planFor(openvswitch.nothing, recorded("lacp-bond")));
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
    expect(openvswitch.fromFacts(recorded("lacp-bond"), { ...scope, environment: "u" })).toEqual(openvswitch.nothing);
  });
});

describe("facts that are none", () => {
  it.each([
    ["JSON of another shape", { links: [] }, /the facts of the machine are incomplete at bridges: .*\. Look at/],
    ["a list", [], /incomplete at/],
    ["nothing at all", undefined, /incomplete at/],
  ])("%s: told in plain words", (_sentence, document, message) => {
    expect(() => openvswitch.readFacts(document)).toThrow(message);
  });

  it("those of a host without Open vSwitch say so, and are a fact of their own", () => {
    const facts = openvswitch.readFacts({ missing: "ovs-vsctl" });
    expect(openvswitch.fromFacts(facts, scope)).toEqual(openvswitch.nothing);
    expect(planFor(openvswitch.nothing, facts)).toEqual(NOTHING_TO_DO);
    expect(openvswitch.missing(openvswitch.nothing, facts)).toEqual([{ tool: "ovs-vsctl", ...BUNDLES.openvswitch }]);
  });

  it("those of a host whose Open vSwitch is down say so, and nothing is planned against them", () => {
    const facts = openvswitch.readFacts({ missing: "ovsdb-server" });
    const sentence =
      "Open vSwitch does not answer on the host. Look at: systemctl status openvswitch-switch (Debian) or openvswitch";
    expect(openvswitch.missing(openvswitch.nothing, facts)).toEqual([]);
    expect(openvswitch.unreadable(facts)).toBe(sentence);
    expect(planFor(openvswitch.nothing, facts)).toEqual(NOTHING_TO_DO);
    expect(planFor(words({ vs0: { v1: single("v1") } }), facts).conflicts).toEqual([sentence]);
  });
});

describe("what stands in the way", () => {
  const desired = words({ vs0: { "vs0-uplinks": bond("e0", "e1"), v1: single("v1") } });
  const nothing: OvsFacts = { missing: undefined, links: ["lo", "e0", "e1"], bridges: [] };
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
    expect(summary(planFor(desired, facts))).toEqual({ conflicts, removals: [], notes: [] });
  });

  it("the interface of a VM may come later", () => {
    const facts = { missing: undefined, links: [], bridges: [] };
    expect(planFor(words({ vs0: { v1: single("v1") } }), facts).conflicts).toEqual([]);
  });
});

describe("a bond that begins to speak LACP (OV-07)", () => {
  const uplink = (lacp: string, fallback: string | null): OvsWords => {
    const port = bond("e0", "e1");
    const own = port.bond && { ...port.bond, lacp, "lacp-fallback-ab": fallback };
    return words({ vs0: { "vs0-uplinks": { ...port, bond: own } } });
  };
  const without = factsOf(uplink("off", null));
  it.each<[string, OvsWords, OvsFacts, RegExp[]]>([
    ["goes before the switch", uplink("active", "true"), without, [/active-backup until .* after the host \[OV-07\]$/]],
    ["may pass nothing", uplink("active", "false"), without, [/passes nothing until .*lacpFallback: true.*\[OV-07\]$/]],
    [
      "is told of on a fresh host too",
      uplink("passive", "true"),
      { ...without, bridges: [] },
      [/^vs0-uplinks of bridge vs0 begins to speak LACP/],
    ],
    ["spoke it before", uplink("active", "true"), factsOf(uplink("passive", "true")), []],
    ["does not", uplink("off", null), without, []],
  ])("%s", (_sentence, desired, facts, expected) => {
    const { conflicts, notes } = planFor(desired, facts);
    expect([conflicts, notes]).toEqual([[], expected.map((text) => expect.stringMatching(text))]);
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
    const plan = planFor(desired, factsOf(before, [], ["e4", "e5", "e6"]));
    expect(summary(plan)).toEqual({ conflicts: [], removals, notes: [] });
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
    expect(summary(planFor(words({ vs0: { b: lacp } }), factsOf(had))).removals).toEqual([
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
        const links = Object.values(wanted.bridges).flatMap(({ ports: all }) =>
          Object.values(all).flatMap(({ interfaces }) => interfaces),
        );
        const plans = [
          planFor(wanted, factsOf(had, foreign, links)),
          planFor(openvswitch.nothing, factsOf(had, foreign)),
        ];
        // There and back.
        expect(JSON.stringify(plans)).not.toMatch(/"their[a-z0-9-]{11,}"/);
      }),
    );
  });

  it("after removal of everything ours, nothing ours is planned to stay", () => {
    fc.assert(
      fc.property(ovsWords, (had) => {
        const { removals } = summary(planFor(openvswitch.nothing, factsOf(had)));
        const gone = removals.map((command) => command.slice(-2).join(" "));
        for (const [bridge, { ports: all }] of Object.entries(had.bridges)) {
          expect(gone).toContain(`del-br ${bridge}`);
          for (const port of Object.keys(all)) expect(gone).toContain(`${bridge} ${port}`);
        }
      }),
    );
  });
});

describe("the way back", () => {
  const foreign = foreignBridge("theirs", { "their-port": single("their-port") });
  const links = ["e0", "e1", "e2", "e3", "e4", "e5"];
  /** Somebody else's port on a bridge of ours. */
  const withGuest = (facts: OvsFacts, bridge: string): OvsFacts => ({
    ...facts,
    bridges: facts.bridges.map((own) =>
      own.name === bridge
        ? { ...own, ports: [...own.ports, { name: "guest", mark: undefined, port: single("guest"), errors: [] }] }
        : own,
    ),
  });
  const normal = ({ bridges }: OvsFacts) =>
    bridges
      .map(({ ports: all, ...bridge }) => ({
        ...bridge,
        ports: all
          .map(({ port, ...rest }) => ({ ...rest, port: { ...port, interfaces: [...port.interfaces].sort() } }))
          .sort((a, b) => (a.name < b.name ? -1 : 1)),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));

  it("undoes the change: the host has to the word what it had, and others have what they had all the time", () => {
    let changed = 0;
    fc.assert(
      fc.property(crowdedOvsWords, crowdedOvsWords, fc.constantFrom("br0", "br1", "none"), (had, wanted, bridge) => {
        const before = withGuest(factsOf(had, [foreign], links), bridge);
        const plan = planFor(wanted, before);
        expect(plan.conflicts).toEqual([]);
        if (plan.after.length === 0) return;
        const changedFacts = transact(before, plan.after[0]);
        expect(openvswitch.compare(wanted, openvswitch.fromFacts(changedFacts, scope))).toEqual([]);
        expect(normal(transact(changedFacts, plan.revertAfter[0]))).toEqual(normal(before));
        changed++;
      }),
      { numRuns: 500 },
    );
    expect(changed).toBeGreaterThan(300);
  });

  it("is not needed for a change that is done twice: the second does nothing", () => {
    fc.assert(
      fc.property(crowdedOvsWords, crowdedOvsWords, (had, wanted) => {
        const before = factsOf(had, [foreign], links);
        const plan = planFor(wanted, before);
        if (plan.after.length === 0) return;
        const there = transact(before, plan.after[0]);
        const again = planFor(wanted, there);
        if (again.after.length > 0) expect(normal(transact(there, again.after[0]))).toEqual(normal(there));
      }),
    );
  });

  it("of a host that had nothing of ours leaves nothing", () => {
    const plan = planFor(words({ vs0: { "vs0-uplinks": bond("e0", "e1") } }), factsOf(words({}), [foreign], links));
    expect(removalsOf(plan.revertAfter)).toEqual([
      ["--if-exists", "del-port", "vs0", "vs0-uplinks"],
      ["--if-exists", "del-br", "vs0"],
    ]);
  });
});

describe("the text", () => {
  it("of what a host says is the one that was wanted, to the letter, though a state sorts the keys of words", () => {
    fc.assert(
      fc.property(ovsWords, (any) => {
        const read = openvswitch.fromFacts(factsOf(any), scope);
        expect(read).toEqual(any);
        const driver = { ...kvm, layers: [{ ...openvswitch, toWords: () => any } as (typeof kvm.layers)[number]] };
        const sorted = toMachineWords(driver, undefined as never, "t");
        const textOf = (own: unknown) => renderTexts(driver, { words: { openvswitch: own }, heading });
        expect(textOf(read)).toEqual(textOf(sorted.openvswitch));
      }),
    );
  });
});

function ports(all: OvsWords): Record<string, Record<string, OvsPort>> {
  return Object.fromEntries(Object.entries(all.bridges).map(([name, bridge]) => [name, { ...bridge.ports }]));
}
