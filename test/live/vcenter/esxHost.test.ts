// ESXi hosts, for real: Pulumi's engine, our provider, SOAP over TLS to a simulated vCenter, and govc as an independent
// client that reads what became of the declaration and changes what it should not.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { vcenterVariables } from "../../../lab/stackEnvironment.js";
import { startVcenter, stopVcenter, type Vcenter } from "../../../lab/vcenterProcess.js";
import { Project } from "../project.js";

const NICS = ["vmnic0", "vmnic1", "vmnic2", "vmnic3", "vmnic4", "vmnic5"].map((device, index) => ({
  device,
  pci: `0000:3b:0${index}.0`,
  ...(index > 3 ? { sriov: { maxVirtualFunctions: 16 } } : {}),
}));
const ESX = ["esx-01.example.net", "esx-02.example.net"] as const;
const pciDevices = [
  { pci: "0000:d8:00.0", name: "accelerator", passthrough: true },
  { pci: "0000:d9:00.0", name: "bridge", passthrough: false },
];
const inventory = { datacenter: "dc1", cluster: "c1", hosts: ESX.map((name) => ({ name, nics: NICS, pciDevices })) };

/** The environment file of most tests; what a test changes is a parameter. */
function environment({
  team = "members: [vmnic1, vmnic2], policy: source-port",
  more = "discovery: cdp-both",
  app = "{}",
  groups = "",
  switches = "",
  ports = "",
  uplinks = "",
} = {}): string {
  return `
environment: t
networks:
  app: { vlan: 10 }
  storage: { vlan: 30, mtu: 9000 }
  all: { vlans: [1-4094] }
hosts:
  esx-01:
    platform: vsphere
    address: esx-01.example.net
    uplinks:
      vmnic1: { pci: "0000:3b:01.0" }
      vmnic2: {}
      vmnic3: {}
      vmnic4: {}
${uplinks}
    virtualSwitches:
      vSwitch1:
        uplinkTeam: { ${team} }
        ${more}
        portGroups:
          app: ${app}
          storage: { security: { promiscuous: true } }
          all: { uplinkTeam: { members: [vmnic2], policy: active-backup, failback: false } }
${groups}
${switches}
${ports}
`;
}

const HOST = `/dc1/host/c1/${ESX[0]}`;

let vcenter: Vcenter;
let variables: Record<string, string>;

/** Gives the tests of a group a vCenter of their own: what one group leaves behind is nothing to the next. */
function useVcenter(): void {
  let directory: string;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "multiport-esx-"));
    vcenter = await startVcenter(directory, inventory, { report: () => {}, control: true });
    variables = { ...vcenterVariables(vcenter), GOVC_PERSIST_SESSION: "false" };
  });
  afterAll(() => stopVcenter(directory));
}

/** Runs govc and returns what it printed. */
async function govc(project: Project, ...args: readonly string[]): Promise<string> {
  const { code, text, stdout } = await project.run("govc", args);
  if (code !== 0) throw new Error(`govc ${args.join(" ")}: ${code}\n${text}`);
  return stdout.trim();
}

/** A property of a host, as govc reads it. */
async function read<T>(project: Project, property: string, host: string = ESX[0]): Promise<T> {
  const [found] = JSON.parse(await govc(project, "object.collect", "-json", `/dc1/host/c1/${host}`, property));
  // govc wraps lists, and an empty one is null in its wrapping.
  return ("_value" in Object(found.val) ? (found.val._value ?? []) : found.val) as T;
}

/** A user is shown sentences, never where in our code something happened. */
function expectNoStackTrace(text: string): void {
  expect(text).not.toMatch(/^\s+at .+:\d+/m);
  expect(text).not.toMatch(/panic|goroutine|node:internal/);
}

