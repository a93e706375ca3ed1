// The words of a distributed switch: every setting that multiport owns, by name. Pure types.
import type { LagHash } from "../../../model/lag.js";
import type { PortWords } from "../portWords.js";

export interface LagWords {
  readonly role: "active" | "passive";
  readonly hash: LagHash;
  readonly ports: number;
  readonly timeout: "slow" | "fast";
  /** "10,100-199"; "as uplinks": no override. */
  readonly vlans: string;
  readonly netflow: boolean | "as uplinks";
}

export interface PortGroupWords extends PortWords {
  readonly binding: "static" | "ephemeral";
  readonly ports: number | "as needed";
  /** Settings that a single port may have otherwise, sorted. */
  readonly overrides: readonly string[];
}

export interface NetflowWords {
  readonly collector: string;
  readonly port: number;
  readonly observationDomain: number;
  readonly activeTimeoutSeconds: number;
  readonly idleTimeoutSeconds: number;
  readonly samplingRate: number;
  readonly internalFlowsOnly: boolean;
}

export interface ContactWords {
  readonly name?: string;
  readonly contact?: string;
}

export interface TrafficWords {
  readonly shares: "low" | "normal" | "high" | number;
  readonly limitMbps: number | "unlimited";
  readonly reservationMbps: number;
}

export interface SwitchWords {
  /** Only where the file says one. */
  readonly version?: string;
  /** Only where the file says one. */
  readonly contact?: ContactWords;
  readonly mtuBytes: number;
  readonly discovery: string;
  readonly multicast: "legacy" | "snooping";
  readonly uplinks: readonly string[];
  readonly netflow: NetflowWords | "off";
  /** IPv4 address that the switch reports with; "" for each host's own. */
  readonly switchAddress: string;
  /** Of vCenter's two ways to have LAGs the one that has several. */
  readonly lacpApiVersion: string;
  readonly networkIoControl: boolean;
  readonly traffic: Readonly<Record<string, TrafficWords>>;
  readonly defaults: Pick<PortWords, "teaming" | "security">;
  /** By secondary VLAN: "isolated of 200". */
  readonly privateVlans: Readonly<Record<string, string>>;
  readonly lags: Readonly<Record<string, LagWords>>;
  /** By the host's name in vCenter: each NIC, and the uplink or LAG port that it is on. */
  readonly members: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly portGroups: Readonly<Record<string, PortGroupWords>>;
  /** Minutes between probes. */
  readonly healthCheck: { readonly vlanMtu: number | "off"; readonly teaming: number | "off" };
  readonly alarms: Readonly<Record<string, true>>;
}

/** Which distributed switch. */
export interface SwitchTarget {
  readonly name: string;
  readonly datacenter: string;
  /** UUID. */
  readonly switchId: string;
}
