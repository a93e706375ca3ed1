// A VM, its host and what vCenter says of them, as the tests of the VM driver take them. Each test changes what it is about.
import type { VimNode } from "../../../../providers/model/vim.js";
import type { CardFact, PciFact, VmFacts } from "../../../../providers/platforms/vsphere/virtualMachine/facts.js";
import type { CardWords, VmWords } from "../../../../providers/platforms/vsphere/virtualMachine/words.js";

export const [PF0, PF1, GPU] = ["0000:3b:00.0", "0000:5e:00.0", "0000:af:00.0"] as const;

export const app: CardWords = { type: "vmxnet3", switchKind: "distributed", switch: "dvs0", portGroup: "app" };
export const storage: CardWords = { ...app, type: "sriov", portGroup: "storage", pf: "vmnic4" };

export function words(given: Partial<VmWords> = {}): VmWords {
  const cards = given.cards ?? {};
  return { host: "esx-01", order: Object.keys(cards), passthrough: {}, powerOff: "never", ...given, cards };
}

/** A card of the VM; with a port it carries the mark. */
export function card(given: Partial<CardFact> & { readonly port?: string } = {}): CardFact {
  const { port, ...rest } = given;
  const key = rest.key ?? 4000;
  const mac = rest.mac ?? `00:50:56:00:00:${(key % 100).toString().padStart(2, "0")}`;
  const externalId = rest.externalId ?? (port === undefined ? undefined : `multiport:e/${port}`);
  const type = rest.type ?? "VirtualVmxnet3";
  return {
    key,
    mac,
    type,
    network: { kind: "distributed", switchUuid: "50 01", portGroupKey: "pg-app" },
    ...(externalId === undefined ? {} : { externalId }),
    ...rest,
    device: rest.device ?? device({ key, type, mac, externalId }),
  };
}

/** A virtual function of a physical port. */
export function vf(given: Partial<CardFact> & { readonly port?: string } = {}): CardFact {
  return card({
    key: 4100,
    type: "VirtualSriovEthernetCard",
    pf: PF0,
    network: { kind: "distributed", switchUuid: "50 01", portGroupKey: "pg-storage" },
    ...given,
  });
}

function device({
  key,
  type,
  mac,
  externalId,
}: {
  key: number;
  type: string;
  mac: string;
  externalId: string | undefined;
}): VimNode {
  return {
    $type: type,
    key: String(key),
    backing: {
      $type: "VirtualEthernetCardDistributedVirtualPortBackingInfo",
      port: { switchUuid: "50 01", portgroupKey: "pg-app", portKey: "12" },
    },
    controllerKey: "100",
    unitNumber: "7",
    addressType: "assigned",
    macAddress: mac,
    ...(externalId === undefined ? {} : { externalId }),
    uptCompatibilityEnabled: "true",
  };
}

export function pf(id: string, sriov: Partial<NonNullable<PciFact["sriov"]>> = {}): PciFact {
  return {
    id,
    isPassthroughRequested: false,
    isPassthroughActive: false,
    sriov: { isRequested: true, isActive: true, requestedVfs: 4, activeVfs: 4, ...sriov },
  };
}

export function facts(given: Partial<VmFacts> = {}): VmFacts {
  return {
    target: { environment: "e", name: "db-01", host: "esx-01" },
    vm: { type: "VirtualMachine", value: "vm-1" },
    host: {
      name: "esx-01",
      nics: new Map([
        ["vmnic4", PF0],
        ["vmnic5", PF1],
      ]),
      pci: new Map([
        [PF0, pf(PF0)],
        [PF1, pf(PF1)],
        [GPU, { id: GPU, isPassthroughRequested: true, isPassthroughActive: true }],
      ]),
      portGroups: [
        { kind: "distributed", switch: "dvs0", name: "app", key: "pg-app", switchUuid: "50 01" },
        { kind: "distributed", switch: "dvs0", name: "web", key: "pg-web", switchUuid: "50 01" },
        { kind: "distributed", switch: "dvs0", name: "storage", key: "pg-storage", switchUuid: "50 01" },
        { kind: "standard", switch: "vSwitch0", name: "VM Network" },
      ],
    },
    changeVersion: "v7",
    power: "poweredOn",
    hasTools: true,
    isShuttingDown: false,
    isTemplate: false,
    isMemoryLocked: false,
    reservedMegabytes: 0,
    cards: [],
    passthrough: [],
    marks: { passthrough: [], macs: new Map() },
    neighbours: [],
    offered: new Map([[GPU, { systemId: "sys-1", vendorId: 4318 }]]),
    ...given,
  };
}
