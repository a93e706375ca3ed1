// Netplan: our one file as it stands in a guest becomes words, whatever anybody did to it; other files are never touched.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { toMachineWords } from "../../providers/engine/machineWords.js";
import { renderFiles } from "../../providers/engine/render.js";
import { formatChange } from "../../providers/model/change.js";
import { NOTHING_TO_DO } from "../../providers/platforms/layer.js";
import { netplan, netplanLayer } from "../../providers/platforms/netplan/index.js";
import { NETPLAN_FILE, type NetplanWords } from "../../providers/platforms/netplan/words.js";
import { BUNDLES } from "../../providers/platforms/packages.js";
import { modelOf } from "../model/given.js";

const heading = { machine: "db-01", environment: "t" };
const guest = modelOf(`
environment: t
networks: { app: { vlan: 10, subnet: 10.0.0.0/24 }, data: { vlan: 30, mtu: 9000 } }
hosts: { k: { platform: kvm, uplinks: { e0: , e1: }, virtualSwitches: { vs0: { uplinkTeam: { members: [e0, e1] }, portGroups: [app, data] } } } }
vms:
  db-01:
    host: k
    ports:
      app: { portGroup: vs0/app, mac: "52:54:00:00:00:01", addresses: [10.0.0.5/24], gateway: 10.0.0.1 }
      d0: { portGroup: vs0/data, mac: "52:54:00:00:00:02" }
      d1: { portGroup: vs0/data, guestInterface: eth9 }
    guest: { os: linux, renderer: netplan }
    bonds: { data: { members: [d0, d1], addresses: [10.9.0.5/24] } }
`).virtualMachines[0]?.guest;
if (!guest) throw new Error("no guest");
const words = toMachineWords(netplan, guest, "t");
const desired = words.netplan as NetplanWords;
const text = renderFiles(netplan, words, heading)[0]?.text ?? "";
const facts = { missing: null };
const read = (file: string) =>
  netplanLayer.fromFacts(facts, { environment: "t", known: [], files: { [NETPLAN_FILE]: file } });
const drift = (file: string) => netplanLayer.compare(desired, read(file)).map(formatChange);

describe("our file in a guest", () => {
  it("as it was put there reads as what was wanted", () => {
    expect(read(text)).toEqual(desired);
    expect(drift(text)).toEqual([]);
  });

  it.each([
    ["another MTU", text.replace("mtu: 1500", "mtu: 1400"), ["ethernets.app.mtu: is 1400, wanted 1500"]],
    [
      "another mode",
      text.replace("mode: active-backup", "mode: balance-rr"),
      ['bonds.data.parameters.mode: is "balance-rr", wanted "active-backup"'],
    ],
    [
      "a key that somebody added",
      text.replace("mtu: 1500", "mtu: 1500\n      optional: true"),
      ['strange: is ["network.ethernets.app.optional: true"], wanted []'],
    ],
    [
      "DHCP switched on",
      text.replace("dhcp4: false", "dhcp4: true"),
      ['strange: is ["network.ethernets.app.dhcp4: true"], wanted []'],
    ],
    [
      "another device",
      text.replace("  bonds:", "    eth7: {}\n  bonds:"),
      [expect.stringMatching(/^ethernets\.eth7: is /), expect.stringMatching(/^strange: is /)],
    ],
    [
      "an address gone",
      text.replace("[10.0.0.5/24]", "[]"),
      ['ethernets.app.addresses: is [], wanted ["10.0.0.5/24"]'],
    ],
    [
      "what is no YAML any more",
      text.replace("network:", "network: ["),
      [
        expect.stringMatching(/^bonds/),
        expect.stringMatching(/^ethernets/),
        expect.stringMatching(/^ethernets/),
        expect.stringMatching(/^ethernets/),
        'strange: is ["the file is not YAML"], wanted []',
      ],
    ],
  ])("with %s is drift", (_sentence, file, expected) => {
    expect(drift(file)).toEqual(expected);
  });

  it("is drift that can be shown, whatever stands below our heading", () => {
    const head = text.split("\n")[0];
    const word = fc.constantFrom(
      "network",
      "ethernets",
      "bonds",
      "app",
      "match",
      "macaddress",
      "routes",
      "via",
      "parameters",
      "addresses",
      "mtu",
      "interfaces",
      "mode",
    );
    const tree = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 6 },
        fc.oneof(fc.string(), fc.integer(), fc.constant(null)),
        fc.array(tie("node"), { maxLength: 3 }),
        fc.dictionary(word, tie("node"), { maxKeys: 4 }),
      ),
    })).node;
    const check = (file: string) => {
      const found = read(file);
      const [shown] = renderFiles(netplan, { netplan: found }, heading);
      expect(shown === undefined || shown.text.startsWith(`${head}\n`)).toBe(true);
      expect(() => netplanLayer.compare(desired, found).map(formatChange)).not.toThrow();
    };
    fc.assert(
      fc.property(tree, (value) => check(`${head}\n${stringify(value)}`)),
      { numRuns: 200 },
    );
    fc.assert(
      fc.property(fc.string(), (value) => check(`${head}\n${value}`)),
      { numRuns: 200 },
    );
  });
});

describe("a change", () => {
  const now = { actual: netplanLayer.nothing, facts, heading };

  it("is checked by netplan itself before anything is put in place", () => {
    expect(netplanLayer.plan(desired, now)).toEqual({
      ...NOTHING_TO_DO,
      check: [{ template: "netplan/check.sh", data: {} }],
    });
  });

  it("of a guest without netplan takes its package", () => {
    expect(netplanLayer.missing(desired, { missing: "netplan" })).toEqual([{ tool: "netplan", ...BUNDLES.netplan }]);
    expect(netplanLayer.missing(desired, { missing: null })).toEqual([]);
  });

  it("that takes the file away needs nothing, not even netplan", () => {
    expect(netplanLayer.missing(netplanLayer.nothing, { missing: "netplan" })).toEqual([]);
    expect(netplanLayer.plan(netplanLayer.nothing, now)).toEqual(NOTHING_TO_DO);
    expect(netplanLayer.sections(netplanLayer.nothing, heading)).toEqual([]);
  });

  it("puts one file, with its own permissions", () => {
    expect(renderFiles(netplan, words, heading)).toEqual([
      { layer: "netplan", path: "/etc/netplan/60-multiport.yaml", mode: "0600", text },
    ]);
  });

  it.each([
    ["another shape", { missing: 5 }, /incomplete at missing/],
    ["nothing", undefined, /incomplete at/],
  ])("facts that are none, %s: told in plain words", (_sentence, document, message) => {
    expect(() => netplanLayer.readFacts(document)).toThrow(message);
  });
});
