// The network of the first start as cloud-init's network-config, version 2. It is netplan's YAML, and where netplan is the guest's
// renderer, cloud-init hands it on as it is; for the others it writes their files itself, and has far fewer words. Pure.
import type { Heading } from "../../heading.js";
import type { Filled } from "../../layer.js";
import { bondParameters, toDefinitions } from "../../linux/netplan/definitions.js";
import { listens } from "../../linux/routerAdvertisements.js";
import { devicesInOrder, kindOf } from "../../linux/stack.js";
import { BARE_LINK, type KernelBond, type LinuxWords, type RendererName } from "../../linux/words.js";
import { own } from "../../own.js";

export function networkConfig(renderer: RendererName, words: LinuxWords, heading: Heading): Filled {
  const macOf = (nic: string) => own(words.nics, nic)?.mac ?? null;
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

/** Every key that the template names, of any kind of device. */
function common(words: LinuxWords, device: string) {
  const link = own(words.links, device) ?? BARE_LINK;
  const bond = own(words.bonds, device);
  const vlan = own(words.vlans, device);
  const isIpv6 = (address: string) => address.includes(":");
  const routes = link.routes.map(({ to, via }) => ({ to, via }));
  return {
    device,
    mac: null as string | null,
    interfaces: bond ? { members: bond.members } : null,
    id: vlan?.id ?? null,
    link: vlan?.link ?? null,
    mtu: link.mtu,
    dhcp4: link.dhcp4,
    dhcp6: link.dhcp6,
    listens: listens(link),
    addresses: link.addresses,
    hasAddresses: link.addresses.length > 0,
    // Not as routes: 22.4 makes ::/64 of ::/0, and for ifupdown a call of `route`, which few systems have.
    gateways: link.gateways.map((via) => ({ key: isIpv6(via) ? "gateway6" : "gateway4", via })),
    nameservers: link.nameservers,
    hasNameservers: link.nameservers.length > 0,
    routes,
    hasRoutes: routes.length > 0,
    parameters: bond ? { all: parametersOf(bond), primary: bond.primary } : null,
  };
}
