// Names that Windows takes and other platforms do not: the schema can't tell them apart, for a profile may say the platform. Pure.
import { INTERFACE_NAME, interfaceWords } from "../field.js";
import type { HostSpec } from "../host.js";
import type { Path } from "../problem.js";
import type { Scope } from "./scope.js";

/** Interfaces and switches of a host that is none of Hyper-V. */
export function checkHostNames(scope: Scope, host: HostSpec, path: Path): void {
  for (const section of ["uplinks", "virtualSwitches", "hostPorts"] as const)
    checkInterfaceNames(scope, host[section] ?? {}, [...path, section]);
}

/** The keys of a map. */
export function checkInterfaceNames(scope: Scope, map: object, path: Path): void {
  for (const name of Object.keys(map)) {
    if (INTERFACE_NAME.test(name)) continue;
    scope.error("schema", [...path, name], {
      message: "the name is not allowed here",
      found: name,
      wanted: interfaceWords,
      remedy: "Rename it.",
    });
  }
}
