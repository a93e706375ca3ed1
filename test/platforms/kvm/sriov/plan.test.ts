// What is told before virtual functions change, what is done, and the way back.
import { describe, expect, it } from "vitest";
import { fillTemplate } from "../../../../providers/engine/template.js";
import { formatChange } from "../../../../providers/model/change.js";
import type { SriovFacts } from "../../../../providers/platforms/kvm/sriov/facts.js";
import { sriov } from "../../../../providers/platforms/kvm/sriov/index.js";
import { NO_SRIOV, type SriovWords } from "../../../../providers/platforms/kvm/sriov/words.js";
import { type Card, functionAddress, hostFacts, port, words } from "./given.js";

const heading = { machine: "kvm-01", environment: "t" };
const actualOf = (facts: SriovFacts, known: readonly SriovWords[]) =>
  sriov.fromFacts(facts, { environment: "t", known, files: {} });
const planOf = (desired: SriovWords, facts: SriovFacts, before: SriovWords = NO_SRIOV) =>
  sriov.plan(desired, { actual: actualOf(facts, [desired, before]), facts, heading });
const changesOf = (desired: SriovWords, facts: SriovFacts, before: SriovWords = NO_SRIOV) =>
  sriov.compare(desired, actualOf(facts, [desired, before])).map(formatChange);
const two = words({ ens3f0: port([{}, {}]) });
const inVm = { driver: "vfio-pci", netdev: null, mtu: null };

describe("what stands in the way is told with what to do", () => {
  it.each<[string, SriovWords, SriovFacts, readonly RegExp[]]>([
    [
      "a card that is not there",
      words({ ens9: port([{}]) }),
      hostFacts(),
      [/^the host has no network card ens9\. It has ens3f0 \(0000:3b:00\.0, 8086:10c9\), ens4f0/],
    ],
    [
      "another PCI device",
      words({ ens3f0: port([{}], { pci: "0000:5e:00.0" }) }),
      hostFacts(),
      [
        /^network card ens3f0 is PCI device 0000:3b:00\.0, and the file says 0000:5e:00\.0: the host calls that one ens4f0/,
      ],
    ],
    [
      "two of a kind",
      words({ any: port([{}], { vendor: "8086" }) }),
      hostFacts(),
      [/2 network cards with SR-IOV are of vendor 8086: ens3f0 .*, ens4f0 .*\[SR-19\]/],
    ],
    [
      "none of a kind",
      words({ any: port([{}], { vendor: "15b3", device: "1017" }) }),
      hostFacts(),
      [/no network card with SR-IOV is of kind 15b3:1017/],
    ],
    [
      "one card twice",
      words({ any: port([{}], { vendor: "8086" }), ens3f0: port([{}]) }),
      hostFacts({ ens4f0: { totalvfs: null } }),
      [/^uplinks any and ens3f0 are the same network card, ens3f0/],
    ],
    [
      "more than the card has",
      words({ ens3f0: port(Array.from({ length: 8 }, () => ({}))) }),
      hostFacts(),
      [/at most 7 virtual functions, and 8 are wanted \[SR-01\]\. Set numVfs to 7 or less/],
    ],
    [
      "firmware that is set to none",
      two,
      hostFacts({ ens3f0: { totalvfs: 0 } }),
      [/is set to 0 virtual functions, .*NUM_OF_VFS.*\[SR-17\]/],
    ],
    ["no SR-IOV at all", two, hostFacts({ ens3f0: { totalvfs: null } }), [/shows no SR-IOV, .*BIOS/]],
    [
      "packets that are too large",
      words({ ens3f0: port([{ mtu: 9000 }]), ens4f0: port([{}], { mtu: 9300 }) }),
      hostFacts({ ens3f0: { maxMtu: 1500 } }),
      [/ens3f0 .* at most 1500 bytes, and 9000/, /ens4f0 .* at most 9216 bytes, and 9300/],
    ],
    [
      "faster than the link",
      words({ ens3f0: port([{}, { max_tx_rate: 2000 }]) }),
      hostFacts(),
      [/virtual function 1 of ens3f0 may send 2000 Mbit\/s, and the card has a link of 1000 \[SR-08\]/],
    ],
    [
      "no IOMMU for vfio and a VM",
      words({ ens3f0: port([{ driver: "vfio" }, { user: { vm: "db-01", port: "sto0" } }, {}]) }),
      hostFacts({ iommuGroups: 0, cmdline: "quiet" }),
      [/no IOMMU.*\[SR-20\]: 0 of ens3f0 \(driver vfio\), 1 of ens3f0 \(VM db-01\)\. Add intel_iommu=on iommu=pt/],
    ],
    [
      "an IOMMU that the BIOS hides",
      words({ ens3f0: port([{ driver: "vfio" }]) }),
      hostFacts({ iommuGroups: 0 }),
      [/The kernel was asked for it and has found none: turn on VT-d/],
    ],
  ])("%s", (_what, desired, facts, expected) => {
    const { conflicts } = planOf(desired, facts);
    expect(conflicts).toEqual(expected.map((line) => expect.stringMatching(line)));
  });

  it("all of it at once, and then nothing is done", () => {
    const desired = words({ ens9: port([{}]), ens3f0: port(Array.from({ length: 9 }, () => ({ mtu: 9300 }))) });
    const plan = planOf(desired, hostFacts());
    expect(plan.conflicts).toHaveLength(3);
    expect([plan.after, plan.before, plan.revertAfter]).toEqual([[], [], []]);
  });

  it("nothing about a host that has what it takes", () => {
    const desired = words({
      ens3f0: port([{ driver: "vfio", max_tx_rate: 1000, mtu: 9216 }], { pci: "0000:3b:00.0" }),
      one: port([{}], { vendor: "8086", device: "10c9" }),
    });
    expect(planOf(desired, hostFacts({ ens4f0: { totalvfs: null } })).conflicts).toEqual([
      "uplinks ens3f0 and one are the same network card, ens3f0 (0000:3b:00.0). Remove sriov from one of the two",
    ]);
    const { ens3f0 } = desired.ports;
    expect(planOf(words(ens3f0 ? { ens3f0 } : {}), hostFacts()).conflicts).toEqual([]);
  });
});

