// The port guard: what of the model it takes, what nftables says back, and what a change runs. What nft prints was seen with 1.1.3.
import { describe, expect, it } from "vitest";
import { fillTemplate } from "../../../../providers/engine/template.js";
import { nftables } from "../../../../providers/platforms/kvm/nftables/index.js";
import type { NftablesWords } from "../../../../providers/platforms/kvm/nftables/words.js";
import { modelOf, problemsOf } from "../../../model/given.js";

const MAC = "52:54:00:00:00:01";
const heading = { machine: "k1", environment: "t" };

interface Site {
  readonly security?: string;
  readonly port?: string;
  readonly more?: string;
}

const site = ({
  security = "{ security: {} }",
  port = `interface: tap0, mac: "${MAC}"`,
  more = "",
}: Site = {}) => `environment: t
networks: { app: { vlan: 10 } }
hosts:
  k1: { platform: kvm, uplinks: { up1: }, virtualSwitches: { vs0: { ${more}uplinkTeam: { members: [up1] }, portGroups: { app: ${security} } } } }
vms: { vm: { host: k1, ports: { p: { portGroup: vs0/app, ${port} } } } }
`;

function wordsOf(given: Site = {}): NftablesWords {
  const { kvmHosts, name } = modelOf(site(given));
  const [host] = kvmHosts;
  if (!host) throw new Error("no host");
  expect(nftables.unsupported(host, ["hosts", "k1"])).toEqual([]);
  return nftables.toWords(host, name);
}

const filesOf = (words: NftablesWords) =>
  Object.fromEntries(
    nftables.sections(words, heading).map(({ path = "", template, data }) => [path, fillTemplate(template, data)]),
  );

const chain = (hook: string) => ({ chain: { family: "netdev", name: hook, hook, dev: "tap0", prio: 0 } });
const rule = (hook: string, ...expr: object[]) => ({ rule: { family: "netdev", chain: hook, handle: 5, expr } });
const isOther = (field: string, set: string) => ({
  match: { op: "!=", left: { payload: { protocol: "ether", field } }, right: `@${set}` },
});
const isUnicast = {
  match: {
    op: "==",
    left: { "&": [{ payload: { protocol: "ether", field: "daddr" } }, "01:00:00:00:00:00"] },
    right: "00:00:00:00:00:00",
  },
};
const drop = { drop: null };
const FROM_OWN = [chain("ingress"), rule("ingress", isOther("saddr", "own"), drop)];
const TO_OWN = [chain("egress"), rule("egress", isUnicast, isOther("daddr", "own"), drop)];
const LEARNING = [
  chain("ingress"),
  rule("ingress", { set: { op: "update", elem: { payload: { protocol: "ether", field: "saddr" } }, set: "@learnt" } }),
  chain("egress"),
  rule("egress", isUnicast, isOther("daddr", "own"), isOther("daddr", "learnt"), drop),
];

/** What a host with the interface says; `bound`: chains that hang on it. */
const said = (rules: readonly object[], bound = 2, links = "lo tap0", own = MAC) =>
  nftables.readFacts({
    unit: "enabled",
    links,
    tables: links.includes("tap0")
      ? [
          {
            port: "tap0",
            bound,
            rules: {
              nftables: [{ set: { family: "netdev", name: "own", type: "ether_addr", elem: [own] } }, ...rules],
            },
          },
        ]
      : [],
  });

const POLICIES = [
  ["all rejected", "{ security: {} }", { ingress: "own", egress: "own" }, [...FROM_OWN, ...TO_OWN], 2],
  ["forged transmits", "{ security: { forgedTransmits: true } }", { ingress: "any", egress: "own" }, TO_OWN, 1],
  ["promiscuous", "{ security: { promiscuous: true } }", { ingress: "own", egress: "any" }, FROM_OWN, 1],
  [
    "another address",
    "{ security: { macChanges: true, forgedTransmits: true } }",
    { ingress: "learn", egress: "learnt" },
    LEARNING,
    2,
  ],
] as const;

