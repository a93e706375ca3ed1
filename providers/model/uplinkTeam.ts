// UplinkTeam: several physical ports used as one. Two independent choices: how the team agrees with the switch (mode)
// and how it spreads traffic (policy). What a platform calls each pair is in platforms/<platform>/uplinkTeam.ts. Pure.
import { z } from "zod";
import { type BondOptions, bondKeys, checkBondKeys, toBondOptions } from "./bonding.js";
import * as field from "./field.js";
import { givenKeys } from "./given.js";
import { type Path, type Problem, quoteValue } from "./problem.js";

export const TEAM_MODES = ["switch-independent", "static", "lacp"] as const;
export type TeamMode = (typeof TEAM_MODES)[number];

export const TEAM_POLICIES = [
  "active-backup",
  "source-port",
  "source-mac",
  "ip-hash",
  "transport-ports",
  "load",
  "adaptive-load",
  "round-robin",
  "broadcast",
  "vlan-source-mac",
] as const;
export type TeamPolicy = (typeof TEAM_POLICIES)[number];

/** What a platform does with one pair: its own word, or the reason why it can't. */
export type TeamWord<Word> = { readonly word: Word } | { readonly unsupported: string };
/** Every pair of a platform; a missing one does not compile. */
export type TeamTable<Word> = Readonly<Record<TeamMode, Readonly<Record<TeamPolicy, TeamWord<Word>>>>>;

export const UplinkTeamSpec = z.strictObject({
  members: field.described(
    z.array(field.interfaceOrWindowsName("Name of an uplink.")).min(1),
    "Uplinks of the team, in order of preference.",
    "a list of uplink names such as [ens1f0, ens2f0]",
  ),
  standby: field
    .described(
      z.array(field.interfaceOrWindowsName("Name of an uplink.")),
      "Members that carry traffic only when no active one is left. Default: with policy active-backup all but the first member, otherwise none.",
      "a list of members",
    )
    .optional(),
  mode: field
    .choice(TEAM_MODES, "How the team agrees with the physical switch. Default switch-independent.")
    .optional(),
  policy: field
    .choice(
      TEAM_POLICIES,
      "How traffic is spread. vlan-source-mac hashes VLAN and source MAC address; adaptive-load is load that spreads what comes in too; broadcast sends everything on all members. On a SET switch source-port (HyperVPort) or load (Dynamic). Default: active-backup; with mode lacp transport-ports; with mode static ip-hash; on hyperv source-port.",
    )
    .optional(),
  lacpRate: field
    .choice(["slow", "fast"], "How often the switch sends LACPDUs: every 30 s or every 1 s. Default fast.")
    .optional(),
  lacpRole: field
    .choice(["active", "passive"], "active starts the negotiation, passive only answers. Default active.")
    .optional(),
  lacpFallback: field
    .flag(
      "Carry on as active-backup while the switch does not answer LACP, instead of losing all traffic. Default true.",
    )
    .optional(),
  failback: field
    .flag(
      "Return to a preferred uplink as soon as it is back; on KVM with a policy that has one, such as active-backup. Default true.",
    )
    .optional(),
  notifySwitches: field.flag("Tell the switches at once where a VM moved after a failover. Default true.").optional(),
  failureDetection: field
    .choice(
      ["link", "beacon"],
      "How a dead uplink is noticed: link state, or probes between the uplinks. Default link.",
    )
    .optional(),
  ...bondKeys,
});
export type UplinkTeamSpec = z.input<typeof UplinkTeamSpec>;

export interface UplinkTeam {
  /** All members in order of preference; the active ones are those that are not standby. */
  readonly members: readonly string[];
  readonly standby: readonly string[];
  readonly mode: TeamMode;
  readonly policy: TeamPolicy;
  readonly lacpRate: "slow" | "fast";
  readonly lacpRole: "active" | "passive";
  readonly lacpFallback: boolean;
  readonly failback: boolean;
  readonly notifySwitches: boolean;
  readonly failureDetection: "link" | "beacon";
  /** What only a bond of a KVM host has. */
  readonly bond: BondOptions;
  /** Keys of the team that stand in the file, for platforms that lack some. */
  readonly given: readonly (keyof UplinkTeamSpec)[];
}

/** The policy of a team or bond that names only its mode. */
export const DEFAULT_POLICY: Record<TeamMode, TeamPolicy> = {
  "switch-independent": "active-backup",
  static: "ip-hash",
  lacp: "transport-ports",
};

