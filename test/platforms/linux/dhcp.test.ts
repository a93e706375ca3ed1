// Devices that get their addresses by DHCP: what our files say is read back, a lease is nobody's, and a missing one is told.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findOnPath } from "../../../lab/toolchain/command.js";
import { fillTemplate } from "../../../providers/engine/template.js";
import { type LinuxFacts, readLinuxFacts } from "../../../providers/platforms/linux/facts.js";
import { linux } from "../../../providers/platforms/linux/index.js";
import { RENDERERS } from "../../../providers/platforms/linux/renderers.js";
import type { LinuxWords, RendererName } from "../../../providers/platforms/linux/words.js";
import { bond, link, NO_WORDS } from "./words.js";

const heading = { machine: "vm", environment: "lab" };
const NAMES = Object.keys(RENDERERS) as RendererName[];

/** A bond with a VLAN device, and a NIC. */
function wordsOf(renderer: RendererName, flags: readonly boolean[], addresses: readonly string[] = []): LinuxWords {
  const [a = false, b = false, c = false, d = false, e = false, f = false] = flags;
  return {
    ...NO_WORDS,
    renderer,
    bonds: { bond0: bond({ mode: "active-backup", members: ["e0", "e1"] }) },
    vlans: { "bond0.5": { link: "bond0", id: 5 } },
    links: {
      "bond0.5": link({ dhcp4: c, dhcp6: d }),
      bond0: link({ dhcp4: a, dhcp6: b }),
      e0: link(),
      e1: link(),
      e2: link({ dhcp4: e, dhcp6: f, addresses }),
    },
  };
}

function filesOf(words: LinuxWords): Record<string, string> {
  const sections = linux.sections(words, heading);
  return Object.fromEntries(sections.map(({ path = "", template, data }) => [path, fillTemplate(template, data)]));
}

interface Said {
  readonly addresses?: readonly object[];
  readonly routes?: readonly object[];
}

/** The devices as they are wanted, with nothing but these addresses. */
function factsOf({ addresses = [], routes = [] }: Said = {}): LinuxFacts {
  const info_data = { mode: "active-backup", miimon: 100, resend_igmp: 1 };
  const flags = ["UP", "LOWER_UP"];
  const member = (ifname: string) => ({ ifname, mtu: 1500, flags, master: "bond0" });
  return readLinuxFacts({
    missing: [],
    nics: {},
    ssh: "",
    renderers: { netplan: true, networkd: true, NetworkManager: true, ifupdown: true },
    tools: { netplan: true, ifupdown: true },
    links: [
      { ifname: "bond0", mtu: 1500, flags, linkinfo: { info_kind: "bond", info_data } },
      { ifname: "bond0.5", mtu: 1500, flags, link: "bond0", linkinfo: { info_kind: "vlan", info_data: { id: 5 } } },
      ...[member("e0"), member("e1"), { ifname: "e2", mtu: 1500, flags, master: "ovs-system" }],
    ],
    addresses,
    routes,
    routes6: [],
    vlans: [],
    tables: [],
    rules: [],
    settings: [],
    teams: [],
  });
}

function actual(desired: LinuxWords, facts: LinuxFacts, files = filesOf(desired)): LinuxWords {
  return linux.fromFacts(facts, { environment: "lab", known: [desired], files });
}

const dhcpOf = ({ links }: LinuxWords) =>
  Object.fromEntries(Object.entries(links).map(([name, { dhcp4, dhcp6 }]) => [name, [dhcp4, dhcp6]]));

describe("what asks for an address", () => {
  it.each(NAMES)("is read back out of the files of %s", (renderer) => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), fc.boolean(), (flags, isAddressed) => {
        const words = wordsOf(renderer, flags, isAddressed ? ["192.0.2.9/24"] : []);
        const there = actual(words, factsOf());
        expect(dhcpOf(there)).toEqual(dhcpOf(words));
      }),
      { numRuns: 64 },
    );
  });

  it("a file that somebody has broken says nothing", () => {
    const words = wordsOf("netplan", [true]);
    const files = { ...filesOf(words), "/etc/netplan/60-multiport.yaml": "network: [" };
    expect(dhcpOf(actual(words, factsOf(), files)).bond0).toEqual([false, false]);
  });

  it("is asked for by a device that is in no file of ours and has a lease", () => {
    const addr_info = [
      { local: "192.0.2.7", prefixlen: 24, dynamic: true },
      { local: "2001:db8::7", prefixlen: 128, dynamic: true },
    ];
    const there = actual(wordsOf("networkd", []), factsOf({ addresses: [{ ifname: "bond0", addr_info }] }), {});
    expect(dhcpOf(there).bond0).toEqual([true, true]);
  });
});

