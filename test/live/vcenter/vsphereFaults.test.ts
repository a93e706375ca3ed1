// What goes wrong between Pulumi's engine, its provider, ours and vCenter: a run that is killed, answers that get lost, a session that
// ends, a vCenter that is away, and a change that vCenter takes back by itself. The real engine and a simulated vCenter.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { vcenterVariables } from "../../../lab/stackEnvironment.js";
import { startVcenter, stopVcenter, type Vcenter } from "../../../lab/vcenterProcess.js";
import { type Outcome, Project } from "../project.js";

const NICS = ["vmnic0", "vmnic1", "vmnic2", "vmnic3"].map((device, index) => ({ device, pci: `0000:3b:00.${index}` }));
const ESX = ["esx-01.example.net", "esx-02.example.net"] as const;
const inventory = { datacenter: "dc1", cluster: "c1", hosts: ESX.map((name) => ({ name, nics: NICS })) };

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

const ON_LAG = environment({
  uplinks: "uplink1: , uplink2:",
  lags: "    lags: { lag1: { nics: [vmnic2, vmnic3] } }",
  team: "members: [lag1], mode: lacp",
});

let vcenter: Vcenter;
let variables: Record<string, string>;
let project: Project;

/** Gives the tests of a group a vCenter and a project of their own. */
function useVcenter(file: string): void {
  let directory: string;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "multiport-vcenter-"));
    vcenter = await startVcenter(directory, inventory, { report: () => {}, control: true });
    variables = { ...vcenterVariables(vcenter), GOVC_PERSIST_SESSION: "false" };
    project = await Project.create({ environment: file, variables });
  });
  afterAll(async () => {
    await stopVcenter(directory);
    rmSync(project.folder, { recursive: true, force: true });
  });
}

/** Runs govc and returns what it printed. */
async function govc(...args: readonly string[]): Promise<string> {
  const { code, text, stdout } = await project.run("govc", args);
  if (code !== 0) throw new Error(`govc ${args.join(" ")}: ${code}\n${text}`);
  return stdout.trim();
}

/** A property of an object of the datacenter, as govc reads it. */
async function read<T>(path: string, property: string): Promise<T> {
  const [found] = JSON.parse(await govc("object.collect", "-json", `/dc1/${path}`, property));
  return ("_value" in Object(found.val) ? (found.val._value ?? []) : found.val) as T;
}

interface Call {
  readonly method: string;
  readonly mutating: boolean;
}

