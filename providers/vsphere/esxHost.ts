// EsxHost: the network and the devices of one ESXi host, as one Pulumi resource. I/O happens in its provider.
import * as pulumi from "@pulumi/pulumi";
import { checkEnvironmentSpec } from "../engine/check.js";
import { type VcenterArgs, VcenterResource } from "../engine/vcenterResource.js";
import type { Environment, EnvironmentSpec } from "../model/environment.js";
import type { EsxHost as EsxHostModel, HostSpec } from "../model/host.js";
import type { HostFacts } from "../platforms/vsphere/host/facts.js";
import { esxHost } from "../platforms/vsphere/host/index.js";
import type { HostStep } from "../platforms/vsphere/host/steps.js";
import type { HostTarget, HostWords } from "../platforms/vsphere/host/words.js";
import { requireValid } from "../problems.js";

/** An ESXi host in the words of the environment file, for programs that do without the file. */
export interface EsxHostArgs extends Omit<HostSpec, "platform" | "profile" | "ssh"> {
  /** Networks that the port groups carry, by name. */
  readonly networks: NonNullable<EnvironmentSpec["networks"]>;
  /** Default: the name of the stack. */
  readonly environment?: string;
}

/**
 * An ESXi host whose standard switches, vmkernel ports, SR-IOV and passthrough are as declared. Type `dynamic/vsphere:Host`.
 *
 * Errors: an invalid argument ends the program with one message per problem. On `up`: VcenterConflictError when what others
 * made stands in the way, StepError with vCenter's own fault, NoProgressError when vCenter reads back otherwise.
 */
export class EsxHost extends VcenterResource<EsxHostModel, HostTarget, HostWords, HostFacts, HostStep> {
  constructor(
    name: string,
    args: EsxHostArgs | VcenterArgs<EsxHostModel, HostTarget>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(esxHost, name, { args: "model" in args ? args : fromSpec(name, args), options });
  }
}

/**
 * The hosts of an environment, without their vmkernel ports on distributed switches. Of one redundancy group one at a time: a
 * host that may be restarted waits for the one before it, and the first failure stops the others.
 */
export function esxHosts(
  { name: environment, esxHosts: models }: Environment,
  options: pulumi.CustomResourceOptions,
): Record<string, EsxHost> {
  const last = new Map<string, EsxHost>();
  const hosts: [string, EsxHost][] = [];
  for (const model of models) {
    const own = { ...model, vmkernelPorts: model.vmkernelPorts.filter((port) => port.switchKind === "standard") };
    if (!hasSettings(own)) continue;
    const before = model.reboot === "whenRequired" ? last.get(model.redundancyGroup) : undefined;
    const host = new EsxHost(
      model.name,
      { model: own, environment, target: { address: model.address } },
      { ...options, ...(before ? { dependsOn: before } : {}) },
    );
    if (model.reboot === "whenRequired") last.set(model.redundancyGroup, host);
    hosts.push([model.name, host]);
  }
  return Object.fromEntries(hosts);
}

/** A host that only lends its NICs to distributed switches has nothing of its own to be set. */
function hasSettings({ standardSwitches, vmkernelPorts: ports, uplinks, passthrough }: EsxHostModel): boolean {
  const isSriovSet = uplinks.some(({ numVfs }) => numVfs !== undefined);
  return standardSwitches.length + ports.length + passthrough.length > 0 || isSriovSet;
}

/** The vmkernel ports of hosts on distributed switches, which have to be there first: `<host>/distributed`. */
export function vmkernelPorts(
  { name: environment, esxHosts: models }: Environment,
  options: pulumi.CustomResourceOptions,
): EsxHost[] {
  return models.flatMap((model) => {
    const ports = model.vmkernelPorts.filter((port) => port.switchKind === "distributed");
    if (ports.length === 0) return [];
    const part: EsxHostModel = {
      ...model,
      uplinks: [],
      standardSwitches: [],
      vmkernelPorts: ports,
      passthrough: [],
      reboot: "never",
    };
    const args = { model: part, environment, target: { address: model.address } };
    return [new EsxHost(`${model.name}/distributed`, args, options)];
  });
}

function fromSpec(
  name: string,
  { networks, environment = pulumi.getStack(), ...host }: EsxHostArgs,
): VcenterArgs<EsxHostModel, HostTarget> {
  const spec: EnvironmentSpec = { environment, networks, hosts: { [name]: { ...host, platform: "vsphere" } } };
  const [model] = requireValid(checkEnvironmentSpec(spec), `EsxHost "${name}"`).esxHosts;
  if (!model) throw new Error(`EsxHost "${name}" has no model`);
  return { model, environment, target: { address: model.address } };
}
