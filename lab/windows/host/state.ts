// What a host consists of: plain data that the cmdlets read and change. Times are milliseconds of the machine's clock. Pure.
import type { ReleaseName } from "./releases";

export type Family = "IPv4" | "IPv6";
export type Store = "ActiveStore" | "PersistentStore";

/** Active until the next start, or kept over it, or both (IP-10). */
export type Stores = Readonly<Record<Store, boolean>>;

export interface Address {
  readonly ip: string;
  readonly family: Family;
  prefix: number;
  skipAsSource: boolean;
  stores: Stores;
  /** Conflict detection starts here, or when the link comes up (IP-17). */
  readonly addedAt: number;
}

export interface Route {
  readonly destination: string;
  readonly family: Family;
  readonly nextHop: string;
  /** In each store; undefined: it is not in that one. */
  readonly metrics: Record<Store, number | undefined>;
}

/** Settings of an interface that have a value in each store (IP-19). */
export interface InterfaceSettings {
  /** undefined: automatic. */
  metric: number | undefined;
  mtu: number;
  /** Forwarding, Advertising .. that nobody here goes by: kept as they are set. */
  others: Record<string, string | number>;
}

export interface FamilyConfig {
  /** In one place only (IP-19). */
  dhcp: boolean;
  /** Static servers; undefined: those of DHCP. */
  dns: readonly string[] | undefined;
  /** IP-20: of a vNIC, until it is started anew. */
  mtuInForce: number;
  active: InterfaceSettings;
  persistent: InterfaceSettings;
}

export interface IpConfig {
  readonly families: Record<Family, FamilyConfig>;
  addresses: Address[];
  routes: Route[];
}

export interface AdvancedProperty {
  readonly keyword: string;
  readonly displayName: string;
  /** Registry values with what they are called; undefined: any number of `range`. */
  readonly choices?: Readonly<Record<string, string>>;
  readonly range?: { readonly min: number; readonly max: number; readonly step: number };
  readonly initial: string;
  value: string;
  /** What the driver goes by until it is started anew. */
  running: string;
}

export interface Sriov {
  /** Supported, MissingAcs .. (IO-04). */
  readonly support: string;
  enabled: boolean;
  readonly maximum: number;
  numVfs: number;
  /** Changes apply with the next restart of the NIC (IO-06). */
  running: { enabled: boolean; numVfs: number };
}

/** What is screwed into the machine. */
export interface Hardware {
  /** Bits per second. */
  readonly speed: number;
  readonly driver: string;
  readonly driverVersion: string;
  readonly provider: string;
  linked: boolean;
  linkChangedAt: number;
  /** A switch that answers LACP. */
  lacpPartner: boolean;
  /** Tags that the port of the physical switch carries; 0: untagged. undefined: all. */
  readonly vlans: readonly number[] | undefined;
  readonly sriov: Sriov | undefined;
  /** Of a guest: whether its virtual switch leads outside (LB-17). undefined: a real NIC. */
  readonly externalSwitch: boolean | undefined;
}

/** A connection that Get-NetAdapter lists, but for the loopback, which only IP knows. */
export interface Adapter {
  readonly kind: "physical" | "vnic" | "teamNic" | "ghost" | "loopback";
  readonly guid: string;
  readonly index: number;
  alias: string;
  readonly description: string;
  mac: string;
  enabled: boolean;
  /** Down before that, whatever is below it (UK-08). */
  upFrom: number;
  /** IP does not know it before that (SH-11). */
  ipFrom: number;
  bindings: Record<string, boolean>;
  advanced: AdvancedProperty[];
  ip: IpConfig;
  /** SH-07: what comes back to it, and when; a machine that stops before leaves it as it is. */
  returning: { readonly at: number; readonly ip: IpConfig | undefined } | undefined;
  readonly hardware: Hardware | undefined;
  /** Of a team NIC. */
  readonly team: { name: string; readonly primary: boolean; vlan: number | undefined } | undefined;
}

export interface TeamMember {
  readonly adapter: string;
  mode: "Active" | "Standby";
  /** LB-06: fails before that. */
  readonly stableAt: number;
}

export interface LbfoTeam {
  name: string;
  readonly id: string;
  mode: string;
  algorithm: string;
  lacpTimer: string;
  members: TeamMember[];
}

export interface VlanSetting {
  mode: "Untagged" | "Access" | "Trunk" | "Isolated" | "Community" | "Promiscuous";
  access: number;
  native: number;
  allowed: string;
  primary: number;
  secondary: number;
  secondaries: string;
}

export interface Isolation {
  mode: string;
  allowUntagged: boolean;
  defaultId: number;
  multiTenantStack: string;
}

/** What a port of a virtual switch is set to; numbers, names and Booleans as Set-VMNetworkAdapter takes them. */
export interface PortSettings {
  readonly values: Record<string, string | number | boolean | undefined>;
  vlan: VlanSetting;
  isolation: Isolation;
  /** Guid of the member that carries it. */
  mapping: { readonly adapter: string; readonly disableOnFailover: string } | undefined;
}

export interface VmAdapter extends PortSettings {
  readonly id: string;
  name: string;
  readonly legacy: boolean;
  switchId: string | undefined;
  mac: string;
  dynamicMac: boolean;
  /** The path of its traffic settles some time after (IO-11). */
  changedAt: number;
}

export interface HostVnic extends PortSettings {
  readonly id: string;
  name: string;
  readonly switchId: string;
  /** Guid of its adapter. */
  readonly adapter: string;
}

export interface VirtualMachine {
  readonly id: string;
  readonly name: string;
  readonly generation: 1 | 2;
  state: "Off" | "Running" | "Saved" | "Paused";
  adapters: VmAdapter[];
  /** IO-10: the guest has a driver for the VF. */
  readonly hasVfDriver: boolean;
}

export interface SwitchTeam {
  algorithm: string;
}

export interface VirtualSwitch {
  readonly id: string;
  name: string;
  notes: string;
  type: "External" | "Internal" | "Private";
  /** Guids of its uplinks. */
  uplinks: string[];
  readonly team: SwitchTeam | undefined;
  readonly iov: boolean;
  readonly bandwidthMode: "Weight" | "Absolute" | "None";
  readonly packetDirect: boolean;
  readonly allowLbfo: boolean;
  defaultFlow: number;
  /** Offload options of Set-VMSwitch. */
  readonly options: Record<string, string | number | boolean>;
  extensions: { readonly name: string; enabled: boolean }[];
}

export interface Intent {
  readonly name: string;
  readonly adapters: readonly string[];
  readonly compute: boolean;
  readonly management: boolean;
  readonly storage: boolean;
}

export interface HostState {
  readonly computerName: string;
  readonly release: ReleaseName;
  readonly role: "hyperv" | "server" | "client";
  readonly hasNetworkAtc: boolean;
  bootedAt: number;
  readonly iovReasons: readonly string[];
  adapters: Adapter[];
  teams: LbfoTeam[];
  switches: VirtualSwitch[];
  vnics: HostVnic[];
  vms: VirtualMachine[];
  readonly intents: readonly Intent[];
  /** Numbers that are used once. */
  nextIndex: number;
  nextId: number;
  nextMac: number;
}
