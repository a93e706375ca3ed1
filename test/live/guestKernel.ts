// What a Linux guest's kernel has to say of its network by the model of the file, and what `ip` prints of it, as lines to compare. It knows
// nothing of the driver's words and readers, so that a mistake there shows. Pure: commands, and the reading of what they print.
import type { Bond } from "../../providers/model/bond.js";
import type { InterfaceIp } from "../../providers/model/interfaceIp.js";
import type { Guest, LinuxPort } from "../../providers/model/virtualMachine.js";

/** Each prints one line of JSON. */
export const KERNEL_COMMAND = [
  "ip -details -json link show",
  "ip -json address show",
  "ip -4 -json route show table all",
  "ip -6 -json route show table all",
  "ip -4 -json rule show",
  "ip -6 -json rule show",
].join(" && ");

/** Every line is a setting of a device, an address, a route or a rule. */
export function linesOfModel({ ports, bonds }: Guest): string[] {
  const devices = [
    ...ports.map((port) => ({
      name: nameOf(port),
      ip: bondOf(port, bonds) ?? port,
      isMember: bondOf(port, bonds) !== undefined,
    })),
    ...bonds.map((bond) => ({ name: bond.name, ip: bond, isMember: false })),
    ...[
      ...ports.map((port) => ({ below: nameOf(port), ...port })),
      ...bonds.map((bond) => ({ below: bond.name, ...bond })),
    ].flatMap(({ below, vlans }) => vlans.map((ip) => ({ name: `${below}.${ip.vlan}`, ip, isMember: false }))),
  ];
  return [
    ...devices.map(({ name, ip }) => `${name} mtu ${ip.mtuBytes}`),
    ...devices.flatMap(({ name, ip, isMember }) => (isMember ? [] : linesOfIp(name, ip))),
    ...ports.flatMap((port) => linesOfPort(port, bondOf(port, bonds))),
    ...bonds.flatMap((bond) => linesOfBond(bond, ports)),
    ...[
      ...ports.map((port) => [nameOf(port), port.vlans] as const),
      ...bonds.map((bond) => [bond.name, bond.vlans] as const),
    ].flatMap(([below, vlans]) => vlans.map(({ vlan }) => `${below}.${vlan} is VLAN ${vlan} on ${below}`)),
  ].sort();
}

const nameOf = ({ name, guestInterface }: LinuxPort) => guestInterface ?? name;
const bondOf = ({ name }: LinuxPort, bonds: readonly Bond[]) => bonds.find(({ members }) => members.includes(name));

function linesOfPort(port: LinuxPort, bond: Bond | undefined): string[] {
  return [
    ...(port.mac === undefined ? [] : [`${nameOf(port)} permanent MAC ${port.mac.toLowerCase()}`]),
    ...(bond === undefined ? [] : [`${nameOf(port)} master ${bond.name}`]),
  ];
}

function linesOfIp(name: string, { addresses, gateways, routingTable }: InterfaceIp): string[] {
  const table = routingTable ?? "main";
  return [
    ...addresses.map((address) => `${name} has ${address}`),
    ...gateways.map((gateway) => `table ${table}: default via ${gateway} dev ${name}`),
    ...(routingTable === undefined
      ? []
      : addresses.flatMap((address) => [
          `table ${table}: ${subnetOf(address)} dev ${name}`,
          `rule: from ${address.split("/")[0]} table ${table}`,
        ])),
  ];
}

/** Of the addresses that the tests have: IPv4 with /24, IPv6 with /64 and a host part of one group after `::`. */
function subnetOf(address: string): string {
  const [host = "", length] = address.split("/");
  if (length === "24") return `${host.replace(/\d+$/, "0")}/24`;
  if (length === "64") return `${host.replace(/::[0-9a-f]+$/, "::")}/64`;
  throw new Error(`no rule for the subnet of ${address}`);
}

const HASHES: Readonly<Record<string, string>> = {
  "source-mac": "layer2",
  "ip-hash": "layer2+3",
  "transport-ports": "layer3+4",
  "vlan-source-mac": "vlan+srcmac",
};

/** What bonding.rst calls the options, as `ip` prints them. */
function linesOfBond(
  { name, mode, policy, members, lacpRate, lacpRole, bond }: Bond,
  ports: readonly LinuxPort[],
): string[] {
  const first = ports.find((port) => port.name === members[0]);
  const arp = bond.arpMonitor;
  const all: Record<string, unknown> = {
    miimon: arp ? 0 : bond.monitorMilliseconds,
    updelay: arp ? 0 : bond.upDelayMilliseconds,
    downdelay: arp ? 0 : bond.downDelayMilliseconds,
    arp_interval: arp?.intervalMilliseconds ?? 0,
    ...(arp ? { arp_ip_target: [...arp.targets].sort(), arp_validate: arp.validate.replace("-", "_") } : {}),
    resend_igmp: bond.resendIgmp,
    all_slaves_active: bond.allMembersActive ? 1 : 0,
  };
  const failover = {
    mode: "active-backup",
    primary: first === undefined ? "" : nameOf(first),
    primary_reselect: bond.primaryReselect,
    fail_over_mac: bond.failOverMac,
    num_peer_notif: bond.peerNotifications,
  };
  const lacp = {
    mode: "802.3ad",
    xmit_hash_policy: HASHES[policy],
    ad_lacp_rate: lacpRate,
    ad_lacp_active: lacpRole === "active" ? "on" : "off",
    ad_select: bond.adSelect,
    min_links: bond.minLinks,
  };
  if (mode !== "lacp" && policy !== "active-backup") throw new Error(`no rule for ${mode} with ${policy}`);
  return settings(name, { ...all, ...(mode === "lacp" ? lacp : failover) });
}

