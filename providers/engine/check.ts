// The whole offline judgement of a file: what the parser says, and what the platforms can't do. No I/O.
import type { Environment } from "../model/environment.js";
import type { Judging } from "../model/judge.js";
import { checkSpec, type Parsed, parseEnvironment } from "../model/parse.js";
import type { Problem } from "../model/problem.js";
import { DRIVERS } from "../platforms/index.js";
import { VCENTER_DRIVERS } from "../platforms/vsphere/index.js";

/** Whether design rules also tell what is only worth knowing. Default false. */
export type Notes = Pick<Judging, "notes">;

/** Reads and judges an environment file; `file` is its name as it shall stand in messages. */
export function checkEnvironmentText(text: string, file: string, { notes = false }: Notes = {}): Parsed {
  return parseEnvironment(text, file, { check: unsupportedBy, notes });
}

/** The same for an environment that a program built. */
export function checkEnvironmentSpec(value: unknown, { notes = false }: Notes = {}): Parsed {
  return checkSpec(value, { check: unsupportedBy, notes });
}

/** Everything that the model asks of a platform which the platform does not have. */
export function unsupportedBy(environment: Environment): Problem[] {
  return [
    ...VCENTER_DRIVERS.flatMap((driver) =>
      driver.objects(environment).flatMap(({ model, path }) => driver.unsupported(model, path)),
    ),
    ...DRIVERS.flatMap((driver) =>
      driver
        .machines(environment)
        .flatMap(({ machine, path }) => driver.layers.flatMap((layer) => layer.unsupported(machine, path))),
    ),
  ];
}
