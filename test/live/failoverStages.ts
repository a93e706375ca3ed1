// The bonds whose failover is measured: two at a time on the emulated host, each by the tool's defaults, by hand as good as it gets,
// and by multiport from an environment file. Pure data.
import type { Failure } from "../../lab/failover/failure";
import type { SwitchSetUp } from "../../lab/qemu/emulatedSwitch";
import type { CableNumber } from "../../lab/qemu/emulator";

/** One of the two places for a bond: two cables, and a network to ask over. */
export interface Place {
  readonly cables: readonly [CableNumber, CableNumber];
  readonly network: "net10" | "net20";
  readonly vlan: number;
  readonly prefix: string;
}

export const PLACES: readonly [Place, Place] = [
  { cables: [1, 2], network: "net10", vlan: 10, prefix: "10.10.0" },
  { cables: [3, 4], network: "net20", vlan: 20, prefix: "10.20.0" },
];

export const MAKERS = ["defaults of the tool", "by hand, tuned", "multiport"] as const;
export type Maker = (typeof MAKERS)[number];

interface Made {
  /** Options of the kernel's or Open vSwitch's bond; of multiport: keys of the team. */
  readonly options: string;
  /** What it says in the table, where that is not the options. */
  readonly shown?: string;
  /** What it does not notice, or later than anybody would wait. */
  readonly unnoticed?: readonly Failure[];
}

export interface MeasuredBond {
  readonly name: string;
  readonly kind: "linux-bridge" | "openvswitch";
  /** LACP on the switch, and how often it wants to hear of the host. */
  readonly lacp?: "fast" | "slow";
  readonly made: Readonly<Record<Maker, Made>>;
}

/** Two bonds that are made at once. */
export interface Stage {
  readonly name: string;
  readonly bonds: readonly [MeasuredBond, MeasuredBond];
}

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
          "defaults of the tool": { options: "mode active-backup miimon 100", unnoticed: ["silence"] },
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
];

const bridgeOf = ({ vlan }: Place) => `br${vlan}`;
/** The bond's name, the same whoever made it. */
export const deviceOf = (bond: MeasuredBond, place: Place) =>
  bond.kind === "openvswitch" ? `${bridgeOf(place)}-uplinks` : `bond${place.vlan}`;
/** The port channel's name. */
export const channelOf = ({ vlan }: Place) => `po${vlan}`;
const nicsOf = ({ cables }: Place) => cables.map((cable) => `enp${cable}s0`);
const portsOf = ({ cables }: Place) => cables.map((cable) => `p${cable}`);

/** Who asks, and who answers. */
export const sourceOf = ({ prefix }: Place) => `${prefix}.1`;
export const targetOf = ({ prefix }: Place) => `${prefix}.2`;

/** What the switch is in a stage: port channels where it speaks LACP, otherwise ports by themselves. */
export function switchOf({ bonds }: Stage): SwitchSetUp {
  const sides = PLACES.map((place, index) => ({ place, lacp: bonds[index]?.lacp }));
  return {
    portChannels: sides.flatMap(({ place, lacp }) =>
      lacp === undefined
        ? []
        : [
            {
              name: channelOf(place),
              members: portsOf(place),
              lacp: "active" as const,
              lacpRate: lacp,
              trunks: [place.vlan],
            },
          ],
    ),
    ports: sides.flatMap(({ place, lacp }) =>
      lacp === undefined ? portsOf(place).map((name) => ({ name, trunks: [place.vlan] })) : [],
    ),
    core: PLACES.map(({ vlan, prefix }) => ({ name: `core${vlan}`, vlan, address: `${prefix}.1/24` })),
  };
}

/** Makes its port channels send over one cable at a time, of which the measurement has the choice. */
export const oneCableScript = ({ bonds }: Stage) =>
  PLACES.filter((_, index) => bonds[index]?.lacp !== undefined)
    .map((place) => `ovs-vsctl --timeout=20 set Port ${channelOf(place)} bond_mode=active-backup`)
    .join("\n");

/** The same bonds by hand, below the same kind of switch. */
export function handScript({ bonds }: Stage, maker: Maker): string {
  const parts = PLACES.map((place, index) => {
    const bond = bonds[index] as MeasuredBond;
    const { options } = bond.made[maker];
    return bond.kind === "openvswitch" ? ovsScript(place, options) : kernelScript(place, options);
  });
  return ["set -e", ...parts].join("\n");
}

function kernelScript(place: Place, options: string): string {
  const [bond, bridge, { vlan }] = [`bond${place.vlan}`, bridgeOf(place), place];
  return `ip link add ${bond} type bond ${options}
for nic in ${nicsOf(place).join(" ")}; do ip link set $nic down; ip link set $nic master ${bond}; done
ip link set ${bond} up
ip link add ${bridge} type bridge vlan_filtering 1 vlan_default_pvid 0
ip link set ${bond} master ${bridge}
bridge vlan add vid ${vlan} dev ${bond}
bridge vlan add vid ${vlan} dev ${bridge} self
ip link set ${bridge} up
ip link add link ${bridge} name ${place.network} type vlan id ${vlan}
${addressed(place)}`;
}

function ovsScript(place: Place, options: string): string {
  const [bridge, { network, vlan }] = [bridgeOf(place), place];
  const bond = `add-bond ${bridge} ${bridge}-uplinks ${nicsOf(place).join(" ")}`;
  const port = `add-port ${bridge} ${network} tag=${vlan} -- set Interface ${network} type=internal`;
  return `for nic in ${nicsOf(place).join(" ")}; do ip link set $nic up; done
ovs-vsctl --timeout=20 add-br ${bridge} -- ${bond} ${options} -- ${port}
${addressed(place)}`;
}

const addressed = (place: Place) => `ip address add ${targetOf(place)}/24 dev ${place.network}
ip link set ${place.network} up`;

/** The same by multiport. */
export function environmentOf({ bonds }: Stage): string {
  const switches = PLACES.map((place, index) => {
    const { kind, made } = bonds[index] as MeasuredBond;
    const name = kind === "linux-bridge" ? [`name: bond${place.vlan}`] : [];
    const { options } = made.multiport;
    const members = `members: [${nicsOf(place).join(", ")}]`;
    const team = [members, ...name, ...(options === "" ? [] : [options])].join(", ");
    return `      ${bridgeOf(place)}: { kind: ${kind}, uplinkTeam: { ${team} }, portGroups: [${place.network}] }`;
  });
  const ports = PLACES.map(
    (place) =>
      `      ${place.network}: { portGroup: ${bridgeOf(place)}/${place.network}, addresses: [${targetOf(place)}/24] }`,
  );
  return `environment: failover
networks: { ${PLACES.map(({ network, vlan }) => `${network}: { vlan: ${vlan} }`).join(", ")} }
hosts:
  lab:
    platform: kvm
    renderer: networkd
    ssh: { confirmSeconds: 120 }
    uplinks: { ${PLACES.flatMap(nicsOf)
      .map((nic) => `${nic}:`)
      .join(" , ")} }
    virtualSwitches:
${switches.join("\n")}
    hostPorts:
${ports.join("\n")}
`;
}
