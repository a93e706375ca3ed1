// Every SOAP call of a change fails once: before or after it took effect, without an answer, without a session, in its task, or with the
// program's end. The next run must come to what is wanted, by itself, and leave what others have alone. The real drivers and SOAP
// client against a simulated vCenter; only Pulumi's engine is played, by the state that it would keep.
import { beforeAll, expect, it, vi } from "vitest";
import { VcenterProvider } from "../../../providers/engine/vcenterProvider.js";
import { distributedSwitch } from "../../../providers/platforms/vsphere/distributedSwitch/index.js";
import { esxHost } from "../../../providers/platforms/vsphere/host/index.js";
import type { Step, VcenterDriver } from "../../../providers/platforms/vsphere/vcenterDriver.js";
import { vsphereVm } from "../../../providers/platforms/vsphere/virtualMachine/index.js";
import { modelOf } from "../../model/given.js";
import { setDevices } from "./esxDevices.js";
import { FaultState, type Methods } from "./faultState.js";
import { type Call, FaultWorld, type Job, KINDS, type Kind } from "./faultWorld.js";

const NICS = ["vmnic0", "vmnic1", "vmnic2", "vmnic3", "vmnic4", "vmnic5"].map((device, index) => ({
  device,
  pci: `0000:3b:0${index}.0`,
  ...(index > 3 ? { sriov: { maxVirtualFunctions: 16 } } : {}),
}));
const GPU = "0000:d8:00.0";
const pciDevices = [{ pci: GPU, name: "Accelerator", passthrough: true }];
const ESX = ["esx-01.example.net", "esx-02.example.net"] as const;
const inventory = { datacenter: "dc1", cluster: "c1", hosts: ESX.map((name) => ({ name, nics: NICS, pciDevices })) };

/** A driver at work, whatever its words are. */
interface Driven {
  readonly provider: (world: FaultWorld) => Methods;
  readonly inputs: (file: string, target: object) => Record<string, unknown>;
}

function driven<M, T extends object, W extends object, F, S extends Step>(
  driver: VcenterDriver<M, T, W, F, S>,
): Driven {
  return {
    provider: (world) =>
      new VcenterProvider(driver, { connect: async () => world.session(), configure: async () => {} }),
    inputs: (file, target) => {
      const [object] = driver.objects(modelOf(file));
      if (!object) throw new Error("the file declares none");
      const configuration = driver.toWords(object.model);
      return { environment: "t", driverVersion: driver.version, target, configuration };
    },
  };
}

function switchFile({
  hosts = "esx-[01:02]",
  uplinks = "vmnic2, uplink2: vmnic3",
  lags = "",
  team = "[uplink1, uplink2]",
  more = "",
}) {
  return `
environment: t
networks: { app: { vlan: 10 }, web: { vlan: 20 } }
hosts:
  esx-[01:02]:
    platform: vsphere
    address: esx-[01:02].example.net
    uplinks: { vmnic1: , vmnic2: , vmnic3: }
distributedSwitches:
  dvs0:
    datacenter: dc1
    hosts: ["${hosts}"]
    uplinks: { uplink1: ${uplinks} }
    ${lags}
    uplinkTeam: { members: ${team} }
    portGroups: { app: {}, web: { uplinkTeam: { members: ${team} } } }
    ${more}
`;
}
const SMALL = switchFile({ hosts: "esx-01", team: "[uplink1]" });
const MORE =
  "healthCheck: {}\n    alarms: [uplink-redundancy, vlan-mtu]\n    mtu: 9000\n    netflow: { collector: 192.0.2.1 }";
const LARGE = switchFile({ more: MORE });
const LAG = switchFile({
  uplinks: ", uplink2:",
  lags: "lags: { lag1: { nics: [vmnic2, vmnic3] } }",
  team: "[lag1], mode: lacp",
  more: MORE.replace("vlan-mtu", "vlan-mtu, lag-member"),
});

/** As the provider makes them, and with things of others beside them. */
async function makeSwitch(world: FaultWorld): Promise<object> {
  await world.govc("dvs.create", "-num-uplinks", "2", "dvs0");
  for (const group of ["app", "web"]) await world.govc("dvs.portgroup.add", "-dvs", "dvs0", "-nports", "8", group);
  await world.govc("dvs.create", "-num-uplinks", "1", "theirs");
  await world.govc("dvs.portgroup.add", "-dvs", "theirs", "-vlan", "77", "their-vms");
  await world.govc("dvs.portgroup.add", "-dvs", "dvs0", "-vlan", "78", "their-group");
  return { name: "dvs0", datacenter: "dc1", switchId: await world.read<string>("/dc1/network/dvs0", "uuid") };
}