const LEASE = { ifname: "bond0", addr_info: [{ local: "192.0.2.7", prefixlen: 24, scope: "global", dynamic: true }] };

describe("a lease", () => {
  it.each(NAMES)("and its route are no difference with %s, whoever set the route", (renderer) => {
    const words = wordsOf(renderer, [true]);
    for (const protocol of ["dhcp", "boot", undefined]) {
      const routes = [{ dst: "default", gateway: "192.0.2.1", dev: "bond0", ...(protocol ? { protocol } : {}) }];
      const facts = factsOf({ addresses: [LEASE], routes });
      const there = actual(words, facts);
      expect(there.links.bond0).toEqual(words.links.bond0);
      const { after } = linux.plan(words, { actual: there, facts, heading });
      expect(after.map(({ template, data }) => fillTemplate(template, data)).join("")).not.toContain("192.0.2");
    }
  });

  it("does not hide a route that somebody set where none is asked for", () => {
    const routes = [{ dst: "default", gateway: "192.0.2.1", dev: "bond0", protocol: "boot" }];
    expect(actual(wordsOf("networkd", []), factsOf({ routes })).links.bond0?.gateways).toEqual(["192.0.2.1"]);
  });

  it.each<[string, object]>([
    ["none", {}],
    ["one that was set", { local: "192.0.2.7", prefixlen: 24 }],
    ["one of the link", { local: "169.254.1.1", prefixlen: 16, scope: "link", dynamic: true }],
    ["one made up after an advertisement", { local: "2001:db8::5054:ff:fe00:1", prefixlen: 64, dynamic: true }],
  ])("is missed where there is %s", (_, address) => {
    const facts = factsOf({ addresses: [{ ifname: "bond0", addr_info: [address] }] });
    const told = linux.unhealthy(wordsOf("networkd", [true, true]), facts);
    expect(told).toEqual([
      "bond0 was given no IPv4 address by DHCP. Look at the DHCP server and the VLAN on the way",
      "bond0 was given no IPv6 address by DHCP. Look at the DHCP server and the VLAN on the way",
    ]);
    expect(linux.unhealthy(wordsOf("networkd", []), facts)).toEqual([]);
  });

  it("is all that is missed", () => {
    expect(linux.unhealthy(wordsOf("networkd", [true]), factsOf({ addresses: [LEASE] }))).toEqual([]);
  });
});

describe.skipIf(findOnPath("netplan") === undefined)("netplan", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "linux-dhcp-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each([[[true, false]], [[false, true]], [[true, true]], [[false, false]]])(
    "tells networkd what our own file tells it: IPv4 and IPv6 %j",
    (flags) => {
      for (const [path, text] of Object.entries(filesOf(wordsOf("netplan", flags)))) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text, { mode: 0o600 });
      }
      expect(spawnSync("netplan", ["generate", "--root-dir", folder], { encoding: "utf8" })).toMatchObject({
        status: 0,
        stderr: "",
      });
      const said = (text: string) => text.split("\n").filter((line) => /^(DHCP|LinkLocalAddressing=no)/.test(line));
      const own = filesOf(wordsOf("networkd", flags))["/etc/systemd/network/10-multiport-bond0.network"] ?? "";
      const netplans = readFileSync(join(folder, "run/systemd/network/10-netplan-bond0.network"), "utf8");
      expect(said(netplans)).toEqual(said(own));
      expect(said(own)).toHaveLength(1);
      // What the server says of the MTU would be another one than the file says.
      expect(netplans.includes("UseMTU=true")).toBe(false);
    },
  );
});

describe("what NetworkManager can't do of it", () => {
  it.each<[string, Parameters<typeof link>[0], readonly string[]]>([
    ["name servers go with a lease", { dhcp4: true, nameservers: ["192.0.2.53"] }, []],
    [
      "a next hop does not",
      { dhcp4: true, gateways: ["192.0.2.1"] },
      ["NetworkManager takes 192.0.2.1 only on a device with an IPv4 address, and e2 has none"],
    ],
  ])("%s", (_, settings, told) => {
    const words = { ...NO_WORDS, links: { e2: link(settings) } };
    expect(RENDERERS.NetworkManager.unsupported(words).map(({ message }) => message)).toEqual(told);
  });

  it("a port asks for none", () => {
    const words: LinuxWords = {
      ...NO_WORDS,
      bonds: { bond0: bond({ mode: "active-backup", members: ["e0"] }) },
      links: { bond0: link(), e0: link({ dhcp6: true }) },
    };
    expect(RENDERERS.NetworkManager.unsupported(words).map(({ device }) => device)).toEqual(["e0"]);
  });
});
