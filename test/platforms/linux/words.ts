// Hosts in the kernel's words for the tests of renderers: each with something that one of them does in its own way.
import { answeringLink } from "../../../providers/platforms/linux/answering.js";
import {
  BARE_LINK,
  type KernelBond,
  type KernelBridge,
  type KernelBridgeVlans,
  type KernelLink,
  type KernelRoute,
  type LinuxWords,
} from "../../../providers/platforms/linux/words.js";

export const NO_WORDS: LinuxWords = { renderer: null, bonds: {}, bridges: {}, vlans: {}, links: {} };

export function link(settings: Partial<KernelLink> = {}): KernelLink {
  return { ...BARE_LINK, ...settings };
}

const NO_VLANS: KernelBridgeVlans = { pvid: null, untagged: false, vlans: "" };

export function bridge(settings: Partial<KernelBridge> = {}): KernelBridge {
  return {
    vlan_filtering: 1,
    vlan_default_pvid: 0,
    stp_state: 0,
    mcast_snooping: 1,
    ageing_time: 300,
    ports: {},
    self: NO_VLANS,
    ...settings,
  };
}

/** Every option that no mode refuses; the others are null. */
export function bond(settings: Partial<KernelBond> & Pick<KernelBond, "mode" | "members">): KernelBond {
  return {
    miimon: 100,
    updelay: 0,
    downdelay: 0,
    arp_interval: 0,
    arp_ip_target: [],
    arp_validate: null,
    arp_all_targets: null,
    xmit_hash_policy: null,
    lacp_rate: null,
    lacp_active: null,
    ad_select: null,
    min_links: null,
    primary: null,
    primary_reselect: null,
    fail_over_mac: null,
    num_grat_arp: null,
    resend_igmp: 1,
    all_slaves_active: 0,
    packets_per_slave: null,
    ...settings,
  };
}

/** LACP with every option of it, below a bridge that filters VLANs, with the management address on one of them. */
export const TRUNK: LinuxWords = {
  renderer: null,
  bonds: {
    bond0: bond({
      mode: "802.3ad",
      members: ["eth0", "eth1"],
      updelay: 200,
      downdelay: 100,
      xmit_hash_policy: "vlan+srcmac",
      lacp_rate: "fast",
      lacp_active: "on",
      ad_select: "bandwidth",
      min_links: 1,
      resend_igmp: 3,
      all_slaves_active: 1,
    }),
  },
  bridges: {
    br0: bridge({
      mcast_snooping: 0,
      ageing_time: 60,
      ports: { bond0: { vlan: { pvid: 10, untagged: true, vlans: "5-20,100-199" }, isolated: false } },
      self: { pvid: null, untagged: false, vlans: "10,20" },
    }),
  },
  vlans: { mgmt: { link: "br0", id: 20 } },
  links: {
    bond0: link({ mtu: 9000 }),
    br0: link({ mtu: 9000 }),
    eth0: link({ mtu: 9000 }),
    eth1: link({ mtu: 9000 }),
    mgmt: link({
      addresses: ["192.0.2.11/24", "192.0.2.12/24", "2001:db8::11/64"],
      gateways: ["192.0.2.1", "2001:db8::1"],
      nameservers: ["192.0.2.53", "2001:db8::53"],
      searchDomains: ["lab.example.net", "example.net"],
    }),
  },
};

/** ARP monitoring, addresses on the bond itself and on a VLAN device that is named after what it is on. */
export const ADDRESSED_BOND: LinuxWords = {
  renderer: null,
  bonds: {
    bond0: bond({
      mode: "active-backup",
      members: ["eth0", "eth1"],
      miimon: 0,
      arp_interval: 500,
      arp_ip_target: ["192.0.2.1", "192.0.2.2"],
      arp_validate: "filter_active",
      arp_all_targets: "all",
      primary: "eth1",
      primary_reselect: "better",
      fail_over_mac: "active",
      num_grat_arp: 3,
    }),
    bond1: bond({ mode: "balance-rr", members: ["eth2", "eth3"], packets_per_slave: 8 }),
  },
  bridges: {},
  vlans: { "bond0.30": { link: "bond0", id: 30 } },
  links: {
    bond0: link({ addresses: ["192.0.2.21/24"], gateways: ["192.0.2.1"] }),
    "bond0.30": link({ addresses: ["2001:db8:30::21/64"] }),
    bond1: link(),
    eth0: link(),
    eth1: link(),
    eth2: link(),
    eth3: link(),
  },
};

