// Virtual switches of the simulated host, by the ids of the facts that they keep to: SW, SE, SR.
import { describe, expect, it } from "vitest";
import { Caller, type Parameters, SETTLED } from "./caller.js";

const HV = "Microsoft.HyperV.PowerShell.Commands";

interface Refusal {
  readonly fact: string;
  readonly first?: readonly (readonly [string, Parameters])[];
  readonly call: readonly [string, Parameters];
  readonly id: string;
  readonly category: string;
  readonly message: RegExp;
  readonly scenario?: ConstructorParameters<typeof Caller>[0];
}

const EXTERNAL: readonly [string, Parameters] = ["New-VMSwitch", { Name: "s", NetAdapterName: ["NIC1"] }];
const TEAM: readonly [string, Parameters] = [
  "New-NetLbfoTeam",
  { Name: "T", TeamMembers: ["NIC2", "NIC3"], Confirm: false },
];

const REFUSALS: readonly Refusal[] = [
  {
    fact: "SE-01: no such switch",
    call: ["Get-VMSwitch", { Name: "none" }],
    id: `InvalidParameter,${HV}.GetVMSwitch`,
    category: "InvalidArgument",
    message: /^Hyper-V was unable to find a virtual switch with name "none"\.$/,
  },
  {
    fact: "SE-01: of the class of the cmdlet",
    call: ["Remove-VMSwitch", { Name: ["none"], Force: true }],
    id: `InvalidParameter,${HV}.RemoveVMSwitch`,
    category: "InvalidArgument",
    message: /virtual switch with name "none"/,
  },
  {
    fact: "SE-02: a NIC that a switch has",
    first: [EXTERNAL],
    call: ["New-VMSwitch", { Name: "other", NetAdapterName: ["NIC1"] }],
    id: `ObjectInUse,${HV}.NewVMSwitch`,
    category: "ResourceBusy",
    message: /connections\.\r\nExternal Ethernet adapter 'Intel.*' is already bound to the Microsoft Virtual Switch/,
  },
  {
    fact: "SE-03, UK-04: a member of a team",
    first: [TEAM],
    call: ["New-VMSwitch", { Name: "s", NetAdapterName: ["NIC2"] }],
    id: `ObjectNotFound,${HV}.NewVMSwitch`,
    category: "ObjectNotFound",
    message: /Ethernet port '\{.*\}' bind failed: Element not found\. \(0x80070490\)/,
  },
  {
    fact: "SE-05: no such NIC",
    call: ["New-VMSwitch", { Name: "s", NetAdapterName: ["none"] }],
    id: `ObjectNotFound,${HV}.NewVMSwitch`,
    category: "ObjectNotFound",
    message: /Physical network adapter 'none' not found/,
  },
  {
    fact: "SE-06: a team under a switch on 2022",
    first: [TEAM],
    call: ["New-VMSwitch", { Name: "s", NetAdapterName: ["T"] }],
    id: `OperationFailed,${HV}.NewVMSwitch`,
    category: "NotSpecified",
    message: /use the AllowNetLbfoTeams option in New-VMSwitch\.$/,
  },
  {
    fact: "SE-09: a running VM is connected",
    scenario: { vms: [{ name: "vm", state: "Running", adapters: [{}] }] },
    first: [EXTERNAL, ["Connect-VMNetworkAdapter", { VMName: ["vm"], SwitchName: "s" }]],
    call: ["Remove-VMSwitch", { Name: ["s"], Force: true }],
    id: `OperationFailed,${HV}.RemoveVMSwitch`,
    category: "NotSpecified",
    message: /'s' cannot be deleted because it is being used by running virtual machines/,
  },
  {
    fact: "SE-10: no team",
    first: [EXTERNAL],
    call: ["Add-VMSwitchTeamMember", { VMSwitchName: ["s"], NetAdapterName: ["NIC2"] }],
    id: `InvalidParameter,${HV}.AddVMSwitchTeamMember`,
    category: "InvalidArgument",
    message: /^Value cannot be null\.\r\nParameter name: source$/,
  },
  {
    fact: "SE-11: nothing to set",
    first: [EXTERNAL],
    call: ["Set-VMSwitch", { Name: ["s"] }],
    id: `InvalidParameter,${HV}.SetVMSwitch`,
    category: "InvalidArgument",
    message: /^You must specify at least one parameter/,
  },
  {
    fact: "SW-04: members of a team are not changed by Set-VMSwitch",
    first: [["New-VMSwitch", { Name: "s", NetAdapterName: ["NIC1", "NIC2"] }]],
    call: ["Set-VMSwitch", { Name: ["s"], NetAdapterName: "NIC3" }],
    id: `OperationFailed,${HV}.SetVMSwitch`,
    category: "NotSpecified",
    message: /embedded teaming/,
  },
  {
    fact: "SW-05, UK-02: more than eight members",
    scenario: {
      nics: Array.from({ length: 9 }, (_, at) => ({ name: `P${at}`, mac: `3CFDFE00010${at}` })),
    },
    call: ["New-VMSwitch", { Name: "s", NetAdapterName: Array.from({ length: 9 }, (_, at) => `P${at}`) }],
    id: `OperationFailed,${HV}.NewVMSwitch`,
    category: "NotSpecified",
    message: /at most 8/,
  },
  {
    fact: "SW-07: Packet Direct beside SR-IOV",
    call: ["New-VMSwitch", { Name: "s", NetAdapterName: ["NIC1"], EnableIov: true, EnablePacketDirect: true }],
    id: `InvalidParameter,${HV}.NewVMSwitch`,
    category: "InvalidArgument",
    message: /Packet Direct/,
  },
  {
    fact: "SW-10: a bandwidth mode beside SR-IOV",
    call: ["New-VMSwitch", { Name: "s", NetAdapterName: ["NIC1"], EnableIov: true, MinimumBandwidthMode: "Weight" }],
    id: `InvalidParameter,${HV}.NewVMSwitch`,
    category: "InvalidArgument",
    message: /bandwidth/,
  },
  {
    fact: "LB-13: a team with several interfaces under a switch",
    scenario: { release: "2019" },
    first: [TEAM, ["Add-NetLbfoTeamNic", { Team: "T", VlanID: 5, Confirm: false }]],
    call: ["New-VMSwitch", { Name: "s", NetAdapterName: ["T"] }],
    id: `OperationFailed,${HV}.NewVMSwitch`,
    category: "NotSpecified",
    message: /bind failed/,
  },
];

