// IP configuration of the simulated host, by the ids of the facts: IP, and EM of the CIM modules.
import { describe, expect, it } from "vitest";
import type { Scenario } from "../../../../lab/windows/host/scenario.js";
import { Caller, HOST, type Parameters, SETTLED } from "./caller.js";

const INSTANCE = "MSFT_NetIPAddress:ROOT/StandardCimv2/MSFT_NetIPAddress";
const address = (InterfaceAlias: string, IPAddress: string, more: Parameters = {}) =>
  ["New-NetIPAddress", { InterfaceAlias, IPAddress, PrefixLength: 24, ...more }] as const;

interface Refusal {
  readonly fact: string;
  readonly call: readonly [string, Parameters];
  readonly id: string;
  readonly category?: string;
  readonly message?: string | RegExp;
  readonly target?: string;
  readonly scenario?: Partial<Scenario>;
}

const UNLINKED: Partial<Scenario> = {
  nics: HOST.nics.map((nic) => (nic.name === "NIC4" ? { ...nic, linked: false } : nic)),
};

const REFUSALS: readonly Refusal[] = [
  {
    fact: "IP-01: again on the same interface",
    call: address("NIC1", "192.0.2.11"),
    id: "Windows System Error 87,New-NetIPAddress",
    category: "InvalidArgument",
    message: "Instance MSFT_NetIPAddress already exists",
    target: INSTANCE,
  },
  {
    fact: "IP-02: on another interface",
    call: address("NIC2", "192.0.2.11"),
    id: "Windows System Error 5010,New-NetIPAddress",
    category: "NotSpecified",
    message: "The object already exists.",
  },
  {
    fact: "IP-03: DHCP on an interface that is disconnected",
    scenario: UNLINKED,
    call: address("NIC4", "198.51.100.1"),
    id: "Windows System Error 87,New-NetIPAddress",
    message: "Inconsistent parameters PolicyStore PersistentStore and Dhcp Enabled",
  },
  {
    fact: "IP-05: a route twice",
    call: ["New-NetRoute", { InterfaceAlias: "NIC1", DestinationPrefix: "0.0.0.0/0", NextHop: "192.0.2.1" }],
    id: "Windows System Error 87,New-NetRoute",
    message: "Instance MSFT_NetRoute already exists",
  },
  {
    fact: "IP-05: a route over the link twice",
    call: ["New-NetRoute", { InterfaceAlias: "NIC1", DestinationPrefix: "192.0.2.0/24" }],
    id: "Windows System Error 87,New-NetRoute",
    message: "Instance MSFT_NetRoute already exists",
  },
  {
    fact: "IP-06: a route of no interface",
    call: ["New-NetRoute", { InterfaceAlias: "none", DestinationPrefix: "203.0.113.0/24" }],
    id: "Windows System Error 1168,New-NetRoute",
    category: "ObjectNotFound",
  },
  {
    fact: "IP-10: a route in the persistent store alone",
    call: [
      "New-NetRoute",
      { InterfaceAlias: "NIC1", DestinationPrefix: "203.0.113.0/24", PolicyStore: "PersistentStore" },
    ],
    id: "Windows System Error 87,New-NetRoute",
  },
  {
    fact: "UK-11: a next hop that no address reaches",
    call: ["New-NetRoute", { InterfaceAlias: "NIC1", DestinationPrefix: "203.0.113.0/24", NextHop: "198.51.100.1" }],
    id: "Windows System Error 87,New-NetRoute",
    message: "Invalid parameter NextHop 198.51.100.1",
  },
  {
    fact: "bits of the host in a destination",
    call: ["New-NetRoute", { InterfaceAlias: "NIC1", DestinationPrefix: "203.0.113.1/24", NextHop: "192.0.2.9" }],
    id: "Windows System Error 87,New-NetRoute",
  },
  {
    fact: "IP-06: no such interface",
    call: address("none", "198.51.100.1"),
    id: "Windows System Error 1168,New-NetIPAddress",
    category: "ObjectNotFound",
    message: "Element not found.",
  },
  {
    fact: "IP-07: one filter",
    call: ["Get-NetIPAddress", { InterfaceAlias: ["none"] }],
    id: "CmdletizationQuery_NotFound_InterfaceAlias,Get-NetIPAddress",
    category: "ObjectNotFound",
    message:
      "No MSFT_NetIPAddress objects found with property 'InterfaceAlias' equal to 'none'.  Verify the value of the property and retry.",
    target: "none:String",
  },
  {
    fact: "IP-09, EM-04: several filters",
    call: ["Get-NetRoute", { InterfaceAlias: ["NIC1"], DestinationPrefix: ["203.0.113.0/24"] }],
    id: "CmdletizationQuery_NotFound,Get-NetRoute",
    message:
      /^No matching MSFT_NetRoute objects found by CIM query for instances of the ROOT\/StandardCimv2\/MSFT_NetRoute/,
    target: "MSFT_NetRoute:String",
  },
  {
    fact: "IP-10: the persistent store alone",
    call: address("NIC2", "198.51.100.1", { PolicyStore: "PersistentStore" }),
    id: "Windows System Error 87,New-NetIPAddress",
  },
  {
    fact: "IP-16, UK-10: a gateway outside",
    call: address("NIC2", "198.51.100.1", { DefaultGateway: "203.0.113.1" }),
    id: "Windows System Error 87,New-NetIPAddress",
  },
  {
    fact: "IP-20: an MTU below 576",
    call: ["Set-NetIPInterface", { InterfaceAlias: ["NIC1"], AddressFamily: "IPv4", NlMtuBytes: 575 }],
    id: "Windows System Error 87,Set-NetIPInterface",
  },
  {
    fact: "IP-22: a display value that it has not",
    call: [
      "Set-NetAdapterAdvancedProperty",
      { Name: ["NIC1"], RegistryKeyword: ["*JumboPacket"], DisplayValue: "9000" },
    ],
    id: "Windows System Error 87,Set-NetAdapterAdvancedProperty",
  },
  ...["4000", "0", "9614", "jumbo"].map((RegistryValue) => ({
    fact: `IP-21, UK-10: ${RegistryValue} is no value of a driver with names`,
    call: [
      "Set-NetAdapterAdvancedProperty",
      { Name: ["NIC1"], RegistryKeyword: ["*JumboPacket"], RegistryValue: [RegistryValue] },
    ] as const,
    id: "Windows System Error 87,Set-NetAdapterAdvancedProperty",
  })),
  ...["613", "9615", "9014 Bytes"].map((RegistryValue) => ({
    fact: `IP-21, UK-10: ${RegistryValue} is none of a driver with numbers`,
    scenario: { nics: [{ name: "NIC1", mac: "3CFDFE000001", description: "Mellanox ConnectX-5" }] },
    call: [
      "Set-NetAdapterAdvancedProperty",
      { Name: ["NIC1"], RegistryKeyword: ["*JumboPacket"], RegistryValue: [RegistryValue] },
    ] as const,
    id: "Windows System Error 87,Set-NetAdapterAdvancedProperty",
  })),
  {
    fact: "EM-04: a keyword that the driver has not",
    call: [
      "Set-NetAdapterAdvancedProperty",
      { Name: ["NIC1"], RegistryKeyword: ["JumboPacket"], RegistryValue: ["9014"] },
    ],
    id: "CmdletizationQuery_NotFound,Set-NetAdapterAdvancedProperty",
    target: "MSFT_NetAdapterAdvancedPropertySettingData:String",
  },
  {
    fact: "IP-24: no such NIC",
    call: ["Get-NetAdapter", { Name: ["none"] }],
    id: "CmdletizationQuery_NotFound_Name,Get-NetAdapter",
    message:
      "No MSFT_NetAdapter objects found with property 'Name' equal to 'none'.  Verify the value of the property and retry.",
  },
  {
    fact: "IP-25: a name in use",
    call: ["Rename-NetAdapter", { Name: ["NIC1"], NewName: "NIC2" }],
    id: "Windows System Error 183,Rename-NetAdapter",
  },
];

