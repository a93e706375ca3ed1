// VlanInterface: an interface in a VLAN of its own, over a bond or a port of a guest that carries several. Pure.
import { z } from "zod";
import * as field from "./field.js";
import { guestIpKeys, type InterfaceIp } from "./interfaceIp.js";

export const VlanInterfaceSpec = z.strictObject(guestIpKeys);
export type VlanInterfaceSpec = z.input<typeof VlanInterfaceSpec>;

/** By the network whose VLAN it is. */
export function vlanInterfaces(description: string) {
  return field.described(
    z.record(
      field.name("Network."),
      field.described(
        z.union([VlanInterfaceSpec, z.null()]),
        "Settings of the interface; may be empty.",
        "nothing, or a map such as {addresses: [10.30.0.11/24]}",
      ),
    ),
    description,
    "a map such as {storage: {addresses: [10.30.0.11/24]}}",
  );
}

export interface VlanInterface extends InterfaceIp {
  readonly vlan: number;
}