describe("what is refused", () => {
  it.each(REFUSALS)("$fact", async ({ scenario, first, call, id, category, message }) => {
    const host = new Caller(scenario);
    for (const [cmdlet, parameters] of first ?? []) await host.ok(cmdlet, parameters);
    const before = JSON.stringify(host.host.state.switches);
    const { errors } = await host.call(...call);
    expect(errors).toEqual([expect.objectContaining({ id, category, exception: "VirtualizationException" })]);
    expect(errors[0]?.message).toMatch(message);
    expect(JSON.stringify(host.host.state.switches)).toBe(before);
  });

  it("SW-18: a parameter of 2022 on 2019", async () => {
    const host = new Caller({ release: "2019" });
    const { terminating } = await host.call("New-VMSwitch", {
      Name: "s",
      NetAdapterName: ["NIC1"],
      AllowNetLbfoTeams: true,
    });
    expect(terminating?.id).toBe(`NamedParameterNotFound,${HV}.NewVMSwitch`);
    const [[shown]] = [await host.ok("New-VMSwitch", { Name: "s", NetAdapterName: ["NIC1"] })];
    expect(shown?.properties.has("AllowNetLbfoTeams")).toBe(false);
  });

  it("SH-08: removing one asks", async () => {
    const host = new Caller();
    await host.ok(...EXTERNAL);
    const { terminating } = await host.call("Remove-VMSwitch", { Name: ["s"], Confirm: false });
    expect(terminating?.message).toMatch(/^Windows PowerShell is in NonInteractive mode/);
    expect(host.host.state.switches).toHaveLength(1);
  });

  it("SW-16: no switches and no name is no error", async () => {
    expect(await new Caller().call("Get-VMSwitch")).toMatchObject({ out: [], errors: [] });
  });
});

