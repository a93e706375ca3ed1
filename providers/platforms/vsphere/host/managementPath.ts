// The way on which vCenter reaches a host must have a link all the time (VS-37). Pure.
import { type HostFacts, isManagement, type VmkernelFacts } from "./facts.js";
import { entryOf } from "./own.js";
import type { HostWords, TeamingWords } from "./words.js";

/** Refuses what would leave the management of the host without an uplink that has a link. */
export function managementPathConflicts(desired: HostWords, actual: HostWords, facts: HostFacts): string[] {
  return facts.vmkernelPorts
    .filter((port) => port.switchKind === "standard" && isManagement(port))
    .flatMap((port) => portConflicts(port, { desired, actual, facts }));
}

interface At {
  readonly desired: HostWords;
  readonly actual: HostWords;
  readonly facts: HostFacts;
}

function portConflicts(port: VmkernelFacts, at: At): string[] {
  const { desired, actual, facts } = at;
  const { switch: name } = entryOf(desired.portGroups, port.portGroup) ?? port;
  const words = entryOf(desired.switches, name);
  const isLeaving = entryOf(actual.switches, name) !== undefined && !words;
  const given = Object.entries(desired.switches).flatMap(([other, { uplinks }]) => (other === name ? [] : uplinks));
  const now = facts.switches.get(name)?.uplinks ?? [];
  // A switch that is not declared keeps what no declared one takes from it.
  const uplinks = words ? words.uplinks : now.filter((device) => !(isLeaving && given.includes(device)));
  const used = teamOf(port.portGroup, { desired, uplinks, words: words?.teaming });
  const isUp = (device: string) => facts.nics.get(device)?.isUp ?? false;
  if (used.some(isUp) || !facts.switches.get(port.switch)?.uplinks.some(isUp)) return [];
  const wanted = used.length > 0 ? `${used.join(", ")} would be left, without a link` : "no uplink would be left";
  return [
    `${port.device} carries the management of the host on switch ${name}, and ${wanted}. Keep an uplink there that has a link, or move ${port.device} first`,
  ];
}

/** The uplinks that the port group uses. */
function teamOf(
  group: string,
  at: { desired: HostWords; uplinks: readonly string[]; words: TeamingWords | undefined },
): readonly string[] {
  const own = entryOf(at.desired.portGroups, group)?.teaming;
  const teaming = own === undefined || own === "inherited" ? at.words : own;
  if (!teaming) return at.uplinks;
  return [...teaming.active, ...teaming.standby].filter((device) => at.uplinks.includes(device));
}
