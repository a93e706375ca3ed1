// Design rules about the adapters of VMs and of the host itself on switches of Hyper-V. Pure.
import { keepsOwnMacs } from "../bond.js";
import type { HypervSwitch, VmAdapter } from "../hypervHost.js";
import type { Path } from "../problem.js";
import type { Finding, Rule, RuleText } from "./rule.js";

const SET_PAGE = "Microsoft Learn, Remote Direct Memory Access and Switch Embedded Teaming";
const SET_ADAPTER = "Microsoft Learn, Set-VMNetworkAdapter";
const IN_VMS = "Microsoft Learn, Create a new NIC Team in a VM";

interface AdapterPlace {
  readonly adapter: VmAdapter;
  /** Undefined: told already. */
  readonly virtualSwitch: HypervSwitch | undefined;
  /** Of the port. */
  readonly path: Path;
}

/** A rule that looks at one adapter of a VM at a time. */
function adapterRule(rule: RuleText, check: (place: AdapterPlace) => Iterable<Finding>): Rule {
  return {
    ...rule,
    *check({ environment }) {
      for (const { vmAdapters, virtualSwitches } of environment.hypervHosts)
        for (const adapter of vmAdapters)
          yield* check({
            adapter,
            virtualSwitch: virtualSwitches.find(({ name }) => name === adapter.switch),
            path: ["vms", adapter.vm, "ports", adapter.name],
          });
    },
  };
}

export const hypervAdapterRules: readonly Rule[] = [
  adapterRule(
    {
      id: "HV-08",
      severity: "warning",
      title: "Bandwidth that is kept for adapters on a SET switch is not kept reliably.",
      remedy: "Use maximumKbps of the other adapters instead, or accept the rule with its reason (accepted).",
      source: `${SET_PAGE} (2016)`,
    },
    function* ({ adapter, virtualSwitch, path }) {
      const { minimumWeight, minimumBitsPerSecond } = adapter.bandwidth;
      const minimum = minimumWeight ?? minimumBitsPerSecond;
      if (virtualSwitch?.kind === "set" && minimum !== undefined)
        yield {
          path: [...path, "hyperv", "bandwidth"],
          message: `switch ${virtualSwitch.name} is a SET switch, whose members share no promise of bandwidth`,
          found: `${minimum}`,
        };
    },
  ),
  {
    id: "HV-18",
    severity: "error",
    title:
      "Adapters that a guest teams have allowTeaming on the host, unless each sends with its own MAC address alone or may send with any.",
    remedy:
      "Remove allowTeaming: false, take the port out of the bond, or use policy active-backup with failOverMac: active in a Linux guest.",
    source: `${IN_VMS}; New-NetLbfoTeam`,
    *check({ environment }) {
      for (const { vmAdapters } of environment.hypervHosts)
        for (const { vm, name, allowTeaming, macSpoofing } of vmAdapters) {
          if (allowTeaming) continue;
          const machine = environment.virtualMachines.find((candidate) => candidate.name === vm);
          const mixed = machine?.guest?.bonds.filter((linux) => !macSpoofing && !keepsOwnMacs(linux)) ?? [];
          const bonds = [...mixed, ...(machine?.windowsGuest?.teams ?? [])];
          const bond = bonds.find(({ members }) => members.includes(name));
          if (bond)
            yield {
              path: ["vms", vm, "ports", name, "hyperv", "allowTeaming"],
              message: `the port is a member of ${bond.name}, whose other MAC addresses the switch would drop`,
              found: "false",
            };
        }
    },
  },
  adapterRule(
    {
      id: "HV-25",
      severity: "error",
      title: "An adapter has a virtual function only on a switch with SR-IOV.",
      remedy: "Set iov: true of the switch, which is made anew for it, or remove iov of the port.",
      source: SET_ADAPTER,
    },
    function* ({ adapter, virtualSwitch, path }) {
      if (adapter.iovWeight > 0 && virtualSwitch?.iov === false)
        yield {
          path: [...path, "hyperv", "iov"],
          message: `switch ${virtualSwitch.name} is without SR-IOV`,
          found: `weight ${adapter.iovWeight}`,
        };
    },
  ),
  adapterRule(
    {
      id: "HV-26",
      severity: "warning",
      title: "A virtual function spreads what comes in over processors (RSS) only with several queue pairs.",
      remedy: "Set queuePairs: 2 or more, or accept the rule for VMs with one processor (accepted).",
      source: SET_ADAPTER,
    },
    function* ({ adapter, path }) {
      if (adapter.iovWeight > 0 && adapter.iovQueuePairs === 1)
        yield {
          path: [...path, "hyperv", "iov"],
          message: "one processor of the VM handles all that comes in through the virtual function",
          found: "1 queue pair",
        };
    },
  ),
  {
    id: "HV-32",
    severity: "warning",
    title: "Adapters of a host, such as those for storage, are each in a subnet and VLAN of their own.",
    remedy: "Give each its own network, or put all addresses on one.",
    source: "Microsoft Learn, Host network requirements for Azure Local",
    *check({ environment }) {
      for (const { name: host, hostPorts } of environment.hypervHosts) {
        const first = new Map<string, string>();
        for (const { name, network, addresses } of hostPorts) {
          if (addresses.length === 0) continue;
          const other = first.get(network.name);
          first.set(network.name, other ?? name);
          if (other !== undefined)
            yield {
              path: ["hosts", host, "hostPorts", name],
              message: `host port ${other} is on network ${network.name} too: Windows sends by either, whichever was asked`,
              found: addresses.join(", "),
            };
        }
      }
    },
  },
];
