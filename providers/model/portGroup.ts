// PortGroup: a named kind of port of a virtual switch: the network it carries and what its VMs may do. Pure.
import { z } from "zod";
import * as field from "./field.js";
import type { Network } from "./network.js";
import { type UplinkTeam, UplinkTeamSpec } from "./uplinkTeam.js";

export const SecurityPolicySpec = z.strictObject({
  promiscuous: field.flag("A VM may receive frames that are not for it. Default false: rejected.").optional(),
  macChanges: field.flag("A VM may receive on a MAC address other than its own. Default false: rejected.").optional(),
  forgedTransmits: field
    .flag("A VM may send from a MAC address other than its own. Default false: rejected.")
    .optional(),
});

export const PortGroupSpec = z.strictObject({
  network: field.name("Network that the ports carry.").optional().meta({
    description: "Network that the ports carry. Default: the network with the port group's own name.",
  }),
  security: SecurityPolicySpec.optional().meta({ description: "What a VM on this port group may do (vSphere)." }),
  uplinkTeam: UplinkTeamSpec.optional().meta({ description: "Overrides the uplink team of the switch (vSphere)." }),
});
export type PortGroupSpec = z.input<typeof PortGroupSpec>;

const portGroupOrNothing = field.described(
  z.union([PortGroupSpec, z.null()]),
  "Settings of the port group; may be empty.",
  "nothing, or a map with network, security, uplinkTeam",
);

/** Port groups by name, or just the names of networks that each become a port group of the same name. */
export const PortGroupsSpec = field.described(
  z.union([z.array(field.name("Network.")).min(1), z.record(field.name("Port group."), portGroupOrNothing)]),
  "Port groups by name, or a list of networks that each become a port group of the same name.",
  "a list of networks such as [app, storage], or a map of port groups by name",
);
export type PortGroupsSpec = z.input<typeof PortGroupsSpec>;

export interface SecurityPolicy {
  readonly promiscuous: boolean;
  readonly macChanges: boolean;
  readonly forgedTransmits: boolean;
}

export interface PortGroup {
  readonly name: string;
  readonly network: Network;
  readonly security: SecurityPolicy;
  /** Only where it differs from the switch's own. */
  readonly uplinkTeam?: UplinkTeam;
}

/** Names and settings of either spelling, in the order of the file. */
export function portGroupEntries(spec: PortGroupsSpec): [string, PortGroupSpec][] {
  return Array.isArray(spec)
    ? spec.map((network) => [network, {}])
    : Object.entries(spec).map(([name, portGroup]) => [name, portGroup ?? {}]);
}

export function toSecurityPolicy(spec: PortGroupSpec["security"]): SecurityPolicy {
  return {
    promiscuous: spec?.promiscuous ?? false,
    macChanges: spec?.macChanges ?? false,
    forgedTransmits: spec?.forgedTransmits ?? false,
  };
}
