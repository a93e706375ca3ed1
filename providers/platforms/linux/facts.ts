// What a host says of its network devices: the JSON of templates/linux/facts.sh.hbs. iproute2 leaves out what is default or says null,
// by its release. Pure.
import { z } from "zod";
import { TableRoute, TableRule } from "./tables.js";

/** Names that iproute2 knows are words; what it does not know yet is a number, and that is drift as well. */
const word = z.union([z.string(), z.number()]).nullish();
const number = z.number().nullish();

const InfoData = z.looseObject({
  // Bonds.
  mode: word,
  miimon: number,
  updelay: number,
  downdelay: number,
  arp_interval: number,
  arp_ip_target: z.array(z.string()).nullish(),
  arp_validate: word,
  arp_all_targets: word,
  xmit_hash_policy: word,
  ad_lacp_rate: word,
  ad_lacp_active: word,
  ad_select: word,
  min_links: number,
  primary: z.string().nullish(),
  primary_reselect: word,
  fail_over_mac: word,
  num_peer_notif: number,
  resend_igmp: number,
  all_slaves_active: number,
  packets_per_slave: number,
  ad_info: z.looseObject({ num_ports: number, partner_mac: z.string().nullish() }).nullish(),
  // Bridges.
  vlan_filtering: number,
  vlan_default_pvid: number,
  stp_state: number,
  mcast_snooping: number,
  /** 1/100 s, both. */
  ageing_time: number,
  forward_delay: number,
  /** Of spanning tree: 1 while the bridge tells that something has moved. */
  topology_change: number,
  // VLAN devices.
  id: number,
  protocol: z.string().nullish(),
});

const Link = z.looseObject({
  ifname: z.string(),
  /** Other names of the same device. */
  altnames: z.array(z.string()).nullish(),
  address: z.string().nullish(),
  /** Only where it differs from the address. */
  permaddr: z.string().nullish(),
  mtu: z.number(),
  max_mtu: number,
  master: z.string().nullish(),
  /** What a VLAN device is on. */
  link: z.string().nullish(),
  ifalias: z.string().nullish(),
  flags: z.array(z.string()).nullish(),
  linkinfo: z
    .looseObject({
      info_kind: z.string().nullish(),
      info_data: InfoData.nullish(),
      info_slave_data: z
        .looseObject({
          state: z.string().nullish(),
          mii_status: z.string().nullish(),
          isolated: z.boolean().nullish(),
          /** The address that a member of a bond had before it joined. */
          perm_hwaddr: z.string().nullish(),
        })
        .nullish(),
    })
    .nullish(),
});
export type FactLink = z.infer<typeof Link>;
export type FactInfo = z.infer<typeof InfoData>;

const Address = z.looseObject({
  ifname: z.string().nullish(),
  addr_info: z
    .array(
      z.looseObject({
        local: z.string().nullish(),
        prefixlen: number,
        scope: z.string().nullish(),
        dynamic: z.boolean().nullish(),
        temporary: z.boolean().nullish(),
      }),
    )
    .nullish(),
});

const Route = z.looseObject({
  dst: z.string().nullish(),
  gateway: z.string().nullish(),
  dev: z.string().nullish(),
  protocol: z.string().nullish(),
  metric: number,
});
type Route = z.infer<typeof Route>;

const PortVlans = z.looseObject({
  ifname: z.string(),
  vlans: z.array(z.looseObject({ vlan: z.number(), vlanEnd: number, flags: z.array(z.string()).nullish() })),
});
export type FactVlan = z.infer<typeof PortVlans>["vlans"][number];

const renderers = { netplan: z.boolean(), networkd: z.boolean(), NetworkManager: z.boolean(), ifupdown: z.boolean() };

