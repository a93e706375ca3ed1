// Get-, Add-, Set- and Remove- of NetLbfoTeamMember and NetLbfoTeamNic.
import { freeAlias, interrupt, removeAdapter } from "../adapters";
import { isUnderSwitch } from "../bindings";
import type { Call } from "../call";
import type { Host } from "../host";
import type { Adapter, LbfoTeam, TeamMember } from "../state";
import {
  addTeamNic,
  isTeamable,
  isTeamUnderSwitch,
  joinTeam,
  leaveTeam,
  MOST_INTERFACES,
  MOST_MEMBERS,
  teamNics,
  vlanNicName,
} from "../teams";
import { isSame } from "../wildcard";
import { again, query } from "./cimQuery";
import type { HostCmdlet } from "./cmdlet";
import { memberObject, teamNicObject } from "./lbfoObject";
import { nameOfTeam, nicsNamed, refused } from "./netLbfoTeam";

const MEMBER = "MSFT_NetLbfoTeamMember";
const NIC = "MSFT_NetLbfoTeamNic";

interface Membership {
  readonly team: LbfoTeam;
  readonly member: TeamMember;
}

function membersOf(host: Host, call: Call): Membership[] {
  const all = host.state.teams.flatMap((team) => team.members.map((member): Membership => ({ team, member })));
  if (call.has("InputObject"))
    return again(call, MEMBER, all, { property: "InstanceID", read: ({ member }) => member.adapter });
  const team = nameOfTeam(call, "TeamOfTheMember");
  if (team !== undefined) return all.filter((one) => isSame(one.team.name, team));
  return query(call, MEMBER, all, {
    Name: ({ member }) => host.adapterOf(member.adapter).alias,
    Team: ({ team: { name } }) => name,
  });
}

const getMember: HostCmdlet = (host, call) => {
  for (const { team, member } of membersOf(host, call)) call.bound.write(memberObject(host, team, member));
};

/** LB-15 of -Team. */
function theTeam(host: Host, call: Call, className: string): LbfoTeam {
  const name = call.text("Team") ?? "";
  const found = host.state.teams.find((team) => isSame(team.name, name));
  if (!found) throw refused(call, `The team "${name}" was not found.`, className);
  return found;
}

/** LB-02. */
function checkMode(call: Call, team: LbfoTeam, mode: string, member?: TeamMember): void {
  if (mode !== "Standby") return;
  if (team.mode !== "SwitchIndependent") throw refused(call, "A standby member needs SwitchIndependent.", MEMBER);
  if (team.members.some((other) => other !== member && other.mode === "Standby"))
    throw refused(call, "The team has a standby member already.", MEMBER);
}

const addMember: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: true })) return;
  const team = theTeam(host, call, MEMBER);
  const mode = call.text("AdministrativeMode") === "Standby" ? "Standby" : "Active";
  for (const nic of nicsNamed(host, call, call.texts("Name") ?? [])) {
    if (!isTeamable(nic) || team.members.length >= MOST_MEMBERS)
      throw refused(call, `"${nic.alias}" cannot be a member of a team.`, MEMBER);
    checkMode(call, team, mode);
    const member = joinTeam(host, nic, mode);
    team.members.push(member);
    call.bound.write(memberObject(host, team, member));
  }
};

const setMember: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: true })) return;
  const mode = call.text("AdministrativeMode");
  for (const { team, member } of membersOf(host, call)) {
    if (mode === "Active" || mode === "Standby") {
      checkMode(call, team, mode, member);
      member.mode = mode;
    }
    if (call.flag("PassThru")) call.bound.write(memberObject(host, team, member));
  }
};

/** LB-12. */
const removeMember: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: true })) return;
  for (const { team, member } of membersOf(host, call)) {
    if (team.members.length === 1) throw refused(call, "The last member of a team cannot be removed.", MEMBER);
    const gone = memberObject(host, team, member);
    team.members = team.members.filter((one) => one !== member);
    leaveTeam(host, member);
    if (call.flag("PassThru")) call.bound.write(gone);
  }
};