/** The calls that changed something since the last look, in their order. */
async function calls(): Promise<string[]> {
  interface Call {
    readonly method: string;
    readonly object: string;
    readonly mutating: boolean;
  }
  const answer = (await (await fetch(`${vcenter.control}/calls`)).json()) as Call[];
  return answer.filter(({ mutating }) => mutating).map(({ method, object }) => `${method} ${object}`);
}

const forgetCalls = () => fetch(`${vcenter.control}/calls`, { method: "DELETE" });

/** Lets the next call of a method hang for a minute. */
const hang = (method: string) =>
  fetch(`${vcenter.control}/faults`, { method: "POST", body: JSON.stringify({ method, kind: "timeout" }) });

interface Provider {
  create(inputs: object): Promise<{ readonly id: string; readonly outs: object }>;
  read(id: string, outputs: object): Promise<{ readonly props: object }>;
  delete(id: string, outputs: object): Promise<void>;
}

/** The methods of the resource as the dynamic provider has them, in this process. */
function compiledProvider(): Provider {
  Object.assign(process.env, variables);
  return require("../../../dist/providers/engine/provider.js").providers.esxHost;
}

interface StandardSwitch {
  readonly name: string;
  readonly mtu: number;
  readonly spec: {
    readonly bridge?: {
      readonly nicDevice: string[];
      readonly linkDiscoveryProtocolConfig: { readonly protocol: string; readonly operation: string };
    };
    readonly policy: Policy;
  };
}

interface Policy {
  readonly security?: Record<string, boolean>;
  readonly nicTeaming?: {
    readonly policy?: string;
    readonly rollingOrder?: boolean;
    readonly nicOrder?: { readonly activeNic?: string[]; readonly standbyNic?: string[] };
  };
}

interface PortGroup {
  readonly spec: {
    readonly name: string;
    readonly vlanId: number;
    readonly vswitchName: string;
    readonly policy: Policy;
  };
}

async function vswitch(project: Project, name: string): Promise<StandardSwitch | undefined> {
  return (await read<StandardSwitch[]>(project, "config.network.vswitch")).find((each) => each.name === name);
}

async function portGroup(project: Project, name: string): Promise<PortGroup["spec"] | undefined> {
  return (await read<PortGroup[]>(project, "config.network.portgroup")).find(({ spec }) => spec.name === name)?.spec;
}

