// Finds a VM in vCenter by its name and its host. I/O through the door that it is given.
import { HostError } from "../host/host.js";
import type { Vcenter } from "../host/vim/vcenter.js";
import { formatRef, isRef, type ObjectContent, type Ref } from "../model/vim.js";
import { inventoryWays } from "../platforms/vsphere/inventoryQuery.js";

/** By the names that the file has. */
export interface WantedVm {
  readonly vm: string;
  /** The ESXi host's name in vCenter. */
  readonly host: string;
}

export interface FoundVm {
  readonly vm: Ref;
  /** The host that it is on: it may have moved. */
  readonly host: Ref;
}

/** The one on its host, or else the only one of its name. Throws a HostError of kind "invalid" where that is none. */
export async function findVm(vcenter: Vcenter, wanted: WantedVm): Promise<FoundVm> {
  const found = await vcenter.retrieve({
    properties: { HostSystem: ["name"], VirtualMachine: ["name", "runtime.host"] },
    from: [vcenter.ref("rootFolder")],
    along: inventoryWays({ hosts: true, vms: true }),
  });
  const hosts = new Map(found.map(({ object, properties }) => [formatRef(object), String(properties.name)]));
  const named = found.filter(
    ({ object, properties }) => object.type === "VirtualMachine" && properties.name === wanted.vm,
  );
  const onHost = named.filter((vm) => nameOfHost(vm, hosts) === wanted.host);
  const [only, ...others] = onHost.length === 1 ? onHost : named;
  const host = only?.properties["runtime.host"];
  if (only !== undefined && others.length === 0 && isRef(host)) return { vm: only.object, host };
  throw new HostError("invalid", `${vcenter.label}: ${refusal(wanted, named, hosts)}`);
}

type Names = ReadonlyMap<string, string>;

function nameOfHost({ properties }: ObjectContent, hosts: Names): string | undefined {
  const host = properties["runtime.host"];
  return isRef(host) ? hosts.get(formatRef(host)) : undefined;
}

function refusal({ vm, host }: WantedVm, named: readonly ObjectContent[], hosts: Names): string {
  if (named.length === 0)
    return `has no VM "${vm}", or its user may not see it. The VM's name in the file is its name in vCenter: correct either.`;
  const places = named.map((each) => nameOfHost(each, hosts) ?? "no host").sort();
  return `has ${named.length} VMs "${vm}", on ${places.join(", ")}, and which of them is meant on ${host} is not known. Rename the others, or correct the VM's host.`;
}
