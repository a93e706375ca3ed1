// Design rules about bonds inside guests. Pure.
import type { Environment } from "../environment.js";
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
      remedy: "Move the addresses to the bond.",
      source: "linux-system-roles/network README",
    },
    function* ({ bond, guest, path }) {
      const members = guest.ports.filter((port) => bond.members.includes(port.name) && port.addresses.length > 0);
      for (const port of members) {
        yield {
          path: [...path.slice(0, 2), "ports", port.name, "addresses"],
          message: `the port is a member of bond ${bond.name}`,
          found: port.addresses.join(", "),
        };
      }
    },
  ),
  guestBondRule(
    {
      id: "SW-08",
      severity: "error",
      title: "Nothing sends larger packets than the layer below carries.",
      remedy: "Lower the MTU of the bond, or raise that of the network.",
      source: "VMware Validated Design 6.0.1; Broadcom KB 318971",
    },
    function* ({ bond, path }) {
      const { name, mtuBytes: below } = bond.network;
      if (bond.mtuBytes > below) {
        yield {
          path: [...path, "mtu"],
          message: `the bond sends packets larger than network ${name} carries (${below})`,
          found: `${bond.mtuBytes}`,
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
      const isByMac = guest?.ports.some((port) => port.name === name && port.guestInterface === undefined);
      if (card && own && isByMac)
        yield {
          path: ["vms", vm, "ports", name],
          message: "the guest finds the port by a MAC address that three of its interfaces have",
          found: mac,
        };
    }
  }
}
