// Every interface inside a Linux guest that packets leave by, with what it is on: what the rules about them walk over. Pure.
import type { InterfaceIp } from "../interfaceIp.js";
import type { Path } from "../problem.js";
import type { Guest } from "../virtualMachine.js";
import type { VlanInterface } from "../vlanInterface.js";
import type { Finding, Rule, RuleText } from "./rule.js";

export interface GuestInterface {
  readonly ip: InterfaceIp;
  readonly noun: "port" | "bond" | "interface";
  /** What a VLAN device is on. */
  readonly lower?: InterfaceIp;
  readonly path: Path;
}

export function guestInterfaces({ name, ports, bonds }: Guest): GuestInterface[] {
  const members = bonds.flatMap((bond) => bond.members);
  return [
    ...ports
      .filter((port) => !members.includes(port.name))
      .flatMap((port) => withVlans({ ip: port, noun: "port", path: ["vms", name, "ports", port.name] }, port.vlans)),
    ...bonds.flatMap((bond) =>
      withVlans({ ip: bond, noun: "bond", path: ["vms", name, "bonds", bond.name] }, bond.vlans),
    ),
  ];
}

function withVlans(lower: GuestInterface, vlans: readonly VlanInterface[]): GuestInterface[] {
  const over = vlans.map(
    (ip): GuestInterface => ({
      ip,
      noun: "interface",
      lower: lower.ip,
      path: [...lower.path, "interfaces", ip.network.name],
    }),
  );
  return [lower, ...over];
}

export function guestInterfaceRule(rule: RuleText, check: (place: GuestInterface) => Iterable<Finding>): Rule {
  return {
    ...rule,
    *check({ environment: { virtualMachines } }) {
      for (const { guest } of virtualMachines)
        for (const place of guest ? guestInterfaces(guest) : []) yield* check(place);
    },
  };
}
