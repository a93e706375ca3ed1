// The words of SR-IOV on Linux: what sysfs says of a network card and what `ip link` says of its virtual functions, under their own
// names. Null: not ours to set, and not compared. Pure.

export interface FunctionWords {
  readonly mac: string | null;
  /** 0: none. */
  readonly vlan: number | null;
  readonly qos: number | null;
  readonly vlan_proto: string | null;
  readonly spoofchk: "on" | "off" | null;
  readonly trust: "on" | "off" | null;
  /** Mbit/s; 0: none. */
  readonly min_tx_rate: number | null;
  readonly max_tx_rate: number | null;
  readonly link_state: string | null;
  readonly query_rss: "on" | "off" | null;
  /**
   * `kernel` is the driver of its maker. What a machine may say besides: `none`, and `taken` of one that a VM or another network
   * namespace has, whose driver and device are theirs for that time.
   */
  readonly driver: "kernel" | "vfio" | "none" | "taken";
  /** Of its network device on the host. */
  readonly mtu: number | null;
  /** Whom the file gives it to: a remark in sriov.conf, which the machine knows nothing of. */
  readonly user: { readonly vm: string; readonly port: string } | null;
}

export interface PortWords {
  /** Which PCI device the network card of this name has to be. */
  readonly pci: string | null;
  /** Four hexadecimal digits: the card is found by its kind and not by its name. */
  readonly vendor: string | null;
  readonly device: string | null;
  readonly sriov_numvfs: number;
  /** Null where something else sets it, such as the virtual switch that the card belongs to. */
  readonly mtu: number | null;
  /** Drivers take new functions by themselves: what libvirt counts on when it gives one back. */
  readonly sriov_drivers_autoprobe: number;
  /** By number. */
  readonly functions: Readonly<Record<string, FunctionWords>>;
}

export interface SriovWords {
  /** Of the unit that brings all of this back at boot; null in empty words. */
  readonly unit: string | null;
  /** By the name in the file. */
  readonly ports: Readonly<Record<string, PortWords>>;
}

export const NO_SRIOV: SriovWords = { unit: null, ports: {} };

/** What is set by `ip link set .. vf`, each with what a new function has; a MAC address has no such value that all drivers take. */
export const FUNCTION_DEFAULTS = {
  vlan: 0,
  qos: 0,
  vlan_proto: "802.1Q",
  spoofchk: "on",
  trust: "off",
  min_tx_rate: 0,
  max_tx_rate: 0,
  link_state: "auto",
  query_rss: "off",
} as const satisfies { readonly [K in keyof FunctionWords]?: NonNullable<FunctionWords[K]> };
export type FunctionOption = keyof typeof FUNCTION_DEFAULTS;
export const FUNCTION_OPTIONS = Object.keys(FUNCTION_DEFAULTS) as FunctionOption[];
