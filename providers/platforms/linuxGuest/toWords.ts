// The model of a Linux guest in the words of the kernel: its ports, the bonds over them, and the VLAN devices over either. Pure.

import type { Bond } from "../../model/bond.js";
import { portDevice, vlanDevice } from "../../model/guestDevice.js";
import type { InterfaceIp, Route } from "../../model/interfaceIp.js";
import { canonicalAddress, subnetsOf } from "../../model/subnet.js";
import type { Guest, LinuxPort } from "../../model/virtualMachine.js";
import type { VlanInterface } from "../../model/vlanInterface.js";
import { answeringLink } from "../linux/answering.js";
import { toKernelBond } from "../linux/bond.js";
import { rendererOf } from "../linux/detection.js";
import { withAcceptRa } from "../linux/routerAdvertisements.js";
import { MAIN_TABLE } from "../linux/routes.js";
import { sorted } from "../linux/sorted.js";
import { bareLink, toLink } from "../linux/toWords.js";
import type { KernelArp, KernelLink, KernelNic, KernelRoute, KernelVlan, LinuxWords } from "../linux/words.js";

export function toGuestWords({ renderer, ports, bonds }: Guest): LinuxWords {
  const lower = [
    ...ports.map((port) => ({ device: portDevice(port), vlans: port.vlans })),
    ...bonds.map(({ name, vlans }) => ({ device: name, vlans })),
  ];
  const all = [...ports, ...bonds, ...lower.flatMap(({ vlans }) => vlans)];
  const answered = subnetsOf(all.flatMap((ip) => (ip.routingTable === undefined ? [] : ip.addresses)));
  return withAcceptRa({
    ...rendererOf(renderer, ports.length > 0),
    bonds: sorted(bonds.map((bond) => [bond.name, toKernelBond(overDevices(bond, ports))])),
    bridges: {},
    vlans: sorted(lower.flatMap(({ device, vlans }) => vlans.map((one) => toVlan(device, one)))),
    links: sorted([
      ...ports.map((port) => [portDevice(port), toPortLink(port, { bonds, answered })] as const),
      ...bonds.map((bond) => [bond.name, toGuestLink(bond, answered)] as const),
      ...lower.flatMap(({ device, vlans }) =>
        vlans.map((one) => [vlanDevice(device, one.vlan), toGuestLink(one, answered)] as const),
      ),
    ]),
    ports: ports.map(portDevice).sort(),
    ...toNics(ports),
  });
}

function toNics(ports: readonly LinuxPort[]): Pick<LinuxWords, "nics"> {
  const nics = ports.flatMap((port) => {
    const nic = toNic(port);
    return nic ? [[port.name, nic] as const] : [];
  });
  return nics.length > 0 ? { nics: sorted(nics) } : {};
}

/** A name given for the guest means that the NIC has it already. Beside a path a MAC address is what the hypervisor gives, and the path counts. */
function toNic({ mac, guestPci, guestInterface }: LinuxPort): KernelNic | undefined {
  if (guestInterface !== undefined) return undefined;
  if (guestPci !== undefined) return { pci: guestPci };
  return mac === undefined ? undefined : { mac };
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
function toPortLink(
  port: LinuxPort,
  { bonds, answered }: { readonly bonds: readonly Bond[]; readonly answered: readonly string[] },
): KernelLink {
  const bond = bonds.find(({ members }) => members.includes(port.name));
  return bond ? bareLink(bond.mtuBytes) : toGuestLink(port, answered);
}

function toVlan(link: string, { vlan }: VlanInterface): readonly [string, KernelVlan] {
  return [vlanDevice(link, vlan), { link, id: vlan }];
}

/** `answered`: subnets in which another interface answers for its own addresses, so that this one must leave them to it. */
function toGuestLink(ip: InterfaceIp, answered: readonly string[]): KernelLink {
  const link = { ...toLink(ip, ip.mtuBytes), dhcp4: ip.dhcp4, dhcp6: ip.dhcp6 };
  const { routingTable: table } = ip;
  const routes = ip.routes.map(toRoute);
  if (table === undefined) {
    const isBeside = subnetsOf(ip.addresses).some((subnet) => answered.includes(subnet));
    const arp = isBeside ? ANSWERING_ARP : link.arp;
    return { ...link, arp, routes: routes.map((route) => ({ ...route, table: MAIN_TABLE })) };
  }
  const { addresses, gateways } = link;
  // Its gateway is a way out for answers alone: the main table has it nowhere.
  return { ...link, gateways: [], arp: ANSWERING_ARP, ...answeringLink({ addresses, gateways, routes, table }) };
}

/** Two ports on one network would else answer for each other's addresses. */
const ANSWERING_ARP: KernelArp = { ignore: 1, announce: 2, filter: 0 };

function toRoute({ to, via, metric, source }: Route): Omit<KernelRoute, "table"> {
  const plain = (address?: string) => (address === undefined ? null : canonicalAddress(address));
  return { to: canonicalAddress(to), via: plain(via), metric: metric ?? null, source: plain(source) };
}