describe("a standard switch", () => {
  useVcenter();
  let project: Project;
  let before: string;
  const network = async () => JSON.stringify(await read(project, "config.network"));

  beforeAll(async () => {
    project = await Project.create({ environment: environment(), variables });
    before = await network();
  });
  afterAll(() => {
    rmSync(project.folder, { recursive: true, force: true });
  });

  it("is only shown by a preview, with the steps on the way", async () => {
    const { text } = await project.must("preview", "--diff");
    expect(text).toMatch(/switch vSwitch1: add it with vmnic1, vmnic2, MTU 9000/);
    expect(text).toMatch(/port group app: add it to switch vSwitch1, VLAN 10/);
    expect(await network()).toBe(before);
  });

  it("is made as declared, with its port groups", async () => {
    await project.up();
    const found = await vswitch(project, "vSwitch1");
    expect(found?.mtu).toBe(9000);
    expect(found?.spec.bridge).toMatchObject({
      nicDevice: ["vmnic1", "vmnic2"],
      linkDiscoveryProtocolConfig: { protocol: "cdp", operation: "both" },
    });
    expect(found?.spec.policy.security).toEqual({ allowPromiscuous: false, macChanges: false, forgedTransmits: false });
    expect(await portGroup(project, "app")).toMatchObject({ vlanId: 10, vswitchName: "vSwitch1" });
    expect(await portGroup(project, "storage")).toMatchObject({ policy: { security: { allowPromiscuous: true } } });
    expect(await portGroup(project, "all")).toMatchObject({
      vlanId: 4095,
      policy: { nicTeaming: { policy: "failover_explicit", rollingOrder: true, nicOrder: { activeNic: ["vmnic2"] } } },
    });
  });

  it("stays untouched by a second up, and shows no difference to vCenter", async () => {
    await project.up("--expect-no-changes");
    await project.must("preview", "--refresh", "--expect-no-changes");
  });

  it("takes every changed setting, and moves NICs between its switches in one call", async () => {
    project.write(
      environment({
        team: "members: [vmnic2, vmnic3], standby: [vmnic3], policy: source-mac, failback: false, failureDetection: beacon",
        more: "discovery: off\n        security: { forgedTransmits: true }\n        shaping: { averageKbps: 1000 }\n        mtu: 9000",
        app: "{ network: storage, shaping: { ingress: { averageKbps: 500, burstKilobytes: 64 } } }",
        switches: `      vSwitch2:
        uplinkTeam: { members: [vmnic1], policy: source-port }
        portGroups: { other: { network: app } }`,
      }),
    );
    const preview = await project.must("preview", "--diff");
    expect(preview.text).toMatch(/brief interruption: switches: move vmnic1 from vSwitch1 to vSwitch2/);
    await project.up();
    const found = await vswitch(project, "vSwitch1");
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
    expect((await vswitch(project, "vSwitch2"))?.spec.bridge?.nicDevice).toEqual(["vmnic1"]);
    expect(await portGroup(project, "app")).toMatchObject({
      vlanId: 30,
      policy: { shapingPolicy: { enabled: true, averageBandwidth: 500_000, burstSize: 65_536 } },
    });
    await project.up("--expect-no-changes");
    await project.must("preview", "--refresh", "--expect-no-changes");
  });

  it("shows what others changed, and puts it back", async () => {
    await govc(project, "host.portgroup.change", "-host", HOST, "-vlan-id", "99", "app");
    const { text } = await project.must("preview", "--refresh", "--diff");
    expect(text).toMatch(/vlan +: 99 => 30/);
    expect(text).toMatch(/port group app: .*vlan 99 becomes 30/);
    await project.up("--refresh");
    expect(await portGroup(project, "app")).toMatchObject({ vlanId: 30 });
    await project.must("preview", "--refresh", "--expect-no-changes");
  });

  it("keeps a port group that a VM is on, and says which", async () => {
    await govc(project, "vm.create", "-host", HOST, "-net", "other", "-on=false", "-g", "otherGuest64", "web-01");
    project.write(environment());
    const { code, text } = await project.pulumi("up", "--yes", "--skip-preview");
    expect(code).not.toBe(0);
    expect(text).toContain("port group other can't be removed while it is used by VM web-01");
    expectNoStackTrace(text);
    await govc(project, "vm.destroy", "web-01");
    await project.up();
    expect(await vswitch(project, "vSwitch2")).toBeUndefined();
    expect((await vswitch(project, "vSwitch1"))?.spec.bridge?.nicDevice).toEqual(["vmnic1", "vmnic2"]);
  });

  it("goes with all that is ours, and leaves the host as it was", async () => {
    await project.must("destroy", "--yes", "--skip-preview");
    expect(await vswitch(project, "vSwitch1")).toBeUndefined();
    expect(await network()).toBe(before);
  });
});

