// LBFO teams of the simulated host, by the ids of the facts: LB.
import { describe, expect, it } from "vitest";
import type { Scenario } from "../../../../lab/windows/host/scenario.js";
import { Caller, HOST, type Parameters, SETTLED } from "./caller.js";

const sure = { Confirm: false };
const TEAM: readonly [string, Parameters] = ["New-NetLbfoTeam", { Name: "T", TeamMembers: ["NIC1", "NIC2"], ...sure }];

interface Refusal {
  readonly fact: string;
  readonly call: readonly [string, Parameters];
  readonly first?: readonly (readonly [string, Parameters])[];
  readonly scenario?: Partial<Scenario>;
  readonly id?: string;
}

const REFUSALS: readonly Refusal[] = [
  { fact: "LB-16: a member of another team", call: ["New-NetLbfoTeam", { Name: "U", TeamMembers: ["NIC2"], ...sure }] },
  {
    fact: "LB-16: a NIC under a switch",
    first: [["New-VMSwitch", { Name: "s", NetAdapterName: ["NIC3"] }]],
    call: ["New-NetLbfoTeam", { Name: "U", TeamMembers: ["NIC3"], ...sure }],
  },
  {
    fact: "LB-16: a host vNIC",
    first: [["New-VMSwitch", { Name: "s", SwitchType: "Internal" }]],
    call: ["New-NetLbfoTeam", { Name: "U", TeamMembers: ["vEthernet (s)"], ...sure }],
  },
  { fact: "LB-02: a name that is none", call: ["New-NetLbfoTeam", { Name: "U", TeamMembers: ["X*"], ...sure }] },
  {
    fact: "LB-02: standby in a static team",
    first: [["Set-NetLbfoTeam", { Name: ["T"], TeamingMode: "Static", ...sure }]],
    call: ["Set-NetLbfoTeamMember", { Name: ["NIC1"], AdministrativeMode: "Standby", ...sure }],
  },
  {
    fact: "LB-02: a second standby member",
    first: [["Set-NetLbfoTeamMember", { Name: ["NIC1"], AdministrativeMode: "Standby", ...sure }]],
    call: ["Set-NetLbfoTeamMember", { Name: ["NIC2"], AdministrativeMode: "Standby", ...sure }],
  },
  {
    fact: "LB-12: the last member",
    first: [["Remove-NetLbfoTeamMember", { Name: ["NIC1"], Team: ["T"], ...sure }]],
    call: ["Remove-NetLbfoTeamMember", { Name: ["NIC2"], Team: ["T"], ...sure }],
  },
  {
    fact: "LB-12: the primary team NIC",
    first: [["Set-NetLbfoTeamNic", { Name: ["T"], VlanID: 5, ...sure }]],
    call: ["Remove-NetLbfoTeamNic", { Team: ["T"], VlanID: [5], ...sure }],
  },
  {
    fact: "LB-12: a VLAN twice",
    first: [["Add-NetLbfoTeamNic", { Team: "T", VlanID: 5, ...sure }]],
    call: ["Add-NetLbfoTeamNic", { Team: "T", VlanID: 5, Name: "other", ...sure }],
  },
  {
    fact: "LB-13, UK-05: a team under a switch",
    scenario: { release: "2019" },
    first: [["New-VMSwitch", { Name: "s", NetAdapterName: ["T"] }]],
    call: ["Remove-NetLbfoTeam", { Name: ["T"], ...sure }],
  },
  {
    fact: "LB-15: no such team",
    call: ["Get-NetLbfoTeam", { Name: ["none"] }],
    id: "CmdletizationQuery_NotFound_Name,Get-NetLbfoTeam",
  },
];

describe("what is refused", () => {
  it.each(REFUSALS)("$fact", async ({ call, first, scenario, id }) => {
    const host = new Caller(scenario);
    for (const [cmdlet, parameters] of [TEAM, ...(first ?? [])]) await host.ok(cmdlet, parameters);
    const before = JSON.stringify(host.host.state.teams);
    const { errors } = await host.call(...call);
    expect(errors.map((error) => error.id)).toEqual([id ?? `Windows System Error 87,${call[0]}`]);
    expect(JSON.stringify(host.host.state.teams)).toBe(before);
  });

  it("LB-01: it asks", async () => {
    const { terminating } = await new Caller().call("New-NetLbfoTeam", { Name: "T", TeamMembers: ["NIC1"] });
    expect(terminating?.message).toMatch(/^Windows PowerShell is in NonInteractive mode/);
  });

  it("LB-14: on a client", async () => {
    const { errors } = await new Caller({ role: "client" }).call(...TEAM);
    expect(errors).toEqual([
      expect.objectContaining({
        id: "MI RESULT 1,New-NetLbfoTeam",
        category: "NotSpecified",
        message: "The LBFO feature is not currently enabled, or LBFO is not supported on this SKU.",
        target: "MSFT_NetLbfoTeam:root/StandardCimv2/MSFT_NetLbfoTeam",
      }),
    ]);
  });
});

