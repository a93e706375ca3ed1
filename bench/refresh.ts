// How many round trips a refresh of a distributed switch takes, by its size: our own resource reads switch, hosts and port groups at
// once. I/O: the simulated vCenter.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startVcenter, stopVcenter } from "../lab/vcenterProcess.js";
import { checkEnvironmentSpec } from "../providers/engine/check.js";
import { VcenterObject } from "../providers/engine/vcenterObject.js";
import { toVcenterSession } from "../providers/engine/vcenterSession.js";
import { connectVcenter } from "../providers/host/vim/connectVcenter.js";
import type { Vcenter } from "../providers/host/vim/vcenter.js";
import type { DistributedSwitch } from "../providers/model/distributedSwitch.js";
import type { Ref, VimTree } from "../providers/model/vim.js";
import { distributedSwitch } from "../providers/platforms/vsphere/distributedSwitch/index.js";
import type { Verdict } from "./measurement.js";

const SIZES = [
  { hosts: 64, portGroups: 20 },
  { hosts: 64, portGroups: 200 },
  { hosts: 8, portGroups: 200 },
] as const;

export async function refresh(): Promise<Verdict[]> {
  const counts: number[] = [];
  for (const size of SIZES) {
    const { roundTrips, seconds, applied } = await withSwitch(size.hosts, size.portGroups);
    counts.push(roundTrips);
    console.log(
      `${size.hosts} hosts, ${size.portGroups} port groups: a refresh takes ${roundTrips} round trips, login included, ${seconds.toFixed(2)} s; the first up took ${applied}`,
    );
  }
  const [few = 0, many = 0, small = 0] = counts;
  return [
    { what: "round trips for 64 hosts, 200 port groups", value: many, unit: "round trips" },
    { what: "more than with 20 port groups", value: many - few, bound: 0, unit: "round trips" },
    { what: "more than with 8 hosts", value: many - small, bound: 0, unit: "round trips" },
  ];
}

interface Measured {
  readonly roundTrips: number;
  readonly seconds: number;
  readonly applied: number;
}

async function withSwitch(hosts: number, portGroups: number): Promise<Measured> {
  const directory = mkdtempSync(join(tmpdir(), "multiport-bench-"));
  const names = Array.from({ length: hosts }, (_, index) => `esx-${index + 1}.example.net`);
  const nics = ["vmnic0", "vmnic2", "vmnic3"].map((device, index) => ({ device, pci: `0000:3b:00.${index}` }));
  const inventory = { datacenter: "dc1", cluster: "c1", hosts: names.map((name) => ({ name, nics })) };
  const { server, user, password, certificate } = await startVcenter(directory, inventory, { report: () => {} });
  const open = () => connectVcenter({ server, user, password, thumbprint: certificate.sha256 });
  try {
    const vcenter = await open();
    const model = toModel(names, portGroups);
    const switchId = await make(vcenter, model);
    const object = new VcenterObject(distributedSwitch, async () => toVcenterSession(await open()));
    const target = { name: model.name, datacenter: "dc1", switchId };
    const words = distributedSwitch.toWords(model);
    const before = vcenter.roundTrips;
    await object.apply(target, { desired: words, scope: words, previous: undefined }, () => {});
    const applied = vcenter.roundTrips - before;
    // As a run of its own: with a login.
    await vcenter.close();
    const [start, at] = [performance.now(), vcenter.roundTrips];
    await object.read(target, words);
    const [seconds, roundTrips] = [(performance.now() - start) / 1000, vcenter.roundTrips - at];
    await vcenter.close();
    return { roundTrips, seconds, applied };
  } finally {
    await stopVcenter(directory);
  }
}

function toModel(hosts: readonly string[], portGroups: number): DistributedSwitch {
  const networks = Object.fromEntries(
    Array.from({ length: portGroups }, (_, index) => [`net${index + 1}`, { vlan: index + 1 }]),
  );
  const { environment, problems } = checkEnvironmentSpec({
    environment: "bench",
    networks,
    hosts: Object.fromEntries(
      hosts.map((name) => [name, { platform: "vsphere", uplinks: { vmnic2: {}, vmnic3: {} } }]),
    ),
    distributedSwitches: {
      dvs0: {
        datacenter: "dc1",
        hosts: [...hosts],
        uplinks: { uplink1: "vmnic2", uplink2: "vmnic3" },
        uplinkTeam: { members: ["uplink1", "uplink2"], policy: "source-port" },
        portGroups: Object.keys(networks),
      },
    },
  });
  const [model] = environment?.distributedSwitches ?? [];
  if (!model) throw new Error(problems.map(({ message }) => message).join("; "));
  return model;
}

/** The switch and its port groups as the provider would make them; its UUID. */
async function make(vcenter: Vcenter, { name, portGroups }: DistributedSwitch): Promise<string> {
  const [datacenter] = await vcenter.retrieve({
    from: [vcenter.ref("rootFolder")],
    along: [{ type: "Folder", path: "childEntity" }],
    properties: { Datacenter: ["networkFolder"] },
  });
  const spec = { configSpec: { $type: "VMwareDVSConfigSpec", name } };
  const folder = datacenter?.properties.networkFolder as Ref;
  const dvs = (await vcenter.run({ object: folder, method: "CreateDVS_Task", arguments: { spec } })) as Ref;
  await vcenter.run({
    object: dvs,
    method: "AddDVPortgroup_Task",
    arguments: { spec: portGroups.map((group) => ({ name: group.name, numPorts: 8, type: "earlyBinding" })) },
  });
  const [made] = await vcenter.retrieve({ from: [dvs], properties: { [dvs.type]: ["uuid"] } });
  return String(made?.properties.uuid satisfies VimTree | undefined);
}
