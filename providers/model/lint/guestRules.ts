// Design rules about bonds inside guests. Pure.
import type { Bond } from "../bond.js";
import type { Environment } from "../environment.js";
import type { Path } from "../problem.js";
import type { Guest } from "../virtualMachine.js";
import type { Finding, Rule } from "./rule.js";

interface BondPlace {
  readonly bond: Bond;
  readonly guest: Guest;
  readonly path: Path;
}

function* bonds(environment: Environment): Generator<BondPlace> {
  for (const vm of environment.virtualMachines) {
    for (const bond of vm.guest?.bonds ?? []) {
      if (vm.guest) yield { bond, guest: vm.guest, path: ["vms", vm.name, "bonds", bond.name] };
    }
  }
}

function bondRule(rule: Omit<Rule, "check">, check: (place: BondPlace) => Iterable<Finding>): Rule {
  return {
    ...rule,
    *check({ environment }) {
      for (const place of bonds(environment)) yield* check(place);
    },
  };
}

export const guestRules: readonly Rule[] = [
  bondRule(
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
  bondRule(
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
  bondRule(
    {
      id: "SW-08",
      severity: "error",
      title: "Nothing sends larger packets than the layer below carries.",
      remedy: "Lower the MTU of the bond, or raise that of the network.",
      source: "VMware Validated Design 6.0.1; Broadcom KB 318971",
    },
    function* ({ bond, path }) {
      const below = bond.network?.mtuBytes;
      if (below !== undefined && bond.mtuBytes > below) {
        yield {
          path: [...path, "mtu"],
          message: `the bond sends packets larger than network ${bond.network?.name} carries (${below})`,
          found: `${bond.mtuBytes}`,
        };
      }
    },
  ),
];
