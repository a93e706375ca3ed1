// What NetworkManager can't be told in a profile, each with what to do instead. Pure.
import { own } from "../../own.js";
import { destination } from "../routes.js";
import { controllerOf } from "../stack.js";
import type { LinuxWords } from "../words.js";
import { isOfFamily } from "./keyfile.js";

export interface Unsupported {
  readonly device: string;
  readonly message: string;
  readonly remedy: string;
}

export function unsupported(words: LinuxWords): Unsupported[] {
  return [
    ...isolatedPorts(words),
    ...Object.keys(words.links)
      .sort()
      .flatMap((device) => linkFaults(words, device)),
  ];
}

function isolatedPorts(words: LinuxWords): Unsupported[] {
  return Object.values(words.bridges)
    .flatMap(({ ports }) => Object.entries(ports))
    .filter(([, port]) => port.isolated)
    .map(([device]) => ({
      device,
      message: "NetworkManager has no setting that isolates a port of a bridge",
      remedy: "Use the renderer networkd or ifupdown, or set no isolation on the port.",
    }));
}

/** NetworkManager takes settings of a family only with an address of it, and none at all on a port. */
function linkFaults(words: LinuxWords, device: string): Unsupported[] {
  const link = own(words.links, device);
  if (!link) return [];
  const controller = controllerOf(words, device);
  if (controller) {
    const { length } = [
      ...[...link.addresses, ...link.gateways, ...link.nameservers, ...link.searchDomains],
      ...[...link.routes, ...link.rules],
    ];
    if (length === 0 && !link.dhcp4 && !link.dhcp6) return [];
    return [
      {
        device,
        message: `NetworkManager gives no addresses or routes to ${device}, which belongs to the ${controller.kind} ${controller.name}`,
        remedy: `Set them on ${controller.name} or on a VLAN of it.`,
      },
    ];
  }
  return (["ipv4", "ipv6"] as const).flatMap((family) => {
    const word = family === "ipv4" ? "IPv4" : "IPv6";
    if (link.addresses.some((address) => isOfFamily(family, address))) return [];
    const isDhcp = family === "ipv4" ? link.dhcp4 : link.dhcp6;
    const lonely = [
      ...link.gateways,
      ...(isDhcp ? [] : link.nameservers),
      ...(isDhcp ? [] : link.routes.map(destination)),
      ...link.rules.map(({ from, to }) => from ?? to ?? ""),
    ].filter((address) => isOfFamily(family, address));
    return lonely.map((address) => ({
      device,
      message: `NetworkManager takes ${address} only on a device with an ${word} address, and ${device} has none`,
      remedy: `Add an ${word} address to ${device}, or remove ${address}.`,
    }));
  });
}
