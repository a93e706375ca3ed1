// HypervHost: one Hyper-V host with its virtual switches, as one Pulumi resource. I/O happens in its provider.
import * as pulumi from "@pulumi/pulumi";
import { checkEnvironmentSpec } from "./engine/check.js";
import { type MachineArgs, MachineResource } from "./engine/resource.js";
import type { EnvironmentSpec } from "./model/environment.js";
import type { HostSpec } from "./model/host.js";
import type { HypervHost as HypervHostModel } from "./model/hypervHost.js";
import { hyperv } from "./platforms/hyperv/index.js";
import { requireValid } from "./problems.js";

/** A Hyper-V host in the words of the environment file, for programs that do without the file. */
export interface HypervHostArgs extends Omit<HostSpec, "platform" | "profile"> {
  /** Networks that the port groups carry, by name. */
  readonly networks: NonNullable<EnvironmentSpec["networks"]>;
  /** VMs on the host by name: their network adapters are made and set. */
  readonly vms?: Readonly<Record<string, Omit<NonNullable<EnvironmentSpec["vms"]>[string], "host">>>;
  /** Marks on the host what is ours. Default: the name of the stack. */
  readonly environment?: string;
}

/**
 * A Hyper-V host whose virtual switches are as declared. Type `dynamic/hyperv:Host`.
 *
 * Errors: an invalid argument ends the program with one message per problem. On `up`: ConflictError when bridges or
 * ports of others stand in the way, RevertedError when the host put back what it had, because it read back otherwise or
 * could not be reached any more, UnverifiedError when it never answered again, HostError from the connection.
 */
export class HypervHost extends MachineResource<HypervHostModel> {
  /** SR-IOV of NICs: the script that sets it. Undefined where there is none, as all that follows. */
  declare readonly nics: pulumi.Output<string | undefined>;
  /** Teams of NIC Teaming below switches: the script that makes them so. */
  declare readonly lbfo: pulumi.Output<string | undefined>;
  /** Virtual switches, adapters of the management OS and of VMs: the script that makes them so. */
  declare readonly vmswitch: pulumi.Output<string | undefined>;
  /** Addresses of the management OS: the script that sets them. */
  declare readonly tcpip: pulumi.Output<string | undefined>;

  constructor(
    name: string,
    args: HypervHostArgs | MachineArgs<HypervHostModel>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(hyperv, name, { args: "machine" in args ? args : fromSpec(name, args), options });
  }
}

function fromSpec(
  name: string,
  { networks, vms, environment = pulumi.getStack(), ...host }: HypervHostArgs,
): MachineArgs<HypervHostModel> {
  const placed = Object.fromEntries(Object.entries(vms ?? {}).map(([vm, spec]) => [vm, { ...spec, host: name }]));
  const spec: EnvironmentSpec = {
    environment,
    networks,
    hosts: { [name]: { ...host, platform: "hyperv" } },
    vms: placed,
  };
  const [machine] = requireValid(checkEnvironmentSpec(spec), `HypervHost "${name}"`).hypervHosts;
  if (!machine) throw new Error(`HypervHost "${name}" has no model`);
  return { machine, environment };
}