/** Bridges of single NICs, one of which filters no VLANs, and a NIC with an address. */
export const SINGLE_NICS: LinuxWords = {
  renderer: null,
  bonds: {},
  bridges: {
    br1: bridge({
      ports: { eth2: { vlan: { pvid: 40, untagged: false, vlans: "40" }, isolated: false } },
      stp_state: 1,
    }),
    br2: bridge({
      vlan_filtering: 0,
      vlan_default_pvid: 1,
      ports: { eth3: { vlan: { pvid: 1, untagged: true, vlans: "1" }, isolated: false } },
      self: { pvid: 1, untagged: true, vlans: "1" },
    }),
  },
  vlans: {},
  links: {
    br1: link(),
    br2: link({ addresses: ["198.51.100.2/24"] }),
    eth2: link(),
    eth3: link(),
    eth4: link({ addresses: ["203.0.113.9/28", "2001:db8:1::9/64"], gateways: ["203.0.113.1"] }),
  },
};

const answering = {
  eth4: answeringLink({
    addresses: ["192.0.2.5/24", "192.0.2.6/24", "2001:db8:4::5/64"],
    gateways: ["192.0.2.1", "2001:db8:4::1"],
    table: 104,
  }),
  eth5: answeringLink({
    addresses: ["198.51.100.5/32", "2001:db8:5::5/128"],
    gateways: ["198.51.100.1", "fe80::1"],
    table: 70000,
  }),
};
const route = (settings: Partial<KernelRoute> & Pick<KernelRoute, "to">): KernelRoute => ({
  via: null,
  metric: null,
  source: null,
  table: 254,
  ...settings,
});

/** Two ports that answer on the one they were asked on, one with a next hop beyond its network; static routes of every kind, in two tables. */
export const MULTI_HOMED: LinuxWords = {
  renderer: null,
  bonds: {},
  bridges: {},
  vlans: { "eth5.30": { link: "eth5", id: 30 } },
  links: {
    eth4: link({
      addresses: ["192.0.2.5/24", "192.0.2.6/24", "2001:db8:4::5/64"],
      gateways: ["192.0.2.1"],
      routes: [
        ...answering.eth4.routes,
        route({ to: "10.1.0.0/16", via: "192.0.2.9", metric: 50, source: "192.0.2.6" }),
        route({ to: "10.2.0.7/32" }),
        route({ to: "10.2.0.7/32", metric: 7, table: 104 }),
        route({ to: "default", via: "2001:db8:4::2", metric: 2000 }),
      ],
      rules: [...answering.eth4.rules, { from: "10.9.0.0/16", to: "10.8.0.0/24", table: 254, priority: 20 }],
      arp: { ignore: 1, announce: 2, filter: 1 },
      reversePath: 2,
    }),
    eth5: link({
      addresses: ["198.51.100.5/32", "2001:db8:5::5/128"],
      ...answering.eth5,
      routes: [
        ...answering.eth5.routes,
        route({ to: "2001:db8:50::/48", via: "2001:db8:5::ffff", source: "2001:db8:5::5" }),
        route({ to: "2001:db8:51::/48", metric: 9 }),
        route({ to: "0.0.0.0/0", table: 105 }),
      ],
      rules: [...answering.eth5.rules, { from: null, to: "2001:db8:52::/48", table: 70000, priority: 21 }],
      reversePath: 0,
    }),
    "eth5.30": link({ addresses: ["203.0.113.5/28"], arp: { ignore: 0, announce: 0, filter: 0 } }),
  },
};

/** Addresses by DHCP: alone, beside one that is set, of both families, on a bond, a VLAN device and a NIC. */
export const LEASES: LinuxWords = {
  renderer: null,
  bonds: { bond0: bond({ mode: "active-backup", members: ["eth0", "eth1"] }) },
  bridges: {},
  vlans: { "bond0.40": { link: "bond0", id: 40 } },
  links: {
    bond0: link({ mtu: 9000, dhcp4: true }),
    "bond0.40": link({ addresses: ["198.51.100.3/24", "198.51.100.4/24"], gateways: ["198.51.100.1"], dhcp6: true }),
    eth0: link({ mtu: 9000 }),
    eth1: link({ mtu: 9000 }),
    eth2: link({ addresses: ["203.0.113.3/24"], nameservers: ["2001:db8::53"], dhcp4: true, dhcp6: true }),
  },
};

