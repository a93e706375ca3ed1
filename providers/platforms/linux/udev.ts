// What udev sets when a device of ours is made: our mark, whatever the renderer, and the options of a bond that systemd-networkd does not
// know. networkd waits for udev before it brings a device up, so a bond has them before its first member. Pure.
import type { Heading } from "../heading.js";
import type { TextSection } from "../layer.js";
import { markOf, ownDevices } from "./mark.js";
import type { KernelBond, LinuxWords } from "./words.js";

export const UDEV_RULES = "/etc/udev/rules.d/90-multiport-network.rules";

export function udevRules(words: LinuxWords, heading: Heading): TextSection[] {
  const devices = ownDevices(words).map((name) => {
    const bond = words.bonds[name];
    return { name, mark: markOf(heading.environment), ...notOfNetworkd(bond) };
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

/** The values of arp_validate that came later. */
export function isFilter(value: string | null): value is string {
  return value?.startsWith("filter") ?? false;
}