const SWITCH: Row = {
  title: "a distributed switch: members, settings, port groups, alarms, a LAG and back",
  driver: driven(distributedSwitch),
  make: makeSwitch,
  files: [SMALL, LARGE, LAG, LARGE],
};

function hostFile({
  members = "[vmnic1, vmnic2]",
  vlan = 10,
  services = "[vmotion]",
  numVfs = 4,
  more = "",
} = {}): string {
  return `
environment: t
networks: { app: { vlan: ${vlan} }, storage: { vlan: 30 } }
hosts:
  esx-01:
    platform: vsphere
    address: esx-01.example.net
    uplinks: { vmnic1: , vmnic2: , vmnic3: , vmnic4: { sriov: { numVfs: ${numVfs} } } }
    reboot: whenRequired
    virtualSwitches:
      vSwitch1:
        uplinkTeam: { members: ${members}, policy: source-port }
        portGroups: { app: {}, storage: {} }
${more}
    vmkernelPorts:
      vmotion: { portGroup: vSwitch1/storage, address: 10.32.0.11/24, services: ${services} }
`;
}

const HOST: Row = {
  title: "an ESXi host: switches, port groups, a vmkernel port, virtual functions with a restart, and all of it gone",
  driver: driven(esxHost),
  make: async (world) => {
    const host = ["-host", `/dc1/host/c1/${ESX[0]}`];
    await world.govc("host.vswitch.add", ...host, "-nic", "vmnic5", "theirs");
    await world.govc("host.portgroup.add", ...host, "-vswitch", "theirs", "-vlan", "77", "their-vms");
    return { address: ESX[0] };
  },
  files: [
    undefined,
    hostFile(),
    hostFile({
      members: "[vmnic2, vmnic3]",
      vlan: 20,
      services: "[vSphereProvisioning]",
      more: `      vSwitch2:
        uplinkTeam: { members: [vmnic1], policy: source-port }
        portGroups: { web: { network: app } }`,
    }),
  ],
};

function vmFile(ports: string, passthrough = ""): string {
  return `
environment: t
networks: { app: { vlan: 10 }, web: { vlan: 20 } }
vcenter: { datacenter: dc1 }
hosts:
  esx-01:
    platform: vsphere
    address: esx-01.example.net
    uplinks: { vmnic1: , vmnic4: { sriov: { numVfs: 4 } } }
    passthrough: ["${GPU}"]
    virtualSwitches:
      vSwitch1: { uplinkTeam: { members: [vmnic1, vmnic4], policy: source-port }, portGroups: { app: {}, web: {} } }
vms:
  db-01:
    host: esx-01
    vsphere: { powerOff: whenRequired, passthrough: [${passthrough}] }
    ports: { ${ports} }
`;
}

const VM: Row = {
  title: "a VM: network cards, virtual functions, a passthrough device, power, and all of it gone",
  driver: driven(vsphereVm),
  make: async (world) => {
    const host = ["-host", `/dc1/host/c1/${ESX[0]}`];
    await setDevices(world.simulated, ESX[0], { vfs: { "0000:3b:04.0": 4 }, passthrough: [GPU] });
    await world.govc("host.vswitch.add", ...host, "-nic", "vmnic1", "vSwitch1");
    await world.govc("host.vswitch.change", ...host, "-nic", "vmnic4", "vSwitch1").catch(() => {});
    for (const [group, vlan] of [
      ["app", "10"],
      ["web", "20"],
    ] as const)
      await world.govc("host.portgroup.add", ...host, "-vswitch", "vSwitch1", "-vlan", vlan, group);
    const hardware = ["-ds", "datastore1", "-g", "otherGuest", "-m", "512", "-net.adapter", "vmxnet3", "-net", "app"];
    await world.govc("vm.create", "-on=false", ...host, ...hardware, "db-01");
    await world.govc("vm.power", "-on", "db-01");
    return { environment: "t", name: "db-01", host: ESX[0] };
  },
  files: [
    undefined,
    vmFile("app0: { portGroup: vSwitch1/app }, sto0: { portGroup: vSwitch1/web, vf: vmnic4 }", `"${GPU}"`),
    vmFile(
      "app0: { portGroup: vSwitch1/web }, web0: { portGroup: vSwitch1/web }, sto0: { portGroup: vSwitch1/web, vf: vmnic4 }",
    ),
  ],
};

