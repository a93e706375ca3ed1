// The three drivers of vCenter objects, each with the files that it is led through while calls fail, and with what stands in vCenter
// before. I/O.
import { VcenterProvider } from "../../../providers/engine/vcenterProvider.js";
import { distributedSwitch } from "../../../providers/platforms/vsphere/distributedSwitch/index.js";
import { esxHost } from "../../../providers/platforms/vsphere/host/index.js";
import type { Step, VcenterDriver } from "../../../providers/platforms/vsphere/vcenterDriver.js";
import { vsphereVm } from "../../../providers/platforms/vsphere/virtualMachine/index.js";
import { modelOf } from "../../model/given.js";
import { setDevices } from "./esxDevices.js";
import type { Methods } from "./faultState.js";
import type { FaultWorld } from "./faultWorld.js";
import { ESX, GPU, PF4 } from "./hosts.js";
import type { VcenterSite } from "./vcenterSite.js";

/** A driver with what it is to do. */
export interface Row {
  readonly title: string;
  readonly driver: Driven;
  readonly make: (site: VcenterSite) => Promise<object>;
  /** What is wanted one after the other, again and again; undefined: the resource goes. */
  readonly files: readonly (string | undefined)[];
}

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
async function makeSwitch(site: VcenterSite): Promise<object> {
  await site.govc("dvs.create", "-num-uplinks", "2", "dvs0");
  for (const group of ["app", "web"]) await site.govc("dvs.portgroup.add", "-dvs", "dvs0", "-nports", "8", group);
  await site.govc("dvs.create", "-num-uplinks", "1", "theirs");
  await site.govc("dvs.portgroup.add", "-dvs", "theirs", "-vlan", "77", "their-vms");
  await site.govc("dvs.portgroup.add", "-dvs", "dvs0", "-vlan", "78", "their-group");
  return { name: "dvs0", datacenter: "dc1", switchId: await site.read<string>("network/dvs0", "uuid") };
}

export const SWITCH: Row = {
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

export const HOST: Row = {
  title: "an ESXi host: switches, port groups, a vmkernel port, virtual functions with a restart, and all of it gone",
  driver: driven(esxHost),
  make: async (site) => {
    const host = ["-host", `/dc1/host/c1/${ESX[0]}`];
    await site.govc("host.vswitch.add", ...host, "-nic", "vmnic5", "theirs");
    await site.govc("host.portgroup.add", ...host, "-vswitch", "theirs", "-vlan", "77", "their-vms");
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

export const VM: Row = {
  title: "a VM: network cards, virtual functions, a passthrough device, power, and all of it gone",
  driver: driven(vsphereVm),
  make: async (site) => {
    const host = ["-host", `/dc1/host/c1/${ESX[0]}`];
    await setDevices(site.vcenter, ESX[0], { vfs: { [PF4]: 4 }, passthrough: [GPU] });
    await site.govc("host.vswitch.add", ...host, "-nic", "vmnic1", "vSwitch1");
    await site.govc("host.vswitch.change", ...host, "-nic", "vmnic4", "vSwitch1").catch(() => {});
    for (const [group, vlan] of [
      ["app", "10"],
      ["web", "20"],
    ] as const)
      await site.govc("host.portgroup.add", ...host, "-vswitch", "vSwitch1", "-vlan", vlan, group);
    const hardware = ["-ds", "datastore1", "-g", "otherGuest", "-m", "512", "-net.adapter", "vmxnet3", "-net", "app"];
    await site.govc("vm.create", "-on=false", ...host, ...hardware, "db-01");
    await site.govc("vm.power", "-on", "db-01");
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
