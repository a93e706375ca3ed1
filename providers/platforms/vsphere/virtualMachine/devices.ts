// Virtual devices as vCenter wants them: every element in wire order, and all of a device that is changed. Pure.
import type { VimNode, VimObject, VimTree, VimValue } from "../../../model/vim.js";
import type { PortGroupFact } from "./facts.js";

/** Wire order of a network card: VirtualDevice, VirtualEthernetCard, then the kinds of cards. */
const CARD_ELEMENTS = [
  "$type",
  "key",
  "deviceInfo",
  "backing",
  "connectable",
  "slotInfo",
  "controllerKey",
  "unitNumber",
  "numaNode",
  "deviceGroupInfo",
  "dynamicProperty",
  "addressType",
  "macAddress",
  "wakeOnLanEnabled",
  "resourceAllocation",
  "externalId",
  "uptCompatibilityEnabled",
  "subnetId",
  "uptv2Enabled",
  "strictLatencyConfig",
  "allowGuestOSMtuChange",
  "sriovBacking",
  "dvxBackingInfo",
] as const;
type CardElement = (typeof CARD_ELEMENTS)[number];
type CardParts = Partial<Record<CardElement, VimValue>>;

/** A card that is not there yet: a negative key is vSphere's word for it. */
export function newCard(type: string, parts: CardParts): VimObject {
  return {
    $type: type,
    ...inWireOrder({
      key: -1,
      connectable: { startConnected: true, allowGuestControl: true, connected: true },
      wakeOnLanEnabled: true,
      ...parts,
    }),
  };
}

/** The card as vCenter has it, with some parts changed. */
export function changedCard(device: VimNode, parts: CardParts): VimObject {
  const { $type, ...rest } = device as VimObject & { readonly $type?: string };
  return { ...($type === undefined ? {} : { $type }), ...inWireOrder({ ...rest, ...parts }) };
}

/** Elements of a release that is newer than this list are last in their class, and only come from vCenter itself. */
function inWireOrder(parts: Readonly<Record<string, VimValue>>): VimObject {
  const known = CARD_ELEMENTS.filter((name) => Object.hasOwn(parts, name));
  const unknown = Object.keys(parts).filter((name) => !(CARD_ELEMENTS as readonly string[]).includes(name));
  return Object.fromEntries([...known, ...unknown].map((name) => [name, parts[name]]));
}

export function networkBacking(portGroup: PortGroupFact): VimObject {
  if (portGroup.kind === "standard")
    return { $type: "VirtualEthernetCardNetworkBackingInfo", deviceName: portGroup.name };
  const { switchUuid, key } = portGroup;
  return {
    $type: "VirtualEthernetCardDistributedVirtualPortBackingInfo",
    port: { switchUuid, portgroupKey: key },
  };
}

/** The physical port only: which of its virtual functions it is, vSphere decides each time the VM starts. */
export function functionBacking(pf: string): VimObject {
  return {
    physicalFunctionBacking: {
      $type: "VirtualPCIPassthroughDeviceBackingInfo",
      deviceName: "",
      id: pf,
      deviceId: "0",
      systemId: "BYPASS",
      vendorId: 0,
    },
  };
}

export function newPassthrough(pci: string, { systemId, vendorId }: { systemId: string; vendorId: number }): VimObject {
  return {
    $type: "VirtualPCIPassthrough",
    key: -1,
    backing: {
      $type: "VirtualPCIPassthroughDeviceBackingInfo",
      deviceName: "",
      id: pci,
      deviceId: "",
      systemId,
      vendorId,
    },
  };
}

/** A device as it was read. */
export function sameDevice(device: VimNode): VimObject {
  return device as Readonly<Record<string, VimTree>> as VimObject;
}
