// Get-, Set-, Enable- and Disable-NetAdapterSriov, Get-NetAdapterSriovVf.
import type { ObjectValue } from "../../contract";
import { restartAdapter } from "../adapters";
import type { Call } from "../call";
import { invalidParameter } from "../errors";
import type { Host } from "../host";
import { type Assigned, functionsOf } from "../iov";
import { dashedMac } from "../macAddress";
import { shaped } from "../objects";
import type { Adapter, Sriov } from "../state";
import { again, query } from "./cimQuery";
import type { HostCmdlet } from "./cmdlet";

const CLASS = "MSFT_NetAdapterSriovSettingData";
const VF_CLASS = "MSFT_NetAdapterSriovVfSettingData";

interface Capable {
  readonly adapter: Adapter;
  readonly sriov: Sriov;
}

/** IO-04, IO-05: what cannot do it is not listed at all. */
function capableOf(host: Host, call: Call): Capable[] {
  const all = host.state.adapters.flatMap((adapter) => {
    const sriov = adapter.hardware?.sriov;
    return sriov ? [{ adapter, sriov }] : [];
  });
  if (call.has("InputObject"))
    return again(call, CLASS, all, { property: "Name", read: ({ adapter }) => adapter.alias });
  return query(call, CLASS, all, {
    Name: ({ adapter }) => adapter.alias,
    InterfaceDescription: ({ adapter }) => adapter.description,
  });
}

function sriovObject(host: Host, { adapter, sriov }: Capable): ObjectValue {
  const above = host.switchAbove(adapter);
  const used = above ? functionsOf(host, above).filter(({ nic }) => nic === adapter).length : 0;
  return shaped("Get-NetAdapterSriov", {
    ElementName: adapter.alias,
    InstanceID: `{${adapter.guid}}`,
    Name: adapter.alias,
    InterfaceDescription: adapter.description,
    Source: 2,
    SystemName: host.state.computerName,
    Enabled: sriov.enabled,
    SriovSupport: sriov.support,
    SwitchType: above ? 1 : 0,
    // IO-08: the quotes are part of the value.
    SwitchName: above ? `"${above.name}"` : "",
    NumVFs: sriov.numVfs,
    NumAllocatedVFs: used,
    NumVPorts: sriov.numVfs + 1,
    NumActiveVPorts: used + 1,
    NumQueuePairsForDefaultVPort: 8,
    NumQueuePairsForNonDefaultVPorts: 1,
  });
}

const getSriov: HostCmdlet = (host, call) => {
  for (const capable of capableOf(host, call)) call.bound.write(sriovObject(host, capable));
};

/** IO-06, IO-07. */
function change(host: Host, call: Call, { enabled, numVfs }: { enabled?: boolean; numVfs?: number }): void {
  if (!call.confirmed({ asks: false })) return;
  for (const capable of capableOf(host, call)) {
    const { adapter, sriov } = capable;
    if (numVfs !== undefined && numVfs > sriov.maximum)
      throw invalidParameter(call.cmdlet, CLASS, "The parameter is incorrect.");
    sriov.enabled = enabled ?? sriov.enabled;
    sriov.numVfs = numVfs ?? sriov.numVfs;
    for (const property of adapter.advanced)
      if (property.keyword === "*SRIOV") property.value = sriov.enabled ? "1" : "0";
    if (!call.flag("NoRestart")) restartAdapter(host, adapter);
    if (call.flag("PassThru")) call.bound.write(sriovObject(host, capable));
  }
}

const setSriov: HostCmdlet = (host, call) => {
  const numVfs = call.number("NumVFs");
  change(host, call, {
    ...(call.has("Enabled") ? { enabled: call.flag("Enabled") } : {}),
    ...(numVfs === undefined ? {} : { numVfs }),
  });
};

/** IO-15. */
const getVf: HostCmdlet = (host, call) => {
  const all = host.state.switches.flatMap((one) => functionsOf(host, one));
  // A NIC that is there and has given no function is no error; one that is not there is.
  for (const found of query<Assigned>(call, VF_CLASS, all, {
    ...(isKnown(host, call) ? {} : { Name: ({ nic }) => nic.alias }),
    InterfaceDescription: ({ nic }) => nic.description,
    FunctionID: ({ number }) => number,
    SwitchID: () => 0,
  }))
    if (isOfGiven(call, found)) call.bound.write(vfObject(host, found));
};

function isKnown(host: Host, call: Call): boolean {
  return (call.texts("Name") ?? []).every((name) => host.adapterNamed(name) !== undefined);
}

function isOfGiven(call: Call, { nic }: Assigned): boolean {
  const names = call.texts("Name");
  return !names || names.some((name) => name.toLowerCase() === nic.alias.toLowerCase());
}

function vfObject(host: Host, { vm, adapter, nic, number }: Assigned): ObjectValue {
  return shaped("Get-NetAdapterSriovVf", {
    ElementName: nic.alias,
    InstanceID: `{${nic.guid}}::${number}`,
    Name: nic.alias,
    InterfaceDescription: nic.description,
    Source: 2,
    SystemName: host.state.computerName,
    FunctionID: number,
    SwitchID: 0,
    VmFriendlyName: vm.name,
    VmID: vm.id,
    VmNicID: `${vm.id}--${adapter.id.split("\\")[1]}`,
    CurrentMacAddress: dashedMac(adapter.mac),
    PermanentMacAddress: "00-00-00-00-00-00",
    VPortID: [number + 1],
  });
}

export const NET_ADAPTER_SRIOV: Readonly<Record<string, HostCmdlet>> = {
  "Get-NetAdapterSriov": getSriov,
  "Set-NetAdapterSriov": setSriov,
  "Enable-NetAdapterSriov": (host, call) => change(host, call, { enabled: true }),
  "Disable-NetAdapterSriov": (host, call) => change(host, call, { enabled: false }),
  "Get-NetAdapterSriovVf": getVf,
};
