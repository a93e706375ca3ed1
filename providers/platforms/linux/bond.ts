// A team as a bond of the kernel, and which of its options have an effect in which mode. Source: bonding.rst. Pure.
import type { ArpMonitor, BondOptions } from "../../model/bonding.js";
import { activeMembers, type UplinkTeam } from "../../model/uplinkTeam.js";
import { requiredWord } from "../teamSupport.js";
import { WITH_ALL_TARGETS, WITH_NOTIFICATIONS, WITH_PRIMARY } from "./teamOptions.js";
import { type BondWord, KERNEL_TEAMS } from "./uplinkTeam.js";
import type { KernelBond } from "./words.js";

const HASHED: readonly KernelBond["mode"][] = ["balance-xor", "802.3ad"];

export function toKernelBond(team: UplinkTeam): KernelBond {
  const { mode, xmit_hash_policy } = requiredWord(KERNEL_TEAMS, team);
  const { bond } = team;
  return inEffect({
    mode,
    members: [...team.members].sort(),
    ...toMonitor(bond),
    xmit_hash_policy: bond.hashInnerPacket ? INNER[xmit_hash_policy ?? "layer2"] : xmit_hash_policy,
    lacp_rate: team.lacpRate,
    lacp_active: team.lacpRole === "active" ? "on" : "off",
    ad_select: bond.adSelect,
    min_links: bond.minLinks,
    primary: activeMembers(team)[0] ?? null,
    primary_reselect: bond.primaryReselect,
    fail_over_mac: bond.failOverMac,
    num_grat_arp: bond.peerNotifications,
    resend_igmp: bond.resendIgmp,
    all_slaves_active: bond.allMembersActive ? 1 : 0,
    packets_per_slave: bond.packetsPerMember,
  });
}

const INNER: Readonly<Record<NonNullable<BondWord["xmit_hash_policy"]>, KernelBond["xmit_hash_policy"]>> = {
  layer2: "layer2",
  "layer2+3": "encap2+3",
  "layer3+4": "encap3+4",
  "vlan+srcmac": "vlan+srcmac",
};

type Monitor = Pick<
  KernelBond,
  "miimon" | "updelay" | "downdelay" | "arp_interval" | "arp_ip_target" | "arp_validate" | "arp_all_targets"
>;

function toMonitor({ arpMonitor, monitorMilliseconds: miimon, ...delays }: BondOptions): Monitor {
  if (arpMonitor) return toArp(arpMonitor);
  // The kernel rounds them down so, without a word.
  const rounded = (delay: number) => delay - (delay % miimon);
  return {
    miimon,
    updelay: rounded(delays.upDelayMilliseconds),
    downdelay: rounded(delays.downDelayMilliseconds),
    arp_interval: 0,
    arp_ip_target: [],
    arp_validate: null,
    arp_all_targets: null,
  };
}

function toArp({ intervalMilliseconds, targets, validate, allTargets }: ArpMonitor): Monitor {
  return {
    miimon: 0,
    updelay: 0,
    downdelay: 0,
    arp_interval: intervalMilliseconds,
    arp_ip_target: [...targets].sort(),
    arp_validate: validate.replace("-", "_"),
    arp_all_targets: allTargets ? "all" : "any",
  };
}

/** Options that do nothing in the mode, or beside what else is set, are null: the kernel may say of them what it likes. */
export function inEffect(bond: KernelBond): KernelBond {
  const isLacp = bond.mode === "802.3ad";
  const isFailover = bond.mode === "active-backup";
  const hasArp = bond.arp_interval > 0;
  const hasPrimary = WITH_PRIMARY.includes(bond.mode);
  return {
    ...bond,
    arp_ip_target: hasArp ? bond.arp_ip_target : [],
    arp_validate: hasArp ? bond.arp_validate : null,
    arp_all_targets: hasArp && WITH_ALL_TARGETS.includes(bond.mode) ? bond.arp_all_targets : null,
    xmit_hash_policy: HASHED.includes(bond.mode) ? bond.xmit_hash_policy : null,
    lacp_rate: isLacp ? bond.lacp_rate : null,
    lacp_active: isLacp ? bond.lacp_active : null,
    ad_select: isLacp ? bond.ad_select : null,
    min_links: isLacp ? bond.min_links : null,
    primary: hasPrimary ? bond.primary : null,
    primary_reselect: hasPrimary ? bond.primary_reselect : null,
    fail_over_mac: isFailover ? bond.fail_over_mac : null,
    num_grat_arp: WITH_NOTIFICATIONS.includes(bond.mode) ? bond.num_grat_arp : null,
    packets_per_slave: bond.mode === "balance-rr" ? bond.packets_per_slave : null,
  };
}
