// The kernel's words of one device as data of NetworkManager's profile. Keys that NetworkManager leaves out when it writes a profile
// itself, because they hold its default, are left out here too: its check compares both. Pure.

import ipaddr from "ipaddr.js";
import { own } from "../../own.js";
import { rangeText, vlanEntries } from "../bridgeVlans.js";
import { type LinkTable, linkData } from "../linkTable.js";
import { destination, isBeyond, isIpv6Route, isIpv6Rule, isMain } from "../routes.js";
import { controllerOf, kindOf } from "../stack.js";
import type {
  KernelBond,
  KernelBridge,
  KernelBridgeVlans,
  KernelLink,
  KernelRoute,
  KernelRule,
  LinuxWords,
} from "../words.js";

export interface Setting {
  readonly name: string;
  readonly value: string;
}

interface Family {
  readonly name: "ipv4" | "ipv6";
  readonly method: "auto" | "manual" | "disabled";
  readonly addresses: readonly { readonly number: number; readonly address: string }[];
  readonly gateway: string | null;
  readonly routes: readonly NumberedRoute[];
  readonly rules: readonly { readonly number: number; readonly rule: string }[];
  readonly dns: readonly string[];
  readonly search: readonly string[];
}

interface NumberedRoute {
  readonly number: number;
  /** Network, next hop and metric, as far as they are said. */
  readonly route: string;
  readonly options: string;
}

/** What the template of a profile is filled with. */
export function toProfile(words: LinuxWords, device: string): object {
  const kind = kindOf(words, device);
  const link = own(words.links, device);
  const controller = controllerOf(words, device);
  const port = controller ? own(own(words.bridges, controller.name)?.ports, device) : undefined;
  const bond = own(words.bonds, device);
  const bridge = own(words.bridges, device);
  return {
    device,
    type: kind === "nic" ? "ethernet" : kind,
    hasPorts: kind === "bond" || kind === "bridge",
    controller,
    mtu: link?.mtu ?? null,
    bond: bond ? bondSettings(bond) : null,
    bridge: bridge ? bridgeSettings(bridge) : null,
    vlan: own(words.vlans, device) ?? null,
    portVlans: port ? vlansText(port.vlan) : "",
    // NetworkManager knows no addresses of ports.
    families: controller || !link ? [] : [toFamily("ipv4", link), toFamily("ipv6", link)],
  };
}

/** A number, a word or nothing; in the order of NetworkManager's own documentation. */
function bondSettings(bond: KernelBond): Setting[] {
  const hasArp = bond.arp_interval > 0;
  const values: readonly (readonly [string, string | number | null])[] = [
    ["mode", bond.mode],
    // Given together, ARP monitoring wins; left out, NetworkManager would set 100.
    ["miimon", hasArp ? null : bond.miimon],
    ["updelay", bond.updelay || null],
    ["downdelay", bond.downdelay || null],
    ["arp_interval", bond.arp_interval || null],
    ["arp_ip_target", hasArp ? bond.arp_ip_target.join(",") : null],
    ["arp_validate", bond.arp_validate],
    ["arp_all_targets", bond.arp_all_targets],
    ["xmit_hash_policy", bond.xmit_hash_policy],
    ["lacp_rate", bond.lacp_rate],
    // Known since 1.44; "on" is what the kernel does by itself.
    ["lacp_active", bond.lacp_active === "off" ? "off" : null],
    ["ad_select", bond.ad_select],
    ["min_links", bond.min_links],
    ["primary", bond.primary],
    ["primary_reselect", bond.primary_reselect],
    ["fail_over_mac", bond.fail_over_mac],
    ["num_grat_arp", bond.num_grat_arp],
    ["resend_igmp", bond.resend_igmp],
    ["all_slaves_active", bond.all_slaves_active],
    ["packets_per_slave", bond.packets_per_slave],
  ];
  return settings(values);
}

const DEFAULT_AGEING_SECONDS = 300;

function bridgeSettings(bridge: KernelBridge): Setting[] {
  return settings([
    ["stp", bridge.stp_state === 1 ? null : "false"],
    ["multicast-snooping", bridge.mcast_snooping === 1 ? null : "false"],
    ["ageing-time", bridge.ageing_time === DEFAULT_AGEING_SECONDS ? null : bridge.ageing_time],
    ["vlan-filtering", bridge.vlan_filtering === 1 ? "true" : null],
    ["vlan-default-pvid", bridge.vlan_default_pvid === 1 ? null : bridge.vlan_default_pvid],
    ["vlans", vlansText(bridge.self) || null],
  ]);
}

