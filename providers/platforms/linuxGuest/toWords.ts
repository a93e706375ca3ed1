// The model of a Linux guest in the words of the kernel: its ports, the bonds over them, and the VLAN devices over either. Pure.
import type { Bond } from "../../model/bond.js";
import { portDevice, vlanDevice } from "../../model/guestDevice.js";
import type { Guest, LinuxPort } from "../../model/virtualMachine.js";
import type { VlanInterface } from "../../model/vlanInterface.js";
import { toKernelBond } from "../linux/bond.js";
import { sorted } from "../linux/sorted.js";
import { bareLink, toLink } from "../linux/toWords.js";
import type { KernelLink, KernelVlan, LinuxWords } from "../linux/words.js";

export function toGuestWords({ renderer, ports, bonds }: Guest): LinuxWords {
  const lower = [
    ...ports.map((port) => ({ device: portDevice(port), vlans: port.vlans })),
    ...bonds.map(({ name, vlans }) => ({ device: name, vlans })),
  ];
  return {
    renderer: ports.length > 0 ? renderer : null,
    bonds: sorted(bonds.map((bond) => [bond.name, toKernelBond(overDevices(bond, ports))])),
    bridges: {},
    vlans: sorted(lower.flatMap(({ device, vlans }) => vlans.map((one) => toVlan(device, one)))),
    links: sorted([
      ...ports.map((port) => [portDevice(port), toPortLink(port, bonds)] as const),
      ...bonds.map((bond) => [bond.name, toLink(bond, bond.mtuBytes)] as const),
      ...lower.flatMap(({ device, vlans }) => vlans.map((one) => toVlanLink(device, one))),
    ]),
    ports: ports.map(portDevice).sort(),
  };
}

/** Its members by the names that they have in the guest. */
function overDevices(bond: Bond, ports: readonly LinuxPort[]): Bond {
  const deviceOf = (name: string) => {
    const port = ports.find((candidate) => candidate.name === name);
    return port ? portDevice(port) : name;
  };
  return { ...bond, members: bond.members.map(deviceOf), standby: bond.standby.map(deviceOf) };
}

/** A member has what the bond has, and nothing of its own. */
function toPortLink(port: LinuxPort, bonds: readonly Bond[]): KernelLink {
  const bond = bonds.find(({ members }) => members.includes(port.name));
  return bond ? bareLink(bond.mtuBytes) : toLink(port, port.mtuBytes);
}

function toVlan(link: string, { vlan }: VlanInterface): readonly [string, KernelVlan] {
  return [vlanDevice(link, vlan), { link, id: vlan }];
}

function toVlanLink(lower: string, one: VlanInterface): readonly [string, KernelLink] {
  return [vlanDevice(lower, one.vlan), toLink(one, one.mtuBytes)];
}
