// What resolving shares: the names declared so far and the problems found so far. Pure but for its own lists.
import { ADDRESS, INTERFACE_NAME, NAME, WINDOWS_NAME, windowsWords } from "../field.js";
import type { Network } from "../network.js";
import { checkPortGroup, type PortGroup, type PortGroupsSpec, portGroupEntries, toPortGroup } from "../portGroup.js";
import { type Path, type Problem, quoteValue } from "../problem.js";
import { expandRange, MAX_RANGE, memberBodies, rangeFault, rangeSize } from "../range.js";
import { checkUplinkTeam, unknownName } from "../uplinkTeam.js";

export class Scope {
  readonly problems: Problem[] = [];
  readonly networks = new Map<string, Network>();

  add(...problems: readonly Problem[]): void {
    // One by one: a spread of 100,000 problems would not fit on the stack.
    for (const problem of problems) this.problems.push(problem);
  }

  error(rule: string, path: Path, text: { message: string; remedy: string; found?: unknown; wanted?: string }): void {
    const { found, wanted, ...rest } = text;
    this.problems.push({
      rule,
      severity: "error",
      path,
      ...rest,
      ...(found === undefined ? {} : { found: quoteValue(found) }),
      ...(wanted === undefined ? {} : { wanted }),
    });
  }
}

/** Remembers who took a name or a thing first, and reports the second. */
export class Claims {
  private readonly holders = new Map<string, string>();

  constructor(
    private readonly scope: Scope,
    private readonly noun: string,
  ) {}

  /** Without a word where it is taken already. */
  keep(thing: string, holder: string): void {
    if (!this.holders.has(thing)) this.holders.set(thing, holder);
  }

  /** `rule` is the design rule that says so, where there is one. */
  take(thing: string, holder: string, at: { path: Path; shown?: string; remedy: string; rule?: string }): boolean {
    const first = this.holders.get(thing);
    if (first === undefined) {
      this.holders.set(thing, holder);
      return true;
    }
    this.scope.error(at.rule ?? "duplicate", at.path, {
      message: `this ${this.noun} is already used by ${first}`,
      found: at.shown ?? thing,
      wanted: `another ${this.noun}`,
      remedy: at.remedy,
    });
    return false;
  }
}

/** Uplinks that a team takes for itself; an uplink named twice in one team is the team's own fault. */
export function claimMembers(
  teams: Claims,
  members: readonly string[],
  { holder, path }: { holder: string; path: Path },
): void {
  for (const [index, member] of members.entries()) {
    if (members.indexOf(member) !== index) continue;
    teams.take(member, holder, {
      path: [...path, "uplinkTeam", "members", index],
      remedy: "An uplink belongs to one team: remove it from the other.",
    });
  }
}

interface Refused<T> {
  readonly body: T;
  readonly keys: readonly (keyof T & string)[];
  readonly path: Path;
  /** What does not have them: "a KVM host". */
  readonly platform: string;
}

/** Reports what is given although the platform does not have it, whatever its value. */
export function refuseKeys<T extends object>(scope: Scope, { body, keys, path, platform }: Refused<T>): void {
  for (const key of keys) {
    if (body[key] === undefined) continue;
    scope.error("unsupported", [...path, key], { message: `${platform} has no ${key}`, remedy: "Remove it." });
  }
}

/** One member of a group such as `kvm-[01:40]`: its own name, its body with ranges filled in, and the key it came from. */
export interface Expanded<T> {
  readonly name: string;
  readonly key: string;
  readonly body: T;
}

/** Every member of every group of a map, with the same name twice reported. */
export function* expandMap<T>(scope: Scope, section: string, map: Readonly<Record<string, T>>): Generator<Expanded<T>> {
  const claims = new Claims(scope, "name");
  let total = 0;
  for (const [key, body] of Object.entries(map)) {
    const ownFault = rangeFault(key);
    if (!ownFault) total += rangeSize(key);
    const fault = ownFault ?? totalFault(section, total);
    if (fault) {
      scope.error("schema", [section, key], {
        message: fault,
        found: key,
        wanted: "a range such as [01:40]",
        remedy: "Correct the range.",
      });
      continue;
    }
    const bodyOf = memberBodies(key, body);
    for (const [index, name] of expandRange(key).entries()) {
      if (!claims.take(name, `${section}.${key}`, { path: [section, key], remedy: "Declare every name once." }))
        continue;
      yield { name, key, body: bodyOf(index) };
    }
  }
}

/** A file may declare as many machines as one range may. */
function totalFault(section: string, total: number): string | undefined {
  return total > MAX_RANGE ? `${section} hold more than ${MAX_RANGE} names in all` : undefined;
}

const EXPANDED = {
  name: { pattern: NAME, wanted: "1-63 letters, digits, dots, dashes or underscores" },
  address: { pattern: ADDRESS, wanted: "a host name or IP address" },
  interface: { pattern: INTERFACE_NAME, wanted: "1-15 letters, digits, dots, dashes or underscores" },
  windowsName: { pattern: WINDOWS_NAME, wanted: windowsWords },
} as const;
const NOUN = { name: "name", windowsName: "name", address: "address", interface: "interface name" } as const;
/** What to do about a range that is not as long as the group's own. */
export const FITTING_RANGE = "Give the range as many members as the range in the name of the group.";

/** Checks a string once its range is filled in: a range of another length than the group's own is left over. */
export function checkExpanded(scope: Scope, kind: keyof typeof EXPANDED, text: string, path: Path): boolean {
  const { pattern, wanted } = EXPANDED[kind];
  if (pattern.test(text)) return true;
  const remedy = text.includes("[")
    ? FITTING_RANGE
    : kind === "interface"
      ? "Set a shorter name explicitly."
      : "Correct the value.";
  scope.error("schema", path, { message: `not a valid ${NOUN[kind]}`, found: text, wanted, remedy });
  return false;
}

/** The port groups of a switch, each with its network; unknown networks are reported. */
export function toPortGroups(
  scope: Scope,
  spec: PortGroupsSpec,
  at: { path: Path; uplinks: readonly string[] },
): PortGroup[] {
  const names = new Claims(scope, "network");
  return portGroupEntries(spec).flatMap(([name, portGroup], index) => {
    const here = [...at.path, Array.isArray(spec) ? index : name];
    if (!names.take(name, "an earlier entry", { path: here, remedy: "Name every network once." })) return [];
    const wanted = portGroup.network ?? name;
    const network = scope.networks.get(wanted);
    if (!network) {
      const path = portGroup.network === undefined ? here : [...here, "network"];
      scope.add(unknownName({ noun: "network", name: wanted, known: [...scope.networks.keys()], path }));
      return [];
    }
    scope.add(...checkPortGroup(portGroup, here));
    const team = portGroup.uplinkTeam;
    if (team) scope.add(...checkUplinkTeam(team, at.uplinks, [...here, "uplinkTeam"]));
    return [toPortGroup(name, portGroup, network)];
  });
}
