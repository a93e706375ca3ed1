// What a namespaces lab consists of, as data: machines and the cables between them. Pure.

/** A KVM host or a guest: reached over SSH, with NICs of its own. */
export interface SshMachine {
  readonly kind: "kvm" | "guest";
  readonly name: string;
  /** Reached through this machine only (ProxyJump); without it, from 127.0.0.1. */
  readonly behind?: string;
  /** Root may also log in with this password. */
  readonly password?: string;
  /** Addresses that the lab itself sets, where nothing that is tested does. */
  readonly addresses?: readonly NicAddress[];
}

/** An address in CIDR notation on a NIC. */
export interface NicAddress {
  readonly nic: string;
  readonly address: string;
}

/** A physical switch's stand-in. An MLAG pair is one of these: it is one LACP partner. */
export interface SwitchMachine {
  readonly kind: "switch";
  readonly name: string;
  readonly portChannels: readonly PortChannel[];
  readonly core: readonly CoreInterface[];
}

/** A LAG of the switch; its members are ports that cables end in. */
export interface PortChannel {
  readonly name: string;
  readonly members: readonly string[];
  readonly lacp: "active" | "passive" | "off";
  readonly lacpRate: "fast" | "slow";
  readonly trunks: readonly number[];
}

/** The switch's own foot in a VLAN, to ping from and to be pinged. */
export interface CoreInterface {
  readonly name: string;
  readonly vlan: number;
  readonly address: string;
  /** Default 1500. */
  readonly mtuBytes?: number;
}

export type LabMachine = SshMachine | SwitchMachine;

/** One end of a cable: it becomes the interface `nic` of `machine`. */
export interface CableEnd {
  readonly machine: string;
  readonly nic: string;
  /** Default: the kernel chooses one. */
  readonly mac?: string;
  /** Default: 9216 on a switch, 1500 elsewhere. */
  readonly mtuBytes?: number;
}

/** From a host to a switch, or from a guest (`a`) to the host's side of its port (`b`). A pulled cable is down at `b`. */
export interface Cable {
  readonly a: CableEnd;
  readonly b: CableEnd;
}

/** A whole lab. */
export interface LabTopology {
  readonly machines: readonly LabMachine[];
  readonly cables: readonly Cable[];
}

/** The machines that have an SSH server. */
export function sshMachines(topology: LabTopology): readonly SshMachine[] {
  return topology.machines.filter((machine): machine is SshMachine => machine.kind !== "switch");
}

/** The switches. */
export function switchMachines(topology: LabTopology): readonly SwitchMachine[] {
  return topology.machines.filter((machine): machine is SwitchMachine => machine.kind === "switch");
}

/** The cable that ends in this NIC of this machine. */
export function findCable(topology: LabTopology, machine: string, nic: string): Cable {
  const cable = topology.cables.find(({ a, b }) => [a, b].some((end) => end.machine === machine && end.nic === nic));
  if (cable === undefined) throw new Error(`no cable of this lab ends in ${machine} ${nic}`);
  return cable;
}

// Both go into shell commands, file names and configuration files as they are.
const machineName = /^[a-z0-9][a-z0-9-]{0,62}$/;
const interfaceName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/;

/** All that keeps this topology from being built, in words. */
export function checkTopology({ machines, cables }: LabTopology): readonly string[] {
  const names = machines.map(({ name }) => name);
  const ends = cables.flatMap(({ a, b }) => [a, b]);
  const jumps = machines.flatMap((machine) => (machine.kind !== "switch" && machine.behind ? [machine.behind] : []));
  const endNames = ends.map(({ machine, nic }) => `${machine} ${nic}`);
  return [
    ...names.filter((name) => !machineName.test(name)).map((name) => `"${name}" is not a host name`),
    ...repeated(names).map((name) => `machine "${name}" is there twice`),
    ...ends
      .filter(({ nic }) => !interfaceName.test(nic) || nic === "mgmt0" || nic === "lo")
      .map(({ machine, nic }) => `${machine}: "${nic}" cannot name a NIC (1-15 characters, not mgmt0 or lo)`),
    ...repeated(endNames).map((end) => `two cables end in ${end}`),
    ...[...ends.map(({ machine }) => machine), ...jumps]
      .filter((name) => !names.includes(name))
      .map((name) => `no machine "${name}"; there are ${names.join(", ")}`),
  ];
}

function repeated(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