const settings = (name: string, values: Readonly<Record<string, unknown>>) =>
  Object.entries(values).map(([key, value]) => `${name} ${key} ${JSON.stringify(value)}`);

interface Link {
  readonly ifname: string;
  readonly address?: string;
  readonly permaddr?: string;
  readonly mtu: number;
  readonly master?: string;
  readonly link?: string;
  readonly linkinfo?: {
    readonly info_kind?: string;
    readonly info_data?: Readonly<Record<string, unknown>>;
  };
}
interface Address {
  readonly ifname?: string;
  readonly addr_info?: readonly { readonly local: string; readonly prefixlen: number; readonly scope: string }[];
}
interface Route {
  readonly dst: string;
  readonly gateway?: string;
  readonly dev?: string;
  readonly table?: string | number;
  readonly type?: string;
}
interface Rule {
  readonly priority: number;
  readonly src: string;
  readonly table: string | number;
}

/** What the command printed, in the same lines; `others` are devices that are not the guest's to have. */
export function linesOfKernel(text: string, others: readonly string[]): string[] {
  const printed = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
  const [links, addresses, routes4, routes6, rules4, rules6] = printed as [
    readonly Link[],
    readonly Address[],
    readonly Route[],
    readonly Route[],
    readonly Rule[],
    readonly Rule[],
  ];
  const isOurs = (name: string | undefined) => name !== undefined && !others.includes(name);
  return [
    ...links.filter(({ ifname }) => isOurs(ifname)).flatMap(linesOfLink),
    ...addresses
      .filter(({ ifname }) => isOurs(ifname))
      .flatMap(({ ifname, addr_info = [] }) =>
        addr_info
          .filter(({ scope }) => scope === "global")
          .map(({ local, prefixlen }) => `${ifname} has ${local}/${prefixlen}`),
      ),
    ...[...routes4, ...routes6].filter(({ dev }) => isOurs(dev)).flatMap(linesOfRoute),
    ...[...rules4, ...rules6].filter(isSet).map(({ src, table }) => `rule: from ${src} table ${table}`),
  ].sort();
}

function linesOfLink({ ifname, address, permaddr, mtu, master, link, linkinfo }: Link): string[] {
  const { info_kind, info_data = {} } = linkinfo ?? {};
  const common = [`${ifname} mtu ${mtu}`, ...(master === undefined ? [] : [`${ifname} master ${master}`])];
  if (info_kind === "vlan") return [...common, `${ifname} is VLAN ${info_data.id} on ${link}`];
  if (info_kind === "bond") return [...common, ...linesOfBondData(ifname, info_data)];
  return [...common, `${ifname} permanent MAC ${permaddr ?? address}`];
}

const ALWAYS = ["mode", "miimon", "updelay", "downdelay", "arp_interval", "resend_igmp", "all_slaves_active"];
const WITH_ARP = ["arp_ip_target", "arp_validate"];
const OF_MODE: Readonly<Record<string, readonly string[]>> = {
  "active-backup": ["primary", "primary_reselect", "fail_over_mac", "num_peer_notif"],
  "802.3ad": ["xmit_hash_policy", "ad_lacp_rate", "ad_lacp_active", "ad_select", "min_links"],
};

function linesOfBondData(name: string, data: Readonly<Record<string, unknown>>): string[] {
  const keys = [...ALWAYS, ...(data.arp_interval === 0 ? [] : WITH_ARP), ...(OF_MODE[String(data.mode)] ?? [])];
  return settings(name, Object.fromEntries(keys.map((key) => [key, data[key]])));
}

/** Connected routes of the main table, and what the kernel makes for itself, follow from the addresses. */
function linesOfRoute({ dst, gateway, dev, table = "main", type = "unicast" }: Route): string[] {
  if (table === "local" || type !== "unicast" || (table === "main" && dst !== "default")) return [];
  return [`table ${table}: ${dst}${gateway === undefined ? "" : ` via ${gateway}`} dev ${dev}`];
}

/** Every machine has these: the tables local, main and default. */
const isSet = ({ priority }: Rule) => ![0, 32766, 32767].includes(priority);
