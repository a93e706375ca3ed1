// The bonds whose failover is measured: two at a time on the emulated host, each by the tool's defaults, by hand as good as it gets,
// and by multiport from an environment file. Pure data.
import type { Failure } from "../../lab/failover/failure";

export const MAKERS = ["defaults of the tool", "by hand, tuned", "multiport"] as const;
export type Maker = (typeof MAKERS)[number];

interface Made {
  /** Options of the kernel's or Open vSwitch's bond; of multiport: keys of the team. */
  readonly options: string;
  /** What it says in the table, where that is not the options. */
  readonly shown?: string;
  /** Who makes it, where that is not what the maker is called. */
  readonly by?: string;
  /** What it does not notice, or later than anybody would wait. */
  readonly unnoticed?: readonly Failure[];
}

export interface MeasuredBond {
  readonly name: string;
  /** Of a host, below a virtual switch; or in a guest, over ports of a virtual switch or virtual functions. */
  readonly kind: "linux-bridge" | "openvswitch" | "guest ports" | "guest functions";
  /** LACP on the switch, and how often it wants to hear of the host. */
  readonly lacp?: "fast" | "slow";
  readonly made: Readonly<Record<Maker, Made>>;
}

/** Two bonds that are made at once. */
export interface Stage {
  readonly name: string;
  readonly bonds: readonly [MeasuredBond, MeasuredBond];
}

export const isFunctions = ({ kind }: Pick<MeasuredBond, "kind">) => kind === "guest functions";
export const isOfGuest = ({ bonds }: Stage) =>
  bonds.every(({ kind }) => kind === "guest ports" || isFunctions({ kind }));

const OVS_DETECT = "other_config:bond-detect-mode=miimon other_config:bond-miimon-interval=10";

