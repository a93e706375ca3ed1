// A vCenter that is away, and changes that it takes back by itself because a host lost its connection. The real engine and a simulated
// vCenter.
import { beforeAll, describe, expect, it } from "vitest";
import { plainHosts } from "./hosts.js";
import { useVcenter } from "./vcenterSite.js";

/** The environment file of most tests; what a test changes is a parameter. */
function environment({
  uplinks = "uplink1: vmnic2, uplink2: vmnic3",
  mgmt = 11,
  mgmtMore = "{}",
  ports = "",
} = {}): string {
  return `
environment: t
networks:
  app: { vlan: 10 }
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
    uplinkTeam: { members: [uplink1, uplink2], policy: source-port }
    portGroups: { app: {}, mgmt: ${mgmtMore} }
`;
}

describe("a vCenter that is away", () => {
  const site = useVcenter(plainHosts, environment());

  it("is told with its address and what to check, and nothing is changed; the next up converges", async () => {
    const away = await site.addProject(environment(), { variables: { VSPHERE_SERVER: "127.0.0.1:1" }, inline: false });
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