describe("what is refused", () => {
  it.each(REFUSALS)("$fact", async ({ call, id, category, message, target, scenario }) => {
    const host = new Caller(scenario);
    const before = JSON.stringify(host.host.state.adapters);
    const { errors } = await host.call(...call);
    expect(errors.map((error) => error.id)).toEqual([id]);
    const [error] = errors;
    if (category !== undefined) expect(error?.category).toBe(category);
    if (message !== undefined) expect(error?.message).toMatch(message);
    if (target !== undefined) expect(error?.target).toBe(target);
    expect(JSON.stringify(host.host.state.adapters)).toBe(before);
  });

  it("EM-04: one error per missing name; a wildcard that finds nothing is none", async () => {
    const host = new Caller();
    const { errors, out } = await host.call("Get-NetAdapter", { Name: ["x", "NIC1", "y"] });
    expect([errors.length, out.length]).toEqual([2, 1]);
    expect(await host.call("Get-NetAdapter", { Name: ["x*"] })).toMatchObject({ out: [], errors: [] });
  });

  it("IP-15: removing asks", async () => {
    const host = new Caller();
    const { terminating } = await host.call("Remove-NetIPAddress", { IPAddress: ["192.0.2.11"] });
    expect(terminating?.message).toMatch(/NonInteractive/);
  });
});

