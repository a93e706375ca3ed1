// How vCenter's answers about VMs and their hosts are read: only what a plan needs, checked. Pure.
import { z } from "zod";
import type { VimNode } from "../../../model/vim.js";
import { vimBoolean, vimInt, vimList, vimObject, vimRef } from "../vimFields.js";

const text = z.string();
/** PCI addresses and MAC addresses are compared in lower case. */
const lower = z.string().transform((value) => value.toLowerCase());

const functionBacking = vimObject({ id: text.optional() });

export const Device = vimObject({
  $type: text,
  key: vimInt,
  externalId: text.optional(),
  macAddress: lower.optional(),
  backing: vimObject({
    $type: text.optional(),
    deviceName: text.optional(),
    id: lower.optional(),
    assignedId: lower.optional(),
    port: vimObject({ switchUuid: text, portgroupKey: text.optional() }).optional(),
  }).optional(),
  sriovBacking: vimObject({ physicalFunctionBacking: functionBacking.optional() }).optional(),
});
export type Device = z.infer<typeof Device>;

/** Each device with the tree that it was read from. */
export const Devices = vimList(
  z.unknown().transform((tree, context) => {
    const read = Device.safeParse(tree);
    if (read.success) return { ...read.data, tree: tree as VimNode };
    for (const issue of read.error.issues)
      context.addIssue({ code: "custom", message: issue.message, path: issue.path });
    return z.NEVER;
  }),
);

export const VmProperties = z.object({
  name: text,
  "runtime.powerState": z.enum(["poweredOn", "poweredOff", "suspended"]),
  "runtime.host": vimRef("HostSystem").optional(),
  "config.changeVersion": text.optional(),
  "config.template": vimBoolean.optional(),
  "config.hardware.device": Devices,
  "config.extraConfig": vimList(vimObject({ key: text, value: z.unknown() })),
  "config.memoryReservationLockedToMax": vimBoolean.optional(),
  "config.memoryAllocation": vimObject({ reservation: vimInt.optional() }).optional(),
  "guest.toolsRunningStatus": text.optional(),
  "guest.guestState": text.optional(),
  environmentBrowser: vimRef().optional(),
});

export const NeighbourProperties = z.object({
  name: text,
  "runtime.powerState": text,
  "config.hardware.device": Devices,
});

export const HostProperties = z.object({
  name: text,
  vm: vimList(vimRef("VirtualMachine")),
  "config.network.pnic": vimList(vimObject({ device: text, pci: lower.optional() })),
  "config.network.portgroup": vimList(vimObject({ spec: vimObject({ name: text, vswitchName: text }) })),
  "config.pciPassthruInfo": vimList(
    vimObject({
      id: lower,
      passthruEnabled: vimBoolean,
      passthruActive: vimBoolean,
      sriovEnabled: vimBoolean.optional(),
      sriovCapable: vimBoolean.optional(),
      sriovActive: vimBoolean.optional(),
      numVirtualFunctionRequested: vimInt.optional(),
      numVirtualFunction: vimInt.optional(),
    }),
  ),
});

export const PortGroupProperties = z.object({
  name: text,
  key: text,
  "config.distributedVirtualSwitch": vimRef().optional(),
  "config.uplink": vimBoolean.optional(),
});

export const SwitchProperties = z.object({ name: text, uuid: text });

export const ConfigTarget = vimObject({
  pciPassthrough: vimList(vimObject({ pciDevice: vimObject({ id: lower, vendorId: vimInt }), systemId: text })),
});