describe("things of others on a host", () => {
  useVcenter();
  let project: Project;
  beforeAll(async () => {
    project = await Project.create({ environment: environment(), variables });
  });
  afterAll(() => {
    rmSync(project.folder, { recursive: true, force: true });
  });

  /** What a refused up says. */
  async function refused(file: string): Promise<string> {
    project.write(file);
    await forgetCalls();
    const { code, text } = await project.pulumi("up", "--yes", "--skip-preview");
    expect(code).not.toBe(0);
    expectNoStackTrace(text);
    expect(await calls()).toEqual([]);
    return text;
  }

  it("are not taken over without being asked", async () => {
    await govc(project, "host.vswitch.add", "-host", HOST, "-mtu", "9000", "-nic", "vmnic3", "vSwitch1");
    await govc(project, "host.portgroup.add", "-host", HOST, "-vswitch", "vSwitch1", "-vlan", "77", "theirs");
    const text = await refused(
      environment({ team: "members: [vmnic1, vmnic3], policy: source-port", groups: "" }).replace(
        "members: [vmnic2]",
        "members: [vmnic1]",
      ),
    );
    expect(text).toContain("standard switch vSwitch1 exists already and is not multiport's. Set adopt: true");
    const other = environment({ team: "members: [vmnic2, vmnic3]" }).replace("vSwitch1:", "vSwitch7:");
    expect(await refused(other)).toContain(
      "NIC vmnic3 is an uplink of standard switch vSwitch1, and switch vSwitch7 needs it",
    );
  });

  it("are told before anything is done when a NIC is not there or not the one that was meant", async () => {
    expect(await refused(environment({ team: "members: [vmnic2, vmnic9]", uplinks: "      vmnic9: {}" }))).toContain(
      "the host has no NIC vmnic9. It has vmnic0, vmnic1",
    );
    expect(await refused(environment().replace("0000:3b:01.0", "0000:3b:02.0"))).toContain(
      "NIC vmnic1 has the PCI address 0000:3b:01.0, not 0000:3b:02.0 (0000:3b:02.0 is vmnic2)",
    );
  });

  it("are taken over with adopt, and stay when the resource goes", async () => {
    project.write(environment({ more: "adopt: true" }));
    await project.up();
    expect((await vswitch(project, "vSwitch1"))?.spec.bridge?.nicDevice).toEqual(["vmnic1", "vmnic2"]);
    expect(await portGroup(project, "theirs")).toMatchObject({ vlanId: 77 });
    await project.must("preview", "--refresh", "--expect-no-changes");
    const { text } = await project.must("destroy", "--yes", "--skip-preview");
    expect(text).toContain("switch vSwitch1 stays with its settings: it was there before (adopt: true)");
    expect(await vswitch(project, "vSwitch1")).toBeDefined();
    expect(await portGroup(project, "theirs")).toBeDefined();
    expect(await portGroup(project, "app")).toBeUndefined();
  });

  it("include the way to the host, which keeps an uplink with a link (VS-37)", async () => {
    const file = environment().replace("vSwitch1:", "vSwitch0:").replace("discovery: cdp-both", "adopt: true");
    expect(
      await refused(
        file
          .replace("uplinkTeam: { members: [vmnic1, vmnic2], policy: source-port }", "")
          .replace("      all: { uplinkTeam: { members: [vmnic2], policy: active-backup, failback: false } }", ""),
      ),
    ).toMatch(/vmk0 carries the management of the host on switch vSwitch0, and no uplink would be left/);
  });
});

