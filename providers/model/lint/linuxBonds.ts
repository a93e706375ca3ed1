// Every bond of the kernel with its surroundings, those of KVM hosts and those inside guests: what the rules about them walk over. Pure.
import type { Bond } from "../bond.js";
import type { KvmHost } from "../host.js";
import type { Path } from "../problem.js";
import type { Uplink } from "../uplink.js";
import type { UplinkTeam } from "../uplinkTeam.js";
import type { VirtualFunction } from "../virtualFunction.js";
import type { Guest, VirtualMachine } from "../virtualMachine.js";
import type { VirtualSwitch } from "../virtualSwitch.js";
import type { Design } from "./design.js";
import type { Finding, Rule, RuleText } from "./rule.js";

/** A team of a KVM host whose bond the kernel makes. */
export interface KernelTeam {
  readonly host: KvmHost;
  readonly virtualSwitch: VirtualSwitch;
  readonly team: UplinkTeam;
  /** The physical ports behind the members. */
  readonly uplinks: readonly Uplink[];
  readonly path: Path;
}

export function kernelTeams({ teams }: Design): KernelTeam[] {
  return teams.flatMap(({ kvm, team, hosts, path }) =>
    kvm?.virtualSwitch.bonding === "kernel"
      ? [{ ...kvm, team, path, uplinks: hosts.flatMap(({ uplinks }) => uplinks) }]
      : [],
  );
}

/** A virtual function of a KVM host that a bond in a guest has as its member. */
export interface BondedFunction {
  readonly port: string;
  readonly uplink: Uplink;
  readonly settings: VirtualFunction;
}

export interface GuestBond {
  readonly vm: VirtualMachine;
  readonly guest: Guest;
  readonly bond: Bond;
  /** Undefined: the VM is on a host of another platform. */
  readonly host: KvmHost | undefined;
  readonly isOnEsx: boolean;
  /** Members that are virtual functions of a KVM host. */
  readonly functions: readonly BondedFunction[];
  /** Those of them that have a virtio card beside them. */
  readonly pairs: readonly string[];
  /** Members that are ports of a virtual switch. */
  readonly virtualPorts: readonly string[];
  /** Those of them that are on one virtual switch with another member. */
  readonly together: readonly string[];
  readonly path: Path;
}

export function guestBonds({ environment, esxHosts }: Design): GuestBond[] {
  const hosts = new Map(environment.kvmHosts.map((host) => [host.name, host]));
  return environment.virtualMachines.flatMap((vm) =>
    (vm.guest?.bonds ?? []).flatMap((bond) =>
      vm.guest
        ? [toGuestBond({ vm, guest: vm.guest, bond, host: hosts.get(vm.host), isOnEsx: esxHosts.has(vm.host) })]
        : [],
    ),
  );
}

function toGuestBond(of: Pick<GuestBond, "vm" | "guest" | "bond" | "host" | "isOnEsx">): GuestBond {
  const { vm, bond, host } = of;
  const assigned = (vm.functions ?? []).filter(({ port }) => bond.members.includes(port));
  const functions = assigned.flatMap(({ port, uplink: name, index }): BondedFunction[] => {
    const uplink = host?.uplinks.find((candidate) => candidate.name === name);
    const settings = uplink?.sriov?.functions.find((candidate) => candidate.index === index);
    return uplink && settings ? [{ port, uplink, settings }] : [];
  });
  const esx = (vm.vsphere?.cards ?? []).filter(({ vf }) => vf).map(({ port }) => port);
  const apart = [...assigned.map(({ port }) => port), ...esx];
  const virtualPorts = bond.members.filter((member) => !apart.includes(member));
  const domain = host?.libvirt?.domains.find((candidate) => candidate.vm === vm.name);
  const pairs = (domain?.ports ?? []).filter((port) => port.card && port.function).map(({ name }) => name);
  const switchOf = (member: string) => of.guest.ports.find(({ name }) => name === member)?.switch;
  const together = virtualPorts.filter((member) =>
    virtualPorts.some((other) => other !== member && switchOf(other) === switchOf(member)),
  );
  return { ...of, functions, pairs, virtualPorts, together, path: ["vms", vm.name, "bonds", bond.name] };
}

export function kernelTeamRule(rule: RuleText, check: (place: KernelTeam, design: Design) => Iterable<Finding>): Rule {
  return {
    ...rule,
    *check(design) {
      for (const place of kernelTeams(design)) yield* check(place, design);
    },
  };
}

export function guestBondRule(rule: RuleText, check: (place: GuestBond) => Iterable<Finding>): Rule {
  return {
    ...rule,
    *check(design) {
      for (const place of guestBonds(design)) yield* check(place);
    },
  };
}

/** A rule about both kinds of bonds, each in its own words. */
export function linuxBondRule(
  rule: RuleText,
  ofHost: (place: KernelTeam, design: Design) => Iterable<Finding>,
  inGuest: (place: GuestBond) => Iterable<Finding>,
): Rule {
  return {
    ...rule,
    *check(design) {
      yield* kernelTeamRule(rule, ofHost).check(design);
      yield* guestBondRule(rule, inGuest).check(design);
    },
  };
}

/** Whether the file knows of VMs on the switch: their ports, or a network of libvirt that any VM may join. */
export function carriesVms({ host, virtualSwitch }: Pick<KernelTeam, "host" | "virtualSwitch">): boolean {
  const inLibvirt = host.libvirt?.networks.some((network) => network.switch === virtualSwitch.name) ?? false;
  return virtualSwitch.ports.length > 0 || inLibvirt;
}

/** What a hash of source MAC address and VLAN tells apart, as far as the file knows. */
export function isOneSource({ host, virtualSwitch }: Pick<KernelTeam, "host" | "virtualSwitch">): boolean {
  const own = host.hostPorts.filter((port) => port.switch === virtualSwitch.name);
  const networks = new Set(virtualSwitch.portGroups.map(({ network }) => network.name));
  return virtualSwitch.ports.length + own.length <= 1 && networks.size === 1;
}
