// Which VM is meant, when it is not the only one of its name on the declared host. Pure.
import { formatRef, type ObjectContent, type Ref } from "../../../model/vim.js";
import type { VmTarget } from "./words.js";

export interface FoundVm {
  readonly vm: Ref;
  /** The host that it is on. */
  readonly host: Ref;
}

interface Everything {
  readonly hosts: readonly ObjectContent[];
  /** All VMs, folders and datacenters. */
  readonly everything: readonly ObjectContent[];
}

/** The one VM of that name or id. Throws an Error that lists them, when there are several; undefined when there is none. */
export function findVm(target: VmTarget, { hosts, everything }: Everything): FoundVm | undefined {
  const named = everything.filter(
    ({ object, properties }) =>
      object.type === "VirtualMachine" &&
      (target.id === undefined ? properties.name === target.name : object.value === target.id),
  );
  const [only] = named;
  if (!only) return undefined;
  if (named.length > 1) throw new Error(ambiguous(target, { hosts, everything }, named));
  const host = only.properties["runtime.host"] as Ref | undefined;
  return host && { vm: only.object, host };
}

function ambiguous(target: VmTarget, around: Everything, named: readonly ObjectContent[]): string {
  const hostNames = new Map(around.hosts.map(({ object, properties }) => [formatRef(object), properties.name]));
  const places = named.map((vm) => {
    const host = vm.properties["runtime.host"] as Ref | undefined;
    return `${pathOf(vm, around.everything)} on ${host ? hostNames.get(formatRef(host)) : "no host"}`;
  });
  return `VM "${target.name}": there are ${named.length} VMs of this name, and which one of them is meant on ${target.host} is not known: ${places.join(", ")}. Rename the others, or correct the VM's host.`;
}

/** Where it is in the inventory: /dc1/vm/databases/db-01. */
function pathOf(of: ObjectContent, everything: readonly ObjectContent[]): string {
  const byRef = new Map(everything.map((content) => [formatRef(content.object), content]));
  const names: string[] = [];
  for (let at: ObjectContent | undefined = of; at; ) {
    names.unshift(String(at.properties.name));
    const parent: Ref | undefined = at.properties.parent as Ref | undefined;
    at = parent && byRef.get(formatRef(parent));
  }
  return `/${names.join("/")}`;
}