export const STAGES: readonly [Stage, ...Stage[]] = [
  {
    name: "bonds of the kernel",
    bonds: [
      {
        name: "kernel, active-backup",
        kind: "linux-bridge",
        made: {
          "defaults of the tool": { options: "mode active-backup", unnoticed: ["pull", "silence"] },
          "by hand, tuned": { options: "mode active-backup miimon 10", unnoticed: ["silence"] },
          multiport: { options: "", shown: "miimon 100", unnoticed: ["silence"] },
        },
      },
      {
        name: "kernel, 802.3ad",
        kind: "linux-bridge",
        lacp: "fast",
        made: {
          "defaults of the tool": { options: "mode 802.3ad", unnoticed: ["silence"] },
          "by hand, tuned": {
            options: "mode 802.3ad miimon 10 lacp_rate fast min_links 1 xmit_hash_policy layer3+4",
          },
          multiport: { options: "mode: lacp", shown: "miimon 100, lacp_rate fast, layer3+4" },
        },
      },
    ],
  },
  {
    name: "bonds of Open vSwitch",
    bonds: [
      {
        name: "Open vSwitch, active-backup",
        kind: "openvswitch",
        made: {
          "defaults of the tool": { options: "", shown: "add-bond without options", unnoticed: ["silence"] },
          "by hand, tuned": {
            options: OVS_DETECT,
            shown: "bond-detect-mode miimon, every 10 ms",
            unnoticed: ["silence"],
          },
          multiport: { options: "", shown: "bond-detect-mode carrier", unnoticed: ["silence"] },
        },
      },
      {
        name: "Open vSwitch, balance-tcp, LACP",
        kind: "openvswitch",
        lacp: "fast",
        made: {
          "defaults of the tool": { options: "bond_mode=balance-tcp lacp=active", unnoticed: ["silence"] },
          "by hand, tuned": {
            options: `bond_mode=balance-tcp lacp=active other_config:lacp-time=fast ${OVS_DETECT}`,
            shown: "lacp-time fast, bond-detect-mode miimon, every 10 ms",
          },
          multiport: { options: "mode: lacp", shown: "lacp-time fast, lacp-fallback-ab" },
        },
      },
    ],
  },
  {
    name: "balance-slb",
    bonds: [
      {
        name: "Open vSwitch, balance-slb",
        kind: "openvswitch",
        made: {
          "defaults of the tool": { options: "bond_mode=balance-slb", unnoticed: ["silence"] },
          "by hand, tuned": {
            options: `bond_mode=balance-slb ${OVS_DETECT}`,
            shown: "bond-detect-mode miimon, every 10 ms",
            unnoticed: ["silence"],
          },
          multiport: { options: "policy: source-mac", shown: "bond-detect-mode carrier", unnoticed: ["silence"] },
        },
      },
      {
        name: "Open vSwitch, balance-slb, LACP",
        kind: "openvswitch",
        lacp: "fast",
        made: {
          "defaults of the tool": { options: "bond_mode=balance-slb lacp=active", unnoticed: ["silence"] },
          "by hand, tuned": {
            options: `bond_mode=balance-slb lacp=active other_config:lacp-time=fast ${OVS_DETECT}`,
            shown: "lacp-time fast, bond-detect-mode miimon, every 10 ms",
          },
          multiport: { options: "mode: lacp, policy: source-mac", shown: "lacp-time fast, lacp-fallback-ab" },
        },
      },
    ],
  },
  {
    name: "silent switches",
    bonds: [
      {
        name: "kernel, active-backup, ARP monitor",
        kind: "linux-bridge",
        made: {
          // There is no default interval: this is what most guides name in its place.
          "defaults of the tool": {
            options: "mode active-backup miimon 100",
            by: "by hand, as most guides say",
            unnoticed: ["silence"],
          },
          "by hand, tuned": {
            options: "mode active-backup arp_interval 100 arp_ip_target 10.10.0.1 arp_validate all",
          },
          multiport: {
            options: "arpMonitor: { intervalMilliseconds: 100, targets: [10.10.0.1], validate: all }",
            shown: "arpMonitor: every 100 ms, validate all",
          },
        },
      },
      {
        name: "kernel, 802.3ad, switch with LACP slow",
        kind: "linux-bridge",
        lacp: "slow",
        made: {
          "defaults of the tool": { options: "mode 802.3ad", unnoticed: ["silence"] },
          "by hand, tuned": {
            options: "mode 802.3ad miimon 10 lacp_rate fast min_links 1 xmit_hash_policy layer3+4",
            unnoticed: ["silence"],
          },
          multiport: { options: "mode: lacp", shown: "miimon 100, lacp_rate fast, layer3+4", unnoticed: ["silence"] },
        },
      },
    ],
  },
  {
    name: "bonds in a guest",
    bonds: [
      {
        name: "guest, two ports",
        kind: "guest ports",
        made: {
          "defaults of the tool": { options: "mode active-backup", unnoticed: ["pull", "silence"] },
          "by hand, tuned": {
            options: "mode active-backup miimon 100",
            by: "by hand, as most guides say",
            unnoticed: ["silence"],
          },
          multiport: { options: "", shown: "miimon 100", unnoticed: ["silence"] },
        },
      },
      {
        name: "guest, two virtual functions",
        kind: "guest functions",
        made: {
          // Without fail_over_mac the second function does not get into the bond: its host does not let it have the other MAC address.
          "defaults of the tool": {
            options: "mode active-backup fail_over_mac active",
            unnoticed: ["pull", "silence"],
          },
          "by hand, tuned": {
            options: "mode active-backup miimon 100 fail_over_mac active",
            by: "by hand, as most guides say",
            unnoticed: ["silence"],
          },
          multiport: { options: "", shown: "miimon 100, fail_over_mac active", unnoticed: ["silence"] },
        },
      },
    ],
  },
  {
    name: "silent switches, seen from a guest",
    bonds: [
      {
        name: "guest, two ports, ARP monitor",
        kind: "guest ports",
        made: {
          "defaults of the tool": {
            options: "mode active-backup miimon 100",
            by: "by hand, as most guides say",
            unnoticed: ["silence"],
          },
          "by hand, tuned": {
            options: "mode active-backup arp_interval 100 arp_ip_target 10.10.0.1 arp_validate all",
          },
          multiport: {
            options: "arpMonitor: { intervalMilliseconds: 100, targets: [10.10.0.1], validate: all }",
            shown: "arpMonitor: every 100 ms, validate all",
          },
        },
      },
      {
        name: "guest, two virtual functions, ARP monitor",
        kind: "guest functions",
        made: {
          "defaults of the tool": {
            options: "mode active-backup miimon 100 fail_over_mac active",
            by: "by hand, as most guides say",
            unnoticed: ["silence"],
          },
          "by hand, tuned": {
            options:
              "mode active-backup arp_interval 100 arp_ip_target 10.20.0.1 arp_validate all fail_over_mac active",
          },
          multiport: {
            options: "arpMonitor: { intervalMilliseconds: 100, targets: [10.20.0.1], validate: all }",
            shown: "arpMonitor: every 100 ms, validate all, fail_over_mac active",
          },
        },
      },
    ],
  },
];