interface Row {
  readonly title: string;
  readonly driver: Driven;
  readonly make: (world: FaultWorld) => Promise<object>;
  /** What is wanted one after the other, again and again; undefined: the resource goes. */
  readonly files: readonly (string | undefined)[];
}

/** A world, and the states that the row's files lead to. */
class Course {
  private readonly state: FaultState;
  private readonly wanted: readonly (Record<string, unknown> | undefined)[];
  private readonly ends: string[] = [];
  readonly calls: Call[][] = [];

  static async start(row: Row): Promise<Course> {
    const world = await FaultWorld.start(inventory);
    try {
      const course = new Course(world, row, await row.make(world));
      await course.learn();
      return course;
    } catch (error) {
      await world.stop();
      throw error;
    }
  }

  private constructor(
    readonly world: FaultWorld,
    { driver, files }: Row,
    target: object,
  ) {
    this.state = new FaultState(driver.provider(world));
    this.wanted = files.map((file) => (file === undefined ? undefined : driver.inputs(file, target)));
  }

  /** One round without faults: which calls there are, and what everything looks like after each change. */
  private async learn(): Promise<void> {
    for (const [index] of [...this.wanted, undefined].entries()) await this.change(index % this.wanted.length);
    for (const [index] of this.wanted.entries()) {
      const turn = (index + 1) % this.wanted.length;
      await this.world.forgetCalls();
      await this.change(turn);
      this.calls[turn] = await this.world.calls();
      this.ends[turn] = await this.world.snapshot();
    }
    await this.change(1 % this.wanted.length);
  }

  private async change(turn: number): Promise<void> {
    await this.world.logOut();
    const error = await this.state.up(this.wanted[turn]);
    if (error) throw error;
  }

  /** All that goes wrong on the way to a state, one after the other. */
  jobs(turn: number): Job[] {
    const calls = this.calls[turn] ?? [];
    const changing = calls.filter(({ mutating }) => mutating);
    const tasks = changing.filter(({ method }) => method.endsWith("_Task"));
    const reads = calls.flatMap(({ mutating }, index) => (mutating ? [] : [index + 1]));
    return (Object.keys(KINDS) as Kind[]).flatMap((kind, offset) => {
      const of = kind.startsWith("task") ? tasks : changing;
      const all =
        EVERY || !LIKE_OTHERS.includes(kind)
          ? of.map((_, index) => ({ kind, nth: index + 1, mutatingOnly: true }))
          : [];
      if (kind.startsWith("task") || kind === "killed") return all;
      const some = reads.filter(
        (_, index) => EVERY || (index + offset * 3 + turn) % (kind === "fault" ? 6 : READ_SAMPLE) === 0,
      );
      return [...all, ...some.map((nth) => ({ kind, nth, mutatingOnly: false }))];
    });
  }

  /** Goes round until every job was done; others take jobs of the same lists. */
  async work(lists: readonly Job[][], tally: Tally): Promise<void> {
    const turns = this.wanted.map((_, index) => (index + 2) % this.wanted.length);
    while (lists.some(({ length }) => length > 0) && tally.wrong.length < 3) {
      for (const turn of turns) {
        const job = lists[turn]?.pop();
        if (!job) await this.change(turn);
        else await this.tally(turn, job, tally);
      }
    }
  }

  private async tally(turn: number, job: Job, tally: Tally): Promise<void> {
    const what = `${job.kind} of ${job.mutatingOnly ? "changing call" : "call"} ${job.nth} towards ${turn}`;
    try {
      const { told, wasHit } = await within(60, () => this.faulty(turn, job));
      tally.pairs += 1;
      if (!wasHit) tally.missed += 1;
      if (told === undefined) tally.wentOn += 1;
      else this.judge(told);
    } catch (error) {
      const found = (error as { actual?: unknown }).actual;
      tally.wrong.push(
        `${what}: ${error instanceof Error ? error.message : error} ${found ? JSON.stringify(found) : ""}`,
      );
    }
  }

