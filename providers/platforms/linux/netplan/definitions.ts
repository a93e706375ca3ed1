// Devices in netplan's own words. Source: netplan YAML reference, releases 0.106 and 1.1. Pure.

import { type LinkTable, linkData } from "../linkTable.js";
import { listens } from "../routerAdvertisements.js";
import { isBeyond, isBeyondNeighbours, isMain } from "../routes.js";
import { devicesInOrder, kindOf, portsOf } from "../stack.js";
import { isFilter } from "../udev.js";
import { BARE_LINK, type KernelBond, type KernelLink, type LinuxWords } from "../words.js";

/**
 * Data of templates/linux/netplan/60-multiport.yaml.hbs; a section without a device is left out. `macOf` a NIC that netplan itself has to
 * find and name: udev does it otherwise.
 */
export function toDefinitions(words: LinuxWords, macOf: (nic: string) => string | null = () => null): object {
  const named = (kind: string) => devicesInOrder(words).filter((device) => kindOf(words, device) === kind);
  const nic = (device: string) => ({ ...common(words, device), isNic: true, mac: macOf(device) });
  const sections = [
    { section: "ethernets", devices: named("nic").map(nic) },
    { section: "bonds", devices: named("bond").map((device) => toBond(words, device)) },
    { section: "bridges", devices: named("bridge").map((device) => toBridge(words, device)) },
    { section: "vlans", devices: named("vlan").map((device) => toVlan(words, device)) },
  ];
  return { sections: sections.filter(({ devices }) => devices.length > 0) };
}

/** Of a device, in netplan's words. */
const OF_LINK: LinkTable<KernelLink> = {
  mtu: ({ mtu }) => ({ mtu }),
  addresses: ({ addresses, dhcp4, dhcp6 }) => ({ addresses, isBare: addresses.length === 0 && !dhcp4 && !dhcp6 }),
  gateways: "beside another word",
  nameservers: ({ nameservers, searchDomains }) => ({
    nameservers,
    hasResolution: nameservers.length + searchDomains.length > 0,
  }),
  searchDomains: ({ searchDomains }) => ({ searchDomains }),
  routes: (link) => {
    const routes = toRoutes(link);
    return { routes, hasRoutes: routes.length > 0 };
  },
  rules: ({ rules }) => ({ rules, hasRules: rules.length > 0 }),
  arp: "sysctl.d",
  reversePath: "sysctl.d",
  acceptRa: "sysctl.d",
  dhcp4: ({ dhcp4 }) => ({ dhcp4 }),
  dhcp6: ({ dhcp6 }) => ({ dhcp6, listens: listens({ dhcp6 }) }),
};

/** Every key that the template names, of any kind of device. */
function common(words: LinuxWords, device: string) {
  return {
    device,
    isNic: false,
    mac: null as string | null,
    hasInterfaces: false,
    interfaces: [] as readonly string[],
    id: null as number | null,
    link: null as string | null,
    ...linkData(OF_LINK, words.links[device] ?? BARE_LINK),
    parameters: [] as readonly Parameter[],
    hasParameters: false,
    primary: null as string | null,
    targets: [] as readonly string[],
    hasTargets: false,
  };
}

/** The table only where it is not the main one; a metric of 0 as text, for a template takes the number for nothing. */
function toRoutes(link: KernelLink): object[] {
  const rest = { metric: null, table: null, source: null, isBeyond: false };
  return [
    ...link.gateways.map((via) => ({ ...rest, to: "default", via, isBeyond: isBeyondNeighbours(via, link) })),
    ...link.routes.map((route) => ({
      to: route.to,
      via: route.via,
      metric: route.metric === null ? null : String(route.metric),
      table: isMain(route.table) ? null : route.table,
      source: route.source,
      isBeyond: isBeyond(route, link),
    })),
  ];
}

export interface Parameter {
  readonly key: string;
  readonly value: string;
}

function toBond(words: LinuxWords, device: string): object {
  const bond = words.bonds[device];
  const parameters = bond ? bondParameters(bond) : [];
  const targets = bond?.arp_ip_target ?? [];
  return {
    ...withInterfaces(words, device),
    parameters,
    hasParameters: true,
    primary: bond?.primary ?? null,
    targets,
    hasTargets: targets.length > 0,
  };
}

/** Bare milliseconds: with a unit netplan hands on what some releases of its back ends do not read. */
export function bondParameters(bond: KernelBond): Parameter[] {
  const interval = (value: number) => (value === 0 ? null : value);
  return given([
    ["mode", bond.mode],
    ["mii-monitor-interval", interval(bond.miimon)],
    ["up-delay", interval(bond.updelay)],
    ["down-delay", interval(bond.downdelay)],
    ["arp-interval", interval(bond.arp_interval)],
    ["arp-validate", isFilter(bond.arp_validate) ? null : bond.arp_validate],
    ["arp-all-targets", bond.arp_all_targets],
    ["transmit-hash-policy", bond.xmit_hash_policy === "vlan+srcmac" ? null : bond.xmit_hash_policy],
    ["lacp-rate", bond.lacp_rate],
    ["ad-select", bond.ad_select],
    ["min-links", bond.min_links],
    ["primary-reselect-policy", bond.primary_reselect],
    ["fail-over-mac-policy", bond.fail_over_mac],
    ["gratuitous-arp", bond.num_grat_arp],
    ["resend-igmp", bond.resend_igmp],
    ["all-slaves-active", bond.all_slaves_active === 1 ? "true" : null],
    ["packets-per-slave", bond.packets_per_slave],
  ]);
}

function given(rows: readonly (readonly [string, string | number | null])[]): Parameter[] {
  return rows.flatMap(([key, value]) => (value === null ? [] : [{ key, value: String(value) }]));
}

function toBridge(words: LinuxWords, device: string): object {
  const bridge = words.bridges[device];
  // STP is said always: any other parameter would turn it on.
  const parameters = bridge
    ? given([
        ["stp", bridge.stp_state === 1 ? "true" : "false"],
        ["ageing-time", bridge.ageing_time],
      ])
    : [];
  return { ...withInterfaces(words, device), parameters, hasParameters: true };
}

function withInterfaces(words: LinuxWords, device: string) {
  return { ...common(words, device), hasInterfaces: true, interfaces: portsOf(words, device) };
}

function toVlan(words: LinuxWords, device: string): object {
  return { ...common(words, device), id: words.vlans[device]?.id ?? null, link: words.vlans[device]?.link ?? null };
}
