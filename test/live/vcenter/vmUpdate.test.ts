// Processors and memory of a VM that was made here, for real: the vSphere provider's own code changes them, ours keeps the cards, and
// nobody turns the VM off unasked. govc reads what became of it.
import { beforeAll, expect, it } from "vitest";
import type { Project } from "../project.js";
import { setDevices } from "./esxDevices.js";
import { useVcenter } from "./vcenterSite.js";

const PF = "0000:86:00.0";
const ESX = "esx-01.example.net";
const inventory = {
  datacenter: "dc1",
  cluster: "c1",
  hosts: [
    {
      name: ESX,
      nics: [
        { device: "vmnic0", pci: "0000:18:00.0" },
        { device: "vmnic2", pci: "0000:3b:00.0" },
        { device: "vmnic4", pci: PF, sriov: { maxVirtualFunctions: 64 } },
      ],
    },
  ],
};

interface Size {
  readonly cpus: number;
  readonly memory: number;
  readonly powerOff?: "never" | "whenRequired";
  /** Of web0, whose MAC address changes only while the VM is off. */
  readonly mac?: string;
  readonly hasFunction?: boolean;
}

function environment({ cpus, memory, powerOff = "whenRequired", mac, hasFunction = true }: Size): string {
  return `
environment: t
networks: { app: { vlan: 10 }, web: { vlan: 20 }, storage: { vlan: 30 } }
vcenter: { datacenter: dc1 }
hosts:
  esx-01:
    platform: vsphere
    address: ${ESX}
    uplinks: { vmnic2: , vmnic4: { pci: "${PF}", sriov: { numVfs: 4 } } }
distributedSwitches:
  dvs0:
    datacenter: dc1
    hosts: [esx-01]
    uplinks: { uplink1: vmnic2 }
    uplinkTeam: { members: [uplink1], policy: source-port }
    portGroups: [app, web, storage]
vms:
  db-01:
    host: esx-01
    vsphere:
      powerOff: ${powerOff}
      create: { cpus: ${cpus}, memoryMegabytes: ${memory}, datastore: datastore1 }
    ports:
      app0: { portGroup: dvs0/app }
      web0: { portGroup: dvs0/web${mac === undefined ? "" : `, mac: "${mac}"`} }
${hasFunction ? "      sto0: { portGroup: dvs0/storage, vf: vmnic4 }" : ""}
`;
}

const site = useVcenter(inventory, environment({ cpus: 1, memory: 512 }));
let project: Project;

beforeAll(async () => {
  project = site.project;
  await setDevices(site.vcenter, ESX, { vfs: { [PF]: 4 } });
  await project.up();
});

const read = <T>(property: string) => site.read<T>("vm/db-01", property);
const power = () => read<string>("runtime.powerState");

interface Card {
  readonly externalId?: string;
  readonly macAddress?: string;
  readonly type: string;
}

/** Each card: the port that it is marked with, its type, its MAC address. */
async function cards(): Promise<string[]> {
  const { devices } = JSON.parse(await site.govc("device.info", "-json", "-vm", "db-01")) as {
    devices: Card[];
  };
  return devices.flatMap(({ externalId, macAddress, type }) =>
    macAddress === undefined ? [] : [`${externalId ?? "unmarked"} ${type} ${macAddress}`],
  );
}

async function size(): Promise<{ cpus: number; memory: number; reserved: number; power: string }> {
  const [cpus, memory, reserved] = [
    await read<number>("config.hardware.numCPU"),
    await read<number>("config.hardware.memoryMB"),
    await read<number>("config.memoryAllocation.reservation"),
  ];
  return { cpus, memory, reserved, power: await power() };
}

async function marks(): Promise<string[]> {
  const options = await read<{ key: string; value: string }[]>("config.extraConfig");
  return options.flatMap(({ key, value }) => (key.startsWith("multiport.") ? [`${key} ${value}`] : [])).sort();
}

