// Hyper-V hosts: what their switches are by default, how Windows names things, and what VM ports become.
import { describe, expect, it } from "vitest";
import { INTERFACE_NAME, WINDOWS_NAME } from "../../providers/model/field.js";
import { modelOf, problemsOf } from "./given.js";

function site(host: string, { profile = "{}", vms = "{}" } = {}): string {
  return `environment: t
networks:
  app: { vlan: 10 }
  mgmt: { vlan: 20, subnet: 10.20.0.0/24 }
  front: { privateVlan: { primary: 200, type: promiscuous } }
  inner: { privateVlan: { primary: 200, secondary: 201, type: isolated } }
  other: { privateVlan: { primary: 300, secondary: 301, type: isolated } }
profiles: { p: ${profile} }
hosts: { h: { platform: hyperv, profile: p, uplinks: { SLOT 1: , SLOT 2: , SLOT 3: }, ${host} } }
vms: ${vms}
`;
}

const host = (text: string, more = {}) => {
  const [hyperv] = modelOf(site(text, more)).hypervHosts;
  if (!hyperv) throw new Error("no host");
  return hyperv;
};
const withSwitch = (body: string, more = "") => `virtualSwitches: { VM Switch: { ${body} } }${more}`;
const groups = "portGroups: [app, mgmt]";
const two = "uplinkTeam: { members: [SLOT 1, SLOT 2] }";
const one = "uplinkTeam: { members: [SLOT 1] }";

describe("what a switch is by default", () => {
  const plain = { iov: false, bandwidthMode: "absolute", allowLbfo: false };
  it.each([
    [two, { ...plain, kind: "set", uplinkTeam: { policy: "source-port", standby: [], mode: "switch-independent" } }],
    [one, { ...plain, kind: "external" }],
    [`kind: set, ${one}`, { ...plain, kind: "set" }],
    [
      `kind: lbfo, ${two}`,
      { ...plain, kind: "lbfo", teamName: "VM Switch-team", uplinkTeam: { policy: "source-port" } },
    ],
    ["kind: lbfo, uplinkTeam: { members: [SLOT 1, SLOT 2], name: Team 1 }", { teamName: "Team 1" }],
    [
      "kind: lbfo, uplinkTeam: { members: [SLOT 1, SLOT 2], mode: lacp }",
      { uplinkTeam: { mode: "lacp", policy: "source-port", standby: [] } },
    ],
    [
      "kind: lbfo, uplinkTeam: { members: [SLOT 1, SLOT 2], policy: active-backup }",
      { uplinkTeam: { policy: "active-backup", standby: ["SLOT 2"] } },
    ],
    [`${two}, iov: true`, { kind: "set", iov: true, bandwidthMode: "none" }],
    [`${two}, bandwidthMode: weight`, { bandwidthMode: "weight" }],
    ["kind: internal", { ...plain, kind: "internal" }],
    ["kind: private", { ...plain, kind: "private" }],
  ])("%s", (body, expected) => {
    const release = "release: '2019', ";
    expect(host(`${release}${withSwitch(`${body}, ${groups}`)}`).virtualSwitches[0]).toMatchObject(expected);
  });

  it("one without a team says nothing of one", () => {
    const [vs] = host(withSwitch(`kind: internal, ${groups}`)).virtualSwitches;
    expect(vs && "uplinkTeam" in vs).toBe(false);
    expect(vs && "teamName" in vs).toBe(false);
  });
});

