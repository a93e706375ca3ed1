// The steps on standard switches and their port groups, in an order that takes nothing away before its replacement is there. Pure.
import type { Change } from "../../../model/change.js";
import { describe, differences, worst } from "./describe.js";
import { entryOf } from "./own.js";
import type { HostStep, SwitchChange } from "./steps.js";
import type { HostWords, PortGroupWords, SwitchWords } from "./words.js";

/**
 * New uplinks come first, then port groups that can use them, then NICs that move between switches in one call, then what
 * has to leave, then the port groups that had to wait for a NIC or a switch.
 */
export function planSwitches(desired: HostWords, actual: HostWords): HostStep[] {
  const switches = Object.entries(desired.switches).map(([name, words]) => toWork(name, words, actual));
  const groups = Object.entries(desired.portGroups).flatMap(([name, words]) => portGroupStep(name, words, actual));
  const isReady = ({ portGroup }: PortGroupStep) => canCarry(entryOf(actual.switches, portGroup.switch), portGroup);
  return [
    ...switches.flatMap(widen),
    ...groups.filter(isReady),
    ...moveStep(switches, { desired, actual }),
    ...switches.flatMap(settle),
    ...groups.filter((group) => !isReady(group)),
  ];
}

/** A switch as it is, as it shall be, and where the NICs that it lacks are. */
interface SwitchWork {
  readonly name: string;
  readonly words: SwitchWords;
  readonly now: SwitchWords | undefined;
  /** NICs to be added that no other switch of ours has. */
  readonly free: readonly string[];
  /** NICs to be added that another switch of ours has to give up. */
  readonly held: readonly string[];
  readonly lost: readonly string[];
}

function toWork(name: string, words: SwitchWords, actual: HostWords): SwitchWork {
  const now = entryOf(actual.switches, name);
  const gained = words.uplinks.filter((device) => !now?.uplinks.includes(device));
  const others = Object.entries(actual.switches).filter(([other]) => other !== name);
  const held = gained.filter((device) => others.some(([, { uplinks }]) => uplinks.includes(device)));
  return {
    name,
    words,
    now,
    free: gained.filter((device) => !held.includes(device)),
    held,
    lost: now?.uplinks.filter((device) => !words.uplinks.includes(device)) ?? [],
  };
}

/** A new switch with the NICs that are free, or an existing one that gets new NICs before it loses others. */
function widen(work: SwitchWork): HostStep[] {
  const { name, words, now, free, held, lost } = work;
  if (!now) return held.length > 0 && free.length === 0 ? [] : [addStep(name, words, free)];
  if (free.length === 0 || lost.length === 0) return [];
  return [
    {
      kind: "switches",
      title: `switch ${name}: add ${list(free)}`,
      disruption: "none",
      changes: [{ name, operation: "edit", switch: words, uplinks: [...now.uplinks, ...free] }],
    },
  ];
}

function addStep(name: string, words: SwitchWords, uplinks: readonly string[]): HostStep {
  const using = uplinks.length > 0 ? `with ${list(uplinks)}` : "without uplinks";
  return {
    kind: "switches",
    batch: "new switches",
    title: `switch ${name}: add it ${using}, MTU ${words.mtuBytes}`,
    disruption: "none",
    changes: [{ name, operation: "add", switch: words, uplinks }],
  };
}

/** NICs that change over from switch to switch: those that give come first within the one call. */
function moveStep(works: readonly SwitchWork[], at: { desired: HostWords; actual: HostWords }): HostStep[] {
  const moved = works.flatMap(({ name, held }) => held.map((device) => ({ device, to: name })));
  if (moved.length === 0) return [];
  const givers = Object.entries(at.actual.switches).filter(([, { uplinks }]) =>
    moved.some(({ device }) => uplinks.includes(device)),
  );
  const giving = givers.map(([name, { uplinks }]): SwitchChange => {
    const words = entryOf(at.desired.switches, name);
    const kept = uplinks.filter((device) => !moved.some((each) => each.device === device));
    return { name, operation: "edit", switch: words, uplinks: kept };
  });
  // One that also gives gets its NICs with the next call.
  const taking = works
    .filter(({ name, held }) => held.length > 0 && !givers.some(([giver]) => giver === name))
    .map(({ name, words, now }): SwitchChange => {
      return { name, operation: now ? "edit" : "add", switch: words, uplinks: words.uplinks };
    });
  const told = moved.map(({ device, to }) => {
    const from = givers.find(([, { uplinks }]) => uplinks.includes(device))?.[0];
    return `${device} from ${from} to ${to}`;
  });
  return [
    {
      kind: "switches",
      title: `switches: move ${told.join(", ")}`,
      disruption: "brief",
      changes: [...giving, ...taking],
    },
  ];
}

/** All that still differs. What the steps before have done is done by then. */
function settle({ name, words, now, free, held, lost }: SwitchWork): HostStep[] {
  if (!now) return [];
  const { adopt: _, ...wanted } = words;
  const { adopt: __, uplinks, ...others } = now;
  const changes = differences(wanted, { uplinks: inOrderOf(words.uplinks, uplinks), ...others });
  if (changes.length === 0 || held.length > 0) return [];
  const changed: SwitchChange = { name, operation: "edit", switch: words, uplinks: words.uplinks };
  return [
    {
      kind: "switches",
      title: editTitle(name, changes, { free, lost }),
      disruption: worst(changes),
      changes: [changed],
    },
  ];
}

/** The order of uplinks alone is nothing to tell vCenter. */
function inOrderOf(wanted: readonly string[], now: readonly string[]): readonly string[] {
  return wanted.length === now.length && wanted.every((device) => now.includes(device)) ? wanted : now;
}

function editTitle(
  name: string,
  changes: readonly Change[],
  nics: { free: readonly string[]; lost: readonly string[] },
) {
  const others = changes.filter(({ path }) => path[0] !== "uplinks");
  const parts = [
    ...(nics.free.length > 0 && nics.lost.length === 0 ? [`add ${list(nics.free)}`] : []),
    ...(nics.lost.length > 0 ? [`give up ${list(nics.lost)}, free for another switch then`] : []),
    ...(others.length > 0 ? [describe(others)] : []),
  ];
  return `switch ${name}: ${parts.join("; ")}`;
}

type PortGroupStep = Extract<HostStep, { kind: "addPortGroup" | "editPortGroup" }>;

function portGroupStep(name: string, words: PortGroupWords, actual: HostWords): PortGroupStep[] {
  const now = entryOf(actual.portGroups, name);
  if (!now) {
    const title = `port group ${name}: add it to switch ${words.switch}, VLAN ${words.vlan}`;
    return [{ kind: "addPortGroup", batch: "new port groups", title, disruption: "none", name, portGroup: words }];
  }
  const changes = differences(words, now);
  if (changes.length === 0) return [];
  const title = `port group ${name}: ${describe(changes)}`;
  return [{ kind: "editPortGroup", title, disruption: worst(changes), name, portGroup: words }];
}

/** The switch is there, with every NIC that the port group's own teaming names. */
function canCarry(vswitch: SwitchWords | undefined, { teaming }: PortGroupWords): boolean {
  if (!vswitch) return false;
  const named = teaming === "inherited" ? [] : [...teaming.active, ...teaming.standby];
  return named.every((device) => vswitch.uplinks.includes(device));
}

function list(names: readonly string[]): string {
  return names.join(", ");
}
