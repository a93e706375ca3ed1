// SwitchConfiguration: all settings of a distributed switch, its members, LAGs, port groups and alarms, as one resource. I/O happens in its provider.
import type * as pulumi from "@pulumi/pulumi";
import { type VcenterArgs, VcenterResource } from "../engine/vcenterResource.js";
import type { DistributedSwitch } from "../model/distributedSwitch.js";
import type { SwitchFacts } from "../platforms/vsphere/distributedSwitch/facts.js";
import { distributedSwitch } from "../platforms/vsphere/distributedSwitch/index.js";
import type { SwitchStep } from "../platforms/vsphere/distributedSwitch/steps.js";
import type { SwitchTarget, SwitchWords } from "../platforms/vsphere/distributedSwitch/words.js";

/**
 * What a distributed switch is set to. Type `dynamic/vsphere:Switch`.
 *
 * Errors on `up`: VcenterConflictError when a change can't be made without a host that is cut off, StepError with vCenter's
 * own fault, NoProgressError when vCenter reads back otherwise.
 */
export class SwitchConfiguration extends VcenterResource<
  DistributedSwitch,
  SwitchTarget,
  SwitchWords,
  SwitchFacts,
  SwitchStep
> {
  constructor(
    name: string,
    args: VcenterArgs<DistributedSwitch, SwitchTarget>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(distributedSwitch, name, { args, options });
  }
}
