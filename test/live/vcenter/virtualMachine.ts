// VMs on a distributed switch, with virtual functions and a passthrough device: what their tests declare, and what govc reads of
// them. I/O.
import { beforeAll } from "vitest";
import { setDevices } from "./esxDevices.js";
import { deviceHosts, ESX, GPU, PF4, PF5 } from "./hosts.js";
import { useVcenter, type VcenterSite } from "./vcenterSite.js";

export const ALL_PORTS = `
      app0: { portGroup: dvs0/app }
      web0: { portGroup: dvs0/web }
      sto0: { portGroup: dvs0/storage, vf: vmnic4 }
      sto1: { portGroup: dvs0/storage, vf: { from: [vmnic5] } }`;

/** The environment file of most tests; what a test changes is a parameter. */
export function environment({
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

/** Gives a group of tests a vCenter whose hosts have their devices ready, and a project. */
export function useMachines(file: string): VcenterSite {
  const site = useVcenter(deviceHosts, file);
  beforeAll(async () => {
    const devices = { vfs: { [PF4]: 4, [PF5]: 4 }, passthrough: [GPU] };
    await Promise.all(ESX.map((host) => setDevices(site.vcenter, host, devices)));
  });
  return site;
}

export interface Device {
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

/** All that `environment()` gives to a VM, as `hardware` has it. */
export const WHOLE = [
  "multiport:t/app0 VirtualVmxnet3 app",
  "multiport:t/web0 VirtualVmxnet3 web",
  `multiport:t/sto0 VirtualSriovEthernetCard storage ${PF4}`,
  `multiport:t/sto1 VirtualSriovEthernetCard storage ${PF5}`,
  `passthrough ${GPU}`,
];

/** A VM as govc reads it. */
export class VirtualMachine {
  constructor(
    private readonly site: VcenterSite,
    private readonly name = "db-01",
  ) {}

  read<T>(property: string): Promise<T> {
    return this.site.read(`vm/${this.name}`, property);
  }

  power(): Promise<string> {
    return this.read("runtime.powerState");
  }

  /** Network cards and passthrough devices, in vCenter's order. */
  async devices(): Promise<Device[]> {
    const { devices } = JSON.parse(await this.site.govc("device.info", "-json", "-vm", this.name)) as {
      devices: Device[];
    };
    return devices.filter(({ macAddress, type }) => macAddress !== undefined || type === "VirtualPCIPassthrough");
  }

  /** The same in a line each. */
  async hardware(): Promise<string[]> {
    const groups = new Map<string, string>();
    for (const name of ["app", "web", "storage"]) groups.set(await this.site.read(`network/${name}`, "key"), name);
    return (await this.devices()).map(({ type, externalId, backing, sriovBacking }) => {
      if (type === "VirtualPCIPassthrough") return `passthrough ${backing?.id}`;
      const group = groups.get(backing?.port?.portgroupKey ?? "") ?? "?";
      const pf = sriovBacking?.physicalFunctionBacking?.id;
      return `${externalId ?? "unmarked"} ${type} ${group}${pf === undefined ? "" : ` ${pf}`}`;
    });
  }

  /** What our driver keeps on the VM. */
  async notes(): Promise<Record<string, string>> {
    const options = await this.read<{ key: string; value: string }[]>("config.extraConfig");
    const ours = options.filter(({ key }) => key.startsWith("multiport."));
    return Object.fromEntries(ours.map(({ key, value }) => [key, value]));
  }
}

/** The VM resources that a refresh finds changed. */
export async function changedVms({ project }: VcenterSite): Promise<string[]> {
  const { stdout } = await project.must("preview", "--refresh", "--json");
  const { steps } = JSON.parse(stdout) as { steps: { op: string; urn: string }[] };
  return steps
    .filter(({ op, urn }) => !["same", "refresh", "read"].includes(op) && /VirtualMachine::/.test(urn))
    .map(({ op, urn }) => `${op} ${urn}`);
}
