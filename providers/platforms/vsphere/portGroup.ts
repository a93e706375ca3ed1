// VLAN and security settings of a port group in the words of the vSphere provider, and what vSphere can't do. Pure.

import type { DistributedSwitch } from "../../model/distributedSwitch.js";
import type { Vlan } from "../../model/network.js";
import type { PortGroup, SecurityPolicy } from "../../model/portGroup.js";
import type { Path, Problem } from "../../model/problem.js";
import { checkVsphereTeam } from "./uplinkTeam.js";

export type VlanWords =
  | { readonly vlanId: number }
  | { readonly vlanRanges: { minVlan: number; maxVlan: number }[] }
  | { readonly portPrivateSecondaryVlanId: number };

export function toVlan(vlan: Vlan): VlanWords {
  switch (vlan.kind) {
    case "untagged":
      return { vlanId: 0 };
    case "access":
      return { vlanId: vlan.id };
    case "trunk":
      return { vlanRanges: vlan.ranges.map(({ first, last }) => ({ minVlan: first, maxVlan: last })) };
    case "private":
      return { portPrivateSecondaryVlanId: vlan.secondary };
  }
}

/** vSphere's kinds of VLAN setting. One can't be changed into another by the provider. */
export function vlanKind(vlan: Vlan): "access" | "trunk" | "private" {
  return vlan.kind === "untagged" ? "access" : vlan.kind;
}

export interface SecurityWords {
  readonly allowPromiscuous: boolean;
  readonly allowMacChanges: boolean;
  readonly allowForgedTransmits: boolean;
}

export function toSecurity(security: SecurityPolicy): SecurityWords {
  return {
    allowPromiscuous: security.promiscuous,
    allowMacChanges: security.macChanges,
    allowForgedTransmits: security.forgedTransmits,
  };
}

/** One entry of the switch's private VLAN map. */
export interface PvlanMapping {
  readonly primaryVlanId: number;
  readonly secondaryVlanId: number;
  readonly pvlanType: "promiscuous" | "isolated" | "community";
}

/**
 * The map that the private VLANs of the port groups need: each primary as its own promiscuous entry, then the others.
 *
 * vCenter keeps an entry while a port group carries it, and Pulumi changes the switch before it deletes a port group: a
 * private VLAN that goes with its port group takes `pulumi up --continue-on-error`, then `pulumi up --refresh`.
 */
export function toPvlanMappings(portGroups: readonly PortGroup[]): PvlanMapping[] {
  const mappings = new Map<number, PvlanMapping>();
  for (const { network } of portGroups) {
    if (network.vlan.kind !== "private") continue;
    const { primary, secondary, type } = network.vlan;
    mappings.set(primary, { primaryVlanId: primary, secondaryVlanId: primary, pvlanType: "promiscuous" });
    if (type !== "promiscuous")
      mappings.set(secondary, { primaryVlanId: primary, secondaryVlanId: secondary, pvlanType: type });
  }
  return [...mappings.values()];
}

export function vsphereUnsupported(dvs: DistributedSwitch, path: Path): Problem[] {
  return [
    ...checkVsphereTeam(dvs.uplinkTeam, [...path, "uplinkTeam"]),
    ...dvs.portGroups.flatMap((group) => {
      const at = [...path, "portGroups", group.name];
      return [
        ...(group.uplinkTeam ? checkVsphereTeam(group.uplinkTeam, [...at, "uplinkTeam"]) : []),
        ...checkNative(group, at),
      ];
    }),
  ];
}

function checkNative({ network }: PortGroup, path: Path): Problem[] {
  if (network.vlan.kind !== "trunk" || network.vlan.native === undefined) return [];
  return [
    {
      rule: "unsupported",
      severity: "error",
      path,
      message: `a trunk port group of a distributed switch has no native VLAN, and network ${network.name} has ${network.vlan.native}`,
      found: `${network.vlan.native}`,
      remedy: "Use another network here: a trunk without native, or the native VLAN as an access network.",
    },
  ];
}
