// KvmHost: one KVM host with its virtual switches, as one Pulumi resource. I/O happens in its provider.
import type * as pulumi from "@pulumi/pulumi";
import { type MachineArgs, MachineResource } from "./engine/resource.js";
import { type HostArgs, hostMachine } from "./hostArgs.js";
import type { Environment } from "./model/environment.js";
import type { KvmHost as KvmHostModel } from "./model/host.js";
import { kvm } from "./platforms/kvm/index.js";

/** A KVM host in the words of the environment file, for programs that do without the file. */
export interface KvmHostArgs extends HostArgs {}

const OF = {
  kind: "KvmHost",
  platform: "kvm",
  hosts: ({ kvmHosts }: Environment) => kvmHosts,
} as const;

/**
 * A KVM host whose virtual switches are as declared. Type `dynamic/kvm:Host`.
 *
 * Errors: an invalid argument ends the program with one message per problem. On `up`: ConflictError when bridges or
 * ports of others stand in the way, RevertedError when the host put back what it had, because it read back otherwise or
 * could not be reached any more, UnverifiedError when it never answered again, HostError from the connection.
 */
export class KvmHost extends MachineResource<KvmHostModel> {
  /** Virtual functions: the files that make them, now and at every boot. Undefined where there are none, as all that follows. */
  declare readonly sriov: pulumi.Output<string | undefined>;
  /** Bonds, bridges, VLAN devices and addresses of the kernel: the files of the host's renderer. */
  declare readonly linux: pulumi.Output<string | undefined>;
  /** The configuration of Open vSwitch: the script that makes it so. */
  declare readonly openvswitch: pulumi.Output<string | undefined>;
  /** Which frames of VM ports pass, by the security of their port groups: rules of nftables, and what loads them. */
  declare readonly nftables: pulumi.Output<string | undefined>;
  /** Networks and interfaces in libvirt: their XML. */
  declare readonly libvirt: pulumi.Output<string | undefined>;
  /** What cloud-init gives VMs at their first start: the files of their seeds. */
  declare readonly cloudInit: pulumi.Output<string | undefined>;

  constructor(name: string, args: KvmHostArgs | MachineArgs<KvmHostModel>, options?: pulumi.CustomResourceOptions) {
    super(kvm, name, { args: "machine" in args ? args : hostMachine(name, args, OF), options });
  }
}
