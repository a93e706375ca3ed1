// The Pulumi resource of a machine: inputs are its words, and the texts that they become, so that a preview shows config lines.
import * as pulumi from "@pulumi/pulumi";
import { DEFAULT_MISSING_PACKAGES } from "../model/missingPackages.js";
import type { Driver, MachineModel } from "../platforms/driver.js";
import { typeToken } from "../platforms/index.js";
import { toMachineWords } from "./machineWords.js";
import { renderTexts } from "./render.js";

/** What a machine resource is made from. */
export interface MachineArgs<Machine> {
  readonly machine: Machine;
  readonly environment: string;
}

/** A machine as a resource of Pulumi's dynamic provider, of type `dynamic/<module>:<type>`. */
export abstract class MachineResource<Machine extends MachineModel> extends pulumi.CustomResource {
  constructor(
    driver: Driver<Machine>,
    name: string,
    { args, options }: { args: MachineArgs<Machine>; options: pulumi.CustomResourceOptions | undefined },
  ) {
    super(
      typeToken(driver),
      name,
      { ...machineProperties(driver, args), __provider: providerCode(driver.name) },
      options,
    );
  }
}

/**
 * The provider code that the state of a stack holds for every machine. pulumi.dynamic.Resource would write seven
 * functions that do nothing but call the package, 2.2 KB, twice per resource; this is the same in one line. Every state
 * file with dynamic resources holds code of this form (`exports.handler` gives the provider), so it has to stay valid.
 */
export function providerCode(driver: string): string {
  return `exports.handler = () => require("multiport/provider").providers.${driver};`;
}

/** The properties of a machine resource, as they stand in the state. */
function machineProperties<Machine extends MachineModel>(
  driver: Driver<Machine>,
  { machine, environment }: MachineArgs<Machine>,
): pulumi.Inputs {
  const words = toMachineWords(driver, machine, environment);
  return {
    ssh: machine.ssh,
    ...(machine.missingPackages === DEFAULT_MISSING_PACKAGES ? {} : { missingPackages: machine.missingPackages }),
    ...(machine.firstStart === undefined ? {} : { firstStart: machine.firstStart }),
    environment,
    driverVersion: driver.version,
    configuration: words,
    ...renderTexts(driver, { words, heading: { machine: machine.name, environment } }),
  };
}
