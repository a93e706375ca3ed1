// What there is to know about a VM, its host and its neighbours before a step is planned. Pure.
import type { Ref, VimNode } from "../../../model/vim.js";
import type { VmTarget } from "./words.js";

export type PowerState = "poweredOn" | "poweredOff" | "suspended";

/** A network card of the VM, whoever made it. */
export interface CardFact {
  readonly key: number;
  /** As vCenter sent it: a change of a device has to name all that it has. */
  readonly device: VimNode;
  /** vSphere's name of its type: VirtualVmxnet3, VirtualE1000 .. */
  readonly type: string;
  /** In lower case; absent until vCenter has chosen one. */
  readonly mac?: string;
  readonly externalId?: string;
  readonly network: CardNetwork;
  /** PCI address of the physical port, of an SR-IOV card. */
  readonly pf?: string;
}

export type CardNetwork =
  | { readonly kind: "distributed"; readonly switchUuid: string; readonly portGroupKey?: string }
  | { readonly kind: "standard"; readonly portGroup: string }
  | { readonly kind: "other" };

export interface PassthroughFact {
  readonly key: number;
  readonly device: VimNode;
  /** PCI address; absent for a device that is chosen when the VM starts. */
  readonly pci?: string;
}

/** A port group that VMs of the host can be attached to. */
export type PortGroupFact =
  | { readonly kind: "standard"; readonly switch: string; readonly name: string }
  | {
      readonly kind: "distributed";
      readonly switch: string;
      readonly name: string;
      readonly key: string;
      readonly switchUuid: string;
    };

/** A PCI device of the host, with what SR-IOV and passthrough make of it. */
export interface PciFact {
  readonly id: string;
  readonly isPassthroughRequested: boolean;
  readonly isPassthroughActive: boolean;
  /** Absent: the device knows no SR-IOV. */
  readonly sriov?: {
    readonly isRequested: boolean;
    readonly isActive: boolean;
    readonly requestedVfs: number;
    readonly activeVfs: number;
  };
}

export interface HostFacts {
  readonly name: string;
  /** Physical ports: PCI address by name. */
  readonly nics: ReadonlyMap<string, string>;
  readonly pci: ReadonlyMap<string, PciFact>;
  readonly portGroups: readonly PortGroupFact[];
}

/** Another VM on the same host. */
export interface NeighbourFact {
  readonly name: string;
  readonly isOn: boolean;
  /** PCI address of the physical port of each of its virtual functions. */
  readonly pfs: readonly string[];
  readonly passthrough: readonly string[];
}

/** How a device of the host is named to the VM that gets it. */
export interface OfferedDevice {
  readonly systemId: string;
  readonly vendorId: number;
}

/** What earlier runs wrote on the VM, for later ones: see marks.ts. */
export interface VmMarks {
  /** It was on before a run took it down. */
  readonly poweredOff?: { readonly askedAt?: number };
  /** Devices that a run added. */
  readonly passthrough: readonly string[];
  /** A run locked the memory; what was reserved before, in megabytes. */
  readonly memory?: { readonly reservedBefore: number };
  /** MAC addresses of cards that are out only while others change, by port. */
  readonly macs: ReadonlyMap<string, string>;
  /** Until now no run has come to the end of its hardware: see creation.ts. */
  readonly isBeingMade?: true;
}

export interface VmFacts {
  readonly target: VmTarget;
  readonly vm: Ref;
  /** The host that the VM is on. */
  readonly host: HostFacts;
  readonly changeVersion: string;
  readonly power: PowerState;
  /** The guest can be asked to shut down. */
  readonly hasTools: boolean;
  readonly isShuttingDown: boolean;
  readonly isTemplate: boolean;
  readonly isMemoryLocked: boolean;
  readonly reservedMegabytes: number;
  readonly cards: readonly CardFact[];
  readonly passthrough: readonly PassthroughFact[];
  readonly marks: VmMarks;
  readonly neighbours: readonly NeighbourFact[];
  /** Devices that the host can give to a VM, by PCI address. */
  readonly offered: ReadonlyMap<string, OfferedDevice>;
  /** vCenter's clock in milliseconds, known while the VM goes down. */
  readonly now?: number;
}
