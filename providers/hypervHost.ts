// HypervHost: one Hyper-V host with its virtual switches, as one Pulumi resource. I/O happens in its provider.
import type * as pulumi from "@pulumi/pulumi";
import { type MachineArgs, MachineResource } from "./engine/resource.js";
import { type HostArgs, hostMachine } from "./hostArgs.js";
import type { Environment } from "./model/environment.js";
import type { HypervHost as HypervHostModel } from "./model/hypervHost.js";
import { hyperv } from "./platforms/hyperv/index.js";

/** A Hyper-V host in the words of the environment file, for programs that do without the file. */
export interface HypervHostArgs extends HostArgs {}

const OF = {
  kind: "HypervHost",
  platform: "hyperv",
  hosts: ({ hypervHosts }: Environment) => hypervHosts,
} as const;

/**
 * A Hyper-V host whose virtual switches are as declared. Type `dynamic/hyperv:Host`.
 *
 * Errors: an invalid argument ends the program with one message per problem. On `up`: ConflictError when switches, teams or adapters
 * of others stand in the way, RevertedError when the host put back what it had, because it read back otherwise or
 * could not be reached any more, UnverifiedError when it never answered again, HostError from the connection.
 */
export class HypervHost extends MachineResource<HypervHostModel> {
  /** SR-IOV of NICs: the script that sets it. Undefined where there is none, as all that follows. */
  declare readonly nics: pulumi.Output<string | undefined>;
  /** Teams of NIC Teaming below switches: the script that makes them so. */
  declare readonly lbfo: pulumi.Output<string | undefined>;
  /** Virtual switches, adapters of the management OS and of VMs: the script that makes them so. */
  declare readonly vmswitch: pulumi.Output<string | undefined>;
  /** Jumbo frames of NICs and of adapters of the management OS: the script that lets them through. */
  declare readonly jumbo: pulumi.Output<string | undefined>;
  /** Addresses of the management OS: the script that sets them. */
  declare readonly tcpip: pulumi.Output<string | undefined>;

  constructor(
    name: string,
    args: HypervHostArgs | MachineArgs<HypervHostModel>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(hyperv, name, { args: "machine" in args ? args : hostMachine(name, args, OF), options });
  }
}