/** What refresh and preview find to do. */
async function expectNothingToDo(): Promise<void> {
  const { code, text } = await project.pulumi("preview", "--refresh", "--expect-no-changes");
  expect(code, text).toBe(0);
}

const OFF_FOR = "has to be off for: processors 1 -> 2; memory in MB 512 -> 1024";
let made: string[];

it("refuses another size while the VM runs and may not be turned off, and the preview said so", async () => {
  made = await cards();
  expect(made.map((card) => card.split(" ")[0])).toEqual(["multiport:t/app0", "multiport:t/web0", "multiport:t/sto0"]);
  project.write(environment({ cpus: 2, memory: 1024, powerOff: "never" }));
  const { text } = await project.must("preview");
  expect(text).toContain(`VM db-01 ${OFF_FOR}. Refused while it runs`);
  const refused = await project.pulumi("up", "--yes", "--skip-preview");
  expect(refused.code).not.toBe(0);
  expect(refused.text).toContain(
    `VM "db-01": nothing was changed, because VM db-01 runs, and ${OFF_FOR}: shut it down`,
  );
  expect(refused.text).not.toMatch(/^\s+at .+:\d+/m);
  expect(await size()).toEqual({ cpus: 1, memory: 512, reserved: 512, power: "poweredOn" });
});

it("takes it when the VM is off, keeps cards and marks, and starts the VM", async () => {
  const before = await marks();
  await site.govc("vm.power", "-off", "db-01");
  await project.up();
  expect(await size()).toEqual({ cpus: 2, memory: 1024, reserved: 1024, power: "poweredOn" });
  expect(await cards()).toEqual(made);
  expect(await marks()).toEqual(before);
  await expectNothingToDo();
});

it("turns the VM off and on where the file allows it, together with a change of a port, and the preview said so", async () => {
  const before = await marks();
  project.write(environment({ cpus: 4, memory: 512, mac: "00:50:56:00:00:01" }));
  const { text } = await project.must("preview", "--diff");
  expect(text).toContain("outage: VM db-01 has to be off for: processors 2 -> 4; memory in MB 1024 -> 512");
  expect(text).toContain('"outage: shut the guest down, or power the VM off when VMware Tools do not run"');
  await project.up();
  expect(await size()).toEqual({ cpus: 4, memory: 512, reserved: 512, power: "poweredOn" });
  const [app0, , sto0] = made;
  expect(await cards()).toEqual([app0, "multiport:t/web0 VirtualVmxnet3 00:50:56:00:00:01", sto0]);
  expect(await marks()).toEqual(before);
});

it("changes it once more without a refresh in between: the provider leaves cards that its state does not know", async () => {
  const before = await cards();
  project.write(environment({ cpus: 3, memory: 512, mac: "00:50:56:00:00:01" }));
  await project.up();
  expect(await size()).toMatchObject({ cpus: 3, power: "poweredOn" });
  expect(await cards()).toEqual(before);
  await expectNothingToDo();
});

it("gives the memory back with the last virtual function, and takes another size in the same run", async () => {
  project.write(environment({ cpus: 3, memory: 1024, mac: "00:50:56:00:00:01", hasFunction: false }));
  await project.up();
  expect(await size()).toEqual({ cpus: 3, memory: 1024, reserved: 0, power: "poweredOn" });
  expect((await cards()).map((card) => card.split(" ")[0])).toEqual(["multiport:t/app0", "multiport:t/web0"]);
  expect(await marks()).toEqual([]);
  await expectNothingToDo();
});

it("takes the memory again with a virtual function that comes", async () => {
  project.write(environment({ cpus: 3, memory: 1024, mac: "00:50:56:00:00:01" }));
  await project.up();
  expect(await size()).toEqual({ cpus: 3, memory: 1024, reserved: 1024, power: "poweredOn" });
  await expectNothingToDo();
});
