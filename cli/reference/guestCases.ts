// Everything that a Linux guest can be told of its network, one small choice each: what every renderer is asked for. Pure data.
import { BOND_TEAM_KEYS } from "../../providers/model/bond.js";
import { guestIpKeys } from "../../providers/model/interfaceIp.js";
import { inEffect } from "../../providers/platforms/linux/bond.js";
import type { KernelBond, LinuxWords } from "../../providers/platforms/linux/words.js";
import type { GuestCase, GuestChoice } from "./guestCase.js";

type Keys = Readonly<Record<string, unknown>>;

const BOND = { members: ["p1", "p2"] };
const ADDRESSES = { addresses: ["10.0.0.11/24", "2001:db8::11/64"] };

/** A bond of the keys, beside a bond of `beside` alone. */
function bond(title: string, keys: Keys, beside: Keys = {}): GuestCase {
  const of = (settings: Keys): GuestChoice => ({ bond: { ...BOND, ...beside, ...settings } });
  return { topic: "Options of a bond", title, choice: of(keys), base: of({}) };
}

/** Beside a bond of the default mode, which has another one beside it. */
function mode(mode: string, policy: string): GuestCase {
  const isDefault = policy === "active-backup";
  const beside = isDefault ? { mode: "static", policy: "round-robin" } : {};
  return {
    topic: "Modes of a bond",
    title: `${mode}, ${policy}`,
    choice: { bond: { ...BOND, mode, policy } },
    base: { bond: { ...BOND, ...beside } },
  };
}

/** On a port with both kinds of address, or with others of its own. */
function port(topic: string, title: string, keys: Keys, beside: Keys = ADDRESSES): GuestCase {
  return { topic, title, choice: { port: { ...beside, ...keys } }, base: { port: beside } };
}

function onBond(change: (bond: KernelBond) => KernelBond): NonNullable<GuestCase["words"]> {
  return (words) => ({
    ...words,
    bonds: Object.fromEntries(Object.entries(words.bonds).map(([name, one]) => [name, inEffect(change(one))])),
  });
}

const MODES = [
  mode("switch-independent", "active-backup"),
  mode("switch-independent", "load"),
  // Every layer below refuses it (LB-16): asked of the renderers alone.
  {
    topic: "Modes of a bond",
    title: "switch-independent, adaptive-load",
    choice: { bond: BOND },
    base: { bond: BOND },
    words: onBond((bond) => ({ ...bond, mode: "balance-alb" })),
  },
  mode("switch-independent", "broadcast"),
  mode("static", "round-robin"),
  mode("static", "broadcast"),
  ...["static", "lacp"].flatMap((one) =>
    ["source-mac", "ip-hash", "transport-ports", "vlan-source-mac"].map((policy) => mode(one, policy)),
  ),
];

const LACP = { mode: "lacp" };
const arpMonitor = { intervalMilliseconds: 200, targets: ["10.0.0.1", "10.0.0.2"] };

const OPTIONS = [
  bond("lacpRate: slow", { lacpRate: "slow" }, LACP),
  bond("lacpRole: passive", { lacpRole: "passive" }, LACP),
  bond("adSelect: bandwidth", { adSelect: "bandwidth" }, LACP),
  bond("adSelect: count", { adSelect: "count" }, LACP),
  bond("minLinks: 2", { minLinks: 2 }, LACP),
  bond("hashInnerPacket, ip-hash", { hashInnerPacket: true }, { ...LACP, policy: "ip-hash" }),
  bond("hashInnerPacket, transport-ports", { hashInnerPacket: true }, { ...LACP, policy: "transport-ports" }),
  bond("members in another order", { members: ["p2", "p1"] }),
  bond("monitorMilliseconds: 50", { monitorMilliseconds: 50 }),
  bond("upDelayMilliseconds: 200", { upDelayMilliseconds: 200 }),
  bond("downDelayMilliseconds: 300", { downDelayMilliseconds: 300 }),
  bond("arpMonitor", { arpMonitor }),
  ...["active", "backup", "all", "filter", "filter-active", "filter-backup"].map((validate) =>
    bond(`arpMonitor, validate: ${validate}`, { arpMonitor: { ...arpMonitor, validate } }, { arpMonitor }),
  ),
  bond("arpMonitor, allTargets", { arpMonitor: { ...arpMonitor, allTargets: true } }, { arpMonitor }),
  bond("primaryReselect: better", { primaryReselect: "better" }),
  bond("primaryReselect: failure", { primaryReselect: "failure" }),
  bond("failOverMac: active", { failOverMac: "active" }),
  bond("failOverMac: follow", { failOverMac: "follow" }),
  bond("peerNotifications: 3", { peerNotifications: 3 }),
  bond("peerNotifications: 0", { peerNotifications: 0 }),
  bond("resendIgmp: 3", { resendIgmp: 3 }),
  bond("resendIgmp: 0", { resendIgmp: 0 }),
  bond("allMembersActive", { allMembersActive: true }),
  bond("packetsPerMember: 8", { packetsPerMember: 8 }, { mode: "static", policy: "round-robin" }),
  bond("packetsPerMember: 0", { packetsPerMember: 0 }, { mode: "static", policy: "round-robin" }),
];

