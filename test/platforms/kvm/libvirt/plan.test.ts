// libvirt on a host that others use as well: what stands in the way, what a change takes on each side, and the way back.
import { describe, expect, it } from "vitest";
import type { FactDomain, FactNetwork, LibvirtFacts } from "../../../../providers/platforms/kvm/libvirt/facts.js";
import type { FactInterface } from "../../../../providers/platforms/kvm/libvirt/fromXml.js";
import { libvirt } from "../../../../providers/platforms/kvm/libvirt/index.js";
import type { LibvirtInterfaceWords, LibvirtWords } from "../../../../providers/platforms/kvm/libvirt/words.js";
import type { Filled, LayerPlan } from "../../../../providers/platforms/layer.js";
import { BUNDLES } from "../../../../providers/platforms/packages.js";
import { modelOf } from "../../../model/given.js";

interface Site {
  readonly vlan?: number;
  readonly kind?: string;
  readonly ports?: string;
}

function words({ vlan = 10, kind = "openvswitch", ports = "a: { portGroup: vs0/app }" }: Site = {}): LibvirtWords {
  const { kvmHosts } = modelOf(`
environment: t
networks: { app: { vlan: ${vlan} }, data: { vlan: 30, mtu: 9000 } }
hosts:
  k1:
    platform: kvm
    uplinks: { e0: , e1: { sriov: { numVfs: 2 } } }
    virtualSwitches: { vs0: { kind: ${kind}, uplinkTeam: { members: [e0] }, portGroups: [app, data] } }
    libvirt: true
vms: { v: { host: k1, libvirt: {}, ports: { ${ports} } } }
`);
  const [host] = kvmHosts;
  if (!host) throw new Error("no host");
  return libvirt.toWords(host, "t");
}

const ADDRESS = { domain: "0x0000", bus: "0x02", slot: "0x00", function: "0x0" };

/** A host that has exactly these words, with running VMs, and what others put there. */
function hostOf(desired: LibvirtWords, more: Partial<LibvirtFacts> = {}, running = true): LibvirtFacts {
  const networks = Object.entries(desired.networks).map(
    ([name, config]): FactNetwork => ({ name, mark: "t", persistent: true, config, live: config }),
  );
  const domains = Object.entries(desired.domains).map(([name, { interfaces }]): FactDomain => {
    const all = Object.entries(interfaces).map(
      ([alias, item]): FactInterface => ({ alias, words: item, address: ADDRESS }),
    );
    return { name, persistent: true, running, mark: "t", config: all, live: running ? all : [] };
  });
  return { missing: null, version: "11.3.0", networks, domains, bridges: {}, vlans: {}, ...more };
}

function bare(name: string, more: Partial<FactDomain> = {}): FactDomain {
  return { name, persistent: true, running: false, mark: null, config: [], live: [], ...more };
}

const theirs = (more: Partial<LibvirtInterfaceWords>): FactInterface => {
  const [own] = Object.values(words().domains.v?.interfaces ?? {});
  if (!own) throw new Error("no interface");
  return {
    alias: null,
    address: null,
    words: { ...own, mac: "52:54:00:00:00:01", target: "vnet0", network: "default", ...more },
  };
};

function plan(desired: LibvirtWords, facts: LibvirtFacts): LayerPlan {
  const actual = libvirt.fromFacts(facts, { environment: "t", known: [], files: {} });
  return libvirt.plan(desired, { actual, facts, heading: { machine: "k1", environment: "t" } });
}

const conflicts = (desired: LibvirtWords, facts: LibvirtFacts) => plan(desired, facts).conflicts;
const empty = hostOf(libvirt.nothing, { domains: [bare("v")] });

