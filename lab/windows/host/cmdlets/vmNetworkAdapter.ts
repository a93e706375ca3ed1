// Get-, Add-, Remove-, Rename-, Connect- and Disconnect-VMNetworkAdapter.
import type { Call } from "../call";
import { hypervError } from "../errors";
import type { Host } from "../host";
import { isMulticast, parseMac } from "../macAddress";
import { addVmAdapter, portDefaults } from "../ports";
import { LEGACY_ADAPTERS } from "../releases";
import type { VirtualMachine, VirtualSwitch } from "../state";
import { addVnic, removeVnic, renameVnic } from "../vnics";
import type { HostCmdlet } from "./cmdlet";
import { allHostPorts, type Port, portsOf, refuseInternal, vmPorts } from "./portLookup";
import { portObject } from "./portObject";
import { machinesOf, switchesOf, theSwitch } from "./switchLookup";

const getAdapter: HostCmdlet = (host, call) => {
  const found = call.flag("All") ? [...host.state.vms.flatMap(vmPorts), ...allHostPorts(host)] : portsOf(host, call);
  for (const port of found) {
    const isLegacy = port.kind === "vm" && port.port.legacy;
    if (!call.has("IsLegacy") || isLegacy === call.flag("IsLegacy")) call.bound.write(portObject(host, port));
  }
};

const addAdapter: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: false })) return;
  const name = call.text("Name") ?? "Network Adapter";
  const mac = macOf(call);
  const switchName = call.text("SwitchName");
  const on = switchName === undefined ? undefined : theSwitch(host, call.cmdlet, switchName);
  if (call.flag("ManagementOS") || call.bound.parameterSet === "ManagementOS") {
    addToHost(host, call, { name, mac, on });
    return;
  }
  for (const vm of machinesOf(host, call)) {
    const legacy = call.flag("IsLegacy");
    checkAdd(host, call, vm, legacy);
    const settings = portDefaults();
    if (call.has("DeviceNaming")) settings.values.DeviceNaming = call.text("DeviceNaming");
    const port = addVmAdapter(host, vm, { name, legacy, switchId: on?.id, mac, settings });
    if (call.flag("Passthru")) call.bound.write(portObject(host, { kind: "vm", vm, port }));
  }
};

/** A switch has to be named, as soon as there is not just one (a choice); a private one becomes internal by it (SH-06). */
function addToHost(
  host: Host,
  call: Call,
  { name, mac, on }: { name: string; mac: string | undefined; on: VirtualSwitch | undefined },
): void {
  const [only, ...others] = host.state.switches;
  const one = on ?? (others.length === 0 ? only : undefined);
  if (!one)
    throw hypervError(
      call.cmdlet,
      "InvalidParameter",
      "The name of a virtual switch has to be given for the management OS.",
    );
  if (one.type === "Private") one.type = "Internal";
  const port = addVnic(host, one, { name, ...(mac === undefined ? {} : { mac }) });
  if (call.flag("Passthru")) call.bound.write(portObject(host, { kind: "host", port }));
}

/** VM-02, VM-03. */
export function macOf(call: Call): string | undefined {
  const text = call.text("StaticMacAddress");
  if (text === undefined) return undefined;
  const mac = parseMac(text);
  if (mac === undefined)
    throw hypervError(call.cmdlet, "InvalidParameter", '"StaticMacAddress" is not in the correct format.');
  if (isMulticast(mac))
    throw hypervError(call.cmdlet, "OperationFailed", "Failed to modify device 'Synthetic Ethernet Port'.");
  return mac;
}

/** VA-05, VA-06, VA-07, UK-03. */
function checkAdd(host: Host, call: Call, vm: VirtualMachine, legacy: boolean): void {
  const refuse = (reason: string) =>
    hypervError(
      call.cmdlet,
      "InvalidState",
      "Failed to add device 'Synthetic Ethernet Port'.",
      `'${vm.name}' failed to add device 'Synthetic Ethernet Port': ${reason}`,
    );
  if (legacy && vm.generation === 2) throw refuse("a legacy adapter needs a virtual machine of generation 1.");
  if (vm.state !== "Off" && (legacy || vm.generation === 1))
    throw refuse("The operation cannot be performed while the virtual machine is in its current state.");
  const most = legacy ? LEGACY_ADAPTERS : host.release.syntheticAdapters;
  if (vm.adapters.filter((adapter) => adapter.legacy === legacy).length >= most)
    throw refuse("The maximum number of devices is reached.");
}

/** VA-01: every adapter of that name. */
const removeAdapter: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: false })) return;
  for (const port of portsOf(host, call)) {
    if (port.kind === "host") removeVnic(host, port.port);
    else {
      const { vm } = port;
      if (vm.state !== "Off" && (port.port.legacy || vm.generation === 1))
        throw hypervError(
          call.cmdlet,
          "InvalidState",
          "Failed to remove device 'Synthetic Ethernet Port'.",
          "The operation cannot be performed while the object is in its current state.",
        );
      vm.adapters = vm.adapters.filter((adapter) => adapter !== port.port);
    }
    if (call.flag("Passthru") && port.kind === "vm") call.bound.write(portObject(host, port));
  }
};

const renameAdapter: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: false })) return;
  const name = call.text("NewName") ?? "";
  for (const port of portsOf(host, call)) {
    if (port.kind === "host") renameVnic(host, port.port, name);
    else port.port.name = name;
    if (call.flag("Passthru")) call.bound.write(portObject(host, port));
  }
};

function needVm(port: Port): port is Extract<Port, { kind: "vm" }> {
  return port.kind === "vm";
}

/** VA-08: on running machines too. */
const connectAdapter: HostCmdlet = (host, call) => {
  refuseInternal(call);
  if (!call.confirmed({ asks: false })) return;
  const on = connection(host, call);
  for (const port of portsOf(host, call).filter(needVm)) {
    port.port.switchId = on.id;
    port.port.mapping = undefined;
    port.port.changedAt = host.now();
    if (call.flag("Passthru")) call.bound.write(portObject(host, port));
  }
};

function connection(host: Host, call: Call): VirtualSwitch {
  const name = call.text("SwitchName");
  const one = name === undefined ? switchesOf(host, call)[0] : theSwitch(host, call.cmdlet, name);
  if (one) return one;
  throw hypervError(call.cmdlet, "InvalidParameter", "No virtual switch was given to connect to.");
}

/** VA-10. */
const disconnectAdapter: HostCmdlet = (host, call) => {
  refuseInternal(call);
  if (!call.confirmed({ asks: false })) return;
  for (const port of portsOf(host, call).filter(needVm)) {
    port.port.switchId = undefined;
    port.port.mapping = undefined;
    if (call.flag("Passthru")) call.bound.write(portObject(host, port));
  }
};

export const VM_NETWORK_ADAPTER: Readonly<Record<string, HostCmdlet>> = {
  "Get-VMNetworkAdapter": getAdapter,
  "Add-VMNetworkAdapter": addAdapter,
  "Remove-VMNetworkAdapter": removeAdapter,
  "Rename-VMNetworkAdapter": renameAdapter,
  "Connect-VMNetworkAdapter": connectAdapter,
  "Disconnect-VMNetworkAdapter": disconnectAdapter,
};
