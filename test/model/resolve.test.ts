// Hosts, teams, port groups and VM ports: what the file means with its defaults, and which names and things clash.
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { modelOf, problemsOf } from "./given.js";

/** A site of one KVM host; rows add to it or replace a part. */
interface Site {
  readonly uplinks?: string;
  readonly team?: string;
  readonly portGroups?: string;
  readonly more?: string;
  readonly vms?: string;
}

function site({
  uplinks = "{ e0: , e1: , e2: , e3: }",
  team = "{ members: [e0, e1] }",
  portGroups = "[app, data]",
  more = "",
  vms = "{}",
}: Site): string {
  return `environment: t
networks: { app: { vlan: 10, subnet: 10.0.0.0/24, gateway: 10.0.0.1 }, data: { vlan: 30, mtu: 9000 } }
switches: { s1: { platform: nxos } }
hosts:
  k1: { platform: kvm, uplinks: ${uplinks}, virtualSwitches: { vs0: { uplinkTeam: ${team}, portGroups: ${portGroups} }${more} } }
vms: ${vms}
`;
}

/** Problems without their place, which other tests are about. */
const problems = (given: Site) => problemsOf(site(given)).map((line) => line.replace(/^\S+ /, ""));
const TEAM = "hosts.k1.virtualSwitches.vs0.uplinkTeam";

describe("an uplink team with its defaults", () => {
  const plain = {
    lacpRate: "fast",
    lacpRole: "active",
    lacpFallback: true,
    failback: true,
    notifySwitches: true,
    failureDetection: "link",
    bond: {
      hashInnerPacket: false,
      detectMode: "carrier",
      monitorMilliseconds: 100,
      upDelayMilliseconds: 0,
      downDelayMilliseconds: 0,
      rebalanceIntervalMilliseconds: 10_000,
      adSelect: "stable",
      minLinks: 0,
      primaryReselect: "always",
      failOverMac: "none",
      peerNotifications: 1,
      resendIgmp: 1,
      allMembersActive: false,
      packetsPerMember: 1,
    },
  };
  it.each([
    [
      "is active-backup with all but the first standby",
      "{ members: [e1, e0] }",
      { members: ["e1", "e0"], standby: ["e0"], mode: "switch-independent", policy: "active-backup" },
    ],
    [
      "spreads by MAC with all active",
      "{ members: [e0, e1], policy: source-mac }",
      { members: ["e0", "e1"], standby: [], mode: "switch-independent", policy: "source-mac" },
    ],
    [
      "with LACP hashes transport ports",
      "{ members: [e0, e1], mode: lacp }",
      { members: ["e0", "e1"], standby: [], mode: "lacp", policy: "transport-ports" },
    ],
    [
      "with LACP and active-backup leaves standby to the switch",
      "{ members: [e0, e1], mode: lacp, policy: active-backup }",
      { members: ["e0", "e1"], standby: [], mode: "lacp", policy: "active-backup" },
    ],
    [
      "keeps the standby that is given",
      "{ members: [e0, e1, e2], standby: [e1] }",
      { members: ["e0", "e1", "e2"], standby: ["e1"], mode: "switch-independent", policy: "active-backup" },
    ],
  ])("%s", (_sentence, team, expected) => {
    expect(modelOf(site({ team })).kvmHosts[0]?.virtualSwitches[0]?.uplinkTeam).toEqual({
      ...plain,
      ...expected,
      given: Object.keys(parse(team) as object),
    });
  });
});

describe("what is wrong with a team", () => {
  it.each([
    [
      "a member twice",
      { team: "{ members: [e0, e0] }" },
      [`${TEAM}.members[1] [duplicate] the uplink is named twice in one team`],
    ],
    [
      "an unknown member",
      { team: "{ members: [e0, e9] }" },
      [`${TEAM}.members[1] [reference] there is no uplink of this name`],
    ],
    [
      "a standby that is no member",
      { team: "{ members: [e0, e1], standby: [e2] }" },
      [`${TEAM}.standby[0] [reference] there is no member of this name`],
    ],
    [
      "nobody active",
      { team: "{ members: [e0], standby: [e0] }" },
      [`${TEAM}.standby [schema] every member is standby`],
    ],
    [
      "an LACP setting without LACP",
      { team: "{ members: [e0, e1], lacpRole: passive }" },
      [`${TEAM}.lacpRole [schema] lacpRole means nothing without mode lacp`],
    ],
    [
      "an uplink in two teams",
      { more: ", vs1: { uplinkTeam: { members: [e2, e1] }, portGroups: [app] }" },
      ["hosts.k1.virtualSwitches.vs1.uplinkTeam.members[1] [duplicate] this uplink is already used by the team of vs0"],
    ],
  ])("%s", (_sentence, given, expected) => {
    expect(problems(given)).toEqual(expected);
  });
});