/** Of a network that carries VLANs 30 and 31. */
const vlan = (keys: Keys) => ({ interfaces: { storage: keys } });
const TRUNK = { network: { vlans: [30], mtu: 9000 } };
const BOND_ON_TRUNK: GuestChoice = { ...TRUNK, bond: BOND };
const PORT_ON_TRUNK: GuestChoice = { ...TRUNK, port: {} };
const VLAN_ADDRESS = { addresses: ["10.30.0.11/24"] };

const VLANS: GuestCase[] = [
  { title: "on a bond", choice: { ...BOND_ON_TRUNK, bond: { ...BOND, ...vlan({}) } }, base: BOND_ON_TRUNK },
  {
    title: "on a bond, with an address",
    choice: { ...BOND_ON_TRUNK, bond: { ...BOND, ...vlan(VLAN_ADDRESS) } },
    base: { ...BOND_ON_TRUNK, bond: { ...BOND, ...vlan({}) } },
  },
  { title: "on a port", choice: { ...TRUNK, port: vlan({}) }, base: PORT_ON_TRUNK },
  {
    title: "on a port, with an address and smaller packets",
    choice: { ...TRUNK, port: vlan({ ...VLAN_ADDRESS, mtu: 1500 }) },
    base: { ...TRUNK, port: vlan({}) },
  },
  {
    title: "on a bond, DHCP",
    choice: { ...BOND_ON_TRUNK, bond: { ...BOND, ...vlan({ dhcp: "ipv4" }) } },
    base: { ...BOND_ON_TRUNK, bond: { ...BOND, ...vlan({}) } },
  },
].map((one) => ({ topic: "VLANs", ...one }));

const IPV4 = { addresses: ["10.0.0.11/24"] };
const IPV6 = { addresses: ["2001:db8::11/64"] };

const DOMAINS = ["example.net", "lab.example.net"];
const OFF_LINK = { gateway: ["10.0.0.1", "2001:db8::1"] };

const IP = [
  port("Addresses", "IPv4 on a port", IPV4, {}),
  port("Addresses", "two of IPv4", { addresses: ["10.0.0.11/24", "10.0.0.12/24"] }, IPV4),
  port("Addresses", "IPv6 on a port", IPV6, {}),
  port("Addresses", "both on a port", ADDRESSES, {}),
  { ...bond("both on a bond", ADDRESSES), topic: "Addresses" },
  ...["ipv4", "ipv6", "both"].flatMap((dhcp) => [
    port("DHCP", `${dhcp} on a port`, { dhcp }, {}),
    { ...bond(`${dhcp} on a bond`, { dhcp }), topic: "DHCP" },
  ]),
  port("DHCP", "ipv4 beside an IPv6 address", { dhcp: "ipv4" }, IPV6),
  port("Gateways", "IPv4", { gateway: "10.0.0.1" }),
  port("Gateways", "IPv6", { gateway: "2001:db8::1" }),
  port("Gateways", "both", { gateway: ["10.0.0.1", "2001:db8::1"] }),
  { ...bond("both on a bond", { ...ADDRESSES, gateway: ["10.0.0.1", "2001:db8::1"] }, ADDRESSES), topic: "Gateways" },
  port("Gateways", "in no subnet of the interface", OFF_LINK, { addresses: ["10.0.0.11/32", "2001:db8::11/128"] }),
  port("Name servers", "both", { nameservers: ["10.0.0.53", "2001:db8::53"] }),
  port("Name servers", "of a family without an address", { nameservers: ["2001:db8::53"] }, IPV4),
  port("Name servers", "beside DHCP", { nameservers: ["10.0.0.53"] }, { dhcp: "ipv4" }),
  port(
    "Search domains",
    "beside name servers",
    { searchDomains: DOMAINS },
    { ...ADDRESSES, nameservers: ["10.0.0.53"] },
  ),
  port("Search domains", "without name servers", { searchDomains: DOMAINS }),
  port("Search domains", "beside DHCP", { searchDomains: DOMAINS }, { dhcp: "both" }),
  {
    ...bond(
      "on a bond",
      { ...ADDRESSES, nameservers: ["10.0.0.53"], searchDomains: DOMAINS },
      { ...ADDRESSES, nameservers: ["10.0.0.53"] },
    ),
    topic: "Search domains",
  },
  port("Packet size", "on a port", { mtu: 1400 }, IPV4),
  { ...bond("on a bond and its members", { mtu: 1400 }), topic: "Packet size" },
];

