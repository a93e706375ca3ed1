// Reads a host's facts from vCenter's answers. Pure.
import { z } from "zod";
import { formatRef, type ObjectContent, type Ref } from "../../../model/vim.js";
import { VMKERNEL_SERVICES } from "../../../model/vmkernelPort.js";
import type { Answer } from "../vcenterDriver.js";
import { readFields, vimBoolean, vimInt, vimList, vimObject, vimRef } from "../vimFields.js";
import type {
  DistributedPortGroupFacts,
  HostFacts,
  PciDeviceFacts,
  PhysicalNic,
  PortGroupFacts,
  StandardSwitchFacts,
  VmkernelFacts,
} from "./facts.js";
import { MARK_NAME } from "./mark.js";
import { toAddress } from "./netmask.js";
import { NetworkPolicy } from "./networkPolicy.js";
import { contentsOf, findHost } from "./questions.js";
import type { HostTarget } from "./words.js";

const Switch = vimObject({
  name: z.string(),
  spec: vimObject({
    numPorts: vimInt,
    bridge: vimObject({
      nicDevice: vimList(z.string()),
      beacon: vimObject({ interval: vimInt }).optional(),
      linkDiscoveryProtocolConfig: vimObject({ protocol: z.string(), operation: z.string() }).optional(),
    }).optional(),
    policy: NetworkPolicy.optional(),
  }),
  mtu: vimInt.optional(),
});

const PortGroup = vimObject({
  spec: vimObject({ name: z.string(), vlanId: vimInt, vswitchName: z.string(), policy: NetworkPolicy.optional() }),
  computedPolicy: NetworkPolicy.optional(),
});

const ProxySwitch = vimObject({ dvsName: z.string(), dvsUuid: z.string(), pnic: vimList(z.string()) });

const Nic = vimObject({ key: z.string(), device: z.string(), pci: z.string(), linkSpeed: z.unknown().optional() });

const VirtualNic = vimObject({
  device: z.string(),
  portgroup: z.string().optional(),
  spec: vimObject({
    ip: vimObject({
      dhcp: vimBoolean.optional(),
      ipAddress: z.string().optional(),
      subnetMask: z.string().optional(),
    }).optional(),
    distributedVirtualPort: vimObject({ switchUuid: z.string(), portgroupKey: z.string().optional() }).optional(),
    mtu: vimInt.optional(),
    netStackInstanceKey: z.string().optional(),
  }),
});

const NetConfig = vimObject({ nicType: z.string(), selectedVnic: vimList(z.string()) });

const Device = vimObject({
  id: z.string(),
  passthruEnabled: vimBoolean,
  passthruCapable: vimBoolean,
  passthruActive: vimBoolean,
  sriovEnabled: vimBoolean.optional(),
  sriovCapable: vimBoolean.optional(),
  sriovActive: vimBoolean.optional(),
  numVirtualFunctionRequested: vimInt.optional(),
  numVirtualFunction: vimInt.optional(),
  maxVirtualFunctionSupported: vimInt.optional(),
});

const Host = z.object({
  name: z.string(),
  "configManager.networkSystem": vimRef().optional(),
  "configManager.virtualNicManager": vimRef().optional(),
  "configManager.pciPassthruSystem": vimRef().optional(),
  "config.network.vswitch": vimList(Switch),
  "config.network.portgroup": vimList(PortGroup),
  "config.network.proxySwitch": vimList(ProxySwitch),
  "config.network.pnic": vimList(Nic),
  "config.network.vnic": vimList(VirtualNic),
  "config.virtualNicManagerInfo.netConfig": vimList(NetConfig),
  "config.pciPassthruInfo": vimList(Device),
  "runtime.connectionState": z.string(),
  "runtime.inMaintenanceMode": vimBoolean,
  "runtime.bootTime": z.string().optional(),
  "summary.rebootRequired": vimBoolean.optional(),
  customValue: vimList(vimObject({ key: vimInt, value: z.string().optional() })),
  vm: vimList(vimRef()),
});
type Host = z.output<typeof Host>;

const Machine = z.object({ name: z.string(), "runtime.powerState": z.string(), network: vimList(vimRef()) });
const Network = z.object({ name: z.string() });
const DistributedPortGroup = z.object({
  name: z.string(),
  key: z.string(),
  "config.distributedVirtualSwitch": vimRef().optional(),
});
const DistributedSwitch = z.object({ name: z.string(), uuid: z.string() });
const Cluster = z.object({
  configurationEx: vimObject({
    drsConfig: vimObject({ enabled: vimBoolean.optional(), defaultVmBehavior: z.string().optional() }).optional(),
  }).optional(),
});
const Fields = z.object({
  field: vimList(vimObject({ key: vimInt, name: z.string(), managedObjectType: z.string().optional() })),
});