describe("addresses", () => {
  it("IP-10, IP-17: two objects, tentative at first", async () => {
    const host = new Caller();
    const [cmdlet, parameters] = address("NIC2", "198.51.100.1");
    expect(await host.read(cmdlet, parameters, ["AddressState", "PolicyStore"])).toEqual([
      ["Tentative", "ActiveStore"],
      ["Invalid", "PersistentStore"],
    ]);
    await host.later(host.host.times.addressCheck);
    const filter = { IPAddress: ["198.51.100.1"] };
    expect(await host.read("Get-NetIPAddress", filter, ["AddressState", "PrefixOrigin"])).toEqual([
      ["Preferred", "Manual"],
    ]);
  });

  it("IP-04, IP-11: the address stays where the gateway is refused", async () => {
    const host = new Caller();
    const { errors, out } = await host.call(...address("NIC1", "192.0.2.12", { DefaultGateway: "192.0.2.1" }));
    expect(errors[0]?.message).toBe("Instance DefaultGateway already exists");
    expect(out).toHaveLength(2);
    expect(await host.ok("Get-NetIPAddress", { IPAddress: ["192.0.2.12"] })).toHaveLength(1);
  });

  it("IP-12, IP-13: an address ends DHCP; DHCP ends addresses, and leaves routes and servers", async () => {
    const host = new Caller();
    const dhcp = () => host.read("Get-NetIPInterface", { InterfaceAlias: ["NIC2"], AddressFamily: "IPv4" }, ["Dhcp"]);
    expect(await dhcp()).toEqual([["Enabled"]]);
    await host.ok(...address("NIC2", "198.51.100.1", { DefaultGateway: "198.51.100.254" }));
    await host.ok("Set-DnsClientServerAddress", { InterfaceAlias: ["NIC2"], ServerAddresses: ["198.51.100.53"] });
    expect(await dhcp()).toEqual([["Disabled"]]);
    await host.ok("Set-NetIPInterface", { InterfaceAlias: ["NIC2"], AddressFamily: "IPv4", Dhcp: "Enabled" });
    expect((await host.call("Get-NetIPAddress", { IPAddress: ["198.51.100.1"] })).errors).toHaveLength(1);
    expect(await host.ok("Get-NetRoute", { InterfaceAlias: ["NIC2"], DestinationPrefix: ["0.0.0.0/0"] })).toHaveLength(
      1,
    );
    const servers = { InterfaceAlias: ["NIC2"], AddressFamily: "IPv4" };
    expect(await host.read("Get-DnsClientServerAddress", servers, ["ServerAddresses"])).toEqual([["198.51.100.53"]]);
    await host.ok("Set-DnsClientServerAddress", { InterfaceAlias: ["NIC2"], ResetServerAddresses: true });
    expect(await host.read("Get-DnsClientServerAddress", servers, ["ServerAddresses"])).toEqual([[""]]);
  });

  it("IP-12: what DHCP gives comes after a while, by the VLAN that it is asked on", async () => {
    const leases = { "3CFDFE000002": "198.51.100.7/24" };
    const host = new Caller({ dhcp: [{ vlan: 7, leases, gateway: "198.51.100.1", dns: ["198.51.100.53"] }] });
    const read = () => host.call("Get-NetIPAddress", { InterfaceAlias: ["NIC2"], AddressFamily: "IPv4" });
    expect((await read()).errors).toHaveLength(1);
    await host.ok("Set-NetAdapterAdvancedProperty", {
      Name: ["NIC2"],
      RegistryKeyword: ["VlanID"],
      RegistryValue: ["7"],
    });
    expect((await read()).errors).toHaveLength(1);
    await host.later(SETTLED);
    const names = ["IPAddress", "PrefixOrigin"];
    expect(await host.read("Get-NetIPAddress", { InterfaceAlias: ["NIC2"], AddressFamily: "IPv4" }, names)).toEqual([
      ["198.51.100.7", "Dhcp"],
    ]);
  });

  it.each([
    [false, "Disabled"],
    [true, "Enabled"],
  ])("IP-14, IP-15: removing the last one leaves its route; DHCP comes back: %s", async (dhcpComesBack, dhcp) => {
    const host = new Caller({ quirks: { dhcpComesBack } });
    await host.ok("Remove-NetIPAddress", { InterfaceAlias: ["NIC1"], AddressFamily: "IPv4", Confirm: false });
    expect(await host.ok("Get-NetRoute", { DestinationPrefix: ["0.0.0.0/0"] })).toHaveLength(1);
    const filter = { InterfaceAlias: ["NIC1"], AddressFamily: "IPv4" };
    expect(await host.read("Get-NetIPInterface", filter, ["Dhcp"])).toEqual([[dhcp]]);
  });

  it("IP-10, IP-19: the active store is gone after a restart", async () => {
    const host = new Caller();
    await host.ok(...address("NIC2", "198.51.100.1"));
    await host.ok(...address("NIC2", "198.51.100.2", { PolicyStore: "ActiveStore" }));
    await host.ok("Set-NetIPInterface", { InterfaceAlias: ["NIC2"], InterfaceMetric: 7, PolicyStore: "ActiveStore" });
    await host.ok("Set-NetIPInterface", { InterfaceAlias: ["NIC3"], InterfaceMetric: 9 });
    const metrics = async () => [
      ...(await host.read("Get-NetIPInterface", { InterfaceAlias: ["NIC2"], AddressFamily: "IPv4" }, [
        "InterfaceMetric",
      ])),
      ...(await host.read("Get-NetIPInterface", { InterfaceAlias: ["NIC3"], AddressFamily: "IPv4" }, [
        "InterfaceMetric",
      ])),
    ];
    expect(await metrics()).toEqual([["7"], ["9"]]);
    host.machine.restart();
    await host.later(host.host.times.boot + SETTLED);
    expect(await metrics()).toEqual([["15"], ["9"]]);
    const left = { InterfaceAlias: ["NIC2"], AddressFamily: "IPv4" };
    expect(await host.read("Get-NetIPAddress", left, ["IPAddress", "PolicyStore"])).toEqual([
      ["198.51.100.1", "ActiveStore"],
    ]);
  });
});

