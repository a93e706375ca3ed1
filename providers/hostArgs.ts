// A host that is configured over SSH, as the argument of its resource: in the words of the environment file, for programs that do without.
import * as pulumi from "@pulumi/pulumi";
import { checkEnvironmentSpec } from "./engine/check.js";
import type { MachineArgs } from "./engine/resource.js";
import type { Environment, EnvironmentSpec } from "./model/environment.js";
import type { HostPlatform, HostSpec } from "./model/host.js";
import { requireValid } from "./problems.js";

export interface HostArgs extends Omit<HostSpec, "platform" | "profile"> {
  /** Networks that the port groups carry, by name. */
  readonly networks: NonNullable<EnvironmentSpec["networks"]>;
  /** VMs on the host by name: their ports are put on its switches. */
  readonly vms?: Readonly<Record<string, Omit<NonNullable<EnvironmentSpec["vms"]>[string], "host">>>;
  /** Marks on the host what is ours. Default: the name of the stack. */
  readonly environment?: string;
}

/** The model of the only host that such arguments declare; problems of theirs end the program, told as of `kind`. */
export function hostMachine<Machine>(
  name: string,
  { networks, vms, environment = pulumi.getStack(), ...host }: HostArgs,
  of: {
    readonly kind: string;
    readonly platform: HostPlatform;
    readonly hosts: (environment: Environment) => readonly Machine[];
  },
): MachineArgs<Machine> {
  const placed = Object.fromEntries(Object.entries(vms ?? {}).map(([vm, spec]) => [vm, { ...spec, host: name }]));
  const hosts = { [name]: { ...host, platform: of.platform } };
  const spec: EnvironmentSpec = { environment, networks, hosts, vms: placed };
  const [machine] = of.hosts(requireValid(checkEnvironmentSpec(spec), `${of.kind} "${name}"`));
  if (!machine) throw new Error(`${of.kind} "${name}" has no model`);
  return { machine, environment };
}
