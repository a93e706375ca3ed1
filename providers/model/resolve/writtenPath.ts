// Paths as the user wrote them: `hosts.kvm-07` of the model is `hosts."kvm-[01:40]"` in the file. Pure.
import type { EnvironmentSpec } from "../environment.js";
import type { Path } from "../problem.js";
import { expandRange, hasRange, rangeFault } from "../range.js";

export type AsWritten = (path: Path) => Path;

/** For the paths of one environment; a path that stands in the file as it is stays the same. */
export function asWrittenIn(spec: EnvironmentSpec): AsWritten {
  const keys = new Map<string, Map<string, string>>();
  return (path) => {
    const [section, name, ...rest] = path;
    if ((section !== "hosts" && section !== "vms") || typeof name !== "string") return path;
    const declared = spec[section] ?? {};
    if (Object.hasOwn(declared, name)) return path;
    const members = keys.get(section) ?? memberKeys(Object.keys(declared));
    keys.set(section, members);
    return [section, members.get(name) ?? name, ...rest];
  };
}

function memberKeys(keys: readonly string[]): Map<string, string> {
  const patterns = keys.filter((key) => hasRange(key) && !rangeFault(key));
  return new Map(patterns.flatMap((key) => expandRange(key).map((member): [string, string] => [member, key])));
}
