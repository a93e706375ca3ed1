// Design rules about the switches of Hyper-V hosts, the teams under them, and the adapters on them. Pure.
import type { HypervHost, HypervSwitch, VmAdapter } from "../hypervHost.js";
import type { Path } from "../problem.js";
import type { Finding, Rule, RuleText } from "./rule.js";
import { teamRule } from "./teamRules.js";
import { isIndependent } from "./teams.js";

const SET_PAGE = "Microsoft Learn, Remote Direct Memory Access and Switch Embedded Teaming";
const NIC_TEAMING = "Microsoft Learn, NIC Teaming";
const SET_ADAPTER = "Microsoft Learn, Set-VMNetworkAdapter";
const IN_VMS = "Microsoft Learn, Create a new NIC Team in a VM";

const MOST_SET_MEMBERS = 8;
const MOST_LBFO_MEMBERS = 32;

interface SwitchPlace {
  readonly host: HypervHost;
  readonly virtualSwitch: HypervSwitch;
  readonly path: Path;
}

/** A rule that looks at one switch at a time. */
function switchRule(rule: RuleText, check: (place: SwitchPlace) => Iterable<Finding>): Rule {
  return {
    ...rule,
    *check({ environment }) {
      for (const host of environment.hypervHosts)
        for (const virtualSwitch of host.virtualSwitches)
          yield* check({ host, virtualSwitch, path: ["hosts", host.name, "virtualSwitches", virtualSwitch.name] });
    },
  };
}

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

