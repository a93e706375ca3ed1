// Get-VM, Start-VM, Stop-VM and Get-VMHost.
import type { ObjectValue } from "../../contract";
import { hypervError } from "../errors";
import type { Host } from "../host";
import { shaped, timeSpan } from "../objects";
import { NO_MAC } from "../ports";
import type { VirtualMachine } from "../state";
import { isSame } from "../wildcard";
import type { HostCmdlet } from "./cmdlet";
import { vmPorts } from "./portLookup";
import { portObject } from "./portObject";
import { machinesNamed, machinesOf } from "./switchLookup";

function machineObject(host: Host, vm: VirtualMachine): ObjectValue {
  const isRunning = vm.state === "Running";
  return shaped("Get-VM", {
    Name: vm.name,
    Id: vm.id.toLowerCase(),
    State: vm.state,
    Status: "Operating normally",
    OperationalStatus: ["Ok"],
    PrimaryOperationalStatus: "Ok",
    SecondaryOperationalStatus: null,
    StatusDescriptions: ["Operating normally"],
    PrimaryStatusDescription: "Operating normally",
    Generation: vm.generation,
    VirtualMachineSubType: vm.generation === 2 ? "Generation2" : "Generation1",
    VirtualMachineType: "RealizedVirtualMachine",
    Version: host.release.vmVersions.at(-1),
    ProcessorCount: 2,
    MemoryStartup: 2147483648,
    MemoryAssigned: isRunning ? 2147483648 : 0,
    Heartbeat: isRunning ? "OkApplicationsUnknown" : null,
    AutomaticStartAction: "StartIfRunning",
    AutomaticStopAction: "Save",
    NetworkAdapters: vmPorts(vm).map((port) => portObject(host, port)),
    ComputerName: host.state.computerName,
  });
}

const getVm: HostCmdlet = (host, call) => {
  const id = call.text("Id");
  const names = call.texts("Name");
  const found = names ? machinesNamed(host, call, names) : host.state.vms;
  const wanted = id === undefined ? found : found.filter((vm) => isSame(vm.id, id));
  if (id !== undefined && wanted.length === 0)
    throw hypervError(call.cmdlet, "InvalidParameter", `Hyper-V was unable to find a virtual machine with id "${id}".`);
  for (const vm of wanted) call.bound.write(machineObject(host, vm));
};

/** EM-08, VM-04. */
const startVm: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: false })) return;
  for (const vm of machinesOf(host, call, "Name")) {
    if (vm.state === "Running") call.bound.warning("The virtual machine is already in the specified state.");
    else {
      vm.state = "Running";
      for (const adapter of vm.adapters) {
        if (adapter.mac === NO_MAC) adapter.mac = host.newMac();
        adapter.changedAt = host.now();
      }
    }
    if (call.flag("Passthru")) call.bound.write(machineObject(host, vm));
  }
};

const stopVm: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: false })) return;
  // Guests go down at once, however they are told to.
  call.flag("TurnOff");
  for (const vm of machinesOf(host, call, "Name")) {
    if (vm.state === "Off") call.bound.warning("The virtual machine is already in the specified state.");
    else vm.state = call.flag("Save") ? "Saved" : "Off";
    if (call.flag("Passthru")) call.bound.write(machineObject(host, vm));
  }
};

/** IO-01, IO-02. */
const getVmHost: HostCmdlet = (host, call) => {
  const { computerName, iovReasons } = host.state;
  const one = shaped("Get-VMHost", {
    LogicalProcessorCount: 16,
    IovSupport: iovReasons.length === 0,
    IovSupportReasons: iovReasons.length === 0 ? null : iovReasons,
    InternalNetworkAdapters: host.state.vnics.map((port) => portObject(host, { kind: "host", port })),
    SupportedVmVersions: host.release.vmVersions,
    MacAddressMinimum: "00155D0A0B00",
    MacAddressMaximum: "00155D0A0BFF",
    NumaSpanningEnabled: true,
    VirtualHardDiskPath: "C:\\Users\\Public\\Documents\\Hyper-V\\Virtual Hard Disks",
    VirtualMachinePath: "C:\\ProgramData\\Microsoft\\Windows\\Hyper-V",
    FullyQualifiedDomainName: computerName,
    MemoryCapacity: 137438953472,
    Name: computerName,
    MaximumStorageMigrations: 2,
    MaximumVirtualMachineMigrations: 2,
    VirtualMachineMigrationAuthenticationType: "CredSSP",
    VirtualMachineMigrationPerformanceOption: "Compression",
    ComputerName: computerName,
  });
  const interval = timeSpan(3600);
  one.properties.set("ResourceMeteringSaveInterval", interval);
  call.bound.write(one);
};

export const VM: Readonly<Record<string, HostCmdlet>> = {
  "Get-VM": getVm,
  "Start-VM": startVm,
  "Stop-VM": stopVm,
  "Get-VMHost": getVmHost,
};
