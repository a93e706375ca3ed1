// What cloud-init loses on the way to each renderer: guests in the kernel's words, and the same said to cloud-init, who has to be seen losing it.
import type { LinuxRenderer } from "../../../providers/model/linuxRenderer.js";
import { answeringLink } from "../../../providers/platforms/linux/answering.js";
import type { LinuxWords } from "../../../providers/platforms/linux/words.js";
import { bond, link, NO_WORDS } from "../linux/words.js";

/** Words of a guest with a bond over two NICs. */
export function bonded(
  settings: Partial<Parameters<typeof bond>[0]>,
  onBond: Parameters<typeof link>[0] = {},
): LinuxWords {
  return {
    ...NO_WORDS,
    bonds: { bond0: bond({ mode: "active-backup", members: ["p0", "p1"], ...settings }) },
    links: { bond0: link(onBond), p0: link(), p1: link() },
  };
}
/** With a routing table of its own. */
export const ANSWERING = answeringLink({ addresses: ["192.0.2.1/24"], gateways: ["192.0.2.9"], routes: [], table: 77 });
export const nic = (settings: Parameters<typeof link>[0]): LinuxWords => ({
  ...NO_WORDS,
  links: { p0: link({ addresses: ["192.0.2.1/24", "2001:db8::1/64"], ...settings }) },
});
export const route = (settings: object) => ({
  routes: [{ to: "198.51.100.0/24", via: "192.0.2.9", metric: null, source: null, table: 254, ...settings }],
});

/** The same said to cloud-init, and a word of the renderer's that is missing from what it makes of it, or that shows what it does instead. */
export interface Owner {
  readonly says: object;
  readonly lacks?: RegExp;
  readonly shows?: RegExp;
}
/** The renderer, what is lost, the words that have it, and cloud-init's side of it where it is cloud-init that loses it. */
export type Lost = [LinuxRenderer, string, LinuxWords, Owner?];

const saysBond = (parameters: object, rest: object = {}) => ({
  bonds: { bond0: { interfaces: ["p0", "p1"], parameters: { mode: "active-backup", ...parameters }, ...rest } },
});
const saysNic = (rest: object) => ({ ethernets: { p0: { addresses: ["192.0.2.1/24", "2001:db8::1/64"], ...rest } } });
const saysLease = (nameservers: object) => ({ ethernets: { p0: { dhcp4: true, nameservers } } });
const saysRoute = (rest: object) => saysNic({ routes: [{ to: "198.51.100.0/24", via: "192.0.2.9", ...rest }] });
const KEY_ERROR = /^KeyError/;

