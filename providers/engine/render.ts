// From the model to text, for every machine of an environment. Reads templates, touches no host.
import type { Environment } from "../model/environment.js";
import type { Driver, Heading, MachineModel } from "../platforms/driver.js";
import { DRIVERS } from "../platforms/index.js";
import { fillTemplate } from "./template.js";

/** One rendered file of one machine. */
export interface RenderedFile {
  readonly machine: string;
  readonly driver: string;
  /** Path below the output folder of `multiport render`, such as `kvm-01/openvswitch.sh`. */
  readonly path: string;
  readonly text: string;
}

/** The text of one machine, from its model. */
export function renderMachine<Machine extends MachineModel, Words, Facts>(
  driver: Driver<Machine, Words, Facts>,
  machine: Machine,
  heading: Heading,
): string {
  return renderWords(driver, driver.toWords(machine, heading));
}

/** The text of one machine, from its words: the same for what is wanted and for what is there. */
export function renderWords<Machine extends MachineModel, Words, Facts>(
  driver: Driver<Machine, Words, Facts>,
  words: Words,
): string {
  return fillTemplate(`${driver.name}/${driver.templates.config}`, driver.toView(words));
}

/** Every file of every machine, in the order of the environment, one at a time: a large site's texts need not all be in memory. */
export function* renderEnvironment(environment: Environment): Generator<RenderedFile> {
  for (const driver of DRIVERS) {
    for (const { machine } of driver.machines(environment)) {
      yield {
        machine: machine.name,
        driver: driver.name,
        path: `${machine.name}/${driver.file.extension}`,
        text: renderMachine(driver, machine, { machine: machine.name, environment: environment.name }),
      };
    }
  }
}
