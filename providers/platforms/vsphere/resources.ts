// The vSphere provider's resources that multiport makes: what an engineer calls them, and what traffic notices when the provider
// changes one. Distributed switches and port groups it only makes and deletes. Pure.
import type { Disruption } from "../../model/change.js";
import { POWER_OFF_SETTINGS } from "./vmUpdate.js";

export interface ProviderResource {
  /** What a network engineer calls it, told apart from the resource of ours that sets the same object. */
  readonly kind: string;
  /** Settings that traffic notices; all others are taken without a packet lost. */
  readonly disruption: Readonly<Record<string, Disruption>>;
}

/** By Pulumi type token. */
export const PROVIDER_RESOURCES: Readonly<Record<string, ProviderResource>> = {
  "vsphere:index/distributedVirtualSwitch:DistributedVirtualSwitch": {
    kind: "distributed switch, the object",
    disruption: {},
  },
  "vsphere:index/distributedPortGroup:DistributedPortGroup": {
    kind: "distributed port group, the object",
    disruption: {},
  },
  "vsphere:index/virtualMachine:VirtualMachine": {
    kind: "virtual machine, the object",
    // The provider moves the VM for the last two.
    disruption: {
      ...Object.fromEntries(POWER_OFF_SETTINGS.map((setting) => [setting, "outage" as const])),
      hostSystemId: "brief",
      datastoreId: "brief",
    },
  },
};