describe("vmkernel ports", () => {
  useVcenter();
  let project: Project;
  const ports = (text: string) => `    vmkernelPorts:\n${text}`;
  const vmotion = (address: string, more = "services: [vmotion]") =>
    `      vmotion: { portGroup: vSwitch1/storage, address: ${address}, ${more} }\n`;

  interface Vnic {
    readonly device: string;
    readonly portgroup: string;
    readonly spec: { readonly mtu: number; readonly ip: { readonly ipAddress: string; readonly subnetMask: string } };
  }
  const vnics = () => read<Vnic[]>(project, "config.network.vnic");
  const selected = async (device: string) =>
    (await read<{ nicType: string; selectedVnic?: string[] }[]>(project, "config.virtualNicManagerInfo.netConfig"))
      .filter(({ selectedVnic }) => selectedVnic?.some((key) => key.endsWith(`-${device}`)))
      .map(({ nicType }) => nicType);

  beforeAll(async () => {
    project = await Project.create({
      environment: environment({ ports: ports(vmotion("10.32.0.11/24")) }),
      variables,
    });
  });
  afterAll(() => {
    rmSync(project.folder, { recursive: true, force: true });
  });

  it("are made with address, MTU and services", async () => {
    await project.up();
    expect((await vnics()).map(({ device }) => device)).toEqual(["vmk0", "vmk1"]);
    expect((await vnics())[1]).toMatchObject({
      portgroup: "storage",
      spec: { mtu: 9000, ip: { ipAddress: "10.32.0.11", subnetMask: "255.255.255.0" } },
    });
    expect(await selected("vmk1")).toEqual(["vmotion"]);
    await project.must("preview", "--refresh", "--expect-no-changes");
  });

  it("keep their device when address, MTU, services and port group change", async () => {
    const moved = vmotion("10.32.0.12/20", "mtu: 1500, services: [vSphereProvisioning, faultToleranceLogging]");
    project.write(environment({ ports: ports(moved.replace("/storage", "/app")) }));
    await project.up();
    expect((await vnics())[1]).toMatchObject({
      device: "vmk1",
      portgroup: "app",
      spec: { mtu: 1500, ip: { ipAddress: "10.32.0.12", subnetMask: "255.255.240.0" } },
    });
    expect(await selected("vmk1")).toEqual(["faultToleranceLogging", "vSphereProvisioning"]);
    await project.up("--expect-no-changes");
    await project.must("preview", "--refresh", "--expect-no-changes");
  });

  it("are made on a distributed port group, when the host has it", async () => {
    const port = {
      switch: "dvs0",
      switchKind: "distributed",
      portGroup: "dvs-vmotion",
      address: "10.33.0.11/24",
      mtuBytes: 1500,
      services: ["vmotion"],
      stack: "defaultTcpipStack",
    };
    const nothing = { nics: {}, switches: {}, portGroups: {}, sriov: {}, passthrough: {}, reboot: "never" };
    const inputs = {
      environment: "t",
      driverVersion: 1,
      target: { address: ESX[0] },
      configuration: { ...nothing, vmkernelPorts: { vmotion: port } },
    };
    // Without an SDK for the switch itself, which govc makes: our provider as the engine loads it.
    const provider = compiledProvider();
    await expect(provider.create(inputs)).rejects.toThrow("the host has no distributed port group dvs0/dvs-vmotion");
    await govc(project, "dvs.create", "dvs0");
    await govc(project, "dvs.add", "-dvs", "dvs0", "-pnic", "vmnic5", ESX[0]);
    await govc(project, "dvs.portgroup.add", "-dvs", "dvs0", "-vlan", "33", "dvs-vmotion");
    const { id, outs } = await provider.create(inputs);
    const made = (await vnics()).find(({ spec }) => spec.ip.ipAddress === "10.33.0.11");
    expect(await selected(made?.device ?? "")).toEqual(["vmotion"]);
    expect((await provider.read(id, outs)).props).toEqual(outs);
    await provider.delete(id, outs);
    expect((await vnics()).some(({ spec }) => spec.ip.ipAddress === "10.33.0.11")).toBe(false);
  });

  it("leave before the port group and the switch that they are on", async () => {
    await project.must("destroy", "--yes", "--skip-preview");
    expect((await vnics()).map(({ device }) => device)).toEqual(["vmk0"]);
    expect(await vswitch(project, "vSwitch1")).toBeUndefined();
  });
});

describe("a run that was killed in the middle", () => {
  useVcenter();
  let project: Project;
  beforeAll(async () => {
    project = await Project.create({ environment: environment(), variables });
  });
  afterAll(() => {
    rmSync(project.folder, { recursive: true, force: true });
  });

  it("is gone on with: what it made is known as ours", async () => {
    await forgetCalls();
    await hang("AddPortGroup");
    await project.cutOff(async () => (await calls()).some((call) => call.startsWith("AddPortGroup")));
    expect(await vswitch(project, "vSwitch1")).toBeDefined();
    expect(await portGroup(project, "app")).toBeUndefined();
    await forgetCalls();
    await project.up();
    expect((await calls()).map((call) => call.split(" ")[0])).toEqual(["AddPortGroup", "AddPortGroup", "AddPortGroup"]);
    await project.must("preview", "--refresh", "--expect-no-changes");
  });
});