describe("functions that are in use", () => {
  const used = functionAddress("ens3f0", 1);
  const users: readonly [string, Partial<Parameters<typeof hostFacts>[0]>, string][] = [
    [
      "libvirt's",
      { ens3f0: { vfs: [{}, inVm] }, domains: [{ name: "db-01", running: true, functions: [used] }] },
      "VM db-01",
    ],
    [
      "a QEMU's",
      {
        ens3f0: { vfs: [{}, inVm] },
        holders: [{ node: "/dev/vfio/21", process: 7, command: "qemu-system-x86", guest: "web" }],
      },
      "VM web",
    ],
    [
      "a program's",
      {
        ens3f0: { vfs: [{}, inVm] },
        holders: [{ node: "/dev/vfio/21", process: 7, command: "dpdk-testpmd", guest: null }],
      },
      "process 7 (dpdk-testpmd)",
    ],
    ["a container's", { ens3f0: { vfs: [{}, { netdev: null, mtu: null }] } }, "another network namespace"],
    ["a bond's", { ens3f0: { vfs: [{}, { master: "bond0" }] } }, "bond0, which has its device ens3f0v1 as a member"],
  ];

  it.each(users)("%s are not taken away", (_whose, host, user) => {
    const facts = hostFacts(host);
    const told = expect.stringContaining(`[SR-10]: ${user} has virtual function 1 (${used})`);
    expect(planOf(words({ ens3f0: port([{}, {}, {}]) }), facts).conflicts).toEqual([told]);
    expect(planOf(words({ ens3f0: port([]) }), facts).conflicts).toEqual([told]);
    expect(planOf(NO_SRIOV, facts, two).conflicts).toEqual([told]);
    expect(planOf(two, facts).conflicts).toEqual([]);
  });

  it("are not moved to vfio while a bond has them", () => {
    const desired = words({ ens3f0: port([{}, { driver: "vfio" }]) });
    expect(planOf(desired, hostFacts(users[4]?.[1])).conflicts).toEqual([
      expect.stringMatching(/^bond0, .* has virtual function 1 .*, and another driver is wanted for it \(vfio\)/),
    ]);
  });

  it.each(users)("%s get no other MAC address", (_whose, host, user) => {
    const desired = words({ ens3f0: port([{}, { mac: "52:54:00:00:00:02" }]) });
    expect(planOf(desired, hostFacts(host)).conflicts).toEqual([
      expect.stringMatching(
        new RegExp(`^${user.replace(/[()]/g, ".")} has virtual function 1 .* with MAC address 00:00`),
      ),
    ]);
  });

  it("of a VM are as wanted whatever driver and device they have for that time", () => {
    const facts = hostFacts(users[0]?.[1]);
    expect(changesOf(words({ ens3f0: port([{}, { mtu: 9000 }]) }), facts)).toEqual([]);
    expect(sriov.unhealthy(two, facts)).toEqual([]);
  });

  it("and VMs that do not run are told of in a note", () => {
    const facts = hostFacts({
      ens3f0: { vfs: [{}, {}] },
      domains: [{ name: "old", running: false, functions: [used] }],
    });
    const { conflicts, notes } = planOf(words({ ens3f0: port([{}]) }), facts);
    expect(conflicts).toEqual([]);
    expect(notes).toEqual(["old: defined with a virtual function of ens3f0 that will not be there"]);
  });
});