/** The facts of the host; undefined when vCenter has none of the name. Errors: what vCenter says is not as its API has it. */
export function readHostFacts(
  { target }: { readonly target: HostTarget },
  answers: readonly Answer[],
): HostFacts | undefined {
  const [hosts, answer] = answers;
  const ref = findHost(target, hosts);
  if (!ref) return undefined;
  const contents = contentsOf(answer);
  const content = contents.find(({ object }) => formatRef(object) === formatRef(ref));
  if (!content) return undefined;
  const host = read(Host, content);
  const groups = readDistributedPortGroups(contents);
  return {
    ref,
    name: host.name,
    networkSystem: host["configManager.networkSystem"],
    virtualNicManager: host["configManager.virtualNicManager"],
    passthruSystem: host["configManager.pciPassthruSystem"],
    customFieldsManager: contents.find(({ object }) => object.type === "CustomFieldsManager")?.object,
    isConnected: host["runtime.connectionState"] === "connected",
    connectionState: host["runtime.connectionState"],
    isInMaintenance: host["runtime.inMaintenanceMode"],
    bootTime: host["runtime.bootTime"] ?? "",
    isRestartRequired: host["summary.rebootRequired"] ?? false,
    nics: readNics(host),
    switches: new Map(host["config.network.vswitch"].map((each) => [each.name, toSwitch(each)])),
    portGroups: readPortGroups(host, contents),
    distributedPortGroups: groups,
    vmkernelPorts: readVmkernelPorts(host, groups),
    devices: new Map(host["config.pciPassthruInfo"].map((each) => [each.id.toLowerCase(), toDevice(each)])),
    runningMachines: readRunning(host, contents),
    areMachinesMoved: areMachinesMoved(contents),
    mark: readMark(host, contents),
  };
}

function read<Schema extends z.ZodType>(schema: Schema, { object, properties }: ObjectContent): z.output<Schema> {
  return readFields(schema, properties, formatRef(object));
}

function ofType<Schema extends z.ZodType>(contents: readonly ObjectContent[], type: RegExp, schema: Schema) {
  return contents
    .filter(({ object }) => type.test(object.type))
    .map(
      (content) => ({ ref: content.object, ...(read(schema, content) as object) }) as { ref: Ref } & z.output<Schema>,
    );
}

function toSwitch({ name, spec, mtu }: Host["config.network.vswitch"][number]): StandardSwitchFacts {
  const { bridge } = spec;
  const discovery = bridge?.linkDiscoveryProtocolConfig;
  return {
    name,
    mtuBytes: mtu ?? 1500,
    numPorts: spec.numPorts,
    uplinks: bridge?.nicDevice ?? [],
    ...(bridge?.beacon ? { beaconIntervalSeconds: bridge.beacon.interval } : {}),
    ...(discovery ? { discovery: `${discovery.protocol} ${discovery.operation}` } : {}),
    policy: spec.policy ?? {},
  };
}

function readNics(host: Host): Map<string, PhysicalNic> {
  const holders = new Map<string, PhysicalNic["holder"]>();
  for (const { name, spec } of host["config.network.vswitch"])
    for (const device of spec.bridge?.nicDevice ?? []) holders.set(device, { kind: "standard", switch: name });
  const byKey = new Map(host["config.network.pnic"].map(({ key, device }) => [key, device]));
  for (const { dvsName, pnic } of host["config.network.proxySwitch"])
    for (const key of pnic) holders.set(byKey.get(key) ?? key, { kind: "distributed", switch: dvsName });
  return new Map(
    host["config.network.pnic"].map(({ device, pci, linkSpeed }) => {
      const holder = holders.get(device);
      return [device, { device, pci: pci.toLowerCase(), isUp: linkSpeed !== undefined, ...(holder ? { holder } : {}) }];
    }),
  );
}

function readPortGroups(host: Host, contents: readonly ObjectContent[]): Map<string, PortGroupFacts> {
  // The port groups of one name on several hosts are one network.
  const networks = new Map(ofType(contents, /^Network$/, Network).map(({ ref, name }) => [formatRef(ref), name]));
  const places = machinesOf(host, contents).flatMap(({ name, network }) =>
    network.map((ref) => ({ machine: name, network: networks.get(formatRef(ref)) })),
  );
  return new Map(
    host["config.network.portgroup"].map(({ spec, computedPolicy }) => [
      spec.name,
      {
        name: spec.name,
        switch: spec.vswitchName,
        vlan: spec.vlanId,
        policy: spec.policy ?? {},
        computed: computedPolicy ?? {},
        machines: places.filter(({ network }) => network === spec.name).map(({ machine }) => machine),
      },
    ]),
  );
}