export const HOSTS: Readonly<Record<string, LinuxWords>> = {
  "addressed-bond": ADDRESSED_BOND,
  leases: LEASES,
  "multi-homed": MULTI_HOMED,
  "single-nics": SINGLE_NICS,
  trunk: TRUNK,
};

function withBond(words: LinuxWords, name: string, settings: Partial<KernelBond>): LinuxWords {
  const there = words.bonds[name];
  if (!there) throw new Error(`no bond ${name}`);
  return { ...words, bonds: { ...words.bonds, [name]: { ...there, ...settings } } };
}

function withBridge(words: LinuxWords, name: string, settings: Partial<KernelBridge>): LinuxWords {
  const there = words.bridges[name];
  if (!there) throw new Error(`no bridge ${name}`);
  return { ...words, bridges: { ...words.bridges, [name]: { ...there, ...settings } } };
}

const { eth0: _, ...linksWithoutEth0 } = TRUNK.links;
const slower = {
  ...withBond(TRUNK, "bond0", { lacp_rate: "slow", members: ["eth1", "eth2"] }),
  links: { ...linksWithoutEth0, eth2: link({ mtu: 9000 }) },
};

const { eth4: FIXED, ...otherLinks } = SINGLE_NICS.links;
const leased: LinuxWords = {
  ...SINGLE_NICS,
  links: { ...otherLinks, eth4: link({ ...FIXED, addresses: ["2001:db8:1::9/64"], gateways: [], dhcp4: true }) },
};

/** What can change between two runs, from and to. */
export const CHANGES: Readonly<Record<string, readonly [actual: LinuxWords, desired: LinuxWords]>> = {
  "all-new": [NO_WORDS, TRUNK],
  "all-leaves": [TRUNK, NO_WORDS],
  "made-anew": [TRUNK, slower],
  "monitoring-in-place": [
    ADDRESSED_BOND,
    withBond(ADDRESSED_BOND, "bond0", { miimon: 100, updelay: 200, arp_interval: 0, arp_ip_target: [], primary: null }),
  ],
  "dhcp-off": [leased, SINGLE_NICS],
  "dhcp-on": [SINGLE_NICS, leased],
  nothing: [TRUNK, TRUNK],
  "port-vlans-in-place": [
    TRUNK,
    {
      ...TRUNK,
      bridges: {
        br0: bridge({
          mcast_snooping: 1,
          ageing_time: 60,
          ports: { bond0: { vlan: { pvid: null, untagged: false, vlans: "8-30,120" }, isolated: true } },
          self: { pvid: 20, untagged: true, vlans: "20" },
        }),
      },
      links: {
        ...TRUNK.links,
        mgmt: link({
          addresses: ["192.0.2.12/24"],
          gateways: ["192.0.2.254"],
          nameservers: ["192.0.2.54"],
          searchDomains: ["example.net"],
        }),
      },
    },
  ],
  "mtu-in-place": [
    ADDRESSED_BOND,
    {
      ...ADDRESSED_BOND,
      links: {
        ...ADDRESSED_BOND.links,
        bond0: link({ ...ADDRESSED_BOND.links.bond0, mtu: 9000 }),
        eth0: link({ mtu: 9000 }),
        eth1: link({ mtu: 9000 }),
      },
    },
  ],
  "routes-in-place": [
    MULTI_HOMED,
    {
      ...MULTI_HOMED,
      links: {
        ...MULTI_HOMED.links,
        eth4: link({
          ...MULTI_HOMED.links.eth4,
          ...answering.eth4,
          routes: [...answering.eth4.routes, route({ to: "10.1.0.0/16", via: "192.0.2.10", metric: 50 })],
          arp: null,
        }),
      },
    },
  ],
  "spanning-tree-in-place": [TRUNK, withBridge(TRUNK, "br0", { stp_state: 1 })],
  "vlan-id": [TRUNK, { ...TRUNK, vlans: { mgmt: { link: "br0", id: 10 } } }],
};
