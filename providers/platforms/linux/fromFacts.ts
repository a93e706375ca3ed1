// What the kernel has of what is ours, in its words: devices with our mark, and those that are wanted or were applied last. Pure.
import { formatRanges, mergeRanges } from "../../model/network.js";
import type { Scope } from "../layer.js";
import { own } from "../own.js";
import { inEffect } from "./bond.js";
import { dhcpOf, isDhcpFor } from "./dhcp.js";
import type { FactGateway, FactInfo, FactLink, FactVlan, LinuxFacts } from "./facts.js";
import { markOf } from "./mark.js";
import { nicLinkPath } from "./nicNames.js";
import { nicsFromFacts } from "./nics.js";
import { rendererOfFiles } from "./renderers.js";
import { sorted } from "./sorted.js";
import { SYSCTL_FILE, settingsInFile, settingsThere } from "./sysctl.js";
import { routesThere, rulesThere, type TableRoute } from "./tables.js";
import type { KernelBond, KernelBridge, KernelBridgeVlans, KernelLink, KernelVlan, LinuxWords } from "./words.js";

export function fromLinuxFacts(facts: LinuxFacts, scope: Scope<LinuxWords>): LinuxWords {
  const ours = new Own(facts, scope);
  const bonds = ours.devices("bond").map((link) => [link.ifname, toBond(link, facts)] as const);
  const bridges = ours.devices("bridge").map((link) => [link.ifname, toBridge(link, ours)] as const);
  const vlans = ours.devices("vlan").map((link) => [link.ifname, toVlan(link)] as const);
  const members = bonds.flatMap(([, bond]) => bond.members);
  const ports = bridges.flatMap(([, bridge]) => Object.keys(bridge.ports));
  const devices = [...bonds, ...bridges, ...vlans].map(([name]) => name);
  const names = [...new Set([...devices, ...members, ...ports, ...ours.others()])];
  return {
    renderer: rendererOfFiles(Object.keys(scope.files)),
    bonds: sorted(bonds),
    bridges: sorted(bridges),
    vlans: sorted(vlans),
    links: sorted(names.flatMap((name) => ours.link(name))),
    ...(portsOf(scope).length > 0 ? { ports: portsOf(scope).filter((name) => facts.links.has(name)) } : {}),
    ...nicsOf(facts, scope),
  };
}

/** Those that are wanted, while a file of ours says so. Else each is a NIC like any other, unless it has an address of ours. */
function portsOf({ known: [wanted], files }: Scope<LinuxWords>): readonly string[] {
  return rendererOfFiles(Object.keys(files)) === null ? [] : (wanted?.ports ?? []);
}

function nicsOf(facts: LinuxFacts, { known }: Scope<LinuxWords>): Pick<LinuxWords, "nics"> {
  const words = known.filter(({ nics }) => nics !== undefined);
  if (words.length === 0) return {};
  const nics = Object.assign({}, ...words.toReversed().map((each) => each.nics));
  return { nics: sorted(Object.entries(nicsFromFacts(nics, facts))) };
}

const KINDS = { bond: "bonds", bridge: "bridges", vlan: "vlans" } as const;

/** What of the facts is ours. */
class Own {
  constructor(
    readonly facts: LinuxFacts,
    private readonly scope: Scope<LinuxWords>,
  ) {}

  devices(kind: keyof typeof KINDS): FactLink[] {
    const isKnown = (name: string) => this.scope.known.some((words) => Object.hasOwn(words[KINDS[kind]], name));
    return [...this.facts.links.values()].filter(
      (link) => kindOf(link) === kind && (link.ifalias === markOf(this.scope.environment) || isKnown(link.ifname)),
    );
  }

  wantedBridge(name: string): KernelBridge | undefined {
    return this.scope.known.find((words) => Object.hasOwn(words.bridges, name))?.bridges[name];
  }

  /** VMs have their ports beside ours. */
  ports(bridge: string): FactLink[] {
    const isKnown = (port: string) =>
      this.scope.known.some((words) => Object.values(words.bridges).some(({ ports }) => Object.hasOwn(ports, port)));
    return [...this.facts.links.values()].filter(({ master, ifname }) => master === bridge && isKnown(ifname));
  }