describe("port groups", () => {
  it.each([
    [
      "a list of networks",
      "[data, app]",
      [
        ["data", "data"],
        ["app", "app"],
      ],
    ],
    [
      "a map, empty where nothing differs",
      "{ app: , big: { network: data } }",
      [
        ["app", "app"],
        ["big", "data"],
      ],
    ],
  ])("as %s", (_sentence, portGroups, expected) => {
    const { kvmHosts } = modelOf(site({ portGroups }));
    expect(kvmHosts[0]?.virtualSwitches[0]?.portGroups.map(({ name, network }) => [name, network.name])).toEqual(
      expected,
    );
  });

  it("reject the three ways of spoofing unless allowed", () => {
    const { kvmHosts } = modelOf(site({}));
    expect(kvmHosts[0]?.virtualSwitches[0]?.portGroups[0]?.security).toEqual({
      promiscuous: false,
      macChanges: false,
      forgedTransmits: false,
    });
  });

  const GROUPS = "hosts.k1.virtualSwitches.vs0.portGroups";
  it.each([
    [
      "an unknown network in a list, with its place in the list",
      "[app, nope]",
      [`${GROUPS}[1] [reference] there is no network of this name`],
    ],
    [
      "a network twice in a list",
      "[app, data, app]",
      [`${GROUPS}[2] [duplicate] this network is already used by an earlier entry`],
    ],
    [
      "an unknown network in a map",
      "{ web: { network: nope } }",
      [`${GROUPS}.web.network [reference] there is no network of this name`],
    ],
    [
      "names that are numbers keep their places",
      '["30", app, "20"]',
      [
        `${GROUPS}[0] [reference] there is no network of this name`,
        `${GROUPS}[2] [reference] there is no network of this name`,
      ],
    ],
  ])("%s", (_sentence, portGroups, expected) => {
    expect(problems({ portGroups })).toEqual(expected);
  });
});

describe("names and things that clash on a host", () => {
  const vm = (port: string) => `{ v: { host: k1, ports: { ${port} } } }`;
  it.each([
    [
      "a virtual switch with the name of an uplink",
      { more: ", e2: { uplinkTeam: { members: [e2] }, portGroups: [app] }" },
      ["hosts.k1.virtualSwitches.e2 [duplicate] this interface name is already used by an uplink of k1"],
    ],
    [
      "a VM's interface with the name of an uplink",
      { vms: vm("p: { portGroup: vs0/app, interface: e2 }") },
      ["vms.v.ports.p.interface [duplicate] this interface name is already used by an uplink of k1"],
    ],
    [
      "a VM's interface with the name of a switch",
      { vms: vm("p: { portGroup: vs0/app, interface: vs0 }") },
      ["vms.v.ports.p.interface [duplicate] this interface name is already used by virtual switch vs0"],
    ],
    [
      "two VM interfaces of one name",
      { vms: vm("p: { portGroup: vs0/app, interface: x }, q: { portGroup: vs0/app, interface: x }") },
      ["vms.v.ports.q.interface [duplicate] this interface name is already used by port p of VM v"],
    ],
    [
      "a VM's interface with the name of another switch's bond",
      {
        more: ", vs1: { uplinkTeam: { members: [e2, e3] }, portGroups: [app] }",
        vms: vm("p: { portGroup: vs1/app, interface: vs0-uplinks }"),
      },
      ["hosts.k1.virtualSwitches.vs0 [unsupported] the interface vs0-uplinks of VM v has the name of the uplink port"],
    ],
    [
      "a switch with the name of another switch's bond",
      { more: ", vs0-uplinks: { uplinkTeam: { members: [e2, e3] }, portGroups: [app] }" },
      ["hosts.k1.virtualSwitches.vs0 [unsupported] the virtual switch vs0-uplinks has the name of the uplink port"],
    ],
    [
      "one switch port for two cables",
      { uplinks: "{ e0: { cable: s1 1/1 }, e1: { cable: s1 1/1 }, e2: }" },
      ["hosts.k1.uplinks.e1.cable [duplicate] this switch port is already used by uplink e0 of k1"],
    ],
    [
      "one PCI address for two uplinks",
      { uplinks: '{ e0: { pci: "0000:3B:00.0" }, e1: { pci: "0000:3b:00.0" }, e2: }' },
      ["hosts.k1.uplinks.e1.pci [duplicate] this PCI address is already used by uplink e0 of k1"],
    ],
  ])("%s", (_sentence, given, expected) => {
    expect(problems(given)).toEqual(expected);
  });
});

