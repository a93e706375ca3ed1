// Which VM is meant, when it is not the one of its name on the declared host. Pure.
import { formatRef, type ObjectContent, type Ref } from "../../../model/vim.js";
import type { VmTarget } from "./words.js";

export interface FoundVm {
  readonly vm: Ref;
  /** The host that it is on. */
  readonly host: Ref;
}

/** The one VM that there is, wherever it is. */
export function onlyVm([only]: readonly ObjectContent[]): FoundVm | undefined {
  const host = only?.properties["runtime.host"] as Ref | undefined;
  return only && host && { vm: only.object, host };
}

interface Several {
  readonly hosts: readonly ObjectContent[];
  readonly named: readonly ObjectContent[];
  /** The VMs, and what they are in up to the root folder. */
  readonly above: readonly ObjectContent[];
}

/** Throws an Error that lists the VMs of one name. */
export function refuseSeveral({ name, host }: VmTarget, { hosts, named, above }: Several): never {
  const byRef = new Map([...hosts, ...above].map((content) => [formatRef(content.object), content]));
  const nameOf = (ref: Ref | undefined) => (ref && byRef.get(formatRef(ref))?.properties.name) ?? "no host";
  const places = named.map(({ object, properties }) => {
    const at = nameOf(properties["runtime.host"] as Ref | undefined);
    return `${pathOf(object, byRef)} on ${at}`;
  });
  throw new Error(
    `VM "${name}": nothing was changed, because vCenter has ${named.length} VMs of this name, and which of them is meant on ${host} is not known: ${places.sort().join(", ")}. Rename the others, or correct the VM's host.`,
  );
}

/** Where it is in the inventory, without the root folder: /dc1/vm/databases/db-01. */
function pathOf(of: Ref, byRef: ReadonlyMap<string, ObjectContent>): string {
  const names: string[] = [];
  for (let at = byRef.get(formatRef(of)); at?.properties.parent; ) {
    names.unshift(String(at.properties.name));
    at = byRef.get(formatRef(at.properties.parent as Ref));
  }
  return `/${names.join("/")}`;
}
