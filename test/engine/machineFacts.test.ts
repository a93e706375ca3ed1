// What a machine says of itself, as a document: read whole, or refused in plain words.
import { describe, expect, it } from "vitest";
import {
  type MachineFacts,
  missingTools,
  ownFiles,
  readMachineFacts,
  unreadable,
  wordsOf,
} from "../../providers/engine/machineFacts.js";
import { kvm } from "../../providers/platforms/kvm/index.js";
import { linux } from "../../providers/platforms/linux/index.js";
import { linuxGuests } from "../../providers/platforms/linuxGuest/index.js";
import { kernelSays } from "../platforms/linux/kernel.js";

const NETPLAN_FILE = "/etc/netplan/60-multiport.yaml";

const encoded = (text: string) => Buffer.from(text).toString("base64");
const document = {
  layers: { linux: kernelSays(linux.nothing, { defaults: "said" }) },
  packageManager: "apt-get",
  files: {},
  applied: null,
  change: null,
  reverting: false,
  last: null,
};
const read = (value: object, before = "") =>
  readMachineFacts(linuxGuests.layers, `${before}${JSON.stringify(value)}\n`);

describe("facts that are none", () => {
  it.each([
    ["no output", "", /the facts of the machine are not JSON; found ""\. Look at/],
    ["a greeting alone", "Welcome!\n", /not JSON; found "Welcome!"/],
    [
      "JSON of another shape",
      '{"layers":{}}\n',
      /the facts of the machine are incomplete at packageManager: .*\. Look at/,
    ],
    ["a list", "[]\n", /incomplete at/],
    ["a layer that is missing", JSON.stringify({ ...document, layers: {} }), /incomplete at/],
    ["a file that is not encoded", JSON.stringify({ ...document, files: { "/a": "%" } }), /incomplete at files\.\/a/],
  ])("%s: told in plain words", (_sentence, stdout, message) => {
    expect(() => readMachineFacts(linuxGuests.layers, stdout)).toThrow(message);
  });

  it("a greeting before the facts does no harm", () => {
    expect(read(document, "Welcome to db-01\n{not facts}\n")).toEqual(read(document));
  });
});

describe("our own files", () => {
  it("are read as they were written, in any language", () => {
    const about = { id: "7", environment: "t", by: "jürgen@desk", since: "2026-01-01T00:00:00Z", seconds: 120 };
    const last = { id: "6", environment: "t", outcome: "reverted", reason: "no confirmation came in time", at: 5 };
    const facts = read({
      ...document,
      applied: encoded('{"netplan":{"a":"ü"}}'),
      change: encoded(JSON.stringify(about)),
      last: encoded(JSON.stringify(last)),
    });
    expect(facts).toMatchObject({ applied: { netplan: { a: "ü" } }, change: about, last });
  });

  it.each(["", '{"id":"7","env', "[]", '{"id":7}'])("%j, cut off or not ours, says nothing", (text) => {
    const facts = read({ ...document, change: encoded(text), last: encoded(text) });
    expect([facts.change, facts.last]).toEqual([undefined, undefined]);
    expect(read({ ...document, applied: encoded(text.slice(0, 1)) }).applied).toBeUndefined();
  });

  it("are those with the heading of the environment", () => {
    const head = (environment: string) => `# Network of db-01, environment ${environment}. Written by multiport: x\n`;
    const facts = read({
      ...document,
      files: { [NETPLAN_FILE]: encoded(head("t")), "/b": encoded(head("u")), "/c": encoded("c") },
    });
    expect(ownFiles(facts, "t")).toEqual({ [NETPLAN_FILE]: head("t") });
    expect(wordsOf(linuxGuests, facts, { environment: "u" })).toEqual({ linux: linux.nothing });
  });
});

describe("a layer that can't tell what it has", () => {
  const facts = (applied: object | undefined) => ({
    layers: Object.fromEntries([
      ["openvswitch", { missing: "ovs-vsctl", links: [], bridges: [] }],
      ["linux", { missing: [] }],
      ["libvirt", { missing: "libvirtd" }],
    ]),
    packageManager: "apt-get" as const,
    files: {},
    applied: applied as MachineFacts["applied"],
    change: undefined,
    isPuttingBack: false,
    last: undefined,
  });

  it("is told where something of ours was there, and only there: it must not look as if it were gone", () => {
    expect(unreadable(kvm, facts({ libvirt: { networks: {} } }))).toEqual([
      "libvirt does not answer on the host. Look at: systemctl status libvirtd virtqemud virtnetworkd",
    ]);
    expect(unreadable(kvm, facts(undefined))).toEqual([]);
  });

  it("lacks the tools of what it had, and of what it shall have, and no other", () => {
    const lacking = (...[applied, words]: [object | undefined, object]) =>
      missingTools(kvm, facts(applied), { ...words }).map(({ tool }) => tool);
    expect(lacking({ openvswitch: { bridges: { vs0: {} } } }, {})).toEqual(["ovs-vsctl"]);
    expect(lacking(undefined, { openvswitch: { bridges: { vs0: {} } } })).toEqual(["ovs-vsctl"]);
    expect(lacking(undefined, {})).toEqual([]);
  });
});
