// Commands of iproute2 that make a bond or a bridge and its VLANs as the words say. Pure.

import { own } from "../own.js";
import { rangeText, vlanEntries } from "./bridgeVlans.js";
import type { KernelBond, KernelBridge, KernelBridgeVlans, LinuxWords } from "./words.js";

export type Command = readonly (string | number)[];

/** With all that ifenslave has no word for. The mode comes first: the kernel judges the others by it. */
export function bondCreation(device: string, bond: KernelBond): Command {
  return ["ip", "link", "add", "dev", device, "type", "bond", "mode", bond.mode, ...ifenslaveLacks(bond).flat()];
}

function ifenslaveLacks(bond: KernelBond): (readonly [string, string | number])[] {
  const options: readonly (readonly [string, string | number | null])[] = [
    ["arp_all_targets", bond.arp_all_targets],
    ["lacp_active", bond.lacp_active],
    ["min_links", bond.min_links],
    ["resend_igmp", bond.resend_igmp],
    ["all_slaves_active", bond.all_slaves_active],
  ];
  return options.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
}

export function bridgeCreation(device: string, bridge: KernelBridge): Command {
  return ["ip", "link", "add", "dev", device, "type", "bridge", ...bridgeOptions(bridge).flat()];
}

const HUNDREDTHS = 100;

export function bridgeOptions(bridge: KernelBridge): (readonly [string, number])[] {
  return [
    ["vlan_filtering", bridge.vlan_filtering],
    ["vlan_default_pvid", bridge.vlan_default_pvid],
    ["stp_state", bridge.stp_state],
    ["mcast_snooping", bridge.mcast_snooping],
    ["ageing_time", bridge.ageing_time * HUNDREDTHS],
  ];
}

export function selfVlans(device: string, bridge: KernelBridge): Command[] {
  return addVlans(device, bridge.self, ["self"]);
}

/** A port joins, then is given its VLANs: the kernel forgets them when it leaves. */
export function joinBridge(words: LinuxWords, bridge: string, port: string): Command[] {
  const settings = own(own(words.bridges, bridge)?.ports, port);
  if (!settings) return [];
  return [
    ["ip", "link", "set", "dev", port, "master", bridge],
    isolation(port, settings.isolated),
    ...addVlans(port, settings.vlan, []),
  ];
}

export function isolation(port: string, isIsolated: boolean): Command {
  return ["bridge", "link", "set", "dev", port, "isolated", isIsolated ? "on" : "off"];
}

/** Without a flag, an id that is there already loses it. */
export function addVlans(device: string, vlans: KernelBridgeVlans, place: readonly "self"[]): Command[] {
  return vlanEntries(vlans).map((entry) => [
    ...["bridge", "vlan", "add", "dev", device, "vid", rangeText(entry)],
    ...(entry.isPvid ? ["pvid"] : []),
    ...(entry.isUntagged ? ["untagged"] : []),
    ...place,
  ]);
}

/** Reached without asking whether its network is: a bridge without a port has no carrier yet. The family is the address's. */
export function defaultRoute(gateway: string, device: string): Command {
  return ["ip", "route", "replace", "default", "via", gateway, "dev", device, "onlink"];
}