describe("what a switch is", () => {
  it("SW-03, SW-17: several NICs make a team, whose description no adapter has", async () => {
    const host = new Caller();
    await host.ok("New-VMSwitch", { Name: "s", NetAdapterName: ["NIC1", "NIC2"], Notes: "ours" });
    const names = ["EmbeddedTeamingEnabled", "NetAdapterInterfaceDescription", "SwitchType", "Notes"];
    expect(await host.read("Get-VMSwitch", { Name: "s" }, names)).toEqual([
      ["true", "Teamed-Interface", "External", "ours"],
    ]);
    expect(await host.read("Get-VMSwitchTeam", { Name: "s" }, ["TeamingMode", "LoadBalancingAlgorithm"])).toEqual([
      ["SwitchIndependent", "Dynamic"],
    ]);
    await host.ok("Set-VMSwitchTeam", { Name: ["s"], LoadBalancingAlgorithm: "HyperVPort" });
    expect(await host.read("Get-VMSwitchTeam", {}, ["LoadBalancingAlgorithm"])).toEqual([["HyperVPort"]]);
  });

  it("SW-09, SW-11, SR-03: SR-IOV is taken, whatever the NIC can do, and told", async () => {
    const names = ["IovEnabled", "IovSupport", "IovVirtualFunctionCount", "BandwidthReservationMode"];
    const host = new Caller();
    await host.ok("New-VMSwitch", { Name: "can", NetAdapterName: ["NIC1"], EnableIov: true });
    await host.ok("New-VMSwitch", { Name: "cannot", NetAdapterName: ["NIC3"], EnableIov: true });
    await host.ok("New-VMSwitch", { Name: "off", NetAdapterName: ["NIC2"] });
    await host.later(SETTLED);
    expect(await host.read("Get-VMSwitch", {}, names)).toEqual([
      ["true", "true", "8", "None"],
      ["true", "false", "0", "None"],
      ["false", "true", "0", "Absolute"],
    ]);
  });

  it("SW-12: a share of the speed in whole bytes, in the unit of the mode", async () => {
    const host = new Caller();
    await host.ok("New-VMSwitch", { Name: "s", NetAdapterName: ["NIC1"], MinimumBandwidthMode: "Absolute" });
    await host.ok("Set-VMSwitch", { Name: ["s"], DefaultFlowMinimumBandwidthAbsolute: 1_000_000_007 });
    const names = ["DefaultFlowMinimumBandwidthAbsolute"];
    expect(await host.read("Get-VMSwitch", {}, names)).toEqual([["1000000000"]]);
    const { errors } = await host.call("Set-VMSwitch", { Name: ["s"], DefaultFlowMinimumBandwidthWeight: 10 });
    expect(errors[0]?.id).toBe(`OperationFailed,${HV}.SetVMSwitch`);
  });

  it("SW-14: two of one name are found both, and none by -SwitchName", async () => {
    const host = new Caller({ vms: [{ name: "vm", adapters: [{}] }] });
    await host.ok("New-VMSwitch", { Name: "s", SwitchType: "Internal" });
    await host.ok("New-VMSwitch", { Name: "s", SwitchType: "Private" });
    expect(await host.ok("Get-VMSwitch", { Name: "s" })).toHaveLength(2);
    const { errors } = await host.call("Connect-VMNetworkAdapter", { VMName: ["vm"], SwitchName: "s" });
    expect(errors[0]?.id).toBe(`InvalidParameter,${HV}.ConnectVMNetworkAdapter`);
  });
});
