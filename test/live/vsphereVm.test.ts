// VMs, for real: Pulumi's engine, the vSphere provider's own code and ours, SOAP over TLS to a simulated vCenter, and govc as an
// independent client that makes VMs, reads what became of the declaration and changes what it should not.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { vcenterVariables } from "../../lab/stackEnvironment.js";
import { startVcenter, stopVcenter, type Vcenter } from "../../lab/vcenterProcess.js";
import { setDevices } from "./esxDevices.js";
import { type Outcome, Project } from "./project.js";

const [PF4, PF5, GPU] = ["0000:86:00.0", "0000:af:00.0", "0000:d8:00.0"] as const;
const sriov = { maxVirtualFunctions: 64 };
const NICS = [
  { device: "vmnic0", pci: "0000:18:00.0" },
  { device: "vmnic2", pci: "0000:3b:00.0" },
  { device: "vmnic4", pci: PF4, sriov },
  { device: "vmnic5", pci: PF5, sriov },
];
const ESX = ["esx-01.example.net", "esx-02.example.net"] as const;
const pciDevices = [{ pci: GPU, name: "Accelerator", passthrough: true }];
const inventory = {
  datacenter: "dc1",
  cluster: "c1",
  hosts: ESX.map((name) => ({ name, nics: NICS, pciDevices })),
};

const ALL_PORTS = `
      app0: { portGroup: dvs0/app }
      web0: { portGroup: dvs0/web }
      sto0: { portGroup: dvs0/storage, vf: vmnic4 }
      sto1: { portGroup: dvs0/storage, vf: { from: [vmnic5] } }`;

/** The environment file of most tests; what a test changes is a parameter. */
function environment({
  ports = ALL_PORTS,
  vsphere = `{ powerOff: whenRequired, passthrough: ["${GPU}"] }`,
  name = "db-01",
  vms = "",
  hasVm = true,
} = {}): string {
  const vm = `  ${name}:
    host: esx-01
    vsphere: ${vsphere}
    ports:${ports}`;
  return `
environment: t
networks:
  app: { vlan: 10 }
  web: { vlan: 20 }
  storage: { vlan: 30 }
vcenter: { datacenter: dc1 }
hosts:
  esx-[01:02]:
    platform: vsphere
    address: esx-[01:02].example.net
    uplinks:
      vmnic2: {}
      vmnic4: { pci: "${PF4}", sriov: { numVfs: 4 } }
      vmnic5: { pci: "${PF5}", sriov: { numVfs: 4 } }
    passthrough: ["${GPU}"]
distributedSwitches:
  dvs0:
    datacenter: dc1
    hosts: ["esx-[01:02]"]
    uplinks: { uplink1: vmnic2 }
    uplinkTeam: { members: [uplink1], policy: source-port }
    portGroups: { app: {}, web: {}, storage: {} }
${hasVm || vms ? `vms:\n${hasVm ? vm : ""}\n${vms}` : ""}
`;
}

let vcenter: Vcenter;
let variables: Record<string, string>;

/** Gives the tests of a group a vCenter of their own, with hosts whose devices are ready. */
function useVcenter(): void {
  let directory: string;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "multiport-vm-"));
    vcenter = await startVcenter(directory, inventory, { report: () => {}, control: true });
    variables = { ...vcenterVariables(vcenter), GOVC_PERSIST_SESSION: "false" };
    for (const host of ESX) await setDevices(vcenter, host, { vfs: { [PF4]: 4, [PF5]: 4 }, passthrough: [GPU] });
  }, 120_000);
  afterAll(() => stopVcenter(directory));
}

/** Runs govc and returns what it printed. */
async function govc(project: Project, ...args: readonly string[]): Promise<string> {
  const { code, text, stdout } = await project.run("govc", args);
  if (code !== 0) throw new Error(`govc ${args.join(" ")}: ${code}\n${text}`);
  return stdout.trim();
}

/** A property of a VM, as govc reads it. */
async function read<T>(project: Project, property: string, vm = "db-01"): Promise<T> {
  const [found] = JSON.parse(await govc(project, "object.collect", "-json", `/dc1/vm/${vm}`, property));
  return ("_value" in Object(found.val) ? (found.val._value ?? []) : found.val) as T;
}

interface Device {
  readonly key: number;
  /** vSphere's name of its type. */
  readonly type: string;
  readonly macAddress?: string;
  readonly externalId?: string;
  readonly backing?: { readonly id?: string; readonly port?: { readonly portgroupKey: string } };
  readonly sriovBacking?: { readonly physicalFunctionBacking?: { readonly id: string } };
}

