// The facts in what vCenter said about a VM, its host and the other VMs there. Pure.
import type { z } from "zod";
import { formatRef, type ObjectContent, type Ref, type VimTree } from "../../../model/vim.js";
import { readFields } from "../vimFields.js";
import type {
  CardFact,
  CardNetwork,
  HostFacts,
  NeighbourFact,
  OfferedDevice,
  PciFact,
  PortGroupFact,
  VmFacts,
} from "./facts.js";
import { readMarks } from "./marks.js";
import {
  ConfigTarget,
  type Device,
  type Devices,
  HostProperties,
  NeighbourProperties,
  PortGroupProperties,
  SwitchProperties,
  VmProperties,
} from "./vmFields.js";
import type { Asking } from "./words.js";

interface Answers {
  readonly vm: ObjectContent;
  readonly host: Ref;
  /** The host, its port groups and their switches. */
  readonly surroundings: readonly ObjectContent[];
  readonly neighbours: readonly ObjectContent[];
  readonly configTarget: VimTree | undefined;
}

export function toVmFacts({ target }: Asking, { vm, surroundings, neighbours, configTarget }: Answers): VmFacts {
  const read = readContent(VmProperties, vm);
  const devices = read["config.hardware.device"];
  const extraConfig = read["config.extraConfig"].map(({ key, value }): [string, string] => [key, String(value ?? "")]);
  return {
    target,
    vm: vm.object,
    host: toHost(surroundings),
    changeVersion: read["config.changeVersion"] ?? "",
    power: read["runtime.powerState"],
    hasTools: read["guest.toolsRunningStatus"] === "guestToolsRunning",
    isShuttingDown: read["guest.guestState"] === "shuttingDown",
    isTemplate: read["config.template"] ?? false,
    isMemoryLocked: read["config.memoryReservationLockedToMax"] ?? false,
    reservedMegabytes: read["config.memoryAllocation"]?.reservation ?? 0,
    cards: devices.flatMap(toCard),
    passthrough: devices.filter(isPassthrough).map((device) => ({
      key: device.key,
      device: device.tree,
      ...(pciOf(device) === undefined ? {} : { pci: pciOf(device) as string }),
    })),
    marks: readMarks(target.environment, new Map(extraConfig)),
    neighbours: neighbours.filter(({ object }) => object.value !== vm.object.value).map(toNeighbour),
    offered: toOffered(configTarget),
  };
}

function readContent<Schema extends z.ZodType>(schema: Schema, { object, properties }: ObjectContent) {
  return readFields(schema, properties, formatRef(object));
}

type ReadDevice = z.infer<typeof Devices>[number];

function toCard(device: ReadDevice): CardFact[] {
  // Every kind of network card has a MAC address, and nothing else has.
  if (!isCard(device)) return [];
  const pf = pfOf(device);
  return [
    {
      key: device.key,
      device: device.tree,
      type: device.$type,
      ...(device.macAddress ? { mac: device.macAddress } : {}),
      ...(device.externalId ? { externalId: device.externalId } : {}),
      network: toNetwork(device),
      ...(pf === undefined ? {} : { pf }),
    },
  ];
}

const CARD_TYPE = /^Virtual(E1000e?|PCNet32|Vmxnet[23]?|Vmxnet3Vrdma|EthernetCard|SriovEthernetCard)$/;

function isCard({ $type, macAddress }: Device): boolean {
  return CARD_TYPE.test($type) || macAddress !== undefined;
}

/** An automatically chosen port reads as `Automatic-<id>`. */
function pfOf({ $type, sriovBacking }: Device): string | undefined {
  if ($type !== "VirtualSriovEthernetCard") return undefined;
  return sriovBacking?.physicalFunctionBacking?.id?.replace(/^Automatic-/i, "").toLowerCase();
}

function isPassthrough({ $type }: Device): boolean {
  return $type === "VirtualPCIPassthrough";
}

function pciOf({ backing }: Device): string | undefined {
  return backing?.assignedId ?? backing?.id;
}

function toNetwork({ backing }: Device): CardNetwork {
  if (backing?.port) {
    const { switchUuid, portgroupKey } = backing.port;
    return { kind: "distributed", switchUuid, ...(portgroupKey ? { portGroupKey: portgroupKey } : {}) };
  }
  if (backing?.$type === "VirtualEthernetCardNetworkBackingInfo" && backing.deviceName !== undefined)
    return { kind: "standard", portGroup: backing.deviceName };
  return { kind: "other" };
}

function toNeighbour(content: ObjectContent): NeighbourFact {
  const read = readContent(NeighbourProperties, content);
  const devices = read["config.hardware.device"];
  return {
    name: read.name,
    isOn: read["runtime.powerState"] === "poweredOn",
    pfs: devices.flatMap((device) => pfOf(device) ?? []),
    passthrough: devices.filter(isPassthrough).flatMap((device) => pciOf(device) ?? []),
  };
}

function toHost(surroundings: readonly ObjectContent[]): HostFacts {
  const host = surroundings.find(({ object }) => object.type === "HostSystem");
  if (!host) throw new Error("vCenter did not say anything about the VM's host. Run pulumi refresh.");
  const read = readContent(HostProperties, host);
  return {
    name: read.name,
    nics: new Map(read["config.network.pnic"].map(({ device, pci }) => [device, pci ?? ""])),
    pci: new Map(read["config.pciPassthruInfo"].map((info) => [info.id, toPci(info)])),
    portGroups: [
      ...read["config.network.portgroup"].map(
        ({ spec }): PortGroupFact => ({ kind: "standard", switch: spec.vswitchName, name: spec.name }),
      ),
      ...toDistributed(surroundings),
    ],
  };
}

type PassthroughInfo = z.infer<typeof HostProperties>["config.pciPassthruInfo"][number];

function toPci(info: PassthroughInfo): PciFact {
  return {
    id: info.id,
    isPassthroughRequested: info.passthruEnabled,
    isPassthroughActive: info.passthruActive,
    ...(info.sriovCapable
      ? {
          sriov: {
            isRequested: info.sriovEnabled ?? false,
            isActive: info.sriovActive ?? false,
            requestedVfs: info.numVirtualFunctionRequested ?? 0,
            activeVfs: info.numVirtualFunction ?? 0,
          },
        }
      : {}),
  };
}

function toDistributed(surroundings: readonly ObjectContent[]): PortGroupFact[] {
  const switches = new Map(
    surroundings
      .filter(({ object }) => /DistributedVirtualSwitch$/.test(object.type))
      .map((content) => [content.object.value, readContent(SwitchProperties, content)]),
  );
  return surroundings.flatMap((content): PortGroupFact[] => {
    if (content.object.type !== "DistributedVirtualPortgroup") return [];
    const { name, key, ...config } = readContent(PortGroupProperties, content);
    const owner = switches.get(config["config.distributedVirtualSwitch"]?.value ?? "");
    if (!owner || config["config.uplink"]) return [];
    return [{ kind: "distributed", switch: owner.name, name, key, switchUuid: owner.uuid }];
  });
}

function toOffered(configTarget: VimTree | undefined): Map<string, OfferedDevice> {
  if (configTarget === undefined) return new Map();
  const { pciPassthrough } = readFields(ConfigTarget, configTarget, "QueryConfigTarget");
  return new Map(
    pciPassthrough.map(({ pciDevice, systemId }) => [pciDevice.id, { systemId, vendorId: pciDevice.vendorId }]),
  );
}