  /**
   * Ports of a guest, what Open vSwitch makes or has as its port, what has an address of ours, and what the words know by what it is.
   * Any other NIC is nobody's.
   */
  others(): string[] {
    const known = this.scope.known.flatMap((words) => Object.keys(words.links));
    const ports = portsOf(this.scope);
    return known.filter((name) => {
      const link = this.facts.links.get(name);
      if (!link) return false;
      if (ports.includes(name) || this.isAddressed(name) || this.isIdentified(name)) return true;
      return OF_OPEN_VSWITCH.has(kindOf(link)) || link.master === "ovs-system";
    });
  }

  private isAddressed(name: string): boolean {
    const ours = this.scope.known.flatMap((words) => own(words.links, name)?.addresses ?? []);
    return (this.facts.addresses.get(name) ?? []).some((address) => ours.includes(address));
  }

  /** From when its file is there until it has left: before and after, what the NIC has is of others. */
  private isIdentified(name: string): boolean {
    const isKnown = this.scope.known.some(({ nics }) => nics !== undefined && Object.hasOwn(nics, name));
    return isKnown && Object.hasOwn(this.scope.files, nicLinkPath(name));
  }

  link(name: string): [string, KernelLink][] {
    const link = this.facts.links.get(name);
    if (!link) return [];
    const known = this.scope.known.flatMap(({ links }) => own(links, name) ?? []);
    const [wanted] = known;
    const { routes, said } = routesThere(
      known.flatMap((words) => words.routes),
      this.facts.tables,
      name,
    );
    const dhcp = dhcpOf(name, this.facts, this.scope.files);
    // A DHCP client such as dhclient says of its route nothing that would tell it from one that was set.
    const isSet = (gateway: string) => wanted?.gateways.includes(gateway) || !isDhcpFor(gateway, dhcp);
    const found: KernelLink = {
      mtu: link.mtu,
      addresses: inOrderOf(wanted?.addresses ?? [], this.facts.addresses.get(name) ?? []),
      gateways: inOrderOf(wanted?.gateways ?? [], this.gateways(name, said).filter(isSet)),
      // The kernel does not know them; that the file has them is compared as text.
      nameservers: wanted?.nameservers ?? [],
      routes,
      rules: rulesThere(
        known.flatMap((words) => words.rules),
        this.facts.rules,
      ),
      ...this.settings(name, wanted),
      ...dhcp,
    };
    return [[name, found]];
  }

  /** Default routes that are not routes of ours by a metric of their own. */
  private gateways(name: string, routes: readonly TableRoute[]): string[] {
    const isTold = ({ gateway, metric }: FactGateway) =>
      routes.some((route) => isOfMain(route) && route.gateway === gateway && (route.metric ?? 0) === metric);
    const left = (this.facts.gateways.get(name) ?? []).filter((found) => !isTold(found));
    return [...new Set(left.map(({ gateway }) => gateway))];
  }

  /** Ours while they are wanted or in our file. */
  private settings(name: string, wanted: KernelLink | undefined): Pick<KernelLink, "arp" | "reversePath" | "acceptRa"> {
    const inFile = settingsInFile(this.scope.files[SYSCTL_FILE] ?? "").get(name);
    return settingsThere({ wanted, inFile }, this.facts.settings.get(name) ?? {});
  }
}

function isOfMain({ dst, table }: TableRoute): boolean {
  return dst === "default" && (table ?? null) === null;
}

/** Internal ports of the kernel's datapath, and of that in user space. */
const OF_OPEN_VSWITCH = new Set(["openvswitch", "tun"]);

function kindOf(link: FactLink): string {
  return link.linkinfo?.info_kind ?? "";
}

/** The kernel has them in an order of its own, which means nothing beside that of the first. */
function inOrderOf(wanted: readonly string[], found: readonly string[]): string[] {
  return [...wanted.filter((item) => found.includes(item)), ...found.filter((item) => !wanted.includes(item))];
}

function info(link: FactLink): FactInfo {
  return link.linkinfo?.info_data ?? ({} as FactInfo);
}

const MODES: readonly KernelBond["mode"][] = [
  "balance-rr",
  "active-backup",
  "balance-xor",
  "broadcast",
  "802.3ad",
  "balance-tlb",
  "balance-alb",
];

