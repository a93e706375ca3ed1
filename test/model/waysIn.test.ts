// How the model says to reach the inside of a VM: over SSH, through its host, or by its guest agent. Pure.
import { describe, expect, it } from "vitest";
import { modelOf } from "./given.js";

/** The target of the only guest of a file. */
function target(
  guest: string,
  { vm = "", ssh = "{ user: root, port: 2222, confirmSeconds: 300 }", platform = "kvm" } = {},
): object {
  const only = platform === "kvm" ? `ssh: ${ssh}\n    libvirt: true` : "description: plain";
  const { virtualMachines } = modelOf(`
environment: t
networks: { app: { vlan: 10 } }
hosts:
  kvm-[1:2]:
    platform: ${platform}
    address: 192.0.2.[1:2]
    ${only}
    uplinks: { ens1: , ens2: }
    virtualSwitches: { vs0: { uplinkTeam: { members: [ens1, ens2] }, portGroups: [app] } }
vms:
  db-[1:2]:
    host: kvm-[1:2]
    ${vm === "" ? "description: plain" : vm}
    guest: { os: linux, renderer: netplan, ${guest} }
    ports: { app0: { portGroup: vs0/app, guestInterface: eth0 } }
`);
  const [, second] = virtualMachines.flatMap(({ guest: inside }) => inside?.ssh ?? []);
  return second ?? {};
}

const HOST = { name: "kvm-2", address: "192.0.2.2", user: "root", port: 2222 };

describe("a guest", () => {
  it("is reached over SSH by its name", () => {
    expect(target("")).toEqual({ name: "db-2", address: "db-2" });
  });

  it("is reached through its own host, as the file reaches that", () => {
    expect(target("address: 10.0.0.2, ssh: { user: admin, via: host }")).toEqual({
      name: "db-2",
      address: "10.0.0.2",
      user: "admin",
      jump: HOST,
    });
  });

  it("is reached through a host that is itself behind a jump host", () => {
    expect(target("ssh: { via: host }", { ssh: "{ jump: bastion }" })).toMatchObject({
      jump: { name: "kvm-2", jump: { name: "bastion", address: "bastion" } },
    });
  });

  it.each([
    ["guestAgent: {}", "", "db-2", {}],
    ["guestAgent: { domain: prod, confirmSeconds: 20 }", "", "prod", { confirmSeconds: 20 }],
    ["guestAgent: {}", "libvirt: { domain: prod+1 }", "prod+1", {}],
  ])("is reached by its agent on its own host: %s %s", (guest, vm, domain, more) => {
    expect(target(guest, { vm })).toEqual({
      name: "db-2",
      address: "192.0.2.2",
      ...more,
      guestAgent: { host: HOST, domain },
    });
  });

  it.each([
    ["vmwareTools: {}", { vmwareTools: { host: "192.0.2.2", user: "root" } }],
    [
      "vmwareTools: { user: CORP\\net, confirmSeconds: 20 }",
      { confirmSeconds: 20, vmwareTools: { host: "192.0.2.2", user: "CORP\\net" } },
    ],
  ])("is reached by VMware Tools, by the names of VM and host in vCenter: %s", (guest, more) => {
    expect(target(guest, { platform: "vsphere" })).toEqual({ name: "db-2", address: "192.0.2.2", ...more });
  });
});
