// Every design rule with a design that breaks it and the nearest one that does not; and how findings are accepted.
import { describe, expect, it } from "vitest";
import { checkEnvironmentText } from "../../providers/engine/check.js";
import { ALL_RULES } from "../../providers/model/lint/index.js";
import type { RuleText } from "../../providers/model/lint/rule.js";
import { BOND_CASES } from "./bondCases.js";
import { FUNCTION_CASES } from "./functionCases.js";
import { rulesOf } from "./given.js";
import { GUEST_CASES } from "./guestCases.js";
import { HYPERV_CASES, ON_HYPERV } from "./hypervCases.js";
import { type Cases, VSPHERE_CASES } from "./vsphereCases.js";

const kvm = (team: string, uplinks = "{ e0: , e1: , e2: }", switches = "{}") => `environment: t
networks: { app: {} }
switches: ${switches}
hosts: { k: { platform: kvm, uplinks: ${uplinks}, virtualSwitches: { vs0: { uplinkTeam: ${team}, portGroups: [app] } } } }
`;

const dvs = (team: string, rest = "portGroups: [app]", uplinks = "{ vmnic0: , vmnic1: , vmnic2: }") => `environment: t
networks: { app: { mtu: 1600 } }
switches: { a: { platform: nxos }, b: { platform: nxos } }
hosts: { e: { platform: vsphere, uplinks: ${uplinks} } }
distributedSwitches: { d: { datacenter: dc, hosts: [e], uplinks: { u0: vmnic0, u1: vmnic1, u2: vmnic2 }, uplinkTeam: ${team}, ${rest} } }
`;

const eight = [..."abcdefghi"].map((letter) => `e${letter}`);
const wide = (count: number, platform: string) =>
  kvm(
    `{ members: [${eight.slice(0, count).join(", ")}], mode: lacp }`,
    `{ ${eight
      .slice(0, count)
      .map((name) => `${name}: { cable: s 1/${name} }`)
      .join(", ")} }`,
    `{ s: { platform: ${platform} } }`,
  );
const pair =
  "{ a: { platform: nxos, mlag: { peer: b, domain: 1 } }, b: { platform: nxos, mlag: { peer: a, domain: 1 } } }";
const singles = "{ a: { platform: nxos }, b: { platform: nxos } }";
const apart = "{ vmnic0: { cable: a 1 }, vmnic1: { cable: b 1 }, vmnic2: }";
const oneCard = '{ e0: { pci: "0000:01:00.0" }, e1: { pci: "0000:01:00.1" } }';
const twoCards = '{ e0: { pci: "0000:01:00.0" }, e1: { pci: "0000:02:00.0" } }';

const migrating = (port: string, requires = "requires: [live-migration]") => `environment: t
networks: { app: {} }
hosts: { k: { platform: kvm, uplinks: { e0: , e1: { sriov: { numVfs: 2 } } }, virtualSwitches: { vs0: { uplinkTeam: { members: [e0] }, portGroups: [app] } }, libvirt: true } }
vms: { v: { host: k, libvirt: { ${requires} }, ports: { p: { portGroup: vs0/app, vf: e1${port} } } } }
`;

