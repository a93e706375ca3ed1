// Who gets through to the simulated host: over which of its NICs, with which tag.
import { expect, it } from "vitest";
import type { Scenario } from "../../../../lab/windows/host/scenario.js";
import { Caller, HOST, SETTLED } from "./caller.js";

const SET: Partial<Scenario> = { switches: [{ name: "set", nics: ["NIC1", "NIC2"] }] };

function pull(host: Caller, name: string, linked = false): void {
  const hardware = host.host.adapterNamed(name)?.hardware;
  if (!hardware) throw new Error(`no NIC ${name}`);
  hardware.linked = linked;
  hardware.linkChangedAt = host.clock.now();
}

it("SW-05: one member of a SET switch is enough, and nobody notices", () => {
  const host = new Caller(SET);
  pull(host, "NIC1");
  expect(host.machine.answers()).toBe(true);
  pull(host, "NIC2");
  expect(host.machine.answers()).toBe(false);
});

it("a member whose port does not carry the VLAN is no way in", () => {
  const nics = HOST.nics.map((nic) => ({ ...nic, ...(nic.name === "NIC1" ? { vlans: [5] } : {}) }));
  const host = new Caller({ ...SET, nics });
  expect(host.machine.answers()).toBe(true);
  pull(host, "NIC2");
  expect(host.machine.answers()).toBe(false);
});

it.each([
  [{ Untagged: true }, 0],
  [{ Access: true, VlanId: 7 }, 7],
  [{ Trunk: true, NativeVlanId: 7, AllowedVlanIdList: "1-100" }, 7],
  [{ Isolated: true, PrimaryVlanId: 7, SecondaryVlanId: 8 }, 8],
  [{ Promiscuous: true, PrimaryVlanId: 7, SecondaryVlanIdList: "8" }, 7],
])("VL-06: a host vNIC that is %j has the tag %i on the wire", async (parameters, tag) => {
  for (const vlan of [0, 7, 8]) {
    const host = new Caller({ ...SET, management: { address: "192.0.2.11", vlan } });
    await host.ok("Set-VMNetworkAdapterVlan", { ManagementOS: true, ...parameters });
    expect(host.machine.answers()).toBe(vlan === tag);
  }
});

it("LB-11: so has a team NIC, over the members that are active", async () => {
  const host = new Caller({ management: { address: "192.0.2.11", vlan: 7 } });
  await host.ok("New-NetLbfoTeam", { Name: "T", TeamMembers: ["NIC1", "NIC2"], Confirm: false });
  await host.ok("Add-NetLbfoTeamNic", { Team: "T", VlanID: 7, Confirm: false });
  await host.later(SETTLED);
  await host.ok("New-NetIPAddress", { InterfaceAlias: "T - VLAN 7", IPAddress: "192.0.2.11", PrefixLength: 24 });
  await host.later(SETTLED);
  expect(host.machine.answers()).toBe(true);
  pull(host, "NIC1");
  expect(host.machine.answers()).toBe(true);
  pull(host, "NIC2");
  expect(host.machine.answers()).toBe(false);
});

it("SW-17: a switch on a team goes over the team's members", async () => {
  const host = new Caller({ release: "2019" });
  await host.ok("New-NetLbfoTeam", { Name: "T", TeamMembers: ["NIC2", "NIC3"], Confirm: false });
  await host.later(SETTLED);
  await host.ok("Remove-NetIPAddress", { IPAddress: ["192.0.2.11"], Confirm: false });
  await host.ok("New-NetIPAddress", { InterfaceAlias: "T", IPAddress: "192.0.2.11", PrefixLength: 24 });
  await host.ok("New-VMSwitch", { Name: "s", NetAdapterName: ["T"] });
  await host.later(SETTLED);
  expect(host.machine.answers()).toBe(true);
  expect(await host.read("Get-NetAdapter", { Name: ["vEthernet (s)"] }, ["LinkSpeed", "Status"])).toEqual([
    ["50 Gbps", "Up"],
  ]);
  pull(host, "NIC2");
  pull(host, "NIC3");
  expect(host.machine.answers()).toBe(false);
});

it("IP-17: a link that comes back checks the address again", async () => {
  const host = new Caller();
  pull(host, "NIC1");
  pull(host, "NIC1", true);
  expect(host.machine.answers()).toBe(false);
  await host.later(host.host.times.addressCheck);
  expect(host.machine.answers()).toBe(true);
});
