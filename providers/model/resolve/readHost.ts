// A host of any platform as far as all have it: its profile and ranges filled in, its uplinks looked at. Pure.
import type { HostSpec } from "../host.js";
import type { Path } from "../problem.js";
import type { Uplink } from "../uplink.js";

export interface ReadHost {
  readonly host: HostSpec;
  readonly name: string;
  readonly address: string;
  readonly uplinks: readonly Uplink[];
  readonly path: Path;
}
