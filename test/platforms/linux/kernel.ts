// Stands for the kernel and iproute2: what they would print of a host that has exactly these words. The keys and the spelling of defaults
// are those of iproute2 6.1 and 6.15.
import {
  BARE_LINK,
  type KernelBond,
  type KernelBridge,
  type KernelBridgeVlans,
  type LinuxWords,
} from "../../../providers/platforms/linux/words.js";

/** How a release prints what is default: as it is, as null, or not at all. */
export type Defaults = "said" | "null" | "absent";

export interface Kernel {
  readonly defaults: Defaults;
  readonly alias?: string;
  readonly ssh?: string;
  /** Devices, options and states that others have beside ours. */
  readonly others?: readonly object[];
  readonly renderers?: Readonly<Record<string, boolean>>;
  readonly nics?: Readonly<Record<string, { readonly pci: string; readonly driver: string }>>;
}

const UP = ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"];

export function kernelSays(words: LinuxWords, kernel: Kernel): object {
  const names = Object.keys(words.links);
  const links = [...names.map((name) => toLink(name, words, kernel)), ...(kernel.others ?? [])];
  return {
    missing: [],
    nics: kernel.nics ?? {},
    ssh: kernel.ssh ?? "",
    renderers: { netplan: false, networkd: true, NetworkManager: false, ifupdown: false, ...kernel.renderers },
    tools: { netplan: true, ifupdown: true },
    links,
    addresses: names.map((name) => ({ ifname: name, addr_info: addressesOf(words, name) })),
    routes: routesOf(words, false),
    routes6: routesOf(words, true),
    tables: tablesOf(words),
    rules: rulesOf(words),
    settings: settingsOf(words),
    teams: [],
    vlans: Object.entries(words.bridges).flatMap(([name, { self, ports }]) => [
      { ifname: name, vlans: vlanEntries(self) },
      ...Object.entries(ports).map(([port, { vlan }]) => ({ ifname: port, vlans: vlanEntries(vlan) })),
    ]),
  };
}

function masterOf(words: LinuxWords, name: string): string | undefined {
  const bond = Object.entries(words.bonds).find(([, { members }]) => members.includes(name));
  return (bond ?? Object.entries(words.bridges).find(([, { ports }]) => Object.hasOwn(ports, name)))?.[0];
}

function toLink(name: string, words: LinuxWords, { defaults, alias }: Kernel): object {
  const [bond, bridge, vlan] = [words.bonds[name], words.bridges[name], words.vlans[name]];
  const master = masterOf(words, name);
  const port = Object.values(words.bridges).find(({ ports }) => Object.hasOwn(ports, name))?.ports[name];
  const made = bond || bridge || vlan;
  return {
    ifname: name,
    flags: UP,
    mtu: words.links[name]?.mtu,
    max_mtu: 9216,
    ...(master === undefined ? {} : { master }),
    ...(made && alias !== undefined ? { ifalias: alias } : {}),
    ...(vlan ? { link: vlan.link } : {}),
    linkinfo: {
      ...(bond ? { info_kind: "bond", info_data: bondData(bond, defaults) } : {}),
      ...(bridge ? { info_kind: "bridge", info_data: bridgeData(bridge) } : {}),
      ...(vlan ? { info_kind: "vlan", info_data: { protocol: "802.1Q", id: vlan.id, flags: ["REORDER_HDR"] } } : {}),
      ...(port ? { info_slave_kind: "bridge", info_slave_data: { state: "forwarding", isolated: port.isolated } } : {}),
      ...(Object.values(words.bonds).some(({ members }) => members.includes(name))
        ? { info_slave_kind: "bond", info_slave_data: { state: "ACTIVE", mii_status: "UP", link_failure_count: 0 } }
        : {}),
    },
  };
}

/** Options without an effect have the kernel's own values, which are not our words. */
function bondData(bond: KernelBond, defaults: Defaults): object {
  const data: Record<string, unknown> = {
    mode: bond.mode,
    miimon: bond.miimon,
    updelay: bond.updelay,
    downdelay: bond.downdelay,
  };
  const put = (key: string, value: unknown, standard: unknown) => {
    if (value !== standard || defaults === "said") data[key] = value;
    else if (defaults === "null") data[key] = null;
  };
  data.arp_interval = bond.arp_interval;
  data.arp_ip_target = [...bond.arp_ip_target].reverse();
  put("arp_validate", bond.arp_validate ?? "none", "none");
  put("arp_all_targets", bond.arp_all_targets ?? "any", "any");
  put("xmit_hash_policy", bond.xmit_hash_policy ?? "layer2", "layer2");
  put("ad_lacp_rate", bond.lacp_rate ?? "slow", "slow");
  put("ad_lacp_active", bond.lacp_active ?? "on", "on");
  put("ad_select", bond.ad_select ?? "stable", "stable");
  put("min_links", bond.min_links ?? 0, 0);
  if (bond.primary !== null) data.primary = bond.primary;
  put("primary_reselect", bond.primary_reselect ?? "always", "always");
  put("fail_over_mac", bond.fail_over_mac ?? "none", "none");
  put("num_peer_notif", bond.num_grat_arp ?? 1, 1);
  put("resend_igmp", bond.resend_igmp, 1);
  put("all_slaves_active", bond.all_slaves_active, 0);
  put("packets_per_slave", bond.packets_per_slave ?? 1, 1);
  if (bond.mode === "802.3ad")
    data.ad_info = {
      aggregator: 1,
      num_ports: bond.members.length,
      actor_key: 9,
      partner_key: 1,
      partner_mac: "02:00:00:00:00:01",
    };
  return data;
}

