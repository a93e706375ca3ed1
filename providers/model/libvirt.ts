// Libvirt: the networks and pools that a KVM host offers to its VMs in libvirt, and the interfaces that its VMs have there.
// The machines themselves (libvirt's domains) exist already: multiport makes and removes none. Pure.
import { z } from "zod";
import * as field from "./field.js";
import type { Network, VlanRange } from "./network.js";
import type { PortGroup } from "./portGroup.js";
import { type AssignedFunction, MAX_VFS } from "./virtualFunction.js";

/** Name of a network or domain in libvirt. */
export const libvirtName = (description: string) =>
  field.described(
    z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,62}$/),
    description,
    "1-63 letters, digits, dots, dashes, underscores or plus signs, beginning with a letter or digit",
  );

export const LibvirtNetworkSpec = z.strictObject({
  name: libvirtName("Name of the network in libvirt. Default: that of the virtual switch.").optional(),
});

export const LibvirtPoolSpec = z.strictObject({
  uplink: field.interfaceName("Physical port with SR-IOV whose virtual functions the pool offers."),
  functions: field
    .described(
      z
        .array(
          z.union([
            z
              .number()
              .int()
              .min(0)
              .max(MAX_VFS - 1),
            z.string().regex(/^\d{1,3}-\d{1,3}$/),
          ]),
        )
        .min(1),
      "Numbers of the virtual functions. Default: all that no VM of this file has.",
      "a list of numbers and ranges such as [0, 4-7]",
    )
    .optional(),
});
export type LibvirtPoolSpec = z.input<typeof LibvirtPoolSpec>;

/** Written out; `true` is all of it by default. */
export const LibvirtHostMapSpec = z.strictObject({
  networks: field
    .described(
      z.record(
        field.interfaceName("Virtual switch."),
        field.described(
          z.union([LibvirtNetworkSpec, z.null()]),
          "Settings of the network; may be empty.",
          "nothing, or a map such as {name: production}",
        ),
      ),
      "Virtual switches that are networks in libvirt. Default: all, each under its own name.",
      "a map such as {vs0: {name: production}}",
    )
    .optional(),
  pools: field
    .described(
      z.record(libvirtName("Network in libvirt."), LibvirtPoolSpec),
      "Networks that give each VM a virtual function of its own, by name, for VMs that this file does not know.",
      "a map such as {fast: {uplink: ens3f0}}",
    )
    .optional(),
});

export const LibvirtHostSpec = field.described(
  z.union([z.literal(true), LibvirtHostMapSpec]),
  "What the host offers its VMs in libvirt (kvm): a network for every virtual switch with true.",
  "true, or a map with networks and pools",
);
export type LibvirtHostSpec = z.input<typeof LibvirtHostSpec>;

export const LIBVIRT_FEATURES = ["live-migration"] as const;
export type LibvirtFeature = (typeof LIBVIRT_FEATURES)[number];

export const LibvirtVmSpec = z.strictObject({
  domain: libvirtName("Name of the VM in libvirt. Default: its name here.").optional(),
  requires: field
    .described(
      z.array(field.choice(LIBVIRT_FEATURES, "Feature.")),
      "What the VM has to be able to do. A virtual function excludes live migration, unless libvirt.failover is set for its port.",
      "a list such as [live-migration]",
    )
    .optional(),
});
export type LibvirtVmSpec = z.input<typeof LibvirtVmSpec>;

export const CARD_MODELS = ["virtio", "e1000e"] as const;

export const LibvirtPortSpec = z.strictObject({
  model: field.choice(CARD_MODELS, "Network card that the guest sees. Default virtio.").optional(),
  queues: field
    .integer(
      { min: 1, max: 256 },
      "Pairs of queues of a virtio card, at most one for each of its processors. Default: libvirt's, one.",
    )
    .optional(),
  link: field.choice(["up", "down"], "Whether the cable is plugged in, as the guest sees it. Default up.").optional(),
  isolated: field
    .flag("The port reaches no other isolated port of its switch; Linux bridges only. Default false.")
    .optional(),
  failover: field
    .flag(
      "With vf: a virtio card with the same MAC address stands in for the virtual function while the VM moves to another host. The guest needs net_failover. Default false.",
    )
    .optional(),
});
export type LibvirtPortSpec = z.input<typeof LibvirtPortSpec>;

/** A port of a VM as libvirt has it: one interface, or two where a virtio card stands in for a virtual function. */
export interface LibvirtPort {
  readonly name: string;
  readonly mac: string;
  readonly network: Network;
  /** Set for every port that is a card on a virtual switch. */
  readonly card?: {
    readonly switch: string;
    readonly portGroup: PortGroup;
    /** Its interface on the host. */
    readonly interface: string;
    readonly model: (typeof CARD_MODELS)[number];
    readonly queues?: number;
    readonly isolated: boolean;
  };
  readonly link: "up" | "down";
  readonly function?: AssignedFunction;
}

export interface LibvirtDomain {
  readonly vm: string;
  /** Its name in libvirt. */
  readonly name: string;
  readonly requires: readonly LibvirtFeature[];
  /** In the order of the file. */
  readonly ports: readonly LibvirtPort[];
}

export interface LibvirtPool {
  readonly name: string;
  readonly uplink: string;
  /** Numbers of the functions as ranges; undefined: all that the port has. */
  readonly functions?: readonly VlanRange[];
}

/** What one KVM host has in libvirt. */
export interface LibvirtHost {
  readonly networks: readonly { readonly switch: string; readonly name: string }[];
  readonly pools: readonly LibvirtPool[];
  readonly domains: readonly LibvirtDomain[];
}
