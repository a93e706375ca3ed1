// What NetworkManager can't be told in a profile, each with what to do instead. Pure.
import type { Path } from "../../../model/problem.js";
import { own } from "../../own.js";
import type { Unwritable } from "../renderer.js";
import { destination, isMain } from "../routes.js";
import { controllerOf } from "../stack.js";
import type { KernelLink, KernelRoute, LinuxWords } from "../words.js";
import { isOfFamily } from "./keyfile.js";

export function unsupported(words: LinuxWords): Unwritable[] {
  return [
    ...isolatedPorts(words),
    ...Object.keys(words.links)
      .sort()
      .flatMap((device) => linkFaults(words, device)),
  ];
}

function isolatedPorts(words: LinuxWords): Unwritable[] {
  return Object.values(words.bridges)
    .flatMap(({ ports }) => Object.entries(ports))
    .filter(([, port]) => port.isolated)
    .map(([device]) => ({
      device,
      message: "NetworkManager has no setting that isolates a port of a bridge",
      remedy: "Use the renderer networkd or ifupdown, or set no isolation on the port.",
    }));
}

/** What of a device NetworkManager gives none of that is a port; a word that is new has its line here. */
const NOT_ON_PORTS: Readonly<Record<keyof KernelLink, "taken" | ((link: KernelLink) => boolean)>> = {
  mtu: "taken",
  addresses: ({ addresses }) => addresses.length > 0,
  gateways: ({ gateways }) => gateways.length > 0,
  nameservers: ({ nameservers }) => nameservers.length > 0,
  searchDomains: ({ searchDomains }) => searchDomains.length > 0,
  routes: ({ routes }) => routes.length > 0,
  rules: ({ rules }) => rules.length > 0,
  // The kernel's, by sysctl.
  arp: "taken",
  reversePath: "taken",
  acceptRa: "taken",
  dhcp4: ({ dhcp4 }) => dhcp4,
  dhcp6: ({ dhcp6 }) => dhcp6,
};

function linkFaults(words: LinuxWords, device: string): Unwritable[] {
  const link = own(words.links, device);
  if (!link) return [];
  const controller = controllerOf(words, device);
  if (!controller) return (["ipv4", "ipv6"] as const).flatMap((family) => lonely(device, link, family));
  if (Object.values(NOT_ON_PORTS).every((isThere) => isThere === "taken" || !isThere(link))) return [];
  return [
    {
      device,
      message: `NetworkManager gives no addresses or routes to ${device}, which belongs to the ${controller.kind} ${controller.name}`,
      remedy: `Set them on ${controller.name} or on a VLAN of it.`,
    },
  ];
}

interface Lonely {
  readonly address: string;
  /** Where the file has it. */
  readonly at: Path;
}

/** NetworkManager takes settings of a family only with an address of it. */
function lonely(device: string, link: KernelLink, family: "ipv4" | "ipv6"): Unwritable[] {
  const word = family === "ipv4" ? "IPv4" : "IPv6";
  if (link.addresses.some((address) => isOfFamily(family, address))) return [];
  const isDhcp = family === "ipv4" ? link.dhcp4 : link.dhcp6;
  const all: Lonely[] = [
    ...link.gateways.map((address) => ({ address, at: ["gateway"] })),
    ...(isDhcp ? [] : link.nameservers.map((address, index) => ({ address, at: ["nameservers", index] }))),
    ...(isDhcp ? [] : link.routes.map((route, index) => ({ address: destination(route), at: routeAt(route, index) }))),
    ...link.rules.map(({ from, to }) => ({ address: from ?? to ?? "", at: ["routingTable"] })),
  ];
  return all
    .filter(({ address }) => isOfFamily(family, address))
    .map(({ address, at }) => ({
      device,
      at,
      message: `NetworkManager takes ${address} only on a device with an ${word} address, and ${device} has none`,
      found: address,
      wanted: `an ${word} address beside it`,
      remedy: `Add an ${word} address to ${device}, or remove ${address}.`,
    }));
}

/** A table has routes of its own beside those of the file. */
function routeAt({ table }: KernelRoute, index: number): Path {
  return isMain(table) ? ["routes", index] : ["routes"];
}
