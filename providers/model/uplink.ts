// Uplink: a physical port of a host. Pure.
import { z } from "zod";
import * as field from "./field.js";
import { type Cable, cable } from "./switchPort.js";
import { type Sriov, SriovSpec } from "./virtualFunction.js";

export const UplinkSpec = z.strictObject({
  pci: field.pciAddress.optional(),
  cable: cable.optional(),
  sriov: SriovSpec.optional().meta({
    description: "SR-IOV of the port. Left out: stays as it is, unless it was set here before.",
  }),
  description: field.description.optional(),
});
export type UplinkSpec = z.input<typeof UplinkSpec>;

export interface Uplink {
  readonly name: string;
  readonly pci?: string;
  readonly cable?: Cable;
  /** Virtual functions that the port shall have; undefined: not ours to set. */
  readonly numVfs?: number;
  /** What a KVM host is told of them; set when numVfs is. */
  readonly sriov?: Sriov;
}
