// LAGs of a distributed switch, for real: made, changed, traffic moved to them and back in steps, cut off in between. Pulumi's
// engine, SOAP over TLS to a simulated vCenter, and govc as an independent client.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Project } from "../project.js";
import { type SoapCall, VcenterSite } from "./vcenterSite.js";

const NICS = ["vmnic0", "vmnic1", "vmnic2", "vmnic3"].map((device, index) => ({ device, pci: `0000:3b:00.${index}` }));
const ESX = ["esx-01.example.net", "esx-02.example.net"] as const;
const inventory = { datacenter: "dc1", cluster: "c1", hosts: ESX.map((name) => ({ name, nics: NICS })) };

const STANDALONE = `
    uplinks: { uplink1: vmnic2, uplink2: vmnic3 }
    uplinkTeam: { members: [uplink1, uplink2], policy: source-port }`;
const ON_LAG = `
    uplinks: { uplink1: , uplink2: }
    lags: { lag1: { nics: [vmnic2, vmnic3] } }
    uplinkTeam: { members: [lag1], mode: lacp }`;

/** The environment file of all tests; `how` says where the NICs are. */
function environment(how: string, extra = ""): string {
  return `
environment: t
networks:
  app: { vlan: 10 }
  db: { vlan: 20 }
hosts:
  esx-[01:02]:
    platform: vsphere
    address: esx-[01:02].example.net
    uplinks: { vmnic1: , vmnic2: , vmnic3: }
distributedSwitches:
  dvs0:
    datacenter: dc1
    hosts: ["esx-[01:02]"]${how}
    portGroups: [app, db]
${extra}`;
}

let site: VcenterSite;
let project: Project;

function useProject(how: string): void {
  beforeAll(async () => {
    site = await VcenterSite.start(inventory);
    project = await Project.create({ environment: environment(how), variables: site.variables });
  });
  afterAll(async () => {
    await project.remove();
    await site.stop();
  });
}

interface Lag {
  readonly name: string;
  readonly mode: string;
  readonly uplinkNum: number;
  readonly loadbalanceAlgorithm: string;
  readonly timeoutMode?: string;
  readonly vlan?: { readonly vlanId?: readonly { readonly start: number; readonly end: number }[] };
}

const lags = async () =>
  (await site.read<{ readonly lacpGroupConfig?: Lag[] }>(project, "network/dvs0", "config")).lacpGroupConfig ?? [];

/** Active and standby uplinks of a port group. */
async function team(group: string): Promise<string> {
  interface Setting {
    readonly uplinkTeamingPolicy: {
      readonly uplinkPortOrder: { readonly activeUplinkPort?: string[]; readonly standbyUplinkPort?: string[] };
    };
  }
  const setting = await site.read<Setting>(project, `network/${group}`, "config.defaultPortConfig");
  const { activeUplinkPort = [], standbyUplinkPort = [] } = setting.uplinkTeamingPolicy.uplinkPortOrder;
  return `${activeUplinkPort.join(",")}/${standbyUplinkPort.join(",")}`;
}

/** The NIC on each port of the switch, in the host's own view. */
async function ports(host: string): Promise<Record<string, string>> {
  interface KeyValue {
    readonly key: string;
    readonly value: string;
  }
  interface Proxy {
    readonly uplinkPort?: readonly KeyValue[];
    readonly hostLag?: readonly { readonly uplinkPort: readonly KeyValue[] }[];
    readonly spec: {
      readonly backing: { readonly pnicSpec?: readonly { pnicDevice: string; uplinkPortKey: string }[] };
    };
  }
  const [proxy] = await site.read<Proxy[]>(project, `host/c1/${host}`, "config.network.proxySwitch");
  const names = [...(proxy?.uplinkPort ?? []), ...(proxy?.hostLag ?? []).flatMap(({ uplinkPort }) => uplinkPort)];
  return Object.fromEntries(
    (proxy?.spec.backing.pnicSpec ?? []).map(({ pnicDevice, uplinkPortKey }) => [
      names.find(({ key }) => key === uplinkPortKey)?.value ?? "nowhere",
      pnicDevice,
    ]),
  );
}

