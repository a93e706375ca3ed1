// Protocols and filters that are bound to a connection. Pure.
import type { Adapter, Family } from "./state";

export interface Component {
  readonly displayName: string;
  /** Bound to a connection of its own IP stack. */
  readonly usual: boolean;
}

export const COMPONENTS: Readonly<Record<string, Component>> = {
  ms_msclient: { displayName: "Client for Microsoft Networks", usual: true },
  ms_server: { displayName: "File and Printer Sharing for Microsoft Networks", usual: true },
  ms_pacer: { displayName: "QoS Packet Scheduler", usual: true },
  ms_tcpip: { displayName: "Internet Protocol Version 4 (TCP/IPv4)", usual: true },
  ms_implat: { displayName: "Microsoft Network Adapter Multiplexor Protocol", usual: false },
  ms_lldp: { displayName: "Microsoft LLDP Protocol Driver", usual: true },
  ms_tcpip6: { displayName: "Internet Protocol Version 6 (TCP/IPv6)", usual: true },
  ms_rspndr: { displayName: "Link-Layer Topology Discovery Responder", usual: true },
  ms_lltdio: { displayName: "Link-Layer Topology Discovery Mapper I/O Driver", usual: true },
  vms_pp: { displayName: "Hyper-V Extensible Virtual Switch", usual: false },
};

export function usualBindings(): Record<string, boolean> {
  return Object.fromEntries(Object.entries(COMPONENTS).map(([id, { usual }]) => [id, usual]));
}

/** All but one are taken off: SH-02 of a switch, LB-05 of a team. */
export function onlyBinding(only: "vms_pp" | "ms_implat"): Record<string, boolean> {
  return Object.fromEntries(Object.keys(COMPONENTS).map((id) => [id, id === only]));
}

export function hasIp(adapter: Adapter, family: Family): boolean {
  return adapter.bindings[family === "IPv4" ? "ms_tcpip" : "ms_tcpip6"] === true;
}

export function isUnderSwitch(adapter: Adapter): boolean {
  return adapter.bindings.vms_pp === true;
}

export function isTeamMember(adapter: Adapter): boolean {
  return adapter.bindings.ms_implat === true;
}