function nicsOf(host: Host, call: Call): Adapter[] {
  const all = host.state.adapters.filter(({ team }) => team !== undefined);
  if (call.has("InputObject")) return again(call, NIC, all, { property: "InstanceID", read: ({ guid }) => guid });
  const name = nameOfTeam(call, "TeamOfTheTeamNic");
  if (name !== undefined) return all.filter(({ team }) => isSame(team?.name ?? "", name));
  const isRemoval = call.cmdlet === "Remove-NetLbfoTeamNic";
  return query(call, NIC, all, {
    Name: ({ alias }) => alias,
    Team: ({ team }) => team?.name,
    ...(isRemoval ? { VlanID: ({ team }: Adapter) => team?.vlan } : {}),
  });
}

const getNic: HostCmdlet = (host, call) => {
  for (const nic of nicsOf(host, call)) call.bound.write(teamNicObject(host, nic));
};

/** LB-12: one interface per VLAN; LB-13: none beside the one that a switch is on. */
function checkVlan(host: Host, call: Call, team: LbfoTeam, vlan: number): void {
  if (vlan > 4094) throw refused(call, `The VLAN ${vlan} is not 0 to 4094.`, NIC);
  if (teamNics(host, team).some((nic) => nic.team?.vlan === vlan))
    throw refused(call, `The team has an interface of VLAN ${vlan} already.`, NIC);
  if (isTeamUnderSwitch(host, team)) throw refused(call, "The team is bound to a virtual switch.", NIC);
}

/** LB-11. */
const addNic: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: true })) return;
  const team = theTeam(host, call, NIC);
  const vlan = call.number("VlanID") ?? 0;
  checkVlan(host, call, team, vlan);
  if (teamNics(host, team).length >= MOST_INTERFACES)
    throw refused(call, `A team has at most ${MOST_INTERFACES} interfaces.`, NIC);
  const name = call.text("Name") ?? vlanNicName(team, vlan);
  if (host.state.adapters.some(({ alias }) => isSame(alias, name)))
    throw refused(call, `The name "${name}" is in use.`, NIC);
  call.bound.write(teamNicObject(host, addTeamNic(host, team, vlan, name)));
};

const setNic: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: true })) return;
  for (const nic of nicsOf(host, call)) {
    const team = host.state.teams.find(({ name }) => name === nic.team?.name);
    if (!team || !nic.team) continue;
    const vlan = call.number("VlanID");
    if (call.flag("Default")) {
      if (!nic.team.primary) throw refused(call, "Only the primary interface has a default mode.", NIC);
      setVlan(host, nic, undefined, team.name);
    } else if (vlan !== undefined && vlan !== nic.team.vlan) {
      checkVlan(host, call, team, vlan);
      setVlan(host, nic, vlan, vlanNicName(team, vlan));
    }
    if (call.flag("PassThru")) call.bound.write(teamNicObject(host, nic));
  }
};

function setVlan(host: Host, nic: Adapter, vlan: number | undefined, name: string): void {
  if (nic.team) nic.team.vlan = vlan;
  if (!isSame(nic.alias, name)) nic.alias = freeAlias(host, name);
  interrupt(host, nic, host.times.nicRestart);
}

const removeNic: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: true })) return;
  for (const nic of nicsOf(host, call)) {
    if (nic.team?.primary) throw refused(call, "The primary interface of a team cannot be removed.", NIC);
    if (isUnderSwitch(nic)) throw refused(call, "The interface is bound to a virtual switch.", NIC);
    const gone = teamNicObject(host, nic);
    removeAdapter(host, nic);
    if (call.flag("PassThru")) call.bound.write(gone);
  }
};

export const NET_LBFO_MEMBER: Readonly<Record<string, HostCmdlet>> = {
  "Get-NetLbfoTeamMember": getMember,
  "Add-NetLbfoTeamMember": addMember,
  "Set-NetLbfoTeamMember": setMember,
  "Remove-NetLbfoTeamMember": removeMember,
  "Get-NetLbfoTeamNic": getNic,
  "Add-NetLbfoTeamNic": addNic,
  "Set-NetLbfoTeamNic": setNic,
  "Remove-NetLbfoTeamNic": removeNic,
};
