// Hostile text through the XML and the scripts of libvirt: a reader of XML sees the same words, and a real shell hands them on
// as they were.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { xml } from "../../../../providers/engine/quote.js";
import { fillTemplate } from "../../../../providers/engine/template.js";
import { readInterface, readNetwork } from "../../../../providers/platforms/kvm/libvirt/fromXml.js";
import { libvirt } from "../../../../providers/platforms/kvm/libvirt/index.js";
import { interfaceView, networkView } from "../../../../providers/platforms/kvm/libvirt/view.js";
import type {
  LibvirtInterfaceWords,
  LibvirtNetworkWords,
  LibvirtPortSettings,
} from "../../../../providers/platforms/kvm/libvirt/words.js";
import { readDocuments } from "../../../../providers/platforms/kvm/libvirt/xml.js";
import { hostile } from "../../../arbitrary.js";

const canHold = (text: string) => {
  try {
    xml(text);
    return true;
  } catch {
    return false;
  }
};
const text = hostile.filter((word) => canHold(word) && word !== "" && word !== "__proto__");
const bandwidth = fc.option(
  fc.record({
    average: fc.integer({ min: 1, max: 9 }),
    peak: fc.option(fc.integer({ min: 1, max: 9 })),
    burst: fc.option(fc.integer({ min: 1, max: 9 })),
  }),
);
const settings: fc.Arbitrary<LibvirtPortSettings> = fc.record({
  vlan: fc.constantFrom(null, { trunk: false, tags: "0", native: null }, { trunk: true, tags: "10-12,20", native: 11 }),
  inbound: bandwidth,
  outbound: bandwidth,
  trustGuestRxFilters: fc.boolean(),
});
const network: fc.Arbitrary<LibvirtNetworkWords> = fc.record({
  environment: text,
  active: fc.constant(true),
  autostart: fc.constant(true),
  forward: fc.constant("bridge"),
  bridge: text,
  virtualport: fc.option(text),
  pf: fc.constant(null),
  functions: fc.constant(null),
  portgroups: fc.dictionary(text, settings, { maxKeys: 2 }),
});
const card: fc.Arbitrary<LibvirtInterfaceWords> = fc
  .tuple(
    fc.record({
      type: fc.constant("network"),
      network: text,
      portgroup: fc.option(text),
      function: fc.constant(null),
      mac: text.map((word) => word.toLowerCase()),
      target: fc.option(text),
      model: fc.option(text),
      queues: fc.option(fc.integer({ min: 1, max: 9 })),
      link: fc.constantFrom("up" as const, "down" as const),
      mtu: fc.option(fc.integer({ min: 576, max: 9216 })),
      isolated: fc.boolean(),
      interfaceid: fc.option(text),
      teaming: fc.constantFrom(null, "persistent", "transient ua-multiport-a"),
    }),
    settings,
  )
  .map(([own, common]) => ({ ...own, ...common }));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hostile-libvirt-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const none = new Map<string, string>();
const one = (document: string) => {
  const [element] = readDocuments(document);
  if (!element) throw new Error("empty");
  return element;
};

describe("xml", () => {
  it("is read back as it was, in text and in attributes, on one line", () => {
    fc.assert(
      fc.property(text, (word) => {
        expect(xml(word)).not.toMatch(/[\n\r]/);
        const { attributes, text: content } = one(`<a b='${xml(word)}' c="${xml(word)}">${xml(word)}</a>`);
        expect([attributes.b, attributes.c, content]).toEqual([word, word, word]);
      }),
      { numRuns: 1000 },
    );
  });

  it("refuses what XML can't hold", () => {
    for (const word of ["\0", "\u0008", "\u{d800}", "\uffff"]) expect(() => xml(word)).toThrow("XML can't hold");
  });
});

describe("hostile text", () => {
  it("in a network is read back", () => {
    fc.assert(
      fc.property(text, network, (name, words) => {
        const element = one(fillTemplate("kvm/libvirt/network.xml", networkView(name, words)));
        const { environment, active, autostart } = words;
        expect(readNetwork(element, { environment, active, autostart, functions: none })).toEqual(words);
        expect(element.children[1]?.children[0]?.attributes.environment).toBe(environment);
      }),
      { numRuns: 200 },
    );
  });

  it("in an interface is read back", () => {
    fc.assert(
      fc.property(text, card, (alias, words) => {
        const element = one(fillTemplate("kvm/libvirt/interface.xml", interfaceView(alias, words)));
        expect(readInterface(element, none)).toEqual({ alias, words, address: null });
      }),
      { numRuns: 200 },
    );
  });

  it("in a script reaches virsh word by word and file by file", () => {
    const stub =
      `virsh() { printf '%s\\0' "$@" >>"$log"; for word; do case $word in "$work"/*) cat "$word" >>"$log.files";; esac; done; }
ovs-vsctl() { printf '%s\\0' "$@" >>"$log"; }`.replace("ovs-vsctl()", "ovsctl()");
    fc.assert(
      fc.property(text, text, text, network, card, (name, domain, alias, net, words) => {
        const log = join(folder, "log");
        rmSync(log, { force: true });
        rmSync(`${log}.files`, { force: true });
        const desired = {
          networks: { [name]: net },
          domains: { [domain]: { environment: net.environment, interfaces: { [alias]: words }, order: [alias] } },
        };
        const facts = {
          missing: null,
          version: "11.0.0",
          networks: [],
          domains: [{ name: domain, persistent: true, running: false, mark: null, config: [], live: [] }],
          bridges: {},
          vlans: {},
        };
        const now = { actual: libvirt.nothing, facts, heading: { machine: "k", environment: "t" } };
        const plan = libvirt.plan(desired, now);
        expect(plan.conflicts).toEqual([]);
        const script = [...plan.before, ...plan.after].map((item) => fillTemplate(item.template, item.data)).join("\n");
        const { status, stderr } = spawnSync("sh", ["-s"], {
          input: `set -eu\nlog='${log}'\n${stub}\n${script}`,
          cwd: folder,
          encoding: "utf8",
        });
        expect(stderr).toBe("");
        expect(status).toBe(0);
        expect(existsSync(join(folder, "PWNED"))).toBe(false);
        const told = readFileSync(log, "utf8").split("\0");
        expect(told).toEqual(expect.arrayContaining([name, domain]));
        const files = readDocuments(readFileSync(`${log}.files`, "utf8"));
        expect(files.map((file) => file.name)).toEqual(expect.arrayContaining(["network", "interface"]));
        const own = files.find((file) => file.name === "interface");
        if (!own) throw new Error("no interface");
        expect(readInterface(own, none)).toEqual({ alias, words, address: null });
      }),
      { numRuns: 40 },
    );
  });
});
