// The kernel's words of one device as a stanza of interfaces(5): options that ifupdown and ifenslave know under their names, all else
// as lines of commands, written as the kernel's tools take them. Pure.

import { own } from "../../own.js";
import { bondCreation, bridgeCreation, type Command, defaultRoute, joinBridge, selfVlans } from "../iproute.js";
import { isIpv6Rule, routeAddition, ruleSelectors } from "../routes.js";
import { controllerOf, kindOf } from "../stack.js";
import { ACCEPT_RA_NAME, settingPath, settingsOf } from "../sysctl.js";
import type { KernelBond, KernelLink, LinuxWords } from "../words.js";

interface Option {
  readonly name: string;
  /** Words, with a blank between them in the file. */
  readonly values: readonly (string | number)[];
}

interface Hook {
  readonly phase: "pre-up" | "up" | "post-down";
  /** Only while there is no such device: nothing is made twice, and a live one is left alone. */
  readonly unlessThere: string | null;
  readonly command: Command;
}

/** A rule stays when its device goes down, and can't be put in place of itself. */
interface RuleLines {
  readonly isIpv6: boolean;
  readonly selectors: Command;
}

/** What the template of the file is filled with, for one device: DHCPv6 is a stanza of its own. */
export function toStanzas(words: LinuxWords, device: string): object[] {
  const rest = {
    device,
    isAuto: false,
    family: "inet6",
    method: "dhcp",
    options: [{ name: "accept_ra", values: [2] }],
    hooks: [],
    settings: [],
    rules: [],
  };
  return [toStanza(words, device), ...(own(words.links, device)?.dhcp6 ? [rest] : [])];
}

function toStanza(words: LinuxWords, device: string): object {
  const kind = kindOf(words, device);
  const controller = controllerOf(words, device);
  const link = own(words.links, device);
  const isDhcp = link?.dhcp4 ?? false;
  const first = isDhcp ? null : (link?.addresses.find((address) => !address.includes(":")) ?? null);
  return {
    device,
    // Members are brought up by the stanza of their bond, and by the kernel.
    isAuto: controller?.kind !== "bond",
    family: "inet",
    method: isDhcp ? "dhcp" : first === null ? "manual" : "static",
    options: [...bondOptions(own(words.bonds, device)), ...linkOptions(link, first, controller?.kind === "bond")],
    hooks: [
      ...creation(words, device, kind),
      // The method dhcp has no option for it.
      ...(link && isDhcp ? [hook("pre-up")(["ip", "link", "set", "dev", device, "mtu", link.mtu])] : []),
      ...(controller?.kind === "bridge" ? joinBridge(words, controller.name, device).map(hook("up")) : []),
      ...(link ? furtherAddresses(device, link, first).map(hook("up")) : []),
      ...(link?.routes ?? []).map((route) => routeAddition(route, device)).map(hook("up")),
      ...removal(words, device, kind),
    ],
    rules: (link?.rules ?? []).map((rule): RuleLines => ({ isIpv6: isIpv6Rule(rule), selectors: ruleSelectors(rule) })),
    // Where no udev has systemd-sysctl read our file for a device that appears.
    settings: (link ? settingsOf(device, link) : []).map((setting) => ({
      ...setting,
      path: settingPath(setting),
      mayLack: setting.name === ACCEPT_RA_NAME,
    })),
  };
}

function hook(phase: Hook["phase"]): (command: Command) => Hook {
  return (command) => ({ phase, unlessThere: null, command });
}

/** ifupdown itself makes and removes a VLAN device whose name says what it is on and its id, such as bond0.10. */
export function isNamedAsVlan(words: LinuxWords, device: string): boolean {
  const vlan = own(words.vlans, device);
  return vlan !== undefined && device === `${vlan.link}.${vlan.id}`;
}

