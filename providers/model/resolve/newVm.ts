// A VM that multiport makes: where, and with what. Pure.
import type { DistributedSwitch } from "../distributedSwitch.js";
import type { EnvironmentSpec } from "../environment.js";
import type { Path } from "../problem.js";
import type { CreateVmSpec, NewVm } from "../virtualMachine.js";
import type { Scope } from "./scope.js";

interface Placing {
  readonly spec: EnvironmentSpec;
  /** The distributed switches of the host. */
  readonly switches: readonly DistributedSwitch[];
  /** Of `create`. */
  readonly path: Path;
}

export function toNewVm(scope: Scope, create: CreateVmSpec, placing: Placing): NewVm {
  checkMemory(scope, create.memoryMegabytes, [...placing.path, "memoryMegabytes"]);
  return {
    datacenter: datacenterOf(scope, placing),
    cpus: create.cpus ?? 1,
    memoryMegabytes: create.memoryMegabytes,
    guestId: create.guestId ?? "otherGuest64",
    datastore: create.datastore,
    ...(create.resourcePool === undefined ? {} : { resourcePool: create.resourcePool }),
    diskGigabytes: create.diskGigabytes ?? [8],
    ...(create.folder === undefined ? {} : { folder: create.folder }),
  };
}

/** The empty name when it is not known, which is a problem. */
function datacenterOf(scope: Scope, { spec, switches, path }: Placing): string {
  const known = new Set(switches.map(({ datacenter }) => datacenter));
  const datacenter = spec.vcenter?.datacenter ?? (known.size === 1 ? [...known][0] : undefined);
  if (datacenter !== undefined) return datacenter;
  scope.error("schema", path, {
    message: "the datacenter that the VM is made in is not known",
    found: known.size === 0 ? "no distributed switch on the host" : [...known].join(", "),
    wanted: "vcenter.datacenter, or distributed switches of one datacenter on the host",
    remedy: "Add vcenter: { datacenter: ... }.",
  });
  return "";
}

/** vCenter refuses memory that is not whole pages of 4 MB. */
function checkMemory(scope: Scope, megabytes: number, path: Path): void {
  const over = megabytes % 4;
  if (over === 0) return;
  scope.error("schema", path, {
    message: "the memory is not a multiple of 4 megabytes",
    found: megabytes,
    wanted: `${megabytes - over} or ${megabytes - over + 4}`,
    remedy: "Correct the value.",
  });
}
