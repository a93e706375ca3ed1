// Adapters of VMs and of the management OS on the simulated host, by the ids of the facts: VA, VM, VL, TM.
import { describe, expect, it } from "vitest";
import { isObject } from "../../../../lab/windows/host/objects.js";
import type { Scenario } from "../../../../lab/windows/host/scenario.js";
import { Caller, type Parameters, SETTLED } from "./caller.js";

const HV = "Microsoft.HyperV.PowerShell.Commands";

const VMS: Partial<Scenario> = {
  switches: [
    { name: "set", nics: ["NIC1", "NIC2"] },
    { name: "inner", type: "Internal" },
  ],
  vms: [
    { name: "off", adapters: [{ switch: "set" }] },
    { name: "on", state: "Running", adapters: [{ switch: "set" }] },
    { name: "old", generation: 1, state: "Running", adapters: [{ switch: "set" }] },
    { name: "alone", adapters: [{}] },
  ],
};

const on = (cmdlet: string, parameters: Parameters) => [cmdlet, { VMName: "on", ...parameters }] as const;
const set = (parameters: Parameters) => on("Set-VMNetworkAdapter", parameters);
const vlan = (parameters: Parameters) => on("Set-VMNetworkAdapterVlan", parameters);

interface Refusal {
  readonly fact: string;
  readonly call: readonly [string, Parameters];
  readonly id: string;
  readonly message?: RegExp;
}

const REFUSALS: readonly Refusal[] = [
  {
    fact: "VA-02: no such adapter",
    call: on("Connect-VMNetworkAdapter", { Name: ["none"], SwitchName: "set" }),
    id: `ObjectNotFound,${HV}.ConnectVMNetworkAdapter`,
    message: /^No network adapter was found with the given criteria\.$/,
  },
  {
    fact: "VA-03: no such VM",
    call: ["Get-VM", { Name: ["none"] }],
    id: `InvalidParameter,${HV}.GetVM`,
    message: /^Hyper-V was unable to find a virtual machine with name "none"\.$/,
  },
  {
    fact: "VA-04: no such switch, and no half-made adapter",
    call: on("Add-VMNetworkAdapter", { SwitchName: "none" }),
    id: `InvalidParameter,${HV}.AddVMNetworkAdapter`,
    message: /virtual switch with name "none"/,
  },
  {
    fact: "VA-06: a legacy adapter in generation 2",
    call: ["Add-VMNetworkAdapter", { VMName: ["off"], IsLegacy: true }],
    id: `InvalidState,${HV}.AddVMNetworkAdapter`,
  },
  {
    fact: "VA-07: added to a running VM of generation 1",
    call: ["Add-VMNetworkAdapter", { VMName: ["old"] }],
    id: `InvalidState,${HV}.AddVMNetworkAdapter`,
    message: /^Failed to add device 'Synthetic Ethernet Port'\./,
  },
  {
    fact: "VA-07: removed from a running VM of generation 1",
    call: ["Remove-VMNetworkAdapter", { VMName: ["old"] }],
    id: `InvalidState,${HV}.RemoveVMNetworkAdapter`,
  },
  {
    fact: "VA-09: a MAC address while it runs",
    call: set({ StaticMacAddress: "02155D000001" }),
    id: `InvalidState,${HV}.SetVMNetworkAdapter`,
  },
  {
    fact: "VA-17: features of an adapter without a switch",
    call: ["Set-VMNetworkAdapter", { VMName: "alone", MacAddressSpoofing: "On" }],
    id: `InvalidState,${HV}.SetVMNetworkAdapter`,
    message: /^Modifying features of the Ethernet connection failed\.\r\nThe operation cannot be performed/,
  },
  {
    fact: "VM-02: no MAC address",
    call: ["Set-VMNetworkAdapter", { VMName: "off", StaticMacAddress: "02:15-5D:00:00:01" }],
    id: `InvalidParameter,${HV}.SetVMNetworkAdapter`,
    message: /^"StaticMacAddress" is not in the correct format\.$/,
  },
  {
    fact: "VM-03: a multicast address",
    call: ["Set-VMNetworkAdapter", { VMName: "off", StaticMacAddress: "03155D000001" }],
    id: `OperationFailed,${HV}.SetVMNetworkAdapter`,
    message: /^Failed to modify device 'Synthetic Ethernet Port'\./,
  },
  {
    fact: "SW-12: a weight on an absolute switch",
    call: set({ MinimumBandwidthWeight: 5 }),
    id: `OperationFailed,${HV}.SetVMNetworkAdapter`,
  },
  {
    fact: "IO-11: a weight above 100",
    call: set({ IovWeight: 101 }),
    id: `InvalidParameter,${HV}.SetVMNetworkAdapter`,
  },
  { fact: "VL-01: no mode", call: vlan({ VlanId: 5 }), id: `InvalidParameter,${HV}.SetVMNetworkAdapterVlan` },
  {
    fact: "VL-01: two modes",
    call: vlan({ Access: true, VlanId: 5, Untagged: true }),
    id: `InvalidParameter,${HV}.SetVMNetworkAdapterVlan`,
  },
  {
    fact: "VL-01: what the mode does not take",
    call: vlan({ Untagged: true, VlanId: 5 }),
    id: `InvalidParameter,${HV}.SetVMNetworkAdapterVlan`,
  },
  {
    fact: "VL-02: a trunk without native VLAN",
    call: vlan({ Trunk: true, AllowedVlanIdList: "5" }),
    id: `InvalidParameter,${HV}.SetVMNetworkAdapterVlan`,
  },
  {
    fact: "VL-02, UK-06: 4095",
    call: vlan({ Access: true, VlanId: 4095 }),
    id: `InvalidParameter,${HV}.SetVMNetworkAdapterVlan`,
  },
  {
    fact: "VL-02, UK-06: a list that is none",
    call: vlan({ Trunk: true, NativeVlanId: 0, AllowedVlanIdList: "9-5" }),
    id: `InvalidParameter,${HV}.SetVMNetworkAdapterVlan`,
  },
  {
    fact: "TM-01: a NIC of another switch",
    call: on("Set-VMNetworkAdapterTeamMapping", { PhysicalNetAdapterName: "NIC3" }),
    id: `InvalidParameter,${HV}.SetVMNetworkAdapterTeamMapping`,
  },
];

