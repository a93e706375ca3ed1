// Get-, New-, Set-, Rename- and Remove-NetLbfoTeam.
import { type Call, property, textOf } from "../call";
import { cimError, type HostError, invalidParameter } from "../errors";
import { connections, type Host } from "../host";
import type { Adapter, LbfoTeam } from "../state";
import { createTeam, isTeamable, isTeamUnderSwitch, MOST_MEMBERS, removeTeam, teamNamed, teamNics } from "../teams";
import { isSame, matches } from "../wildcard";
import { again, query } from "./cimQuery";
import type { HostCmdlet } from "./cmdlet";
import { teamObject } from "./lbfoObject";

const CLASS = "MSFT_NetLbfoTeam";

/** UK-05: nothing but that it is refused is known. */
export function refused(call: Call, message: string, className = CLASS): HostError {
  return invalidParameter(call.cmdlet, className, message);
}

/** LB-14. */
export function refuseClient(host: Host, call: Call): void {
  if (host.state.role !== "client") return;
  throw cimError(call.cmdlet, {
    id: "MI RESULT 1",
    message: "The LBFO feature is not currently enabled, or LBFO is not supported on this SKU.",
    category: "NotSpecified",
    target: `${CLASS}:root/StandardCimv2/${CLASS}`,
  });
}

function teamsOf(host: Host, call: Call): LbfoTeam[] {
  const { teams } = host.state;
  if (call.has("InputObject")) return again(call, CLASS, teams, { property: "InstanceID", read: ({ id }) => id });
  for (const name of ["MemberOfTheTeam", "TeamNicForTheTeam"]) {
    const [given] = call.objects(name);
    if (given) return teams.filter((team) => isSame(team.name, textOf(given, "Team")));
  }
  return query(call, CLASS, teams, { Name: ({ name }) => name });
}

/** LB-15. */
const getTeam: HostCmdlet = (host, call) => {
  for (const team of teamsOf(host, call)) call.bound.write(teamObject(host, team));
};

/** LB-02: members may be named by wildcards. */
export function nicsNamed(host: Host, call: Call, patterns: readonly string[]): Adapter[] {
  const nics = connections(host, { hidden: false });
  return [
    ...new Set(
      patterns.flatMap((pattern) => {
        const found = nics.filter(({ alias }) => matches(pattern, alias));
        if (found.length === 0) throw refused(call, `The network adapter "${pattern}" was not found.`);
        return found;
      }),
    ),
  ];
}

const newTeam: HostCmdlet = (host, call) => {
  refuseClient(host, call);
  if (!call.confirmed({ asks: true })) return;
  const name = call.text("Name") ?? "";
  const nicName = call.text("TeamNicName") ?? name;
  if (teamNamed(host, name)) throw refused(call, `The team "${name}" already exists.`);
  if (host.state.adapters.some(({ alias }) => isSame(alias, nicName)))
    throw refused(call, `The name "${nicName}" is in use.`);
  const nics = nicsNamed(host, call, call.texts("TeamMembers") ?? []);
  for (const nic of nics) if (!isTeamable(nic)) throw refused(call, `"${nic.alias}" cannot be a member of a team.`);
  if (nics.length > MOST_MEMBERS) throw refused(call, `A team has at most ${MOST_MEMBERS} members.`);
  const mode = call.text("TeamingMode") ?? "SwitchIndependent";
  const team = createTeam(host, {
    name,
    nicName,
    nics,
    mode,
    algorithm: call.text("LoadBalancingAlgorithm") ?? "Dynamic",
    lacpTimer: call.text("LacpTimer") ?? "Slow",
  });
  call.bound.write(teamObject(host, team));
};

const setTeam: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: true })) return;
  for (const team of teamsOf(host, call)) {
    team.mode = call.text("TeamingMode") ?? team.mode;
    team.algorithm = call.text("LoadBalancingAlgorithm") ?? team.algorithm;
    team.lacpTimer = call.text("LacpTimer") ?? team.lacpTimer;
    // LB-02.
    if (team.mode !== "SwitchIndependent") for (const member of team.members) member.mode = "Active";
    if (call.flag("PassThru")) call.bound.write(teamObject(host, team));
  }
};

/** LB-13, UK-05: not under a switch. */
const remove: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: true })) return;
  for (const team of teamsOf(host, call)) {
    if (isTeamUnderSwitch(host, team)) throw refused(call, `The team "${team.name}" is bound to a virtual switch.`);
    const gone = teamObject(host, team);
    removeTeam(host, team);
    if (call.flag("PassThru")) call.bound.write(gone);
  }
};

/** The team NIC of the team's own name goes along (a choice). */
const rename: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: false })) return;
  const name = call.text("NewName") ?? "";
  if (teamNamed(host, name)) throw refused(call, `The team "${name}" already exists.`);
  for (const team of query(call, CLASS, host.state.teams, { Name: (one) => one.name })) {
    const old = team.name;
    for (const nic of teamNics(host, team)) {
      if (nic.team) nic.team.name = name;
      if (isSame(nic.alias, old)) nic.alias = name;
    }
    team.name = name;
    if (call.flag("PassThru")) call.bound.write(teamObject(host, team));
  }
};

/** The team that an object of the module belongs to, such as one that Get-NetLbfoTeam wrote. */
export function nameOfTeam(call: Call, parameter: string): string | undefined {
  const [given] = call.objects(parameter);
  return given && String(property(given, "Name"));
}

export const NET_LBFO_TEAM: Readonly<Record<string, HostCmdlet>> = {
  "Get-NetLbfoTeam": getTeam,
  "New-NetLbfoTeam": newTeam,
  "Set-NetLbfoTeam": setTeam,
  "Rename-NetLbfoTeam": rename,
  "Remove-NetLbfoTeam": remove,
};
