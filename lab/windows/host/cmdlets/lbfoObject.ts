// Teams, members and team NICs as the NetLbfo module returns them. Pure.
import type { ObjectValue } from "../../contract";
import type { Host } from "../host";
import { linkOf, memberState, teamStatus } from "../link";
import { shaped } from "../objects";
import type { Adapter, LbfoTeam, TeamMember } from "../state";
import { teamNics } from "../teams";

export function teamObject(host: Host, team: LbfoTeam): ObjectValue {
  return shaped("Get-NetLbfoTeam", {
    TeamingMode: team.mode,
    LoadBalancingAlgorithm: team.algorithm,
    Status: teamStatus(host, team),
    LacpTimer: team.lacpTimer,
    InstanceID: team.id,
    Name: team.name,
    Members: oneOrMore(team.members.map(({ adapter }) => host.adapterOf(adapter).alias)),
    TeamNics: oneOrMore(teamNics(host, team).map(({ alias }) => alias)),
  });
}

/** A script property unrolls a list of one. */
function oneOrMore(names: readonly string[]): string | readonly string[] {
  return names.length === 1 ? (names[0] ?? "") : names;
}

export function memberObject(host: Host, team: LbfoTeam, member: TeamMember): ObjectValue {
  const adapter = host.adapterOf(member.adapter);
  const { mode, reason } = memberState(host, team, member);
  const { speed } = linkOf(host, adapter);
  return shaped("Get-NetLbfoTeamMember", {
    AdministrativeMode: member.mode,
    OperationalMode: mode,
    InstanceID: adapter.guid,
    Name: adapter.alias,
    InterfaceDescription: adapter.description,
    Team: team.name,
    TransmitLinkSpeed: speed,
    ReceiveLinkSpeed: speed,
    FailureReason: reason,
    OperationalStatus: mode,
  });
}

export function teamNicObject(host: Host, nic: Adapter): ObjectValue {
  const { speed, status } = linkOf(host, nic);
  const one = shaped("Get-NetLbfoTeamNic", {
    Primary: nic.team?.primary ?? false,
    Default: nic.team?.vlan === undefined,
    InstanceID: nic.guid,
    Name: nic.alias,
    InterfaceDescription: nic.description,
    Team: nic.team?.name,
    TransmitLinkSpeed: status === "Up" ? speed : 0,
    ReceiveLinkSpeed: status === "Up" ? speed : 0,
    FailureReason: status === "Up" ? "NoFailure" : "PhysicalMediaDisconnected",
  });
  one.properties.set("VlanID", nic.team?.vlan ?? null);
  return one;
}
