// Design rules about the switches of Hyper-V hosts and the teams under them. Pure.
import type { HypervHost, HypervSwitch } from "../hypervHost.js";
import type { Path } from "../problem.js";
import type { Finding, Rule, RuleText } from "./rule.js";
import { teamRule } from "./teamRules.js";
import { isIndependent } from "./teams.js";

const SET_PAGE = "Microsoft Learn, Remote Direct Memory Access and Switch Embedded Teaming";
const NIC_TEAMING = "Microsoft Learn, NIC Teaming";

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

export const hypervSwitchRules: readonly Rule[] = [
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
