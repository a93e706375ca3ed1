// How a stage of two bonds comes about: what the switch is, the bonds by hand as a script, and the same as an environment file. Pure.
import type { SwitchSetUp } from "../../lab/qemu/emulatedSwitch";
import type { CableNumber } from "../../lab/qemu/emulator";
import type { Maker, MeasuredBond, Stage } from "./failoverStages.js";

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

const bridgeOf = ({ vlan }: Place) => `br${vlan}`;
/** The bond's name, the same whoever made it. */
export const deviceOf = (bond: MeasuredBond, place: Place) =>
  bond.kind === "openvswitch" ? `${bridgeOf(place)}-uplinks` : `bond${place.vlan}`;
/** The port channel's name. */
export const channelOf = ({ vlan }: Place) => `po${vlan}`;
export const nicsOf = ({ cables }: Place) => cables.map((cable) => `enp${cable}s0`);
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

/** A bond of the kernel over what the machine calls its members. */
export function bondScript({ vlan }: Place, members: readonly string[], options: string): string {
  return `ip link add bond${vlan} type bond ${options}
for member in ${members.join(" ")}; do ip link set $member down; ip link set $member master bond${vlan}; done
ip link set bond${vlan} up`;
}

function kernelScript(place: Place, options: string): string {
  const [bond, bridge, { vlan }] = [`bond${place.vlan}`, bridgeOf(place), place];
  return `${bondScript(place, nicsOf(place), options)}
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

export const addressed = (
  place: Place,
  device: string = place.network,
) => `ip address add ${targetOf(place)}/24 dev ${device}
ip link set ${device} up`;

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
