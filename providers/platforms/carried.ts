// What a host or switch carries to the ports of VMs, as far as words say it. Pure: types only.

/** A port of a VM, or where such ports are: an interface of the host, a port group of a switch. */
export type BelowPort =
  | { readonly vm: string; readonly port: string }
  | { readonly interface: string }
  /** `switch` is that of a host; left out: the object that says so. */
  | { readonly portGroup: string; readonly switch?: string };

export interface Carried {
  readonly below: BelowPort;
  /** Such as `VLAN 10`. */
  readonly vlans: string;
}
