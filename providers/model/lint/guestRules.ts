// Design rules about bonds inside guests and about packet sizes along the way. Pure.
import type { Bond } from "../bond.js";
import type { Environment } from "../environment.js";
import type { Path } from "../problem.js";
import type { Guest } from "../virtualMachine.js";
import type { Finding, Rule } from "./rule.js";

interface BondPlace {
  readonly bond: Bond;
  readonly guest: Guest;
  readonly path: Path;
  readonly onVsphere: boolean;
}

function* bonds(environment: Environment): Generator<BondPlace> {
  const esx = new Set(environment.esxHosts.map((host) => host.name));
  for (const vm of environment.virtualMachines) {
    for (const bond of vm.guest?.bonds ?? []) {
      if (vm.guest)
        yield { bond, guest: vm.guest, path: ["vms", vm.name, "bonds", bond.name], onVsphere: esx.has(vm.host) };
    }
  }
}

function bondRule(rule: Omit<Rule, "check">, check: (place: BondPlace) => Iterable<Finding>): Rule {
  return {
    ...rule,
    *check(environment) {
      for (const place of bonds(environment)) yield* check(place);
    },
  };
}

export const guestRules: readonly Rule[] = [
  bondRule(
    {
      id: "VS-12",
      severity: "error",
      title: "LACP inside a guest on vSphere is not supported.",
      remedy: "Use mode switch-independent in the guest; run LACP between the host and the switch.",
      source: "Broadcom KB 315347",
    },
    function* ({ bond, path, onVsphere }) {
      if (onVsphere && bond.mode === "lacp")
        yield {
          path: [...path, "mode"],
          message: "a vSphere virtual switch does not speak LACP with a guest",
          found: "lacp",
        };
    },
  ),
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
  {
    id: "VS-34",
    severity: "error",
    title: "A distributed switch carries packets as large as those of its networks.",
    remedy: "Raise mtu of the switch or leave it out.",
    source: "Broadcom KB 318971",
    *check(environment) {
      for (const dvs of environment.distributedSwitches) {
        for (const group of dvs.portGroups) {
          if (group.network.mtuBytes <= dvs.mtuBytes) continue;
          yield {
            path: ["distributedSwitches", dvs.name, "mtu"],
            message: `network ${group.network.name} needs ${group.network.mtuBytes}`,
            found: `${dvs.mtuBytes}`,
          };
        }
      }
    },
  },
];