const SET: Card = {
  vfs: [
    {
      mtu: 9000,
      address: "52:54:00:00:00:01",
      info: {
        address: "52:54:00:00:00:01",
        vlan_list: [{ vlan: 30, qos: 3, protocol: "802.1ad" }],
        rate: { max_tx: 100, min_tx: 50 },
        spoofchk: false,
        link_state: "enable",
        trust: true,
        query_rss_en: true,
      },
    },
    {},
  ],
  mtu: 9000,
};
const ALL = {
  mac: "52:54:00:00:00:01",
  vlan: 30,
  qos: 3,
  vlan_proto: "802.1ad",
  spoofchk: "off",
  trust: "on",
  min_tx_rate: 50,
  max_tx_rate: 100,
  link_state: "enable",
  query_rss: "on",
  mtu: 9000,
} as const;

describe("what is compared", () => {
  const all = words({ ens3f0: port([ALL, {}], { mtu: 9000 }) });

  it("is every setting that is ours", () => {
    expect(changesOf(all, hostFacts({ ens3f0: SET }))).toEqual([]);
    for (const key of Object.keys(ALL) as (keyof typeof ALL)[]) {
      const other = { ...ALL, [key]: typeof ALL[key] === "number" ? 7 : "other" };
      expect(changesOf(words({ ens3f0: port([other, {}], { mtu: 9000 }) }), hostFacts({ ens3f0: SET })), key).toEqual([
        expect.stringMatching(`^ports.ens3f0.functions.0.${key}: is `),
      ]);
    }
  });

  it("is nothing that others set", () => {
    expect(changesOf(two, hostFacts({ ens3f0: SET }))).toEqual([]);
  });

  it("is what left the file, until it is as the kernel makes it", () => {
    const left = changesOf(two, hostFacts({ ens3f0: SET }), all).map((line) => line.split(":")[0]);
    const keys = [
      "vlan",
      "qos",
      "vlan_proto",
      "spoofchk",
      "trust",
      "min_tx_rate",
      "max_tx_rate",
      "link_state",
      "query_rss",
    ];
    expect(left.sort()).toEqual(keys.map((key) => `ports.ens3f0.functions.0.${key}`).sort());
    expect(changesOf(two, hostFacts({ ens3f0: { vfs: [{}, {}] } }), all)).toEqual([]);
  });

  it("is the count, the unit and drivers that take new functions by themselves", () => {
    expect(changesOf(two, hostFacts({ ens3f0: { vfs: [{}], autoprobe: 0 }, unit: "disabled" }))).toEqual([
      'unit: is "disabled", wanted "enabled"',
      "ports.ens3f0.sriov_numvfs: is 1, wanted 2",
      "ports.ens3f0.sriov_drivers_autoprobe: is 0, wanted 1",
    ]);
    const [change] = sriov.compare(two, actualOf(hostFacts({ ens3f0: { vfs: [{}] } }), [two]));
    expect(change?.disruption).toBe("outage");
  });

  it("is that functions of a port that left the file are gone", () => {
    expect(changesOf(NO_SRIOV, hostFacts({ ens3f0: { vfs: [{}, {}] } }), two)).toHaveLength(2);
    expect(changesOf(NO_SRIOV, hostFacts({ unit: null }), two)).toEqual([]);
  });
});