describe("a policy", () => {
  it.each(POLICIES)("%s: is the same in the file and on the host", (_, security, hooks, rules, bound) => {
    const desired = wordsOf({ security });
    expect(desired).toEqual({ unit: "enabled", ports: { tap0: { own: [MAC], ...hooks } } });
    const scope = { environment: "t", known: [desired], files: filesOf(desired) };
    expect(nftables.fromFacts(said(rules, bound), scope)).toEqual(desired);
    // An interface that is not there has what its file says.
    expect(nftables.fromFacts(said(rules, bound, "lo"), { ...scope, known: [] })).toEqual(desired);
  });

  it("is none where the file has none, or all is allowed", () => {
    const all = "{ security: { promiscuous: true, macChanges: true, forgedTransmits: true } }";
    expect([wordsOf({ security: "{}" }), wordsOf({ security: all })]).toEqual([nftables.nothing, nftables.nothing]);
    expect(nftables.sections(nftables.nothing, heading)).toEqual([]);
  });

  it("allows the addresses of the file besides", () => {
    const port = `interface: tap0, mac: "52:54:00:00:00:0B", allowedMacs: ["00:00:5E:00:01:0A"]`;
    expect(wordsOf({ port }).ports.tap0?.own).toEqual(["00:00:5e:00:01:0a", "52:54:00:00:00:0b"]);
  });
});

describe("what is not so", () => {
  const desired = wordsOf();
  const files = filesOf(desired);
  const differences = (facts: ReturnType<typeof said>) =>
    nftables.compare(desired, nftables.fromFacts(facts, { environment: "t", known: [desired], files })).length;

  it.each<[string, ReturnType<typeof said>]>([
    ["another address", said([...FROM_OWN, ...TO_OWN], 2, "tap0", "52:54:00:00:00:99")],
    ["a rule that is missing", said([...FROM_OWN, chain("egress")])],
    ["a rule too many", said([chain("ingress"), rule("ingress", { accept: null }), ...FROM_OWN.slice(1), ...TO_OWN])],
    ["rules of an interface that was there before", said([...FROM_OWN, ...TO_OWN], 0)],
    ["no table", nftables.readFacts({ unit: "enabled", links: "tap0", tables: [] })],
    ["a unit that is not enabled", { ...said([...FROM_OWN, ...TO_OWN]), unit: "disabled" }],
  ])("%s", (_, facts) => {
    expect(differences(facts)).toBeGreaterThan(0);
  });

  it("nothing, where all is as it shall be", () => {
    expect(differences(said([...FROM_OWN, ...TO_OWN]))).toBe(0);
  });
});

describe("a change", () => {
  const desired = wordsOf();
  const empty = nftables.readFacts({ unit: "", links: "tap0", tables: [] });

  it("takes nft on the host, and nothing where no port is guarded", () => {
    const facts = { ...empty, missing: "nft" };
    expect(nftables.missing(desired, facts)).toMatchObject([{ tool: "nft", packages: { "apt-get": ["nftables"] } }]);
    expect(nftables.missing(desired, empty)).toEqual([]);
    expect(nftables.plan(nftables.nothing, { actual: nftables.nothing, facts, heading }).after).toEqual([]);
  });

  it("removes the rules of a port that left, and those of a new one on the way back", () => {
    const other = { ...desired, ports: { tap1: desired.ports.tap0 ?? { own: [], ingress: "", egress: "" } } };
    const plan = nftables.plan(desired, { actual: other, facts: { ...empty, unit: "enabled" }, heading });
    const text = (part: typeof plan.after) => part.map(({ template, data }) => fillTemplate(template, data)).join("\n");
    expect(text(plan.after)).toContain("nft delete table netdev multiport-tap1");
    expect(text(plan.revertAfter)).toContain("nft delete table netdev multiport-tap0");
    expect(text(plan.revertAfter)).toContain("enable multiport-nftables.service");
    const gone = nftables.plan(nftables.nothing, { actual: desired, facts: { ...empty, unit: "enabled" }, heading });
    expect(text(gone.before)).toContain("disable --now");
    expect(text(gone.after)).toContain("nft delete table netdev multiport-tap0");
  });
});

describe("what can't be", () => {
  it.each<[string, Site, string]>([
    ["changes without forged transmits", { security: "{ security: { macChanges: true } }" }, "from a forged one"],
    ["a port without an address", { port: "interface: tap0" }, "and it has none"],
    ["the datapath in user space", { more: "datapath: netdev, " }, "before nftables sees them"],
    [
      "addresses where all are allowed",
      { security: "{}", port: `mac: "${MAC}", allowedMacs: ["${MAC}"]` },
      "no security",
    ],
  ])("%s", (_, given, message) => {
    expect(problemsOf(site(given)).join("\n")).toContain(message);
  });

  it("names and addresses that mean something to nft: the template refuses them", () => {
    for (const text of ["a;b", 'a"b', "a b", "a}", "$x", ""])
      for (const words of [
        { unit: "enabled", ports: { [text]: { own: [MAC], ingress: "own", egress: "own" } } },
        { unit: "enabled", ports: { tap0: { own: [text], ingress: "own", egress: "own" } } },
      ])
        expect(() => filesOf(words), text).toThrow("nftables");
  });
});
