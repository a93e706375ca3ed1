// DistributedSwitch: a switch of vCenter that spans hosts: members, the NIC behind each uplink, LAGs, port groups, and
// all else that it is told once for every host. Pure.
import { z } from "zod";
import * as field from "./field.js";
import { type Lag, LagSpec, lagPortName } from "./lag.js";
import { type NetworkIoControl, NetworkIoControlSpec } from "./networkIoControl.js";
import { type PortGroup, PortGroupsSpec } from "./portGroup.js";
import { type UplinkTeam, UplinkTeamSpec } from "./uplinkTeam.js";
import type { Discovery } from "./virtualSwitch.js";

export const NetflowSpec = z.strictObject({
  collector: field.ipAddress.meta({ description: "Address that the flows are reported to." }),
  port: field.integer({ min: 1, max: 65_535 }, "UDP port of the collector. Default 2055.").optional(),
  switchAddress: field.ipAddress
    .optional()
    .meta({ description: "IPv4 address that the switch reports with. Default: each host's own." }),
  observationDomain: field
    .integer({ min: 0, max: 2_147_483_647 }, "Number that tells the collector which switch reports. Default 0.")
    .optional(),
  activeTimeoutSeconds: field
    .integer({ min: 60, max: 3600 }, "A flow that goes on is reported this often, in seconds. Default 60.")
    .optional(),
  idleTimeoutSeconds: field
    .integer({ min: 10, max: 600 }, "A flow that ended is reported after this time, in seconds. Default 15.")
    .optional(),
  samplingRate: field
    .integer({ min: 0, max: 1_000_000 }, "One packet of this many is looked at; 0: every one. Default 4096.")
    .optional(),
  internalFlowsOnly: field.flag("Report only flows between VMs of one host. Default false.").optional(),
});
export type NetflowSpec = z.input<typeof NetflowSpec>;

export interface Netflow {
  readonly collector: string;
  readonly port: number;
  readonly switchAddress?: string;
  readonly observationDomain: number;
  readonly activeTimeoutSeconds: number;
  readonly idleTimeoutSeconds: number;
  readonly samplingRate: number;
  readonly internalFlowsOnly: boolean;
}

export const HealthCheckSpec = z.strictObject({
  vlanMtu: field.flag("Probe every VLAN and the MTU on every uplink. Default true.").optional(),
  teaming: field
    .flag("Probe whether the physical switch agrees with the teaming; says nothing about LAG ports. Default true.")
    .optional(),
  intervalMinutes: field.integer({ min: 1, max: 60 }, "Time between probes, in minutes. Default 1.").optional(),
});
export type HealthCheckSpec = z.input<typeof HealthCheckSpec>;

export interface HealthCheck {
  readonly vlanMtu: boolean;
  readonly teaming: boolean;
  readonly intervalMinutes: number;
}

export const ContactSpec = z.strictObject({
  name: field.label("Person or team that answers for the switch."),
  details: field.label("How to reach them. Default: nothing.").optional(),
});
export type ContactSpec = z.input<typeof ContactSpec>;

export interface Contact {
  readonly name: string;
  readonly details?: string;
}

/** What vCenter can raise an alarm for, once per switch. */
export const SWITCH_ALARMS = ["uplink-redundancy", "vlan-mtu", "lag-member"] as const;
export type SwitchAlarm = (typeof SWITCH_ALARMS)[number];

export const DISCOVERY = [
  "off",
  "cdp-listen",
  "cdp-advertise",
  "cdp-both",
  "lldp-listen",
  "lldp-advertise",
  "lldp-both",
] as const;

