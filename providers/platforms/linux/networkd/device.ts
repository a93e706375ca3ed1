// One device as systemd's .network files have it: what it joins, what is on it, its VLANs and addresses. Pure.
import { type LinkTable, linkData } from "../linkTable.js";
import { listens } from "../routerAdvertisements.js";
import { isBeyondNeighbours } from "../routes.js";
import { controllerOf, kindOf } from "../stack.js";
import { BARE_LINK, type KernelBridgeVlans, type KernelLink, type LinuxWords } from "../words.js";
import { gatewaySections, routeSections, ruleSections } from "./routes.js";

/** Of a device, in networkd's words. */
const OF_LINK: LinkTable<KernelLink> = {
  mtu: ({ mtu }) => ({ mtu }),
  addresses: ({ addresses, dhcp4, dhcp6 }) => ({ addresses, hasAddresses: addresses.length > 0 || dhcp4 || dhcp6 }),
  gateways: (link) => ({ gateways: link.gateways.filter((gateway) => !isBeyondNeighbours(gateway, link)) }),
  nameservers: ({ nameservers }) => ({ nameservers }),
  searchDomains: ({ searchDomains }) => ({ searchDomains }),
  routes: (link) => ({ routes: [...gatewaySections(link), ...routeSections(link)] }),
  rules: (link) => ({ rules: ruleSections(link) }),
  arp: "sysctl.d",
  reversePath: "sysctl.d",
  acceptRa: "sysctl.d",
  dhcp4: (link) => ({ dhcp: dhcpWord(link) }),
  dhcp6: (link) => ({ listens: listens(link) }),
};

/** Data of templates/linux/networkd/device.network.hbs. */
export function toNetwork(words: LinuxWords, device: string): object {
  const controller = controllerOf(words, device);
  return {
    device,
    isNic: kindOf(words, device) === "nic",
    bond: controller?.kind === "bond" ? controller.name : null,
    isPrimary: controller?.kind === "bond" && words.bonds[controller.name]?.primary === device,
    bridge: controller?.kind === "bridge" ? controller.name : null,
    vlans: vlansOn(words, device),
    ...linkData(OF_LINK, words.links[device] ?? BARE_LINK),
    ports: portSections(words, device),
  };
}

function dhcpWord({ dhcp4, dhcp6 }: Pick<KernelLink, "dhcp4" | "dhcp6">): string | null {
  if (dhcp4 && dhcp6) return "yes";
  return dhcp4 ? "ipv4" : dhcp6 ? "ipv6" : null;
}

function vlansOn(words: LinuxWords, device: string): string[] {
  return Object.keys(words.vlans).filter((name) => words.vlans[name]?.link === device);
}

/** Sections of a bridge or of a port of one; data of templates/linux/networkd/port.hbs, none for any other device. */
export function portSections(words: LinuxWords, device: string): object[] {
  const bridge = words.bridges[device];
  if (bridge) return [{ isPort: false, isolated: "no", ...vlanLines(bridge.self) }];
  const controller = controllerOf(words, device);
  const port = controller?.kind === "bridge" ? words.bridges[controller.name]?.ports[device] : undefined;
  return port ? [{ isPort: true, isolated: port.isolated ? "yes" : "no", ...vlanLines(port.vlan) }] : [];
}

function vlanLines({ pvid, untagged, vlans }: KernelBridgeVlans): object {
  const ranges = vlans === "" ? [] : vlans.split(",");
  return { hasVlans: ranges.length > 0, ranges, pvid, egress: pvid !== null && untagged ? pvid : null };
}
