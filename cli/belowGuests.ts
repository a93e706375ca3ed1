// Networks that change below the ports of VMs: what a host or a switch is set to, told of the VMs on it, whose own settings may stay. Pure.
import type { Environment } from "../providers/model/environment.js";
import { isRecord } from "../providers/model/record.js";
import type { VirtualMachine } from "../providers/model/virtualMachine.js";
import type { BelowPort, Carried } from "../providers/platforms/carried.js";
import type { Properties } from "./previewJson.js";
import { releaseWords } from "./releaseWords.js";
import { machineDriver, vcenterDriver } from "./resourceKinds.js";

export interface NetworkBelow {
  readonly vm: string;
  readonly port: string;
  /** The host or distributed switch that changes. */
  readonly on: string;
  /** Such as `VLAN 10`. */
  readonly from: string;
  readonly to: string;
}

/** A host or switch before and after. */
export interface Changing {
  readonly name: string;
  readonly type: string;
  readonly before: Properties | undefined;
  readonly after: Properties | undefined;
}

/** By the environment as it shall be: a port that comes, goes or moves is told with its VM. */
export function networksBelow(
  { name, type, before, after }: Changing,
  { virtualMachines, ...around }: Environment,
): NetworkBelow[] {
  const old = new Map(carried(type, before).map(({ below, vlans }) => [JSON.stringify(below), vlans]));
  const all = carried(type, after).flatMap(({ below, vlans: to }) => {
    const from = old.get(JSON.stringify(below));
    if (from === undefined || from === to) return [];
    return virtualMachines.flatMap((vm) =>
      portsOf(vm, { below, on: name, around }).map((port) => ({ vm: vm.name, port, on: name, from, to })),
    );
  });
  // A virtual function and the card that stands in for it are one port.
  return all.filter(
    ({ vm, port }, index) => all.findIndex((other) => other.vm === vm && other.port === port) === index,
  );
}

/** By words of this release. */
function carried(type: string, inputs: Properties | undefined): readonly Carried[] {
  const object = vcenterDriver(type);
  if (object) {
    const own = releaseWords(object, inputs);
    return own ? (object.carried?.(own) ?? []) : [];
  }
  const machine = machineDriver(type);
  const words = machine && releaseWords(machine, inputs);
  return (machine?.layers ?? []).flatMap((layer) => {
    const own = words?.[layer.name];
    return isRecord(own) ? (layer.carried?.(own) ?? []) : [];
  });
}

interface Where {
  readonly below: BelowPort;
  readonly on: string;
  readonly around: Omit<Environment, "virtualMachines">;
}

/** The ports of a VM that are there. */
function portsOf(vm: VirtualMachine, { below, on, around }: Where): readonly string[] {
  if ("portGroup" in below) return onPortGroup(vm, { below, on, around });
  if (vm.host !== on) return [];
  if ("vm" in below) return below.vm === vm.name ? [below.port] : [];
  const switches = around.kvmHosts.find(({ name }) => name === on)?.virtualSwitches ?? [];
  const plugged = switches.flatMap(({ ports }) => ports);
  return plugged.filter((port) => port.vm === vm.name && port.interface === below.interface).map(({ port }) => port);
}

function onPortGroup(
  { host, vsphere, ports }: VirtualMachine,
  { below, on, around }: Where & { readonly below: Extract<BelowPort, { readonly portGroup: string }> },
): readonly string[] {
  const standard = around.esxHosts.find(({ name }) => name === on);
  if (standard ? host !== on : !around.esxHosts.some(({ name }) => name === host)) return [];
  const onSwitch = below.switch ?? on;
  const isThere = (port: { readonly switch: string; readonly portGroup: string }) =>
    port.switch === onSwitch && port.portGroup === below.portGroup;
  const kind = standard ? "standard" : "distributed";
  if (vsphere) return vsphere.cards.filter((card) => card.switchKind === kind && isThere(card)).map(({ port }) => port);
  // The cards of other VMs are left alone: their ports are known by network.
  const switches = standard?.standardSwitches ?? around.distributedSwitches;
  const groups = switches.find(({ name }) => name === onSwitch)?.portGroups ?? [];
  const network = groups.find(({ name }) => name === below.portGroup)?.network.name;
  return ports.filter((port) => port.switch === onSwitch && port.network.name === network).map(({ name }) => name);
}
