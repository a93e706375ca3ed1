// Environment: everything that one environment file declares, as Pulumi resources.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { checkEnvironmentSpec, checkEnvironmentText } from "./engine/check.js";
import { findProjectFolder } from "./engine/projectFolder.js";
import { HypervHost } from "./hypervHost.js";
import { KvmHost } from "./kvmHost.js";
import { LinuxGuest } from "./linuxGuest.js";
import type { Environment as EnvironmentModel, EnvironmentSpec } from "./model/environment.js";
import type { VirtualMachine as VirtualMachineModel } from "./model/virtualMachine.js";
import { requireValid } from "./problems.js";
import { DistributedSwitch } from "./vsphere/distributedSwitch.js";
import { type EsxHost, esxHosts, vmkernelPorts } from "./vsphere/esxHost.js";
import { type VirtualMachine, virtualMachines } from "./vsphere/virtualMachine.js";
import { WindowsGuest } from "./windowsGuest.js";

/** The environment as a file, or as a value that a program built. */
export type EnvironmentArgs = { readonly file: string } | { readonly spec: EnvironmentSpec };

/**
 * All machines and distributed switches of an environment. Type `multiport:index:Environment`.
 *
 * Errors: a file that can't be read or has errors ends the program with one message per problem and creates nothing.
 */
export class Environment extends pulumi.ComponentResource {
  readonly kvmHosts: Readonly<Record<string, KvmHost>>;
  readonly hypervHosts: Readonly<Record<string, HypervHost>>;
  readonly esxHosts: Readonly<Record<string, EsxHost>>;
  readonly distributedSwitches: Readonly<Record<string, DistributedSwitch>>;
  readonly virtualMachines: Readonly<Record<string, VirtualMachine>>;
  readonly linuxGuests: Readonly<Record<string, LinuxGuest>>;
  readonly windowsGuests: Readonly<Record<string, WindowsGuest>>;

  constructor(name: string, args: EnvironmentArgs, options?: pulumi.ComponentResourceOptions) {
    // Before any resource is registered: an invalid environment creates nothing.
    const model = "file" in args ? readEnvironment(args.file) : requireValid(checkEnvironmentSpec(args.spec), name);
    super("multiport:index:Environment", name, {}, options);
    const environment = model.name;
    this.esxHosts = esxHosts(model, { parent: this });
    this.distributedSwitches = named(model.distributedSwitches, (dvs) => {
      // Member hosts come first: a NIC leaves its standard switch before a distributed switch can have it.
      const dependsOn = dvs.hosts.flatMap(({ name: host }) => this.esxHosts[host] ?? []);
      return new DistributedSwitch(dvs.name, { model: dvs, environment }, { parent: this, dependsOn });
    });
    vmkernelPorts(model, { parent: this, dependsOn: Object.values(this.distributedSwitches) });
    const oneByOne = { parent: this, maxUnavailable: model.maxUnavailable };
    this.kvmHosts = inTurn(
      model.kvmHosts,
      oneByOne,
      (machine, rest) => new KvmHost(machine.name, { machine, environment }, rest),
    );
    this.hypervHosts = inTurn(
      model.hypervHosts,
      oneByOne,
      (machine, rest) => new HypervHost(machine.name, { machine, environment }, rest),
    );
    this.virtualMachines = virtualMachines(model, this, { parent: this });
    // Its ports come first: a guest that changes over to a network which is not there yet would be cut off.
    const inside = ({ name, host }: Pick<VirtualMachineModel, "name" | "host">): pulumi.CustomResourceOptions => {
      const below = this.virtualMachines[name] ?? this.kvmHosts[host] ?? this.hypervHosts[host];
      return { parent: this, ...(below ? { dependsOn: below } : {}) };
    };
    this.linuxGuests = named(linuxGuestsOf(model), ({ guest, ...vm }) => {
      return new LinuxGuest(guest.name, { machine: guest, environment }, inside(vm));
    });
    this.windowsGuests = named(windowsGuestsOf(model), ({ guest, ...vm }) => {
      return new WindowsGuest(guest.name, { machine: guest, environment }, inside(vm));
    });
    this.registerOutputs({});
  }
}

/**
 * Hosts of a redundancy group wait for each other: as many at a time as may be unavailable. One that fails keeps those behind it from
 * being changed, because Pulumi leaves alone what depends on it.
 */
function inTurn<Model extends { readonly name: string; readonly redundancyGroup: string }, R extends pulumi.Resource>(
  machines: readonly Model[],
  { maxUnavailable, ...options }: pulumi.CustomResourceOptions & { readonly maxUnavailable: number },
  create: (machine: Model, options: pulumi.CustomResourceOptions) => R,
): Record<string, R> {
  const groups = new Map<string, R[]>();
  return named(machines, (machine) => {
    const group = groups.get(machine.redundancyGroup) ?? [];
    const before = group.at(-maxUnavailable);
    const dependsOn = group.length < maxUnavailable || before === undefined ? [] : [before];
    const host = create(machine, { ...options, dependsOn });
    group.push(host);
    groups.set(machine.redundancyGroup, group);
    return host;
  });
}

function linuxGuestsOf(model: EnvironmentModel) {
  return model.virtualMachines.flatMap(({ name, guest, host }) => (guest ? [{ name, guest, host }] : []));
}

function windowsGuestsOf(model: EnvironmentModel) {
  return model.virtualMachines.flatMap(({ name, windowsGuest: guest, host }) => (guest ? [{ name, guest, host }] : []));
}

function named<T extends { readonly name: string }, R>(items: readonly T[], create: (item: T) => R): Record<string, R> {
  return Object.fromEntries(items.map((item) => [item.name, create(item)]));
}

function readEnvironment(file: string): EnvironmentModel {
  let text: string;
  try {
    // Pulumi starts the program in the folder that `main` is in, which need not be the project's.
    text = readFileSync(resolve(findProjectFolder() ?? "", file), "utf8");
  } catch {
    throw new pulumi.RunError(
      `${file}: the environment file can't be read. Correct multiport:environment in the stack's config; the path counts from the folder of Pulumi.yaml.`,
    );
  }
  return requireValid(checkEnvironmentText(text, file), file);
}
