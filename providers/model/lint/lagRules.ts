// Design rules about the LAGs of distributed switches. Numbers are in vsphereLimits.ts. Pure.
import { carriedVlans, formatRanges, missingRanges } from "../network.js";
import type { Design, PortGroupPlace } from "./design.js";
import type { Finding, Rule, RuleText } from "./rule.js";
import { teamRule } from "./teamRules.js";

const NETWORKING = "vSphere Networking 6.7, LACP Support on a vSphere Distributed Switch";
const KB_LACP = "Broadcom KB 315347";

/** A rule about every LAG by itself. */
function lagRule(rule: RuleText, check: (lag: LagPlace) => Iterable<Finding>): Rule {
  return {
    ...rule,
    *check({ environment }) {
      for (const dvs of environment.distributedSwitches)
        for (const lag of dvs.lags)
          yield* check({ lag, dvs, path: ["distributedSwitches", dvs.name, "lags", lag.name] });
    },
  };
}

type Dvs = Design["environment"]["distributedSwitches"][number];

interface LagPlace {
  readonly lag: Dvs["lags"][number];
  readonly dvs: Dvs;
  readonly path: Finding["path"];
}

/** A rule about every port group whose traffic a LAG carries. */
function lagGroupRule(rule: RuleText, check: (place: PortGroupPlace, design: Design) => Iterable<Finding>): Rule {
  return {
    ...rule,
    *check(design) {
      for (const place of design.portGroups) if (place.lags.length > 0) yield* check(place, design);
    },
  };
}

