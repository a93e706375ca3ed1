// The layer of the kernel's devices: what the kernel says back is the same words, what is not ours stays out, and what stands in the way.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TEAM_MODES, TEAM_POLICIES } from "../../../providers/model/uplinkTeam.js";
import { linux } from "../../../providers/platforms/linux/index.js";
import { RENDERERS } from "../../../providers/platforms/linux/renderers.js";
import { withoutInherited } from "../../../providers/platforms/linux/sorted.js";
import { toLinuxWords, untaggedVlan } from "../../../providers/platforms/linux/toWords.js";
import { KERNEL_TEAMS } from "../../../providers/platforms/linux/uplinkTeam.js";
import { BARE_LINK, type LinuxWords } from "../../../providers/platforms/linux/words.js";
import { toGuestWords } from "../../../providers/platforms/linuxGuest/toWords.js";
import { BUNDLES } from "../../../providers/platforms/packages.js";
import { teamWord } from "../../../providers/platforms/teamSupport.js";
import { goldenCases } from "../../golden.js";
import { modelOf } from "../../model/given.js";
import { type Kernel, kernelSays } from "./kernel.js";
import { scriptsOf } from "./rendering.js";

const heading = { machine: "kvm-01", environment: "golden" };
const MARK = "multiport golden";
const NETPLAN = { "/etc/netplan/60-multiport.yaml": "" };

function wordsOf(spec: string): LinuxWords {
  const [host] = modelOf(spec).kvmHosts;
  if (!host) throw new Error("no host");
  return toLinuxWords(host);
}

/** Those of a guest with two ports, the first with these settings. */
function guestWordsOf(bonds: string, port = ""): LinuxWords {
  const [vm] = modelOf(`environment: golden
networks: { app: { subnet: 10.0.0.0/24 } }
hosts: { k: { platform: kvm, uplinks: { e0: , e1: }, virtualSwitches: { vs0: { uplinkTeam: { members: [e0, e1] }, portGroups: [app] } } } }
vms: { v: { host: k, ports: { p: { portGroup: vs0/app, guestInterface: eth0${port} }, q: { portGroup: vs0/app, guestInterface: eth1 } }, guest: { os: linux }, ${bonds} } }
`).virtualMachines;
  if (!vm?.guest) throw new Error("no guest");
  return toGuestWords(vm.guest);
}

/** The words of a host that has them, read back; what the file says beside what is set is not told. */
function readBack(words: LinuxWords, kernel: Kernel, known: readonly LinuxWords[] = [words]): LinuxWords {
  const facts = linux.readFacts(JSON.parse(JSON.stringify(kernelSays(withoutInherited(words), kernel))));
  return linux.fromFacts(facts, { environment: "golden", known, files: NETPLAN });
}

const told = ({ pci: _, ...words }: LinuxWords) => words;

const pairs = TEAM_MODES.flatMap((mode) => TEAM_POLICIES.map((policy) => ({ mode, policy }))).filter(
  (pair) => "word" in teamWord(KERNEL_TEAMS, pair),
);

