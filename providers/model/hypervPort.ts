// What the file says of a VM's network adapter on a Hyper-V host, beyond its port group and MAC address. Pure.
import { z } from "zod";
import * as field from "./field.js";
import { PORT_MIRRORINGS } from "./hypervHost.js";

const KBPS = { min: 1, max: 1_000_000_000 };

export const AdapterBandwidthSpec = z.strictObject({
  minimumWeight: field
    .integer(
      { min: 1, max: 100 },
      "Share of the switch's bandwidth that is kept for the adapter, on a switch with bandwidthMode weight.",
    )
    .optional(),
  minimumKbps: field
    .integer(KBPS, "Bandwidth that is kept for the adapter, in kbit/s, on a switch with bandwidthMode absolute.")
    .optional(),
  maximumKbps: field.integer(KBPS, "Most that the adapter may send, in kbit/s. Default: not limited.").optional(),
});
export type AdapterBandwidthSpec = z.input<typeof AdapterBandwidthSpec>;

export const AdapterIovSpec = z.strictObject({
  weight: field
    .integer(
      { min: 0, max: 100 },
      "0: no virtual function. Windows makes no difference between other weights. Default 100.",
    )
    .optional(),
  queuePairs: field
    .integer(
      { min: 1, max: 256 },
      "Queue pairs of the virtual function; more than one lets the VM spread what comes in. Default 1.",
    )
    .optional(),
});

export const HypervPortSpec = z.strictObject({
  dhcpGuard: field.flag("Drop what the VM sends as a DHCP server. Default false.").optional(),
  routerGuard: field.flag("Drop router advertisements and redirects that the VM sends. Default false.").optional(),
  portMirroring: field
    .choice(
      PORT_MIRRORINGS,
      "Copy frames of the adapter to the adapters that are destination on its switch (source), or receive such copies (destination). Default none.",
    )
    .optional(),
  allowTeaming: field
    .flag(
      "The guest may team the adapter with others: frames with their MAC addresses pass. Default: true where the port is a member of a bond, otherwise false.",
    )
    .optional(),
  deviceNaming: field.flag("The guest sees the adapter's name. Default false.").optional(),
  bandwidth: AdapterBandwidthSpec.optional().meta({ description: "Bandwidth kept for the adapter, and its limit." }),
  iov: AdapterIovSpec.optional().meta({
    description: "The adapter has a virtual function (SR-IOV), on a switch with iov. May be empty. Default: none.",
  }),
  affinity: field
    .windowsName(
      "Member of the switch's team that carries the adapter while it is up; on a SET switch. Default: the host chooses.",
    )
    .optional(),
});
export type HypervPortSpec = z.input<typeof HypervPortSpec>;
