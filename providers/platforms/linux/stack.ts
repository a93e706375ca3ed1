// How the kernel's devices stand on one another, which of them a change touches, and which have to be made anew. Pure.
import { own } from "../own.js";
import type { Transition } from "./renderer.js";
import type { KernelBond, LinuxWords } from "./words.js";

export type DeviceKind = "bond" | "bridge" | "vlan" | "nic";

export function kindOf(words: LinuxWords, device: string): DeviceKind {
  if (own(words.bonds, device)) return "bond";
  if (own(words.bridges, device)) return "bridge";
  return own(words.vlans, device) ? "vlan" : "nic";
}

/** The bond that the device is a member of, or the bridge that it is a port of. */
export interface Controller {
  readonly name: string;
  readonly kind: "bond" | "bridge";
}

export function controllerOf(words: LinuxWords, device: string): Controller | null {
  const bond = Object.entries(words.bonds).find(([, { members }]) => members.includes(device));
  if (bond) return { name: bond[0], kind: "bond" };
  const bridge = Object.entries(words.bridges).find(([, { ports }]) => Object.hasOwn(ports, device));
  return bridge ? { name: bridge[0], kind: "bridge" } : null;
}

/** Members of a bond, ports of a bridge; none of any other device. */
export function portsOf(words: LinuxWords, device: string): readonly string[] {
  return own(words.bonds, device)?.members ?? Object.keys(own(words.bridges, device)?.ports ?? {});
}

/** What can be brought up one after the other: a bridge needs nothing, its ports join it, a VLAN device needs what it is on. */
const ORDER: readonly DeviceKind[] = ["bridge", "bond", "nic", "vlan"];

/** All devices, those that others need first. */
export function devicesInOrder(words: LinuxWords): string[] {
  const names = Object.keys({ ...words.links, ...words.bonds, ...words.bridges, ...words.vlans }).sort();
  return ORDER.flatMap((kind) => names.filter((name) => kindOf(words, name) === kind));
}

/** All that one device is configured with, but for what belongs to a bridge: two of the same text need no change. */
function describe(words: LinuxWords, device: string): string {
  const controller = controllerOf(words, device);
  const { members: _, ...bond } = own(words.bonds, device) ?? { members: [] };
  return JSON.stringify([
    bond,
    kindOf(words, device),
    own(words.vlans, device) ?? null,
    onTheLink(words, device),
    controller,
  ]);
}

/** But for what no renderer is told: settings of sysctl. */
function onTheLink(words: LinuxWords, device: string): object | null {
  const link = own(words.links, device);
  return link ? { ...link, arp: null, reversePath: null, acceptRa: null } : null;
}

/** Options of a bridge, and what it does with the frames of one port. */
function describeBridge(words: LinuxWords, device: string): string {
  const { ports: _, ...bridge } = own(words.bridges, device) ?? { ports: {} };
  const controller = controllerOf(words, device);
  return JSON.stringify([bridge, (controller && own(own(words.bridges, controller.name)?.ports, device)) ?? null]);
}

/** Devices that are wanted and not as they are, in the order of `devicesInOrder`. */
export function changedDevices({ desired, actual }: Pick<Transition, "desired" | "actual">): string[] {
  return devicesInOrder(desired).filter((device) => describe(desired, device) !== describe(actual, device));
}

/** The same for what every bridge and port takes while it runs. */
export function bridgeChangedDevices({ desired, actual }: Pick<Transition, "desired" | "actual">): string[] {
  return devicesInOrder(desired).filter((device) => describeBridge(desired, device) !== describeBridge(actual, device));
}

/** What a bond takes only while it is down or has no members: a live one keeps the old value, or loses all traffic. */
const NOT_LIVE = [
  "mode",
  "fail_over_mac",
  "lacp_rate",
  "lacp_active",
  "ad_select",
] as const satisfies readonly (keyof KernelBond)[];

/**
 * Devices that have to leave before the new files are there: those that the plan names, bonds with an option that no live bond
 * takes, VLAN devices with another id or on another device, and VLAN devices on any of these, which the kernel removes with
 * it. Uppermost first.
 */
export function leavingDevices({ desired, actual, leaving }: Transition): string[] {
  const gone = new Set(leaving);
  for (const name of devicesInOrder(actual))
    if (!hasDevice(desired, name) || kindOf(desired, name) !== kindOf(actual, name)) gone.add(name);
  for (const [name, bond] of Object.entries(actual.bonds)) {
    const wanted = own(desired.bonds, name);
    if (wanted && NOT_LIVE.some((option) => wanted[option] !== bond[option])) gone.add(name);
  }
  for (const [name, vlan] of Object.entries(actual.vlans)) {
    const wanted = own(desired.vlans, name);
    if (wanted && (wanted.id !== vlan.id || wanted.link !== vlan.link)) gone.add(name);
    if (gone.has(vlan.link)) gone.add(name);
  }
  const order = [...devicesInOrder(actual), ...gone];
  return [...gone].sort((left, right) => order.indexOf(right) - order.indexOf(left));
}

function hasDevice(words: LinuxWords, device: string): boolean {
  return [words.links, words.bonds, words.bridges, words.vlans].some((devices) => Object.hasOwn(devices, device));
}
