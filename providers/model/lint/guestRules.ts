// Design rules about what is inside Linux guests: bonds, addresses, packet sizes. Pure.
import { ownSettings } from "../bondMember.js";
import type { Environment } from "../environment.js";
import { isLinkLocal, sameAddress } from "../subnet.js";
import { guestInterfaceRule } from "./guestInterfaces.js";
import { guestBondRule } from "./linuxBonds.js";
import type { Finding, Rule } from "./rule.js";

export const guestRules: readonly Rule[] = [
  guestBondRule(
    {
      id: "LB-26",
      severity: "warning",
      title: "A bond with one member gives no redundancy.",
      remedy: "Add a member, or put the addresses on the port itself.",
      source: "common practice",
    },
    function* ({ bond, path }) {
      if (bond.members.length < 2)
        yield {
          path: [...path, "members"],
          message: "a bond of one port has no redundancy",
          found: bond.members.join(", "),
        };
    },
  ),
  guestBondRule(
    {
      id: "LB-30",
      severity: "error",
      title: "Members of a bond carry no IP address of their own.",
      remedy: "Move it to the bond.",
      source: "linux-system-roles/network README",
    },
    function* ({ bond, guest, path }) {
      for (const port of guest.ports.filter(({ name }) => bond.members.includes(name)))
        for (const [key, found] of ownSettings(port, bond))
          yield {
            path: [...path.slice(0, 2), "ports", port.name, key],
            message: `the port is a member of bond ${bond.name}`,
            found,
          };
    },
  ),
  guestInterfaceRule(
    {
      id: "SW-08",
      severity: "error",
      title: "Nothing sends larger packets than the layer below carries.",
      remedy: "Set a smaller mtu there, or a larger one of the network below.",
      source: "VMware Validated Design 6.0.1; Broadcom KB 318971",
    },
    function* ({ ip, noun, lower, path }) {
      const { name, mtuBytes: carried } = ip.network;
      const found = `${ip.mtuBytes}`;
      if (ip.mtuBytes > carried)
        yield {
          path: [...path, "mtu"],
          message: `the ${noun} sends packets larger than network ${name} carries (${carried})`,
          found,
        };
      else if (lower && ip.mtuBytes > lower.mtuBytes)
        yield {
          path,
          message: `the ${noun} sends packets larger than what it is on, in network ${lower.network.name}, takes (${lower.mtuBytes})`,
          found,
        };
    },
  ),
  guestInterfaceRule(
    {
      id: "GT-08",
      severity: "warning",
      graver: "error",
      title: "The default route of an interface goes to the router of its network.",
      remedy:
        "Set gateway of the network and of the interface to the same router, or accept the rule where there are two (accepted).",
      source: "common practice",
    },
    function* ({ ip, path }) {
      const { name, subnet, gateway } = ip.network;
      // A network tells the router of one IP version, that of its subnet.
      const family = gateway ?? subnet;
      for (const router of ip.gateways) {
        if (family === undefined || family.includes(":") !== router.includes(":")) continue;
        // A router of IPv6 has an address of the link as well, by which others mostly know it.
        if (gateway !== undefined && (sameAddress(gateway, router) || isLinkLocal(router))) continue;
        yield {
          path: [...path, "gateway"],
          message:
            gateway === undefined ? `network ${name} names no gateway` : `the gateway of network ${name} is ${gateway}`,
          found: router,
          ...(gateway === undefined ? { severity: "error" } : {}),
        };
      }
    },
  ),
  {
    id: "LB-29",
    severity: "warning",
    title:
      "Network cards that share a MAC address are told apart by name: a virtual function and the card that stands in for it.",
    remedy: "Set guestInterface of the port to the name that net_failover has in the guest.",
    source: "nmstate, bond validation",
    lookedAfterBy: ["file", "construction"],
    check: ({ environment }) => sharedMacs(environment),
  },
];

function* sharedMacs({ kvmHosts, virtualMachines }: Environment): Generator<Finding> {
  for (const { vm, ports } of kvmHosts.flatMap(({ libvirt }) => libvirt?.domains ?? [])) {
    const guest = virtualMachines.find(({ name }) => name === vm)?.guest;
    for (const { name, mac, card, function: own } of ports) {
      const inside = guest?.ports.find((port) => port.name === name && port.guestInterface === undefined);
      if (!card || !own || !inside) continue;
      const path = ["vms", vm, "ports", name];
      const { guestPci } = inside;
      if (guestPci === undefined)
        yield {
          path,
          message: "the guest finds the port by a MAC address that three of its interfaces have",
          found: mac,
        };
      // Source: drivers/net/net_failover.c: its parent is that of the virtio card.
      else
        yield {
          path: [...path, "guestPci"],
          message: "net_failover has no PCI path of its own: it shares that of the virtio card",
          found: guestPci,
        };
    }
  }
}
