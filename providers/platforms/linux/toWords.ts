// The model of a KVM host in the words of the kernel: bonds, bridges, VLAN devices and what they stand on. Pure.

import type { KvmHost } from "../../model/host.js";
import type { HostPort } from "../../model/hostPort.js";
import type { PlainIp } from "../../model/interfaceIp.js";
import { formatRanges, mergeRanges, missingRanges } from "../../model/network.js";
import { canonicalAddress } from "../../model/subnet.js";
import { largestMtu, uplinkVlans, type VirtualSwitch } from "../../model/virtualSwitch.js";
import { toKernelBond } from "./bond.js";
import { rendererOf } from "./detection.js";
import { withAcceptRa } from "./routerAdvertisements.js";
import { sorted } from "./sorted.js";
import {
  BARE_LINK,
  type KernelBridge,
  type KernelBridgeVlans,
  type KernelLink,
  type KernelVlan,
  type LinuxWords,
} from "./words.js";

export function toLinuxWords(host: KvmHost): LinuxWords {
  const bonds = host.virtualSwitches.flatMap(({ bondName, uplinkTeam }) =>
    bondName === undefined ? [] : [[bondName, toKernelBond(uplinkTeam)] as const],
  );
  const bridges = host.virtualSwitches.filter(({ kind }) => kind === "linux-bridge");
  const links = host.virtualSwitches.flatMap((virtualSwitch) => toLinks(virtualSwitch, host.hostPorts));
  const places = host.uplinks.flatMap(({ name, pci }) =>
    pci !== undefined && links.some(([link]) => link === name) ? [[name, pci] as const] : [],
  );
  return withAcceptRa({
    ...rendererOf(host.renderer, links.length > 0),
    bonds: sorted(bonds),
    bridges: sorted(bridges.map((bridge) => [bridge.name, toBridge(bridge, host.hostPorts)])),
    vlans: sorted(bridges.flatMap((bridge) => toVlans(bridge, host.hostPorts))),
    links: sorted(links),
    ...(places.length > 0 ? { pci: sorted(places) } : {}),
  });
}

/** What joins a switch to its uplinks: the kernel's bond, or the only uplink. */
function uplinkPort({ bondName, uplinkTeam }: VirtualSwitch): string {
  return bondName ?? uplinkTeam.members[0] ?? "";
}

/**
 * In a bridge that filters VLANs every frame is in one, those without a tag too: this is theirs. 1 unless a network has that tag, and then
 * the highest that none has. It never leaves the bridge.
 */
export function untaggedVlan({ portGroups }: Pick<VirtualSwitch, "portGroups">): number {
  const free = missingRanges([{ first: 1, last: 4094 }], uplinkVlans(portGroups));
  return free[0]?.first === 1 ? 1 : (free.at(-1)?.last ?? 1);
}

function toBridge(virtualSwitch: VirtualSwitch, hostPorts: readonly HostPort[]): KernelBridge {
  // What is fixed here the file can't choose yet; all below this function can.
  return {
    vlan_filtering: 1,
    vlan_default_pvid: 0,
    stp_state: virtualSwitch.spanningTree ? 1 : 0,
    mcast_snooping: 1,
    ageing_time: 300,
    ports: { [uplinkPort(virtualSwitch)]: { vlan: toUplinkVlans(virtualSwitch), isolated: false } },
    self: toOwnVlans(virtualSwitch, hostPorts),
  };
}

/** Uplinks carry the VLANs of the port groups and no others; frames without a tag only where a port group has none. */
function toUplinkVlans(virtualSwitch: VirtualSwitch): KernelBridgeVlans {
  const { portGroups } = virtualSwitch;
  const isUntagged = portGroups.some(({ network }) => network.vlan.kind === "untagged");
  const pvid = isUntagged ? untaggedVlan(virtualSwitch) : null;
  const own = pvid === null ? [] : [{ first: pvid, last: pvid }];
  return { pvid, untagged: isUntagged, vlans: formatRanges(mergeRanges([...uplinkVlans(portGroups), ...own])) };
}

function toOwnVlans(virtualSwitch: VirtualSwitch, hostPorts: readonly HostPort[]): KernelBridgeVlans {
  const networks = portsOn(virtualSwitch, hostPorts).map(({ network }) => network.vlan);
  const isUntagged = networks.some(({ kind }) => kind === "untagged");
  const pvid = isUntagged ? untaggedVlan(virtualSwitch) : null;
  const ids = networks.flatMap((vlan) => (vlan.kind === "access" ? [vlan.id] : []));
  const ranges = [...ids, ...(pvid === null ? [] : [pvid])].map((id) => ({ first: id, last: id }));
  return { pvid, untagged: isUntagged, vlans: formatRanges(mergeRanges(ranges)) };
}

function portsOn({ name }: VirtualSwitch, hostPorts: readonly HostPort[]): readonly HostPort[] {
  return hostPorts.filter((port) => port.switch === name);
}

function toVlans(bridge: VirtualSwitch, hostPorts: readonly HostPort[]): (readonly [string, KernelVlan])[] {
  return portsOn(bridge, hostPorts).flatMap(({ name, network }) =>
    network.vlan.kind === "access" ? [[name, { link: bridge.name, id: network.vlan.id }] as const] : [],
  );
}

type NamedLink = readonly [string, KernelLink];

/**
 * A switch of Open vSwitch alone needs nothing of the kernel. Where the host has interfaces on it, its uplinks are named too, so that
 * nothing else gives them an address; those of the user-space datapath belong to it.
 */
function toLinks(virtualSwitch: VirtualSwitch, hostPorts: readonly HostPort[]): NamedLink[] {
  const own = portsOn(virtualSwitch, hostPorts);
  const { kind, bonding, datapath, bondName, uplinkTeam } = virtualSwitch;
  const mtu = largestMtu(virtualSwitch.portGroups);
  const isKernels = kind === "linux-bridge" || (bonding === "kernel" && bondName !== undefined);
  const hasUplinks = isKernels || (own.length > 0 && datapath === "system");
  const bare = bareLink(mtu);
  const lower = [...uplinkTeam.members, ...(bondName === undefined ? [] : [bondName])];
  return [
    ...(hasUplinks ? lower.map((name): NamedLink => [name, bare]) : []),
    ...(kind === "linux-bridge" ? [[virtualSwitch.name, bare] as const] : []),
    // The bridge itself where the port group is untagged: the later entry is the one that counts.
    ...own.map((port): NamedLink => [port.name, toLink(port, port.name === virtualSwitch.name ? mtu : port.mtuBytes)]),
  ];
}

export function bareLink(mtu: number): KernelLink {
  return { ...BARE_LINK, mtu };
}

export function toLink({ addresses, gateways, nameservers, searchDomains }: PlainIp, mtu: number): KernelLink {
  return {
    ...BARE_LINK,
    mtu,
    addresses: addresses.map(canonicalAddress),
    gateways: gateways.map(canonicalAddress),
    nameservers: nameservers.map(canonicalAddress),
    searchDomains,
    dhcp4: false,
    dhcp6: false,
  };
}