function creation(words: LinuxWords, device: string, kind: string): Hook[] {
  const once = (command: Command): Hook => ({ phase: "pre-up", unlessThere: device, command });
  const vlan = own(words.vlans, device);
  const [bond, bridge] = [own(words.bonds, device), own(words.bridges, device)];
  if (bond) return [once(bondCreation(device, bond))];
  if (bridge) return [once(bridgeCreation(device, bridge)), ...selfVlans(device, bridge).map(hook("pre-up"))];
  if (kind !== "vlan" || !vlan || isNamedAsVlan(words, device)) return [];
  return [once(["ip", "link", "add", "link", vlan.link, "name", device, "type", "vlan", "id", vlan.id])];
}

/** A bond is deleted by ifenslave. */
function removal(words: LinuxWords, device: string, kind: string): Hook[] {
  if (kind !== "bridge" && !(kind === "vlan" && !isNamedAsVlan(words, device))) return [];
  return [hook("post-down")(["ip", "link", "delete", "dev", device])];
}

/** Only what ifenslave hands to the kernel; what it ignores is part of the bond's creation. */
function bondOptions(bond: KernelBond | undefined): Option[] {
  if (!bond) return [];
  const values: readonly (readonly [string, readonly (string | number | null)[]])[] = [
    ["bond-mode", [bond.mode]],
    ["bond-miimon", [bond.arp_interval > 0 ? null : bond.miimon]],
    ["bond-updelay", [bond.updelay || null]],
    ["bond-downdelay", [bond.downdelay || null]],
    ["bond-arp-interval", [bond.arp_interval || null]],
    ["bond-arp-ip-target", bond.arp_interval > 0 ? bond.arp_ip_target : []],
    ["bond-arp-validate", [bond.arp_validate]],
    ["bond-xmit-hash-policy", [bond.xmit_hash_policy]],
    ["bond-lacp-rate", [bond.lacp_rate]],
    ["bond-ad-select", [bond.ad_select]],
    ["bond-primary", [bond.primary]],
    ["bond-primary-reselect", [bond.primary_reselect]],
    ["bond-fail-over-mac", [bond.fail_over_mac]],
    ["bond-num-grat-arp", [bond.num_grat_arp]],
    ["bond-packets-per-slave", [bond.packets_per_slave]],
    ["bond-slaves", bond.members.length > 0 ? bond.members : ["none"]],
  ];
  return values.flatMap(([name, words]) => {
    const given = words.filter((word) => word !== null);
    return given.length > 0 ? [{ name, values: given }] : [];
  });
}

function linkOptions(link: KernelLink | undefined, first: string | null, isMember: boolean): Option[] {
  if (!link) return [];
  const gateway = first === null ? undefined : link.gateways.find((address) => !address.includes(":"));
  return [
    // A member takes the MTU of its bond.
    ...(isMember || link.dhcp4 ? [] : [{ name: "mtu", values: [link.mtu] }]),
    ...(first === null ? [] : [{ name: "address", values: [first] }]),
    ...(gateway === undefined ? [] : [{ name: "gateway", values: [gateway] }]),
    ...(link.nameservers.length === 0 ? [] : [{ name: "dns-nameservers", values: link.nameservers }]),
  ];
}

/** The kernel takes no route that names an IPv6 address on which it waits for others to claim it, for ever where the cable is out. */
function isSource(address: string, { routes }: KernelLink): boolean {
  return address.includes(":") && routes.some(({ source }) => source !== null && source === address.split("/")[0]);
}

/**
 * What one stanza has no option for. IPv6 addresses stand here and not in a stanza inet6 static, which ends in an error when the cable
 * is out for six seconds, and the device with it.
 */
function furtherAddresses(device: string, link: KernelLink, first: string | null): Command[] {
  const addresses = link.addresses.filter((address) => address !== first);
  const gateways = link.gateways.filter((address) => first === null || address.includes(":"));
  return [
    ...addresses.map(
      (address): Command => [
        ...["ip", "address", "replace", address, "dev", device],
        ...(isSource(address, link) ? ["nodad"] : []),
      ],
    ),
    ...gateways.map((gateway) => defaultRoute(gateway, device)),
  ];
}