describe("a host", () => {
  it("is of 2022 unless it or its profile says another", () => {
    const body = withSwitch(`${two}, ${groups}`);
    expect(host(body).release).toBe("2022");
    expect(host(body, { profile: '{ release: "2019" }' }).release).toBe("2019");
    expect(host(`release: "2025", ${body}`, { profile: '{ release: "2019" }' }).release).toBe("2025");
  });

  it("has its own adapters with VLAN, addresses and packet size", () => {
    const ports =
      "hostPorts: { Storage 1: { portGroup: VM Switch/mgmt, addresses: [10.20.0.11/24], gateway: 10.20.0.1 } }";
    expect(host(withSwitch(`${two}, ${groups}`, `, ${ports}`)).hostPorts).toEqual([
      expect.objectContaining({
        name: "Storage 1",
        switch: "VM Switch",
        portGroup: "mgmt",
        addresses: ["10.20.0.11/24"],
        gateways: ["10.20.0.1"],
        mtuBytes: 1500,
      }),
    ]);
  });

  it("may have an adapter on an internal switch", () => {
    const body = withSwitch(
      "kind: internal, portGroups: [mgmt]",
      ", hostPorts: { Lab: { portGroup: VM Switch/mgmt } }",
    );
    expect(host(body).hostPorts.map(({ name, switch: on }) => [name, on])).toEqual([["Lab", "VM Switch"]]);
  });

  it("takes names of a range of hosts and of VMs", () => {
    const { hypervHosts } = modelOf(
      `environment: t
networks: { mgmt: { subnet: 10.20.0.0/24 } }
profiles: { p: { platform: hyperv, uplinks: { SLOT 1: , SLOT 2: }, virtualSwitches: { vs0: { ${two}, portGroups: [mgmt] } }, hostPorts: { Mgmt: { portGroup: vs0/mgmt } } } }
hosts: { "h[1:2]": { profile: p, hostPorts: { Mgmt: { addresses: ["10.20.0.[11:12]/24"] } } } }
vms: { "SQL Server [01:02]": { host: "h[1:2]", ports: { Network Adapter: { portGroup: vs0/mgmt } } } }
`,
    );
    expect(
      hypervHosts.map(({ name, hostPorts, vmAdapters }) => [
        name,
        hostPorts[0]?.addresses,
        vmAdapters.map(({ vm, name: adapter }) => `${vm}/${adapter}`),
      ]),
    ).toEqual([
      ["h1", ["10.20.0.11/24"], ["SQL Server 01/Network Adapter"]],
      ["h2", ["10.20.0.12/24"], ["SQL Server 02/Network Adapter"]],
    ]);
  });
});

describe("a promiscuous port group", () => {
  it("stands beside one with a secondary VLAN of its primary", () => {
    expect(problemsOf(site(withSwitch(`${two}, portGroups: [front, inner]`)))).toEqual([]);
    for (const others of ["", ", other"])
      expect(problemsOf(site(withSwitch(`${two}, portGroups: [front${others}]`)))).toEqual([
        expect.stringContaining("[reference] network front is promiscuous, and the switch has no secondary VLAN"),
      ]);
  });
});

