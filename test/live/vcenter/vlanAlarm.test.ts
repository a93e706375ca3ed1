// The alarm of what the health check finds, for real: declared in the file, raised when a physical switch does not trunk a VLAN, and
// cleared when it does; govc reads the state that vCenter shows to people.
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import type { Project } from "../project.js";
import { ESX, plainHosts } from "./hosts.js";
import { useVcenter } from "./vcenterSite.js";

const FILE = `environment: t
networks:
  app: { vlan: 10 }
  storage: { vlan: 30 }
hosts:
  esx-[01:02]:
    platform: vsphere
    address: esx-[01:02].example.net
    uplinks: { vmnic2: , vmnic3: }
distributedSwitches:
  dvs0:
    datacenter: dc1
    hosts: ["esx-[01:02]"]
    uplinks: { uplink1: vmnic2, uplink2: vmnic3 }
    uplinkTeam: { members: [uplink1, uplink2], policy: source-port }
    portGroups: [app, storage]
    healthCheck: {}
    alarms: [vlan-mtu]
`;

const site = useVcenter(plainHosts, FILE);
let project: Project;

beforeAll(async () => {
  project = site.project;
  for (const host of ESX) for (const device of ["vmnic2", "vmnic3"]) await trunk(host, device, ["10", "30"]);
  await project.up();
});

/** What the port of the physical switch behind a NIC lets pass. */
const trunk = (host: string, device: string, vlans: readonly string[], mtu = 9216) =>
  site.control("POST", "/physical", { host, device, vlans, mtu });

interface AlarmState {
  readonly entity: { readonly type: string; readonly value: string };
  readonly alarm: { readonly type: string; readonly value: string };
  readonly overallStatus: string;
}

/** The alarms that show on an object, each with its status, its name and the host that it is about. */
async function triggered(path: string): Promise<string[]> {
  const collect = async <T>(...args: string[]) =>
    JSON.parse(await site.govc("object.collect", "-json", ...args))[0].val as T;
  const { _value: states } = await collect<{ _value: AlarmState[] | null }>(path, "triggeredAlarmState");
  const lines = (states ?? []).map(async ({ entity, alarm, overallStatus }) => {
    const { name } = await collect<{ name: string }>(`${alarm.type}:${alarm.value}`, "info");
    const host = await collect<string>(`${entity.type}:${entity.value}`, "name");
    return `${overallStatus} ${name.replace(/\(\w+\)/, "(id)")} ${host}`;
  });
  return (await Promise.all(lines)).sort();
}

/** vCenter finds out later than the physical switch changes. */
async function until(path: string, expected: readonly string[]): Promise<void> {
  const end = Date.now() + 10_000;
  while ((await triggered(path)).join() !== expected.join() && Date.now() < end) await sleep(100);
  expect(await triggered(path)).toEqual(expected);
}

/** Waits until the health check has seen a port whose VLANs are all trunked again. */
async function settled(host: string, device: string): Promise<void> {
  const end = Date.now() + 20_000;
  for (;;) {
    const { text } = await project.must("refresh", "--yes", "--skip-preview");
    if (!text.includes(`${host}: VLAN 30 is not trunked`)) return;
    if (Date.now() > end) throw new Error(`the health check does not see what is behind ${device} of ${host}`);
  }
}

const DATACENTER = "/dc1";
const hostPath = (host: string) => `/dc1/host/c1/${host}`;
const raised = (host: string) => `red multiport dvs0 (id): VLAN or MTU mismatch ${host}`;

describe("the alarm vlan-mtu", () => {
  it("is silent while every VLAN is trunked", async () => {
    // Results are there, and nothing is wrong: the silence says something.
    for (const host of ESX) await until(hostPath(host), []);
    const { text } = await project.must("refresh", "--yes", "--skip-preview");
    expect(text).not.toMatch(/is not trunked|does not pass/);
  });

  it("is raised on the host whose physical port does not trunk a VLAN, and shows on the datacenter", async () => {
    const [first, second] = ESX;
    await trunk(first, "vmnic3", ["10"]);
    await until(hostPath(first), [raised(first)]);
    await until(DATACENTER, [raised(first)]);
    expect(await triggered(hostPath(second))).toEqual([]);
    const { text } = await project.must("refresh", "--yes", "--skip-preview");
    expect(text).toContain(`${first}: VLAN 30 is not trunked on uplink2 (vmnic3)`);
  });

  it("clears when the physical switch trunks the VLAN again", async () => {
    const [first] = ESX;
    await trunk(first, "vmnic3", ["10", "30"]);
    await until(hostPath(first), []);
    await until(DATACENTER, []);
  });

  it("is raised by a packet size that the physical switch does not pass, and clears", async () => {
    const [, second] = ESX;
    await trunk(second, "vmnic2", ["10", "30"], 1000);
    await until(DATACENTER, [raised(second)]);
    await trunk(second, "vmnic2", ["10", "30"]);
    await until(DATACENTER, []);
  });

  it("has one state per host: the first port that is mended clears it, and refresh still tells of the other", async () => {
    const [first] = ESX;
    await trunk(first, "vmnic2", ["10"]);
    await trunk(first, "vmnic3", ["10"]);
    await until(hostPath(first), [raised(first)]);
    await trunk(first, "vmnic2", ["10", "30"]);
    await until(hostPath(first), []);
    const { text } = await project.must("refresh", "--yes", "--skip-preview");
    expect(text).toContain(`${first}: VLAN 30 is not trunked on uplink2 (vmnic3)`);
    await trunk(first, "vmnic3", ["10", "30"]);
    await settled(first, "vmnic3");
  });

  it("is taken away with its state when the file drops it", async () => {
    const [first] = ESX;
    await trunk(first, "vmnic3", ["10"]);
    await until(DATACENTER, [raised(first)]);
    project.write(FILE.replace("    alarms: [vlan-mtu]\n", ""));
    await project.up();
    expect(await triggered(DATACENTER)).toEqual([]);
    expect(await triggered(hostPath(first))).toEqual([]);
  });
});
