// The Pulumi resources of machines: inputs are the text and where it goes, so that a preview shows config lines.
// The provider objects below end up in the state of every stack: each method only loads the package and calls it.
import type * as pulumi from "@pulumi/pulumi";
import type { SshTarget } from "../model/ssh.js";
import type { Driver } from "../platforms/driver.js";
import { renderMachine } from "./render.js";

export const kvmProvider: pulumi.dynamic.ResourceProvider = {
  configure: (request) => require("multiport/provider").providers.kvm.configure(request),
  check: (olds, news) => require("multiport/provider").providers.kvm.check(olds, news),
  diff: (id, olds, news) => require("multiport/provider").providers.kvm.diff(id, olds, news),
  create: (inputs) => require("multiport/provider").providers.kvm.create(inputs),
  read: (id, props) => require("multiport/provider").providers.kvm.read(id, props),
  update: (id, olds, news) => require("multiport/provider").providers.kvm.update(id, olds, news),
  delete: (id, props) => require("multiport/provider").providers.kvm.delete(id, props),
};

export const netplanProvider: pulumi.dynamic.ResourceProvider = {
  configure: (request) => require("multiport/provider").providers.netplan.configure(request),
  check: (olds, news) => require("multiport/provider").providers.netplan.check(olds, news),
  diff: (id, olds, news) => require("multiport/provider").providers.netplan.diff(id, olds, news),
  create: (inputs) => require("multiport/provider").providers.netplan.create(inputs),
  read: (id, props) => require("multiport/provider").providers.netplan.read(id, props),
  update: (id, olds, news) => require("multiport/provider").providers.netplan.update(id, olds, news),
  delete: (id, props) => require("multiport/provider").providers.netplan.delete(id, props),
};

/** What a machine resource is made from. */
export interface MachineArgs<Machine> {
  readonly machine: Machine;
  readonly environment: string;
}

/** The properties of a machine resource, as they stand in the state. */
export function machineProperties<Machine extends { readonly name: string; readonly ssh: SshTarget }, Words, Facts>(
  driver: Driver<Machine, Words, Facts>,
  { machine, environment }: MachineArgs<Machine>,
): pulumi.Inputs {
  return {
    ssh: machine.ssh,
    environment,
    driverVersion: driver.version,
    [driver.file.property]: renderMachine(driver, machine, { machine: machine.name, environment }),
  };
}
