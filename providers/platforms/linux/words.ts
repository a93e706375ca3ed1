// The words of the Linux kernel for network devices: what `ip -d -j` and `bridge -j` say, under the kernel's own option names and
// in its own units. One vocabulary for every tool that writes them at boot. Source: Documentation/networking/bonding.rst and
// bridge.rst, iproute2. Pure.
import type { LinuxRenderer } from "../../model/linuxRenderer.js";

/** A bond. Null: the option has no effect in the mode, is not set and not compared. */
export interface KernelBond {
  readonly mode:
    | "balance-rr"
    | "active-backup"
    | "balance-xor"
    | "broadcast"
    | "802.3ad"
    | "balance-tlb"
    | "balance-alb";
  /** In alphabetical order: the kernel keeps no other. */
  readonly members: readonly string[];
  /** Milliseconds; 0 where ARP monitoring is used instead. */
  readonly miimon: number;
  /** Milliseconds, multiples of miimon. */
  readonly updelay: number;
  readonly downdelay: number;
  /** Milliseconds; 0: no ARP monitoring. */
  readonly arp_interval: number;
  readonly arp_ip_target: readonly string[];
  readonly arp_validate: string | null;
  readonly arp_all_targets: "any" | "all" | null;
  readonly xmit_hash_policy: "layer2" | "layer2+3" | "layer3+4" | "encap2+3" | "encap3+4" | "vlan+srcmac" | null;
  readonly lacp_rate: "slow" | "fast" | null;
  readonly lacp_active: "on" | "off" | null;
  readonly ad_select: "stable" | "bandwidth" | "count" | null;
  readonly min_links: number | null;
  readonly primary: string | null;
  readonly primary_reselect: "always" | "better" | "failure" | null;
  readonly fail_over_mac: "none" | "active" | "follow" | null;
  readonly num_grat_arp: number | null;
  readonly resend_igmp: number;
  readonly all_slaves_active: 0 | 1;
  readonly packets_per_slave: number | null;
}

/** VLANs of one port of a bridge that filters them. */
export interface KernelBridgeVlans {
  /** VLAN of frames without a tag; null: such frames are dropped. */
  readonly pvid: number | null;
  /** Whether frames of the pvid leave without a tag. */
  readonly untagged: boolean;
  /** All VLANs, the pvid among them, as ranges such as `10,100-199`; empty: none. */
  readonly vlans: string;
}

export interface KernelBridgePort {
  readonly vlan: KernelBridgeVlans;
  /** On: the port reaches no other isolated port of the bridge. */
  readonly isolated: boolean;
}

export interface KernelBridge {
  readonly vlan_filtering: 0 | 1;
  /** 0: a new port is in no VLAN at all. */
  readonly vlan_default_pvid: number;
  readonly stp_state: 0 | 1;
  readonly mcast_snooping: 0 | 1;
  /** Seconds. */
  readonly ageing_time: number;
  /** Ports that we put there, by name: a bond or a single NIC. Interfaces of VMs come and go by themselves. */
  readonly ports: Readonly<Record<string, KernelBridgePort>>;
  /** What the bridge itself takes part in: the VLANs of the host's own interfaces. */
  readonly self: KernelBridgeVlans;
}

/** A VLAN device; `id` and `link` can't change without making it anew. */
export interface KernelVlan {
  readonly link: string;
  readonly id: number;
}

/** A static route by way of the device. */
export interface KernelRoute {
  /** A network in its one spelling, also of one address (`/32`, `/128`); `default` only with `via`, which says the family: else `0.0.0.0/0`, `::/0`. */
  readonly to: string;
  /** Next hop; null: what is meant is on the link itself. */
  readonly via: string | null;
  /** Null: left to who writes it, and not compared. */
  readonly metric: number | null;
  /** Address that the machine itself speaks from where it has the choice. */
  readonly source: string | null;
  /** 254: main. */
  readonly table: number;
}

