// Objects that the vSphere provider makes, for real: vCenter makes them and its answer gets lost, or it can't. The real engine and a
// simulated vCenter.
import { describe, expect, it } from "vitest";
import { plainHosts } from "./hosts.js";
import { useVcenter } from "./vcenterSite.js";

describe("an object that the provider made, with vCenter's answer lost", () => {
  const site = useVcenter(
    plainHosts,
    `
environment: t
networks: { app: { vlan: 10 }, mgmt: { vlan: 11 } }
hosts:
  esx-[01:02]:
    platform: vsphere
    address: esx-[01:02].example.net
    uplinks: { vmnic1: , vmnic2: , vmnic3: }
distributedSwitches:
  dvs0:
    datacenter: dc1
    hosts: ["esx-[01:02]"]
    uplinks: { uplink1: vmnic2, uplink2: vmnic3 }
    uplinkTeam: { members: [uplink1, uplink2], policy: source-port }
    portGroups: { app: {}, mgmt: {} }
vcenter: { datacenter: dc1 }
vms:
  db-01:
    host: esx-01
    vsphere: { create: { memoryMegabytes: 512, datastore: datastore1 } }
    ports: { app0: { portGroup: dvs0/app } }
`,
    { inline: false },
  );

  // One run fails at the switch, the next one at a port group, and so on: at the end everything is there once.
  it.each([
    ["dropAfter", "is removed by the next run, which makes it anew"],
    ["taskErrorAfter", "is removed by the next run, too, when vCenter says that it could not"],
    ["fault", "is made by the next run when vCenter refused it"],
  ])("%s: %s", async (kind) => {
    const told: string[] = [];
    for (const method of ["CreateDVS_Task", "CreateDVPortgroup_Task", "CreateVM_Task", "PowerOnVM_Task"]) {
      await site.inject({ method, kind, seconds: 1 });
      told.push(await site.failingUp());
      expect(await site.pendingFaults(), told.at(-1)).toEqual([]);
    }
    if (kind === "dropAfter") {
      const preview = await site.project.must("preview");
      expect(preview.text).not.toContain("cut off before it knew");
      for (const [index, name] of ["dvs0", "(app|mgmt)", "db-01"].entries())
        expect(told[index + 1]).toMatch(new RegExp(`vCenter has "${name}" from a run that was cut off`));
    }
    await site.converges();
    await site.project.must("destroy", "--yes", "--skip-preview");
    expect(await site.govc("find", "/dc1/network", "-type", "DistributedVirtualPortgroup")).toBe("");
    expect(await site.govc("find", "/dc1/vm", "-type", "m")).toBe("");
  });

  // Each of these ends a run; the one after them all has still an object to remove.
  it("is removed in the end when that goes wrong as well", async () => {
    for (const fault of [
      { method: "CreateDVS_Task", kind: "dropAfter" },
      { method: "FindByInventoryPath", kind: "fault" },
      { method: "Destroy_Task", kind: "fault" },
      { method: "RetrieveServiceContent", kind: "dropBefore" },
      { method: "Destroy_Task", kind: "dropAfter" },
    ]) {
      await site.inject(fault);
      const told = await site.failingUp();
      expect(await site.pendingFaults(), told).toEqual([]);
    }
    await site.converges();
    await site.project.must("destroy", "--yes", "--skip-preview");
  });

  it("is refused when it is not of this stack, before anything is made", async () => {
    await site.govc("dvs.create", "-num-uplinks", "2", "dvs0");
    await site.forgetCalls();
    const preview = await site.project.pulumi("preview");
    expect(preview.code).not.toBe(0);
    expect(preview.text).toContain(
      'datacenter dc1 has a distributed switch "dvs0" already, which is not of this stack',
    );
    site.expectPlain(preview);
    expect(await site.failingUp()).toContain("which is not of this stack");
    expect(await site.changes()).toEqual([]);
    await site.govc("object.destroy", "/dc1/network/dvs0");
  });
});
