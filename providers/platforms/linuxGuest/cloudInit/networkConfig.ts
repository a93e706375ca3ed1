// The network of the first start as cloud-init's network-config, version 2. It is netplan's YAML, and where netplan is the guest's
// renderer, cloud-init hands it on as it is; for the others it writes their files itself, and has far fewer words. Pure.
import type { Heading } from "../../heading.js";
import type { Filled } from "../../layer.js";
import { type LinkTable, linkData } from "../../linux/linkTable.js";
import { bondParameters, toDefinitions } from "../../linux/netplan/definitions.js";
import { listens } from "../../linux/routerAdvertisements.js";
import { devicesInOrder, kindOf } from "../../linux/stack.js";
import { BARE_LINK, type KernelBond, type KernelLink, type LinuxWords, type RendererName } from "../../linux/words.js";
import { own } from "../../own.js";

interface Given {
  /** MAC addresses of the NICs that get a name, also of those that udev finds at a PCI path: cloud-init knows no paths. */
  readonly macs: Readonly<Record<string, string>>;
  readonly heading: Heading;
}

export function networkConfig(renderer: RendererName, words: LinuxWords, { macs, heading }: Given): Filled {
  const macOf = (nic: string) => (own(words.nics, nic) ? (own(macs, nic) ?? null) : null);
  if (renderer === "netplan")
    return { template: "linux/netplan/60-multiport.yaml", data: { ...heading, ...toDefinitions(words, macOf) } };
  const sections = (["nic", "bond", "vlan"] as const).map((kind) => ({
    section: SECTION[kind],
    devices: devicesInOrder(words)
      .filter((device) => kindOf(words, device) === kind)
      .map((device) => ({
        ...common(words, device),
        ...(kind === "nic" ? { mac: macOf(device) } : {}),
      })),
  }));
  return {
    template: "linuxGuest/cloudInit/network-config",
    data: { ...heading, sections: sections.filter(({ devices }) => devices.length > 0) },
  };
}

const SECTION = { nic: "ethernets", bond: "bonds", vlan: "vlans" } as const;

/** Parameters that every release since 22.4 knows by these names; one that it does not know ends its work on the network. */
const KNOWN: ReadonlySet<string> = new Set([
  "mode",
  "mii-monitor-interval",
  "up-delay",
  "down-delay",
  "transmit-hash-policy",
  "lacp-rate",
  "ad-select",
  "min-links",
  "primary-reselect-policy",
  "fail-over-mac-policy",
  "gratuitous-arp",
]);

/** Of a bond; its schema wants the interval as text. */
function parametersOf(bond: KernelBond) {
  const parameters = bondParameters(bond).filter(({ key }) => KNOWN.has(key));
  return parameters.map(({ key, value }) => ({ key, value, isText: key === "mii-monitor-interval" }));
}

/** Of a device, as far as cloud-init hands it on. */
const OF_LINK: LinkTable<KernelLink> = {
  mtu: ({ mtu }) => ({ mtu }),
  addresses: ({ addresses }) => ({ addresses, hasAddresses: addresses.length > 0 }),
  // Not as routes: 22.4 makes ::/64 of ::/0, and for ifupdown a call of `route`, which few systems have.
  gateways: ({ gateways }) => ({
    gateways: gateways.map((via) => ({ key: via.includes(":") ? "gateway6" : "gateway4", via })),
  }),
  nameservers: ({ nameservers, searchDomains }) => ({
    nameservers,
    hasResolution: nameservers.length + searchDomains.length > 0,
  }),
  searchDomains: ({ searchDomains }) => ({ searchDomains }),
  routes: ({ routes }) => ({ routes: routes.map(({ to, via }) => ({ to, via })), hasRoutes: routes.length > 0 }),
  // Refused: it loses tables.
  rules: "beside another word",
  arp: "sysctl.d",
  reversePath: "sysctl.d",
  acceptRa: "sysctl.d",
  dhcp4: ({ dhcp4 }) => ({ dhcp4 }),
  dhcp6: ({ dhcp6 }) => ({ dhcp6, listens: listens({ dhcp6 }) }),
};

/** Every key that the template names, of any kind of device. */
function common(words: LinuxWords, device: string) {
  const bond = own(words.bonds, device);
  const vlan = own(words.vlans, device);
  return {
    device,
    mac: null as string | null,
    interfaces: bond ? { members: bond.members } : null,
    id: vlan?.id ?? null,
    link: vlan?.link ?? null,
    ...linkData(OF_LINK, own(words.links, device) ?? BARE_LINK),
    parameters: bond ? { all: parametersOf(bond), primary: bond.primary } : null,
  };
}