const Document = z.looseObject({
  missing: z.array(z.string()),
  nics: z.record(
    z.string(),
    z.object({
      pci: z.string(),
      driver: z.string(),
      /** Where its address is from: 0 it is the permanent one, 1 random, 2 of another device, 3 set. */
      assigned: z.string().optional(),
    }),
  ),
  /** The address that this connection came in on; empty where there is none. */
  ssh: z.string(),
  renderers: z.object(renderers),
  tools: z.object({ netplan: z.boolean(), ifupdown: z.boolean() }),
  links: z.array(Link),
  addresses: z.array(Address),
  routes: z.array(Route),
  routes6: z.array(Route),
  vlans: z.array(PortVlans),
  /** Static ones of all tables. */
  tables: z.array(TableRoute),
  rules: z.array(TableRule),
  /** Device, name and value; `all` and `default` among the devices. */
  settings: z.array(z.tuple([z.string(), z.string(), z.number()])),
  /** Files that tell of team devices, or what their daemon says, without what else such files hold. */
  teams: z.array(z.object({ path: z.string(), lines: z.array(z.string()) })),
});
type Document = z.infer<typeof Document>;

export interface LinuxFacts
  extends Pick<Document, "missing" | "nics" | "ssh" | "renderers" | "tools" | "tables" | "rules" | "teams"> {
  readonly links: ReadonlyMap<string, FactLink>;
  /** Set by people or tools, not by the network itself, with prefix length; by device. */
  readonly addresses: ReadonlyMap<string, readonly string[]>;
  /** Given by DHCP for a time, without prefix length; by device. */
  readonly leases: ReadonlyMap<string, readonly string[]>;
  /** Default routes of the main table, but for those of the network's own making. */
  readonly gateways: ReadonlyMap<string, readonly FactGateway[]>;
  readonly vlans: ReadonlyMap<string, readonly FactVlan[]>;
  /** Of IPv4, per device, by name. */
  readonly settings: ReadonlyMap<string, Readonly<Record<string, number>>>;
}

export interface FactGateway {
  readonly gateway: string;
  readonly metric: number;
}

export function readLinuxFacts(document: unknown): LinuxFacts {
  const result = Document.safeParse(document);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new Error(
      `the facts of the network devices are incomplete at ${issue?.path.join(".")}: ${issue?.message}. Look at what "ip -d -j link show" and "bridge -j vlan show" print on the machine`,
    );
  }
  const { links, addresses, routes, routes6, vlans, settings, ...rest } = result.data;
  return {
    ...rest,
    links: new Map(links.map((link) => [link.ifname, link])),
    addresses: new Map(addresses.flatMap(({ ifname, addr_info }) => (ifname ? [[ifname, lasting(addr_info)]] : []))),
    leases: new Map(addresses.flatMap(({ ifname, addr_info }) => (ifname ? [[ifname, leased(addr_info)]] : []))),
    gateways: byDevice([...routes, ...routes6]),
    vlans: new Map(vlans.map((port) => [port.ifname, port.vlans])),
    settings: settingsByDevice(settings),
  };
}

/** Addresses of DHCP, router advertisements and the link itself come and go without us. */
function lasting(addresses: z.infer<typeof Address>["addr_info"]): string[] {
  return (addresses ?? []).flatMap(({ local, prefixlen, scope, dynamic, temporary }) =>
    local && typeof prefixlen === "number" && (scope ?? "global") === "global" && !dynamic && !temporary
      ? [`${local}/${prefixlen}`]
      : [],
  );
}

/** DHCPv6 gives single addresses; those with the length of a network a device makes up after a router's advertisement. */
function leased(addresses: z.infer<typeof Address>["addr_info"]): string[] {
  return (addresses ?? []).flatMap(({ local, prefixlen, scope, dynamic, temporary }) =>
    local && (scope ?? "global") === "global" && dynamic && !temporary && (!local.includes(":") || prefixlen === 128)
      ? [local]
      : [],
  );
}

/** Who set a route says its protocol; those of the network's own making are not ours. */
const BY_THE_NETWORK = new Set(["ra", "dhcp", "redirect"]);

function byDevice(routes: readonly Route[]): Map<string, FactGateway[]> {
  const found = new Map<string, FactGateway[]>();
  for (const { dst, gateway, dev, protocol, metric } of routes) {
    if (dst !== "default" || !gateway || !dev || BY_THE_NETWORK.has(protocol ?? "")) continue;
    found.set(dev, [...(found.get(dev) ?? []), { gateway, metric: metric ?? 0 }]);
  }
  return found;
}

function settingsByDevice(settings: Document["settings"]): Map<string, Record<string, number>> {
  const found = new Map<string, Record<string, number>>();
  for (const [device, name, value] of settings) found.set(device, { ...found.get(device), [name]: value });
  return found;
}
