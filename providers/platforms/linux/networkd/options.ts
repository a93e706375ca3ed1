// Options of bonds and bridges under the names that systemd's .netdev files have for them. Source: systemd.netdev(5), release 252. Pure.
import { isFilter } from "../udev.js";
import type { KernelBond, KernelBridge } from "../words.js";

export interface Setting {
  readonly key: string;
  /** With a blank between them in the file. */
  readonly values: readonly (string | number)[];
}

/** Intervals have their unit: a bare number would be seconds. What networkd does not know udev sets (../udev.ts). */
export function bondSettings(bond: KernelBond): Setting[] {
  const milliseconds = (value: number) => (value === 0 ? null : `${value}ms`);
  const yes = (value: 0 | 1) => (value === 1 ? "yes" : "no");
  return given([
    ["Mode", bond.mode],
    // Both monitors together, and networkd makes no device at all.
    ["MIIMonitorSec", milliseconds(bond.miimon)],
    ["UpDelaySec", milliseconds(bond.updelay)],
    ["DownDelaySec", milliseconds(bond.downdelay)],
    ["ARPIntervalSec", milliseconds(bond.arp_interval)],
    ["ARPIPTargets", ...bond.arp_ip_target],
    ["ARPValidate", isFilter(bond.arp_validate) ? null : bond.arp_validate],
    ["ARPAllTargets", bond.arp_all_targets],
    ["TransmitHashPolicy", bond.xmit_hash_policy === "vlan+srcmac" ? null : bond.xmit_hash_policy],
    ["LACPTransmitRate", bond.lacp_rate],
    ["AdSelect", bond.ad_select],
    ["MinLinks", bond.min_links],
    ["PrimaryReselectPolicy", bond.primary_reselect],
    ["FailOverMACPolicy", bond.fail_over_mac],
    ["GratuitousARP", bond.num_grat_arp],
    ["ResendIGMP", bond.resend_igmp],
    ["AllSlavesActive", yes(bond.all_slaves_active)],
    ["PacketsPerSlave", bond.packets_per_slave],
  ]);
}

export function bridgeSettings(bridge: KernelBridge): Setting[] {
  return given([
    ["STP", bridge.stp_state === 1 ? "yes" : "no"],
    ["AgeingTimeSec", bridge.ageing_time],
    ...filterRows(bridge),
  ]);
}

/** What of a bridge netplan can't write. */
export function filterSettings(bridge: KernelBridge): Setting[] {
  return given(filterRows(bridge));
}

/** netplan leaves out every 0 (0.106 was seen to), also where the kernel's default is another number. */
export function zeroSettings(bond: KernelBond): Setting[] {
  const zero = (value: number | null) => (value === 0 ? 0 : null);
  return given([
    ["GratuitousARP", zero(bond.num_grat_arp)],
    ["ResendIGMP", zero(bond.resend_igmp)],
    ["PacketsPerSlave", zero(bond.packets_per_slave)],
  ]);
}

type Row = readonly [key: string, ...values: readonly (string | number | null)[]];

function filterRows(bridge: KernelBridge): Row[] {
  return [
    ["VLANFiltering", bridge.vlan_filtering === 1 ? "yes" : "no"],
    ["DefaultPVID", bridge.vlan_default_pvid === 0 ? "none" : bridge.vlan_default_pvid],
    ["MulticastSnooping", bridge.mcast_snooping === 1 ? "yes" : "no"],
  ];
}

function given(rows: readonly Row[]): Setting[] {
  return rows.flatMap(([key, ...values]) => {
    const set = values.filter((value) => value !== null);
    return set.length > 0 ? [{ key, values: set }] : [];
  });
}
