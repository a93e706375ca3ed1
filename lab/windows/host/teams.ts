// LBFO teams as they are made, changed and removed. Changes state.
import { addVirtualAdapter, freshIp, interrupt, removeAdapter } from "./adapters";
import { isTeamMember, isUnderSwitch, onlyBinding, usualBindings } from "./bindings";
import type { Host } from "./host";
import type { Adapter, LbfoTeam, TeamMember } from "./state";
import { isSame } from "./wildcard";

/** LB-02. */
export const MOST_MEMBERS = 32;
export const MOST_INTERFACES = 32;

/** LB-16, UK-04, UK-05. */
export function isTeamable(adapter: Adapter): boolean {
  return adapter.kind === "physical" && !isTeamMember(adapter) && !isUnderSwitch(adapter);
}

/** LB-05: the IP configuration of a member is gone; LB-06: it takes a while to be stable. */
export function joinTeam(host: Host, adapter: Adapter, mode: TeamMember["mode"]): TeamMember {
  adapter.bindings = onlyBinding("ms_implat");
  adapter.ip = freshIp();
  adapter.returning = undefined;
  interrupt(host, adapter, host.times.rebind);
  return { adapter: adapter.guid, mode, stableAt: host.now() + host.times.rebind + host.times.teamMember };
}

export function leaveTeam(host: Host, member: TeamMember): void {
  const adapter = host.adapterOf(member.adapter);
  adapter.bindings = usualBindings();
  interrupt(host, adapter, host.times.rebind);
}

export function createTeam(
  host: Host,
  wanted: Omit<LbfoTeam, "members" | "id"> & { readonly nicName: string; readonly nics: readonly Adapter[] },
): LbfoTeam {
  const { nicName, nics, ...rest } = wanted;
  const team: LbfoTeam = { ...rest, id: host.newId(), members: nics.map((nic) => joinTeam(host, nic, "Active")) };
  host.state.teams.push(team);
  const mac = nics[0]?.mac ?? host.newMac();
  addVirtualAdapter(host, "teamNic", {
    alias: nicName,
    mac,
    team: { name: team.name, primary: true, vlan: undefined },
  });
  return team;
}

export function teamNics(host: Host, team: LbfoTeam): Adapter[] {
  return host.state.adapters.filter((adapter) => adapter.team?.name === team.name);
}

export function isTeamUnderSwitch(host: Host, team: LbfoTeam): boolean {
  return teamNics(host, team).some(isUnderSwitch);
}

export function removeTeam(host: Host, team: LbfoTeam): void {
  for (const nic of teamNics(host, team)) removeAdapter(host, nic);
  for (const member of team.members) leaveTeam(host, member);
  host.state.teams = host.state.teams.filter((one) => one !== team);
}

/** LB-11. */
export function vlanNicName(team: LbfoTeam, vlan: number): string {
  return `${team.name} - VLAN ${vlan}`;
}

export function addTeamNic(host: Host, team: LbfoTeam, vlan: number, name = vlanNicName(team, vlan)): Adapter {
  const mac = teamNics(host, team)[0]?.mac ?? host.newMac();
  return addVirtualAdapter(host, "teamNic", { alias: name, mac, team: { name: team.name, primary: false, vlan } });
}

export function teamNamed(host: Host, name: string): LbfoTeam | undefined {
  return host.state.teams.find((team) => isSame(team.name, name));
}
