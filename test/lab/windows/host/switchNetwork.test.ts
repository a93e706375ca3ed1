// What a virtual switch does to the simulated host's own network, by the ids of the facts: SH.
import { describe, expect, it } from "vitest";
import { Caller, type Parameters, SETTLED } from "./caller.js";

const HV = "Microsoft.HyperV.PowerShell.Commands";

const EXTERNAL: readonly [string, Parameters] = ["New-VMSwitch", { Name: "s", NetAdapterName: ["NIC1"] }];

describe("what it does to the host's own network", () => {
  const ADDRESS = ["InterfaceAlias", "IPAddress", "AddressState"];
  const v4 = async (host: Caller) =>
    (await host.read("Get-NetIPAddress", { AddressFamily: "IPv4" }, ADDRESS)).filter(([, ip]) => ip !== "127.0.0.1");

  it("SH-01, SH-02, SH-03: addresses, routes and MAC go to the vNIC", async () => {
    const host = new Caller();
    await host.ok(...EXTERNAL);
    await host.later(SETTLED);
    expect(await v4(host)).toEqual([["vEthernet (s)", "192.0.2.11", "Preferred"]]);
    expect(await host.read("Get-NetRoute", { DestinationPrefix: "0.0.0.0/0" }, ["InterfaceAlias", "NextHop"])).toEqual([
      ["vEthernet (s)", "192.0.2.1"],
    ]);
    expect(await host.read("Get-NetAdapter", { Name: ["NIC1", "vEthernet (s)"] }, ["Status", "MacAddress"])).toEqual([
      ["Up", "3C-FD-FE-00-00-01"],
      ["Up", "3C-FD-FE-00-00-01"],
    ]);
    const { errors } = await host.call("Get-NetIPInterface", { InterfaceAlias: ["NIC1"] });
    expect(errors[0]?.id).toBe("CmdletizationQuery_NotFound_InterfaceAlias,Get-NetIPInterface");
    const bound = await host.read("Get-NetAdapterBinding", { Name: ["NIC1"] }, ["ComponentID", "Enabled"]);
    expect(bound.filter(([, enabled]) => enabled === "true")).toEqual([["vms_pp", "true"]]);
  });

  it("SH-04, UK-08: nobody gets through meanwhile", async () => {
    const host = new Caller();
    expect(host.machine.answers()).toBe(true);
    await host.ok(...EXTERNAL);
    expect(host.machine.answers()).toBe(false);
    await host.later(host.host.times.rebind);
    expect(host.machine.answers()).toBe(false);
    await host.later(host.host.times.addressCheck);
    expect(host.machine.answers()).toBe(true);
  });

  it("SH-05: without the management OS the address is gone, and every vNIC", async () => {
    const host = new Caller();
    await host.ok(...EXTERNAL);
    await host.ok("Add-VMNetworkAdapter", { ManagementOS: true, SwitchName: "s", Name: "extra" });
    await host.later(SETTLED);
    await host.ok("Set-VMSwitch", { Name: ["s"], AllowManagementOS: false });
    await host.later(SETTLED);
    expect(await host.ok("Get-VMNetworkAdapter", { ManagementOS: true })).toEqual([]);
    expect(host.machine.answers()).toBe(false);
  });

  it.each([
    [false, []],
    [true, [["NIC1", "192.0.2.11", "Preferred"]]],
  ])(
    "SH-05: a NIC whose switch the host has no part in has its addresses afterwards: %s",
    async (nicKeepsAddresses, left) => {
      const host = new Caller({ quirks: { nicKeepsAddresses } });
      await host.ok("New-VMSwitch", { Name: "s", NetAdapterName: ["NIC1"], AllowManagementOS: false });
      await host.ok("Add-VMNetworkAdapter", { ManagementOS: true, SwitchName: "s", Name: "m" });
      await host.later(SETTLED);
      expect(await v4(host)).toEqual([]);
      await host.ok("New-NetIPAddress", { InterfaceAlias: "vEthernet (m)", IPAddress: "192.0.2.11", PrefixLength: 24 });
      await host.ok("Remove-VMNetworkAdapter", { ManagementOS: true, Name: "m" });
      await host.ok("Remove-VMSwitch", { Name: ["s"], Force: true });
      await host.later(SETTLED);
      expect(await v4(host)).toEqual(left);
    },
  );

  it("SH-06: internal turns private, and back", async () => {
    const host = new Caller();
    await host.ok("New-VMSwitch", { Name: "s", SwitchType: "Internal" });
    await host.ok("Set-VMSwitch", { Name: ["s"], AllowManagementOS: false });
    expect(await host.read("Get-VMSwitch", {}, ["SwitchType"])).toEqual([["Private"]]);
    await host.ok("Set-VMSwitch", { Name: ["s"], AllowManagementOS: true });
    expect(await host.read("Get-VMSwitch", {}, ["SwitchType"])).toEqual([["Internal"]]);
  });

  it("SH-07: a removed switch hands the address back later", async () => {
    const host = new Caller();
    await host.ok(...EXTERNAL);
    await host.later(SETTLED);
    await host.ok("Remove-VMSwitch", { Name: ["s"], Force: true });
    expect(await v4(host)).toEqual([]);
    await host.later(SETTLED);
    expect(await v4(host)).toEqual([["NIC1", "192.0.2.11", "Preferred"]]);
    expect(host.machine.answers()).toBe(true);
  });

  it("SH-07, SH-16: a machine that stops on the way keeps a NIC that no switch has and no IP finds, until it is unbound", async () => {
    const host = new Caller();
    await host.ok(...EXTERNAL);
    await host.later(SETTLED);
    await host.ok("Remove-VMSwitch", { Name: ["s"], Force: true });
    host.machine.restart();
    await host.later(host.host.times.boot + SETTLED);
    expect(host.machine.answers()).toBe(false);
    const { errors } = await host.call(...EXTERNAL);
    expect(errors[0]?.id).toBe(`ObjectInUse,${HV}.NewVMSwitch`);
    await host.ok("Disable-NetAdapterBinding", { Name: ["NIC1"], ComponentID: ["vms_pp"] });
    await host.ok(...EXTERNAL);
  });

  it("SH-09: adapters of stopped VMs are left unconnected", async () => {
    const host = new Caller({ vms: [{ name: "vm", adapters: [{}] }] });
    await host.ok(...EXTERNAL);
    await host.ok("Connect-VMNetworkAdapter", { VMName: ["vm"], SwitchName: "s" });
    await host.ok("Remove-VMSwitch", { Name: ["s"], Force: true });
    expect(await host.read("Get-VMNetworkAdapter", { VMName: ["vm"] }, ["SwitchName", "Connected"])).toEqual([
      ["", "false"],
    ]);
  });

  it("SH-10: DNS servers may stay behind", async () => {
    const host = new Caller({ quirks: { losesDns: true } });
    await host.ok(...EXTERNAL);
    await host.later(SETTLED);
    const servers = { InterfaceAlias: ["vEthernet (s)"], AddressFamily: "IPv4" };
    expect(await host.read("Get-DnsClientServerAddress", servers, ["ServerAddresses"])).toEqual([[""]]);
  });

  it("SH-11: a vNIC takes no address at once", async () => {
    const host = new Caller();
    await host.ok("New-VMSwitch", { Name: "s", SwitchType: "Internal" });
    const address = { InterfaceAlias: "vEthernet (s)", IPAddress: "198.51.100.1", PrefixLength: 24 };
    const { errors } = await host.call("New-NetIPAddress", address);
    expect(errors[0]).toMatchObject({
      id: "Windows System Error 1168,New-NetIPAddress",
      message: "Element not found.",
    });
    await host.later(SETTLED);
    expect(await host.ok("New-NetIPAddress", address)).toHaveLength(2);
  });

  it("SH-13: members are replaced, and those that leave have their own IP again", async () => {
    const host = new Caller();
    await host.ok("New-VMSwitch", { Name: "s", NetAdapterName: ["NIC1", "NIC2"] });
    await host.later(SETTLED);
    await host.ok("Set-VMSwitchTeam", { Name: ["s"], NetAdapterName: ["NIC2", "NIC3"] });
    expect(host.machine.answers()).toBe(true);
    expect(await host.ok("Get-NetIPInterface", { InterfaceAlias: ["NIC1"] })).toHaveLength(2);
    const { errors } = await host.call("Get-NetIPInterface", { InterfaceAlias: ["NIC3"] });
    expect(errors).toHaveLength(1);
    const last = await host.call("Remove-VMSwitchTeamMember", {
      VMSwitchName: ["s"],
      NetAdapterName: ["NIC2", "NIC3"],
    });
    expect(last.errors[0]?.id).toBe(`OperationFailed,${HV}.RemoveVMSwitchTeamMember`);
  });
});