/** The VMs that are on the host, running or not. */
function machinesOf({ vm }: Host, contents: readonly ObjectContent[]) {
  const own = new Set(vm.map(formatRef));
  return ofType(contents, /^VirtualMachine$/, Machine).filter(({ ref }) => own.has(formatRef(ref)));
}

function readDistributedPortGroups(contents: readonly ObjectContent[]): DistributedPortGroupFacts[] {
  const switches = new Map(
    ofType(contents, /DistributedVirtualSwitch$/, DistributedSwitch).map((each) => [formatRef(each.ref), each]),
  );
  return ofType(contents, /^DistributedVirtualPortgroup$/, DistributedPortGroup).flatMap((group) => {
    const owner = group["config.distributedVirtualSwitch"];
    const dvs = owner && switches.get(formatRef(owner));
    return dvs ? [{ name: group.name, key: group.key, switch: dvs.name, switchUuid: dvs.uuid }] : [];
  });
}

function readVmkernelPorts(host: Host, groups: readonly DistributedPortGroupFacts[]): VmkernelFacts[] {
  const switches = new Map(host["config.network.portgroup"].map(({ spec }) => [spec.name, spec.vswitchName] as const));
  return host["config.network.vnic"].map(({ device, portgroup = "", spec }) => {
    const { ip, distributedVirtualPort: port } = spec;
    const group = port && groups.find(({ key }) => key === port.portgroupKey);
    const place = port
      ? { switchKind: "distributed" as const, switch: group?.switch ?? port.switchUuid, portGroup: group?.name ?? "" }
      : { switchKind: "standard" as const, switch: switches.get(portgroup) ?? "", portGroup: portgroup };
    return {
      device,
      ...place,
      address: ip?.dhcp || ip?.ipAddress === undefined ? "dhcp" : toAddress(ip.ipAddress, ip.subnetMask ?? ""),
      mtuBytes: spec.mtu ?? 1500,
      services: readServices(host, device),
      stack: spec.netStackInstanceKey ?? "defaultTcpipStack",
    };
  });
}

/** A service lists its vmkernel ports by keys such as `vmotion.key-vim.host.VirtualNic-vmk1`. */
function readServices(host: Host, device: string): string[] {
  const selected = host["config.virtualNicManagerInfo.netConfig"]
    .filter(({ selectedVnic }) => selectedVnic.some((key) => key.endsWith(`.VirtualNic-${device}`)))
    .map(({ nicType }) => nicType);
  const known = VMKERNEL_SERVICES.filter((service) => selected.includes(service));
  return [...known, ...selected.filter((service) => !known.some((each) => each === service)).sort()];
}

function toDevice(device: Host["config.pciPassthruInfo"][number]): PciDeviceFacts {
  const { sriovCapable } = device;
  return {
    pci: device.id.toLowerCase(),
    isCapable: device.passthruCapable,
    isEnabled: device.passthruEnabled,
    isActive: device.passthruActive,
    ...(sriovCapable === undefined
      ? {}
      : {
          sriov: {
            isCapable: sriovCapable,
            isEnabled: device.sriovEnabled ?? false,
            isActive: device.sriovActive ?? false,
            requested: device.numVirtualFunctionRequested ?? 0,
            present: device.numVirtualFunction ?? 0,
            max: device.maxVirtualFunctionSupported ?? 0,
          },
        }),
  };
}

function readRunning(host: Host, contents: readonly ObjectContent[]): string[] {
  return machinesOf(host, contents)
    .filter((machine) => machine["runtime.powerState"] === "poweredOn")
    .map(({ name }) => name)
    .sort();
}

function areMachinesMoved(contents: readonly ObjectContent[]): boolean {
  return ofType(contents, /^ClusterComputeResource$/, Cluster).some(({ configurationEx }) => {
    const { enabled, defaultVmBehavior } = configurationEx?.drsConfig ?? {};
    return enabled === true && defaultVmBehavior === "fullyAutomated";
  });
}

function readMark({ customValue }: Host, contents: readonly ObjectContent[]): HostFacts["mark"] {
  const fields = ofType(contents, /^CustomFieldsManager$/, Fields).flatMap(({ field }) => field);
  const field = fields.find(({ name, managedObjectType }) => name === MARK_NAME && managedObjectType === "HostSystem");
  if (!field) return {};
  const value = customValue.find(({ key }) => key === field.key)?.value;
  return { key: field.key, ...(value ? { bootTime: value } : {}) };
}
