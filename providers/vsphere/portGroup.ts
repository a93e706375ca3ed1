// PortGroup: a distributed port group with every setting that its network and security policy ask for.
import * as pulumi from "@pulumi/pulumi";
import * as vsphere from "@pulumi/vsphere";
import type { PortGroup as PortGroupModel } from "../model/portGroup.js";
import { toSecurity, toVlan } from "../platforms/vsphere/portGroup.js";
import { toTeaming } from "../platforms/vsphere/uplinkTeam.js";

export interface PortGroupArgs {
  readonly portGroup: PortGroupModel;
  /** Id (UUID) of the distributed switch. */
  readonly switchId: pulumi.Input<string>;
}

/** A distributed port group. Type `multiport:vsphere:PortGroup`; its child is the provider's DistributedPortGroup. */
export class PortGroup extends pulumi.ComponentResource {
  readonly portGroup: vsphere.DistributedPortGroup;

  constructor(name: string, { portGroup, switchId }: PortGroupArgs, options?: pulumi.ComponentResourceOptions) {
    super("multiport:vsphere:PortGroup", name, {}, options);
    this.portGroup = new vsphere.DistributedPortGroup(
      name,
      {
        name: portGroup.name,
        distributedVirtualSwitchUuid: switchId,
        // A fixed port count with auto-expand shows a difference for ever.
        type: "earlyBinding",
        autoExpand: true,
        ...toVlan(portGroup.network.vlan),
        ...toSecurity(portGroup.security),
        ...(portGroup.uplinkTeam ? toTeaming(portGroup.uplinkTeam) : {}),
      },
      { parent: this },
    );
    this.registerOutputs({ portGroup: this.portGroup });
  }
}
