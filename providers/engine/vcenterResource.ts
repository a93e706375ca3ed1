// The Pulumi resource of an object in vCenter that one of our drivers sets: inputs are what is wanted, in words.
import * as pulumi from "@pulumi/pulumi";
import { typeToken } from "../platforms/index.js";
import type { Step, VcenterDriver } from "../platforms/vsphere/vcenterDriver.js";
import { providerCode } from "./resource.js";

export interface VcenterArgs<Model, Target> {
  readonly model: Model;
  readonly environment: string;
  /** Which object it is: ids and names, some of them known only once another resource is made. */
  readonly target: pulumi.Input<{ readonly [K in keyof Target]: pulumi.Input<Target[K]> }>;
}

/** An object of vCenter as a resource of Pulumi's dynamic provider, of type `dynamic/<module>:<type>`. */
export abstract class VcenterResource<
  Model,
  Target extends object,
  W extends object,
  Facts,
  S extends Step,
> extends pulumi.CustomResource {
  /** What vCenter is told, in words. */
  declare readonly configuration: pulumi.Output<W>;

  constructor(
    driver: VcenterDriver<Model, Target, W, Facts, S>,
    name: string,
    at: { args: VcenterArgs<Model, Target>; options: pulumi.CustomResourceOptions | undefined },
  ) {
    const { model, environment, target } = at.args;
    const inputs = { environment, driverVersion: driver.version, target, configuration: driver.toWords(model) };
    super(typeToken(driver), name, { ...inputs, __provider: providerCode(driver.name) }, at.options);
  }
}