const route = (title: string, settings: Keys, beside: Keys = ADDRESSES) =>
  port("Static routes", title, { routes: [settings] }, beside);

const OWN_TABLE = { gateway: ["10.0.0.1", "2001:db8::1"] };

const ROUTES = [
  route("IPv4", { to: "10.20.0.0/16", via: "10.0.0.254" }),
  route("IPv6", { to: "2001:db8:20::/48", via: "2001:db8::fe" }),
  route("with metric", { to: "10.20.0.0/16", via: "10.0.0.254", metric: 50 }),
  route("with source address", { to: "10.20.0.0/16", via: "10.0.0.254", source: "10.0.0.11" }),
  route("on the link", { to: "10.20.0.0/16" }),
  route("of a family without an address", { to: "2001:db8:20::/48", via: "fe80::1" }, IPV4),
  port("Table of its own", "routingTable: 104", { ...OWN_TABLE, routingTable: 104 }),
  port("Table of its own", "with a further route", {
    ...OWN_TABLE,
    routingTable: 104,
    routes: [{ to: "10.20.0.0/16", via: "10.0.0.254", metric: 50 }],
  }),
  {
    ...bond("on a bond", { ...ADDRESSES, ...OWN_TABLE, routingTable: 70000 }, ADDRESSES),
    topic: "Table of its own",
  },
];

/** On the one device that has addresses. */
function onDevice(settings: Partial<LinuxWords["links"][string]>): NonNullable<GuestCase["words"]> {
  return (words) => ({
    ...words,
    links: Object.fromEntries(
      Object.entries(words.links).map(([name, link]) => [
        name,
        link.addresses.length > 0 ? { ...link, ...settings } : link,
      ]),
    ),
  });
}

const KERNEL: GuestCase[] = [
  {
    topic: "Policy rules",
    title: "from and to, with priority",
    words: onDevice({ rules: [{ from: "10.9.0.0/16", to: "10.8.0.0/24", table: 104, priority: 20 }] }),
  },
  {
    topic: "Policy rules",
    title: "IPv6",
    words: onDevice({ rules: [{ from: null, to: "2001:db8:52::/48", table: 70000, priority: 21 }] }),
  },
  { topic: "ARP and reverse path", title: "ARP", words: onDevice({ arp: { ignore: 1, announce: 2, filter: 1 } }) },
  { topic: "ARP and reverse path", title: "loose reverse path", words: onDevice({ reversePath: 2 }) },
  { topic: "Router advertisements", title: "taken by the kernel", words: onDevice({ acceptRa: 2 }) },
].map((one) => ({ choice: { port: ADDRESSES }, base: { port: ADDRESSES }, ...one }));

const NAMED = { port: { guestInterface: "app0" } };

const NICS: GuestCase[] = [
  { title: "by MAC address", choice: { port: {} } },
  { title: "by PCI path", choice: { port: { guestPci: "0000:09:00.0" } } },
  { title: "the name it has", choice: { port: { guestInterface: "enp9s0" } } },
  { title: "a name with a dot", choice: { port: { guestInterface: "lan.app" } } },
].map((one) => ({ topic: "Names of NICs", base: NAMED, ...one }));

export const GUEST_CASES: readonly GuestCase[] = [...MODES, ...OPTIONS, ...VLANS, ...IP, ...ROUTES, ...KERNEL, ...NICS];

/** Keys of bonds and interfaces that no case sets: a new option has to be asked of every renderer. */
export function keysWithoutCase(): string[] {
  const used = new Set(GUEST_CASES.flatMap(({ choice }) => [choice.bond, choice.port].flatMap(deepKeys)));
  return [...BOND_TEAM_KEYS, ...Object.keys(guestIpKeys)].filter((key) => !used.has(key));
}

/** A VLAN has the keys of an interface as well. */
function deepKeys(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...deepKeys(inner)]);
}
