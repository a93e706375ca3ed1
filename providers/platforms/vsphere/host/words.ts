// The words of an ESXi host: every setting of it that multiport owns, by name. Pure types, and the words of nothing.
import type { Reboot } from "../../../model/host.js";
import type { SecurityPolicy } from "../../../model/portGroup.js";
import type { NetworkStack, VmkernelService } from "../../../model/vmkernelPort.js";
import type { ShapingWord } from "../portWords.js";
import type { TeamingWords as AnyTeamingWords } from "../uplinkTeam.js";

/** Ways of a standard switch to spread traffic, as HostNicTeamingPolicy has them. */
export type StandardPolicy = "loadbalance_srcid" | "loadbalance_srcmac" | "loadbalance_ip" | "failover_explicit";

export type TeamingWords = AnyTeamingWords<StandardPolicy>;

export interface SwitchWords {
  readonly mtuBytes: number;
  /** Physical NICs; the order is that of the file. */
  readonly uplinks: readonly string[];
  /** This and the next two only of a switch with uplinks. */
  readonly teaming?: TeamingWords;
  /** Protocol and what is done with it: "cdp listen". */
  readonly discovery?: string;
  readonly beaconIntervalSeconds?: number;
  readonly security: SecurityPolicy;
  readonly shaping: ShapingWord;
  /** What was there before may be taken over; then the switch itself is never removed. Says nothing about vCenter. */
  readonly adopt: boolean;
}

export interface PortGroupWords {
  readonly switch: string;
  /** 0: untagged; 4095: the VM tags its frames itself, with any VLAN. */
  readonly vlan: number;
  readonly teaming: TeamingWords | "inherited";
  readonly security: SecurityPolicy | "inherited";
  readonly shaping: ShapingWord | "inherited";
}

export interface VmkernelWords {
  readonly switch: string;
  readonly switchKind: "standard" | "distributed";
  readonly portGroup: string;
  /** "10.32.0.11/24", or "dhcp". */
  readonly address: string;
  readonly mtuBytes: number;
  /** In the order of VMKERNEL_SERVICES. */
  readonly services: readonly VmkernelService[];
  readonly stack: NetworkStack;
  /** Says nothing about vCenter: the port shall be bound to the software iSCSI adapter, which people do. */
  readonly iscsi?: true;
}

export interface HostWords {
  /** PCI addresses of physical NICs, where the file has them: what else names the NIC relies on them. */
  readonly nics: Readonly<Record<string, string>>;
  readonly switches: Readonly<Record<string, SwitchWords>>;
  readonly portGroups: Readonly<Record<string, PortGroupWords>>;
  /** By the name that the file gives them. */
  readonly vmkernelPorts: Readonly<Record<string, VmkernelWords>>;
  /** By NIC: what is asked for; it may be there only after a restart. */
  readonly sriov: Readonly<Record<string, { readonly numVfs: number }>>;
  /** PCI addresses of devices that VMs may be given whole. */
  readonly passthrough: Readonly<Record<string, boolean>>;
  /** Says nothing about vCenter: whether a plan may restart the host. */
  readonly reboot: Reboot;
}

/** Which host: by its name in vCenter. */
export interface HostTarget {
  readonly address: string;
}

/** A host of which nothing is declared. */
export const NO_WORDS: HostWords = {
  nics: {},
  switches: {},
  portGroups: {},
  vmkernelPorts: {},
  sriov: {},
  passthrough: {},
  reboot: "never",
};
