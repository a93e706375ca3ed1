// Ranges in names: what a pattern stands for, and which patterns stand for nothing.
import { describe, expect, it } from "vitest";
import { expandRange, hasRange, MAX_RANGE, memberBodies, rangeFault, rangeSize } from "../../providers/model/range.js";
import { modelOf, problemsOf } from "./given.js";

describe("a pattern", () => {
  it.each([
    ["a name without a range is itself", "kvm-01", ["kvm-01"]],
    ["leading zeros give the width", "kvm-[08:11]", ["kvm-08", "kvm-09", "kvm-10", "kvm-11"]],
    ["without them numbers grow", "kvm-[9:11]", ["kvm-9", "kvm-10", "kvm-11"]],
    ["text may follow", "k[1:2].example.net", ["k1.example.net", "k2.example.net"]],
    ["a range of one", "k[07:07]", ["k07"]],
  ])("%s", (_sentence, pattern, names) => {
    expect(expandRange(pattern)).toEqual(names);
    expect(rangeSize(pattern)).toBe(names.length);
    expect(rangeFault(pattern)).toBeUndefined();
  });

  it.each([
    ["k[2:1]", "[2:1] runs backwards"],
    [`k[1:${MAX_RANGE + 1}]`, `[1:${MAX_RANGE + 1}] holds ${MAX_RANGE + 1} names, at most ${MAX_RANGE} are allowed`],
    ["k[1:2][1:2]", "it has more than one range"],
    ["k[99999999990:99999999999]", "[99999999990:99999999999] has more than 9 digits"],
  ])("%s stands for nothing: %s", (pattern, fault) => {
    expect(rangeFault(pattern)).toBe(fault);
  });

  it.each([["k[1:]"], ["k[a:b]"], ["k[]"], ["k[1-2]"]])("%s is no range", (pattern) => {
    expect(hasRange(pattern)).toBe(false);
  });
});

describe("the body of a group", () => {
  const at = (group: string, body: unknown, index: number) => memberBodies(group, body)(index);

  it.each([
    [
      "moves along in every string, however deep",
      "k[1:3]",
      { a: ["x[01:03]", { b: "y[7:9]z" }] },
      { a: ["x02", { b: "y8z" }] },
    ],
    ["keeps ranges of another length", "k[1:3]", "x[1:2]", "x[1:2]"],
    ["of one member is filled in too", "k[5:5]", "x[9:9]", "x9"],
    ["of a name without a range stays as it is", "k", "x[1:1]", "x[1:1]"],
    ["without ranges is shared", "k[1:3]", { vlan: 10 }, { vlan: 10 }],
  ])("%s", (_sentence, group, body, expected) => {
    expect(at(group, body, group === "k[1:3]" ? 1 : 0)).toEqual(expected);
  });
});

describe("groups in the file", () => {
  it("hosts, cables and VMs of a range belong together, also where the profile holds the range", () => {
    const { kvmHosts, virtualMachines } = modelOf(`
environment: t
networks: { app: { vlan: 10 } }
switches: { tor-a: { platform: nxos }, tor-b: { platform: nxos } }
profiles:
  standard:
    platform: kvm
    address: "kvm-[1:2].example.net"
    uplinks: { e0: { pci: "0000:01:00.0", cable: "tor-a Ethernet1/[5:6]" }, e1: { pci: "0000:02:00.0" } }
    virtualSwitches: { vs0: { uplinkTeam: { members: [e0, e1] }, portGroups: [app] } }
hosts:
  "kvm-[1:2]": { profile: standard, uplinks: { e1: { cable: "tor-b Ethernet1/[7:8]" } } }
vms:
  "vm-[01:02]": { host: "kvm-[1:2]", ports: { p: { portGroup: vs0/app } } }
`);
    expect(kvmHosts.map(({ ssh, uplinks }) => [ssh.address, ...uplinks])).toEqual([
      [
        "kvm-1.example.net",
        { name: "e0", pci: "0000:01:00.0", cable: { switch: "tor-a", port: "Ethernet1/5" } },
        { name: "e1", pci: "0000:02:00.0", cable: { switch: "tor-b", port: "Ethernet1/7" } },
      ],
      [
        "kvm-2.example.net",
        { name: "e0", pci: "0000:01:00.0", cable: { switch: "tor-a", port: "Ethernet1/6" } },
        { name: "e1", pci: "0000:02:00.0", cable: { switch: "tor-b", port: "Ethernet1/8" } },
      ],
    ]);
    expect(virtualMachines.map(({ name, host }) => [name, host])).toEqual([
      ["vm-01", "kvm-1"],
      ["vm-02", "kvm-2"],
    ]);
  });

  it("many members with the same fault are one problem that counts them", () => {
    const text =
      'environment: t\nhosts: { "k[1:2]": { platform: kvm } }\nvms: { "v[1:9]": { host: "k[1:9]", ports: {} } }\n';
    expect(problemsOf(text)).toEqual(['3:20 vms."v[1:9]".host [reference] there is no host of this name']);
  });

  it("all groups together hold no more than one may", () => {
    const text = `environment: t\nhosts: { "a[1:60000]": { platform: kvm }, "b[1:60000]": { platform: kvm } }\n`;
    expect(problemsOf(text)).toEqual([
      `2:43 hosts."b[1:60000]" [schema] hosts hold more than ${MAX_RANGE} names in all`,
    ]);
  });

  it("a range too long for the name is refused by the name", () => {
    const long = "x".repeat(61);
    expect(problemsOf(`environment: t\nhosts: { "${long}[100:101]": { platform: kvm } }\n`)).toEqual([
      `2:10 hosts."${long}[100:101]" [schema] not a valid name`,
    ]);
  });
});