describe("ports of VMs", () => {
  const LINUX = "guest: { os: linux, renderer: netplan }";
  const guest = (ports: string, bonds = "{}") => `{ v: { host: k1, ports: ${ports}, bonds: ${bonds}, ${LINUX} } }`;
  const port = (rest: string) => guest(`{ p: { portGroup: vs0/app, guestInterface: eth0, ${rest} } }`);
  it.each([
    [
      "a switch that does not exist",
      "{ v: { host: k1, ports: { p: { portGroup: vs9/app } } } }",
      ["vms.v.ports.p.portGroup [reference] there is no virtual switch of this name"],
    ],
    [
      "a port group that does not exist",
      "{ v: { host: k1, ports: { p: { portGroup: vs0/nope } } } }",
      ["vms.v.ports.p.portGroup [reference] there is no port group of this name"],
    ],
    [
      "a host that does not exist",
      "{ v: { host: k9, ports: {} } }",
      ["vms.v.host [reference] there is no host of this name"],
    ],
    [
      "an address of another subnet",
      port("addresses: [10.0.1.5/24]"),
      ["vms.v.ports.p.addresses[0] [address] the address is not in the subnet of network app"],
    ],
    [
      "another prefix length than the network's",
      port("addresses: [10.0.0.5/16]"),
      ["vms.v.ports.p.addresses[0] [address] the prefix length is not that of network app"],
    ],
    ["a host route is right", port("addresses: [10.0.0.5/32]"), []],
    ["the other IP version is free", port('addresses: ["2001:db8::1/64"]'), []],
    [
      "the network's own address",
      port("addresses: [10.0.0.0/24]"),
      ["vms.v.ports.p.addresses[0] [address] the first and the last address of a subnet belong to no machine"],
    ],
    [
      "the router's address",
      port("addresses: [10.0.0.1/24]"),
      ["vms.v.ports.p.addresses[0] [address] the address is the gateway of network app"],
    ],
    [
      "a gateway that nothing reaches",
      port("addresses: [10.0.0.5/24], gateway: 10.0.9.1"),
      ["vms.v.ports.p.gateway [address] the gateway is in the subnet of none of the addresses"],
    ],
    [
      "itself as gateway",
      port("addresses: [10.0.0.5/24], gateway: 10.0.0.5"),
      ["vms.v.ports.p.gateway [address] the gateway is the machine's own address"],
    ],
    [
      "a shortened gateway",
      port('addresses: [10.0.0.5/24], gateway: "10.1"'),
      ["vms.v.ports.p.gateway [address] no gateway has this address"],
    ],
    ["a router of every machine's own subnet", port('addresses: ["2001:db8::5/64"], gateway: "fe80::1"'), []],
    [
      "that router on an interface without IPv6",
      port('gateway: "fe80::1", routes: [{ to: "2001:db8:1::/48", via: "fe80::2" }]'),
      [
        "vms.v.ports.p.gateway [address] the gateway is in the subnet of none of the addresses",
        "vms.v.ports.p.routes[0].via [address] the router is in the subnet of none of the addresses",
      ],
    ],
    [
      "a router beside an address that is a network of its own, which Windows does not take",
      port("addresses: [10.0.0.5/32], gateway: 10.0.0.1, routes: [{ to: 10.2.0.0/16, via: 10.0.0.1 }]").replace(
        LINUX,
        "guest: { os: windows }",
      ),
      [
        "vms.v.ports.p.gateway [address] the gateway is in the subnet of none of the addresses",
        "vms.v.ports.p.routes[0].via [address] the router is in the subnet of none of the addresses",
      ],
    ],
    [
      "two gateways of one IP version",
      port("addresses: [10.0.0.5/24], gateway: [10.0.0.2, 10.0.0.3]"),
      ["vms.v.ports.p.gateway[1] [address] there is a second gateway of one IP version"],
    ],
    [
      "routes that are right",
      port(
        'addresses: [10.0.0.5/24, "2001:db8::5/64"], routes: [{ to: 10.2.0.0/16, via: 10.0.0.9, source: 10.0.0.5 }, { to: 10.2.0.0/16, via: 10.0.0.8, metric: 50 }, { to: "2001:db8:1::/48", via: "fe80::1" }, { to: 10.3.0.0/24 }]',
      ),
      [],
    ],
    ["a router whose subnet comes by DHCP", port("dhcp: ipv4, routes: [{ to: 10.2.0.0/16, via: 10.9.0.9 }]"), []],
    [
      "routes to what is no subnet",
      port(
        "addresses: [10.0.0.5/24], routes: [{ to: 10.2.0.1/16 }, { to: 0.0.0.0/0, via: 10.0.0.9 }, { to: 10.2/16 }]",
      ),
      [
        "vms.v.ports.p.routes[0].to [address] not a subnet",
        "vms.v.ports.p.routes[1].to [address] this is the default route",
        "vms.v.ports.p.routes[2].to [address] not a subnet",
      ],
    ],
    [
      "routes over the wrong router, from the wrong address, twice",
      port(
        'addresses: [10.0.0.5/24], routes: [{ to: 10.2.0.0/16, via: 10.9.0.9, source: 10.0.0.6 }, { to: 10.2.0.0/16 }, { to: 10.3.0.0/16, via: "2001:db8::1" }]',
      ),
      [
        "vms.v.ports.p.routes[0].via [address] the router is in the subnet of none of the addresses",
        "vms.v.ports.p.routes[0].source [address] the source is none of the interface's addresses",
        "vms.v.ports.p.routes[1] [duplicate] this route is already used by routes[0]",
        "vms.v.ports.p.routes[2].via [address] the router is of another IP version than the subnet",
      ],
    ],
    [
      "a routing table of the system's, for no address",
      port("routingTable: 254"),
      [
        "vms.v.ports.p.routingTable [schema] this routing table is one of the system's own",
        "vms.v.ports.p.routingTable [schema] the table answers for the addresses of the interface, which has none",
      ],
    ],
    [
      "two ports for one interface of the guest",
      guest("{ p: { portGroup: vs0/app, guestInterface: eth0 }, q: { portGroup: vs0/app, guestInterface: eth0 } }"),
      ["vms.v.ports.q [duplicate] this interface of the guest is already used by port p"],
    ],
    [
      "a bond with the name of an interface",
      guest(
        "{ p: { portGroup: vs0/data, guestInterface: b }, q: { portGroup: vs0/data, guestInterface: c } }",
        "{ b: { members: [p, q] } }",
      ),
      ["vms.v.bonds.b [duplicate] this interface of the guest is already used by port p"],
    ],
    [
      "a bond called as every object's constructor",
      guest(
        "{ p: { portGroup: vs0/data, guestInterface: x }, q: { portGroup: vs0/data, guestInterface: y } }",
        "{ constructor: { members: [p, q] } }",
      ),
      [],
    ],
    [
      "an address range of another length",
      '{ "v[1:2]": { host: k1, ports: { p: { portGroup: vs0/app, interface: "i[1:2]", guestInterface: eth0, addresses: ["10.0.0.[1:3]/24"] } } } }',
      ['vms."v[1:2]".ports.p.addresses[0] [address] not an IP address with prefix length'],
    ],
  ])("%s", (_sentence, vms, expected) => {
    expect(problems({ vms })).toEqual(expected);
  });
});