  /** What the user reads. */
  private judge(told: string): void {
    expect(told).not.toContain(this.world.simulated.password);
    expect(told).not.toMatch(/session\[|\n\s+at |undefined|\[object/);
    expect(told).toMatch(/[.]$/);
  }

  private async faulty(turn: number, job: Job): Promise<{ told: string | undefined; wasHit: boolean }> {
    const { world, state } = this;
    const news = this.wanted[turn];
    await world.logOut();
    await world.forgetCalls();
    await world.inject(job);
    const first = await state.up(news, { isForgotten: () => job.kind === "killed" && !world.isAlive });
    const wasHit = await world.calm();
    const hasChanged = (await world.calls()).some(({ mutating, injected }) => mutating && injected === undefined);
    if (first && news && hasChanged && job.kind !== "killed") expect(state.isKept, first.message).toBe(true);
    const second = await state.up(news);
    if (second) throw new Error(`${first?.message} THEN ${second.message}`);
    await world.forgetCalls();
    if (news) await state.again(news);
    const more = (await world.calls()).filter(({ mutating }) => mutating);
    expect(more, first?.message).toEqual([]);
    expect(await state.refreshed(), first?.message).toEqual(news?.configuration);
    expect(differences(this.ends[turn] ?? "", await world.snapshot()), first?.message).toEqual([]);
    return { told: job.kind === "killed" ? undefined : first?.message, wasHit };
  }

  stop(): Promise<void> {
    return this.world.stop();
  }
}

interface Tally {
  pairs: number;
  /** The run had fewer calls than that one. */
  missed: number;
  /** Runs that came to their end in spite of what went wrong. */
  wentOn: number;
  readonly wrong: string[];
}

/**
 * Of the calls that only read, one of so many goes wrong in each way, and one of 6 is answered with a fault. For a call that changes something, these ways are to the client
 * as another one is that takes less time. MULTIPORT_FAULTS=all: every call in every way.
 */
const READ_SAMPLE = 30;
const LIKE_OTHERS: readonly Kind[] = ["dropBefore", "timeout"];
const EVERY = process.env.MULTIPORT_FAULTS === "all";

/** Lines that the second text has otherwise, and how many there are. */
function differences(wanted: string, found: string): string[] {
  const [before, after] = [wanted.split("\n"), found.split("\n")];
  const [gone, come] = [before.filter((line) => !after.includes(line)), after.filter((line) => !before.includes(line))];
  const at = before.findIndex((line, index) => line !== after[index]);
  return wanted === found
    ? []
    : [
        `line ${at}: ${before[at]?.trim()} became ${after[at]?.trim()}`,
        ...gone.map((line) => `- ${line}`),
        ...come.map((line) => `+ ${line}`),
      ];
}

async function within<T>(seconds: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${seconds} s`)), seconds * 1000);
  });
  return Promise.race([work(), late]).finally(() => clearTimeout(timer));
}

beforeAll(() => {
  vi.spyOn(console, "log").mockImplementation(() => {});
});

/** Several worlds at a time: much of the time is waiting. */
const WORLDS = 8;

it.each([SWITCH, HOST, VM].filter(({ title }) => title.includes(process.env.ROW ?? "")))(
  "$title",
  { timeout: 600_000 },
  async (row) => {
    const courses = await Promise.all(Array.from({ length: WORLDS }, () => Course.start(row)));
    const tally: Tally = { pairs: 0, missed: 0, wentOn: 0, wrong: [] };
    try {
      const [first] = courses;
      if (!first) throw new Error("there is no world");
      const lists = row.files.map((_, turn) => first.jobs(turn));
      const numbers = first.calls.map(
        (calls) => `${calls.length} calls (${calls.filter(({ mutating }) => mutating).length} changing)`,
      );
      const started = Date.now();
      await Promise.all(courses.map((course) => course.work(lists, tally)));
      const seconds = Math.round((Date.now() - started) / 1000);
      console.info(
        `${row.title}: ${numbers.join(", ")}: ${tally.pairs} pairs of call and kind in ${seconds} s, ${tally.wentOn} went on, ${tally.missed} missed`,
      );
      expect(tally.wrong).toEqual([]);
    } finally {
      await Promise.all(courses.map((course) => course.stop()));
    }
  },
);
