// VMs, for real: Pulumi's engine, the vSphere provider's own code and ours, SOAP over TLS to a simulated vCenter, and govc as an
// independent client that makes VMs, reads what became of the declaration and changes what it should not.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { vcenterVariables } from "../../../lab/stackEnvironment.js";
import { startVcenter, stopVcenter, type Vcenter } from "../../../lab/vcenterProcess.js";
import { type Outcome, Project } from "../project.js";
import { setDevices } from "./esxDevices.js";

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
  /** govc's name: ethernet-0. */
  readonly name: string;
  readonly key: number;
  /** vSphere's name of its type. */
  readonly type: string;
  readonly macAddress?: string;
  readonly externalId?: string;
  readonly backing?: { readonly id?: string; readonly port?: { readonly portgroupKey: string } };
  readonly sriovBacking?: { readonly physicalFunctionBacking?: { readonly id: string } };
}

async function devices(project: Project, vm = "db-01"): Promise<Device[]> {
  const { devices } = JSON.parse(await govc(project, "device.info", "-json", "-vm", vm)) as { devices: Device[] };
  return devices.filter(({ macAddress, type }) => macAddress !== undefined || type === "VirtualPCIPassthrough");
}

/** Network cards and passthrough devices in a line each, in vCenter's order. */
async function hardware(project: Project, vm = "db-01"): Promise<string[]> {
  const groups = new Map<string, string>();
  for (const name of ["app", "web", "storage"]) {
    const [found] = JSON.parse(await govc(project, "object.collect", "-json", `/dc1/network/${name}`, "key"));
    groups.set(found.val, name);
  }
  return (await devices(project, vm)).map(({ type, externalId, backing, sriovBacking }) => {
    if (type === "VirtualPCIPassthrough") return `passthrough ${backing?.id}`;
    const group = groups.get(backing?.port?.portgroupKey ?? "") ?? "?";
    const pf = sriovBacking?.physicalFunctionBacking?.id;
    return `${externalId ?? "unmarked"} ${type} ${group}${pf === undefined ? "" : ` ${pf}`}`;
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

/** The VM resources that a refresh finds changed. */
async function changedVms(project: Project): Promise<string[]> {
  const { stdout } = await project.must("preview", "--refresh", "--json");
  const { steps } = JSON.parse(stdout) as { steps: { op: string; urn: string }[] };
  return steps
    .filter(({ op, urn }) => !["same", "refresh", "read"].includes(op) && /VirtualMachine::/.test(urn))
    .map(({ op, urn }) => `${op} ${urn}`);
}

const govcFind = (project: Project) => govc(project, "find", "/dc1/vm");

/** Runs pulumi up and kills it, whole, in the middle of a call of our own. */
async function killedAt(project: Project, { method, nth }: { method: string; nth: number }): Promise<void> {
  const control = vcenter.control ?? "";
  const injection = { userAgent: "multiport", method, nth, kind: "timeoutAfter", seconds: 120 };
  const answer = await fetch(new URL("faults", control), { method: "POST", body: JSON.stringify(injection) });
  expect(answer.status, await answer.text()).toBe(200);
  const script = `setsid pulumi up --yes --skip-preview --non-interactive >/dev/null 2>&1 & pid=$!
    until [ "$(curl -s ${new URL("faults", control)} | tr -d '[:space:]')" = "[]" ]; do sleep 0.1; kill -0 $pid || exit 9; done
    kill -9 $(ps -o pid= -s $pid)`;
  const { code, text } = await project.run("timeout", ["60", "bash", "-c", script]);
  expect(code, text).toBe(0);
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
    expect(text).toContain("outage: shut the guest down, or power the VM off when VMware Tools do not run");
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
    expect(await changedVms(project)).toEqual([]);
    expect(await read(project, "config.changeVersion")).toBe(before);
  });

  it("shows what others changed on its cards, and puts it back without a power-off", async () => {
    const [, app0] = await devices(project);
    await govc(project, "vm.network.change", "-vm", "db-01", "-net", "web", app0?.name ?? "");
    expect((await hardware(project))[1]).toBe("multiport:t/app0 VirtualVmxnet3 web");
    const { text } = await project.must("preview", "--refresh", "--diff");
    expect(text).toContain("brief interruption: port app0: change port group dvs0/web to dvs0/app");
    const { text: told } = await project.up("--refresh");
    expect(told).not.toContain("shut the guest down");
    expect(await hardware(project)).toEqual(["unmarked VirtualVmxnet3 app", ...WHOLE]);
    expect(await power(project)).toBe("poweredOn");
  });

  it("is asked to shut down where VMware Tools run, and functions leave and come again around a new ordinary card", async () => {
    await govc(project, "vm.change", "-vm", "db-01", "-e", "SET.guest.toolsRunningStatus=guestToolsRunning");
    const macs = (all: readonly Device[]) => all.map(({ externalId, macAddress }) => [externalId, macAddress]).sort();
    const before = macs(await devices(project));
    project.write(environment({ ports: `${ALL_PORTS}\n      new0: { portGroup: dvs0/web }` }));
    const { text } = await project.must("preview", "--diff");
    expect(text).toContain(
      "port sto0: take a virtual function of vmnic4 on dvs0/storage out while ordinary cards change",
    );
    const { text: told } = await project.up();
    const steps = [...told.matchAll(/VM "db-01": (.*)$/gm)].map(([, step]) => step);
    expect(new Set(steps)).toEqual(
      new Set([
        "note on the VM that it is on",
        "shut the guest down",
        "note on the VM that its guest was asked",
        "port sto0: take a virtual function of vmnic4 on dvs0/storage out while ordinary cards change",
        "port sto1: take a virtual function of vmnic5 on dvs0/storage out while ordinary cards change",
        "port new0: add a vmxnet3 card on dvs0/web",
        "port sto0: add a virtual function of vmnic4 on dvs0/storage",
        "port sto1: add a virtual function of vmnic5 on dvs0/storage",
        "power the VM on",
        "clear the notes on the VM",
      ]),
    );
    const after = macs(await devices(project));
    expect(after.filter(([port]) => port !== "multiport:t/new0")).toEqual(before);
    expect(new Set(await hardware(project))).toEqual(
      new Set(["unmarked VirtualVmxnet3 app", "multiport:t/new0 VirtualVmxnet3 web", ...WHOLE]),
    );
    expect(await power(project)).toBe("poweredOn");
    expect(Object.keys(await notes(project)).sort()).toEqual(["multiport.memoryLocked", "multiport.passthrough"]);
  });

  it("is finished by the next run when pulumi is killed while the VM is off", async () => {
    project.write(environment());
    await killedAt(project, { method: "ReconfigVM_Task", nth: 5 });
    expect(await power(project)).toBe("poweredOff");
    await project.must("cancel", "--yes");
    await project.up();
    expect(new Set(await hardware(project))).toEqual(new Set(["unmarked VirtualVmxnet3 app", ...WHOLE]));
    expect(await power(project)).toBe("poweredOn");
    expect(Object.keys(await notes(project)).sort()).toEqual(["multiport.memoryLocked", "multiport.passthrough"]);
  });

  it("is refused on a host that it is not on, and where two have its name", async () => {
    const second = `  db-02:\n    host: esx-01\n    vsphere: {}\n    ports: { app0: { portGroup: dvs0/app } }`;
    project.write(environment({ vms: second }));
    await makeVm(project, "db-02", "-host", ESX[1]);
    const moved = await project.pulumi("up", "--yes", "--skip-preview");
    expect(moved.text).toContain(`VM db-02 is on ${ESX[1]}, and the file has it on ${ESX[0]}: move it there`);
    await govc(project, "folder.create", "/dc1/vm/old");
    await makeVm(project, "db-03", "-host", ESX[1], "-folder", "/dc1/vm/old");
    await govc(project, "vm.change", "-vm", "db-03", "-name", "db-02");
    const several = await project.pulumi("up", "--yes", "--skip-preview");
    expect(several.text).toContain(`/dc1/vm/db-02 on ${ESX[1]}, /dc1/vm/old/db-02 on ${ESX[1]}`);
    for (const outcome of [moved, several]) expectNoStackTrace(outcome);
  });

  it("keeps the card of others when all that was declared goes", async () => {
    project.write(environment({ hasVm: false }));
    await project.up();
    expect(await hardware(project)).toEqual(["unmarked VirtualVmxnet3 app"]);
    expect(await power(project)).toBe("poweredOn");
    expect(await read(project, "config.memoryReservationLockedToMax")).toBe(false);
    expect(await notes(project)).toEqual({});
  });
});