export const DistributedSwitchSpec = z.strictObject({
  datacenter: field.name("Datacenter of the vCenter that the switch lives in."),
  version: field
    .choice(
      ["6.5.0", "6.6.0", "7.0.0", "7.0.2", "7.0.3", "8.0.0", "8.0.3", "9.0.0"],
      "Version of the switch; it can be raised, never lowered. Default: the newest of the vCenter, and then left as it is.",
    )
    .optional(),
  hosts: field.described(
    z.array(field.namePattern("ESXi hosts.")).min(1),
    "ESXi hosts that are members, by their names in this file; ranges are allowed.",
    'a list of hosts such as [esx-01, esx-02] or ["esx-[01:02]"]',
  ),
  uplinks: field.described(
    z.record(
      field.interfaceName("Uplink of the switch."),
      field.described(
        z.union([field.interfaceName("Physical NIC."), z.null()]),
        "Physical NIC that every member host puts on the uplink; empty: none.",
        "a physical NIC such as vmnic2, or nothing",
      ),
    ),
    "Uplinks of the switch, each with the physical NIC that every member host puts on it; empty for an uplink without a NIC.",
    "a map such as {uplink1: vmnic2, uplink2: vmnic3}",
  ),
  lags: field
    .described(
      z.record(field.interfaceName("LAG."), LagSpec),
      "Link aggregation groups (LACP) by name. Port groups use one by naming it as the only member of a team of mode lacp.",
      "a map such as {lag1: {nics: [vmnic2, vmnic3]}}",
    )
    .optional(),
  uplinkTeam: UplinkTeamSpec.meta({
    description: "Uplinks of the switch, or one LAG, and how traffic is spread over them.",
  }),
  portGroups: PortGroupsSpec,
  mtu: field.mtu
    .optional()
    .meta({ description: "Largest packet of the switch in bytes. Default: the largest of its networks." }),
  discovery: field.choice(DISCOVERY, "Discovery protocol towards the physical switches. Default lldp-both.").optional(),
  multicast: field
    .choice(
      ["legacy", "snooping"],
      "How multicast finds its receivers: by MAC address only, or by listening to IGMP and MLD. Default legacy.",
    )
    .optional(),
  networkIoControl: NetworkIoControlSpec.optional().meta({
    description: "Network I/O Control: how kinds of traffic share the uplinks. Default: on, with vCenter's own shares.",
  }),
  netflow: NetflowSpec.optional().meta({
    description: "Collector for the flows of the port groups with netflow: true. Default: none.",
  }),
  healthCheck: HealthCheckSpec.optional().meta({
    description: "vCenter's own probes of VLANs, MTU and teaming against the physical switches. Default: off.",
  }),
  alarms: field
    .described(
      z.array(field.choice(SWITCH_ALARMS, "Alarm.")),
      "Alarms in vCenter: uplink redundancy lost or degraded, VLAN or MTU not as on the physical switch, LAG or one of its members down. Default: none.",
      `a list of ${SWITCH_ALARMS.join(", ")}`,
    )
    .optional(),
  contact: ContactSpec.optional().meta({
    description: "Who answers for the switch, as vCenter shows it. Default: as it is in vCenter.",
  }),
  description: field.description.optional(),
});
export type DistributedSwitchSpec = z.input<typeof DistributedSwitchSpec>;

export interface DistributedSwitch {
  readonly name: string;
  readonly datacenter: string;
  readonly version?: string;
  readonly hosts: readonly { readonly name: string; readonly address: string }[];
  /** Uplink names of the switch in order, and the physical NIC behind each; undefined: none. */
  readonly uplinks: readonly { readonly name: string; readonly nic?: string }[];
  readonly lags: readonly Lag[];
  readonly uplinkTeam: UplinkTeam;
  readonly portGroups: readonly PortGroup[];
  readonly mtuBytes: number;
  readonly discovery: Discovery;
  readonly multicast: "legacy" | "snooping";
  readonly networkIoControl: NetworkIoControl;
  readonly netflow?: Netflow;
  readonly healthCheck?: HealthCheck;
  readonly alarms: readonly SwitchAlarm[];
  /** Undefined: whatever vCenter has stays. */
  readonly contact?: Contact;
}

export function toNetflow(spec: NetflowSpec): Netflow {
  return {
    collector: spec.collector,
    port: spec.port ?? 2055,
    ...(spec.switchAddress === undefined ? {} : { switchAddress: spec.switchAddress }),
    observationDomain: spec.observationDomain ?? 0,
    activeTimeoutSeconds: spec.activeTimeoutSeconds ?? 60,
    idleTimeoutSeconds: spec.idleTimeoutSeconds ?? 15,
    samplingRate: spec.samplingRate ?? 4096,
    internalFlowsOnly: spec.internalFlowsOnly ?? false,
  };
}

export function toHealthCheck(spec: HealthCheckSpec): HealthCheck {
  return {
    vlanMtu: spec.vlanMtu ?? true,
    teaming: spec.teaming ?? true,
    intervalMinutes: spec.intervalMinutes ?? 1,
  };
}

export function toContact({ name, details }: ContactSpec): Contact {
  return { name, ...(details === undefined ? {} : { details }) };
}

/** The NIC of every member host at each place of the switch: uplinks by name, and ports of LAGs as vCenter names them. */
export function* nicPlaces(
  dvs: Pick<DistributedSwitch, "uplinks" | "lags">,
): Generator<{ place: string; nic: string }> {
  for (const { name, nic } of dvs.uplinks) if (nic !== undefined) yield { place: name, nic };
  for (const lag of dvs.lags)
    for (const [index, nic] of lag.nics.entries()) yield { place: lagPortName(lag.name, index), nic };
}