export const lagRules: readonly Rule[] = [
  teamRule(
    {
      id: "VS-01",
      severity: "error",
      title: "A team has either exactly one LAG or only uplinks.",
      remedy: "Name one LAG and nothing else, or only uplinks.",
      source: NETWORKING,
    },
    function* ({ team, lags, path }) {
      if (lags.length === 0 || team.members.length === 1) return;
      const message = lags.length > 1 ? "a team can't use several LAGs" : "a team can't use a LAG beside uplinks";
      yield { path: [...path, "members"], message, found: team.members.join(", ") };
    },
  ),
  teamRule(
    {
      id: "VS-02",
      severity: "error",
      title: "With a LAG there is no standby uplink.",
      remedy:
        "Remove standby. Moving traffic to a LAG takes a standby LAG for a while: the plan of the switch does that.",
      source: NETWORKING,
    },
    function* ({ team, lags, path }) {
      if (lags.length > 0 && team.given.includes("standby") && team.standby.length > 0)
        yield {
          path: [...path, "standby"],
          message: "a LAG leaves nothing to stand by",
          found: team.standby.join(", "),
        };
    },
  ),
  lagRule(
    {
      id: "VS-04",
      severity: "error",
      title: "A LAG has at least two ports, and each host a port channel of its own with as many.",
      remedy: "Add a NIC to the LAG, or raise ports.",
      source: `${NETWORKING}, Port Channel Configuration on the Physical Switch`,
      lookedAfterBy: ["file", "not yet"],
    },
    function* ({ lag, path }) {
      if (lag.ports < 2)
        yield { path: [...path, "nics"], message: "a LAG needs at least two ports", found: `${lag.ports}` };
    },
  ),
  teamRule(
    {
      id: "VS-11",
      severity: "error",
      title: "A standard switch does not speak LACP.",
      remedy: "Use mode static with policy ip-hash, or a distributed switch with a LAG.",
      source: "Broadcom KB 324555; vSphere Networking 6.7, Route Based on IP Hash",
    },
    function* ({ kind, team, path }) {
      if (kind === "standard" && team.mode === "lacp")
        yield { path: [...path, "mode"], message: "a standard switch has no LACP", found: "lacp" };
    },
  ),
  {
    id: "VS-12",
    severity: "error",
    title: "LACP inside a guest on vSphere is not supported, and so is a LAG of an ESXi host that is a VM.",
    remedy: "Use mode switch-independent there; run LACP between the physical host and the switch.",
    source: KB_LACP,
    check: lacpInGuests,
  },
  lagGroupRule(
    {
      id: "VS-13",
      severity: "error",
      title: "LACP does not go together with port binding of software iSCSI.",
      remedy: "Give the iSCSI ports a port group with a team of one uplink each, or remove iscsi.",
      source: KB_LACP,
    },
    function* (place, design) {
      for (const { host, port, path } of vmkernelPortsOn(place, design)) {
        if (port.iscsi)
          yield {
            path: [...path, "iscsi"],
            message: `port group ${place.group.name} of ${host} uses a LAG`,
            found: "true",
          };
      }
    },
  ),
  lagGroupRule(
    {
      id: "VS-14",
      severity: "warning",
      title: "The ESXi dump collector does not work over LACP.",
      remedy:
        "Put the management port on a standard switch, or accept the rule where no dump collector is used (accepted).",
      source: KB_LACP,
    },
    function* (place, design) {
      for (const { port, path } of vmkernelPortsOn(place, design)) {
        if (port.services.includes("management"))
          yield {
            path: [...path, "portGroup"],
            message: "the management port is behind a LAG, which no dump of a crashed host gets through",
            found: `${place.switch}/${place.group.name}`,
          };
      }
    },
  ),
  lagRule(
    {
      id: "VS-15",
      severity: "info",
      title: "Host profiles hold no LACP settings: their compliance says nothing about LAGs.",
      remedy: "Use the drift that multiport reports instead.",
      source: KB_LACP,
    },
    function* ({ path }) {
      yield { path, message: "host profiles say nothing about this LAG" };
    },
  ),
  lagRule(
    {
      id: "VS-16",
      severity: "info",
      title: "Port mirroring does not show LACPDUs.",
      remedy:
        "Read the state of LACP on the host (esxcli network vswitch dvs vmware lacp status get) or on the switch.",
      source: KB_LACP,
    },
    function* ({ path }) {
      yield { path, message: "port mirroring does not show the LACPDUs of this LAG" };
    },
  ),
  {
    id: "VS-17",
    severity: "info",
    title: "The teaming health check says nothing about LAG ports; those of VLANs and MTU do.",
    remedy: "Use the alarm lag-member, or the state of LACP.",
    source: `${KB_LACP}; Broadcom KB 318971`,
    *check({ environment }) {
      for (const { name, healthCheck, lags } of environment.distributedSwitches) {
        if (healthCheck?.teaming && lags.length > 0)
          yield {
            path: ["distributedSwitches", name, "healthCheck"],
            message: "the teaming health check says nothing about the LAGs of the switch",
            found: lags.map((lag) => lag.name).join(", "),
          };
      }
    },
  },
  teamRule(
    {
      id: "VS-18",
      severity: "error",
      title: "On a distributed switch LACP is the work of a LAG: mode lacp and one LAG as the only member go together.",
      remedy: "Declare a LAG (lags of the switch), name it as the only member, and set mode: lacp.",
      source: KB_LACP,
    },
    function* ({ kind, team, lags, path }) {
      if (kind !== "distributed" || (team.mode === "lacp") === lags.length > 0) return;
      if (lags.length > 0)
        yield { path: [...path, "mode"], message: "a team with a LAG has mode lacp", found: team.mode };
      else yield { path: [...path, "members"], message: "mode lacp needs a LAG", found: team.members.join(", ") };
    },
  ),
  lagGroupRule(
    {
      id: "VS-35",
      severity: "error",
      title: "The uplinks of a port group carry its VLANs, and so do the switch ports behind them.",
      remedy: "Add the VLANs to vlans of the LAG, or leave vlans out.",
      source: "VMware Validated Design 6.0.1, VDS health check",
      lookedAfterBy: ["file", "not yet"],
    },
    function* ({ lags, group, path }) {
      for (const { name, vlans } of lags) {
        const lacking = vlans && missingRanges(carriedVlans(group.network.vlan), vlans);
        if (lacking && lacking.length > 0)
          yield {
            path,
            message: `LAG ${name} does not carry all VLANs of network ${group.network.name}`,
            found: formatRanges(lacking),
          };
      }
    },
  ),
];

function* lacpInGuests({ environment, esxHosts }: Design): Generator<Finding> {
  for (const vm of environment.virtualMachines) {
    if (!esxHosts.has(vm.host)) continue;
    for (const { name, mode } of vm.guest?.bonds ?? []) {
      if (mode === "lacp")
        yield {
          path: ["vms", vm.name, "bonds", name, "mode"],
          message: "a vSphere virtual switch does not speak LACP with a guest",
          found: mode,
        };
    }
  }
  const machines = new Set(environment.virtualMachines.map(({ name }) => name));
  for (const dvs of environment.distributedSwitches) {
    const nested = dvs.lags.length > 0 ? dvs.hosts.filter(({ name }) => machines.has(name)) : [];
    for (const { name } of nested)
      yield {
        path: ["distributedSwitches", dvs.name, "lags"],
        message: "a member host is itself a VM, whose virtual switch does not speak LACP",
        found: name,
      };
  }
}

function* vmkernelPortsOn(place: PortGroupPlace, { environment }: Design) {
  for (const { name: host, vmkernelPorts } of environment.esxHosts) {
    for (const port of vmkernelPorts) {
      if (port.switchKind === place.kind && port.switch === place.switch && port.portGroup === place.group.name)
        yield { host, port, path: ["hosts", host, "vmkernelPorts", port.name] };
    }
  }
}
