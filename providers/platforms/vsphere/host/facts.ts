// What vCenter says of a host, as far as multiport needs it. Pure.
import type { Ref } from "../../../model/vim.js";
import type { NetworkPolicy } from "./networkPolicy.js";

export interface PhysicalNic {
  readonly device: string;
  readonly pci: string;
  /** The link is up. */
  readonly isUp: boolean;
  /** The switch that has it as uplink; undefined: none. */
  readonly holder?: { readonly kind: "standard" | "distributed"; readonly switch: string };
}

export interface StandardSwitchFacts {
  readonly name: string;
  readonly mtuBytes: number;
  readonly numPorts: number;
  readonly uplinks: readonly string[];
  readonly beaconIntervalSeconds?: number;
  /** "cdp listen". */
  readonly discovery?: string;
  readonly policy: NetworkPolicy;
}

export interface PortGroupFacts {
  readonly name: string;
  readonly switch: string;
  readonly vlan: number;
  readonly policy: NetworkPolicy;
  /** What works after inheritance. */
  readonly computed: NetworkPolicy;
  /** Names of this host's VMs that are on it, running or not. */
  readonly machines: readonly string[];
}

export interface DistributedPortGroupFacts {
  readonly name: string;
  readonly key: string;
  readonly switch: string;
  readonly switchUuid: string;
}

export interface VmkernelFacts {
  /** vmk0. */
  readonly device: string;
  readonly switch: string;
  readonly switchKind: "standard" | "distributed";
  readonly portGroup: string;
  /** With prefix length, or "dhcp". */
  readonly address: string;
  readonly mtuBytes: number;
  /** In the API's words, in the order of VMKERNEL_SERVICES; others come last. */
  readonly services: readonly string[];
  readonly stack: string;
}

export interface SriovFacts {
  readonly isCapable: boolean;
  readonly isEnabled: boolean;
  /** Enabled, and the host was restarted since. */
  readonly isActive: boolean;
  readonly requested: number;
  /** Virtual functions that are there now. */
  readonly present: number;
  readonly max: number;
}

export interface PciDeviceFacts {
  readonly pci: string;
  readonly isCapable: boolean;
  readonly isEnabled: boolean;
  /** Enabled, and the host was restarted since. */
  readonly isActive: boolean;
  /** Undefined: no SR-IOV device. */
  readonly sriov?: SriovFacts;
}

/** What says that multiport put the host into maintenance mode: a custom attribute of the host. */
export interface MarkFacts {
  /** Key of the attribute; undefined: this vCenter does not have it yet. */
  readonly key?: number;
  /** The time that the host had booted when it was marked, as vCenter gives it; undefined: not marked. */
  readonly bootTime?: string;
}

export interface HostFacts {
  readonly ref: Ref;
  readonly name: string;
  readonly networkSystem: Ref | undefined;
  readonly virtualNicManager: Ref | undefined;
  readonly passthruSystem: Ref | undefined;
  readonly customFieldsManager: Ref | undefined;
  readonly isConnected: boolean;
  readonly connectionState: string;
  readonly isInMaintenance: boolean;
  /** As vCenter gives it. */
  readonly bootTime: string;
  readonly isRestartRequired: boolean;
  /** By device. */
  readonly nics: ReadonlyMap<string, PhysicalNic>;
  readonly switches: ReadonlyMap<string, StandardSwitchFacts>;
  readonly portGroups: ReadonlyMap<string, PortGroupFacts>;
  readonly distributedPortGroups: readonly DistributedPortGroupFacts[];
  readonly vmkernelPorts: readonly VmkernelFacts[];
  /** By PCI address. */
  readonly devices: ReadonlyMap<string, PciDeviceFacts>;
  /** Names of the VMs that run on the host. */
  readonly runningMachines: readonly string[];
  /** The cluster moves running VMs off the host by itself: DRS is fully automated. */
  readonly areMachinesMoved: boolean;
  readonly mark: MarkFacts;
}

/** The vmkernel port that carries the management of the host: taking it away would cut vCenter off. */
export function isManagement({ services }: Pick<VmkernelFacts, "services">): boolean {
  return services.includes("management");
}

/** The vmkernel port on a port group. */
export function vmkernelOn(
  facts: HostFacts,
  place: Pick<VmkernelFacts, "switch" | "switchKind" | "portGroup">,
): VmkernelFacts | undefined {
  return facts.vmkernelPorts.find(
    (port) =>
      port.portGroup === place.portGroup && port.switch === place.switch && port.switchKind === place.switchKind,
  );
}