function bridgeData(bridge: KernelBridge): object {
  return {
    forward_delay: 1500,
    ageing_time: bridge.ageing_time * 100,
    stp_state: bridge.stp_state,
    vlan_filtering: bridge.vlan_filtering,
    vlan_protocol: "802.1Q",
    group_fwd_mask: "0",
    vlan_default_pvid: bridge.vlan_default_pvid,
    mcast_snooping: bridge.mcast_snooping,
  };
}

function vlanEntries({ pvid, untagged, vlans }: KernelBridgeVlans): object[] {
  const ids = vlans.split(",").flatMap((part) => {
    if (part === "") return [];
    const [first = "", last = first] = part.split("-");
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index);
  });
  return ids.map((vlan) =>
    vlan === pvid ? { vlan, flags: ["PVID", ...(untagged ? ["Egress Untagged"] : [])] } : { vlan },
  );
}

/** IPv6 addresses in the order of the kernel, the last one first; beside them that of the link itself. */
function addressesOf(words: LinuxWords, name: string): object[] {
  const addresses = words.links[name]?.addresses ?? [];
  const info = (address: string) => {
    const [local, prefixlen] = address.split("/");
    return { family: address.includes(":") ? "inet6" : "inet", local, prefixlen: Number(prefixlen), scope: "global" };
  };
  return [
    ...addresses.filter((address) => !address.includes(":")).map(info),
    ...addresses
      .filter((address) => address.includes(":"))
      .map(info)
      .reverse(),
    { family: "inet6", local: "fe80::1", prefixlen: 64, scope: "link" },
    { family: "inet6", local: "2001:db8::99", prefixlen: 64, scope: "global", dynamic: true },
  ];
}

function routesOf(words: LinuxWords, isIpv6: boolean): object[] {
  const gateways = Object.entries(words.links).flatMap(([dev, link]) =>
    link.gateways.map((gateway) => ({ dst: "default", gateway, dev, ...(isIpv6 ? { metric: 1024 } : {}) })),
  );
  const others = tablesOf(words).filter(({ dst, table }) => dst === "default" && table === undefined);
  return [...gateways, ...others]
    .filter(({ gateway }) => gateway?.includes(":") === isIpv6)
    .map((route) => ({ ...route, protocol: "static", flags: [] }));
}

interface Route {
  readonly dst: string;
  readonly dev: string;
  readonly gateway?: string;
  readonly table?: string;
}

/** The newest first; main is not said, nor a metric of 0, nor the length of a network of one address. */
function tablesOf(words: LinuxWords): Route[] {
  const routes = Object.entries(words.links).flatMap(([dev, link]) => link.routes.map((route) => ({ dev, ...route })));
  return routes.reverse().map(({ dev, to, via, metric, source, table }) => {
    const isIpv6 = (via ?? to).includes(":");
    const said = metric ?? (isIpv6 ? 1024 : 0);
    return {
      dst: /^(0\.0\.0\.0|::)\/0$/.test(to) ? "default" : to.replace(isIpv6 ? /\/128$/ : /\/32$/, ""),
      ...(via === null ? {} : { gateway: via }),
      dev,
      ...(table === 254 ? {} : { table: String(table) }),
      ...(source === null ? {} : { prefsrc: source }),
      ...(said === 0 ? {} : { metric: said }),
      flags: via === null ? [] : ["onlink"],
      ...(isIpv6 ? { pref: "medium" } : { scope: "253" }),
    };
  });
}

function rulesOf(words: LinuxWords): object[] {
  const end = (name: "src" | "dst", text: string | null) => {
    if (text === null) return name === "src" ? { src: "all" } : {};
    const [address = "", length] = text.split("/");
    const isWhole = length === undefined || length === (text.includes(":") ? "128" : "32");
    return { [name]: address, ...(isWhole ? {} : { [`${name}len`]: Number(length) }) };
  };
  const ours = Object.values(words.links).flatMap(({ rules }) => rules);
  return [
    { priority: 0, src: "all", table: "255" },
    ...ours.map(({ from, to, table, priority }) => ({
      priority,
      ...end("src", from),
      ...end("dst", to),
      table: String(table),
    })),
    { priority: 32766, src: "all", table: "254" },
  ];
}

function settingsOf(words: LinuxWords): (readonly [string, string, number])[] {
  const none = { arp_ignore: 0, arp_announce: 0, arp_filter: 0, rp_filter: 0, accept_ra: 1 };
  const devices = {
    all: none,
    default: none,
    ...Object.fromEntries(Object.keys(words.links).map((name) => [name, none])),
  };
  return Object.entries(devices).flatMap(([device, standard]) => {
    const { arp, reversePath, acceptRa } = words.links[device] ?? BARE_LINK;
    const ours = {
      ...(arp ? { arp_ignore: arp.ignore, arp_announce: arp.announce, arp_filter: arp.filter } : {}),
      ...(reversePath === null ? {} : { rp_filter: reversePath }),
      ...(acceptRa === null ? {} : { accept_ra: acceptRa }),
    };
    return Object.entries({ ...standard, ...ours }).map(([name, value]) => [device, name, value] as const);
  });
}
