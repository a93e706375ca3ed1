// NICs that are known by what they are: which one is meant, what stands in the way of its name, and the file of udev.
import { describe, expect, it } from "vitest";
import { fillTemplate } from "../../../providers/engine/template.js";
import type { Filled } from "../../../providers/platforms/layer.js";
import type { LinuxFacts } from "../../../providers/platforms/linux/facts.js";
import { linux } from "../../../providers/platforms/linux/index.js";
import { rendererOfFiles } from "../../../providers/platforms/linux/renderers.js";
import type { LinuxWords } from "../../../providers/platforms/linux/words.js";
import { APP, factsOf, heading, NICS, type Nic, plan, wordsOf } from "./nicFacts.js";
import { scriptOf } from "./rendering.js";
import { bond, link, NO_WORDS } from "./words.js";

describe("a NIC by what it is", () => {
  it.each<[string, Nic]>([
    ["with its own address", { mac: "52:54:00:00:00:01" }],
    ["in upper case", { mac: "52:54:00:00:00:01".toUpperCase() }],
    ["with another address at the moment", { mac: "02:00:00:00:00:09", more: { permaddr: "52:54:00:00:00:01" } }],
    [
      "as a member of a bond that says no permanent address",
      {
        mac: "02:00:00:00:00:09",
        more: { master: "bond9", linkinfo: { info_slave_data: { perm_hwaddr: "52:54:00:00:00:01" } } },
      },
    ],
  ])("%s", (_, nic) => {
    const facts = factsOf({ ens9: { ...nic, pci: "0000:09:00.0" } });
    const actual = linux.fromFacts(facts, { environment: "lab", known: [wordsOf({ app0: APP.app0 })], files: {} });
    expect(actual.nics).toEqual({ app0: { mac: "52:54:00:00:00:01", called: "ens9" } });
  });

  it("is never a bond, bridge or VLAN device that has its address", () => {
    const others = ["bond", "bridge", "vlan"].map((info_kind) => ({
      ifname: `${info_kind}0`,
      mtu: 1500,
      address: "52:54:00:00:00:01",
      linkinfo: { info_kind },
    }));
    expect(plan(wordsOf({ enp1s0: APP.app0 }), factsOf(NICS, {}, others)).conflicts).toEqual([]);
  });
});

describe("drift", () => {
  it("none where the names are right", () => {
    const { app0, app1 } = { app0: NICS.enp1s0 as Nic, app1: NICS.enp2s0 as Nic };
    const { changes, before } = plan(wordsOf(APP), factsOf({ app0, app1 }));
    expect(changes.filter(({ path }) => path[0] === "nics")).toEqual([]);
    expect(before.filter(({ template }) => template.includes("nicNames"))).toEqual([]);
  });

  it("says which name a NIC has instead", () => {
    const { changes } = plan(wordsOf(APP), factsOf(NICS));
    expect(changes.filter(({ path }) => path[0] === "nics")).toEqual([
      { path: ["nics", "app0", "called"], from: "enp1s0", to: undefined, disruption: "brief" },
      { path: ["nics", "app1", "called"], from: "enp2s0", to: undefined, disruption: "brief" },
    ]);
  });

  it("is mended when what leaves has left, and the old name comes back before the old files do", () => {
    const own = (parts: readonly Filled[]) =>
      parts.map(({ template }) => template).filter((name) => /Names|before/.test(name));
    const old: LinuxWords = {
      ...NO_WORDS,
      renderer: "networkd",
      bonds: { bond0: bond({ mode: "active-backup", members: ["enp1s0"] }) },
    };
    const bond0 = { ifname: "bond0", mtu: 1500, linkinfo: { info_kind: "bond", info_data: { mode: "active-backup" } } };
    const { enp1s0, enp2s0 } = NICS as { enp1s0: Nic; enp2s0: Nic };
    const facts = factsOf({ enp1s0: { ...enp1s0, more: { master: "bond0" } }, enp2s0 }, {}, [bond0]);
    const { check, before, after, revertBefore, revertAfter } = plan(wordsOf(APP), facts, [wordsOf(APP), old]);
    expect(own(check)).toEqual(["linux/nicNames/check.sh"]);
    expect(own(before)).toEqual(["linux/networkd/before.sh", "linux/nicNames/rename.sh"]);
    expect(own(after)).toEqual(["linux/nicNames/kept.sh"]);
    expect(own(revertBefore)).toEqual(["linux/networkd/before.sh", "linux/nicNames/rename.sh"]);
    expect(revertBefore.at(-1)?.data).toMatchObject({ nics: [{ name: "enp1s0" }, { name: "enp2s0" }], clients: [] });
    expect(own(revertAfter)).toEqual([]);
  });

  it("a name that is not wanted any more is none", () => {
    const { app0, app1 } = { app0: NICS.enp1s0 as Nic, app1: NICS.enp2s0 as Nic };
    expect(plan(NO_WORDS, factsOf({ app0, app1 }), [NO_WORDS, wordsOf(APP)]).changes).toEqual([]);
  });

  it("a NIC that is not wanted any more leaves as long as its file is there", () => {
    const files = { "/etc/systemd/network/10-multiport-app0.link": "" };
    const facts = factsOf({ app0: NICS.enp1s0 as Nic });
    const actual = linux.fromFacts(facts, { environment: "lab", known: [NO_WORDS, wordsOf(APP)], files });
    expect(Object.keys(actual.links)).toEqual(["app0"]);
    const { before, after } = linux.plan(NO_WORDS, { actual: { ...actual, renderer: "ifupdown" }, facts, heading });
    expect(scriptOf(before)).toContain("ifdown --force app0 ||");
    expect(scriptOf([...before, ...after])).not.toContain("give_name");
  });
});

