// VmkernelPort: a network interface of ESXi itself, on a port group of a standard or distributed switch. Pure.
import { z } from "zod";
import * as field from "./field.js";
import type { Network } from "./network.js";
import { portGroupReference } from "./portGroupReference.js";

/** What ESXi uses such an interface for, in the API's own words. */
export const VMKERNEL_SERVICES = [
  "management",
  "vmotion",
  "faultToleranceLogging",
  "vSphereProvisioning",
  "vSphereReplication",
  "vSphereReplicationNFC",
  "vsan",
  "vsanWitness",
  "nvmeTcp",
  "nvmeRdma",
] as const;
export type VmkernelService = (typeof VMKERNEL_SERVICES)[number];

export const NETWORK_STACKS = ["defaultTcpipStack", "vmotion", "vSphereProvisioning"] as const;
export type NetworkStack = (typeof NETWORK_STACKS)[number];

export const VmkernelPortSpec = z.strictObject({
  portGroup: portGroupReference.optional().meta({
    description: "Virtual switch and port group. Default: that of the profile; one of the two has to say it.",
  }),
  address: field.interfaceAddress.optional().meta({
    description: "IPv4 address with its prefix length; ranges as for hosts. Default: by DHCP.",
  }),
  mtu: field.mtu.optional().meta({ description: "Largest packet in bytes. Default: that of the network." }),
  services: field
    .described(
      z.array(field.choice(VMKERNEL_SERVICES, "Service.")),
      "What ESXi uses the interface for. Default: none (storage needs none).",
      `a list of ${VMKERNEL_SERVICES.join(", ")}`,
    )
    .optional(),
  networkStack: field
    .choice(NETWORK_STACKS, "TCP/IP stack of the interface; it can't be changed later. Default defaultTcpipStack.")
    .optional(),
  iscsi: field.flag("The interface is bound to the software iSCSI adapter (port binding). Default false.").optional(),
});
export type VmkernelPortSpec = z.input<typeof VmkernelPortSpec>;

export interface VmkernelPort {
  readonly name: string;
  readonly switch: string;
  /** Whether the switch is one of the host's own or a distributed one. */
  readonly switchKind: "standard" | "distributed";
  readonly portGroup: string;
  readonly network: Network;
  /** With prefix length; undefined: DHCP. */
  readonly address?: string;
  readonly mtuBytes: number;
  readonly services: readonly VmkernelService[];
  readonly networkStack: NetworkStack;
  readonly iscsi: boolean;
}