export const hypervRules: readonly Rule[] = [
  teamRule(
    {
      id: "HV-02",
      severity: "error",
      title: "A SET switch has 1 to 8 members.",
      remedy: "Use at most 8 members, or a second switch.",
      source: SET_PAGE,
    },
    function* ({ kind, team, path }) {
      if (kind === "set" && team.members.length > MOST_SET_MEMBERS)
        yield {
          path: [...path, "members"],
          message: `a SET switch has at most ${MOST_SET_MEMBERS} members`,
          found: `${team.members.length}`,
        };
    },
  ),
  teamRule(
    {
      id: "HV-04",
      severity: "error",
      title: "A SET switch has no standby member.",
      remedy: "Remove standby: every member of a SET switch is active.",
      source: SET_PAGE,
    },
    function* ({ kind, team, path }) {
      if (kind === "set" && team.given.includes("standby") && team.standby.length > 0)
        yield {
          path: [...path, "standby"],
          message: "a SET switch has no standby members",
          found: team.standby.join(", "),
        };
    },
  ),
  {
    id: "HV-06",
    severity: "error",
    title: "A host that is itself a VM has no SET switch.",
    remedy: "Use kind: external over one network card of the VM, and the team of the physical host below it.",
    source: SET_PAGE,
    *check({ environment }) {
      const machines = new Set(environment.virtualMachines.map(({ name }) => name));
      for (const { name: host, virtualSwitches } of environment.hypervHosts)
        for (const { name, kind } of machines.has(host) ? virtualSwitches : [])
          if (kind === "set")
            yield {
              path: ["hosts", host, "virtualSwitches", name],
              message: "the host is a VM of this file, and Switch Embedded Teaming does not exist inside a VM",
              found: "set",
            };
    },
  },
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
  switchRule(
    {
      id: "HV-10",
      severity: "warning",
      graver: "error",
      title:
        "A virtual switch over an LBFO team is out of date: Windows Server 2022 and later refuse it unless they are told otherwise.",
      remedy: "Use kind: set; or on 2022 and later allowLbfo: true, and accept the rule with its reason (accepted).",
      source: "Microsoft Learn, Features removed or no longer developed starting with Windows Server 2022",
    },
    function* ({ host: { release }, virtualSwitch: { kind, allowLbfo }, path }) {
      if (kind !== "lbfo") return;
      const isRefused = release !== "2016" && release !== "2019" && !allowLbfo;
      yield {
        path: [...path, "kind"],
        message: isRefused
          ? `Windows Server ${release} refuses a virtual switch over an LBFO team`
          : "Microsoft develops virtual switches over LBFO teams no longer",
        found: "lbfo",
        ...(isRefused ? { severity: "error" } : {}),
      };
    },
  ),
  switchRule(
    {
      id: "HV-12",
      severity: "error",
      title: "LBFO teams and SR-IOV exclude each other: virtual functions would pass by the team.",
      remedy: "Use kind: set for the switch, or remove iov and sriov.",
      source: NIC_TEAMING,
    },
    function* ({ host, virtualSwitch: { kind, iov, uplinkTeam }, path }) {
      if (kind !== "lbfo") return;
      if (iov) yield { path: [...path, "iov"], message: "a switch over an LBFO team has no SR-IOV", found: "true" };
      for (const { name, numVfs = 0 } of host.uplinks)
        if (numVfs > 0 && uplinkTeam?.members.includes(name))
          yield {
            path: ["hosts", host.name, "uplinks", name, "sriov"],
            message: "the port is a member of an LBFO team, which hides its virtual functions",
            found: `${numVfs}`,
          };
    },
  ),
  teamRule(
    {
      id: "HV-13",
      severity: "error",
      title: "A team has no adapters of the management OS as its members.",
      remedy: "Name physical ports as members.",
      source: NIC_TEAMING,
    },
    function* ({ platform, team, path }) {
      if (platform !== "hyperv") return;
      for (const [index, member] of team.members.entries())
        if (/^vEthernet \(/i.test(member))
          yield {
            path: [...path, "members", index],
            message: "an interface of this name is an adapter of the host on a virtual switch",
            found: member,
          };
    },
  ),
  teamRule(
    {
      id: "HV-14",
      severity: "error",
      title: "An LBFO team has 1 to 32 members, of one speed.",
      remedy: "Use at most 32 members.",
      source: `${NIC_TEAMING}; New-NetLbfoTeam`,
      lookedAfterBy: ["file", "not read"],
    },
    function* ({ kind, team, path }) {
      if (kind === "lbfo" && team.members.length > MOST_LBFO_MEMBERS)
        yield {
          path: [...path, "members"],
          message: `an LBFO team has at most ${MOST_LBFO_MEMBERS} members`,
          found: `${team.members.length}`,
        };
    },
  ),
  {
    id: "HV-18",
    severity: "error",
    title: "Adapters that a guest teams have allowTeaming on the host.",
    remedy: "Remove allowTeaming: false, or take the port out of the bond.",
    source: `${IN_VMS}; New-NetLbfoTeam`,
    *check({ environment }) {
      for (const { vmAdapters } of environment.hypervHosts)
        for (const { vm, name, allowTeaming } of vmAdapters) {
          if (allowTeaming) continue;
          const machine = environment.virtualMachines.find((candidate) => candidate.name === vm);
          const bonds = [...(machine?.guest?.bonds ?? []), ...(machine?.windowsGuest?.teams ?? [])];
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
  switchRule(
    {
      id: "HV-24",
      severity: "warning",
      title: "A switch with SR-IOV promises no bandwidth: its bandwidthMode is none.",
      remedy: "Remove bandwidthMode, or iov.",
      source: "Microsoft Learn, New-VMSwitch",
    },
    function* ({ virtualSwitch: { iov, bandwidthMode }, path }) {
      if (iov && bandwidthMode !== "none")
        yield {
          path: [...path, "bandwidthMode"],
          message: "virtual functions pass by what keeps bandwidth on the switch",
          found: bandwidthMode,
        };
    },
  ),
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
  teamRule(
    {
      id: "HV-34",
      severity: "info",
      title: "With an address hash and no port channel all that comes in arrives on one member.",
      remedy: "Use policy source-port or load under a virtual switch.",
      source: "Microsoft Learn, New-NetLbfoTeam",
    },
    function* ({ kind, team, path }) {
      const isHash = ["transport-ports", "ip-hash", "source-mac"].includes(team.policy);
      if (kind === "lbfo" && isHash && isIndependent(team) && team.members.length > 1)
        yield {
          path: [...path, "policy"],
          message: "the switch sends all frames to the primary member of the team",
          found: team.policy,
        };
    },
  ),
];