describe("profiles", () => {
  it("the host's own word wins; ssh and uplinks are merged setting by setting, switches by name", () => {
    const { kvmHosts } = modelOf(`
environment: t
networks: { app: {} }
profiles:
  p:
    platform: kvm
    ssh: { user: admin, port: 2222 }
    uplinks: { e0: { pci: "0000:01:00.0" }, e1: }
    virtualSwitches: { a: { uplinkTeam: { members: [e0] }, portGroups: [app] }, b: { uplinkTeam: { members: [e1] }, portGroups: [app] } }
hosts:
  k: { profile: p, ssh: { port: 22 }, uplinks: { e0: , e2: }, virtualSwitches: { b: { datapath: netdev, uplinkTeam: { members: [e2] }, portGroups: [app] } } }
`);
    const [host] = kvmHosts;
    expect(host?.ssh).toEqual({ name: "k", address: "k", user: "admin", port: 22 });
    expect(host?.uplinks).toEqual([{ name: "e0", pci: "0000:01:00.0" }, { name: "e1" }, { name: "e2" }]);
    expect(host?.virtualSwitches.map(({ name, datapath, uplinkTeam }) => [name, datapath, uplinkTeam.members])).toEqual(
      [
        ["a", "system", ["e0"]],
        ["b", "netdev", ["e2"]],
      ],
    );
  });
});