describe("before anything changes", () => {
  it.each<[string, LinuxWords, LinuxFacts, readonly string[]]>([
    [
      "all NICs that are not there, with those that are",
      wordsOf({ app0: { mac: "52:54:00:00:00:09" }, app1: { mac: "52:54:00:00:00:01", pci: "0000:02:00.0" } }),
      factsOf(NICS),
      [
        "there is no NIC with the MAC address 52:54:00:00:00:09, which app0 is. There are enp1s0 (52:54:00:00:00:01, 0000:01:00.0), enp2s0 (52:54:00:00:00:02, 0000:02:00.0). Correct the address, or connect the NIC",
        "there is no NIC with the MAC address 52:54:00:00:00:01 and the PCI path 0000:02:00.0, which app1 is. There are enp1s0 (52:54:00:00:00:01, 0000:01:00.0), enp2s0 (52:54:00:00:00:02, 0000:02:00.0). Correct the address, or connect the NIC",
      ],
    ],
    [
      "two with one MAC address",
      wordsOf({ app0: APP.app0 }),
      factsOf({ ...NICS, enp3s0: { mac: "52:54:00:00:00:01", pci: "0000:03:00.0" } }),
      [
        "app0 could be enp1s0 (0000:01:00.0) and enp3s0 (0000:03:00.0): all have the MAC address 52:54:00:00:00:01 [LB-29]. Set the PCI path of the one that is meant (guestPci)",
      ],
    ],
    [
      "two ports at one PCI path",
      wordsOf({ app1: APP.app1 }),
      factsOf({ ...NICS, enp3s0: { mac: "52:54:00:00:00:03", pci: "0000:02:00.0" } }),
      [
        "app1 could be enp2s0 (0000:02:00.0) and enp3s0 (0000:02:00.0): all have the PCI path 0000:02:00.0. Remove guestPci, and set the MAC address (mac) or the name (guestInterface) of the one that is meant",
      ],
    ],
    [
      "one NIC with two names",
      wordsOf({ app0: APP.app0, app1: { pci: "0000:01:00.0" } }),
      factsOf(NICS),
      ["app0 and app1 are one NIC, enp1s0. Correct the address of one of them"],
    ],
    [
      "a name that another device has",
      wordsOf({ enp2s0: APP.app0 }),
      factsOf(NICS),
      ["enp1s0 can't be called enp2s0, which is another device here. Use another name"],
    ],
    [
      "a name that is another NIC's second",
      wordsOf({ app0: APP.app0 }),
      factsOf({ ...NICS, enp2s0: { ...(NICS.enp2s0 as Nic), more: { altnames: ["app0"] } } }),
      ["enp1s0 can't be called app0, which is another name of enp2s0 here. Use another name"],
    ],
    [
      "a name that the kernel gives",
      wordsOf({ eth0: APP.app0 }),
      factsOf(NICS),
      [
        "enp1s0 can't be called eth0: the kernel gives that name at every start to a NIC of its choice, and udev can't give it then. Use another name, such as app0",
      ],
    ],
    [
      "a port of Open vSwitch",
      wordsOf({ app0: APP.app0 }),
      factsOf({ enp1s0: { ...(NICS.enp1s0 as Nic), more: { master: "ovs-system" } } }),
      ["enp1s0 is a port of Open vSwitch, which knows it by that name. Take it out there before it becomes app0"],
    ],
  ])("is told: %s", (_, words, facts, conflicts) => {
    expect(plan(words, facts).conflicts).toEqual(conflicts);
  });

  it("a member of a bond of others is told by the name that it has", () => {
    const words: LinuxWords = {
      ...wordsOf(APP),
      bonds: { bond0: bond({ mode: "active-backup", members: ["app0", "app1"] }) },
    };
    const facts = factsOf({ ...NICS, enp1s0: { ...(NICS.enp1s0 as Nic), more: { master: "team7" } } });
    expect(plan(words, facts).conflicts).toEqual([
      "app0 is a member of team7, which is not multiport's. Take it out there, or leave app0 out of the environment",
    ]);
  });

  it("what udev can't keep is a note", () => {
    const facts = factsOf({ eth0: { mac: "52:54:00:00:00:01", more: { linkinfo: { info_kind: "veth" } } } });
    const { conflicts, notes } = plan(wordsOf({ eth0: APP.app0 }), facts);
    expect(conflicts).toEqual([]);
    expect(notes).toEqual([
      expect.stringMatching(/^eth0 has no permanent MAC address/),
      expect.stringMatching(/^eth0 is a name that the kernel gives/),
    ]);
  });

  const addresses = [{ ifname: "enp1s0", addr_info: [{ local: "192.0.2.7", prefixlen: 24, dynamic: true }] }];
  it.each([
    ["is kept by DHCP under the new name", link({ dhcp4: true }), []],
    [
      "would be lost",
      link({ dhcp6: true }),
      [expect.stringMatching(/^enp1s0 has 192\.0\.2\.7, the address of this very/)],
    ],
  ])("the address of this connection, a lease, %s", (_, settings, conflicts) => {
    const words = { ...wordsOf({ app0: APP.app0 }), links: { app0: settings } };
    expect(plan(words, factsOf(NICS, { ssh: "192.0.2.7", addresses })).conflicts).toEqual(conflicts);
  });
});

