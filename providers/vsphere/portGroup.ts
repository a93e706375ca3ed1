// PortGroup: a distributed port group. It is made here; what it is set to is part of its switch's configuration.
import * as pulumi from "@pulumi/pulumi";
import type * as vsphere from "@pulumi/vsphere";
import type { PortGroup as PortGroupModel } from "../model/portGroup.js";
import { creationHooks, newMark } from "./creationHook.js";
import { PORT_GROUP_EXISTENCE } from "./existence.js";
import { vsphereSdk } from "./sdk.js";

export interface PortGroupArgs {
  readonly portGroup: PortGroupModel;
  /** Id (UUID) of the distributed switch. */
  readonly switchId: pulumi.Input<string>;
  /** That of the switch, by name. */
  readonly datacenter: string;
}

/** A distributed port group. Type `multiport:vsphere:PortGroup`; its child is the provider's DistributedPortGroup. */
export class PortGroup extends pulumi.ComponentResource {
  readonly portGroup: vsphere.DistributedPortGroup;

  constructor(
    name: string,
    { portGroup, switchId, datacenter }: PortGroupArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super("multiport:vsphere:PortGroup", name, {}, options);
    this.portGroup = new (vsphereSdk().DistributedPortGroup)(
      name,
      {
        name: portGroup.name,
        distributedVirtualSwitchUuid: switchId,
        type: portGroup.binding === "ephemeral" ? "ephemeral" : "earlyBinding",
        description: newMark(),
      },
      {
        parent: this,
        ...PORT_GROUP_EXISTENCE,
        hooks: creationHooks({ kind: "portGroup", name: portGroup.name, datacenter }),
      },
    );
    this.registerOutputs({ portGroup: this.portGroup });
  }
}
