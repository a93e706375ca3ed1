// HostPort: a network interface of a KVM or Hyper-V host itself on one of its virtual switches, such as that for its management. Pure.
import { z } from "zod";
import { ipKeys, type PlainIp } from "./interfaceIp.js";
import { portGroupReference } from "./portGroupReference.js";

export const HostPortSpec = z.strictObject({
  portGroup: portGroupReference.optional().meta({
    description:
      "Virtual switch of the host and port group. Default: that of the profile; one of the two has to say it.",
  }),
  ...ipKeys,
});
export type HostPortSpec = z.input<typeof HostPortSpec>;

export interface HostPort extends PlainIp {
  /** The name of the interface on the host; on Hyper-V that of the adapter, whose interface is `vEthernet (<name>)`. */
  readonly name: string;
  readonly switch: string;
  readonly portGroup: string;
}