/** Environments of one host with a bridge, in every mode and with any options of it. */
const spec = fc
  .record({
    pair: fc.constantFrom(...pairs),
    options: fc.record(
      {
        monitorMilliseconds: fc.integer({ min: 10, max: 1000 }),
        upDelayMilliseconds: fc.nat(5000),
        downDelayMilliseconds: fc.nat(5000),
        allMembersActive: fc.boolean(),
        name: fc.constantFrom("team", "bond.7"),
      },
      { requiredKeys: [] },
    ),
    lacp: fc.record(
      {
        lacpRate: fc.constantFrom("slow", "fast"),
        lacpRole: fc.constantFrom("active", "passive"),
        adSelect: fc.constantFrom("stable", "bandwidth", "count"),
        minLinks: fc.nat(2),
      },
      { requiredKeys: [] },
    ),
    failover: fc.record(
      {
        failback: fc.boolean(),
        failOverMac: fc.constantFrom("none", "active", "follow"),
        peerNotifications: fc.nat(255),
        resendIgmp: fc.nat(255),
      },
      { requiredKeys: [] },
    ),
    vlans: fc.constantFrom("{ vlan: 10 }", "{ vlans: [1, 100-199], native: 7 }", "{ mtu: 9000 }", "{ vlan: 1 }"),
    spanningTree: fc.constantFrom("", "spanningTree: true, ", "spanningTree: false, "),
    addresses: fc.subarray(["10.0.0.2/24", "10.0.0.3/24", "fd00::2/64", "fd00::3/64"]),
  })
  .map(({ pair, options, lacp, failover, vlans, spanningTree, addresses }) => {
    const own = pair.mode === "lacp" ? lacp : pair.policy === "active-backup" ? failover : {};
    const team = JSON.stringify({ members: ["e0", "e1"], ...pair, ...options, ...own });
    return `environment: golden
networks: { app: ${vlans}, own: { vlan: 2 } }
hosts:
  k:
    platform: kvm
    uplinks: { e0: , e1: }
    virtualSwitches: { br0: { kind: linux-bridge, ${spanningTree}uplinkTeam: ${team}, portGroups: [app, own] } }
    hostPorts: { host2: { portGroup: br0/own, addresses: ${JSON.stringify(addresses)} } }
`;
  });

const kernel = fc.record({ defaults: fc.constantFrom("said", "null", "absent"), alias: fc.constant(MARK) });

describe("what the kernel says back", () => {
  it("is what was wanted, whatever it was and however iproute2 prints defaults", () => {
    fc.assert(
      fc.property(spec, kernel, (text, says) => {
        const words = wordsOf(text);
        const actual = readBack(words, says as Kernel);
        expect(actual).toEqual(told(words));
        expect(linux.compare(words, actual)).toEqual([]);
        // Nothing but the device itself says what it is: our words are not needed for it.
        expect(readBack(words, says as Kernel, []).bonds).toEqual(words.bonds);
      }),
    );
  });

  it.each(goldenCases("linux"))("is what was wanted of $name", ({ spec: text }) => {
    const words = wordsOf(text);
    // What Open vSwitch has is its own to say.
    const others = new Set(Object.keys(words.links).filter((name) => /^e[2-5]$|0$/.test(name)));
    if (Object.keys(words.bridges).length === 0) return expect(others.size).toBeGreaterThan(0);
    expect(readBack(words, { defaults: "absent", alias: MARK })).toEqual(told(words));
  });

  it("a device may be called as what every object inherits", () => {
    const words = wordsOf(
      bridgeSpec(
        "mode: lacp, name: valueOf",
        ", hostPorts: { constructor: { portGroup: br0/mgmt, addresses: [10.0.0.2/24] } }",
      ),
    );
    const paths = linux.sections(words, heading).map(({ path }) => path);
    expect(paths.filter((path) => path?.includes("valueOf") || path?.includes("constructor"))).toEqual([
      "/etc/systemd/network/10-netplan-valueOf.network.d/multiport.conf",
    ]);
    expect(readBack(words, { defaults: "said", alias: MARK })).toEqual(told(words));
  });

  it("leaves out what others have: bonds, bridges and ports of VMs", () => {
    const words = wordsOf(bridgeSpec());
    const others = [
      {
        ifname: "bond9",
        mtu: 1500,
        ifalias: "multiport other",
        linkinfo: { info_kind: "bond", info_data: { mode: "balance-rr" } },
      },
      { ifname: "virbr0", mtu: 1500, linkinfo: { info_kind: "bridge", info_data: {} } },
      { ifname: "vnet0", mtu: 1500, master: "br0", linkinfo: { info_kind: "tun" } },
    ];
    expect(readBack(words, { defaults: "said", alias: MARK, others })).toEqual(told(words));
  });

  it("makes a bond anew for another failOverMac (LB-14)", () => {
    const had = readBack(wordsOf(bridgeSpec("policy: active-backup")), { defaults: "null", alias: MARK });
    const changes = linux.compare(wordsOf(bridgeSpec("failOverMac: active")), had);
    expect(changes.map(({ path, disruption }) => [path.join("."), disruption])).toEqual([
      ["bonds.br0-bond.fail_over_mac", "outage"],
    ]);
  });

  it("spanning tree that somebody turned on is a brief change back", () => {
    const words = wordsOf(bridgeSpec());
    const had = readBack(wordsOf(bridgeSpec().replace("linux-bridge,", "linux-bridge, spanningTree: true,")), {
      defaults: "absent",
      alias: MARK,
    });
    expect(linux.compare(words, had).map(({ path, disruption }) => [path.join("."), disruption])).toEqual([
      ["bridges.br0.stp_state", "brief"],
    ]);
  });

  // Seen on kernel 6.18: for 35 s from the moment at which a port of the bridge begins to forward.
  it.each([
    { topology_change: 1, changes: [] },
    { topology_change: 0, changes: ["bridges.br0.ageing_time"] },
  ])("addresses that age faster are a change only while the topology does not ($topology_change)", (row) => {
    const words = wordsOf(bridgeSpec().replace("linux-bridge,", "linux-bridge, spanningTree: true,"));
    const said = kernelSays(withoutInherited(words), { defaults: "absent", alias: MARK });
    const document = JSON.stringify(said).replace(
      '"ageing_time":30000',
      `"ageing_time":3000,"topology_change":${row.topology_change}`,
    );
    const facts = linux.readFacts(JSON.parse(document));
    const had = linux.fromFacts(facts, { environment: "golden", known: [words], files: NETPLAN });
    expect(linux.compare(words, had).map(({ path }) => path.join("."))).toEqual(row.changes);
  });

  it.each(Object.values(RENDERERS))("spanning tree is turned on while the bridge runs with $name", (renderer) => {
    const actual = wordsOf(bridgeSpec());
    const desired = wordsOf(bridgeSpec().replace("linux-bridge,", "linux-bridge, spanningTree: true,"));
    const scripts = scriptsOf(renderer, actual, desired).map(({ text }) => text);
    expect(scripts.join("\n")).toContain("ip link set dev br0 type bridge stp_state 1 ||");
    expect(
      scriptsOf(renderer, desired, desired)
        .map(({ text }) => text)
        .join("\n"),
    ).not.toContain("stp_state");
  });

  it("shows what is different, and how much the traffic would notice", () => {
    const had = wordsOf(bridgeSpec("mode: lacp, lacpRate: slow, minLinks: 1"));
    const changes = linux.compare(
      wordsOf(bridgeSpec("mode: static")),
      readBack(had, { defaults: "null", alias: MARK }),
    );
    expect(changes.map(({ path, disruption }) => [path.join("."), disruption])).toEqual([
      ["bonds.br0-bond.mode", "outage"],
      ["bonds.br0-bond.xmit_hash_policy", "brief"],
      ["bonds.br0-bond.lacp_rate", "outage"],
      ["bonds.br0-bond.lacp_active", "outage"],
      ["bonds.br0-bond.ad_select", "outage"],
      ["bonds.br0-bond.min_links", "brief"],
    ]);
  });
});