describe("what is refused", () => {
  it.each(REFUSALS)("$fact", async ({ call, id, message }) => {
    const host = new Caller(VMS);
    const before = JSON.stringify([host.host.state.vms, host.host.state.vnics]);
    const { errors } = await host.call(...call);
    expect(errors.map((error) => error.id)).toEqual([id]);
    expect(errors[0]?.message).toMatch(message ?? /./);
    expect(JSON.stringify([host.host.state.vms, host.host.state.vnics])).toBe(before);
  });

  it.each([
    ["2016", 8],
    ["2019", 64],
  ] as const)("VA-05: %s takes %i adapters", async (release, most) => {
    const host = new Caller({ release, vms: [{ name: "vm" }] });
    for (let at = 0; at < most; at++) await host.ok("Add-VMNetworkAdapter", { VMName: ["vm"] });
    const { errors } = await host.call("Add-VMNetworkAdapter", { VMName: ["vm"] });
    expect(errors[0]?.id).toBe(`InvalidState,${HV}.AddVMNetworkAdapter`);
  });

  it("VA-11: a host vNIC is not connected elsewhere", async () => {
    const host = new Caller(VMS);
    const vnics = await host.ok("Get-VMNetworkAdapter", { ManagementOS: true, Name: "inner" });
    const { terminating } = await host.call("Connect-VMNetworkAdapter", { VMNetworkAdapter: vnics, SwitchName: "set" });
    expect(terminating?.id).toBe(`CannotConvertArgumentNoMessage,${HV}.ConnectVMNetworkAdapter`);
  });

  it("VA-14: VLANs of twins", async () => {
    const host = new Caller(VMS);
    for (let at = 0; at < 2; at++)
      await host.ok("Add-VMNetworkAdapter", { ManagementOS: true, SwitchName: "set", Name: "twin" });
    const parameters = { ManagementOS: true, VMNetworkAdapterName: "twin", Access: true, VlanId: 5 };
    const { errors } = await host.call("Set-VMNetworkAdapterVlan", parameters);
    expect(errors[0]?.message).toBe("Object reference not set to an instance of an object.");
    expect(await host.read("Get-NetAdapter", { Name: ["vEthernet (twin)*"] }, ["Name"])).toEqual([
      ["vEthernet (twin)"],
      ["vEthernet (twin) 2"],
    ]);
  });

  it("TM-01: a second mapping, until the first is removed", async () => {
    const host = new Caller(VMS);
    const names = ["NetAdapterName", "DisableOnFailover"];
    await host.ok(...on("Set-VMNetworkAdapterTeamMapping", { PhysicalNetAdapterName: "NIC2" }));
    expect(await host.read(...on("Get-VMNetworkAdapterTeamMapping", {}), names)).toEqual([["NIC2", "None"]]);
    const { errors } = await host.call(...on("Set-VMNetworkAdapterTeamMapping", { PhysicalNetAdapterName: "NIC1" }));
    expect(errors[0]?.id).toBe(`InvalidState,${HV}.SetVMNetworkAdapterTeamMapping`);
    await host.ok(...on("Remove-VMNetworkAdapterTeamMapping", {}));
    await host.ok(...on("Set-VMNetworkAdapterTeamMapping", { PhysicalNetAdapterName: "NIC1" }));
  });
});

