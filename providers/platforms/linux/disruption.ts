// How much the traffic notices of each change of a device. Source: bonding.rst, and what was seen of the kernel. Pure data.
import { type Change, compare, type Disruption } from "../../model/change.js";
import type { Path } from "../../model/problem.js";
import { own } from "../own.js";
import type {
  KernelArp,
  KernelBond,
  KernelBridge,
  KernelBridgePort,
  KernelBridgeVlans,
  KernelLink,
  KernelNic,
  KernelVlan,
  LinuxWords,
} from "./words.js";

/** An option that is new has its line here. Outage: the device is made anew. */
type Disruptions<Option extends string> = Readonly<Record<Option, Disruption>>;

const OF_BONDS: Disruptions<keyof KernelBond> = {
  mode: "outage",
  members: "brief",
  miimon: "none",
  updelay: "none",
  downdelay: "none",
  arp_interval: "none",
  arp_ip_target: "none",
  arp_validate: "none",
  arp_all_targets: "none",
  xmit_hash_policy: "brief",
  lacp_rate: "outage",
  lacp_active: "outage",
  ad_select: "outage",
  min_links: "brief",
  primary: "brief",
  primary_reselect: "none",
  fail_over_mac: "outage",
  num_grat_arp: "none",
  resend_igmp: "none",
  all_slaves_active: "none",
  packets_per_slave: "none",
};

/** And of their ports. */
const OF_BRIDGES: Disruptions<
  Exclude<keyof KernelBridge, "ports" | "self"> | Exclude<keyof KernelBridgePort, "vlan"> | keyof KernelBridgeVlans
> = {
  vlan_filtering: "brief",
  vlan_default_pvid: "brief",
  stp_state: "brief",
  mcast_snooping: "none",
  ageing_time: "none",
  isolated: "brief",
  pvid: "brief",
  untagged: "brief",
  vlans: "brief",
};

const OF_LINKS: Disruptions<keyof KernelLink | keyof KernelArp> = {
  mtu: "brief",
  addresses: "brief",
  gateways: "brief",
  nameservers: "none",
  searchDomains: "none",
  // Packets go another way, or are refused where they come from.
  routes: "brief",
  rules: "brief",
  reversePath: "brief",
  arp: "none",
  ignore: "none",
  announce: "none",
  filter: "none",
  acceptRa: "none",
  dhcp4: "brief",
  dhcp6: "brief",
};

/** By the kind of device and the option. */
const TABLE: Readonly<Record<string, Readonly<Record<string, Disruption>>>> = {
  bonds: OF_BONDS,
  bridges: OF_BRIDGES,
  vlans: { id: "outage", link: "outage" } satisfies Disruptions<keyof KernelVlan>,
  links: OF_LINKS,
  nics: { mac: "none", pci: "none", called: "brief" } satisfies Disruptions<keyof KernelNic>,
};

function disruptionOf(path: Path): Disruption {
  const [kind = "", , ...option] = path;
  if (kind === "renderer") return "outage";
  // A device that is new, or a port: what joins it loses its link for a moment.
  if (option.length === 0 || (option[0] === "ports" && option.length === 2)) return "brief";
  return TABLE[kind]?.[String(option.at(-1))] ?? "none";
}

export function compareLinux(desired: LinuxWords, actual: LinuxWords): Change[] {
  return compare(settings(desired, desired), settings(actual, desired), (path) =>
    isFirst(path, actual) ? "none" : disruptionOf(path),
  );
}

/**
 * Where a NIC sits, which are ours, and that a renderer is to be detected is looked at before a change; it is nothing that a change could set. A name that is not wanted any
 * more is left as it is until the next start.
 */
function settings({ pci: _, ports: __, detects: ___, nics = {}, ...words }: LinuxWords, desired: LinuxWords): object {
  const wanted = Object.entries(nics).filter(([name]) => own(desired.nics, name) !== undefined);
  return { ...words, nics: Object.fromEntries(wanted) };
}

/** A host without files of ours has no renderer that it could change from. */
function isFirst([kind]: Path, { renderer }: LinuxWords): boolean {
  return kind === "renderer" && renderer === null;
}