/** Network cards and passthrough devices in a line each, in vCenter's order. */
async function hardware(project: Project, vm = "db-01"): Promise<string[]> {
  const { devices } = JSON.parse(await govc(project, "device.info", "-json", "-vm", vm)) as { devices: Device[] };
  const groups = new Map<string, string>();
  for (const name of ["app", "web", "storage"]) {
    const [found] = JSON.parse(await govc(project, "object.collect", "-json", `/dc1/network/${name}`, "key"));
    groups.set(found.val, name);
  }
  return devices.flatMap(({ type, externalId, backing, sriovBacking, macAddress }) => {
    if (type === "VirtualPCIPassthrough") return [`passthrough ${backing?.id}`];
    if (macAddress === undefined) return [];
    const group = groups.get(backing?.port?.portgroupKey ?? "") ?? "?";
    const pf = sriovBacking?.physicalFunctionBacking?.id;
    return [`${externalId ?? "unmarked"} ${type} ${group}${pf === undefined ? "" : ` ${pf}`}`];
  });
}

const WHOLE = [
  "multiport:t/app0 VirtualVmxnet3 app",
  "multiport:t/web0 VirtualVmxnet3 web",
  `multiport:t/sto0 VirtualSriovEthernetCard storage ${PF4}`,
  `multiport:t/sto1 VirtualSriovEthernetCard storage ${PF5}`,
  `passthrough ${GPU}`,
];

const power = (project: Project, vm = "db-01") => read<string>(project, "runtime.powerState", vm);

/** What our driver keeps on the VM. */
async function notes(project: Project, vm = "db-01"): Promise<Record<string, string>> {
  const options = await read<{ key: string; value: string }[]>(project, "config.extraConfig", vm);
  const ours = options.filter(({ key }) => key.startsWith("multiport."));
  return Object.fromEntries(ours.map(({ key, value }) => [key, value]));
}

/** Makes a VM as others would. */
function makeVm(project: Project, name = "db-01", ...args: readonly string[]): Promise<string> {
  const at = ["-on=false", "-host", ESX[0], "-ds", "datastore1", "-g", "otherGuest", "-m", "512"];
  return govc(project, "vm.create", ...at, "-net.adapter", "vmxnet3", "-net", "app", ...args, name);
}

/** A user is shown sentences, never where in our code something happened. */
function expectNoStackTrace({ text }: Outcome): void {
  expect(text).not.toMatch(/^\s+at .+:\d+/m);
  expect(text).not.toMatch(/panic|goroutine|node:internal/);
}

describe("a VM that others made", () => {
  useVcenter();
  let project: Project;

  beforeAll(async () => {
    project = await Project.create({ environment: environment({ hasVm: false }), variables });
    await project.up();
    await makeVm(project);
    await govc(project, "vm.power", "-on", "db-01");
  }, 120_000);
  afterAll(() => {
    rmSync(project.folder, { recursive: true, force: true });
  });

  it("is refused while it runs and may not be powered off: nothing is changed, and the message says what to do", async () => {
    project.write(environment({ vsphere: `{ passthrough: ["${GPU}"] }` }));
    const refused = await project.pulumi("up", "--yes", "--skip-preview");
    expect(refused.code).not.toBe(0);
    expect(refused.text).toContain('VM "db-01": nothing was changed, because VM db-01 runs, and has to be off for:');
    expect(refused.text).toContain("set vsphere.powerOff of the VM to whenRequired");
    expectNoStackTrace(refused);
    expect(await hardware(project)).toEqual(["unmarked VirtualVmxnet3 app"]);
    expect(await power(project)).toBe("poweredOn");
  });

  it("gets its cards, virtual functions and device, and is on again; the card of others stays first", async () => {
    project.write(environment());
    const { text } = await project.must("preview", "--diff");
    expect(text).toContain("shut the guest down, or power the VM off when VMware Tools do not run (outage)");
    expect(text).toContain("port sto0: add a virtual function of vmnic4 on dvs0/storage");
    await project.up();
    expect(await hardware(project)).toEqual(["unmarked VirtualVmxnet3 app", ...WHOLE]);
    expect(await power(project)).toBe("poweredOn");
    expect(await read(project, "config.memoryReservationLockedToMax")).toBe(true);
    expect(await notes(project)).toEqual({
      "multiport.passthrough": `t ${GPU}`,
      "multiport.memoryLocked": "t 0",
    });
  });

  it("stays untouched by a second up, and shows no difference", async () => {
    const before = await read(project, "config.changeVersion");
    await project.up("--expect-no-changes");
    await project.must("preview", "--refresh", "--expect-no-changes");
    expect(await read(project, "config.changeVersion")).toBe(before);
  });
});
