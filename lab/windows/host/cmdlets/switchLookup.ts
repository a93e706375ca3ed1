// Finding the switches, VMs and NICs that a Hyper-V cmdlet names, with the errors of what is not there. Pure.
import { type Call, textOf } from "../call";
import { type HostError, hypervError } from "../errors";
import type { Host } from "../host";
import type { Adapter, VirtualMachine, VirtualSwitch } from "../state";
import { hasWildcard, isSame, matches } from "../wildcard";

/** SE-01. */
export function noSwitch(cmdlet: string, name: string): HostError {
  return hypervError(cmdlet, "InvalidParameter", `Hyper-V was unable to find a virtual switch with name "${name}".`);
}

/** A name finds every switch of it (SW-14); what is not found is told and the rest goes on. */
export function switchesNamed(host: Host, call: Call, names: readonly string[]): VirtualSwitch[] {
  return names.flatMap((name) => {
    const found = host.state.switches.filter((one) =>
      hasWildcard(name) ? matches(name, one.name) : isSame(name, one.name),
    );
    if (found.length === 0 && !hasWildcard(name)) call.bound.error(noSwitch(call.cmdlet, name).record);
    return found;
  });
}

/** By -Name (or -VMSwitchName) or -VMSwitch. */
export function switchesOf(host: Host, call: Call, parameter = "Name"): VirtualSwitch[] {
  if (!call.has("VMSwitch")) return switchesNamed(host, call, call.texts(parameter) ?? []);
  return call.objects("VMSwitch").flatMap((given) => {
    const found = host.switchOf(textOf(given, "Id"));
    if (!found) call.bound.error(noSwitch(call.cmdlet, textOf(given, "Name")).record);
    return found ? [found] : [];
  });
}

/** VA-04, SW-14: -SwitchName has to mean one switch. */
export function theSwitch(host: Host, cmdlet: string, name: string): VirtualSwitch {
  const found = host.state.switches.filter((one) => isSame(one.name, name));
  const [only] = found;
  if (!only) throw noSwitch(cmdlet, name);
  if (found.length > 1)
    throw hypervError(cmdlet, "InvalidParameter", `More than one virtual switch has the name "${name}".`);
  return only;
}

/** VA-03. */
export function machinesNamed(host: Host, call: Call, names: readonly string[]): VirtualMachine[] {
  return names.flatMap((name) => {
    const found = host.state.vms.filter((vm) => (hasWildcard(name) ? matches(name, vm.name) : isSame(name, vm.name)));
    if (found.length === 0 && !hasWildcard(name))
      call.bound.error(
        hypervError(
          call.cmdlet,
          "InvalidParameter",
          `Hyper-V was unable to find a virtual machine with name "${name}".`,
        ).record,
      );
    return found;
  });
}

/** By -VMName or -VM. */
export function machinesOf(host: Host, call: Call, parameter = "VMName"): VirtualMachine[] {
  if (!call.has("VM")) return machinesNamed(host, call, call.texts(parameter) ?? []);
  return call.objects("VM").flatMap((given) => host.state.vms.filter(({ id }) => isSame(id, textOf(given, "Id"))));
}

/** SE-04, SE-05: NICs by alias or description; none has to be missing. */
export function uplinksOf(host: Host, call: Call): Adapter[] | undefined {
  const byName = call.texts("NetAdapterName");
  const byDescription = call.texts("NetAdapterInterfaceDescription");
  const names = byName ?? byDescription;
  return names?.map((name) => {
    const found = byName
      ? host.adapterNamed(name)
      : host.state.adapters.find(({ description }) => isSame(description, name));
    if (!found || found.kind === "loopback")
      throw hypervError(call.cmdlet, "ObjectNotFound", `Physical network adapter '${name}' not found.`);
    return found;
  });
}
