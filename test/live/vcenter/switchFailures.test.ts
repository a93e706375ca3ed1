// Distributed switches that can't be made as declared: what the user is told, and that a later up completes the rest. Pulumi's engine,
// the vSphere provider's own code, SOAP over TLS to a simulated vCenter, and govc as an independent client.
import { describe, expect, it } from "vitest";
import { DistributedSwitch } from "./distributedSwitch.js";
import { ESX, plainHosts } from "./hosts.js";
import { environment } from "./switchFile.js";
import { useVcenter } from "./vcenterSite.js";

describe("a declaration that can't be made true", () => {
  const site = useVcenter(plainHosts, environment());
  const dvs = new DistributedSwitch(site);
  const inventory = () => site.govc("find", "/");

  it("by a mistake in the file: one message, and vCenter is not touched", async () => {
    const before = await inventory();
    const text = await site.refusal(environment({ appTeam: "uplinkTeam: { members: [uplink1, uplink9] }" }));
    expect(text).toContain("1 error, nothing was changed.");
    expect(text).toContain(
      "distributedSwitches.dvs0.portGroups.app.uplinkTeam.members[1]: there is no uplink of this name",
    );
    expect(await inventory()).toBe(before);
    site.project.write(environment());
  });

  it("by a wrong password: vCenter's answer, and the password nowhere", async () => {
    const stranger = await site.addProject(environment(), {
      variables: { VSPHERE_PASSWORD: "wrong-and-secret" },
      inline: false,
    });
    const told = await site.failingUp(stranger);
    const message =
      /error: DistributedSwitch "dvs0": datacenter "dc1" can't be read from vCenter: .*Cannot complete login due to an incorrect user name or password\. Check .*$/gm;
    // Once beside the progress, once in the summary.
    expect(new Set(told.match(message))).toHaveLength(1);
    for (const text of [told, stranger.state()]) expect(text).not.toContain("wrong-and-secret");
  });

  it("by a NIC that serves another switch: vCenter's fault, and a later up completes the rest", async () => {
    await site.govc("dvs.create", "-num-uplinks", "1", "others");
    await site.govc("dvs.add", "-dvs", "others", "-pnic", "vmnic3", ESX[1]);
    const text = await site.failingUp();
    expect(text).toContain("esx-01.example.net, esx-02.example.net join:");
    expect(text).toContain("The resource 'vmnic3' is in use");
    expect(text).toContain("The next pulumi up goes on from what vCenter has then.");
    await site.govc("object.destroy", "/dc1/network/others");
    await site.converges();
    await site.project.must("destroy", "--yes", "--skip-preview");
  });

  it("by a port group name that is taken: it stays that of the other, and a later up completes the rest", async () => {
    await site.govc("dvs.create", "-num-uplinks", "1", "others");
    await site.govc("dvs.portgroup.add", "-dvs", "others", "-vlan", "77", "app");
    expect(await site.failingUp()).toContain(
      'datacenter dc1 has a port group "app" already, which is not of this stack. Give one of the two another name',
    );
    expect((await dvs.portGroup("app")).vlan).toBe(77);
    await site.govc("object.destroy", "/dc1/network/others");
    await site.converges();
    expect((await dvs.portGroup("app")).vlan).toBe(10);
    await site.project.must("destroy", "--yes", "--skip-preview");
  });
});
