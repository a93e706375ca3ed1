// SR-IOV on the simulated host, by the ids of the facts: IO.
import { describe, expect, it } from "vitest";
import type { Scenario } from "../../../../lab/windows/host/scenario.js";
import { Caller, HOST, type Parameters, SETTLED } from "./caller.js";

const RUNNING: Partial<Scenario> = {
  switches: [{ name: "iov", nics: ["NIC1", "NIC2"], iov: true }],
  vms: [
    { name: "a", state: "Running", adapters: [{ switch: "iov" }] },
    { name: "b", state: "Running", adapters: [{ switch: "iov" }] },
    { name: "old", state: "Running", hasVfDriver: false, adapters: [{ switch: "iov" }] },
  ],
};

const PATH = ["VFDataPathActive", "IovUsage", "Status"];

async function path(host: Caller, vm: string): Promise<string[] | undefined> {
  return (await host.read("Get-VMNetworkAdapter", { VMName: [vm] }, PATH))[0];
}

async function ask(host: Caller, vm: string, more: Parameters = {}): Promise<void> {
  await host.ok("Set-VMNetworkAdapter", { VMName: vm, IovWeight: 100, ...more });
}

const SOFTWARE = ["false", "0", "Degraded"];
const FUNCTION = ["true", "1", "Ok"];

describe("a virtual function", () => {
  it("IO-10, IO-11, IO-15: is given, and used a second later", async () => {
    const host = new Caller(RUNNING);
    await ask(host, "a");
    expect(await path(host, "a")).toEqual(["false", "1", "Ok"]);
    await host.later(SETTLED);
    expect(await path(host, "a")).toEqual(FUNCTION);
    expect(await host.read("Get-NetAdapterSriovVf", {}, ["Name", "FunctionID", "VmFriendlyName"])).toEqual([
      ["NIC1", "0", "a"],
    ]);
    expect(await host.read("Get-VMSwitch", {}, ["IovVirtualFunctionsInUse"])).toEqual([["1"]]);
    await host.ok("Set-VMNetworkAdapter", { VMName: "a", IovWeight: 0 });
    expect(await path(host, "a")).toEqual(["false", "0", "Ok"]);
  });

  interface Fallback {
    readonly fact: string;
    readonly scenario?: Partial<Scenario>;
    readonly vm?: string;
    readonly more?: Parameters;
    readonly first?: readonly [string, Parameters];
  }
  const FALLBACKS: readonly Fallback[] = [
    { fact: "IO-10: no driver in the guest", vm: "old" },
    { fact: "IO-10: nor on a platform that cannot", scenario: { iovReasons: ["no BIOS support"] } },
    { fact: "IO-12: nor on a switch without SR-IOV", scenario: { switches: [{ name: "iov", nics: ["NIC1"] }] } },
    { fact: "SW-09: nor on a NIC that cannot", scenario: { switches: [{ name: "iov", nics: ["NIC3"], iov: true }] } },
    { fact: "IO-13: a guard is for software only", more: { DhcpGuard: "On" } },
    { fact: "IO-13: a limit too", more: { MaximumBandwidth: 80_000_000 } },
    { fact: "IO-06, IO-16: SR-IOV off on the NICs", first: ["Disable-NetAdapterSriov", { Name: ["NIC1", "NIC2"] }] },
  ];
  it.each(FALLBACKS)("UK-07, $fact", async ({ scenario, vm = "a", more, first }) => {
    const host = new Caller({ ...RUNNING, ...scenario });
    if (first) await host.ok(...first);
    await ask(host, vm, more);
    await host.later(SETTLED);
    expect(await path(host, vm)).toEqual(SOFTWARE);
  });

  it("IO-10: none is left", async () => {
    const sriov = { maximum: 1 };
    const [one, ...others] = HOST.nics;
    const nics = [{ ...(one as (typeof HOST.nics)[number]), sriov }, ...others];
    const host = new Caller({ ...RUNNING, nics, switches: [{ name: "iov", nics: ["NIC1"], iov: true }] });
    await ask(host, "a");
    await host.later(10);
    await ask(host, "b");
    await host.later(SETTLED);
    expect([await path(host, "a"), await path(host, "b")]).toEqual([FUNCTION, SOFTWARE]);
  });

  it("IO-16: those who have one fall back, and have it again", async () => {
    const host = new Caller(RUNNING);
    await ask(host, "a");
    await host.later(SETTLED);
    await host.ok("Disable-NetAdapterSriov", { Name: ["NIC1"] });
    await host.ok("Disable-NetAdapterSriov", { Name: ["NIC2"] });
    await host.later(SETTLED);
    expect(await path(host, "a")).toEqual(SOFTWARE);
    await host.ok("Enable-NetAdapterSriov", { Name: ["NIC1", "NIC2"] });
    await host.later(SETTLED);
    expect(await path(host, "a")).toEqual(FUNCTION);
  });
});

describe("the host and its NICs", () => {
  it("IO-01, IO-02, IO-03: reasons of the platform are told by the host and by the switch", async () => {
    const reasons = [
      "Ensure that the system has chipset support for SR-IOV",
      "The chipset on the system does not do DMA",
    ];
    const host = new Caller({ ...RUNNING, iovReasons: reasons });
    for (const cmdlet of ["Get-VMHost", "Get-VMSwitch"])
      expect(await host.read(cmdlet, {}, ["IovSupport", "IovSupportReasons"])).toEqual([["false", reasons.join(",")]]);
  });

  it("IO-04, IO-05, IO-08: NICs that cannot are not among them", async () => {
    const host = new Caller(RUNNING);
    const names = ["Name", "Enabled", "SriovSupport", "NumVFs", "SwitchName"];
    expect(await host.read("Get-NetAdapterSriov", {}, names)).toEqual([
      ["NIC1", "true", "Supported", "8", '"iov"'],
      ["NIC2", "true", "Supported", "8", '"iov"'],
    ]);
    const { errors } = await host.call("Get-NetAdapterSriov", { Name: ["NIC3"] });
    expect(errors[0]).toMatchObject({
      id: "CmdletizationQuery_NotFound_Name,Get-NetAdapterSriov",
      message:
        "No MSFT_NetAdapterSriovSettingData objects found with property 'Name' equal to 'NIC3'.  Verify the value of the property and retry.",
    });
  });

  it("IO-06, IO-07: a number of functions restarts the NIC, and has a limit", async () => {
    const host = new Caller();
    await host.ok("Set-NetAdapterSriov", { Name: ["NIC1"], NumVFs: 4, NoRestart: true });
    expect(host.machine.answers()).toBe(true);
    await host.ok("Restart-NetAdapter", { Name: ["NIC1"] });
    expect(host.machine.answers()).toBe(false);
    expect(await host.read("Get-NetAdapterSriov", { Name: ["NIC1"] }, ["NumVFs"])).toEqual([["4"]]);
    const { errors } = await host.call("Set-NetAdapterSriov", { Name: ["NIC1"], NumVFs: 9 });
    expect(errors[0]?.id).toBe("Windows System Error 87,Set-NetAdapterSriov");
  });

  it("IO-09: a team hides what its members can do", async () => {
    const host = new Caller({ release: "2019" });
    await host.ok("New-NetLbfoTeam", { Name: "T", TeamMembers: ["NIC1", "NIC2"], Confirm: false });
    await host.ok("New-VMSwitch", { Name: "s", NetAdapterName: ["T"], EnableIov: true });
    expect(await host.read("Get-VMSwitch", {}, ["IovEnabled", "IovSupport"])).toEqual([["true", "false"]]);
  });
});
