// Standard switches of ESXi hosts, for real: Pulumi's engine, our provider, SOAP over TLS to a simulated vCenter, and govc as an
// independent client that reads what became of the declaration and changes what it should not.
import { beforeAll, describe, expect, it } from "vitest";
import { EsxHost, environment } from "./esxHost.js";
import { deviceHosts } from "./hosts.js";
import { useVcenter } from "./vcenterSite.js";

describe("a standard switch", () => {
  const site = useVcenter(deviceHosts, environment());
  const host = new EsxHost(site);
  let before: string;
  const network = async () => JSON.stringify(await host.read("config.network"));

  beforeAll(async () => {
    before = await network();
  });

  it("is only shown by a preview, with the steps on the way", async () => {
    const { text } = await site.project.must("preview", "--diff");
    expect(text).toMatch(/switch vSwitch1: add it with vmnic1, vmnic2, MTU 9000/);
    expect(text).toMatch(/port group app: add it to switch vSwitch1, VLAN 10/);
    expect(await network()).toBe(before);
  });

  it("is made as declared, with its port groups", async () => {
    await site.project.up();
    const found = await host.vswitch("vSwitch1");
    expect(found?.mtu).toBe(9000);
    expect(found?.spec.bridge).toMatchObject({
      nicDevice: ["vmnic1", "vmnic2"],
      linkDiscoveryProtocolConfig: { protocol: "cdp", operation: "both" },
    });
    expect(found?.spec.policy.security).toEqual({ allowPromiscuous: false, macChanges: false, forgedTransmits: false });
    expect(await host.portGroup("app")).toMatchObject({ vlanId: 10, vswitchName: "vSwitch1" });
    expect(await host.portGroup("storage")).toMatchObject({ policy: { security: { allowPromiscuous: true } } });
    expect(await host.portGroup("all")).toMatchObject({
      vlanId: 4095,
      policy: { nicTeaming: { policy: "failover_explicit", rollingOrder: true, nicOrder: { activeNic: ["vmnic2"] } } },
    });
  });

  it("stays untouched by a second up, and shows no difference to vCenter", async () => {
    await site.project.up("--expect-no-changes");
    await site.project.must("preview", "--refresh", "--expect-no-changes");
  });

  it("takes every changed setting, and moves NICs between its switches in one call", async () => {
    site.project.write(
      environment({
        team: "members: [vmnic2, vmnic3], standby: [vmnic3], policy: source-mac, failback: false, failureDetection: beacon",
        more: "discovery: off\n        security: { forgedTransmits: true }\n        shaping: { averageKbps: 1000 }\n        mtu: 9000",
        app: "{ network: storage, shaping: { ingress: { averageKbps: 500, burstKilobytes: 64 } } }",
        switches: `      vSwitch2:
        uplinkTeam: { members: [vmnic1], policy: source-port }
        portGroups: { other: { network: app } }`,
      }),
    );
    const preview = await site.project.must("preview", "--diff");
    expect(preview.text).toMatch(/brief interruption: switches: move vmnic1 from vSwitch1 to vSwitch2/);
    await site.project.up();
    const found = await host.vswitch("vSwitch1");
    expect(found?.spec.bridge).toMatchObject({
      nicDevice: ["vmnic2", "vmnic3"],
      linkDiscoveryProtocolConfig: { protocol: "cdp", operation: "none" },
    });
    expect(found?.spec.policy).toMatchObject({
      security: { allowPromiscuous: false, macChanges: false, forgedTransmits: true },
      shapingPolicy: { enabled: true, averageBandwidth: 1_000_000, peakBandwidth: 1_000_000 },
      nicTeaming: {
        policy: "loadbalance_srcmac",
        rollingOrder: true,
        failureCriteria: { checkBeacon: true },
        nicOrder: { activeNic: ["vmnic2"], standbyNic: ["vmnic3"] },
      },
    });
    expect((await host.vswitch("vSwitch2"))?.spec.bridge?.nicDevice).toEqual(["vmnic1"]);
    expect(await host.portGroup("app")).toMatchObject({
      vlanId: 30,
      policy: { shapingPolicy: { enabled: true, averageBandwidth: 500_000, burstSize: 65_536 } },
    });
    await site.project.up("--expect-no-changes");
    await site.project.must("preview", "--refresh", "--expect-no-changes");
  });

  it("shows what others changed, and puts it back", async () => {
    await site.govc("host.portgroup.change", "-host", host.path, "-vlan-id", "99", "app");
    const { text } = await site.project.must("preview", "--refresh", "--diff");
    expect(text).toMatch(/vlan +: 99 => 30/);
    expect(text).toMatch(/port group app: .*vlan 99 becomes 30/);
    await site.project.up("--refresh");
    expect(await host.portGroup("app")).toMatchObject({ vlanId: 30 });
    await site.project.must("preview", "--refresh", "--expect-no-changes");
  });

  it("keeps a port group that a VM is on, and says which", async () => {
    await site.govc("vm.create", "-host", host.path, "-net", "other", "-on=false", "-g", "otherGuest64", "web-01");
    site.project.write(environment());
    expect(await site.failingUp()).toContain("port group other can't be removed while it is used by VM web-01");
    await site.govc("vm.destroy", "web-01");
    await site.project.up();
    expect(await host.vswitch("vSwitch2")).toBeUndefined();
    expect((await host.vswitch("vSwitch1"))?.spec.bridge?.nicDevice).toEqual(["vmnic1", "vmnic2"]);
  });

  it("goes with all that is ours, and leaves the host as it was", async () => {
    await site.project.must("destroy", "--yes", "--skip-preview");
    expect(await host.vswitch("vSwitch1")).toBeUndefined();
    expect(await network()).toBe(before);
  });
});