describe("stands in the way", () => {
  it("that virsh is not there, which its package brings", () => {
    expect(libvirt.missing(libvirt.nothing, { ...empty, missing: "virsh" })).toEqual([
      { tool: "virsh", ...BUNDLES.libvirt },
    ]);
    expect(libvirt.missing(libvirt.nothing, { ...empty, missing: "libvirtd" })).toEqual([]);
  });

  it.each<[string, LibvirtFacts, string]>([
    [
      "no daemon",
      { ...empty, missing: "libvirtd" },
      "libvirt does not answer on the host. Look at: systemctl status libvirtd virtqemud virtnetworkd",
    ],
    [
      "no domain",
      { ...empty, domains: [bare("w"), bare("x")] },
      "the host has no domain v in libvirt. It has w, x. Correct libvirt.domain of the VM, or make the domain first",
    ],
    [
      "a transient domain",
      { ...empty, domains: [bare("v", { persistent: false, running: true })] },
      "domain v is transient: what is set would be gone when it ends. Define it (virsh dumpxml v >v.xml; virsh define v.xml)",
    ],
    [
      "another environment's domain",
      { ...empty, domains: [bare("v", { mark: "u" })] },
      "the interfaces of domain v are environment u's. Remove the VM there, or leave it out of this environment",
    ],
    [
      "the same MAC address",
      {
        ...empty,
        domains: [
          bare("v"),
          bare("w", { config: [theirs({ mac: words().domains.v?.interfaces["ua-multiport-a"]?.mac ?? "" })] }),
        ],
      },
      "MAC address 52:54:04:76:3f:ee of ua-multiport-a is already that of an interface of domain w",
    ],
    [
      "the same interface",
      { ...empty, domains: [bare("v", { config: [theirs({ target: "v-a" })] })] },
      "interface v-a of ua-multiport-a is already that of an interface of domain v",
    ],
  ])("%s", (_what, facts, message) => {
    expect(conflicts(words(), facts)).toEqual([expect.stringContaining(message)]);
  });

  it("a network that is not ours, whoever's it is", () => {
    const [network] = hostOf(words()).networks;
    if (!network) throw new Error("no network");
    const marked = (mark: string | null) => conflicts(words(), { ...empty, networks: [{ ...network, mark }] });
    expect(marked(null)).toEqual([expect.stringContaining("network vs0 of libvirt exists and is not multiport's.")]);
    expect(marked("u")).toEqual([expect.stringContaining("network vs0 of libvirt exists and is environment u's.")]);
    expect(conflicts(words(), { ...empty, networks: [{ ...network, persistent: false }] })).toEqual([
      "network vs0 of libvirt is not persistent. Remove it: virsh net-destroy vs0",
    ]);
  });

  it("VLANs of a Linux bridge before libvirt 11", () => {
    const desired = words({ kind: "linux-bridge" });
    expect(conflicts(desired, { ...empty, version: "10.10.0" })).toEqual([
      expect.stringContaining("libvirt 10.10.0 gives its ports no VLAN (app, data)"),
    ]);
    expect(conflicts(desired, { ...empty, version: "11.0.0" })).toEqual([]);
  });

  it("a network that leaves while others are on it; ours leave with it", () => {
    const user = bare("w", { live: [theirs({ network: "vs0" })], running: true });
    const facts = hostOf(words());
    expect(conflicts(libvirt.nothing, { ...facts, domains: [...facts.domains, user] })).toEqual([
      expect.stringContaining("network vs0 of libvirt is still used by w."),
    ]);
    expect(conflicts(libvirt.nothing, facts)).toEqual([]);
  });

  it("nothing, where there is nothing to do", () => {
    expect(conflicts(libvirt.nothing, { ...empty, missing: "virsh" })).toEqual([]);
  });
});

interface Step {
  readonly alias: string;
  readonly config: string;
  readonly live: string;
  readonly unlimited: readonly string[];
  readonly file: { readonly data: { readonly address: unknown } };
}

function steps([script]: readonly Filled[]): Step[] {
  const { domains = [] } = (script?.data ?? {}) as { domains?: readonly { interfaces: readonly Step[] }[] };
  return domains.flatMap(({ interfaces }) => interfaces);
}

const shown = (scripts: readonly Filled[]) =>
  steps(scripts).map(({ alias, config, live }) => `${alias} ${config} ${live}`);

