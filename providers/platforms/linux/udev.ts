// What udev sets when a device of ours is made: our mark, whatever the renderer, and the options of a bond that the renderer does not
// know. networkd waits for udev before it brings a device up, so a bond has them before its first member. Pure.
import type { Heading } from "../heading.js";
import type { TextSection } from "../layer.js";
import { markOf, ownDevices } from "./mark.js";
import type { KernelBond, LinuxWords } from "./words.js";

export const UDEV_RULES = "/etc/udev/rules.d/90-multiport-network.rules";

export function udevRules(words: LinuxWords, heading: Heading): TextSection[] {
  const devices = ownDevices(words).map((name) => {
    const bond = words.bonds[name];
    const zeros = words.renderer === "NetworkManager" ? notOfNetworkManager(bond) : {};
    return { name, mark: markOf(heading.environment), ...notOfNetworkd(bond), ...zeros };
  });
  if (devices.length === 0) return [];
  return [
    {
      target: UDEV_RULES,
      path: UDEV_RULES,
      template: "linux/90-multiport-network.rules",
      data: { ...heading, devices },
    },
  ];
}

/** As of release 257; netplan writes for networkd. NetworkManager and ifupdown set the same by themselves. Null: is left to networkd. */
function notOfNetworkd(bond: KernelBond | undefined) {
  return {
    hash: bond?.xmit_hash_policy === "vlan+srcmac" ? bond.xmit_hash_policy : null,
    lacpActive: bond?.lacp_active === "off" ? bond.lacp_active : null,
    arpValidate: isFilter(bond?.arp_validate ?? null) ? bond?.arp_validate : null,
  };
}

/** Release 1.52 sends the kernel no 0 when it makes a bond, also where the kernel's default is another number. */
function notOfNetworkManager(bond: KernelBond | undefined) {
  return {
    peerNotifications: bond?.num_grat_arp === 0 ? "0" : null,
    packetsPerMember: bond?.packets_per_slave === 0 ? "0" : null,
  };
}

/** The values of arp_validate that came later. */
export function isFilter(value: string | null): value is string {
  return value?.startsWith("filter") ?? false;
}
