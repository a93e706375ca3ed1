// Environment: one site, as one file describes it. The schema of the file and the model that all else works on. Pure.
import { z } from "zod";
import { type DistributedSwitch, DistributedSwitchSpec } from "./distributedSwitch.js";
import * as field from "./field.js";
import { type EsxHost, HostProfileSpec, HostSpec, type KvmHost } from "./host.js";
import type { HypervHost } from "./hypervHost.js";
import { type Network, NetworkSpec } from "./network.js";
import { type PhysicalSwitch, PhysicalSwitchSpec } from "./switchPort.js";
import { type VirtualMachine, VirtualMachineSpec } from "./virtualMachine.js";

export const AcceptedSpec = z.strictObject({
  rule: field.described(
    z.string().regex(/^[A-Z]{2}-\d{2}$/),
    "Design rule that is accepted as broken.",
    "a rule id such as VS-38",
  ),
  at: field
    .described(
      z.string().max(200),
      "Path that it is accepted for, and all below it. Default: everywhere.",
      "a path such as hosts.kvm-01",
    )
    .optional(),
  reason: field.described(z.string().min(3).max(200), "Why.", "a reason in words"),
});
export type AcceptedSpec = z.input<typeof AcceptedSpec>;

/** Releases of vSphere whose limits are known: see lint/vsphereLimits.ts. */
export const VSPHERE_VERSIONS = ["7.0", "8.0", "9.0"] as const;
export type VsphereVersion = (typeof VSPHERE_VERSIONS)[number];

export const VcenterSpec = z.strictObject({
  version: field
    .choice(VSPHERE_VERSIONS, "Release of vSphere, for limits and options that depend on it. Default 8.0.")
    .optional(),
  datacenter: field
    .name("Datacenter in which VMs are made. Default: that of the only distributed switch, or of all of them.")
    .optional(),
});

export const EnvironmentSpec = z
  .strictObject({
    environment: field.name("Name of the environment; marks everything that it owns on hosts."),
    networks: field
      .described(
        z.record(field.name("Network."), NetworkSpec),
        "What ports carry, by name.",
        "a map of networks by name",
      )
      .optional(),
    switches: field
      .described(
        z.record(field.name("Physical switch."), PhysicalSwitchSpec),
        "Physical switches that hosts are cabled to.",
        "a map of switches by name",
      )
      .optional(),
    profiles: field
      .described(
        z.record(field.name("Profile."), HostProfileSpec),
        "What several hosts share.",
        "a map of profiles by name",
      )
      .optional(),
    hosts: field
      .described(
        z.record(field.namePattern("Host or hosts."), HostSpec),
        "Hosts by name; kvm-[01:40] declares forty.",
        "a map of hosts by name",
      )
      .optional(),
    maxUnavailable: field
      .integer(
        { min: 1, max: 1000 },
        "So many KVM or Hyper-V hosts of one redundancyGroup may be changed at the same time. Default 1.",
      )
      .optional(),
    vcenter: VcenterSpec.optional().meta({ description: "The vCenter of the vSphere hosts." }),
    distributedSwitches: field
      .described(
        z.record(field.name("Distributed switch."), DistributedSwitchSpec),
        "vSphere distributed switches by name.",
        "a map of switches by name",
      )
      .optional(),
    vms: field
      .described(
        z.record(field.vmNamePattern("VM or VMs."), VirtualMachineSpec),
        "Virtual machines by name; ranges as for hosts.",
        "a map of VMs by name",
      )
      .optional(),
    accepted: field
      .described(
        z.array(AcceptedSpec),
        "Design rules that are broken on purpose, each with its reason.",
        "a list of {rule, at, reason}",
      )
      .optional(),
  })
  .meta({
    id: "Environment",
    title: "multiport environment",
    description: "Virtual switches, uplink teams, port groups and guest bonds of one site.",
  });
export type EnvironmentSpec = z.input<typeof EnvironmentSpec>;

export interface Environment {
  readonly name: string;
  readonly networks: readonly Network[];
  readonly switches: readonly PhysicalSwitch[];
  readonly vsphereVersion: VsphereVersion;
  readonly maxUnavailable: number;
  readonly kvmHosts: readonly KvmHost[];
  readonly esxHosts: readonly EsxHost[];
  readonly hypervHosts: readonly HypervHost[];
  readonly distributedSwitches: readonly DistributedSwitch[];
  readonly virtualMachines: readonly VirtualMachine[];
}

/** The JSON Schema of the environment file, for editors. */
export function environmentJsonSchema(): object {
  const schema = z.toJSONSchema(EnvironmentSpec, {
    io: "input",
    target: "draft-2020-12",
    // `wanted` is for our own messages; editors show `description`.
    override: ({ jsonSchema }) => {
      const own = jsonSchema as { wanted?: string; wantedOnHyperv?: string };
      delete own.wanted;
      delete own.wantedOnHyperv;
    },
  });
  return { $schema: "https://json-schema.org/draft/2020-12/schema", ...schema };
}