/** Rule by rule: designs that break it, and designs that look like them and do not. */
const CASES: Readonly<Record<string, Cases>> = {
  "SR-16": {
    breaks: { "a virtual function alone": migrating("") },
    keeps: {
      "with a virtio card beside it": migrating(", libvirt: { failover: true }"),
      "where it need not move": migrating("", ""),
    },
  },
  "VS-22": {
    breaks: { "beacon probing with IP hash": dvs("{ members: [u0, u1, u2], mode: static, failureDetection: beacon }") },
    keeps: {
      "beacon probing by port": dvs("{ members: [u0, u1, u2], policy: source-port, failureDetection: beacon }"),
    },
  },
  "VS-23": {
    breaks: { "a standby uplink with IP hash": dvs("{ members: [u0, u1, u2], mode: static, standby: [u2] }") },
    keeps: { "a standby uplink by port": dvs("{ members: [u0, u1, u2], policy: source-port, standby: [u2] }") },
  },
  "VS-25": {
    breaks: {
      "a static channel of a host over two switches": dvs(
        "{ members: [u0, u1], mode: static }",
        "portGroups: [app]",
        apart,
      ),
    },
    keeps: {
      "a static channel over an MLAG pair": dvs(
        "{ members: [u0, u1], mode: static }",
        "portGroups: [app]",
        apart,
      ).replace(singles, pair),
      "a team that needs no channel": dvs("{ members: [u0, u1], policy: source-port }", "portGroups: [app]", apart),
    },
  },
  "VS-27": {
    breaks: { "beacons over two uplinks": dvs("{ members: [u0, u1], policy: source-port, failureDetection: beacon }") },
    keeps: { "beacons over three": dvs("{ members: [u0, u1, u2], policy: source-port, failureDetection: beacon }") },
  },
  "VS-38": {
    breaks: {
      "one uplink": kvm("{ members: [e0] }"),
      "one network card": kvm("{ members: [e0, e1] }", oneCard),
      "one switch": kvm(
        "{ members: [e0, e1] }",
        "{ e0: { cable: a 1/1 }, e1: { cable: a 1/2 } }",
        "{ a: { platform: nxos } }",
      ),
    },
    keeps: {
      "two cards and two switches": kvm("{ members: [e0, e1] }", twoCards),
      "nothing known of the cards": kvm("{ members: [e0, e1] }"),
    },
  },
  "SW-05": {
    breaks: { "nine links to a Catalyst": wide(9, "iosxe") },
    keeps: { "eight links to it": wide(8, "iosxe"), "nine to another make": wide(9, "nxos") },
  },
  ...BOND_CASES,
  ...GUEST_CASES,
  ...FUNCTION_CASES,
  ...VSPHERE_CASES,
  ...HYPERV_CASES,
};

/** The rules that multiport promises to look after, whoever does. */
const PROMISED = {
  vSphere: [...numbers(1, 39), ...numbers(50, 64)].map((number) => `VS-${number}`),
  "bonds of Linux": numbers(1, 31).map((number) => `LB-${number}`),
  "Open vSwitch": numbers(1, 10).map((number) => `OV-${number}`),
  "Hyper-V and Windows": numbers(1, 36).map((number) => `HV-${number}`),
  "virtual functions": numbers(1, 20).map((number) => `SR-${number}`),
};

function numbers(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => String(first + index).padStart(2, "0"));
}

const isJudged = ({ lookedAfterBy = ["file"] }: RuleText) => lookedAfterBy.includes("file");

