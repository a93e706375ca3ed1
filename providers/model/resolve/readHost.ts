// A host of any platform as far as all have it: its profile and ranges filled in, its uplinks looked at. Pure.
import type { HostSpec, Uplink } from "../host.js";
import type { Path } from "../problem.js";

export interface ReadHost {
  readonly host: HostSpec;
  readonly name: string;
  readonly address: string;
  readonly uplinks: readonly Uplink[];
  readonly path: Path;
}