describe("things of others on a host", () => {
  const site = useVcenter(deviceHosts, environment());
  const host = new EsxHost(site);

  it("are not taken over without being asked", async () => {
    await site.govc("host.vswitch.add", "-host", host.path, "-mtu", "9000", "-nic", "vmnic3", "vSwitch1");
    await site.govc("host.portgroup.add", "-host", host.path, "-vswitch", "vSwitch1", "-vlan", "77", "theirs");
    const text = await site.refusal(
      environment({ team: "members: [vmnic1, vmnic3], policy: source-port", groups: "" }).replace(
        "members: [vmnic2]",
        "members: [vmnic1]",
      ),
    );
    expect(text).toContain("standard switch vSwitch1 exists already and is not multiport's. Set adopt: true");
    const other = environment({ team: "members: [vmnic2, vmnic3]" }).replace("vSwitch1:", "vSwitch7:");
    expect(await site.refusal(other)).toContain(
      "NIC vmnic3 is an uplink of standard switch vSwitch1, and switch vSwitch7 needs it",
    );
  });

  it("are told before anything is done when a NIC is not there or not the one that was meant", async () => {
    const file = environment({ team: "members: [vmnic2, vmnic9]", uplinks: "      vmnic9: {}" });
    const text = await site.refusal(file.replace("0000:3b:01.0", "0000:3b:02.0"));
    expect(text).toContain("the host has no NIC vmnic9. It has vmnic0, vmnic1");
    expect(text).toContain("NIC vmnic1 has the PCI address 0000:3b:01.0, not 0000:3b:02.0 (0000:3b:02.0 is vmnic2)");
  });

  it("are taken over with adopt, and stay when the resource goes", async () => {
    site.project.write(environment({ more: "adopt: true" }));
    await site.project.up();
    expect((await host.vswitch("vSwitch1"))?.spec.bridge?.nicDevice).toEqual(["vmnic1", "vmnic2"]);
    expect(await host.portGroup("theirs")).toMatchObject({ vlanId: 77 });
    await site.project.must("preview", "--refresh", "--expect-no-changes");
    const { text } = await site.project.must("destroy", "--yes", "--skip-preview");
    expect(text).toContain("switch vSwitch1 stays with its settings: it was there before (adopt: true)");
    expect(await host.vswitch("vSwitch1")).toBeDefined();
    expect(await host.portGroup("theirs")).toBeDefined();
    expect(await host.portGroup("app")).toBeUndefined();
  });

  it("include the way to the host, which keeps an uplink with a link (VS-37)", async () => {
    const file = environment().replace("vSwitch1:", "vSwitch0:").replace("discovery: cdp-both", "adopt: true");
    expect(
      await site.refusal(
        file
          .replace("uplinkTeam: { members: [vmnic1, vmnic2], policy: source-port }", "")
          .replace("      all: { uplinkTeam: { members: [vmnic2], policy: active-backup, failback: false } }", ""),
      ),
    ).toMatch(/vmk0 carries the management of the host on switch vSwitch0, and no uplink would be left/);
  });
});

describe("a run that was killed in the middle", () => {
  const site = useVcenter(deviceHosts, environment());
  const host = new EsxHost(site);

  it("is gone on with: what it made is known as ours", async () => {
    await site.forgetCalls();
    await site.inject({ method: "AddPortGroup", kind: "timeout" });
    await site.project.cutOff(async () => (await site.changingMethods()).includes("AddPortGroup"));
    expect(await host.vswitch("vSwitch1")).toBeDefined();
    expect(await host.portGroup("app")).toBeUndefined();
    await site.forgetCalls();
    await site.project.up();
    expect(await site.changingMethods()).toEqual(["AddPortGroup", "AddPortGroup", "AddPortGroup"]);
    await site.project.must("preview", "--refresh", "--expect-no-changes");
  });
});