export const LOST: Lost[] = [
  ["netplan", "the hash vlan+srcmac of bond0", bonded({ mode: "balance-xor", xmit_hash_policy: "vlan+srcmac" })],
  ["netplan", "lacp_active=off of bond0", bonded({ mode: "802.3ad", lacp_active: "off" })],
  ["netplan", "arp_validate=filter of bond0", bonded({ miimon: 0, arp_interval: 100, arp_validate: "filter" })],
  ["netplan", "the 0 of GratuitousARP of bond0", bonded({ num_grat_arp: 0 })],
  ["networkd", "the bonding of bond0", bonded({}), { says: saysBond({}), lacks: /Kind=bond|Bond=/ }],
  [
    "networkd",
    "the VLAN of p0.5",
    { ...nic({}), vlans: { "p0.5": { link: "p0", id: 5 } }, links: { ...nic({}).links, "p0.5": link() } },
    { says: { ...saysNic({}), vlans: { "p0.5": { id: 5, link: "p0" } } }, lacks: /Kind=vlan|VLAN=/ },
  ],
  [
    "NetworkManager",
    "miimon=50 of bond0",
    bonded({ miimon: 50 }),
    { says: saysBond({ "mii-monitor-interval": 50 }), lacks: /miimon/ },
  ],
  [
    "NetworkManager",
    "lacp_rate=fast of bond0",
    bonded({ mode: "802.3ad", lacp_rate: "fast" }),
    { says: saysBond({ mode: "802.3ad", "lacp-rate": "fast" }), lacks: /lacp/ },
  ],
  [
    "NetworkManager",
    "ad_select=count of bond0",
    bonded({ mode: "802.3ad", ad_select: "count" }),
    { says: saysBond({ mode: "802.3ad", "ad-select": "count" }), lacks: /count/ },
  ],
  [
    "NetworkManager",
    "min_links=2 of bond0",
    bonded({ mode: "802.3ad", min_links: 2 }),
    { says: saysBond({ mode: "802.3ad", "min-links": 2 }), lacks: /min_links/ },
  ],
  [
    "NetworkManager",
    "the packet size 9000 of bond0",
    bonded({}, { mtu: 9000 }),
    { says: saysBond({}, { mtu: 9000 }), lacks: /mtu/ },
  ],
  [
    "NetworkManager",
    "the packet size 1400 of p0.5",
    { ...nic({}), vlans: { "p0.5": { link: "p0", id: 5 } }, links: { ...nic({}).links, "p0.5": link({ mtu: 1400 }) } },
    { says: { ...saysNic({}), vlans: { "p0.5": { id: 5, link: "p0", mtu: 1400 } } }, lacks: /1400/ },
  ],
  [
    "NetworkManager",
    "the route to 2001:db8:5::/64, which is not of the family of its first address, of p0",
    nic(route({ to: "2001:db8:5::/64", via: "2001:db8::9" })),
    { says: saysRoute({ to: "2001:db8:5::/64", via: "2001:db8::9" }), shows: /\[ipv4\][^[]*route1=2001:db8:5::\/64/ },
  ],
  [
    "NetworkManager",
    "the name servers beside DHCP of p0",
    nic({ addresses: [], dhcp4: true, nameservers: ["192.0.2.53"] }),
    { says: saysLease({ addresses: ["192.0.2.53"] }), lacks: /192\.0\.2\.53/ },
  ],
  [
    "NetworkManager",
    "the search domains beside DHCP of p0",
    nic({ addresses: [], dhcp4: true, nameservers: ["192.0.2.53"], searchDomains: ["example.net"] }),
    { says: saysLease({ addresses: ["192.0.2.53"], search: ["example.net"] }), lacks: /example\.net/ },
  ],
  ...(["networkd", "NetworkManager", "ifupdown"] as const).flatMap((renderer): Lost[] => [
    [
      renderer,
      "the search domains without name servers of p0",
      nic({ addresses: [], dhcp4: true, searchDomains: ["example.net"] }),
      { says: saysLease({ search: ["example.net"] }), lacks: /example\.net/ },
    ],
    [
      renderer,
      "resend_igmp=3 of bond0",
      bonded({ resend_igmp: 3 }),
      { says: saysBond({ "resend-igmp": 3 }), shows: KEY_ERROR },
    ],
    [
      renderer,
      "all_slaves_active of bond0",
      bonded({ all_slaves_active: 1 }),
      { says: saysBond({ "all-slaves-active": true }), shows: KEY_ERROR },
    ],
    [
      renderer,
      "packets_per_slave=8 of bond0",
      bonded({ mode: "balance-rr", packets_per_slave: 8 }),
      { says: saysBond({ mode: "balance-rr", "packets-per-slave": 8 }), shows: KEY_ERROR },
    ],
    [
      renderer,
      "ARP monitoring of bond0",
      bonded({ miimon: 0, arp_interval: 100, arp_ip_target: ["192.0.2.9"] }),
      { says: saysBond({ "arp-interval": 100, "arp-ip-targets": ["192.0.2.9"] }), shows: KEY_ERROR },
    ],
    [
      renderer,
      "the routing table 77 of p0",
      nic(ANSWERING),
      {
        says: saysNic({
          routes: [{ to: "198.51.100.0/24", via: "192.0.2.9", table: 77 }],
          "routing-policy": [{ from: "192.0.2.1", table: 77 }],
        }),
        lacks: /\b77\b/,
      },
    ],
  ]),
  ...(["networkd", "NetworkManager"] as const).flatMap((renderer): Lost[] => [
    [
      renderer,
      "the metric 4321 of the route to 198.51.100.0/24 of p0",
      nic(route({ metric: 4321 })),
      { says: saysRoute({ metric: 4321 }), lacks: /4321/ },
    ],
    [
      renderer,
      "the source of the route to 198.51.100.0/24 of p0",
      nic(route({ source: "192.0.2.111" })),
      { says: saysRoute({ from: "192.0.2.111" }), lacks: /192\.0\.2\.111/ },
    ],
    [
      renderer,
      "the route to 198.51.100.0/24, which has no router, of p0",
      nic(route({ via: null })),
      { says: saysNic({ routes: [{ to: "198.51.100.0/24", scope: "link" }] }), lacks: /scope|Scope/ },
    ],
  ]),
  ["ifupdown", "min_links=2 of bond0", bonded({ mode: "802.3ad", min_links: 2 })],
  [
    "ifupdown",
    "the route to 198.51.100.0/24 of p0",
    nic(route({})),
    { says: saysRoute({}), shows: /post-up route add -net 198\.51\.100\.0\/24 gw 192\.0\.2\.9 \|\| true/ },
  ],
];