function bridgeSpec(team = "mode: lacp", more = ""): string {
  return `environment: golden
networks: { app: { vlan: 10, mtu: 9000 }, mgmt: { vlan: 20 } }
hosts: { k: { platform: kvm, uplinks: { e0: { pci: "0000:3b:00.0" }, e1: }, virtualSwitches: { br0: { kind: linux-bridge, uplinkTeam: { members: [e0, e1], ${team} }, portGroups: [app, mgmt] } }${more} } }
`;
}

describe("the VLAN of frames without a tag", () => {
  it.each([
    ["{ plain: {} }", 1],
    ["{ plain: {}, one: { vlan: 1 } }", 4094],
    ["{ plain: {}, all: { vlans: [1-4000, 4002-4094] } }", 4001],
  ])("beside %s is %s", (networks, expected) => {
    const [host] = modelOf(`environment: t
networks: ${networks}
hosts: { k: { platform: kvm, uplinks: { e0: }, virtualSwitches: { b: { kind: linux-bridge, uplinkTeam: { members: [e0] }, portGroups: ${JSON.stringify(
      [...networks.matchAll(/(\w+): \{/g)].map(([, name]) => name),
    )} } } } }
`).kvmHosts;
    expect(host?.virtualSwitches[0] && untaggedVlan(host.virtualSwitches[0])).toBe(expected);
  });
});

