// What a guest's first start would lack of a bond, by key of the file. Each was seen with release 22.4; test/platforms/linuxGuest/cloudInit.test.ts
// asks cloud-init itself. Pure.
import type { BondTeamKey } from "../../../model/bond.js";
import { zeroSettings } from "../../linux/networkd/options.js";
import { isFilter } from "../../linux/udev.js";
import type { KernelBond, RendererName } from "../../linux/words.js";
import { type Losses, type LossTable, unless } from "./lost.js";

type BondLosses = Losses<KernelBond>;

export const BOND_LOSSES: LossTable<BondTeamKey, RendererName, KernelBond> = {
  members: "kept",
  mode: "kept",
  policy: everywhere(({ xmit_hash_policy }) =>
    unless(xmit_hash_policy !== "vlan+srcmac", {
      what: "the hash vlan+srcmac",
      found: "vlan-source-mac",
      wanted: "another policy",
    }),
  ),
  lacpRate: toNetworkManager(({ lacp_rate }) =>
    unless((lacp_rate ?? "slow") === "slow", { what: `lacp_rate=${lacp_rate}`, found: `${lacp_rate}`, wanted: "slow" }),
  ),
  lacpRole: everywhere(({ lacp_active }) =>
    unless(lacp_active !== "off", { what: "lacp_active=off", found: "passive", wanted: "active" }),
  ),
  hashInnerPacket: "kept",
  monitorMilliseconds: toNetworkManager(({ miimon, arp_interval }) =>
    unless(arp_interval > 0 || miimon === 100, { what: `miimon=${miimon}`, found: miimon, wanted: 100 }),
  ),
  arpMonitor: {
    ...butNetplan(({ arp_interval }) =>
      unless(arp_interval === 0, {
        what: "ARP monitoring",
        found: `every ${arp_interval} ms`,
        wanted: "monitorMilliseconds in its place",
      }),
    ),
    netplan: ({ arp_validate }) =>
      unless(!isFilter(arp_validate), {
        what: `arp_validate=${arp_validate}`,
        at: ["validate"],
        found: `${arp_validate}`.replace("_", "-"),
        wanted: "none, active, backup or all",
      }),
  },
  upDelayMilliseconds: "kept",
  downDelayMilliseconds: "kept",
  adSelect: toNetworkManager(({ ad_select }) =>
    unless((ad_select ?? "stable") === "stable", {
      what: `ad_select=${ad_select}`,
      found: `${ad_select}`,
      wanted: "stable",
    }),
  ),
  // ifenslave passes over it, and what cloud-init does not say is NetworkManager's own default.
  minLinks: { netplan: "kept", networkd: "kept", NetworkManager: minLinks, ifupdown: minLinks },
  primaryReselect: "kept",
  failOverMac: "kept",
  peerNotifications: { netplan: zero("GratuitousARP"), networkd: "kept", NetworkManager: "kept", ifupdown: "kept" },
  resendIgmp: {
    ...butNetplan(({ resend_igmp }) =>
      unless(resend_igmp === 1, { what: `resend_igmp=${resend_igmp}`, found: resend_igmp, wanted: 1 }),
    ),
    netplan: zero("ResendIGMP"),
  },
  allMembersActive: butNetplan(({ all_slaves_active }) =>
    unless(all_slaves_active === 0, { what: "all_slaves_active", found: "true", wanted: "false" }),
  ),
  packetsPerMember: {
    ...butNetplan(({ packets_per_slave }) =>
      unless((packets_per_slave ?? 1) === 1, {
        what: `packets_per_slave=${packets_per_slave}`,
        found: `${packets_per_slave}`,
        wanted: 1,
      }),
    ),
    netplan: zero("PacketsPerSlave"),
  },
};

type InTable = Readonly<Record<RendererName, "kept" | BondLosses>>;

/** With netplan it is what files of ours beside netplan's set, which take effect at the second start. */
function everywhere(losses: BondLosses): InTable {
  return { netplan: losses, networkd: losses, NetworkManager: losses, ifupdown: losses };
}

/** A parameter without a name of its own ends the whole work with a KeyError, so none is written. */
function butNetplan(losses: BondLosses): InTable {
  return { ...everywhere(losses), netplan: "kept" };
}

/** What is not said to it is NetworkManager's own default. */
function toNetworkManager(losses: BondLosses): InTable {
  return { netplan: "kept", networkd: "kept", NetworkManager: losses, ifupdown: "kept" };
}

function minLinks({ min_links }: KernelBond) {
  return unless((min_links ?? 0) === 0, { what: `min_links=${min_links}`, found: `${min_links}`, wanted: 0 });
}

/** netplan leaves it out; `key` is networkd's. */
function zero(key: string): BondLosses {
  return (bond) =>
    unless(!zeroSettings(bond).some((setting) => setting.key === key), {
      what: `the 0 of ${key}`,
      found: 0,
      wanted: "at least 1",
    });
}
