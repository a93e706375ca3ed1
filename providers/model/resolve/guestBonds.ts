// Bonds inside a Linux guest: their members, how they work, and what is on them. Pure.
import { BOND_TEAM_KEYS, type Bond, type BondSpec } from "../bond.js";
import { toInterfaceIp } from "../interfaceIp.js";
import { type Network, NO_NETWORK } from "../network.js";
import { checkTeamKeys, toUplinkTeam, type UplinkTeamSpec, unknownName } from "../uplinkTeam.js";
import { checkAddresses } from "./addresses.js";
import type { GuestContext } from "./guestContext.js";
import type { Claims, Scope } from "./scope.js";
import { placeVlans } from "./vlanInterfaces.js";
import type { HostBelow } from "./waysIn.js";

export interface BondContext extends Omit<GuestContext, keyof HostBelow> {
  /** The VM is on an ESXi host, whose port groups reject another MAC address unless they are told not to. */
  readonly isOnEsx: boolean;
  readonly bondName: string;
  readonly spec: BondSpec;
  readonly taken: Claims;
}

/** Members are ports of the VM, of this bond alone, and of one network: that which they carry. */
export function checkBondMembers(
  scope: Scope,
  { bondName, spec, vm, ports, taken }: Pick<BondContext, "bondName" | "spec" | "vm" | "ports" | "taken">,
): Network | undefined {
  const path = ["vms", vm.key, "bonds", bondName];
  for (const [index, member] of spec.members.entries()) {
    const at = [...path, "members", index];
    const port = ports.find((candidate) => candidate.name === member);
    if (port) taken.take(member, `bond ${bondName}`, { path: at, remedy: "A port belongs to one bond." });
    // A port that is declared and has no place has an error of its own.
    else if (!Object.hasOwn(vm.body.ports, member))
      scope.add(unknownName({ noun: "port", name: member, known: Object.keys(vm.body.ports), path: at }));
  }
  const members = ports.filter((port) => spec.members.includes(port.name));
  const network = members[0]?.network;
  const stranger = members.find((port) => port.network.name !== network?.name);
  if (stranger) {
    scope.error("schema", [...path, "members"], {
      message: `the members carry different networks (${network?.name}, ${stranger.network.name})`,
      remedy: "Bond ports of one network.",
    });
  }
  return network;
}

export function toBond(
  scope: Scope,
  { bondName, spec, vm, ports, functionPorts, isOnEsx, taken, shared }: BondContext,
): Bond {
  const path = ["vms", vm.key, "bonds", bondName];
  const network = checkBondMembers(scope, { bondName, spec, vm, ports, taken });
  if (Object.hasOwn(vm.body.ports, bondName))
    scope.error("duplicate", path, {
      message: "a port of the VM has the same name as the bond",
      found: bondName,
      remedy: "Rename one of the two.",
    });
  const keys = teamKeysOf(spec);
  scope.add(...checkTeamKeys(keys, path));
  const owner = `bond ${bondName} of VM ${vm.name}`;
  checkAddresses(scope, { owner, network, spec, path, shared, takesWord: vm.body.guest?.os === "linux" });
  const vlans = placeVlans(scope, { interfaces: spec.interfaces, below: network, owner, path, shared });
  const isHeld = isOnEsx || spec.members.some((member) => functionPorts.includes(member));
  return {
    name: bondName,
    ...withFailOverMac(toUplinkTeam(keys), isHeld),
    ...toInterfaceIp(spec, network ?? NO_NETWORK),
    vlans: vlans.map((place) => ({ vlan: place.vlan, ...toInterfaceIp(place.spec, place.network) })),
  };
}

/** What of a bond is also a key of an uplink team. */
function teamKeysOf(spec: BondSpec): UplinkTeamSpec {
  const given = Object.entries(spec).filter(([key]) => (BOND_TEAM_KEYS as readonly string[]).includes(key));
  return { members: spec.members, ...Object.fromEntries(given) };
}

/** What may take another MAC address only where its host lets it keeps its own. */
function withFailOverMac(team: ReturnType<typeof toUplinkTeam>, isHeld: boolean) {
  const isLeft = isHeld && team.policy === "active-backup" && !team.given.includes("failOverMac");
  return isLeft ? { ...team, bond: { ...team.bond, failOverMac: "active" as const } } : team;
}
