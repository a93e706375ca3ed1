// Adapters of VMs and of the management OS as Get-VMNetworkAdapter returns them, with their VLAN and mapping. Pure.
import type { EnumValue, ObjectValue } from "../../contract";
import type { Host } from "../host";
import { blockage, functionOf, isOnFunction } from "../iov";
import { switchLink } from "../link";
import { type Given, shaped } from "../objects";
import type { HostVnic, PortSettings, VirtualMachine, VmAdapter } from "../state";
import { vlanIds } from "../vlanIds";
import { type Port, portId, switchOfPort } from "./portLookup";

/** Settings that both kinds of adapter show under the name that sets them. */
const SHOWN = [
  "MacAddressSpoofing",
  "DhcpGuard",
  "RouterGuard",
  "IeeePriorityTag",
  "AllowTeaming",
  "FixSpeed10G",
  "StormLimit",
  "DynamicIPAddressLimit",
  "VirtualSubnetId",
];

const REQUESTED = [
  "VrssEnabled",
  "VmmqEnabled",
  "VrssMaxQueuePairs",
  "VrssMinQueuePairs",
  "VrssQueueSchedulingMode",
  "VrssExcludePrimaryProcessor",
  "VrssIndependentHostSpreading",
  "VrssVmbusChannelAffinityPolicy",
];

export function portObject(host: Host, port: Port): ObjectValue {
  const object = port.kind === "vm" ? vmObject(host, port.vm, port.port) : hostObject(host, port.port);
  // Settings name the adapter that they belong to; a copy, so that no object holds itself.
  const parent: ObjectValue = { ...object, properties: new Map(object.properties) };
  object.properties.set("VlanSetting", vlanObject(host, port, parent));
  object.properties.set("IsolationSetting", isolationObject(host, port, parent));
  object.properties.set("BandwidthSetting", bandwidthObject(host, port.port, parent));
  return object;
}

function shown({ values }: PortSettings): Record<string, Given> {
  const properties: Record<string, Given> = {};
  for (const name of SHOWN) properties[name] = values[name];
  for (const name of REQUESTED) {
    properties[name] = values[name];
    properties[`${name}Requested`] = values[name];
  }
  return {
    ...properties,
    PortMirroringMode: values.PortMirroring,
    VMQWeight: values.VmqWeight,
    IPsecOffloadMaxSA: values.IPsecOffloadMaximumSecurityAssociation,
  };
}

function vmObject(host: Host, vm: VirtualMachine, port: VmAdapter): ObjectValue {
  const one = host.switchOf(port.switchId);
  const assigned = functionOf(host, port);
  return shaped("Get-VMNetworkAdapter", {
    ...shown(port),
    ...healthOf(host, vm, port),
    ClusterMonitored: port.values.NotMonitoredInCluster !== true,
    MacAddress: port.mac,
    DynamicMacAddressEnabled: port.dynamicMac,
    NumaAwarePlacement: port.values.NumaAwarePlacement,
    InterruptModeration: port.values.InterruptModeration,
    IsLegacy: port.legacy,
    IsSynthetic: !port.legacy,
    DeviceNaming: port.values.DeviceNaming,
    IovWeight: port.values.IovWeight,
    IovQueuePairsRequested: port.values.IovQueuePairsRequested,
    IovInterruptModeration: port.values.IovInterruptModeration,
    IovQueuePairsAssigned: assigned ? port.values.IovQueuePairsRequested : 0,
    IovUsage: assigned ? 1 : 0,
    VFDataPathActive: isOnFunction(host, port),
    Connected: one !== undefined,
    SwitchName: one?.name ?? null,
    SwitchId: one?.id.toLowerCase(),
    AdapterId: port.id.split("\\")[1] ?? null,
    Id: port.id,
    CurrentIsolationMode: port.vlan.mode === "Untagged" ? port.isolation.mode : "Vlan",
    BandwidthPercentage: 0,
    Name: port.name,
    VMId: vm.id.toLowerCase(),
    VMName: vm.name,
    ComputerName: host.state.computerName,
    VirtualSystemIdentifiers: ["{00000000-0000-0000-0000-000000000000}"],
    RscEnabled: true,
    RscEnabledRequested: true,
  });
}

/** VA-20, UK-07: a stopped VM tells nothing; a VF that could not be given is Degraded, with a text. */
function healthOf(host: Host, vm: VirtualMachine, port: VmAdapter): Record<string, Given> {
  if (vm.state !== "Running") return { Status: [], StatusDescription: [] };
  const asks = Number(port.values.IovWeight) > 0 && port.switchId !== undefined;
  const isShort = asks && functionOf(host, port) === undefined;
  if (!isShort) return { Status: ["Ok"], StatusDescription: ["OK"] };
  const reason = blockage(host, host.switchOf(port.switchId), vm, port) ?? "IovNoAvailResources";
  return { Status: ["Degraded"], StatusDescription: [`Degraded (SR-IOV not operational: ${reason})`] };
}