describe("routes", () => {
  const TO = { InterfaceAlias: ["NIC1"], DestinationPrefix: ["203.0.113.0/24"] };
  const made = async (more: Parameters = {}) => {
    const host = new Caller();
    await host.ok("New-NetRoute", { InterfaceAlias: "NIC1", DestinationPrefix: "203.0.113.0/24", ...more });
    return host;
  };
  const metrics = async (host: Caller) => {
    const rows = await Promise.all(
      ["ActiveStore", "PersistentStore"].map((PolicyStore) => host.call("Get-NetRoute", { ...TO, PolicyStore })),
    );
    return rows.map(({ out }) => out.map((row) => String(row.properties.get("RouteMetric"))).join());
  };

  it("are in both stores with metric 256, over the link or by a next hop that an address or such a route reaches", async () => {
    const host = await made();
    expect(await metrics(host)).toEqual(["256", "256"]);
    expect(await host.read("Get-NetRoute", TO, ["NextHop", "Protocol"])).toEqual([["0.0.0.0", "NetMgmt"]]);
    for (const [DestinationPrefix, NextHop] of [
      ["198.51.100.0/24", "203.0.113.9"],
      ["198.51.100.0/24", "192.0.2.9"],
      ["2001:db8::/32", "fe80::1"],
    ] as const)
      await host.ok("New-NetRoute", { InterfaceAlias: "NIC1", DestinationPrefix, NextHop });
  });

  it("IP-10: of the active store alone are gone after a restart, with what was set there alone", async () => {
    const host = await made({ PolicyStore: "ActiveStore" });
    await host.ok("New-NetRoute", { InterfaceAlias: "NIC1", DestinationPrefix: "198.51.100.0/24", RouteMetric: 9 });
    const other = { InterfaceAlias: ["NIC1"], DestinationPrefix: ["198.51.100.0/24"] };
    await host.ok("Set-NetRoute", { ...other, RouteMetric: 5, PolicyStore: "ActiveStore" });
    expect(await host.read("Get-NetRoute", other, ["RouteMetric"])).toEqual([["5"]]);
    host.machine.restart();
    await host.later(host.host.times.boot + SETTLED);
    expect(await host.read("Get-NetRoute", other, ["RouteMetric"])).toEqual([["9"]]);
    expect((await host.call("Get-NetRoute", TO)).errors).toHaveLength(1);
  });

  it("are set and removed in both stores unless one is named", async () => {
    const host = await made();
    await host.ok("Set-NetRoute", { ...TO, RouteMetric: 7 });
    expect(await metrics(host)).toEqual(["7", "7"]);
    await host.ok("Remove-NetRoute", { ...TO, PolicyStore: "ActiveStore", Confirm: false });
    expect(await metrics(host)).toEqual(["", "7"]);
    const again = { InterfaceAlias: "NIC1", DestinationPrefix: "203.0.113.0/24" };
    expect((await host.call("New-NetRoute", again)).errors[0]?.message).toBe("Instance MSFT_NetRoute already exists");
    await host.ok("Remove-NetRoute", { ...TO, Confirm: false });
    expect(await metrics(host)).toEqual(["", ""]);
    await host.ok("New-NetRoute", again);
  });
});