describe("a change", () => {
  it.each<[string, Site, string]>([
    ["of a VLAN", { vlan: 11 }, "update update"],
    ["of the cable", { ports: "a: { portGroup: vs0/app, libvirt: { link: down } }" }, "update update"],
    ["of the port group", { ports: "a: { portGroup: vs0/data }" }, "replace replace"],
    ["of the MAC address", { ports: 'a: { portGroup: vs0/app, mac: "52:54:00:00:00:09" }' }, "replace replace"],
    ["of the queues", { ports: "a: { portGroup: vs0/app, libvirt: { queues: 2 } }" }, "replace replace"],
  ])("%s is made where libvirt can, and the card keeps its place", (_what, site, verbs) => {
    const { after } = plan(words(site), hostOf(words()));
    expect(shown(after)).toEqual([`ua-multiport-a ${verbs}`]);
    expect(steps(after)[0]?.file.data.address).toEqual(ADDRESS);
  });

  it("of a VM that is off is for its next start", () => {
    expect(shown(plan(words({ vlan: 11 }), hostOf(words(), {}, false)).after)).toEqual(["ua-multiport-a update "]);
  });

  it("is made on the side that lacks it", () => {
    const [domain] = hostOf(words()).domains;
    if (!domain) throw new Error("no domain");
    const half = hostOf(words(), { domains: [{ ...domain, live: [] }] });
    expect(shown(plan(words(), half).after)).toEqual(["ua-multiport-a  replace"]);
    const extra = hostOf(words(), { domains: [{ ...domain, config: [] }] });
    expect(shown(plan(words(), extra).after)).toEqual(["ua-multiport-a update "]);
  });

  it("of a virtual function takes it out and puts it in, and the card beside it stays", () => {
    const pair = (index: number) =>
      words({ ports: `p: { portGroup: vs0/app, vf: { uplink: e1, index: ${index} }, libvirt: { failover: true } }` });
    expect(shown(plan(pair(1), hostOf(pair(0))).after)).toEqual(["ua-multiportvf-p replace replace"]);
    expect(libvirt.compare(pair(1), pair(0)).map(({ path, disruption }) => [path.at(-1), disruption])).toEqual([
      ["function", "outage"],
    ]);
  });

  it("takes the virtual function before the card that stands in for it", () => {
    const pair = words({ ports: "p: { portGroup: vs0/app, vf: e1, libvirt: { failover: true } }" });
    const [script] = plan(libvirt.nothing, hostOf(pair)).before;
    expect(script?.data).toMatchObject({
      interfaces: [{ alias: "ua-multiportvf-p" }, { alias: "ua-multiport-p" }],
      domains: ["v"],
    });
  });

  it("of a network tells who keeps the old settings", () => {
    const facts = hostOf(words());
    const user = bare("w", { live: [theirs({ network: "vs0" })], running: true });
    expect(plan(words({ vlan: 11 }), { ...facts, domains: [...facts.domains, user] }).notes).toEqual([
      "network vs0 changes, and w run on it: their interfaces keep the old settings until they are attached anew or the VM is started again",
    ]);
  });

  it("has a way back to what was there, on both sides", () => {
    const { revertBefore, revertAfter } = plan(
      words({ vlan: 11, ports: "a: { portGroup: vs0/app }, b: { portGroup: vs0/app }" }),
      hostOf(words()),
    );
    expect(revertBefore[0]?.data).toMatchObject({
      interfaces: [{ domain: "v", alias: "ua-multiport-b" }],
      domains: [],
    });
    expect(shown(revertAfter)).toEqual(["ua-multiport-a update update"]);
    expect(JSON.stringify(revertAfter)).toContain('"id":"10"');
  });
});

describe("does not work yet", () => {
  const facts = (more: Partial<LibvirtFacts>) => libvirt.unhealthy(words(), hostOf(words(), more));
  const vlan = { trunk: false, tags: "10", native: null };
  it.each<[string, Partial<LibvirtFacts>, readonly string[]]>([
    ["nothing", { bridges: { vs0: ["v-a"] }, vlans: { "v-a": vlan } }, []],
    [
      "an interface on no bridge",
      {},
      ["interface v-a of domain v is on no bridge, not on vs0. Look at: virsh domiflist v"],
    ],
    [
      "an interface on another",
      { bridges: { x: ["v-a"] } },
      ["interface v-a of domain v is on bridge x, not on vs0. Look at: virsh domiflist v"],
    ],
    [
      "a port with all VLANs",
      { bridges: { vs0: ["v-a"] }, vlans: { "v-a": null } },
      ["interface v-a of domain v carries all VLANs in Open vSwitch, not VLAN 10. Look at: ovs-vsctl list Port v-a"],
    ],
  ])("%s", (_what, more, expected) => expect(facts(more)).toEqual(expected));
});

it("what the facts script does not print is refused", () => {
  expect(() => libvirt.readFacts({ missing: "ip" })).toThrow();
  expect(() => libvirt.readFacts({ missing: null, version: "9.0.0" })).toThrow();
});