/** Hosts that are restarted for virtual functions, or not. */
function devices({ numVfs = 4, reboot = "never", hosts = 1, passthrough = "[]" } = {}): string {
  const host = (number: number) => `
  esx-0${number}:
    platform: vsphere
    address: esx-0${number}.example.net
    uplinks: { vmnic4: { sriov: { numVfs: ${numVfs} } } }
    passthrough: ${passthrough}
    reboot: ${reboot}`;
  return `environment: t\nnetworks: {}\nhosts:${Array.from({ length: hosts }, (_, index) => host(index + 1)).join("")}\n`;
}

interface Device {
  readonly id: string;
  readonly numVirtualFunction?: number;
  readonly numVirtualFunctionRequested?: number;
  readonly passthruEnabled: boolean;
  readonly passthruActive: boolean;
}

describe("SR-IOV and passthrough", () => {
  useVcenter();
  let project: Project;
  const device = async (id: string, host: string = ESX[0]) =>
    (await read<Device[]>(project, "config.pciPassthruInfo", host)).find((each) => each.id === id);
  const bootTime = (host: string = ESX[0]) => read<string>(project, "runtime.bootTime", host);
  const isInMaintenance = (host: string = ESX[0]) => read<boolean>(project, "runtime.inMaintenanceMode", host);
  const restarts = async () => (await calls()).filter((call) => /^(Enter|Exit|Reboot)/.test(call));

  beforeAll(async () => {
    project = await Project.create({ environment: devices(), variables });
  });
  afterAll(() => {
    rmSync(project.folder, { recursive: true, force: true });
  });

  it("are refused for what the hardware can't", async () => {
    const refusals = [
      [devices({ numVfs: 17 }), "NIC vmnic4 (0000:3b:04.0) has at most 16 virtual functions, and 17 are wanted"],
      [
        devices().replace("vmnic4", "vmnic3"),
        "NIC vmnic3 (0000:3b:03.0) can't do SR-IOV, and 4 virtual functions are wanted",
      ],
      [devices({ passthrough: '["0000:d9:00.0"]' }), "PCI device 0000:d9:00.0 can't be passed through"],
      [devices({ passthrough: '["0000:00:00.0"]' }), "the host has no PCI device 0000:00:00.0"],
      [
        devices({ passthrough: '["0000:3b:00.0"]' }),
        "NIC vmnic0 (0000:3b:00.0) is an uplink of standard switch vSwitch0",
      ],
    ] as const;
    for (const [file, reason] of refusals) {
      project.write(file);
      await forgetCalls();
      const { code, text } = await project.pulumi("up", "--yes", "--skip-preview");
      expect(code).not.toBe(0);
      expect(text).toContain(reason);
      expectNoStackTrace(text);
      expect(await calls()).toEqual([]);
    }
  });

  it("wait for a restart that others make, and say so, with reboot: never", async () => {
    project.write(devices({ passthrough: '["0000:d8:00.0"]' }));
    const booted = await bootTime();
    const { text } = await project.up();
    expect(text).toMatch(
      /waits for a restart of the host: 4 virtual functions of vmnic4 \(0 are there\), passthrough of 0000:d8:00.0/,
    );
    expect(await device("0000:3b:04.0")).toMatchObject({ numVirtualFunctionRequested: 4, numVirtualFunction: 0 });
    expect(await bootTime()).toBe(booted);
    await govc(project, "host.maintenance.enter", HOST);
    await govc(project, "host.shutdown", "-r", "-f", HOST);
    await waitUntil(async () => (await bootTime()) !== booted);
    await govc(project, "host.maintenance.exit", HOST);
    expect((await project.up()).text).not.toContain("waits for a restart");
    expect(await device("0000:3b:04.0")).toMatchObject({ numVirtualFunction: 4 });
    expect(await device("0000:d8:00.0")).toMatchObject({ passthruActive: true });
    await project.up("--expect-no-changes");
    await project.must("preview", "--refresh", "--expect-no-changes");
  });

  it("are there at the end with reboot: whenRequired, which the preview says", async () => {
    project.write(devices({ numVfs: 8, reboot: "whenRequired", passthrough: '["0000:d8:00.0"]' }));
    const { text } = await project.must("preview", "--diff");
    expect(text).toMatch(/PCI devices: 8 virtual functions of vmnic4/);
    expect(text).toMatch(/outage: maintenance: put the host into maintenance mode/);
    expect(text).toMatch(/outage: restart the host/);
    await forgetCalls();
    await project.up();
    expect(await device("0000:3b:04.0")).toMatchObject({ numVirtualFunction: 8 });
    expect((await restarts()).map((call) => call.split(" ")[0])).toEqual([
      "EnterMaintenanceMode_Task",
      "RebootHost_Task",
      "ExitMaintenanceMode_Task",
    ]);
    expect(await isInMaintenance()).toBe(false);
    await project.up("--expect-no-changes");
  });

  it("do not restart a host under VMs that nobody moves, nor one that is in somebody's maintenance", async () => {
    project.write(devices({ numVfs: 6, reboot: "whenRequired", passthrough: '["0000:d8:00.0"]' }));
    await govc(project, "vm.create", "-host", HOST, "-on=true", "-g", "otherGuest64", "web-01");
    const running = await project.pulumi("up", "--yes", "--skip-preview");
    expect(running.text).toContain("nobody moves the 1 VMs that run on it: web-01");
    await govc(project, "vm.destroy", "web-01");
    await govc(project, "host.maintenance.enter", HOST);
    const maintained = await project.pulumi("up", "--yes", "--skip-preview");
    expect(maintained.text).toContain("the host is in maintenance mode, and multiport did not put it there");
    expect(await isInMaintenance()).toBe(true);
    await govc(project, "host.maintenance.exit", HOST);
  });

  it("go on where a run was killed, and leave maintenance mode at the end", async () => {
    await forgetCalls();
    await project.cutOff(async () => (await calls()).some((call) => call.startsWith("RebootHost_Task")));
    expect(await isInMaintenance()).toBe(true);
    await project.up();
    expect(await device("0000:3b:04.0")).toMatchObject({ numVirtualFunction: 6 });
    expect(await isInMaintenance()).toBe(false);
    await project.up("--expect-no-changes");
  });

  it("are turned off when the resource goes", async () => {
    await project.must("destroy", "--yes", "--skip-preview");
    expect(await device("0000:3b:04.0")).toMatchObject({ numVirtualFunction: 0, numVirtualFunctionRequested: 0 });
    expect(await device("0000:d8:00.0")).toMatchObject({ passthruEnabled: false, passthruActive: false });
    expect(await isInMaintenance()).toBe(false);
  });

  it("restart the hosts of a group one after the other", async () => {
    project.write(devices({ reboot: "whenRequired", hosts: 2 }));
    await forgetCalls();
    await project.up();
    const order = await restarts();
    const [first, second] = [order[0]?.split(" ")[1], order[3]?.split(" ")[1]];
    expect(first).not.toBe(second);
    expect(order).toEqual(
      [first, second].flatMap((host) =>
        ["Enter", "Reboot", "Exit"].map((verb) => expect.stringMatching(new RegExp(`^${verb}.* ${host}$`))),
      ),
    );
    for (const host of ESX) expect(await device("0000:3b:04.0", host)).toMatchObject({ numVirtualFunction: 4 });
  });
});

async function waitUntil(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await isSo()) return;
    await sleep(100);
  }
  throw new Error("what was waited for did not come");
}
