// What a change of a host's network devices takes: whether it may be made, what leaves, and the renderer's scripts for it and for the way
// back. Pure.
import { type Filled, type LayerPlan, NOTHING_TO_DO, type Now } from "../layer.js";
import { own } from "../own.js";
import { conflictsOf } from "./conflicts.js";
import type { LinuxFacts } from "./facts.js";
import { markOf, ownDevices } from "./mark.js";
import { giveBackNames, giveNames, keptNames, nameChecks } from "./nicNames.js";
import { nameNow } from "./nics.js";
import { notesOf } from "./notes.js";
import type { Transition } from "./renderer.js";
import { RENDERERS } from "./renderers.js";
import { routingChange } from "./routing.js";
import { devicesInOrder, kindOf, leavingDevices } from "./stack.js";
import type { KernelLink, LinuxWords, RendererName } from "./words.js";

export function planLinux(desired: LinuxWords, now: Now<LinuxWords, LinuxFacts>): LayerPlan {
  const { facts, heading } = now;
  const { environment } = heading;
  const actual = withResolution(now);
  const conflicts = conflictsOf({ desired, actual, facts, environment });
  if (conflicts.length > 0) return { ...NOTHING_TO_DO, conflicts };
  if (desired.renderer === null && actual.renderer === null && devicesInOrder(actual).length === 0)
    return NOTHING_TO_DO;
  const there = toTransition(desired, actual);
  const back = toTransition(actual, desired);
  return {
    ...NOTHING_TO_DO,
    notes: notesOf({ desired, actual, facts }),
    check: [
      ...nameChecks(desired, facts),
      ...(renderer(desired.renderer)?.check(desired, (name) => nameNow(desired, facts, name)) ?? []),
    ],
    // What leaves does so under the names that it had.
    before: [...before(there), ...giveNames(desired, facts)],
    after: [...keptNames(desired), ...after(there), ...routingChange(there), ...marks(desired, environment)],
    revertBefore: [...before(back), ...giveBackNames(desired, facts)],
    revertAfter: [...after(back), ...routingChange(back)],
  };
}

/** Who resolves names the kernel does not know, and facts have it as it is wanted: what was confirmed last is what the machine goes by. */
function withResolution({ actual, applied }: Now<LinuxWords, LinuxFacts>): LinuxWords {
  const links = Object.entries(actual.links).map(([name, link]): [string, KernelLink] => {
    const { nameservers, searchDomains } = own(applied?.links ?? {}, name) ?? link;
    return [name, { ...link, nameservers, searchDomains }];
  });
  return { ...actual, links: Object.fromEntries(links) };
}

/** Whoever made the devices takes them away. With another renderer all of them are made anew: none adopts what another made. */
function toTransition(desired: LinuxWords, actual: LinuxWords): Transition {
  const isOther = actual.renderer !== null && desired.renderer !== null && actual.renderer !== desired.renderer;
  const leaving = isOther ? devicesInOrder(actual).filter((name) => kindOf(actual, name) !== "nic") : [];
  const transition = { desired, actual, leaving };
  return { ...transition, leaving: leavingDevices(transition) };
}

function before(transition: Transition): readonly Filled[] {
  return renderer(transition.actual.renderer ?? transition.desired.renderer)?.before(transition) ?? [];
}

/** The old renderer is told too that its files are gone, the new one that its files are there. */
function after(transition: Transition): readonly Filled[] {
  const [old, next] = [transition.actual.renderer, transition.desired.renderer];
  return [
    ...(old !== null && old !== next ? RENDERERS[old].after({ ...transition, desired: nothingOf(null) }) : []),
    ...(renderer(next)?.after(transition) ?? []),
  ];
}

function renderer(name: RendererName | null) {
  return name === null ? undefined : RENDERERS[name];
}

export function nothingOf(name: RendererName | null): LinuxWords {
  return { renderer: name, bonds: {}, bridges: {}, vlans: {}, links: {} };
}

/** NICs are nobody's; all that we make carries our mark. */
function marks(desired: LinuxWords, environment: string): Filled[] {
  const devices = ownDevices(desired);
  if (devices.length === 0) return [];
  return [{ template: "linux/mark.sh", data: { devices, mark: markOf(environment) } }];
}