describe("frames", () => {
  const jumboOf = (name: string) => ({ Name: [name], RegistryKeyword: ["*JumboPacket"] });

  it("IP-22, EM-04: a value restarts the adapter; of one that has no such property a pattern finds nothing, without an error", async () => {
    const host = new Caller({
      nics: [
        { name: "NIC1", mac: "3CFDFE000001", jumboPackets: [1514, 9216] },
        { name: "NIC2", mac: "3CFDFE000002", jumboPackets: [] },
      ],
    });
    const status = async () => (await host.read("Get-NetAdapter", { Name: ["NIC1"] }, ["Status"]))[0]?.[0];
    const names = ["DisplayName", "RegistryValue", "ValidRegistryValues", "NumericParameterMaxValue"];
    expect(await host.read("Get-NetAdapterAdvancedProperty", jumboOf("NIC1"), names)).toEqual([
      ["Jumbo Frame", "1514", "1514,9216", ""],
    ]);
    await host.ok("Set-NetAdapterAdvancedProperty", { ...jumboOf("NIC1"), RegistryValue: ["9216"] });
    expect(await status()).toBe("Disconnected");
    await host.later(host.host.times.nicRestart);
    expect(await status()).toBe("Up");
    expect(await host.call("Get-NetAdapterAdvancedProperty", jumboOf("NIC2"))).toMatchObject({ out: [], errors: [] });
    const set = { ...jumboOf("NIC2"), RegistryValue: ["9216"] };
    expect(await host.call("Set-NetAdapterAdvancedProperty", set)).toMatchObject({ out: [], errors: [] });
  });

  it("UK-12: an interface of a team carries what each of its members does", async () => {
    const host = new Caller();
    await host.ok("New-NetLbfoTeam", { Name: "T", TeamMembers: ["NIC2", "NIC3"], Confirm: false });
    await host.later(SETTLED);
    await host.ok("Set-NetIPInterface", { InterfaceAlias: ["T"], NlMtuBytes: 9000 });
    const mtu = async () =>
      (await host.read("Get-NetIPInterface", { InterfaceAlias: ["T"], AddressFamily: "IPv4" }, ["NlMtu"]))[0]?.[0];
    expect(await mtu()).toBe("1500");
    await host.ok("Set-NetAdapterAdvancedProperty", { ...jumboOf("NIC2"), RegistryValue: ["9014"] });
    expect(await mtu()).toBe("1500");
    await host.ok("Set-NetAdapterAdvancedProperty", { ...jumboOf("NIC3"), RegistryValue: ["4088"] });
    expect(await mtu()).toBe("4074");
  });

  it("IP-20, IP-21, IP-22: an MTU is in force as far as the driver goes, on a vNIC after its restart", async () => {
    const host = new Caller({ switches: [{ name: "s", nics: ["NIC1"] }] });
    const mtu = async (alias: string) =>
      (await host.read("Get-NetIPInterface", { InterfaceAlias: [alias], AddressFamily: "IPv4" }, ["NlMtu"]))[0]?.[0];
    const vnic = "vEthernet (s)";
    for (const alias of ["NIC2", vnic])
      await host.ok("Set-NetIPInterface", { InterfaceAlias: [alias], NlMtuBytes: 9000 });
    expect([await mtu("NIC2"), await mtu(vnic)]).toEqual(["1500", "1500"]);
    const jumbo = { RegistryKeyword: ["*JumboPacket"], DisplayValue: "9014 Bytes" };
    await host.ok("Set-NetAdapterAdvancedProperty", { Name: ["NIC2"], ...jumbo });
    await host.ok("Set-NetAdapterAdvancedProperty", { Name: [vnic], ...jumbo, NoRestart: true });
    expect([await mtu("NIC2"), await mtu(vnic)]).toEqual(["9000", "1500"]);
    await host.ok("Restart-NetAdapter", { Name: [vnic] });
    expect(await mtu(vnic)).toBe("9000");
  });
});