describe("a VM that is declared here", () => {
  useVcenter();
  let project: Project;
  const create = "create: { memoryMegabytes: 512, datastore: datastore1 }";
  const declared = (given: Parameters<typeof environment>[0] = {}) =>
    environment({ vsphere: `{ ${create}, passthrough: ["${GPU}"] }`, ...given });

  beforeAll(async () => {
    project = await Project.create({ environment: declared(), variables });
  }, 120_000);
  afterAll(() => {
    rmSync(project.folder, { recursive: true, force: true });
  });

  it("is made with its switch in one run, with the cards that are declared and no other", async () => {
    await project.must("preview");
    await project.up();
    expect(await hardware(project)).toEqual(WHOLE);
    expect(await power(project)).toBe("poweredOn");
    expect(await read(project, "config.memoryAllocation.reservation")).toBe(512);
    expect(await notes(project)).toMatchObject({ "multiport.passthrough": `t ${GPU}` });
  });

  it("stays untouched by a second up, and shows no difference", async () => {
    await project.up("--expect-no-changes");
    expect(await changedVms(project)).toEqual([]);
  });

  it("gains a card while it runs and may not be powered off, and loses it", async () => {
    const few = `\n      app0: { portGroup: dvs0/app }`;
    const more = "create: { memoryMegabytes: 512, datastore: datastore1 }";
    const plain = `  web-01:\n    host: esx-02\n    vsphere: { ${more} }\n    ports:${few}`;
    project.write(declared({ vms: plain }));
    await project.up();
    expect(await hardware(project, "web-01")).toEqual(["multiport:t/app0 VirtualVmxnet3 app"]);
    project.write(declared({ vms: `${plain}\n      web0: { portGroup: dvs0/web }` }));
    await project.up();
    expect(await hardware(project, "web-01")).toEqual([
      "multiport:t/app0 VirtualVmxnet3 app",
      "multiport:t/web0 VirtualVmxnet3 web",
    ]);
    project.write(declared({ vms: plain }));
    await project.up();
    expect(await hardware(project, "web-01")).toEqual(["multiport:t/app0 VirtualVmxnet3 app"]);
    expect(await power(project, "web-01")).toBe("poweredOn");
  });

  it("goes with the program", async () => {
    await project.must("destroy", "--yes", "--skip-preview");
    expect(await govcFind(project)).not.toContain("db-01");
  });
});
