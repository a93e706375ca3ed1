// Finding the adapters that a cmdlet of the VMNetworkAdapter family names: those of VMs, and those of the management OS. Pure.
import { type Call, textOf } from "../call";
import { bindingError, type HostError, hypervClass, hypervError } from "../errors";
import type { Host } from "../host";
import type { HostVnic, VirtualMachine, VirtualSwitch, VmAdapter } from "../state";
import { isSame, matches } from "../wildcard";
import { machinesOf, switchesNamed } from "./switchLookup";

export type Port =
  | { readonly kind: "vm"; readonly vm: VirtualMachine; readonly port: VmAdapter }
  | { readonly kind: "host"; readonly port: HostVnic };

/** VA-02. */
export function noAdapter(cmdlet: string): HostError {
  return hypervError(cmdlet, "ObjectNotFound", "No network adapter was found with the given criteria.");
}

export function switchOfPort(host: Host, { port }: Port): VirtualSwitch | undefined {
  return host.switchOf(port.switchId);
}

/** By -VMNetworkAdapter, -ManagementOS, -VM or -VMName; `name` is the parameter of the adapter's own name. */
export function portsOf(host: Host, call: Call, name = "Name"): Port[] {
  if (call.has("VMNetworkAdapter")) return portsOfObjects(host, call);
  const names = call.texts(name);
  const isNamed = (port: Port) => !names || names.some((wanted) => matches(wanted, port.port.name));
  if (call.flag("ManagementOS")) {
    const found = hostPorts(host, call).filter(isNamed);
    if (found.length === 0 && names) call.bound.error(noAdapter(call.cmdlet).record);
    return found;
  }
  return machinesOf(host, call).flatMap((vm) => {
    const found = vmPorts(vm).filter(isNamed);
    if (found.length === 0 && names) call.bound.error(noAdapter(call.cmdlet).record);
    return found;
  });
}

export function vmPorts(vm: VirtualMachine): Port[] {
  return vm.adapters.map((port): Port => ({ kind: "vm", vm, port }));
}

export function hostPorts(host: Host, call: Call): Port[] {
  const names = call.texts("SwitchName");
  const switches = names ? switchesNamed(host, call, names) : host.state.switches;
  const ids = switches.map(({ id }) => id);
  return host.state.vnics
    .filter(({ switchId }) => ids.includes(switchId))
    .map((port): Port => ({ kind: "host", port }));
}

function portsOfObjects(host: Host, call: Call): Port[] {
  return call.objects("VMNetworkAdapter").flatMap((given) => {
    const id = textOf(given, "Id");
    const found = [...host.state.vms.flatMap(vmPorts), ...allHostPorts(host)].filter((port) =>
      isSame(portId(port), id),
    );
    if (found.length === 0) call.bound.error(noAdapter(call.cmdlet).record);
    return found;
  });
}

export function allHostPorts(host: Host): Port[] {
  return host.state.vnics.map((port): Port => ({ kind: "host", port }));
}

export function portId(port: Port): string {
  return port.kind === "vm" ? port.port.id : `Microsoft:${port.port.switchId}\\${port.port.id}`;
}

/** VA-11: what Connect and Disconnect do not take. */
export function refuseInternal(call: Call): void {
  for (const given of call.objects("VMNetworkAdapter"))
    if (given.type.endsWith("VMInternalNetworkAdapter"))
      throw bindingError(
        hypervClass(call.cmdlet),
        "CannotConvertArgumentNoMessage",
        `Cannot bind parameter 'VMNetworkAdapter'. Cannot convert the "VMInternalNetworkAdapter (Name = '${textOf(given, "Name")}')" value of type "Microsoft.HyperV.PowerShell.VMInternalNetworkAdapter" to type "Microsoft.HyperV.PowerShell.VMNetworkAdapter".`,
      );
}