/** The calls of a script that does things by hand. */
const byHand = (filled: { template: string; data: object } | undefined) =>
  filled?.template === "kvm/sriov/put.sh"
    ? fillTemplate(filled.template, filled.data)
        .split("\n")
        .filter((line) => /^(count|option|ready) [^(]/.test(line))
    : [];

describe("what is done", () => {
  it("is our own script, once its files are there", () => {
    const plan = planOf(two, hostFacts({ unit: null }));
    expect([plan.check, plan.before, plan.after].map((some) => some.map(({ template }) => template))).toEqual([
      ["kvm/sriov/check.sh"],
      [],
      ["kvm/sriov/start.sh"],
    ]);
    expect(byHand(plan.revertAfter[0])).toEqual(["count ens3f0 0 keep", "ready 1"]);
    expect(plan.revertAfter[1]).toMatchObject({ template: "kvm/sriov/return.sh", data: { wasEnabled: false } });
  });

  it("is to put back by hand what left the file", () => {
    const before = words({ ens3f0: port([ALL, {}]) });
    const plan = planOf(words({ ens3f0: port([{ vlan: 30 }, {}]) }), hostFacts({ ens3f0: SET }), before);
    expect(byHand(plan.after[1])).toEqual([
      "count ens3f0 keep keep",
      "option 0 vlan 30 qos 0 proto 802.1Q",
      "option 0 max_tx_rate 0 min_tx_rate 0",
      "option 0 spoofchk on",
      "option 0 trust off",
      "option 0 state auto",
      "option 0 query_rss off",
      "ready 1",
    ]);
  });

  it("is to take away the functions of a port that left the file", () => {
    const plan = planOf(NO_SRIOV, hostFacts({ ens3f0: { vfs: [{}, {}] } }), two);
    expect(plan.before.map(({ template }) => template)).toEqual(["kvm/sriov/stop.sh"]);
    expect(byHand(plan.after[0])).toEqual(["count ens3f0 0 keep", "ready 1"]);
  });

  it("can be undone to the last setting that others made", () => {
    const more = words({ ens3f0: port([{}, {}, {}], { mtu: 1500 }) });
    expect(byHand(planOf(more, hostFacts({ ens3f0: SET })).revertAfter[0])).toEqual([
      "count ens3f0 2 9000",
      "option 0 mac 52:54:00:00:00:01",
      "option 0 vlan 30 qos 3 proto 802.1ad",
      "option 0 max_tx_rate 100 min_tx_rate 50",
      "option 0 spoofchk off",
      "option 0 trust on",
      "option 0 state enable",
      "option 0 query_rss on",
      "ready 1",
    ]);
    const other = words({ ens3f0: port([{ vlan: 40, mtu: 1500 }, {}]) });
    expect(byHand(planOf(other, hostFacts({ ens3f0: SET })).revertAfter[0])).toEqual([
      "count ens3f0 2 keep",
      "option 0 vlan 30 qos 3",
      "option 0 mtu 9000",
      "ready 1",
    ]);
  });

  it("is nothing where nothing is wanted and nothing was", () => {
    expect(planOf(NO_SRIOV, hostFacts({ unit: null }))).toMatchObject({ after: [], revertAfter: [], conflicts: [] });
  });

  it("a port without a link is told", () => {
    expect(planOf(two, hostFacts({ ens3f0: { carrier: null } })).notes).toEqual([
      expect.stringContaining("ens3f0 has no link"),
    ]);
  });
});

describe("what does not work yet", () => {
  it.each<[string, Card, string]>([
    ["a function without a driver", { vfs: [{ driver: null, netdev: null }] }, "has no driver"],
    [
      "a device that does not know its MAC address",
      { vfs: [{ info: { address: "52:54:00:00:00:02" } }] },
      "its device ens3f0v0 has MAC address 52:54:00:00:00:77 and the card 52:54:00:00:00:02, so it receives nothing",
    ],
    ["another MAC address", { vfs: [{ info: { address: "52:54:00:00:00:03" } }] }, "and 52:54:00:00:00:02 is wanted"],
  ])("%s", (_what, ens3f0, expected) => {
    const desired = words({ ens3f0: port([{ mac: "52:54:00:00:00:02" }]) });
    expect(sriov.unhealthy(desired, hostFacts({ ens3f0 }))).toEqual([expect.stringContaining(expected)]);
  });
});
