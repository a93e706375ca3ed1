// The words of Open vSwitch: what a host's OVSDB says of the bridges and ports that are ours. Column names are OVSDB's
// own; every column that we set is always there, so that comparing two values finds whatever anybody changed.

export interface OvsPort {
  /** One interface, or the members of a bond in alphabetical order (OVSDB keeps a set). */
  readonly interfaces: readonly string[];
  readonly vlan_mode: string;
  /** Access or native VLAN. */
  readonly tag: number | null;
  /** Allowed VLANs as ranges such as `10,100-199`; empty: all. */
  readonly trunks: string;
  readonly mtu_request: number | null;
  /** `internal`: an interface of the host itself, made with the port; empty: one that others make. */
  readonly type: string;
  /** Null for a port with one interface. */
  readonly bond: OvsBond | null;
}

/** The keys of a bond's other_config that are ours. A new one needs its value in toWords.ts, and nothing else. */
export const BOND_CONFIG = [
  "lacp-time",
  "lacp-fallback-ab",
  "bond-primary",
  "bond-detect-mode",
  "bond-miimon-interval",
  "bond-rebalance-interval",
] as const;
export type BondConfig = Readonly<Record<(typeof BOND_CONFIG)[number], string | null>>;

export interface OvsBond extends BondConfig {
  readonly bond_mode: string;
  readonly lacp: string;
  /** Milliseconds. */
  readonly bond_updelay: number;
  readonly bond_downdelay: number;
}

/** Values of all keys that are ours; what `lookUp` does not find is not set. */
export function toBondConfig(lookUp: (key: string) => string | undefined): BondConfig {
  return Object.fromEntries(BOND_CONFIG.map((key) => [key, lookUp(key) ?? null])) as BondConfig;
}

export interface OvsBridge {
  readonly datapath_type: string;
  readonly fail_mode: string;
  readonly ports: Readonly<Record<string, OvsPort>>;
}

export interface OvsWords {
  readonly bridges: Readonly<Record<string, OvsBridge>>;
}