describe("what a team is", () => {
  it("LB-03, LB-04, LB-06: comes up late, with the MAC of a member", async () => {
    const host = new Caller();
    await host.ok(...TEAM);
    const names = ["TeamingMode", "LoadBalancingAlgorithm", "Status", "Members", "TeamNics"];
    const read = () => host.read("Get-NetLbfoTeam", { Name: ["T"] }, names);
    expect(await read()).toEqual([["SwitchIndependent", "Dynamic", "Down", "NIC1,NIC2", "T"]]);
    await host.later(host.host.times.rebind + 1);
    expect(await host.read("Get-NetLbfoTeamMember", {}, ["OperationalStatus", "FailureReason"])).toEqual([
      ["Failed", "WaitingForStableConnectivity"],
      ["Failed", "WaitingForStableConnectivity"],
    ]);
    await host.later(SETTLED);
    expect((await read())[0]?.[2]).toBe("Up");
    const nic = ["InterfaceDescription", "MacAddress", "Status", "LinkSpeed"];
    expect(await host.read("Get-NetAdapter", { Name: ["T"] }, nic)).toEqual([
      ["Microsoft Network Adapter Multiplexor Driver", "3C-FD-FE-00-00-01", "Up", "50 Gbps"],
    ]);
  });

  it("LB-05: addresses of members are gone, not moved", async () => {
    const host = new Caller();
    await host.ok(...TEAM);
    await host.later(SETTLED);
    expect(host.machine.answers()).toBe(false);
    const { errors } = await host.call("Get-NetIPAddress", { IPAddress: ["192.0.2.11"] });
    expect(errors).toHaveLength(1);
    await host.ok("New-NetIPAddress", { InterfaceAlias: "T", IPAddress: "192.0.2.11", PrefixLength: 24 });
    await host.later(SETTLED);
    expect(host.machine.answers()).toBe(true);
  });

  it("LB-06: a team NIC takes no address at once", async () => {
    const host = new Caller();
    await host.ok(...TEAM);
    const address = { InterfaceAlias: "T", IPAddress: "192.0.2.11", PrefixLength: 24 };
    const { errors } = await host.call("New-NetIPAddress", address);
    expect(errors[0]?.id).toBe("Windows System Error 1168,New-NetIPAddress");
  });

  it.each([
    [true, "Up", "NoFailure"],
    [false, "Down", "LacpNegotiationIssue"],
  ])("LB-07: LACP with a partner: %s", async (lacpPartner, status, reason) => {
    const nics = HOST.nics.map((nic) => ({ ...nic, lacpPartner }));
    const host = new Caller({ nics });
    await host.ok("New-NetLbfoTeam", { Name: "T", TeamMembers: ["NIC*"], TeamingMode: "Lacp", ...sure });
    await host.later(SETTLED);
    expect(await host.read("Get-NetLbfoTeam", {}, ["Status"])).toEqual([["Down"]]);
    await host.later(120_000);
    expect(await host.read("Get-NetLbfoTeam", {}, ["Status"])).toEqual([[status]]);
    expect((await host.read("Get-NetLbfoTeamMember", {}, ["FailureReason"]))[0]).toEqual([reason]);
  });

  it("LB-10, LB-02: degraded by a lost link, carried by its standby", async () => {
    const host = new Caller();
    await host.ok(...TEAM);
    await host.ok("Set-NetLbfoTeamMember", { Name: ["NIC2"], AdministrativeMode: "Standby", ...sure });
    await host.later(SETTLED);
    const read = () => host.read("Get-NetLbfoTeamMember", {}, ["Name", "OperationalStatus"]);
    expect(await read()).toEqual([
      ["NIC1", "Active"],
      ["NIC2", "Standby"],
    ]);
    const nic = host.host.adapterNamed("NIC1")?.hardware;
    if (nic) nic.linked = false;
    expect(await read()).toEqual([
      ["NIC1", "Failed"],
      ["NIC2", "Active"],
    ]);
    expect(await host.read("Get-NetLbfoTeam", {}, ["Status"])).toEqual([["Degraded"]]);
  });

  it("LB-11: interfaces of VLANs are named by them, and the primary goes back to its default", async () => {
    const host = new Caller();
    await host.ok(...TEAM);
    await host.ok("Add-NetLbfoTeamNic", { Team: "T", VlanID: 5, ...sure });
    await host.ok("Set-NetLbfoTeamNic", { Name: ["T"], VlanID: 6, ...sure });
    const names = ["Name", "VlanID", "Primary", "Default"];
    expect(await host.read("Get-NetLbfoTeamNic", {}, names)).toEqual([
      ["T - VLAN 6", "6", "true", "false"],
      ["T - VLAN 5", "5", "false", "false"],
    ]);
    await host.ok("Set-NetLbfoTeamNic", { Name: ["T - VLAN 6"], Default: true, ...sure });
    expect((await host.read("Get-NetLbfoTeamNic", {}, names))[0]).toEqual(["T", "", "true", "true"]);
  });

  it("LB-17: in a guest, a member whose switch does not lead outside fails", async () => {
    const nics = HOST.nics.map((nic, at) => ({ ...nic, externalSwitch: at !== 1 }));
    const host = new Caller({ nics, role: "server" });
    await host.ok(...TEAM);
    await host.later(SETTLED);
    expect(await host.read("Get-NetLbfoTeamMember", {}, ["FailureReason"])).toEqual([
      ["NoFailure"],
      ["VirtualSwitchLacksExternalConnectivity"],
    ]);
    expect(host.machine.seen(4).cmdlet("New-VMSwitch")).toBeUndefined();
  });

  it("SE-06, section 8: a switch on a team, as the release has it", async () => {
    for (const [release, more] of [
      ["2016", {}],
      ["2019", {}],
      ["2022", { AllowNetLbfoTeams: true }],
      ["2025", { AllowNetLbfoTeams: true }],
    ] as const) {
      const host = new Caller({ release });
      await host.ok(...TEAM);
      await host.ok("New-VMSwitch", { Name: "s", NetAdapterName: ["T"], ...more });
      const names = ["NetAdapterInterfaceDescription", "EmbeddedTeamingEnabled"];
      expect(await host.read("Get-VMSwitch", {}, names)).toEqual([
        ["Microsoft Network Adapter Multiplexor Driver", "false"],
      ]);
    }
  });
});
