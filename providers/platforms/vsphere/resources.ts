// The vSphere provider's resources that multiport makes: what an engineer calls them, and what traffic notices when one
// of their settings changes. Sources: vSphere Networking guide (MTU, teaming and failover, private VLANs, security). Pure.
import type { Disruption } from "../../model/change.js";

export interface VsphereResource {
  /** What a network engineer calls it. */
  readonly kind: string;
  /** Settings that traffic notices; all others are taken without a packet lost. */
  readonly disruption: Readonly<Record<string, Disruption>>;
}

const teaming: Readonly<Record<string, Disruption>> = {
  teamingPolicy: "brief",
  activeUplinks: "brief",
  standbyUplinks: "brief",
};

// What a VM sends from another MAC address than its own is dropped from the moment it is no longer allowed.
const security: Readonly<Record<string, Disruption>> = {
  allowMacChanges: "brief",
  allowForgedTransmits: "brief",
};

/** By Pulumi type token. */
export const VSPHERE_RESOURCES: Readonly<Record<string, VsphereResource>> = {
  "vsphere:index/distributedVirtualSwitch:DistributedVirtualSwitch": {
    kind: "distributed switch",
    disruption: {
      ...teaming,
      ...security,
      // A host that joins or leaves, or a physical port that moves.
      hosts: "brief",
      uplinks: "brief",
      // The hosts' physical ports go down and up.
      maxMtu: "brief",
      pvlanMappings: "brief",
      ignoreOtherPvlanMappings: "brief",
      version: "brief",
    },
  },
  "vsphere:index/distributedPortGroup:DistributedPortGroup": {
    kind: "distributed port group",
    disruption: {
      ...teaming,
      ...security,
      vlanId: "brief",
      vlanRanges: "brief",
      portPrivateSecondaryVlanId: "brief",
    },
  },
};
