// PortGroup: a named kind of port of a virtual switch: the network it carries and what its VMs may do. Pure.
import { z } from "zod";
import * as field from "./field.js";
import { givenKeys } from "./given.js";
import type { Network } from "./network.js";
import type { Path, Problem } from "./problem.js";
import { checkShaping, type Shaping, ShapingSpec, toShaping } from "./shaping.js";
import { toUplinkTeam, type UplinkTeam, UplinkTeamSpec } from "./uplinkTeam.js";

export const SecurityPolicySpec = z.strictObject({
  promiscuous: field.flag("A VM may receive frames that are not for it. Default false: rejected.").optional(),
  macChanges: field.flag("A VM may receive on a MAC address other than its own. Default false: rejected.").optional(),
  forgedTransmits: field
    .flag("A VM may send from a MAC address other than its own. Default false: rejected.")
    .optional(),
});

/** What a single port of a distributed port group may have otherwise than its group. */
export const PORT_OVERRIDES = ["blocked", "netflow", "security", "shaping", "uplinkTeam", "vlan"] as const;
export type PortOverride = (typeof PORT_OVERRIDES)[number];

export const DirectionalShapingSpec = z.strictObject({
  ingress: ShapingSpec.optional().meta({ description: "From the VM into the switch. Default: not limited." }),
  egress: ShapingSpec.optional().meta({ description: "From the switch to the VM. Default: not limited." }),
});

export const PortGroupSpec = z.strictObject({
  network: field.name("Network that the ports carry.").optional().meta({
    description: "Network that the ports carry. Default: the network with the port group's own name.",
  }),
  security: SecurityPolicySpec.optional().meta({
    description:
      "What a VM on this port group may do. On a KVM host it is checked only where this stands in the file; {} rejects all three.",
  }),
  uplinkTeam: UplinkTeamSpec.optional().meta({ description: "Overrides the uplink team of the switch (vSphere)." }),
  shaping: DirectionalShapingSpec.optional().meta({
    description:
      "Limits the bandwidth of each port (vSphere, where a standard switch has only ingress; kvm for the ports of VMs that libvirt plugs in).",
  }),
  blocked: field.flag("Stop all traffic of the port group (vSphere distributed switches). Default false.").optional(),
  netflow: field
    .flag(
      "Report the flows of the port group to the switch's NetFlow collector (vSphere distributed switches). Default false.",
    )
    .optional(),
  binding: field
    .choice(
      ["static", "ephemeral"],
      "When a VM gets its port: for good when it is connected, or anew at each power-on (vSphere distributed switches). Default static.",
    )
    .optional(),
  numPorts: field
    .integer(
      { min: 0, max: 8192 },
      "Ports of a static port group that never grows (vSphere distributed switches). Default: as many as are needed.",
    )
    .optional(),
  portOverrides: field
    .described(
      z.array(field.choice(PORT_OVERRIDES, "Setting that a port may have otherwise.")),
      "Settings that a single port may have otherwise than its port group (vSphere distributed switches). Default: none.",
      `a list of ${PORT_OVERRIDES.join(", ")}`,
    )
    .optional(),
  microsoftNlb: field
    .choice(
      ["unicast", "multicast"],
      "VMs of the port group form a Microsoft NLB cluster of this mode (vSphere). It sets nothing: the design rules look at it. Default: none.",
    )
    .optional(),
});
export type PortGroupSpec = z.input<typeof PortGroupSpec>;

const portGroupOrNothing = field.described(
  z.union([PortGroupSpec, z.null()]),
  "Settings of the port group; may be empty.",
  "nothing, or a map such as {network: app, security: {macChanges: true}}",
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
  readonly shaping: { readonly ingress?: Shaping; readonly egress?: Shaping };
  readonly blocked: boolean;
  readonly netflow: boolean;
  readonly binding: "static" | "ephemeral";
  /** Undefined: grows as needed. */
  readonly numPorts?: number;
  readonly portOverrides: readonly PortOverride[];
  readonly microsoftNlb?: "unicast" | "multicast";
  /** Keys of the port group that stand in the file, for platforms that lack some. */
  readonly given: readonly (keyof PortGroupSpec)[];
}

export function toPortGroup(name: string, spec: PortGroupSpec, network: Network): PortGroup {
  const { ingress, egress } = spec.shaping ?? {};
  return {
    name,
    network,
    security: toSecurityPolicy(spec.security),
    ...(spec.uplinkTeam ? { uplinkTeam: toUplinkTeam(spec.uplinkTeam) } : {}),
    shaping: {
      ...(ingress ? { ingress: toShaping(ingress) } : {}),
      ...(egress ? { egress: toShaping(egress) } : {}),
    },
    blocked: spec.blocked ?? false,
    netflow: spec.netflow ?? false,
    binding: spec.binding ?? "static",
    ...(spec.numPorts === undefined ? {} : { numPorts: spec.numPorts }),
    portOverrides: PORT_OVERRIDES.filter((override) => spec.portOverrides?.includes(override)),
    ...(spec.microsoftNlb === undefined ? {} : { microsoftNlb: spec.microsoftNlb }),
    given: givenKeys(spec),
  };
}

/** Everything wrong with the values of one port group, beyond what its schema says; its team is looked at elsewhere. */
export function checkPortGroup(spec: PortGroupSpec, path: Path): Problem[] {
  return [
    ...checkShaping(spec.shaping?.ingress, [...path, "shaping", "ingress"]),
    ...checkShaping(spec.shaping?.egress, [...path, "shaping", "egress"]),
    ...(spec.binding === "ephemeral" && spec.numPorts !== undefined ? [portsOfEphemeral(spec.numPorts, path)] : []),
  ];
}

function portsOfEphemeral(numPorts: number, path: Path): Problem {
  return {
    rule: "schema",
    severity: "error",
    path: [...path, "numPorts"],
    message: "an ephemeral port group has no number of ports",
    found: `${numPorts}`,
    remedy: "Remove numPorts, or use binding: static.",
  };
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
