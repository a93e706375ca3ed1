// How a stage of two bonds in a guest comes about: the host's side of its virtual functions, the bonds by hand as a script, and the same as an
// environment file. The emulated machine is both. Pure.
import { macOf } from "../../lab/qemu/emulator";
import { addressed, bondScript, nicsOf, PLACES, type Place, targetOf } from "./failoverMaking.js";
import { isFunctions, type Maker, type MeasuredBond, type Stage } from "./failoverStages.js";

const portsOf = (place: Place, bond: MeasuredBond) =>
  nicsOf(place).map((nic) => (isFunctions(bond) ? `${nic}v0` : nic));
const vlanOf = ({ vlan }: Place) => `bond${vlan}.${vlan}`;
/** Of functions: a MAC address that only the host may change. */
const functionMacOf = (cable: Parameters<typeof macOf>[0]) => macOf(cable).replace(":bb:", ":cc:");

export function guestHandScript({ bonds }: Stage, maker: Maker): string {
  const parts = PLACES.map((place, index) => {
    const bond = bonds[index] as MeasuredBond;
    return `${bondScript(place, portsOf(place, bond), bond.made[maker].options)}
ip link add link bond${place.vlan} name ${vlanOf(place)} type vlan id ${place.vlan}
${addressed(place, vlanOf(place))}`;
  });
  return ["set -e", ...parts].join("\n");
}

const uplinksOf = ({ bonds }: Stage) =>
  PLACES.filter((_, index) => isFunctions(bonds[index] as MeasuredBond)).flatMap((place) =>
    place.cables.map(
      (cable) =>
        `enp${cable}s0: { sriov: { numVfs: 1, vf: { 0: { mac: "${functionMacOf(cable)}", vlan: 0, trust: false, spoofCheck: true } } } }`,
    ),
  );

/** The cards whose functions the guest has, as a host of its own: whoever measures applies it first. */
export const hostSideOf = (stage: Stage) => `environment: host-side
networks: {}
hosts: { lab: { platform: kvm, ssh: { confirmSeconds: 120 }, uplinks: { ${uplinksOf(stage).join(", ")} } } }
`;

export function guestEnvironmentOf(stage: Stage): string {
  const sides = PLACES.map((place, index) => ({ place, bond: stage.bonds[index] as MeasuredBond }));
  const ports = sides.flatMap(({ place, bond }) =>
    place.cables.map((cable, index) => {
      const device = portsOf(place, bond)[index];
      const below = isFunctions(bond)
        ? `network: trunk${place.vlan}, vf: { uplink: enp${cable}s0, index: 0 }`
        : `portGroup: vs0/trunk${place.vlan}`;
      return `      ${device}: { ${below}, guestInterface: ${device} }`;
    }),
  );
  const bonds = sides.map(({ place, bond }) => {
    const { options } = bond.made.multiport;
    return `      bond${place.vlan}: { members: [${portsOf(place, bond).join(", ")}], ${options === "" ? "" : `${options}, `}interfaces: { ${place.network}: { addresses: [${targetOf(place)}/24] } } }`;
  });
  return `environment: failover
networks: { ${PLACES.map(({ network, vlan }) => `trunk${vlan}: { vlans: [${vlan}] }, ${network}: { vlan: ${vlan} }`).join(", ")} }
hosts:
  host:
    platform: kvm
    uplinks: { ${["ens1f0: ", "ens2f0: ", ...uplinksOf(stage)].join(", ")} }
    virtualSwitches: { vs0: { uplinkTeam: { members: [ens1f0, ens2f0] }, portGroups: [${PLACES.map(({ vlan }) => `trunk${vlan}`).join(", ")}] } }
vms:
  lab:
    host: host
    ports:
${ports.join("\n")}
    guest: { os: linux, renderer: networkd, ssh: { confirmSeconds: 120 } }
    bonds:
${bonds.join("\n")}
`;
}