describe("what an adapter is", () => {
  it("VA-01: names are not unique, and removal takes all of one name", async () => {
    const host = new Caller(VMS);
    await host.ok("Add-VMNetworkAdapter", { VMName: ["off"] });
    await host.ok("Add-VMNetworkAdapter", { VMName: ["off"], Name: "other" });
    await host.ok("Remove-VMNetworkAdapter", { VMName: ["off"], Name: "Network Adapter" });
    expect(await host.read("Get-VMNetworkAdapter", { VMName: ["off"] }, ["Name"])).toEqual([["other"]]);
  });

  it("VA-08, VA-10, VA-18: settings are live, read back, and outlive a disconnection", async () => {
    const host = new Caller(VMS);
    const names = [
      "MacAddressSpoofing",
      "AllowTeaming",
      "DhcpGuard",
      "RouterGuard",
      "DeviceNaming",
      "VMQWeight",
      "IovWeight",
      "IovQueuePairsRequested",
      "IovInterruptModeration",
    ];
    const read = () => host.read(...on("Get-VMNetworkAdapter", {}), names);
    expect(await read()).toEqual([["Off", "Off", "Off", "Off", "Off", "100", "0", "1", "Default"]]);
    await host.ok(
      ...set({ MacAddressSpoofing: "On", AllowTeaming: "On", DeviceNaming: "On", MaximumBandwidth: 1_000_000_003 }),
    );
    await host.ok(...vlan({ Access: true, VlanId: 7 }));
    await host.ok(...on("Disconnect-VMNetworkAdapter", {}));
    await host.ok(...on("Connect-VMNetworkAdapter", { SwitchName: "inner" }));
    expect(await read()).toEqual([["On", "On", "Off", "Off", "On", "100", "0", "1", "Default"]]);
    expect(await host.read(...on("Get-VMNetworkAdapterVlan", {}), ["OperationMode", "AccessVlanId"])).toEqual([
      ["Access", "7"],
    ]);
    const [adapter] = await host.ok(...on("Get-VMNetworkAdapter", {}));
    const bandwidth = adapter?.properties.get("BandwidthSetting") ?? null;
    expect(isObject(bandwidth) && bandwidth.properties.get("MaximumBandwidth")).toBe(1_000_000_000);
  });

  it("VA-13, IP-02: a removed vNIC may leave a ghost with its alias and address", async () => {
    const host = new Caller({ ...VMS, quirks: { ghosts: true } });
    const address = { IPAddress: "198.51.100.1", PrefixLength: 24 };
    await host.ok("New-NetIPAddress", { InterfaceAlias: "vEthernet (inner)", ...address });
    await host.ok("Remove-VMNetworkAdapter", { ManagementOS: true, Name: "inner" });
    await host.ok("Add-VMNetworkAdapter", { ManagementOS: true, SwitchName: "inner", Name: "inner" });
    await host.later(SETTLED);
    expect(await host.read("Get-NetAdapter", { Name: ["vEthernet (inner)*"] }, ["Name"])).toEqual([
      ["vEthernet (inner) 2"],
    ]);
    expect(await host.ok("Get-NetAdapter", { Name: ["vEthernet (inner)"], IncludeHidden: true })).toHaveLength(1);
    const { errors } = await host.call("New-NetIPAddress", { InterfaceAlias: "vEthernet (inner) 2", ...address });
    expect(errors[0]).toMatchObject({
      id: "Windows System Error 5010,New-NetIPAddress",
      message: "The object already exists.",
    });
  });

  it("VM-01, VM-04: addresses are read back as digits, dynamic ones come with the first start", async () => {
    const host = new Caller(VMS);
    const read = () =>
      host.read("Get-VMNetworkAdapter", { VMName: ["off"] }, ["MacAddress", "DynamicMacAddressEnabled"]);
    expect(await read()).toEqual([["000000000000", "true"]]);
    await host.ok("Start-VM", { Name: ["off"] });
    expect((await read())[0]?.[0]).toMatch(/^00155D/);
    await host.ok("Stop-VM", { Name: ["off"] });
    await host.ok("Set-VMNetworkAdapter", { VMName: "off", StaticMacAddress: "02-15-5d-00-00-0a" });
    expect(await read()).toEqual([["02155D00000A", "false"]]);
  });

  it.each([
    [
      { Trunk: true, NativeVlanId: 0, AllowedVlanIdList: "20-22,10,21" },
      ["Trunk", "0", "0", "10,20,21,22", "10,20-22", "0"],
    ],
    [{ Access: true, VlanId: 12 }, ["Access", "12", "0", "", "", "0"]],
    [{ Isolated: true, PrimaryVlanId: 2, SecondaryVlanId: 3 }, ["Private", "0", "0", "", "", "1"]],
    [{ Promiscuous: true, PrimaryVlanId: 2, SecondaryVlanIdList: "3-4" }, ["Private", "0", "0", "", "", "3"]],
    [{ Untagged: true }, ["Untagged", "0", "0", "", "", "0"]],
  ])("VL-03, VL-04: %j is read back", async (parameters, expected) => {
    const host = new Caller(VMS);
    await host.ok(...vlan(parameters));
    const [found] = await host.ok(...on("Get-VMNetworkAdapterVlan", {}));
    const value = (name: string) => found?.properties.get(name);
    const text = (name: string) => {
      const one = value(name);
      return Array.isArray(one) ? one.join(",") : String((one as { name?: string } | null)?.name ?? one);
    };
    const names = ["OperationMode", "AccessVlanId", "NativeVlanId", "AllowedVlanIdList", "AllowedVlanIdListString"];
    const mode = value("PrivateVlanMode") as unknown as { number: number };
    expect([...names.map(text), String(mode.number)]).toEqual(expected);
  });

  it("VL-05: an adapter of the Isolation family is not one of the Vlan family", async () => {
    const host = new Caller(VMS);
    await host.ok(...on("Set-VMNetworkAdapterIsolation", { IsolationMode: "Vlan", DefaultIsolationID: 9 }));
    const { errors } = await host.call(...vlan({ Untagged: true }));
    expect(errors[0]?.id).toBe(`InvalidState,${HV}.SetVMNetworkAdapterVlan`);
  });

  it("VL-07: without a name it goes to every host vNIC", async () => {
    const host = new Caller(VMS);
    await host.ok("Set-VMNetworkAdapterVlan", { ManagementOS: true, Access: true, VlanId: 5 });
    const read = await host.read("Get-VMNetworkAdapterVlan", { ManagementOS: true }, ["AccessVlanId"]);
    expect(read).toEqual([["5"], ["5"]]);
  });

  it("EM-08: starting what runs is a warning", async () => {
    const { warnings, errors } = await new Caller(VMS).call("Start-VM", { Name: ["on"] });
    expect([warnings, errors]).toEqual([["The virtual machine is already in the specified state."], []]);
  });
});