/** A word, its number, or nothing where it is the first, which is the default. */
function choice<const Word extends string>(value: string | number | null | undefined, words: readonly Word[]): Word {
  if (typeof value === "number") return words[value] ?? (String(value) as Word);
  return (value ?? words[0]) as Word;
}

const ARP_VALIDATE = ["none", "active", "backup", "all", "filter", "filter_active", "filter_backup"];
const HASHES = ["layer2", "layer3+4", "layer2+3", "encap2+3", "encap3+4", "vlan+srcmac"] as const;

function toBond(link: FactLink, facts: LinuxFacts): KernelBond {
  const data = info(link);
  const members = [...facts.links.values()].filter(({ master }) => master === link.ifname).map(({ ifname }) => ifname);
  return inEffect({
    mode: choice(data.mode, MODES),
    members: members.sort(),
    miimon: data.miimon ?? 0,
    updelay: data.updelay ?? 0,
    downdelay: data.downdelay ?? 0,
    arp_interval: data.arp_interval ?? 0,
    arp_ip_target: (data.arp_ip_target ?? []).filter((target) => target !== "0.0.0.0").sort(),
    arp_validate: choice(data.arp_validate, ARP_VALIDATE),
    arp_all_targets: choice(data.arp_all_targets, ["any", "all"]),
    xmit_hash_policy: choice(data.xmit_hash_policy, HASHES),
    lacp_rate: choice(data.ad_lacp_rate, ["slow", "fast"]),
    // Kernels before 5.16 don't have it: they always are.
    lacp_active:
      typeof data.ad_lacp_active === "number"
        ? choice(data.ad_lacp_active, ["off", "on"])
        : choice(data.ad_lacp_active, ["on"]),
    ad_select: choice(data.ad_select, ["stable", "bandwidth", "count"]),
    min_links: data.min_links ?? 0,
    primary: data.primary ?? null,
    primary_reselect: choice(data.primary_reselect, ["always", "better", "failure"]),
    fail_over_mac: choice(data.fail_over_mac, ["none", "active", "follow"]),
    num_grat_arp: data.num_peer_notif ?? 1,
    resend_igmp: data.resend_igmp ?? 1,
    all_slaves_active: data.all_slaves_active ? 1 : 0,
    packets_per_slave: data.packets_per_slave ?? 1,
  });
}

const HUNDREDTHS = 100;

function toBridge(link: FactLink, ours: Own): KernelBridge {
  const data = info(link);
  const ports = ours.ports(link.ifname).map((port) => {
    const isolated = port.linkinfo?.info_slave_data?.isolated ?? false;
    return [port.ifname, { vlan: toVlans(ours.facts.vlans.get(port.ifname)), isolated }] as const;
  });
  return {
    vlan_filtering: data.vlan_filtering ? 1 : 0,
    vlan_default_pvid: data.vlan_default_pvid ?? 1,
    stp_state: data.stp_state ? 1 : 0,
    mcast_snooping: data.mcast_snooping === 0 ? 0 : 1,
    ageing_time: ageingTime(data, ours.wantedBridge(link.ifname)),
    ports: sorted(ports),
    self: toVlans(ours.facts.vlans.get(link.ifname)),
  };
}

/**
 * While spanning tree tells that something has moved, the kernel lets addresses age after twice the forward delay, and what was
 * set can't be seen until that is over.
 */
function ageingTime(data: FactInfo, wanted: KernelBridge | undefined): number {
  const { ageing_time = 300 * HUNDREDTHS, forward_delay = 0, topology_change } = data;
  const found = (ageing_time ?? 0) / HUNDREDTHS;
  const isShortened = topology_change === 1 && ageing_time === 2 * (forward_delay ?? 0);
  return isShortened ? (wanted?.ageing_time ?? found) : found;
}

function toVlans(vlans: readonly FactVlan[] = []): KernelBridgeVlans {
  const pvid = vlans.find(({ flags }) => flags?.includes("PVID"));
  return {
    pvid: pvid?.vlan ?? null,
    untagged: pvid?.flags?.includes("Egress Untagged") ?? false,
    vlans: formatRanges(mergeRanges(vlans.map(({ vlan, vlanEnd }) => ({ first: vlan, last: vlanEnd ?? vlan })))),
  };
}

function toVlan(link: FactLink): KernelVlan {
  return { link: link.link ?? "", id: info(link).id ?? 0 };
}