describe("a port of a VM becomes an adapter", () => {
  const adapter = (port: string, { team = "", guest = "" } = {}) => {
    const body = `virtualSwitches: { vs0: { ${two}, ${team} portGroups: { app: , open: { network: app, security: { macChanges: true, forgedTransmits: true } } } } }`;
    const vms = `{ v: { host: h, ports: { A: { portGroup: vs0/app, ${port} }, B: { portGroup: vs0/app, guestInterface: b } }${guest} } }`;
    return host(body, { vms }).vmAdapters[0];
  };
  const plain = {
    vm: "v",
    name: "A",
    switch: "vs0",
    macSpoofing: false,
    dhcpGuard: false,
    routerGuard: false,
    portMirroring: "none",
    allowTeaming: false,
    deviceNaming: false,
    bandwidth: {},
    iovWeight: 0,
    iovQueuePairs: 1,
  };
  it.each([
    ["as it is by default", "", {}],
    ["with a MAC address", 'mac: "00:15:5D:00:00:0A"', { mac: "00:15:5d:00:00:0a" }],
    [
      "with guards and names",
      "hyperv: { dhcpGuard: true, routerGuard: true, deviceNaming: true, portMirroring: source, allowTeaming: true }",
      { dhcpGuard: true, routerGuard: true, deviceNaming: true, portMirroring: "source", allowTeaming: true },
    ],
    [
      "with bandwidth in bits per second",
      "hyperv: { bandwidth: { minimumKbps: 1, maximumKbps: 1000000 } }",
      { bandwidth: { minimumBitsPerSecond: 1000, maximumBitsPerSecond: 1_000_000_000 } },
    ],
    ["with affinity", "hyperv: { affinity: SLOT 2 }", { affinity: "SLOT 2" }],
  ])("%s", (_sentence, port, expected) => {
    const { portGroup, ...rest } = adapter(port) ?? {};
    expect(portGroup?.name).toBe("app");
    expect(rest).toEqual({ ...plain, ...expected });
  });

  it.each([
    ["hyperv: { bandwidth: { minimumWeight: 7 } }", "bandwidthMode: weight,", { bandwidth: { minimumWeight: 7 } }],
    ["hyperv: { iov: {} }", "iov: true,", { iovWeight: 100, iovQueuePairs: 1 }],
    ["hyperv: { iov: { weight: 50, queuePairs: 4 } }", "iov: true,", { iovWeight: 50, iovQueuePairs: 4 }],
  ])("%s on a switch with %s", (port, team, expected) => {
    expect(adapter(port, { team })).toMatchObject(expected);
  });

  it("may be teamed where a bond of the guest has it as member", () => {
    const guest = ", guest: { os: linux, renderer: netplan }, bonds: { b0: { members: [A, B] } }";
    expect(adapter("guestInterface: a", { guest })?.allowTeaming).toBe(true);
  });

  it("may change its MAC address where its port group says both words of it", () => {
    expect(adapter("")?.macSpoofing).toBe(false);
    const body = `virtualSwitches: { vs0: { ${two}, portGroups: { app: { security: { macChanges: true, forgedTransmits: true } } } } }`;
    const vms = "{ v: { host: h, ports: { A: { portGroup: vs0/app } } } }";
    expect(host(body, { vms }).vmAdapters[0]?.macSpoofing).toBe(true);
  });
});

describe("a user", () => {
  const named = (user: string) => problemsOf(site(`ssh: { user: '${user}' }`));
  it("may be one of a Windows domain, and nothing else", () => {
    for (const user of ["Administrator", "CORP\\admin", "admin@corp.example.net", "root"])
      expect(named(user)).toEqual([]);
    for (const user of ["a b", "a\\b\\c", "\\a", "a@", "-oProxyCommand=x", "$(id)", "a;b", "a@b@c"])
      expect(named(user)).toEqual([expect.stringContaining("hosts.h.ssh.user [schema]")]);
  });
});

describe("names", () => {
  const REFUSED = [..."*?[]`$'\"‘’‚‛“”„‟;{}|<>\\/:^%!~", "\u0000", "\t", "\n", "\u00a0", "\u2013", "\ud800"];
  it("that Windows and PowerShell take as they are", () => {
    for (const name of [
      "SLOT 3 Port 1",
      "Ethernet 2",
      "NIC (a) #1",
      "vEthernet (vs0)",
      "以太网 2",
      "Połączenie",
      "a",
      "R&D",
    ])
      expect(name).toMatch(WINDOWS_NAME);
  });

  it("with a character that is more than itself are refused, wherever it stands", () => {
    for (const character of REFUSED)
      for (const name of [character, `${character}a`, `a${character}b`, `a${character}`])
        expect(name).not.toMatch(WINDOWS_NAME);
    for (const name of ["", " ", " a", "a ", "-a", "a".repeat(81)]) expect(name).not.toMatch(WINDOWS_NAME);
  });

  it("of other platforms are as narrow as ever", () => {
    for (const name of ["SLOT 1", "a(b", "ä", "a".repeat(16)]) {
      expect(name).toMatch(WINDOWS_NAME);
      expect(name).not.toMatch(INTERFACE_NAME);
      const text = `environment: t
networks: { app: {} }
hosts: { k: { platform: kvm, uplinks: { "${name}": }, virtualSwitches: { vs0: { uplinkTeam: { members: ["${name}"] }, portGroups: [app] } } } }
`;
      expect(problemsOf(text)).toContainEqual(expect.stringContaining("[schema] the name is not allowed here"));
    }
  });
});
