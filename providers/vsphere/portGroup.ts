// PortGroup: a distributed port group with every setting that its network and security policy ask for.
import * as pulumi from "@pulumi/pulumi";
import * as vsphere from "@pulumi/vsphere";
import type { PortGroup as PortGroupModel } from "../model/portGroup.js";
import type { UplinkTeam } from "../model/uplinkTeam.js";
import { toSecurity, toVlan, vlanKind } from "../platforms/vsphere/portGroup.js";
import { toTeaming } from "../platforms/vsphere/uplinkTeam.js";

export interface PortGroupArgs {
  readonly portGroup: PortGroupModel;
  /** Team of the switch, for a port group without one of its own. */
  readonly uplinkTeam: UplinkTeam;
  /** Id (UUID) of the distributed switch. */
  readonly switchId: pulumi.Input<string>;
}

/**
 * A distributed port group. Type `multiport:vsphere:PortGroup`; its child is the provider's DistributedPortGroup.
 *
 * A VLAN of another kind (access, trunk, private) replaces the port group: the provider keeps the kind that it finds and
 * reports success. vCenter refuses the replacement while a VM is on the port group.
 */
export class PortGroup extends pulumi.ComponentResource {
  readonly portGroup: vsphere.DistributedPortGroup;

  constructor(
    name: string,
    { portGroup, uplinkTeam, switchId }: PortGroupArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
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
        // Always given: what is left out keeps the value of an earlier run, and would not follow the switch.
        ...toTeaming(portGroup.uplinkTeam ?? uplinkTeam),
      },
      { parent: this, replacementTrigger: vlanKind(portGroup.network.vlan), deleteBeforeReplace: true },
    );
    this.registerOutputs({ portGroup: this.portGroup });
  }
}
