// LinuxGuest: the network inside one Linux guest, as one Pulumi resource. I/O happens in its provider.
import * as pulumi from "@pulumi/pulumi";
import { checkEnvironmentSpec } from "./engine/check.js";
import { type MachineArgs, MachineResource } from "./engine/resource.js";
import type { HypervisorArgs } from "./hypervisorArgs.js";
import type { EnvironmentSpec } from "./model/environment.js";
import type { GuestAgentSpec, VmwareToolsSpec } from "./model/ssh.js";
import type { Guest, GuestSpec, VirtualMachineSpec, VmPortSpec } from "./model/virtualMachine.js";
import { linuxGuests } from "./platforms/linuxGuest/index.js";
import { requireValid } from "./problems.js";

/** The inside of a guest in the words of the environment file, for programs that do without the file. */
export interface LinuxGuestArgs extends Omit<GuestSpec, "os" | "guestAgent" | "vmwareTools" | "cloudInit"> {
  /** Networks of the ports and of interfaces in VLANs, by name. */
  readonly networks: NonNullable<EnvironmentSpec["networks"]>;
  /** Ports of the VM by name, each with the network it is on. */
  readonly ports: Readonly<Record<string, Omit<VmPortSpec, "portGroup" | "interface"> & { readonly network: string }>>;
  readonly bonds?: NonNullable<VirtualMachineSpec["bonds"]>;
  /** Reaches the guest through libvirt on its KVM host, which is reached over SSH. Default: SSH to the guest itself. */
  readonly guestAgent?: GuestAgentSpec & { readonly host: HypervisorArgs };
  /** Reaches the guest through vCenter, which asks VMware Tools in it; `host` is the ESXi host's name in vCenter. */
  readonly vmwareTools?: VmwareToolsSpec & { readonly host: string };
  /** Marks in the guest what is ours. Default: the name of the stack. */
  readonly environment?: string;
}

/**
 * A Linux guest whose ports, bonds, VLANs and addresses are as declared, now and after a restart. Type `dynamic/linux:Guest`. A change is
 * confirmed or put back, as on hosts.
 *
 * Errors: as of {@link KvmHost}.
 */
export class LinuxGuest extends MachineResource<Guest> {
  /** Bonds, VLAN devices and addresses: the files of the guest's renderer. */
  declare readonly linux: pulumi.Output<string | undefined>;

  constructor(name: string, args: LinuxGuestArgs | MachineArgs<Guest>, options?: pulumi.CustomResourceOptions) {
    super(linuxGuests, name, { args: "machine" in args ? args : fromSpec(name, args), options });
  }
}

/** The checks want a host below the guest: one with a switch that has a port group for every network. */
function fromSpec(name: string, args: LinuxGuestArgs): MachineArgs<Guest> {
  const { networks, ports, bonds = {}, environment = pulumi.getStack(), guestAgent, vmwareTools, ...guest } = args;
  const { host: hypervisor = { name: "below" }, ...agent } = guestAgent ?? {};
  const { host: esxHost, ...tools } = vmwareTools ?? {};
  const { name: host, ...reached } = hypervisor;
  const isOnEsx = vmwareTools !== undefined && guestAgent === undefined;
  const portGroups = Object.fromEntries(Object.keys(networks).map((network) => [network, {}]));
  const platform = isOnEsx
    ? { platform: "vsphere" as const, address: esxHost }
    : { platform: "kvm" as const, ...reached };
  const below = {
    ...platform,
    uplinks: { up0: {}, up1: {} },
    virtualSwitches: { vs0: { uplinkTeam: { members: ["up0", "up1"] }, portGroups } },
  };
  const placed = Object.entries(ports).map(([port, { network, ...spec }], index) => [
    port,
    { ...spec, portGroup: `vs0/${network}`, ...(isOnEsx ? {} : { interface: `port${index}` }) },
  ]);
  const ways = {
    ...(guestAgent === undefined ? {} : { guestAgent: agent }),
    ...(vmwareTools === undefined ? {} : { vmwareTools: tools }),
  };
  const vm: VirtualMachineSpec = {
    host,
    ports: Object.fromEntries(placed),
    guest: { os: "linux", ...guest, ...ways },
    bonds,
  };
  const checked = checkEnvironmentSpec({ environment, networks, hosts: { [host]: below }, vms: { [name]: vm } });
  const [machine] = requireValid(checked, `LinuxGuest "${name}"`).virtualMachines;
  if (!machine?.guest) throw new Error(`LinuxGuest "${name}" has no model`);
  return { machine: machine.guest, environment };
}
