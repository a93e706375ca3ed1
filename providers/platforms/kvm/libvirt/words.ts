// The words of libvirt: its networks and the interfaces of its domains that are ours, under the names that its XML has. Plain data
// that is the same whether it was made from the model or read from `dumpxml`. Pure.

/** VLANs of a port. Null in its place: none is set, which on Open vSwitch means that the port carries all of them. */
export interface LibvirtVlan {
  readonly trunk: boolean;
  /** Ids as ranges such as `10,100-199`; `0` stands for frames without a tag on Open vSwitch. */
  readonly tags: string;
  /** The id that the guest sends and gets without a tag, on a trunk. */
  readonly native: number | null;
}

/** Kilobytes (1000) per second; burst in kilobytes of 1024. */
export interface LibvirtBandwidth {
  readonly average: number;
  readonly peak: number | null;
  readonly burst: number | null;
}

/** What a port group and an interface both can say. */
export interface LibvirtPortSettings {
  readonly vlan: LibvirtVlan | null;
  /** Towards the guest. */
  readonly inbound: LibvirtBandwidth | null;
  /** From the guest. */
  readonly outbound: LibvirtBandwidth | null;
  /** Whether the host believes the guest when it changes its MAC address. */
  readonly trustGuestRxFilters: boolean;
}

export interface LibvirtNetworkWords {
  /** In its metadata: whose it is. */
  readonly environment: string;
  readonly active: boolean;
  readonly autostart: boolean;
  /** `bridge`, or `hostdev` for a pool of virtual functions. */
  readonly forward: string;
  readonly bridge: string | null;
  readonly virtualport: string | null;
  /** Physical port of a pool. */
  readonly pf: string | null;
  /** Numbers of its functions as ranges; null: all that the port has. */
  readonly functions: string | null;
  readonly portgroups: Readonly<Record<string, LibvirtPortSettings>>;
}

export interface LibvirtInterfaceWords extends LibvirtPortSettings {
  /** `network`, or `hostdev` for a virtual function. */
  readonly type: string;
  readonly network: string | null;
  readonly portgroup: string | null;
  /** Such as `ens3f0/2`; or the bare PCI address of what is no virtual function of the host. */
  readonly function: string | null;
  readonly mac: string;
  /** Interface on the host. */
  readonly target: string | null;
  readonly model: string | null;
  readonly queues: number | null;
  readonly link: "up" | "down" | null;
  /** Bytes. */
  readonly mtu: number | null;
  readonly isolated: boolean;
  /** Open vSwitch's iface-id. */
  readonly interfaceid: string | null;
  /** `persistent`, or `transient` and the alias of what stays. */
  readonly teaming: string | null;
}

export interface LibvirtDomainWords {
  /** In its metadata: whose its interfaces are. */
  readonly environment: string;
  /** By alias. */
  readonly interfaces: Readonly<Record<string, LibvirtInterfaceWords>>;
  /** Aliases in the order in which new ones are attached. Interfaces that are there keep their places: this is never a difference. */
  readonly order: readonly string[];
}

export interface LibvirtWords {
  readonly networks: Readonly<Record<string, LibvirtNetworkWords>>;
  readonly domains: Readonly<Record<string, LibvirtDomainWords>>;
}

/** Namespace of our marks in libvirt's metadata. */
export const METADATA = "urn:multiport:libvirt";

/** Aliases of ours: a port's card, and its virtual function. libvirt keeps what begins with `ua-`. */
export const CARD_ALIAS = "ua-multiport-";
export const FUNCTION_ALIAS = "ua-multiportvf-";