/** Everything that a move changes. */
async function state() {
  return {
    lags: (await lags()).map(({ name }) => name),
    teams: await Promise.all(["app", "db"].map(team)),
    ports: await Promise.all(ESX.map(ports)),
  };
}

const STATE_STANDALONE = {
  lags: [],
  teams: ["uplink1,uplink2/", "uplink1,uplink2/"],
  ports: ESX.map(() => ({ uplink1: "vmnic2", uplink2: "vmnic3" })),
};
const STATE_ON_LAG = {
  lags: ["lag1"],
  teams: ["lag1/", "lag1/"],
  ports: ESX.map(() => ({ "lag1-0": "vmnic2", "lag1-1": "vmnic3" })),
};

/** Calls of ours that changed something, since the last reset. */
async function changes(): Promise<string[]> {
  const calls = await site.control<SoapCall[]>("GET", "/calls");
  return calls.flatMap(({ method, mutating }) => (mutating ? [method] : []));
}

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
  useProject(STANDALONE);

  it("starts on standalone uplinks", async () => {
    await project.up();
    expect(await state()).toEqual(STATE_STANDALONE);
  });

  it("is shown by a preview as steps in order, each with its risk", async () => {
    project.write(environment(ON_LAG));
    const { text } = await project.must("preview", "--diff");
    const plan = planOf(text);
    const policy = "teaming.policy loadbalance_srcid -> loadbalance_ip";
    expect(plan).toEqual([
      ...MOVE,
      `brief interruption: port group app: uplink1 uplink2, standby lag1 -> lag1, ${policy}`,
      `brief interruption: port group db: uplink1 uplink2, standby lag1 -> lag1, ${policy}`,
      `port groups to come: uplink1 uplink2 -> lag1, defaults.${policy}`,
    ]);
    expect(await state()).toEqual(STATE_STANDALONE);
  });

  it("moves one NIC after the other, with the LAG standby until all are there", async () => {
    await site.control("DELETE", "/calls");
    await project.up();
    expect(await state()).toEqual(STATE_ON_LAG);
    expect(await changes()).toEqual([
      "UpdateDVSLacpGroupConfig_Task",
      ...["ReconfigureDVPortgroup_Task", "ReconfigureDVPortgroup_Task"],
      ...["ReconfigureDvs_Task", "ReconfigureDvs_Task", "ReconfigureDvs_Task", "ReconfigureDvs_Task"],
      ...["ReconfigureDVPortgroup_Task", "ReconfigureDVPortgroup_Task"],
      "ReconfigureDvs_Task",
    ]);
    await project.up("--expect-no-changes");
    await project.must("preview", "--refresh", "--expect-no-changes");
  });

  it("takes new settings of the LAG", async () => {
    const changed = ON_LAG.replace(
      "nics: [vmnic2, vmnic3]",
      "nics: [vmnic2, vmnic3], ports: 4, role: passive, timeout: fast, hash: srcDestIp, vlans: [10, 20-29]",
    );
    project.write(environment(changed));
    await project.up();
    expect(await lags()).toEqual([
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
    await project.must("preview", "--refresh", "--expect-no-changes");
    project.write(environment(ON_LAG));
    await project.up();
    expect((await lags())[0]).toMatchObject({ mode: "active", uplinkNum: 2, timeoutMode: "slow" });
  });

  it("keeps the LAG ports of its NICs when a host leaves and comes back, and when an uplink is added", async () => {
    project.write(environment(ON_LAG).replace('["esx-[01:02]"]', "[esx-01]"));
    await project.up();
    expect(await ports(ESX[1])).toEqual({});
    expect(await ports(ESX[0])).toEqual(STATE_ON_LAG.ports[0]);
    project.write(environment(ON_LAG.replace("uplink2: }", "uplink2: , uplink3: vmnic1 }")));
    await project.up();
    expect(await ports(ESX[0])).toEqual({ ...STATE_ON_LAG.ports[0], uplink3: "vmnic1" });
    expect(await ports(ESX[1])).toEqual({ ...STATE_ON_LAG.ports[1], uplink3: "vmnic1" });
    project.write(environment(ON_LAG));
    await project.up();
    expect(await state()).toEqual(STATE_ON_LAG);
  });

  it("goes back the same way, and the LAG goes when nothing is on it", async () => {
    project.write(environment(STANDALONE));
    const plan = planOf((await project.must("preview", "--diff")).text);
    expect(plan.at(-1)).toBe("LAG lag1 goes");
    await project.up();
    expect(await state()).toEqual(STATE_STANDALONE);
    await project.must("preview", "--refresh", "--expect-no-changes");
  });

  // The move takes ten calls. That it can be cut off after any of them is shown of the plan: test/platforms/vsphere/distributedSwitch.
  it.each([2, 5, 8])("goes on correctly when it was cut off after call %i", async (calls) => {
    project.write(environment(ON_LAG));
    await site.control("DELETE", "/calls");
    await project.cutOff(async () => (await changes()).length >= calls);
    await project.up();
    expect(await state()).toEqual(STATE_ON_LAG);
    await project.up("--expect-no-changes");
    project.write(environment(STANDALONE));
    await project.up();
    expect(await state()).toEqual(STATE_STANDALONE);
  });
});

