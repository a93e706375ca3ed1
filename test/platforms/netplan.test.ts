// Netplan: our one file as it stands in a guest becomes words, whatever anybody did to it; other files are never touched.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { renderMachine, renderWords } from "../../providers/engine/render.js";
import { formatChange } from "../../providers/model/change.js";
import { netplan } from "../../providers/platforms/netplan/index.js";
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
const desired = netplan.toWords(guest, heading);
const text = renderMachine(netplan, guest, heading);
const read = (file: string | null) =>
  netplan.fromFacts(netplan.readFacts(JSON.stringify({ text: file, others: [] })), heading);
const drift = (file: string) => netplan.compare(desired, read(file)).map(formatChange);

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
        expect.stringMatching(/^ethernets/),
        expect.stringMatching(/^ethernets/),
        expect.stringMatching(/^ethernets/),
        expect.stringMatching(/^bonds/),
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
      const words = read(file);
      expect(words && renderWords(netplan, words).startsWith(`${head}\n`)).toBe(true);
    };
    fc.assert(
      fc.property(tree, (value) => check(`${head}\n${stringify(value)}`)),
      { numRuns: 400 },
    );
    fc.assert(
      fc.property(fc.string(), (value) => check(`${head}\n${value}`)),
      { numRuns: 400 },
    );
  });
});

describe("files that are not ours", () => {
  it.each([
    ["none there", null, []],
    ["one of ours", text, []],
    [
      "one that somebody wrote",
      "network: {}\n",
      ["/etc/netplan/60-multiport.yaml exists and was not written by multiport. Move it away, then try again"],
    ],
    [
      "one of another environment",
      text.replace("environment t.", "environment u."),
      ["/etc/netplan/60-multiport.yaml exists and belongs to environment u. Move it away, then try again"],
    ],
    [
      "an empty one",
      "",
      ["/etc/netplan/60-multiport.yaml exists and was not written by multiport. Move it away, then try again"],
    ],
  ])("%s", (_sentence, file, conflicts) => {
    expect(netplan.plan(desired, { text: file, others: ["/etc/netplan/50-cloud-init.yaml"] })).toEqual({
      conflicts,
      removals: [],
      notes: [],
    });
    if (conflicts.length > 0) expect(read(file)).toBeUndefined();
  });

  it.each([
    ["no output", "", /the facts of the machine are not JSON/],
    ["another shape", '{"text":5}', /incomplete at text/],
  ])("facts that are none, %s: told in plain words", (_sentence, stdout, message) => {
    expect(() => netplan.readFacts(stdout)).toThrow(message);
  });
});
