// What goes wrong between Pulumi's engine, its provider, ours and vCenter: a run that is killed, answers that get lost, a session that
// ends, a vCenter that is away, and a change that vCenter takes back by itself. The real engine and a simulated vCenter.
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { DistributedSwitch, ON_LAG, ON_UPLINKS } from "./distributedSwitch.js";
import { plainHosts } from "./hosts.js";
import { useVcenter } from "./vcenterSite.js";

/** The environment file of most tests; what a test changes is a parameter. */
function environment({
  uplinks = "uplink1: vmnic2, uplink2: vmnic3",
  lags = "",
  team = "members: [uplink1, uplink2], policy: source-port",
  app = 10,
  mgmt = 11,
  mgmtMore = "{}",
  ports = "",
} = {}): string {
  return `
environment: t
networks:
  app: { vlan: ${app} }
  mgmt: { vlan: ${mgmt} }
hosts:
  esx-01:
    platform: vsphere
    address: esx-01.example.net
    uplinks: { vmnic1: , vmnic2: , vmnic3: }
${ports}
  esx-02:
    platform: vsphere
    address: esx-02.example.net
    uplinks: { vmnic1: , vmnic2: , vmnic3: }
distributedSwitches:
  dvs0:
    datacenter: dc1
    hosts: ["esx-[01:02]"]
    uplinks: { ${uplinks} }
${lags}
    uplinkTeam: { ${team} }
    portGroups: { app: {}, mgmt: ${mgmtMore} }
`;
}

const LAG = environment({
  uplinks: "uplink1: , uplink2:",
  lags: "    lags: { lag1: { nics: [vmnic2, vmnic3] } }",
  team: "members: [lag1], mode: lacp",
});

describe("a move to a LAG", () => {
  const site = useVcenter(plainHosts, environment());
  const dvs = new DistributedSwitch(site);

  it.each([
    ["the LAG is made", 1],
    ["it is standby", 3],
    ["one host has a NIC on it", 4],
    ["one host is over", 5],
    ["both are over", 7],
    ["one port group is on it alone", 8],
  ])("goes on where the run was killed when %s", async (_place, count) => {
    site.project.write(environment());
    await site.project.up();
    await site.forgetCalls();
    site.project.write(LAG);
    await site.project.cutOff(async () => (await site.changes()).length >= count);
    await site.converges();
    expect(await dvs.places("app", "mgmt")).toEqual(ON_LAG);
  });

  it("goes on with a new session when vCenter ends the old one in the middle", async () => {
    site.project.write(environment());
    await site.forgetCalls();
    const run = site.project.up();
    while ((await site.changes()).length < 3) await sleep(20);
    await site.control("DELETE", "/sessions");
    site.expectPlain(await run);
    expect(await dvs.places("app", "mgmt")).toEqual(ON_UPLINKS);
    await site.project.must("preview", "--refresh", "--expect-no-changes");
  });
});

describe("an object that the provider made, with vCenter's answer lost", () => {
  const site = useVcenter(
    plainHosts,
    `${environment()}
vcenter: { datacenter: dc1 }
vms:
  db-01:
    host: esx-01
    vsphere: { create: { memoryMegabytes: 512, datastore: datastore1 } }
    ports: { app0: { portGroup: dvs0/app } }
`,
  );

  // One run fails at the switch, the next one at a port group, and so on: at the end everything is there once.
  it.each([
    ["dropAfter", "is removed by the next run, which makes it anew"],
    ["timeoutAfter", "is removed by the next run, too, when vCenter only stopped answering"],
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

describe("a vCenter that is away", () => {
  const site = useVcenter(plainHosts, environment());

  it("is told with its address and what to check, and nothing is changed; the next up converges", async () => {
    const away = await site.addProject(environment(), { VSPHERE_SERVER: "127.0.0.1:1" });
    expect(await site.failingUp(away)).toMatch(
      /dial tcp 127\.0\.0\.1:1: connect: connection refused\. Check .*VSPHERE_SERVER/,
    );
    await site.converges();
  });
});

describe("a change that cuts the management of a host off", () => {
  const managed = (more: Parameters<typeof environment>[0] = {}) =>
    environment({
      ports: `    vmkernelPorts:
      mgmt: { portGroup: dvs0/mgmt, address: 10.11.0.11/24, services: [management] }`,
      ...more,
    });
  const site = useVcenter(plainHosts, managed());
  beforeAll(async () => {
    await site.project.up();
    await site.project.up();
  });

  it.each([
    ["another VLAN", { mgmt: 12 }, "port group mgmt: vlan 11 -> 12"],
    ["a blocked port group", { mgmtMore: "{ blocked: true }" }, "port group mgmt: blocked false -> true"],
    ["no uplinks", { uplinks: "uplink1: , uplink2:" }, "esx-01.example.net: vmnic2 leaves uplink1"],
  ])("is taken back by vCenter and told as that: %s", async (_what, more, shown) => {
    const before = await site.read("network/mgmt", "config.defaultPortConfig");
    site.project.write(managed(more));
    const text = await site.failingUp();
    expect(text).toMatch(
      /vCenter undid the change by itself, because host esx-01.example.net lost its connection to vCenter/,
    );
    expect(await site.read("network/mgmt", "config.defaultPortConfig")).toEqual(before);
    const { text: state } = await site.project.must("preview", "--refresh", "--diff");
    expect(state).toContain(shown);
    site.project.write(managed());
    await site.converges();
  });
});