/** `policies` are those of the platform. */
export function toUplinkTeam(spec: UplinkTeamSpec, policies = DEFAULT_POLICY): UplinkTeam {
  const mode = spec.mode ?? "switch-independent";
  const policy = spec.policy ?? policies[mode];
  return {
    members: spec.members,
    standby: spec.standby ?? (policy === "active-backup" && mode !== "lacp" ? spec.members.slice(1) : []),
    mode,
    policy,
    lacpRate: spec.lacpRate ?? "fast",
    lacpRole: spec.lacpRole ?? "active",
    lacpFallback: spec.lacpFallback ?? true,
    failback: spec.failback ?? true,
    notifySwitches: spec.notifySwitches ?? true,
    failureDetection: spec.failureDetection ?? "link",
    bond: toBondOptions(spec),
    given: givenKeys(spec),
  };
}

export function activeMembers(team: UplinkTeam): string[] {
  return team.members.filter((member) => !team.standby.includes(member));
}

/** Everything wrong with one team: `known` are the uplinks that it may name. */
export function checkUplinkTeam(spec: UplinkTeamSpec, known: readonly string[], path: Path): Problem[] {
  return [...checkMembers(spec, known, path), ...checkStandby(spec, path), ...checkTeamKeys(spec, path)];
}

/** Settings that contradict each other, whatever the members are. */
export function checkTeamKeys(spec: UplinkTeamSpec, path: Path): Problem[] {
  return [...checkLacpOptions(spec, path), ...checkMinLinks(spec, path), ...checkBondKeys(spec, path)];
}

function checkMembers(spec: UplinkTeamSpec, known: readonly string[], path: Path): Problem[] {
  return spec.members.flatMap((member, index) => {
    const at = [...path, "members", index];
    if (!known.includes(member)) {
      return [unknownName({ noun: "uplink", name: member, known, path: at })];
    }
    if (spec.members.indexOf(member) !== index) {
      const problem = { rule: "duplicate", severity: "error", path: at, found: quoteValue(member) } as const;
      return [
        {
          ...problem,
          message: "the uplink is named twice in one team",
          wanted: "another uplink",
          remedy: "Name every member once.",
        },
      ];
    }
    return [];
  });
}

function checkStandby(spec: UplinkTeamSpec, path: Path): Problem[] {
  const at = [...path, "standby"];
  const strangers = (spec.standby ?? []).flatMap((member, index) =>
    spec.members.includes(member)
      ? []
      : [
          {
            ...unknownName({ noun: "member", name: member, known: spec.members, path: [...at, index] }),
            remedy: "List it under members too, or remove it here.",
          },
        ],
  );
  if (spec.standby && spec.members.every((member) => spec.standby?.includes(member))) {
    const remedy = "Leave at least one member active.";
    return [...strangers, { rule: "schema", severity: "error", path: at, message: "every member is standby", remedy }];
  }
  return strangers;
}

function checkLacpOptions(spec: UplinkTeamSpec, path: Path): Problem[] {
  if (spec.mode === "lacp") return [];
  return (["lacpRate", "lacpRole", "lacpFallback", "adSelect", "minLinks"] as const)
    .filter((key) => spec[key] !== undefined)
    .map((key) => ({
      rule: "schema",
      severity: "error",
      path: [...path, key],
      message: `${key} means nothing without mode lacp`,
      found: quoteValue(spec[key]),
      remedy: "Set mode: lacp, or remove it.",
    }));
}

/** A bond that could never come up. */
function checkMinLinks({ minLinks, members }: UplinkTeamSpec, path: Path): Problem[] {
  if (minLinks === undefined || members.length < 2 || minLinks <= members.length) return [];
  return [
    {
      rule: "schema",
      severity: "error",
      path: [...path, "minLinks"],
      message: `the bond has ${members.length} members, and would never be up`,
      found: `${minLinks}`,
      wanted: `at most ${members.length}`,
      remedy: "Lower minLinks, or add members.",
    },
  ];
}

/** A name that nothing in the file carries, with the names that would do. */
/** Whether a problem is that of a name which nothing has: it holds whatever else is wrong, unless the thing is among that. */
export function isUnknownName({ rule, message }: Problem): boolean {
  return rule === "reference" && UNKNOWN_NAME.test(message);
}

const UNKNOWN_NAME = /^there is no .* of this name$/;

export function unknownName(reference: { noun: string; name: string; known: readonly string[]; path: Path }): Problem {
  const { noun, name, known, path } = reference;
  const shown = known.slice(0, 8).join(", ") + (known.length > 8 ? `, .. (${known.length} in all)` : "");
  return {
    rule: "reference",
    severity: "error",
    path,
    message: `there is no ${noun} of this name`,
    found: quoteValue(name),
    wanted: known.length > 0 ? `one of ${shown}` : `a ${noun}, but none is declared`,
    remedy: `Declare the ${noun}, or correct the name.`,
  };
}
