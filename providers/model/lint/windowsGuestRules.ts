// Design rules about NIC Teaming inside Windows guests. Pure.
import type { HypervHost } from "../hypervHost.js";
import type { Path } from "../problem.js";
import type { VirtualMachine } from "../virtualMachine.js";
import type { WindowsTeam } from "../windowsGuest.js";
import type { Finding, Rule, RuleText } from "./rule.js";

const IN_VMS = "Microsoft Learn, Create a new NIC Team in a VM";
const ADDRESS_HASHES = ["transport-ports", "ip-hash", "source-mac"];
const EXTERNAL = ["set", "lbfo", "external"];

interface TeamPlace {
  readonly vm: VirtualMachine;
  readonly team: WindowsTeam;
  /** Undefined: the VM is on a host of another platform. */
  readonly host: HypervHost | undefined;
  readonly path: Path;
}

function windowsTeamRule(rule: RuleText, check: (place: TeamPlace) => Iterable<Finding>): Rule {
  return {
    ...rule,
    *check({ environment: { virtualMachines, hypervHosts } }) {
      for (const vm of virtualMachines)
        for (const team of vm.windowsGuest?.teams ?? []) {
          const host = hypervHosts.find(({ name }) => name === vm.host);
          yield* check({ vm, team, host, path: ["vms", vm.name, "bonds", team.name] });
        }
    },
  };
}

export const windowsGuestRules: readonly Rule[] = [
  windowsTeamRule(
    {
      id: "HV-15",
      severity: "error",
      title: "A team in a Windows guest has exactly two members.",
      remedy: "Name two ports as members.",
      source: IN_VMS,
    },
    function* ({ team: { members }, path }) {
      if (members.length !== 2)
        yield {
          path: [...path, "members"],
          message: "Windows supports teams of exactly two members in a VM",
          found: `${members.length}`,
        };
    },
  ),
  windowsTeamRule(
    {
      id: "HV-16",
      severity: "error",
      title: "The members of a team in a Windows guest are on different external switches.",
      remedy: "Put the ports on two switches of kind set, external or lbfo.",
      source: IN_VMS,
    },
    function* ({ vm, team: { members }, host, path }) {
      const adapters = (host?.vmAdapters ?? []).filter(
        ({ vm: owner, name }) => owner === vm.name && members.includes(name),
      );
      const switches = adapters.map((adapter) => adapter.switch);
      const inner = host?.virtualSwitches.find(({ name, kind }) => switches.includes(name) && !EXTERNAL.includes(kind));
      if (inner)
        yield {
          path: [...path, "members"],
          message: `switch ${inner.name} is joined to no network, and Windows takes such a member for failed`,
          found: inner.kind,
        };
      else if (new Set(switches).size < switches.length)
        yield {
          path: [...path, "members"],
          message: "the members are on one switch and fail with it",
          found: switches.join(", "),
        };
    },
  ),
  windowsTeamRule(
    {
      id: "HV-17",
      severity: "error",
      title: "A team in a Windows guest is switch-independent, with an address hash.",
      remedy: "Use mode switch-independent with policy transport-ports, ip-hash or source-mac.",
      source: IN_VMS,
    },
    function* ({ team: { mode, policy }, path }) {
      const message = "Windows supports only switch-independent teams with an address hash in a VM";
      if (mode !== "switch-independent") yield { path: [...path, "mode"], message, found: mode };
      else if (!ADDRESS_HASHES.includes(policy)) yield { path: [...path, "policy"], message, found: policy };
    },
  ),
];
