// What leaves with the file's words: port groups and switches of ours that nothing of others needs. Pure.
import type { HostFacts } from "./facts.js";
import { isManagement } from "./facts.js";
import { entryOf, missingIn } from "./own.js";
import type { HostStep } from "./steps.js";
import type { HostWords } from "./words.js";

export interface RemovalPlan {
  readonly steps: readonly HostStep[];
  readonly conflicts: readonly string[];
  readonly notes: readonly string[];
}

/** Port groups come before the switch that they are on. */
export function planRemovals(desired: HostWords, actual: HostWords, facts: HostFacts | undefined): RemovalPlan {
  const groups = missingIn(actual.portGroups, desired.portGroups).map(([name, { switch: vswitch }]) => {
    const isAdopted = (entryOf(desired.switches, vswitch) ?? entryOf(actual.switches, vswitch))?.adopt ?? false;
    return leaveGroup(name, { isAdopted, actual, facts });
  });
  const staying = groups.flatMap(({ stays }) => stays);
  const switches = missingIn(actual.switches, desired.switches).map(([name, { adopt }]) =>
    leaveSwitch(name, { isAdopted: adopt, actual, facts, staying }),
  );
  const all = [...groups, ...switches];
  return {
    steps: all.flatMap(({ steps }) => steps),
    conflicts: all.flatMap(({ conflicts }) => conflicts),
    notes: all.flatMap(({ notes }) => notes),
  };
}

interface Leaving extends RemovalPlan {
  /** Names of port groups that are not removed. */
  readonly stays: readonly string[];
}

const NOTHING: Leaving = { steps: [], conflicts: [], notes: [], stays: [] };

interface GroupAt {
  readonly isAdopted: boolean;
  readonly actual: HostWords;
  readonly facts: HostFacts | undefined;
}

function leaveGroup(name: string, { isAdopted, actual, facts }: GroupAt): Leaving {
  const machines = facts?.portGroups.get(name)?.machines ?? [];
  const ports = facts?.vmkernelPorts.filter((port) => port.switchKind === "standard" && port.portGroup === name) ?? [];
  const own = Object.values(actual.vmkernelPorts);
  const foreign = ports.filter(
    (port) => isManagement(port) || !own.some((each) => each.portGroup === name && each.switchKind === "standard"),
  );
  const users = [...machines.map((machine) => `VM ${machine}`), ...foreign.map(({ device }) => device)];
  const title = `port group ${name}`;
  if (users.length === 0) {
    const step: HostStep = { kind: "removePortGroup", title: `${title}: remove it`, disruption: "none", name };
    return { ...NOTHING, steps: [step] };
  }
  // On a switch that was there before it may have been there too: then it is not ours to ask for.
  if (isAdopted || foreign.some(isManagement))
    return { ...NOTHING, notes: [`${title} stays because others use it: ${users.join(", ")}`], stays: [name] };
  const conflict = `${title} can't be removed while it is used by ${users.join(", ")}. Move them to another port group or remove them`;
  return { ...NOTHING, conflicts: [conflict] };
}

function leaveSwitch(name: string, at: GroupAt & { readonly staying: readonly string[] }): Leaving {
  const title = `switch ${name}`;
  if (at.isAdopted)
    return { ...NOTHING, notes: [`${title} stays with its settings: it was there before (adopt: true)`] };
  const groups = [...(at.facts?.portGroups.values() ?? [])].filter((group) => group.switch === name);
  const foreign = groups
    .map((group) => group.name)
    .filter((group) => !Object.hasOwn(at.actual.portGroups, group) || at.staying.includes(group));
  if (foreign.length > 0)
    return { ...NOTHING, notes: [`${title} stays because others use it: port groups ${foreign.join(", ")}`] };
  const step: HostStep = { kind: "removeSwitch", title: `${title}: remove it`, disruption: "none", name };
  return { ...NOTHING, steps: [step] };
}