describe("the file of udev", () => {
  const texts = (words: LinuxWords) =>
    linux
      .sections(words, heading)
      .filter(({ path }) => path?.endsWith(".link"))
      .map(({ path, template, data }) => [path, fillTemplate(template, data)]);

  it("knows the NIC by its permanent address, its PCI path, or both", () => {
    const both = { mac: "52:54:00:00:00:03", pci: "0000:03:00.1" };
    const first = "# Network of vm, environment lab. Written by multiport: do not edit here.\n[Match]\n";
    const last = (name: string) => `\n[Link]\nName=${name}\nMACAddressPolicy=persistent\n`;
    expect(texts(wordsOf({ ...APP, app2: both }))).toEqual([
      ["/etc/systemd/network/10-multiport-app0.link", `${first}PermanentMACAddress=52:54:00:00:00:01\n${last("app0")}`],
      [
        "/etc/systemd/network/10-multiport-app1.link",
        `${first}Path=pci-0000:02:00.0 *-pci-0000:02:00.0\n${last("app1")}`,
      ],
      [
        "/etc/systemd/network/10-multiport-app2.link",
        `${first}PermanentMACAddress=52:54:00:00:00:03\nPath=pci-0000:03:00.1 *-pci-0000:03:00.1\n${last("app2")}`,
      ],
    ]);
  });

  it.each(["netplan", "networkd", "NetworkManager", "ifupdown"] as const)(
    "is the same with %s, and says nothing of it",
    (renderer) => {
      const words = wordsOf(APP, renderer);
      expect(texts(words)).toEqual(texts(wordsOf(APP)));
      const paths = linux.sections(words, heading).flatMap(({ path }) => path ?? []);
      expect(rendererOfFiles(paths.toReversed())).toBe(renderer);
      expect(rendererOfFiles(paths.filter((path) => path.endsWith(".link")))).toBeNull();
    },
  );
});