describe("what stands in the way", () => {
  const desired = wordsOf(bridgeSpec());
  const bare: LinuxWords = {
    ...linux.nothing,
    links: {
      e0: BARE_LINK,
      e1: BARE_LINK,
    },
  };

  function conflicts(document: object, wanted = desired, files: Record<string, string> = {}): readonly string[] {
    const facts = linux.readFacts(JSON.parse(JSON.stringify(document)));
    const actual = linux.fromFacts(facts, { environment: "golden", known: [wanted], files });
    return linux.plan(wanted, { actual, facts, heading }).conflicts;
  }
  const says = (changes: object = {}, words = bare, kernelOf: Kernel = { defaults: "said" }) => ({
    ...kernelSays(words, kernelOf),
    ...changes,
  });
  const nics = { e0: { pci: "0000:3b:00.0", driver: "igb" }, e1: { pci: "0000:5e:00.0", driver: "igb" } };
  const links = (change: (link: Record<string, unknown>) => object) =>
    (kernelSays(bare, { defaults: "said" }) as { links: Record<string, unknown>[] }).links.map(change);

  it("nothing, on a fresh host", () => expect(conflicts(says({ nics }))).toEqual([]));

  it.each([
    [
      "two kinds of NICs are told (LB-18)",
      "ixgbe",
      [/^the members of br0-bond .*: e0 \(igb\), e1 \(ixgbe\) \[LB-18\]/],
    ],
    ["one kind is not", "igb", []],
  ])("%s", (_sentence, driver, expected) => {
    const facts = linux.readFacts(says({ nics: { ...nics, e1: { ...nics.e1, driver } } }));
    const { conflicts, notes } = linux.plan(desired, { actual: linux.nothing, facts, heading });
    expect([conflicts, notes]).toEqual([[], expected.map((text) => expect.stringMatching(text))]);
  });

  it.each<[string, object, RegExp]>([
    [
      "a NIC is missing",
      { nics, links: links((link) => link).slice(1) },
      /^there is no interface e0\. The NICs here are e1\./,
    ],
    [
      "a NIC is another device",
      { nics: { ...nics, e0: nics.e1, e1: nics.e0 } },
      /^e0 is the device 0000:5e:00\.0 and not 0000:3b:00\.0, which is e1\./,
    ],
    [
      "a NIC takes no large packets",
      { nics, links: links((link) => ({ ...link, max_mtu: link.ifname === "e1" ? 1500 : 9216 })) },
      /^e1 takes packets of 1500 bytes at most, and 9000 are wanted \[LB-27\]\./,
    ],
    [
      "a NIC is somebody else's",
      { nics, links: links((link) => (link.ifname === "e1" ? { ...link, master: "virbr0" } : link)) },
      /^e1 is a member of virbr0, which is not multiport's\./,
    ],
    ...(["vlan", "macvlan", "ipvlan"] as const).map((kind): [string, object, RegExp] => [
      `a NIC has somebody else's ${kind} on it`,
      {
        nics,
        links: [
          ...links((link) => link),
          { ifname: "storage", link: "e1", mtu: 1500, linkinfo: { info_kind: kind, info_data: {} } },
        ],
      },
      new RegExp(`^storage stands on e1, is a device of kind ${kind}, is not multiport's and .* Remove it`),
    ]),
    [
      "a device of our name is somebody else's",
      {
        nics,
        links: [
          ...links((link) => link),
          { ifname: "br0", mtu: 1500, linkinfo: { info_kind: "bridge", info_data: {} } },
        ],
      },
      /^br0 exists, is a device of kind bridge, is not multiport's and is not as it is wanted \(vlan_filtering: is 0, wanted 1; vlan_default_pvid: is 1, wanted 0; .*mtu: is 1500, wanted 9000\)\. Give ours/,
    ],
    [
      "a device of our name is another environment's",
      {
        nics,
        links: [
          ...links((link) => link),
          { ifname: "br0-bond", mtu: 1500, ifalias: "multiport prod", linkinfo: { info_kind: "dummy" } },
        ],
      },
      /^br0-bond exists, is a device of kind dummy of environment prod,/,
    ],
    [
      "the connection came in on a NIC",
      {
        nics,
        ssh: "192.0.2.7",
        addresses: [{ ifname: "e0", addr_info: [{ local: "192.0.2.7", prefixlen: 24, scope: "global" }] }],
      },
      /^e0 has 192\.0\.2\.7, the address of this very SSH connection, and would lose it\. Give an interface of the file that address/,
    ],
    [
      "another renderer is in use",
      { nics, renderers: { netplan: false, networkd: false, NetworkManager: true, ifupdown: false } },
      /^the network of the machine is configured by NetworkManager, not by netplan\. Set renderer: NetworkManager/,
    ],
  ])("%s", (_sentence, changes, expected) => {
    expect(conflicts(says(changes))).toEqual([expect.stringMatching(expected)]);
  });

  describe("of a removal: the address that the connection came in on", () => {
    const ofHost = wordsOf(bridgeSpec("", ", hostPorts: { own: { portGroup: br0/mgmt, addresses: [10.0.0.2/24] } }"));
    const ofGuest = guestWordsOf("bonds: { b: { members: [p, q], addresses: [10.0.0.2/24] } }");
    const onPort = guestWordsOf("", ", addresses: [10.0.0.2/24]");
    const removal = (words: LinuxWords, ssh: string, others: Partial<Kernel> = {}) => {
      const document = kernelSays(withoutInherited(words), { defaults: "said", alias: MARK, ssh, ...others });
      const facts = linux.readFacts(JSON.parse(JSON.stringify(document)));
      const actual = linux.fromFacts(facts, { environment: "golden", known: [linux.nothing, words], files: NETPLAN });
      return linux.plan(linux.nothing, { actual, facts, heading });
    };

    it.each([
      ["a host's own interface", ofHost, "own"],
      ["a bond in a guest", ofGuest, "b"],
      ["a port of a guest", onPort, "eth0"],
    ])("stands in the way on %s", (_where, words, device) => {
      const { conflicts, before, after } = removal(words, "10.0.0.2");
      expect(conflicts).toEqual([
        `${device} has 10.0.0.2, the address of this very SSH connection, and would lose it: nothing of the file gives the machine that address any more. Reach the machine at another address, or let it keep what it has and take it out of the state (pulumi state delete)`,
      ]);
      expect([before, after]).toEqual([[], []]);
    });

    it.each([
      ["an address that is not ours", "192.0.2.7"],
      ["no network at all, such as the guest agent", ""],
    ])("does not when it is %s", (_how, ssh) => {
      for (const words of [ofHost, ofGuest, onPort]) {
        const { conflicts, before, after } = removal(words, ssh);
        expect(conflicts).toEqual([]);
        expect([...before, ...after]).not.toEqual([]);
      }
    });
  });

  it("a bond of our name that differs is told once, with what differs", () => {
    const had = wordsOf(bridgeSpec("mode: lacp, monitorMilliseconds: 50"));
    expect(conflicts(says({ nics }, had, { defaults: "said" }))).toEqual([
      expect.stringMatching(
        /^br0-bond exists, is a device of kind bond, is not multiport's and is not as it is wanted \(miimon: is 50, wanted 100\)\. Give ours/,
      ),
    ]);
  });

  it.each<[string, object]>([
    ["of ours", { link: "e1", ifalias: MARK, linkinfo: { info_kind: "vlan", info_data: { id: 7 } } }],
    ["on another NIC", { link: "e7", linkinfo: { info_kind: "vlan", info_data: { id: 7 } } }],
    ["at the other end of a cable in software", { link: "e1", linkinfo: { info_kind: "veth" } }],
  ])("not a device %s", (_sentence, other) => {
    const others = [...links((link) => link), { ifname: "there", mtu: 1500, ...other }];
    expect(conflicts(says({ nics, links: others }))).toEqual([]);
  });

  it("not a device on a NIC that is an uplink already", () => {
    const others = [{ ifname: "e1.7", link: "e1", mtu: 1500, linkinfo: { info_kind: "vlan", info_data: { id: 7 } } }];
    expect(conflicts(says({ nics }, desired, { defaults: "said", alias: MARK, others }), desired, NETPLAN)).toEqual([]);
  });

  it("missing tools are those of iproute2, and the renderer's own where there is something to write", () => {
    const facts = linux.readFacts(says({ missing: ["bridge"], tools: { netplan: false, ifupdown: false } }));
    const bridge = { tool: "bridge", ...BUNDLES.iproute2 };
    expect(linux.missing(desired, facts)).toEqual([
      bridge,
      { tool: "netplan", ...BUNDLES.netplan, otherwise: "set renderer: networkd" },
    ]);
    expect(linux.missing({ ...desired, renderer: "networkd" }, facts)).toEqual([bridge]);
    expect(linux.missing(linux.nothing, facts)).toEqual([bridge]);
  });

  it("networkd has to run", () => {
    const renderers = { netplan: false, networkd: false, NetworkManager: false, ifupdown: false };
    expect(conflicts(says({ nics, renderers }), { ...desired, renderer: "networkd" })).toEqual([
      expect.stringMatching(/^systemd-networkd does not run\. Start it/),
    ]);
  });

  it("the address of the connection may move onto a host port", () => {
    const wanted = wordsOf(
      bridgeSpec("mode: lacp", ", hostPorts: { mgmt0: { portGroup: br0/mgmt, addresses: [192.0.2.7/24] } }"),
    );
    const addresses = [{ ifname: "e0", addr_info: [{ local: "192.0.2.7", prefixlen: 24, scope: "global" }] }];
    expect(conflicts(says({ nics, ssh: "192.0.2.7", addresses }), wanted)).toEqual([]);
  });

  it("what is already as it is wanted is taken over, mark or no mark, and nothing leaves", () => {
    const document = says({ nics }, desired, { defaults: "null" });
    expect(conflicts(document)).toEqual([]);
    const facts = linux.readFacts(JSON.parse(JSON.stringify(document)));
    const actual = linux.fromFacts(facts, { environment: "golden", known: [desired], files: {} });
    expect(linux.plan(desired, { actual, facts, heading }).before).toEqual([]);
  });

  it("what is ours may be anything", () => {
    const had = wordsOf(bridgeSpec("mode: static"));
    expect(conflicts(says({ nics }, had, { defaults: "said", alias: MARK }), desired, NETPLAN)).toEqual([]);
  });
});

