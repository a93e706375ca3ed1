// The kernel's words of one device as a stanza of interfaces(5): options that ifupdown and ifenslave know under their names, all else
// as lines of commands, written as the kernel's tools take them. Pure.

import { own } from "../../own.js";
import { bondCreation, bridgeCreation, type Command, defaultRoute, joinBridge, selfVlans } from "../iproute.js";
import { type LinkTable, ofEachWord } from "../linkTable.js";
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
  const isMember = controller?.kind === "bond";
  const lines = link ? ofEachWord(OF_LINK, { device, link, first, isMember }) : [];
  return {
    device,
    // Members are brought up by the stanza of their bond, and by the kernel.
    isAuto: !isMember,
    family: "inet",
    method: isDhcp ? "dhcp" : first === null ? "manual" : "static",
    options: [...bondOptions(own(words.bonds, device)), ...lines.flatMap(({ options = [] }) => options)],
    hooks: [
      ...creation(words, device, kind),
      ...(controller?.kind === "bridge" ? joinBridge(words, controller.name, device).map(hook("up")) : []),
      ...lines.flatMap(({ hooks = [] }) => hooks),
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

interface LinkOf {
  readonly device: string;
  readonly link: KernelLink;
  /** The address of the stanza; the others are added. */
  readonly first: string | null;
  readonly isMember: boolean;
}

interface Lines {
  readonly options?: readonly Option[];
  readonly hooks?: readonly Hook[];
}

/** Of a device, as options of its stanza and as commands. */
const OF_LINK: LinkTable<LinkOf, Lines> = {
  mtu: ({ device, link: { mtu, dhcp4 }, isMember }) =>
    // The method dhcp has no option for it, and a member takes that of its bond.
    dhcp4
      ? { hooks: [hook("pre-up")(["ip", "link", "set", "dev", device, "mtu", mtu])] }
      : { options: isMember ? [] : [{ name: "mtu", values: [mtu] }] },
  addresses: ({ device, link, first }) => ({
    options: first === null ? [] : [{ name: "address", values: [first] }],
    hooks: furtherAddresses(device, link, first).map(hook("up")),
  }),
  gateways: ({ device, link: { gateways }, first }) => {
    const isOption = (router: string) => first !== null && !router.includes(":");
    return {
      options: gateways
        .filter(isOption)
        .slice(0, 1)
        .map((router) => ({ name: "gateway", values: [router] })),
      hooks: gateways.filter((router) => !isOption(router)).map((router) => hook("up")(defaultRoute(router, device))),
    };
  },
  nameservers: ({ link: { nameservers } }) => ({
    options: nameservers.length === 0 ? [] : [{ name: "dns-nameservers", values: nameservers }],
  }),
  searchDomains: ({ link: { searchDomains } }) => ({
    options: searchDomains.length === 0 ? [] : [{ name: "dns-search", values: searchDomains }],
  }),
  routes: ({ device, link }) => ({ hooks: link.routes.map((route) => routeAddition(route, device)).map(hook("up")) }),
  // In a list of their own.
  rules: "beside another word",
  arp: "sysctl.d",
  reversePath: "sysctl.d",
  acceptRa: "sysctl.d",
  // The method of the stanza, and a stanza of its own.
  dhcp4: "beside another word",
  dhcp6: "beside another word",
};

/** The kernel takes no route that names an IPv6 address on which it waits for others to claim it, for ever where the cable is out. */
function isSource(address: string, { routes }: KernelLink): boolean {
  return address.includes(":") && routes.some(({ source }) => source !== null && source === address.split("/")[0]);
}

/**
 * What the stanza has no option for. IPv6 addresses stand here and not in a stanza inet6 static, which ends in an error when the cable
 * is out for six seconds, and the device with it.
 */
function furtherAddresses(device: string, link: KernelLink, first: string | null): Command[] {
  return link.addresses
    .filter((address) => address !== first)
    .map((address) => [
      ...["ip", "address", "replace", address, "dev", device],
      ...(isSource(address, link) ? ["nodad"] : []),
    ]);
}
