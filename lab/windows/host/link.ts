// Whether a connection carries traffic, and since when: worked out from what lies below it. Pure.
import type { Host } from "./host";
import type { Adapter, LbfoTeam, TeamMember, VirtualSwitch } from "./state";

export interface Link {
  readonly status: "Up" | "Disconnected" | "Disabled" | "Not Present";
  /** Set while it is up. */
  readonly since: number | undefined;
  /** Bits per second. */
  readonly speed: number;
}

const DOWN: Link = { status: "Disconnected", since: undefined, speed: 0 };

export function linkOf(host: Host, adapter: Adapter): Link {
  if (adapter.kind === "ghost") return { ...DOWN, status: "Not Present" };
  if (adapter.kind === "loopback") return { status: "Up", since: 0, speed: 1_073_741_824 };
  if (!adapter.enabled) return { ...DOWN, status: "Disabled" };
  const below = linkBelow(host, adapter);
  if (below.since === undefined || host.now() < adapter.upFrom) return { ...DOWN, speed: below.speed };
  return { status: "Up", since: Math.max(below.since, adapter.upFrom), speed: below.speed };
}

export function isUp(host: Host, adapter: Adapter): boolean {
  return linkOf(host, adapter).status === "Up";
}

type Below = Pick<Link, "since" | "speed">;

function linkBelow(host: Host, adapter: Adapter): Below {
  if (adapter.hardware) {
    const { linked, linkChangedAt, speed } = adapter.hardware;
    return linked ? { since: linkChangedAt, speed } : { since: undefined, speed: 0 };
  }
  if (adapter.team) {
    const team = host.state.teams.find(({ name }) => name === adapter.team?.name);
    return team ? joined(workingMembers(host, team)) : { since: undefined, speed: 0 };
  }
  const vnic = host.state.vnics.find((one) => one.adapter === adapter.guid);
  const above = host.switchOf(vnic?.switchId);
  return above ? switchLink(host, above) : { since: undefined, speed: 0 };
}

/** The link of a switch to the outside; without uplinks it is among its own. */
export function switchLink(host: Host, one: VirtualSwitch): Below {
  if (one.type !== "External") return { since: 0, speed: 10_000_000_000 };
  return joined(one.uplinks.map((guid) => linkOf(host, host.adapterOf(guid))));
}

function joined(links: readonly Below[]): Below {
  const up = links.filter(({ since }) => since !== undefined);
  if (up.length === 0) return { since: undefined, speed: 0 };
  return {
    since: Math.min(...up.map(({ since }) => since ?? 0)),
    speed: up.reduce((sum, { speed }) => sum + speed, 0),
  };
}

export interface MemberState {
  readonly mode: "Active" | "Standby" | "Failed";
  readonly reason: string;
}

/** LB-06, LB-07, LB-09, LB-17. */
export function memberState(host: Host, team: LbfoTeam, member: TeamMember): MemberState {
  const reason = memberFailure(host, team, member);
  if (reason !== "NoFailure") return { mode: "Failed", reason };
  if (member.mode === "Active") return { mode: "Active", reason };
  const others = team.members.filter((one) => one !== member && one.mode === "Active");
  const isNeeded = others.every((one) => memberFailure(host, team, one) !== "NoFailure");
  return { mode: isNeeded ? "Active" : "Standby", reason };
}

function memberFailure(host: Host, team: LbfoTeam, member: TeamMember): string {
  const adapter = host.adapterOf(member.adapter);
  const link = linkOf(host, adapter);
  if (link.status === "Disabled" || link.status === "Not Present") return "NicNotPresent";
  if (link.since === undefined) return "PhysicalMediaDisconnected";
  if (adapter.hardware?.externalSwitch === false) return "VirtualSwitchLacksExternalConnectivity";
  if (team.mode === "Lacp" && !adapter.hardware?.lacpPartner) return "LacpNegotiationIssue";
  const wait = team.mode === "Lacp" ? host.times.lacp : host.times.teamMember;
  const stable = Math.max(member.stableAt, link.since + wait);
  return host.now() < stable ? "WaitingForStableConnectivity" : "NoFailure";
}

function workingMembers(host: Host, team: LbfoTeam): Below[] {
  return team.members
    .filter((member) => memberState(host, team, member).mode === "Active")
    .map((member) => linkOf(host, host.adapterOf(member.adapter)));
}

/** LB-10. */
export function teamStatus(host: Host, team: LbfoTeam): "Up" | "Degraded" | "Down" {
  const modes = team.members.map((member) => memberState(host, team, member).mode);
  if (!modes.includes("Active")) return "Down";
  return modes.includes("Failed") ? "Degraded" : "Up";
}

/** `10 Gbps`, `2.5 Gbps`, `100 Mbps`. */
export function speedText(bits: number): string {
  for (const [unit, size] of [
    ["Gbps", 1e9],
    ["Mbps", 1e6],
    ["Kbps", 1e3],
  ] as const)
    if (bits >= size) return `${Number((bits / size).toFixed(1))} ${unit}`;
  return `${bits} bps`;
}
