// A host as plain data: what a test or the lab starts one from. Pure.
import type { ReleaseName } from "./releases";

export interface NicScenario {
  readonly name: string;
  /** Default: an Intel E810. */
  readonly description?: string;
  /** Twelve hexadecimal digits. */
  readonly mac: string;
  readonly speedMbps?: number;
  readonly linked?: boolean;
  readonly driver?: string;
  readonly driverVersion?: string;
  readonly lacpPartner?: boolean;
  /** Tags that the port of the physical switch carries; 0: untagged. Default: all. */
  readonly vlans?: readonly number[];
  /** Values of *JumboPacket that the driver has; none: it has no such property. Default: as its maker's. */
  readonly jumboPackets?: readonly number[];
  readonly sriov?: { readonly support?: string; readonly enabled?: boolean; readonly maximum: number };
  /** Default: a static configuration if `addresses` are given, else DHCP. */
  readonly ip?: IpScenario;
  /** Of a guest's NIC: whether its virtual switch leads outside. */
  readonly externalSwitch?: boolean;
}

export interface IpScenario {
  /** `192.0.2.10/24`. */
  readonly addresses?: readonly string[];
  readonly gateway?: string;
  readonly dns?: readonly string[];
}

export interface VmScenario {
  readonly name: string;
  readonly generation?: 1 | 2;
  readonly state?: "Off" | "Running";
  readonly adapters?: readonly { readonly name?: string; readonly switch?: string; readonly mac?: string }[];
  readonly hasVfDriver?: boolean;
  /** Its inside, for PowerShell Direct. Its NICs are its own: they do not follow the adapters of the VM. */
  readonly guest?: GuestScenario;
}

export interface GuestScenario {
  readonly scenario: Scenario;
  /** Who may log in. */
  readonly user: string;
  readonly password: string;
}

export interface SwitchScenario {
  readonly name: string;
  readonly type?: "External" | "Internal" | "Private";
  /** NICs; several, or `set`, make a SET switch. */
  readonly nics?: readonly string[];
  readonly set?: boolean;
  readonly iov?: boolean;
  readonly allowManagementOs?: boolean;
}

export interface IntentScenario {
  readonly name: string;
  readonly adapters: readonly string[];
  readonly types: readonly ("Compute" | "Management" | "Storage")[];
}

/** How SSH reaches the host: an address, and the tag that it travels with on the wire. */
export interface ManagementScenario {
  readonly address: string;
  /** 0: untagged. */
  readonly vlan?: number;
  /** Clients are behind it: the host needs a default route by it. */
  readonly gateway?: string;
}

/** What a DHCP server gives on a VLAN. */
export interface LeaseScenario {
  readonly vlan?: number;
  /** By MAC, as `192.0.2.10/24`. */
  readonly leases: Readonly<Record<string, string>>;
  readonly gateway?: string;
  readonly dns?: readonly string[];
}

/** Milliseconds of the machine's clock that things take (UK-08). */
export interface Times {
  /** Outage of a NIC whose bindings change: a switch is made or removed, a team changes its members. */
  readonly rebind: number;
  /** SH-07: until IP is back on a NIC whose switch was removed. */
  readonly handBack: number;
  /** Restart of a NIC. */
  readonly nicRestart: number;
  /** SH-11: until a new vNIC or team NIC takes addresses. */
  readonly interfaceReady: number;
  /** LB-06, LB-07: until a member is stable. */
  readonly teamMember: number;
  readonly lacp: number;
  /** IP-17: conflict detection of IPv4; one third of it for IPv6. */
  readonly addressCheck: number;
  readonly dhcp: number;
  /** IO-11. */
  readonly vfSwitch: number;
  readonly boot: number;
}

export const TIMES: Times = {
  rebind: 3000,
  handBack: 4000,
  nicRestart: 2000,
  interfaceReady: 500,
  teamMember: 5000,
  lacp: 60_000,
  addressCheck: 3000,
  dhcp: 1500,
  vfSwitch: 1000,
  boot: 20_000,
};

/** Behaviour that differs from host to host and report to report; section 9 of README.md says which fact each stands for. */
export interface Quirks {
  /** VA-13: a removed vNIC leaves a hidden interface with its alias and addresses. */
  readonly ghosts: boolean;
  /** SH-10: DNS servers do not follow the addresses to the vNIC. */
  readonly losesDns: boolean;
  /** SH-05: a NIC whose switch is not shared with the management OS has its addresses again when the switch is gone. */
  readonly nicKeepsAddresses: boolean;
  /** IP-14: DHCP comes back with the removal of the last address. */
  readonly dhcpComesBack: boolean;
  /** SW-14. */
  readonly duplicateSwitchNames: "accepted" | "refused";
  /** SW-11. */
  readonly defaultBandwidthMode: "Absolute" | "Weight";
  /** SS-02: characters of a command line. */
  readonly commandLength: number;
  /** SH-04: whether connections outlive an outage. */
  readonly outage: "stall" | "cut";
  /** SS-08: what becomes of a process whose connection is lost. */
  readonly orphans: "killed" | "running";
  /** PD-02, PD-03: what a guest that still starts says to PowerShell Direct. */
  readonly guestNotReady: "broken" | "credential";
}

export const QUIRKS: Quirks = {
  ghosts: false,
  losesDns: false,
  nicKeepsAddresses: false,
  dhcpComesBack: false,
  duplicateSwitchNames: "accepted",
  defaultBandwidthMode: "Absolute",
  commandLength: 8191,
  outage: "stall",
  orphans: "killed",
  guestNotReady: "broken",
};

export interface Scenario {
  readonly computerName?: string;
  readonly release: ReleaseName;
  /** Default hyperv; server: without Hyper-V, such as a guest; client: without LBFO too. */
  readonly role?: "hyperv" | "server" | "client";
  readonly nics: readonly NicScenario[];
  readonly vms?: readonly VmScenario[];
  readonly switches?: readonly SwitchScenario[];
  readonly intents?: readonly IntentScenario[];
  /** 2025: the feature Network ATC is installed. Default: if there are intents. */
  readonly networkAtc?: boolean;
  /** IO-02; empty: the platform can do SR-IOV. */
  readonly iovReasons?: readonly string[];
  /** undefined: SSH always answers. */
  readonly management?: ManagementScenario;
  readonly dhcp?: readonly LeaseScenario[];
  readonly times?: Partial<Times>;
  readonly quirks?: Partial<Quirks>;
  /** The machine's seconds per second. Default 1. */
  readonly speed?: number;
  readonly files?: Readonly<Record<string, string>>;
}