describe("what does not work", () => {
  const words = wordsOf(bridgeSpec());
  const facts = (change: (link: Record<string, unknown>) => object) => {
    const document = kernelSays(words, { defaults: "said", alias: MARK }) as { links: Record<string, unknown>[] };
    return linux.readFacts(JSON.parse(JSON.stringify({ ...document, links: document.links.map(change) })));
  };
  const of = (name: string, change: object) => (link: Record<string, unknown>) =>
    link.ifname === name ? { ...link, ...change } : link;
  const bond = (ad_info: object) =>
    of("br0-bond", { linkinfo: { info_kind: "bond", info_data: { mode: "802.3ad", ad_info } } });

  it("nothing of a healthy host", () =>
    expect(
      linux.unhealthy(
        words,
        facts((link) => link),
      ),
    ).toEqual([]));

  it.each<[string, (link: Record<string, unknown>) => object, RegExp]>([
    [
      "a bond without carrier",
      of("br0-bond", { flags: ["UP", "NO-CARRIER"] }),
      /^br0-bond has no carrier: no member of e0, e1 works\./,
    ],
    ["a silent switch", bond({ num_ports: 1, partner_mac: "00:00:00:00:00:00" }), /^br0-bond has no LACP partner:/],
    [
      "a member in no group",
      bond({ num_ports: 1, partner_mac: "02:00:00:00:00:01" }),
      /^br0-bond has 1 of 2 members in its LACP group\./,
    ],
    [
      "a member that is up and counts as down",
      of("e1", {
        linkinfo: { info_slave_kind: "bond", info_slave_data: { state: "BACKUP", mii_status: "GOING_BACK" } },
      }),
      /^e1 has carrier and its bond counts it as GOING_BACK\./,
    ],
  ])("%s", (_sentence, change, expected) => {
    expect(linux.unhealthy(words, facts(change))).toEqual([expect.stringMatching(expected)]);
  });
});