/** VA-19. */
function hostObject(host: Host, port: HostVnic): ObjectValue {
  const adapter = host.adapterOf(port.adapter);
  const one = host.switchOf(port.switchId);
  const isUp = one !== undefined && switchLink(host, one).since !== undefined;
  const object = shaped("Get-VMNetworkAdapter -ManagementOS", {
    ...shown(port),
    IsManagementOs: true,
    MacAddress: adapter.mac,
    DeviceId: `{${adapter.guid}}`,
    AdapterId: adapter.guid,
    Name: port.name,
    SwitchName: one?.name ?? null,
    Status: isUp ? ["Ok"] : ["LostCommunication"],
    StatusDescription: isUp ? ["OK"] : ["Lost Communication"],
    Id: portId({ kind: "host", port }),
    SwitchId: one?.id.toLowerCase(),
    CurrentIsolationMode: port.vlan.mode === "Untagged" ? port.isolation.mode : "Vlan",
    VMName: null,
    ComputerName: host.state.computerName,
  });
  object.properties.set("VMId", null);
  return object;
}

export function vlanObject(host: Host, port: Port, parent = portObject(host, port)): ObjectValue {
  const { vlan } = port.port;
  const isPrivate = ["Isolated", "Community", "Promiscuous"].includes(vlan.mode);
  return shaped("Get-VMNetworkAdapterVlan", {
    OperationMode: isPrivate ? "Private" : vlan.mode,
    AccessVlanId: vlan.access,
    NativeVlanId: vlan.native,
    AllowedVlanIdList: vlanIds(vlan.allowed) ?? [],
    AllowedVlanIdListString: vlan.allowed,
    PrivateVlanMode: isPrivate ? vlan.mode : NO_PRIVATE,
    PrimaryVlanId: vlan.primary,
    SecondaryVlanId: vlan.secondary,
    SecondaryVlanIdList: vlanIds(vlan.secondaries) ?? [],
    SecondaryVlanIdListString: vlan.secondaries,
    ParentAdapter: parent,
    ComputerName: host.state.computerName,
  });
}

/** VL-04: a number without a name. */
const NO_PRIVATE: EnumValue = {
  kind: "enum",
  type: "Microsoft.HyperV.PowerShell.VMNetworkAdapterPrivateVlanMode",
  name: "0",
  number: 0,
};

export function isolationObject(host: Host, port: Port, parent = portObject(host, port)): ObjectValue {
  const { isolation } = port.port;
  return shaped("Get-VMNetworkAdapterIsolation", {
    IsolationMode: isolation.mode,
    AllowUntaggedTraffic: isolation.allowUntagged,
    DefaultIsolationID: isolation.defaultId,
    MultiTenantStack: isolation.multiTenantStack,
    ParentAdapter: parent,
    ComputerName: host.state.computerName,
  });
}

/** Without any limit or share there is no object at all (a choice). */
function bandwidthObject(host: Host, { values }: PortSettings, parent: ObjectValue): ObjectValue | null {
  const { MinimumBandwidthAbsolute, MinimumBandwidthWeight, MaximumBandwidth } = values;
  if (!MinimumBandwidthAbsolute && !MinimumBandwidthWeight && !MaximumBandwidth) return null;
  return shaped("BandwidthSetting", {
    MinimumBandwidthAbsolute: MinimumBandwidthAbsolute ?? null,
    MinimumBandwidthWeight: MinimumBandwidthWeight ?? null,
    MaximumBandwidth: MaximumBandwidth ?? null,
    ParentAdapter: parent,
    ComputerName: host.state.computerName,
  });
}

/** TM-01. */
export function mappingObject(host: Host, port: Port): ObjectValue | undefined {
  const { mapping } = port.port;
  if (!mapping || !switchOfPort(host, port)?.uplinks.includes(mapping.adapter)) return undefined;
  const nic = host.adapterOf(mapping.adapter);
  return shaped("Get-VMNetworkAdapterTeamMapping", {
    NetAdapterName: nic.alias,
    NetAdapterDeviceId: `{${nic.guid}}`,
    DisableOnFailover: mapping.disableOnFailover,
    ParentAdapter: portObject(host, port),
    ComputerName: host.state.computerName,
  });
}
