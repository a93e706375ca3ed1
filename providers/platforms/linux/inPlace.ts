// What a running device is told when its configuration has changed and its renderer leaves a device that is there as it is: ifupdown does,
// networkd and NetworkManager do with some options. Only what the kernel takes without the device being made anew; all else left before. Pure.

import { own } from "../own.js";
import { bridgeChanges, bridgeReleases } from "./bridgeInPlace.js";
import { type Command, defaultRoute } from "./iproute.js";
import type { Transition } from "./renderer.js";
import { devicesInOrder, leavingDevices } from "./stack.js";
import type { KernelBond, KernelLink, LinuxWords } from "./words.js";

export interface AddressOn {
  readonly device: string;
  /** With prefix length. */
  readonly address: string;
}

export interface InPlace {
  /** First: makes room for what is brought up then. It may have left by itself. */
  readonly releases: readonly Command[];
  /** Of devices that stay: addresses that they lose. */
  readonly staleAddresses: readonly AddressOn[];
  /** When all is up. */
  readonly changes: readonly Command[];
}

export function commandsInPlace(transition: Transition): InPlace {
  const { desired, actual, gone } = { ...transition, gone: new Set(leavingDevices(transition)) };
  const there = { ...actual, links: staying(actual.links, gone), bonds: staying(actual.bonds, gone) };
  const bonds = Object.keys(desired.bonds);
  const devices = devicesInOrder(desired);
  return {
    releases: [
      ...bonds.flatMap((name) => releaseMembers(name, desired, there)),
      ...bridgeReleases(transition, gone),
      ...devices.flatMap((name) => withoutOldGateways(name, own(desired.links, name), own(there.links, name))),
    ],
    staleAddresses: devices.flatMap((device) => {
      const [wanted, found] = [own(desired.links, device), own(there.links, device)];
      if (!wanted || !found) return [];
      return missing(found.addresses, wanted.addresses).map((address) => ({ device, address }));
    }),
    changes: [
      ...mtus(desired, there),
      ...bonds.flatMap((name) => bondChanges(name, desired, there, { withMembers: true })),
      ...bridgeChanges(transition, gone),
      ...devices.flatMap((name) => newAddresses(name, own(desired.links, name), own(there.links, name))),
    ],
  };
}

/** Of bonds that stay, what a renderer that has members join by itself leaves as it was. */
export function bondOptionChanges(transition: Transition): Command[] {
  const gone = new Set(leavingDevices(transition));
  return Object.keys(transition.desired.bonds)
    .filter((name) => !gone.has(name))
    .flatMap((name) => bondChanges(name, transition.desired, transition.actual, { withMembers: false }));
}

function staying<T>(devices: Readonly<Record<string, T>>, gone: ReadonlySet<string>): Record<string, T> {
  return Object.fromEntries(Object.entries(devices).filter(([name]) => !gone.has(name)));
}

function missing<T>(from: readonly T[], there: readonly T[]): T[] {
  return from.filter((item) => !there.includes(item));
}

function releaseMembers(name: string, desired: LinuxWords, actual: LinuxWords): Command[] {
  const members = missing(own(actual.bonds, name)?.members ?? [], own(desired.bonds, name)?.members ?? []);
  return members.map((member) => ["ip", "link", "set", "dev", member, "nomaster"]);
}

/** The upper device may not be larger than the lower one: shrinking begins at the top, growing at the bottom. */
function mtus(desired: LinuxWords, actual: LinuxWords): Command[] {
  const changed = devicesInOrder(desired).filter((name) => {
    const [wanted, there] = [own(desired.links, name)?.mtu, own(actual.links, name)?.mtu];
    return there !== undefined && wanted !== undefined && wanted !== there;
  });
  const mtu = (name: string) => own(desired.links, name)?.mtu ?? 0;
  const smaller = changed.filter((name) => mtu(name) < (own(actual.links, name)?.mtu ?? 0)).reverse();
  const larger = changed.filter((name) => !smaller.includes(name));
  const isMember = (name: string) => Object.values(desired.bonds).some(({ members }) => members.includes(name));
  return [...smaller, ...larger]
    .filter((name) => !isMember(name))
    .map((name) => ["ip", "link", "set", "dev", name, "mtu", mtu(name)]);
}

