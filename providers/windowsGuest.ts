// WindowsGuest: the network inside one Windows guest, with its teams, as one Pulumi resource. I/O happens in its provider.
import * as pulumi from "@pulumi/pulumi";
import { checkEnvironmentSpec } from "./engine/check.js";
import { type MachineArgs, MachineResource } from "./engine/resource.js";
import type { HypervisorArgs } from "./hypervisorArgs.js";
import type { EnvironmentSpec } from "./model/environment.js";
import type { PowershellDirectSpec, SshSpec } from "./model/ssh.js";
import type { VirtualMachineSpec, VmPortSpec } from "./model/virtualMachine.js";
import type { WindowsGuest as WindowsGuestModel, WindowsGuestSpec } from "./model/windowsGuest.js";
import { windows } from "./platforms/windows/index.js";
import { requireValid } from "./problems.js";

/** The inside of a guest in the words of the environment file, for programs that do without the file. */
export interface WindowsGuestArgs extends Omit<WindowsGuestSpec, "os" | "ssh" | "powershellDirect"> {
  /** Networks of the ports, by name. */
  readonly networks: NonNullable<EnvironmentSpec["networks"]>;
  /** Ports of the VM by name, each with the network it is on. */
  readonly ports: Readonly<Record<string, Omit<VmPortSpec, "portGroup" | "interface"> & { readonly network: string }>>;
  readonly bonds?: NonNullable<VirtualMachineSpec["bonds"]>;
  readonly ssh?: SshSpec;
  /** Reaches the guest through its Hyper-V host, which is reached over SSH. Default: SSH to the guest itself. */
  readonly powershellDirect?: PowershellDirectSpec & { readonly host: HypervisorArgs };
  /** Marks in the guest what is ours. Default: the name of the stack. */
  readonly environment?: string;
}

/**
 * A Windows guest whose teams and IP settings are as declared. Type `dynamic/windows:Guest`. A change is confirmed or put back, as on hosts.
 *
 * Errors: as of {@link HypervHost}.
 */
export class WindowsGuest extends MachineResource<WindowsGuestModel> {
  /** Teams of NIC Teaming: the script that makes them so. Undefined where there is none, as what follows. */
  declare readonly lbfo: pulumi.Output<string | undefined>;
  /** Jumbo frames of network cards: the script that lets them through. */
  declare readonly jumbo: pulumi.Output<string | undefined>;
  /** Addresses and routes of ports and teams: the script that sets them. */
  declare readonly tcpip: pulumi.Output<string | undefined>;

  constructor(
    name: string,
    args: WindowsGuestArgs | MachineArgs<WindowsGuestModel>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(windows, name, { args: "machine" in args ? args : fromSpec(name, args), options });
  }
}

/** The checks want a host below the guest: one with a switch of its own for every port, that has a port group for every network. */
function fromSpec(name: string, args: WindowsGuestArgs): MachineArgs<WindowsGuestModel> {
  const { networks, ports, bonds = {}, environment = pulumi.getStack(), powershellDirect, ...guest } = args;
  const { host: hypervisor = { name: "below" }, ...direct } = powershellDirect ?? {};
  const { name: host, ...reached } = hypervisor;
  const portGroups = Object.fromEntries(Object.keys(networks).map((network) => [network, {}]));
  const names = Object.keys(ports);
  const below = {
    platform: "hyperv" as const,
    ...reached,
    uplinks: Object.fromEntries(names.map((_, index) => [`up${index}`, {}])),
    virtualSwitches: Object.fromEntries(
      names.map((_, index) => [`vs${index}`, { uplinkTeam: { members: [`up${index}`] }, portGroups }]),
    ),
  };
  const placed = names.map((port, index) => {
    const { network, ...spec } = ports[port] ?? { network: "" };
    return [port, { ...spec, portGroup: `vs${index}/${network}` }] as const;
  });
  const vm: VirtualMachineSpec = {
    host,
    ports: Object.fromEntries(placed),
    guest: { os: "windows", ...guest, ...(powershellDirect === undefined ? {} : { powershellDirect: direct }) },
    bonds,
  };
  const checked = checkEnvironmentSpec({ environment, networks, hosts: { [host]: below }, vms: { [name]: vm } });
  const [machine] = requireValid(checked, `WindowsGuest "${name}"`).virtualMachines;
  if (!machine?.windowsGuest) throw new Error(`WindowsGuest "${name}" has no model`);
  return { machine: machine.windowsGuest, environment };
}