describe("the design rules", () => {
  it("are all tried here, as far as the file is judged by them", () => {
    const judged = ALL_RULES.filter(isJudged).map(({ id }) => id);
    expect(Object.keys(CASES).sort()).toEqual(judged.sort());
    const without = (side: "breaks" | "keeps") =>
      judged.filter((id) => Object.keys(CASES[id]?.[side] ?? {}).length === 0);
    expect([without("breaks"), without("keeps")]).toEqual([[], []]);
  });

  it("are each there once", () => {
    const ids = ALL_RULES.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
  });

  it.each(Object.entries(PROMISED))("about %s are all there", (_subject, promised) => {
    expect(promised.filter((id) => !ALL_RULES.some((rule) => rule.id === id))).toEqual([]);
  });

  it.each(ALL_RULES)("$id says what it wants, what to do, and where it comes from", (rule) => {
    expect(rule.id).toMatch(/^[A-Z]{2}-\d{2}$/);
    expect(rule.title).toMatch(/^[A-Z].*\.$/);
    expect(rule.remedy).toMatch(/^[A-Z].*\.$/);
    expect(rule.source).not.toBe("");
  });

  const rows = (side: "breaks" | "keeps") =>
    [...Object.entries(CASES), ...Object.entries(ON_HYPERV)].flatMap(([rule, cases]) =>
      Object.entries(cases[side]).map(([sentence, text]) => ({ rule, sentence, text })),
    );

  it.each(rows("breaks"))("$rule is broken by $sentence", ({ rule, text }) => {
    const known = ALL_RULES.find(({ id }) => id === rule);
    const id = known?.reportedAs ?? rule;
    const severities = [known?.severity, known?.graver].flatMap((severity) => (severity ? [severity] : []));
    const found = rulesOf(text, { notes: true }).filter((line) => line.endsWith(` ${id}`));
    expect(severities.map((severity) => `${severity} ${id}`)).toEqual(expect.arrayContaining(found));
    expect(found).not.toEqual([]);
  });

  it.each(rows("keeps"))("$rule is kept by $sentence", ({ rule, text }) => {
    const found = rulesOf(text, { notes: true });
    expect(found.filter((line) => line.endsWith(rule))).toEqual([]);
    expect(found.filter((line) => /(schema|reference|duplicate|unsupported|address|yaml)$/.test(line))).toEqual([]);
  });

  it("tell what is only worth knowing when they are asked to", () => {
    const text = VSPHERE_CASES["VS-30"]?.breaks["failback as it is by default"] ?? "";
    expect(rulesOf(text)).toEqual([]);
    expect(rulesOf(text, { notes: true })).toEqual(["info VS-30", "info VS-31"]);
    const accepted = `${text}accepted: [{ rule: VS-30, reason: edge ports }]\n`;
    expect(rulesOf(accepted)).toEqual([]);
    expect(rulesOf(accepted, { notes: true })).toEqual(["info VS-31"]);
  });
});

describe("accepted", () => {
  const group = (accepted: string) =>
    `${kvm("{ members: [e0] }").replace(" k: ", ' "k[1:3]": ')}accepted: [${accepted}]\n`;
  const messages = (text: string) =>
    checkEnvironmentText(text, "e").problems.map(({ severity, rule, message }) => `${severity} ${rule} ${message}`);
  it.each([
    ["everywhere", "{ rule: VS-38, reason: lab }", []],
    ["below a path as messages show it", `{ rule: VS-38, at: 'hosts."k[1:3]"', reason: lab }`, []],
    [
      "to the last step",
      `{ rule: VS-38, at: 'hosts."k[1:3]".virtualSwitches.vs0.uplinkTeam.members', reason: lab }`,
      [],
    ],
    [
      "of one member alone leaves the others",
      "{ rule: VS-38, at: hosts.k1, reason: lab }",
      ["warning VS-38 a team of one uplink has no redundancy"],
    ],
    [
      "elsewhere leaves it, and is itself of no use",
      "{ rule: VS-38, at: hosts.k, reason: lab }",
      ["warning VS-38 a team of one uplink has no redundancy", "warning accepted nothing breaks VS-38 at hosts.k"],
    ],
    [
      "another rule is of no use",
      "{ rule: OV-02, reason: lab }, { rule: VS-38, reason: lab }",
      ["warning accepted nothing breaks OV-02"],
    ],
    [
      "an unknown rule",
      "{ rule: VS-99, reason: lab }, { rule: VS-38, reason: lab }",
      ["error reference there is no design rule of this name"],
    ],
    [
      "an error",
      "{ rule: VS-25, reason: lab }, { rule: VS-38, reason: lab }",
      ["error accepted VS-25 is an error: what can't work is not made to work by a reason"],
    ],
  ])("%s", (_sentence, accepted, expected) => {
    expect(messages(group(accepted))).toEqual(expected);
  });

  it("wants a reason", () => {
    expect(messages(group("{ rule: VS-38 }"))).toEqual(["error schema a required value is missing"]);
  });
});