/** In the order that the kernel wants: monitoring before its delays, targets before ARP monitoring, members before the primary. */
const LIVE_OPTIONS = [
  "arp_interval",
  "miimon",
  "updelay",
  "downdelay",
  "arp_validate",
  "arp_all_targets",
  "xmit_hash_policy",
  "min_links",
  "num_grat_arp",
  "resend_igmp",
  "all_slaves_active",
  "packets_per_slave",
  "primary_reselect",
] as const satisfies readonly (keyof KernelBond)[];

/** What has changed of a bond that stays: its options, and members that join. */
function bondChanges(
  name: string,
  desired: LinuxWords,
  actual: LinuxWords,
  { withMembers }: { readonly withMembers: boolean },
): Command[] {
  const [wanted, there] = [own(desired.bonds, name), own(actual.bonds, name)];
  if (!wanted || !there) return [];
  const set = (option: string, value: string | number): Command => [
    ...["ip", "link", "set", "dev", name, "type", "bond", option],
    value,
  ];
  const targets = wanted.arp_ip_target.join(",");
  return [
    ...(targets !== there.arp_ip_target.join(",") && targets !== "" ? [set("arp_ip_target", targets)] : []),
    ...LIVE_OPTIONS.flatMap((option) => {
      const value = wanted[option];
      return value === null || !isToSet(option, wanted, there) ? [] : [set(option, value)];
    }),
    ...(withMembers ? missing(wanted.members, there.members).flatMap((member) => joinBond(name, member)) : []),
    ...(targets === "" && there.arp_ip_target.length > 0 ? [set("arp_ip_target", "")] : []),
    ...(wanted.primary === there.primary ? [] : [primary(name, wanted.primary)]),
  ];
}

function joinBond(bond: string, member: string): Command[] {
  return [
    ["ip", "link", "set", "dev", member, "down"],
    ["ip", "link", "set", "dev", member, "master", bond],
    ["ip", "link", "set", "dev", member, "up"],
  ];
}

/** By sysfs: iproute2 can't say that there is none any more. */
function primary(bond: string, member: string | null): Command {
  return ["sh", "-c", 'printf "%s\\n" "$1" >"$2"', "sh", member ?? "", `/sys/class/net/${bond}/bonding/primary`];
}

/** Each monitor switches the other off; and whoever changes miimon has the delays rounded anew. */
function isToSet(option: (typeof LIVE_OPTIONS)[number], wanted: KernelBond, there: KernelBond): boolean {
  if (option === "arp_interval" && wanted.miimon > 0) return false;
  if (option === "miimon" && wanted.arp_interval > 0) return false;
  if (option === "updelay" || option === "downdelay")
    return wanted.miimon > 0 && (wanted.miimon !== there.miimon || wanted[option] !== there[option]);
  return wanted[option] !== there[option];
}

function withoutOldGateways(device: string, wanted: KernelLink | undefined, there: KernelLink | undefined): Command[] {
  if (!wanted || !there) return [];
  return missing(there.gateways, wanted.gateways).map((gateway) => withoutRoute(gateway, device));
}

/** All that are wanted: the first address of a network takes its others along when it leaves, and the last one the route by way of it. */
function newAddresses(device: string, wanted: KernelLink | undefined, there: KernelLink | undefined): Command[] {
  if (!wanted || !there || sameAddresses(wanted, there)) return [];
  return [
    ...wanted.addresses.map((address): Command => ["ip", "address", "replace", address, "dev", device]),
    ...wanted.gateways.map((gateway) => defaultRoute(gateway, device)),
  ];
}

function sameAddresses(wanted: KernelLink, there: KernelLink): boolean {
  // A DHCP client that leaves may take more along than it gave.
  const all = ({ addresses, gateways, dhcp4, dhcp6 }: KernelLink) =>
    JSON.stringify([addresses, gateways, dhcp4, dhcp6]);
  return all(wanted) === all(there);
}

function withoutRoute(gateway: string, device: string): Command {
  return ["ip", "route", "del", "default", "via", gateway, "dev", device];
}

export function withoutAddress({ device, address }: AddressOn): Command {
  return ["ip", "address", "del", address, "dev", device];
}
