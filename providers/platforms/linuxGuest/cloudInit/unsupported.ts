// What a guest would lack after its first start, because cloud-init loses it on the way to the guest's renderer. Each was seen with release
// 22.4; test/platforms/linuxGuest/cloudInit.test.ts asks cloud-init itself. Pure.
import { zeroSettings } from "../../linux/networkd/options.js";
import { isBeyondNeighbours, isMain } from "../../linux/routes.js";
import { isFilter } from "../../linux/udev.js";
import type { Unwritable } from "../../linux/unsupported.js";
import type { KernelBond, KernelLink, LinuxWords, RendererName } from "../../linux/words.js";
import { own } from "../../own.js";

/** Words for what is lost of one thing. */
type Losses<Thing> = (thing: Thing) => readonly string[];

const USE_NETPLAN =
  "Use the renderer netplan, whose text cloud-init hands on as it is, or remove cloudInit and let up reach the guest in another way.";
const USE_UP = "Set another value, or remove cloudInit and let up reach the guest in another way.";

export function cloudInitUnsupported(renderer: RendererName, words: LinuxWords): Unwritable[] {
  if (renderer === "netplan")
    return ofBonds(words, netplanLosses, {
      say: (what) => `netplan has no word for ${what}`,
      remedy: USE_UP,
    });
  const at = {
    say: (what: string) => `cloud-init loses ${what} on its way to ${renderer}`,
    remedy: USE_NETPLAN,
  };
  return [
    ...ofBonds(words, (bond) => [...bondLosses(bond), ...BOND_LOSSES[renderer](bond)], at),
    ...Object.keys(words.links)
      .sort()
      .flatMap((device) => unwritable(device, [...linkLosses(words, device, renderer)], at)),
  ];
}

interface Loss {
  readonly say: (what: string) => string;
  readonly remedy: string;
}

function ofBonds(words: LinuxWords, losses: Losses<KernelBond>, loss: Loss): Unwritable[] {
  return Object.entries(words.bonds).flatMap(([device, bond]) => unwritable(device, losses(bond), loss));
}

function unwritable(device: string, lost: readonly string[], { say, remedy }: Loss): Unwritable[] {
  return lost.map((what) => ({
    device,
    message: `${say(`${what} of ${device}`)}, so its first start would lack it`,
    remedy,
  }));
}

/** What files of ours beside netplan's set, which take effect at the second start. */
function netplanLosses(bond: KernelBond): string[] {
  return [
    ...zeroSettings(bond).map(({ key }) => `the 0 of ${key}`),
    ...named([
      ["the hash vlan+srcmac", bond.xmit_hash_policy === "vlan+srcmac"],
      ["lacp_active=off", bond.lacp_active === "off"],
      [`arp_validate=${bond.arp_validate}`, isFilter(bond.arp_validate)],
    ]),
  ];
}

/** A parameter without a name of its own ends the whole work with a KeyError, so none is written. */
function bondLosses(bond: KernelBond): string[] {
  return named([
    ["ARP monitoring", bond.arp_interval > 0],
    ["lacp_active=off", bond.lacp_active === "off"],
    [`resend_igmp=${bond.resend_igmp}`, bond.resend_igmp !== 1],
    ["all_slaves_active", bond.all_slaves_active === 1],
    [`packets_per_slave=${bond.packets_per_slave}`, (bond.packets_per_slave ?? 1) !== 1],
    ["the hash vlan+srcmac", bond.xmit_hash_policy === "vlan+srcmac"],
  ]);
}

const BOND_LOSSES: Readonly<Record<Exclude<RendererName, "netplan">, Losses<KernelBond>>> = {
  networkd: () => ["the bonding"],
  // What it does not say is NetworkManager's own default.
  NetworkManager: (bond) =>
    named([
      [`miimon=${bond.miimon}`, bond.arp_interval === 0 && bond.miimon !== 100],
      [`lacp_rate=${bond.lacp_rate}`, (bond.lacp_rate ?? "slow") !== "slow"],
      [`ad_select=${bond.ad_select}`, (bond.ad_select ?? "stable") !== "stable"],
      [`min_links=${bond.min_links}`, (bond.min_links ?? 0) !== 0],
    ]),
  // ifenslave passes over it.
  ifupdown: (bond) => named([[`min_links=${bond.min_links}`, (bond.min_links ?? 0) !== 0]]),
};

function linkLosses(words: LinuxWords, device: string, renderer: RendererName): string[] {
  const link = own(words.links, device);
  if (!link) return [];
  const vlan = own(words.vlans, device);
  const isVirtual = vlan !== undefined || own(words.bonds, device) !== undefined;
  // A VLAN device that is told none has that of what it is on.
  const unsaid = vlan ? own(words.links, vlan.link)?.mtu : 1500;
  return [
    ...named([
      ["the VLAN", renderer === "networkd" && vlan !== undefined],
      [`the packet size ${link.mtu}`, renderer === "NetworkManager" && isVirtual && link.mtu !== unsaid],
    ]),
    ...resolutionLosses(link, renderer),
    ...routeLosses(link, renderer),
  ];
}

/** Domains alone are an "invalid command", which ends its reading of what has no address; NetworkManager is told of neither beside a lease alone. */
function resolutionLosses({ addresses, nameservers, searchDomains }: KernelLink, renderer: RendererName): string[] {
  const isUnsaid = renderer === "NetworkManager" && addresses.length === 0;
  const hasServers = nameservers.length > 0;
  const hasDomains = searchDomains.length > 0;
  return named([
    ["the search domains without name servers", hasDomains && !hasServers],
    ["the search domains beside DHCP", hasDomains && hasServers && isUnsaid],
    ["the name servers beside DHCP", hasServers && isUnsaid],
  ]);
}

function routeLosses(link: KernelLink, renderer: RendererName): string[] {
  const { routes, rules } = link;
  const tables = [...routes, ...rules].map(({ table }) => table).filter((table) => !isMain(table));
  const ofRoutes = routes
    .filter(({ table }) => isMain(table))
    .flatMap(({ to, via, metric, source }) =>
      // It calls `route`, which few systems have, and goes on without it.
      renderer === "ifupdown"
        ? [`the route to ${to}`]
        : named([
            [`the route to ${to}, which has no router,`, via === null],
            // It writes it among those of the family that comes first.
            [
              `the route to ${to}, which is not of the family of its first address,`,
              renderer === "NetworkManager" && isIpv6(to) !== isIpv6First(link),
            ],
            [`the metric ${metric} of the route to ${to}`, metric !== null],
            [`the source of the route to ${to}`, source !== null],
          ]),
    );
  // It does not say that the router is on the link all the same, and networkd then refuses the route.
  const beyond = link.gateways.filter((gateway) => renderer === "networkd" && isBeyondNeighbours(gateway, link));
  return [
    ...[...new Set(tables)].map((table) => `the routing table ${table}`),
    ...beyond.map((gateway) => `the router ${gateway}, which is in the subnet of no address,`),
    ...ofRoutes,
  ];
}

function isIpv6(address: string): boolean {
  return address.includes(":");
}

/** cloud-init counts DHCP before addresses. */
function isIpv6First({ dhcp4, dhcp6, addresses: [first = ""] }: KernelLink): boolean {
  return !dhcp4 && (dhcp6 || isIpv6(first));
}

function named(rows: readonly (readonly [string, boolean])[]): string[] {
  return rows.flatMap(([words, isSo]) => (isSo ? [words] : []));
}