/** Which packets look into which table. One of `from` and `to` is there, an address or a network, and says the family. */
export interface KernelRule {
  readonly from: string | null;
  readonly to: string | null;
  readonly table: number;
  /** The smaller one is asked first. */
  readonly priority: number;
}

/** Source: Documentation/networking/ip-sysctl.rst. */
export interface KernelArp {
  /** Which requests are answered: 0 for any address of the machine, 1 for addresses of the device, 2 of the asker's network too .. 8 none. */
  readonly ignore: number;
  /** Which address asks: 0 any, 1 one of the target's network where there is one, 2 the best. */
  readonly announce: 0 | 1 | 2;
  /** 1: only what would be answered by way of this device. */
  readonly filter: 0 | 1;
}

/** What every device of ours has, whatever its kind; NICs too. */
export interface KernelLink {
  /** Bytes. */
  readonly mtu: number;
  /** With prefix length, in the order of the file; empty: none. */
  readonly addresses: readonly string[];
  /** Next hop of the default route; one per family at most. */
  readonly gateways: readonly string[];
  /** Name servers that belong to the device. */
  readonly nameservers: readonly string[];
  /** Where names without a domain are looked for, in this order. */
  readonly searchDomains: readonly string[];
  /** Beside the gateways; those that others set are theirs. */
  readonly routes: readonly KernelRoute[];
  /** Those that speak of the addresses of the device. */
  readonly rules: readonly KernelRule[];
  /** Null: left to the machine, neither set nor compared. */
  readonly arp: KernelArp | null;
  /** rp_filter: 0 no check, 1 strict, 2 loose. Null as above. */
  readonly reversePath: 0 | 1 | 2 | null;
  /** accept_ra of IPv6: 0 nothing of routers' advertisements, 2 all. Null: netplan, networkd and NetworkManager set it themselves. */
  readonly acceptRa: 0 | 1 | 2 | null;
  /** Whether it asks for an address of either family. What it is given so, addresses and routes, are no words. */
  readonly dhcp4: boolean;
  readonly dhcp6: boolean;
}

/** What a NIC is known by, whatever it is called at the moment; both: both have to be so. */
export interface KernelNic {
  /** The MAC address that it left the factory with, in lower case. */
  readonly mac?: string;
  /** Such as `0000:01:00.0`. */
  readonly pci?: string;
  /** Of what is there only: the name that it has instead of the one that it should have. */
  readonly called?: string;
}

/** A device with nothing on it. */
export const BARE_LINK: KernelLink = {
  mtu: 1500,
  addresses: [],
  gateways: [],
  nameservers: [],
  searchDomains: [],
  routes: [],
  rules: [],
  arp: null,
  reversePath: null,
  acceptRa: null,
  dhcp4: false,
  dhcp6: false,
};

/** What writes the devices at boot. */
export type RendererName = LinuxRenderer;

/** Every map by device name, in alphabetical order. */
export interface LinuxWords {
  /** Null in empty words, and while it is open. */
  readonly renderer: RendererName | null;
  /** The machine is to be asked which it uses. */
  readonly detects?: true;
  readonly bonds: Readonly<Record<string, KernelBond>>;
  readonly bridges: Readonly<Record<string, KernelBridge>>;
  readonly vlans: Readonly<Record<string, KernelVlan>>;
  /** Every device above and every NIC that is a member or port of one of them, or carries an address of ours. */
  readonly links: Readonly<Record<string, KernelLink>>;
  /** NICs that are ours as they are, whatever stands on them: the ports of a guest. Neither set nor compared. */
  readonly ports?: readonly string[];
  /** PCI addresses that the file says of NICs: looked at before a change, neither set nor compared. */
  readonly pci?: Readonly<Record<string, string>>;
  /** NICs that have these names because of what they are. Others have the name that the machine gives them. */
  readonly nics?: Readonly<Record<string, KernelNic>>;
}