async function control<T>(method: string, path: string, body?: object): Promise<T> {
  const answer = await fetch(`${vcenter.control}/${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
  expect(answer.ok).toBe(true);
  return (await answer.json()) as T;
}

/** The methods that changed something since the last reset, in their order. */
const changes = async () =>
  (await control<Call[]>("GET", "calls")).filter(({ mutating }) => mutating).map(({ method }) => method);

/** What a run says that must not succeed: in sentences, without a stack trace, and without the password anywhere. */
async function failingUp(): Promise<string> {
  const outcome = await project.pulumi("up", "--yes", "--skip-preview");
  expect(outcome.code, outcome.text).not.toBe(0);
  expectPlain(outcome);
  return outcome.text;
}

function expectPlain({ text }: Outcome): void {
  expect(text).not.toMatch(/^\s+at .+:\d+/m);
  expect(text).not.toMatch(/panic|goroutine|node:internal|session\[/);
  for (const each of [text, project.state()]) expect(each).not.toContain(vcenter.password);
}

/** The next run comes to what is wanted, and after it there is nothing to do. */
async function converges(): Promise<void> {
  await project.up();
  await project.must("preview", "--refresh", "--expect-no-changes");
}

/** LAG and teams of the port groups, and the places of all NICs. */
async function shape(): Promise<object> {
  interface Config {
    readonly lacpGroupConfig?: readonly { readonly name: string }[];
    readonly host: readonly { readonly config: { readonly backing: { readonly pnicSpec?: object[] } } }[];
  }
  interface Setting {
    readonly uplinkTeamingPolicy: {
      readonly uplinkPortOrder: { activeUplinkPort?: string[]; standbyUplinkPort?: string[] };
    };
  }
  const config = await read<Config>("network/dvs0", "config");
  const teams = await Promise.all(
    ["app", "mgmt"].map(async (name) => {
      const { uplinkTeamingPolicy } = await read<Setting>(`network/${name}`, "config.defaultPortConfig");
      const { activeUplinkPort = [], standbyUplinkPort = [] } = uplinkTeamingPolicy.uplinkPortOrder;
      return `${activeUplinkPort.join(" ")} / ${standbyUplinkPort.join(" ")}`;
    }),
  );
  return {
    lags: config.lacpGroupConfig?.map(({ name }) => name) ?? [],
    teams,
    nics: config.host.map(({ config: { backing } }) => backing.pnicSpec?.length ?? 0),
  };
}

describe("a move to a LAG", () => {
  useVcenter(environment());

  it.each([
    ["the LAG is made", 1],
    ["it is standby", 3],
    ["one host has a NIC on it", 4],
    ["one host is over", 5],
    ["both are over", 7],
    ["one port group is on it alone", 8],
  ])("goes on where the run was killed when %s", async (_place, count) => {
    project.write(environment());
    await project.up();
    await control("DELETE", "calls");
    project.write(ON_LAG);
    await project.cutOff(async () => (await changes()).length >= count);
    await converges();
    expect(await shape()).toEqual({ lags: ["lag1"], teams: ["lag1 / ", "lag1 / "], nics: [2, 2] });
  });

  it("goes on with a new session when vCenter ends the old one in the middle", async () => {
    project.write(environment());
    await control("DELETE", "calls");
    const run = project.up();
    while ((await changes()).length < 3) await sleep(20);
    await control("DELETE", "sessions");
    expectPlain(await run);
    expect(await shape()).toEqual({ lags: [], teams: ["uplink1 uplink2 / ", "uplink1 uplink2 / "], nics: [2, 2] });
    await project.must("preview", "--refresh", "--expect-no-changes");
  });
});

describe("an object that the provider made, with vCenter's answer lost", () => {
  useVcenter(`${environment()}
vcenter: { datacenter: dc1 }
vms:
  db-01:
    host: esx-01
    vsphere: { create: { memoryMegabytes: 512, datastore: datastore1 } }
    ports: { app0: { portGroup: dvs0/app } }
`);

  // One run fails at the switch, the next one at a port group, and so on: at the end everything is there once.
  it.each([
    ["dropAfter", "is removed by the next run, which makes it anew"],
    ["timeoutAfter", "is removed by the next run, too, when vCenter only stopped answering"],
    ["taskErrorAfter", "is removed by the next run, too, when vCenter says that it could not"],
    ["fault", "is made by the next run when vCenter refused it"],
  ])("%s: %s", async (kind) => {
    const told: string[] = [];
    for (const method of ["CreateDVS_Task", "CreateDVPortgroup_Task", "CreateVM_Task", "PowerOnVM_Task"]) {
      await control("POST", "faults", { method, kind, seconds: 1 });
      told.push(await failingUp());
      expect(await control("GET", "faults"), told.at(-1)).toEqual([]);
    }
    if (kind === "dropAfter") {
      const preview = await project.must("preview");
      expect(preview.text).not.toContain("cut off before it knew");
      for (const [index, name] of ["dvs0", "(app|mgmt)", "db-01"].entries())
        expect(told[index + 1]).toMatch(new RegExp(`vCenter has "${name}" from a run that was cut off`));
    }
    await converges();
    await project.must("destroy", "--yes", "--skip-preview");
    expect(await govc("find", "/dc1/network", "-type", "DistributedVirtualPortgroup")).toBe("");
    expect(await govc("find", "/dc1/vm", "-type", "m")).toBe("");
  });

  it("is refused when it is not of this stack, before anything is made", async () => {
    await govc("dvs.create", "-num-uplinks", "2", "dvs0");
    await control("DELETE", "calls");
    const { code, text } = await project.pulumi("preview");
    expect(code).not.toBe(0);
    expect(text).toContain('datacenter dc1 has a distributed switch "dvs0" already, which is not of this stack');
    expect(text).not.toMatch(/^\s+at .+:\d+/m);
    expect(await failingUp()).toContain("which is not of this stack");
    expect(await changes()).toEqual([]);
    await govc("object.destroy", "/dc1/network/dvs0");
  });
});

describe("a vCenter that is away", () => {
  useVcenter(environment());

  it("is told with its address and what to check, and nothing is changed; the next up converges", async () => {
    const away = await Project.create({
      environment: environment(),
      variables: { ...variables, VSPHERE_SERVER: "127.0.0.1:1" },
    });
    const outcome = await away.pulumi("up", "--yes", "--skip-preview");
    rmSync(away.folder, { recursive: true, force: true });
    expect(outcome.code).not.toBe(0);
    expect(outcome.text).toMatch(/dial tcp 127\.0\.0\.1:1: connect: connection refused\. Check .*VSPHERE_SERVER/);
    expect(outcome.text).not.toMatch(/^\s+at .+:\d+/m);
    expect(outcome.text).not.toContain(vcenter.password);
    await converges();
  });
});

describe("a change that cuts the management of a host off", () => {
  const managed = (more: Parameters<typeof environment>[0] = {}) =>
    environment({
      ports: `    vmkernelPorts:
      mgmt: { portGroup: dvs0/mgmt, address: 10.11.0.11/24, services: [management] }`,
      ...more,
    });
  useVcenter(managed());
  beforeAll(async () => {
    await project.up();
    await project.up();
  });

  it.each([
    ["another VLAN", { mgmt: 12 }, "port group mgmt: vlan 11 -> 12"],
    ["a blocked port group", { mgmtMore: "{ blocked: true }" }, "port group mgmt: blocked false -> true"],
    ["no uplinks", { uplinks: "uplink1: , uplink2:" }, "esx-01.example.net: vmnic2 leaves uplink1"],
  ])("is taken back by vCenter and told as that: %s", async (_what, more, shown) => {
    const before = await read("network/mgmt", "config.defaultPortConfig");
    project.write(managed(more));
    const text = await failingUp();
    expect(text).toMatch(
      /vCenter undid the change by itself, because host esx-01.example.net lost its connection to vCenter/,
    );
    expect(await read("network/mgmt", "config.defaultPortConfig")).toEqual(before);
    const { text: state } = await project.must("preview", "--refresh", "--diff");
    expect(state).toContain(shown);
    project.write(managed());
    await converges();
  });
});
