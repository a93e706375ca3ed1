// The words of Hyper-V's own module: switches, adapters of the management OS, adapters of VMs. Names are those of the properties that
// its cmdlets give. Pure.

/** Of an adapter; null: not of this mode. */
export interface VlanWord {
  readonly OperationMode: "Untagged" | "Access" | "Trunk" | "Isolated" | "Community" | "Promiscuous";
  readonly AccessVlanId: number | null;
  readonly NativeVlanId: number | null;
  /** Such as 10,100-199, in order. */
  readonly AllowedVlanIdList: string | null;
  readonly PrimaryVlanId: number | null;
  readonly SecondaryVlanId: number | null;
  /** Of Promiscuous: the secondary VLANs that it answers. */
  readonly SecondaryVlanIdList: string | null;
}

export interface SwitchWord {
  readonly SwitchType: "External" | "Internal" | "Private";
  /** Connection names of the NICs, sorted; of an LBFO team that of its interface. */
  readonly NetAdapterName: readonly string[];
  readonly EmbeddedTeamingEnabled: boolean;
  /** Of Switch Embedded Teaming. */
  readonly LoadBalancingAlgorithm: "HyperVPort" | "Dynamic" | null;
  readonly IovEnabled: boolean;
  readonly BandwidthReservationMode: "None" | "Weight" | "Absolute";
  /** It is on the interface of an LBFO team. */
  readonly isOnTeam: boolean;
}

/** Of the management OS: `vEthernet (<name>)` among the host's connections. */
export interface ManagementAdapterWord {
  readonly SwitchName: string;
  readonly vlan: VlanWord;
}

export type OnOff = "On" | "Off";

export interface VmAdapterWord {
  readonly SwitchName: string;
  /** Twelve upper-case hexadecimal digits; null: Hyper-V gives the address. */
  readonly MacAddress: string | null;
  readonly vlan: VlanWord;
  readonly MacAddressSpoofing: OnOff;
  readonly DhcpGuard: OnOff;
  readonly RouterGuard: OnOff;
  readonly PortMirroringMode: "None" | "Source" | "Destination";
  readonly AllowTeaming: OnOff;
  readonly DeviceNaming: OnOff;
  /** 0: none. */
  readonly MinimumBandwidthWeight: number;
  /** Bits per second; 0: none. */
  readonly MinimumBandwidthAbsolute: number;
  /** Bits per second; 0: not limited. */
  readonly MaximumBandwidth: number;
  readonly IovWeight: number;
  readonly IovQueuePairsRequested: number;
  /** The member of the team that it prefers; null: Hyper-V chooses. */
  readonly NetAdapterName: string | null;
}

export interface VmswitchWords {
  readonly switches: Readonly<Record<string, SwitchWord>>;
  readonly management: Readonly<Record<string, ManagementAdapterWord>>;
  /** By VM and adapter. */
  readonly vms: Readonly<Record<string, Readonly<Record<string, VmAdapterWord>>>>;
}

export const NOTHING: VmswitchWords = { switches: {}, management: {}, vms: {} };

/** What a switch of ours carries in its notes. */
export function markOf(environment: string): string {
  return `multiport=${environment}`;
}

/** What is fixed when a switch is made. */
export const FIXED = ["SwitchType", "EmbeddedTeamingEnabled", "IovEnabled", "BandwidthReservationMode"] as const;
