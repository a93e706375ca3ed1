// A VM's hardware in vSphere's words: its network cards, passthrough devices and memory reservation. Pure.
import { z } from "zod";
import type { VcenterAbout } from "../vcenterDriver.js";

/** A network card of ours. */
export const CardWords = z.strictObject({
  /** `other` is only ever found: a card of a type that nobody can declare here. */
  type: z.enum(["vmxnet3", "sriov", "other"]),
  switchKind: z.enum(["standard", "distributed"]),
  switch: z.string(),
  portGroup: z.string(),
  /** Only where the file says one: a MAC address that vCenter chose is nobody's wish. */
  mac: z.string().optional(),
  /** The physical port that the virtual function comes from: vmnic4, or a PCI address where the host has no such port. */
  pf: z.string().optional(),
  /** PCI address of that port, where the file says it. */
  pci: z.string().optional(),
});
export type CardWords = z.infer<typeof CardWords>;

export const VmWords = z.strictObject({
  /** The host's name in vCenter. */
  host: z.string(),
  /** By port. */
  cards: z.record(z.string(), CardWords),
  /** The ports in the order of the file, in which missing cards are added: the guest counts its cards. No setting of the VM. */
  order: z.array(z.string()),
  /** PCI devices that the VM has whole, by address. */
  passthrough: z.record(z.string(), z.literal(true)),
  /** All memory is reserved, as virtual functions and passthrough devices need it. Absent: not ours to say. */
  memoryLocked: z.literal(true).optional(),
  /** A rule for us, not a setting of the VM. */
  powerOff: z.enum(["never", "whenRequired"]),
});
export type VmWords = z.infer<typeof VmWords>;

/** Which VM it is. */
export interface VmTarget {
  readonly environment: string;
  readonly name: string;
  /** The host's name in vCenter. */
  readonly host: string;
  /** Managed object id, of a VM that another resource of the same program makes. */
  readonly id?: string;
  /** MAC address of the one card that such a VM is made with: the provider makes none without. */
  readonly standIn?: string;
}

/** What the questions about a VM depend on. */
export interface Asking {
  readonly target: VmTarget;
  readonly scope: VmWords;
  readonly about: VcenterAbout;
}
