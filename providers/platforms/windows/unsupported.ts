// Windows guests, as long as no driver configures their inside: refused rather than taken and left alone. Pure.
import type { Environment } from "../../model/environment.js";
import type { Problem } from "../../model/problem.js";

export function windowsGuestsWithoutDriver({ virtualMachines }: Environment): Problem[] {
  return virtualMachines.flatMap(({ name, windowsGuest }): Problem[] =>
    windowsGuest
      ? [
          {
            rule: "unsupported",
            severity: "error",
            path: ["vms", name, "guest", "os"],
            message: "multiport does not configure the inside of Windows guests yet",
            found: "windows",
            remedy: "Remove guest and bonds: the VM's adapters on its host are set without them.",
          },
        ]
      : [],
  );
}
