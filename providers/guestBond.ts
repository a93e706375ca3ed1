// GuestBond: the network inside one Linux guest, with its bonds, as one Pulumi resource. I/O happens in its provider.
import * as pulumi from "@pulumi/pulumi";
import { checkEnvironmentSpec } from "./engine/check.js";
import { type MachineArgs, MachineResource } from "./engine/resource.js";
import type { HypervisorArgs } from "./hypervisorArgs.js";
import type { EnvironmentSpec } from "./model/environment.js";
import type { GuestAgentSpec, SshSpec } from "./model/ssh.js";
import type { Guest, VirtualMachineSpec, VmPortSpec } from "./model/virtualMachine.js";
import { netplan } from "./platforms/netplan/index.js";
import { requireValid } from "./problems.js";

/** The inside of a guest in the words of the environment file, for programs that do without the file. */
export interface GuestBondArgs {
  /** Networks of the ports, by name. */
  readonly networks: NonNullable<EnvironmentSpec["networks"]>;
  /** Ports of the VM by name, each with the network it is on. */
  readonly ports: Readonly<Record<string, Omit<VmPortSpec, "portGroup" | "interface"> & { readonly network: string }>>;
  readonly bonds?: NonNullable<VirtualMachineSpec["bonds"]>;
  /** Host name or IP address of the guest. Default: the resource's name. */
  readonly address?: string;
  readonly ssh?: SshSpec;
  /** Reaches the guest through libvirt on its KVM host, which is reached over SSH. Default: SSH to the guest itself. */
  readonly guestAgent?: GuestAgentSpec & { readonly host: HypervisorArgs };
  /** Marks in the guest what is ours. Default: the name of the stack. */
  readonly environment?: string;
}

/**
 * A Linux guest whose netplan file is as declared. Type `dynamic/netplan:Guest`. The file is checked by the guest's
 * own `netplan generate` and put in place; it takes effect at the next boot or `netplan apply`.
 *
 * Errors: as of {@link KvmHost}.
 */
export class GuestBond extends MachineResource<Guest> {
  /** The netplan file. */
  declare readonly netplan: pulumi.Output<string>;

  constructor(name: string, args: GuestBondArgs | MachineArgs<Guest>, options?: pulumi.CustomResourceOptions) {
    super(netplan, name, { args: "machine" in args ? args : fromSpec(name, args), options });
  }
}

/** The checks want a host below the guest: one with a switch that has a port group for every network. */
function fromSpec(name: string, args: GuestBondArgs): MachineArgs<Guest> {
  const { networks, ports, bonds = {}, address = name, ssh = {}, environment = pulumi.getStack(), guestAgent } = args;
  const { host: hypervisor = { name: "below" }, ...agent } = guestAgent ?? {};
  const { name: host, ...reached } = hypervisor;
  const portGroups = Object.fromEntries(Object.keys(networks).map((network) => [network, {}]));
  const below = {
    platform: "kvm" as const,
    ...reached,
    uplinks: { up0: {}, up1: {} },
    virtualSwitches: { vs0: { uplinkTeam: { members: ["up0", "up1"] }, portGroups } },
  };
  const placed = Object.entries(ports).map(([port, { network, ...spec }], index) => [
    port,
    { ...spec, portGroup: `vs0/${network}`, interface: `port${index}` },
  ]);
  const vm: VirtualMachineSpec = {
    host,
    ports: Object.fromEntries(placed),
    guest: {
      os: "linux",
      renderer: "netplan",
      ...(guestAgent === undefined ? { address, ssh } : { guestAgent: agent }),
    },
    bonds,
  };
  const checked = checkEnvironmentSpec({ environment, networks, hosts: { [host]: below }, vms: { [name]: vm } });
  const [machine] = requireValid(checked, `GuestBond "${name}"`).virtualMachines;
  if (!machine?.guest) throw new Error(`GuestBond "${name}" has no model`);
  return { machine: machine.guest, environment };
}