function settings(values: readonly (readonly [string, string | number | null])[]): Setting[] {
  return values.flatMap(([name, value]) => (value === null ? [] : [{ name, value: String(value) }]));
}

function vlansText(vlans: KernelBridgeVlans): string {
  return vlanEntries(vlans)
    .map((entry) => `${rangeText(entry)}${entry.isPvid ? " pvid" : ""}${entry.isUntagged ? " untagged" : ""}`)
    .join(",");
}

export function isOfFamily(family: "ipv4" | "ipv6", address: string): boolean {
  return address.includes(":") === (family === "ipv6");
}

interface LinkOf {
  readonly name: Family["name"];
  readonly link: KernelLink;
  /** Of a list of addresses, those of the family. */
  readonly own: (list: readonly string[]) => string[];
}

/** Of a device, in the section of one family. */
const OF_FAMILY: LinkTable<LinkOf, Partial<Family>> = {
  // Of no family: beside it in the profile.
  mtu: "beside another word",
  addresses: ({ link, own }) => ({
    addresses: own(link.addresses).map((address, index) => ({ number: index + 1, address })),
  }),
  gateways: ({ link, own }) => ({ gateway: own(link.gateways)[0] ?? null }),
  nameservers: ({ link, own }) => ({ dns: own(link.nameservers) }),
  // They are of no family: either may be there alone, and NetworkManager hands on one that is said twice once.
  searchDomains: (at) => ({ search: methodOf(at) === "disabled" ? [] : at.link.searchDomains }),
  routes: ({ name, link }) => ({
    routes: link.routes
      .filter((route) => isIpv6Route(route) === (name === "ipv6"))
      .map((route, index) => ({ number: index + 1, ...routeText(route, link) })),
  }),
  rules: ({ name, link }) => ({
    rules: link.rules
      .filter((rule) => isIpv6Rule(rule) === (name === "ipv6"))
      .map((rule, index) => ({ number: index + 1, rule: ruleText(rule) })),
  }),
  arp: "sysctl.d",
  reversePath: "sysctl.d",
  acceptRa: "sysctl.d",
  dhcp4: (at) => ({ method: methodOf(at) }),
  dhcp6: "beside another word",
};

function methodOf({ name, link, own }: LinkOf): Family["method"] {
  if (name === "ipv4" ? link.dhcp4 : link.dhcp6) return "auto";
  return own(link.addresses).length > 0 ? "manual" : "disabled";
}

function toFamily(name: Family["name"], link: KernelLink): object {
  const own = (list: readonly string[]) => list.filter((address) => isOfFamily(name, address)).map(canonical);
  return { name, ...linkData(OF_FAMILY, { name, link, own }) };
}

/** As NetworkManager writes it back: no next hop has a spelling where a metric follows, and options are in alphabetical order. */
function routeText(route: KernelRoute, link: KernelLink): Pick<NumberedRoute, "route" | "options"> {
  const none = isIpv6Route(route) ? "::" : "0.0.0.0";
  const { via, metric, source, table } = route;
  const hop = via === null ? (metric === null ? [] : [none]) : [canonical(via)];
  const options = [
    ...(isBeyond(route, link) ? ["onlink=true"] : []),
    ...(source === null ? [] : [`src=${canonical(source)}`]),
    ...(isMain(table) ? [] : [`table=${table}`]),
  ];
  return {
    route: [canonical(destination(route)), ...hop, ...(metric === null ? [] : [metric])].join(","),
    options: options.join(","),
  };
}

function ruleText({ from, to, table, priority }: KernelRule): string {
  const ends = [...(from === null ? [] : ["from", canonical(from)]), ...(to === null ? [] : ["to", canonical(to)])];
  return ["priority", priority, ...ends, "table", table].join(" ");
}

/** As NetworkManager writes it back: lower case, the longest run of zeros left out. */
function canonical(address: string): string {
  const [host = "", ...length] = address.split("/");
  return [ipaddr.isValid(host) ? ipaddr.parse(host).toString() : host, ...length].join("/");
}