describe("distributed switches", () => {
  const dvs = (body: string, more = "") => `environment: t
networks: { app: {}, dmz: { privateVlan: { primary: 200, secondary: 201, type: isolated } }, dmz2: { privateVlan: { primary: 300, secondary: 201, type: isolated } } }
hosts: { "esx-[1:2]": { platform: vsphere, uplinks: { vmnic0: , vmnic1: } }, k: { platform: kvm } }
distributedSwitches: { d: { datacenter: dc, ${body} }${more} }
`;
  const whole =
    'hosts: ["esx-[1:2]"], uplinks: { u1: vmnic0, u2: vmnic1 }, uplinkTeam: { members: [u1, u2] }, portGroups: [app]';
  it.each([
    [
      "a KVM host as member",
      dvs(whole.replace('"esx-[1:2]"', "esx-1, k")),
      ["distributedSwitches.d.hosts[1] [reference] the host is not a vSphere host"],
    ],
    [
      "a host twice",
      dvs(whole.replace('"esx-[1:2]"', '"esx-[1:2]", esx-1')),
      ["distributedSwitches.d.hosts[1] [duplicate] this host is already used by this switch"],
    ],
    [
      "a NIC that hosts do not have",
      dvs(whole.replace("vmnic1", "vmnic9")),
      [
        "distributedSwitches.d.uplinks.u2 [reference] host esx-1 has no uplink of this name",
        "distributedSwitches.d.uplinks.u2 [reference] host esx-2 has no uplink of this name",
      ],
    ],
    [
      "one NIC behind two uplinks",
      dvs(whole.replace("vmnic1", "vmnic0")),
      ["distributedSwitches.d.uplinks.u2 [duplicate] this physical NIC is already used by u1 of switch d"],
    ],
    [
      "a port group name twice in a datacenter",
      dvs(
        whole,
        ", e: { datacenter: dc, hosts: [esx-1], uplinks: {}, uplinkTeam: { members: [u] }, portGroups: [app] }",
      ),
      [
        "distributedSwitches.e.portGroups [duplicate] this port group name is already used by switch d",
        "distributedSwitches.e.uplinkTeam.members[0] [reference] there is no uplink of this name",
      ],
    ],
    [
      "one secondary VLAN of two primaries",
      dvs(whole.replace("[app]", "[dmz, dmz2]")),
      ["distributedSwitches.d.portGroups[1] [reference] private VLAN 201 means something else in network dmz"],
    ],
  ])("%s", (_sentence, text, expected) => {
    const errors = problemsOf(text).map((line) => line.replace(/^\S+ /, ""));
    expect([...errors].sort()).toEqual([...expected].sort());
  });

  it("is as large as its largest network, and speaks LLDP both ways", () => {
    const { distributedSwitches } = modelOf(dvs(whole).replace("app: {}", "app: { mtu: 9000 }"));
    expect(distributedSwitches[0]).toMatchObject({
      mtuBytes: 9000,
      discovery: { protocol: "lldp", operation: "both" },
    });
  });

  it("has the contact that the file names, and none of its own", () => {
    const [plain, named] = [whole, whole.replace("[app]", "[app], contact: { name: N, details: d }")].map(
      (text) => modelOf(dvs(text)).distributedSwitches[0],
    );
    expect(plain).not.toHaveProperty("contact");
    expect(named).toMatchObject({ contact: { name: "N", details: "d" } });
  });
});

describe("MLAG pairs", () => {
  it.each([
    ["itself", "a: { platform: nxos, mlag: { peer: a, domain: 1 } }", ["the switch names itself as its peer"]],
    ["a stranger", "a: { platform: nxos, mlag: { peer: b, domain: 1 } }", ["there is no switch of this name"]],
    [
      "one side only",
      "a: { platform: nxos, mlag: { peer: b, domain: 1 } }, b: { platform: nxos }",
      ["b does not name a as its peer in the same domain"],
    ],
  ])("with %s", (_sentence, switches, expected) => {
    expect(problemsOf(`environment: t\nswitches: { ${switches} }\n`).map((line) => line.split("] ")[1])).toEqual(
      expected,
    );
  });
});
