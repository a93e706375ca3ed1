// What is said of one part of a team device that becomes a part of a bond. Pure.
import type { BondSpec } from "../../../model/bond.js";

/** What of the team the bond does not have, or has in another way. */
export interface TeamRemark {
  readonly path: string;
  readonly reason: string;
}

/** A piece of the bond. */
export interface Part {
  readonly keys: Partial<BondSpec>;
  readonly remarks: readonly TeamRemark[];
}
