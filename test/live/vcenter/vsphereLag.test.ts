// LAGs of a distributed switch, for real: made, changed, traffic moved to them and back in steps. Pulumi's engine,
// SOAP over TLS to a simulated vCenter, and govc as an independent client.
import { describe, expect, it } from "vitest";
import { DistributedSwitch, ON_LAG, ON_UPLINKS } from "./distributedSwitch.js";
import { ESX, plainHosts } from "./hosts.js";
import { environment, LAG, STANDALONE } from "./lagFile.js";
import { useVcenter } from "./vcenterSite.js";

/** The steps that a preview announces. */
const planOf = (text: string) =>
  text.split("\n").flatMap((line) => /^\s*\+ *\[\d+\]: "(.*)"$/.exec(line)?.slice(1, 2) ?? []);

const MOVE = [
  "LAG lag1 comes: 2 ports, active, slow, srcDestIpTcpUdpPortVlan",
  "brief interruption: port group app: uplink1 uplink2 -> uplink1 uplink2, standby lag1",
  "brief interruption: port group db: uplink1 uplink2 -> uplink1 uplink2, standby lag1",
  "brief interruption: esx-01.example.net: vmnic2 moves from uplink1 to lag1-0",
  "brief interruption: esx-01.example.net: vmnic3 moves from uplink2 to lag1-1",
  "brief interruption: esx-02.example.net: vmnic2 moves from uplink1 to lag1-0",
  "brief interruption: esx-02.example.net: vmnic3 moves from uplink2 to lag1-1",
];

describe("traffic that moves to a LAG", () => {
  const site = useVcenter(plainHosts, environment(STANDALONE));
  const dvs = new DistributedSwitch(site);

  it("starts on standalone uplinks", async () => {
    await site.project.up();
    expect(await dvs.places("app", "db")).toEqual(ON_UPLINKS);
  });

  it("is shown by a preview as steps in order, each with its risk", async () => {
    site.project.write(environment(LAG));
    const { text } = await site.project.must("preview", "--diff");
    const plan = planOf(text);
    const policy = "teaming.policy loadbalance_srcid -> loadbalance_ip";
    expect(plan).toEqual([
      ...MOVE,
      `brief interruption: port group app: uplink1 uplink2, standby lag1 -> lag1, ${policy}`,
      `brief interruption: port group db: uplink1 uplink2, standby lag1 -> lag1, ${policy}`,
      `port groups to come: uplink1 uplink2 -> lag1, defaults.${policy}`,
    ]);
    expect(await dvs.places("app", "db")).toEqual(ON_UPLINKS);
  });

  it("moves one NIC after the other, with the LAG standby until all are there", async () => {
    await site.forgetCalls();
    await site.project.up();
    expect(await dvs.places("app", "db")).toEqual(ON_LAG);
    expect(await site.changingMethods()).toEqual([
      "UpdateDVSLacpGroupConfig_Task",
      ...["ReconfigureDVPortgroup_Task", "ReconfigureDVPortgroup_Task"],
      ...["ReconfigureDvs_Task", "ReconfigureDvs_Task", "ReconfigureDvs_Task", "ReconfigureDvs_Task"],
      ...["ReconfigureDVPortgroup_Task", "ReconfigureDVPortgroup_Task"],
      "ReconfigureDvs_Task",
    ]);
    await site.project.up("--expect-no-changes");
    await site.project.must("preview", "--refresh", "--expect-no-changes");
  });

  it("takes new settings of the LAG", async () => {
    const changed = LAG.replace(
      "nics: [vmnic2, vmnic3]",
      "nics: [vmnic2, vmnic3], ports: 4, role: passive, timeout: fast, hash: srcDestIp, vlans: [10, 20-29]",
    );
    site.project.write(environment(changed));
    await site.project.up();
    expect(await dvs.lags()).toEqual([
      expect.objectContaining({
        ...{ name: "lag1", mode: "passive", uplinkNum: 4, loadbalanceAlgorithm: "srcDestIp", timeoutMode: "fast" },
        vlan: expect.objectContaining({
          vlanId: [
            { start: 10, end: 10 },
            { start: 20, end: 29 },
          ],
        }),
      }),
    ]);
    await site.project.must("preview", "--refresh", "--expect-no-changes");
    site.project.write(environment(LAG));
    await site.project.up();
    expect((await dvs.lags())[0]).toMatchObject({ mode: "active", uplinkNum: 2, timeoutMode: "slow" });
  });

  it("keeps the LAG ports of its NICs when a host leaves and comes back, and when an uplink is added", async () => {
    site.project.write(environment(LAG).replace('["esx-[01:02]"]', "[esx-01]"));
    await site.project.up();
    expect(await dvs.ports(ESX[1])).toEqual({});
    expect(await dvs.ports(ESX[0])).toEqual(ON_LAG.ports[0]);
    site.project.write(environment(LAG.replace("uplink2: }", "uplink2: , uplink3: vmnic1 }")));
    await site.project.up();
    expect(await dvs.ports(ESX[0])).toEqual({ ...ON_LAG.ports[0], uplink3: "vmnic1" });
    expect(await dvs.ports(ESX[1])).toEqual({ ...ON_LAG.ports[1], uplink3: "vmnic1" });
    site.project.write(environment(LAG));
    await site.project.up();
    expect(await dvs.places("app", "db")).toEqual(ON_LAG);
  });

  it("goes back the same way, and the LAG goes when nothing is on it", async () => {
    site.project.write(environment(STANDALONE));
    const plan = planOf((await site.project.must("preview", "--diff")).text);
    expect(plan.at(-1)).toBe("LAG lag1 goes");
    await site.project.up();
    expect(await dvs.places("app", "db")).toEqual(ON_UPLINKS);
    await site.project.must("preview", "--refresh", "--expect-no-changes");
  });

  it("leaves nothing behind when the program goes", async () => {
    await site.project.must("destroy", "--yes", "--skip-preview");
    expect(await site.govc("find", "/dc1/network", "-type", "DistributedVirtualSwitch")).toBe("");
  });
});