describe("a switch with a LAG from the start", () => {
  useProject(
    `${ON_LAG}
    healthCheck: { intervalMinutes: 1 }
    alarms: [uplink-redundancy, vlan-mtu, lag-member]
    networkIoControl: { traffic: { vmotion: { shares: low, limitMbps: 5000 }, virtualMachine: { shares: 90, reservationMbps: 100 } } }
    netflow: { collector: 192.0.2.10, activeTimeoutSeconds: 120 }
    multicast: snooping`,
  );

  it("is made in one up, and stays", async () => {
    await project.up();
    expect(await state()).toEqual(STATE_ON_LAG);
    const config = await site.read<Record<string, unknown>>(project, "network/dvs0", "config");
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
    await project.up("--expect-no-changes");
    await project.must("preview", "--refresh", "--expect-no-changes");
  });

  /** Alarms of ours by name, each with its state on a member host. */
  async function alarms(): Promise<Record<string, string>> {
    interface State {
      readonly alarm: { readonly type: string; readonly value: string };
      readonly overallStatus: string;
    }
    const collect = async (object: string, property: string) => {
      const [found] = JSON.parse(await site.govc(project, "object.collect", "-json", object, property));
      return "_value" in found.val ? (found.val._value ?? []) : found.val;
    };
    const states = (await collect(`/dc1/host/c1/${ESX[0]}`, "declaredAlarmState")) as State[];

    const named = states.map(async ({ alarm, overallStatus }) => [
      ((await collect(`${alarm.type}:${alarm.value}`, "info")) as { readonly name: string }).name,
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
    project.write(environment(ON_LAG));
    await project.up();
    expect(await alarms()).toEqual({});
    const config = await site.read<{ readonly healthCheckConfig?: object[] }>(project, "network/dvs0", "config");
    expect(config.healthCheckConfig?.every((check) => !("enable" in check && check.enable === true))).toBe(true);
    await project.up("--expect-no-changes");
  });

  it("refuses to take traffic from one LAG straight to another, and a host's only NIC at once: nothing is touched", async () => {
    const before = await state();
    project.write(environment(ON_LAG.replaceAll("lag1", "lag2")));
    const straight = await project.pulumi("preview");
    expect(straight.code).not.toBe(0);
    expect(straight.text).toContain(
      "host esx-01.example.net would move vmnic2 from lag1-0 to lag2-0, vmnic3 from lag1-1 to lag2-1: a NIC can't go from one LAG straight to another",
    );
    expect(straight.text).not.toMatch(/\n\s+at /);
    expect(await state()).toEqual(before);
  });
});
