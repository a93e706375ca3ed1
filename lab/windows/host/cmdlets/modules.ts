// Which module has which cmdlets. Pure.

import type { HostCmdlet, Module } from "./cmdlet";
import { CIM, COMPUTER, NETWORK_ATC } from "./computer";
import { NET_ADAPTER } from "./netAdapter";
import { NET_ADAPTER_PROPERTIES } from "./netAdapterProperties";
import { NET_ADAPTER_SRIOV } from "./netAdapterSriov";
import { NET_IP_ADDRESS } from "./netIpAddress";
import { DNS_CLIENT, NET_IP_INTERFACE } from "./netIpInterface";
import { NET_LBFO_MEMBER } from "./netLbfoMember";
import { NET_LBFO_TEAM } from "./netLbfoTeam";
import { NET_ROUTE } from "./netRoute";
import { SCHEDULED_TASK } from "./scheduledTask";
import { SCHEDULED_TASK_PARTS } from "./scheduledTaskParts";
import { VM } from "./vm";
import { VM_NETWORK_ADAPTER } from "./vmNetworkAdapter";
import { setAdapter } from "./vmNetworkAdapterSettings";
import { VM_NETWORK_ADAPTER_VLAN } from "./vmNetworkAdapterVlan";
import { VM_SWITCH } from "./vmSwitch";
import { VM_SWITCH_TEAM } from "./vmSwitchTeam";
import { VM_TEAM_MAPPING } from "./vmTeamMapping";

/** Always there, as part of PowerShell. */
export const ALWAYS = "Microsoft.PowerShell.Management";

const MODULES: readonly Module[] = [
  {
    name: "Hyper-V",
    cmdlets: {
      ...VM_SWITCH,
      ...VM_SWITCH_TEAM,
      ...VM_NETWORK_ADAPTER,
      "Set-VMNetworkAdapter": setAdapter,
      ...VM_NETWORK_ADAPTER_VLAN,
      ...VM_TEAM_MAPPING,
      ...VM,
    },
  },
  { name: "NetAdapter", cmdlets: { ...NET_ADAPTER, ...NET_ADAPTER_PROPERTIES, ...NET_ADAPTER_SRIOV } },
  { name: "NetLbfo", cmdlets: { ...NET_LBFO_TEAM, ...NET_LBFO_MEMBER } },
  { name: "NetTCPIP", cmdlets: { ...NET_IP_ADDRESS, ...NET_IP_INTERFACE, ...NET_ROUTE } },
  { name: "DnsClient", cmdlets: DNS_CLIENT },
  { name: "NetworkATC", cmdlets: NETWORK_ATC },
  { name: "CimCmdlets", cmdlets: CIM },
  { name: "ScheduledTasks", cmdlets: { ...SCHEDULED_TASK, ...SCHEDULED_TASK_PARTS } },
  { name: ALWAYS, cmdlets: COMPUTER },
];

export interface Found {
  readonly name: string;
  readonly module: string;
  readonly run: HostCmdlet;
}

const BY_NAME = new Map<string, Found>(
  MODULES.flatMap(({ name: module, cmdlets }) =>
    Object.entries(cmdlets).map(([name, run]): [string, Found] => [name.toLowerCase(), { name, module, run }]),
  ),
);

/** Without case. */
export function findCmdlet(name: string): Found | undefined {
  return BY_NAME.get(name.toLowerCase());
}

export function cmdletNames(): string[] {
  return [...BY_NAME.values()].map(({ name }) => name);
}