describe("a switch with a LAG from the start", () => {
  const site = useVcenter(
    plainHosts,
    environment(`${LAG}
    healthCheck: { intervalMinutes: 1 }
    alarms: [uplink-redundancy, vlan-mtu, lag-member]
    networkIoControl: { traffic: { vmotion: { shares: low, limitMbps: 5000 }, virtualMachine: { shares: 90, reservationMbps: 100 } } }
    netflow: { collector: 192.0.2.10, activeTimeoutSeconds: 120 }
    multicast: snooping`),
  );
  const dvs = new DistributedSwitch(site);

  it("is made in one up, and stays", async () => {
    await site.project.up();
    expect(await dvs.places("app", "db")).toEqual(ON_LAG);
    const config = await dvs.config();
    expect(config).toMatchObject({
      multicastFilteringMode: "snooping",
      ipfixConfig: { collectorIpAddress: "192.0.2.10", collectorPort: 2055, activeFlowTimeout: 120 },
      networkResourceManagementEnabled: true,
      healthCheckConfig: [
        { enable: true, interval: 1 },
        { enable: true, interval: 1 },
      ],
      infrastructureTrafficResourceConfig: expect.arrayContaining([
        expect.objectContaining({
          key: "vmotion",
          allocationInfo: { limit: 5000, reservation: 0, shares: { shares: 25, level: "low" } },
        }),
        expect.objectContaining({
          key: "virtualMachine",
          allocationInfo: { limit: -1, reservation: 100, shares: { shares: 90, level: "custom" } },
        }),
      ]),
    });
    await site.project.up("--expect-no-changes");
    await site.project.must("preview", "--refresh", "--expect-no-changes");
  });

  /** Alarms of ours by name, each with its state on a member host. */
  async function alarms(): Promise<Record<string, string>> {
    interface State {
      readonly alarm: { readonly type: string; readonly value: string };
      readonly overallStatus: string;
    }
    const states = await site.read<State[]>(`host/c1/${ESX[0]}`, "declaredAlarmState");
    const named = states.map(async ({ alarm, overallStatus }) => [
      (await site.collect<{ readonly name: string }>(`${alarm.type}:${alarm.value}`, "info")).name,
      overallStatus,
    ]);
    return Object.fromEntries((await Promise.all(named)).filter(([name]) => name?.startsWith("multiport dvs0")));
  }
  const stateOf = async (what: string) => Object.entries(await alarms()).find(([name]) => name.endsWith(what))?.[1];

  it("raises its alarms for what they are for, and clears them", async () => {
    expect(Object.keys(await alarms())).toHaveLength(3);
    const event = (id: string) => site.control("POST", "/event", { id, host: ESX[0] });
    for (const [what, problem, clear, status] of [
      ["uplink redundancy", "esx.problem.net.redundancy.lost", "esx.clear.net.redundancy.restored", "red"],
      [
        "uplink redundancy",
        "esx.problem.net.dvport.redundancy.degraded",
        "esx.clear.net.dvport.redundancy.restored",
        "yellow",
      ],
      [
        "member of a LAG down",
        "esx.problem.net.lacp.lag.transition.down",
        "esx.clear.net.lacp.lag.transition.up",
        "red",
      ],
    ] as const) {
      await event(problem);
      expect(await stateOf(what)).toBe(status);
      await event(clear);
      expect(await stateOf(what)).toBe("green");
    }
  });

  it("gives up alarms and health check that are no longer declared", async () => {
    site.project.write(environment(LAG));
    await site.project.up();
    expect(await alarms()).toEqual({});
    const config = await dvs.config<{ readonly healthCheckConfig?: object[] }>();
    expect(config.healthCheckConfig?.every((check) => !("enable" in check && check.enable === true))).toBe(true);
    await site.project.up("--expect-no-changes");
  });

  it("refuses to take traffic from one LAG straight to another, and a host's only NIC at once: nothing is touched", async () => {
    const before = await dvs.places("app", "db");
    site.project.write(environment(LAG.replaceAll("lag1", "lag2")));
    const straight = await site.project.pulumi("preview");
    expect(straight.code).not.toBe(0);
    expect(straight.text).toContain(
      "host esx-01.example.net would move vmnic2 from lag1-0 to lag2-0, vmnic3 from lag1-1 to lag2-1: a NIC can't go from one LAG straight to another",
    );
    site.expectPlain(straight);
    expect(await dvs.places("app", "db")).toEqual(before);
  });

  it("goes with the program", async () => {
    await site.project.must("destroy", "--yes", "--skip-preview");
    expect(await site.govc("find", "/dc1/network", "-type", "DistributedVirtualSwitch")).toBe("");
  });
});
