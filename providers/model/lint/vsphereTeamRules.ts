// Design rules about teams and packet sizes on vSphere, beyond those that hold for every team. Pure.
import type { Environment } from "../environment.js";
import type { Design, PortGroupPlace } from "./design.js";
import type { Finding, Rule } from "./rule.js";
import { teamRule } from "./teamRules.js";

const TEAMING = "vSphere Networking 6.7, Teaming and Failover Policy";

export const vsphereTeamRules: readonly Rule[] = [
  teamRule(
    {
      id: "VS-28",
      severity: "error",
      title: "Only a distributed switch spreads traffic by load.",
      remedy: "Use policy source-port, or a distributed switch.",
      source: TEAMING,
    },
    function* ({ kind, team, path }) {
      if (kind === "standard" && team.policy === "load")
        yield { path: [...path, "policy"], message: "a standard switch does not spread by load", found: "load" };
    },
  ),
  {
    id: "VS-29",
    severity: "warning",
    title: "A port group of a Microsoft NLB cluster in unicast mode does not notify switches.",
    remedy: "Give the port group an uplinkTeam with notifySwitches: false.",
    source: "vSphere Networking 6.5, Notify Switches",
    *check({ portGroups }) {
      for (const { group, team, path } of portGroups) {
        if (group.microsoftNlb === "unicast" && team?.notifySwitches)
          yield {
            path: [...path, "microsoftNlb"],
            message: "the switches would learn the cluster's shared MAC address on one port",
            found: "unicast",
          };
      }
    },
  },
  teamRule(
    {
      id: "VS-30",
      severity: "info",
      title: "With failback, traffic returns to an uplink at once: one whose link flaps takes it down each time.",
      remedy: "Set failback: false, or make the switch ports edge ports that forward at once.",
      source: "vSphere Networking 6.5, Failback",
    },
    function* ({ platform, team, path }) {
      if (platform === "vsphere" && team.mode !== "lacp" && team.failback && team.members.length > 1)
        yield { path: [...path, "failback"], message: "traffic returns to a recovered uplink at once", found: "true" };
    },
  ),
  teamRule(
    {
      id: "VS-31",
      severity: "info",
      title: "Link status does not show a blocked port, a wrong VLAN or a cable pulled beyond the switch.",
      remedy: "Use a LAG, link-state tracking on the switch, or failureDetection: beacon over three uplinks.",
      source: `${TEAMING}, failure detection`,
    },
    function* ({ platform, team, path }) {
      if (platform === "vsphere" && team.mode !== "lacp" && team.failureDetection === "link" && team.members.length > 1)
        yield { path: [...path, "failureDetection"], message: "only a dead link is noticed", found: "link" };
    },
  ),
  {
    id: "VS-32",
    severity: "info",
    title:
      "The health check probes every VLAN on every uplink: it needs two, and raises false alarms where port groups choose theirs.",
    remedy: "Use healthCheck: { vlanMtu: false }, or the same uplinks for all port groups.",
    source: "Broadcom KB 318971",
    check: falseHealthAlarms,
  },
  {
    id: "VS-33",
    severity: "warning",
    title: "All interfaces of a network send packets of one size, from end to end.",
    remedy: "Remove mtu of the vmkernel port, or set that of the network.",
    source: "Broadcom KB 318971",
    lookedAfterBy: ["file", "not yet"],
    *check({ environment }) {
      for (const { port, path } of vmkernelPorts(environment)) {
        if (port.mtuBytes !== port.network.mtuBytes)
          yield {
            path: [...path, "mtu"],
            message: `network ${port.network.name} has packets of ${port.network.mtuBytes}`,
            found: `${port.mtuBytes}`,
          };
      }
    },
  },
  {
    id: "VS-34",
    severity: "error",
    title:
      "A switch carries packets as large as those of its networks and vmkernel ports, and so do the switch ports behind it.",
    remedy: "Raise mtu of the switch or leave it out.",
    source: "Broadcom KB 318971",
    lookedAfterBy: ["file", "not yet"],
    check: tooLargePackets,
  },
];

function* falseHealthAlarms({ environment }: Design): Generator<Finding> {
  for (const { name, healthCheck, uplinks, lags, portGroups } of environment.distributedSwitches) {
    if (!healthCheck?.vlanMtu) continue;
    const path = ["distributedSwitches", name, "healthCheck"];
    const nics = [...uplinks.filter(({ nic }) => nic !== undefined), ...lags.flatMap((lag) => lag.nics)];
    if (nics.length < 2) yield { path, message: "the health check needs two uplinks", found: `${nics.length}` };
    const own = portGroups.filter(({ uplinkTeam }) => uplinkTeam).map((group) => group.name);
    if (own.length > 0)
      yield { path, message: "port groups with uplinks of their own raise false alarms", found: own.join(", ") };
  }
}

function* vmkernelPorts({ esxHosts }: Environment) {
  for (const host of esxHosts)
    for (const port of host.vmkernelPorts)
      yield { host: host.name, port, path: ["hosts", host.name, "vmkernelPorts", port.name] };
}

function* tooLargePackets(design: Design): Generator<Finding> {
  for (const place of design.portGroups) {
    const { network } = place.group;
    if (network.mtuBytes > place.switchMtuBytes) yield tooLarge(place, `network ${network.name}`, network.mtuBytes);
  }
  const sizes = new Map(design.portGroups.map((place) => [`${place.host ?? ""} ${place.switch}`, place]));
  for (const { host, port } of vmkernelPorts(design.environment)) {
    const place = sizes.get(`${port.switchKind === "standard" ? host : ""} ${port.switch}`);
    if (place && port.mtuBytes > place.switchMtuBytes && port.mtuBytes > port.network.mtuBytes)
      yield tooLarge(place, `vmkernel port ${port.name} of ${host}`, port.mtuBytes);
  }
}

function tooLarge({ path, switchMtuBytes }: PortGroupPlace, what: string, needed: number): Finding {
  return { path: [...path.slice(0, -2), "mtu"], message: `${what} needs ${needed}`, found: `${switchMtuBytes}` };
}
