// Jumbo frames of Windows: how large a frame network cards and the adapters of the management OS carry. The layer. Pure.

import { compare } from "../../../model/change.js";
import type { Heading } from "../../heading.js";
import { type Filled, type Layer, type LayerPlan, NOTHING_TO_DO, type Now } from "../../layer.js";
import { line } from "../../phrases.js";
import { connectionOf, finder, nicView } from "../nic.js";
import { formatFrames, fromJumboFacts, type JumboFacts, largestFrame, propertyOf, readJumboFacts } from "./facts.js";
import { type JumboWord, type JumboWords, NOTHING } from "./words.js";

const SET: Filled = { template: "windows/jumbo/set.ps1", data: {} };

function configure({ adapters }: JumboWords, { machine, environment }: Heading): Filled {
  const named = Object.entries(adapters).map(([name, word]) => ({ ...nicView(name), ...word }));
  const functions = [...finder(Object.keys(adapters)), SET];
  return { template: "windows/jumbo/configure.ps1", data: { machine, environment, adapters: named, functions } };
}

/** What was there before is put back to the letter. An adapter that comes anew has what Windows gives it. */
function restore(facts: JumboFacts, names: readonly string[]): Filled[] {
  const adapters = names.flatMap((name) => {
    const property = propertyOf(facts, name);
    return property ? [{ name: property.Name, value: property.RegistryValue }] : [];
  });
  return adapters.length > 0 ? [{ template: "windows/jumbo/restore.ps1", data: { adapters, functions: [SET] } }] : [];
}

/** An adapter that leaves the file carries what it does: larger frames than are sent cost nothing, and a change would start it anew. */
function plan(desired: JumboWords, { actual, facts, heading }: Now<JumboWords, JumboFacts>): LayerPlan {
  if (isNothing(desired)) return NOTHING_TO_DO;
  const names = [...new Set([...Object.keys(desired.adapters), ...Object.keys(actual.adapters)])];
  return {
    ...NOTHING_TO_DO,
    conflicts: Object.entries(desired.adapters).flatMap(([name, word]) => conflicts(facts, name, word)),
    after: [configure(desired, heading)],
    revertAfter: restore(facts, names),
  };
}

/** Of an adapter that is there: those of switches come with them, and a NIC that is missing is told by who wants it. */
function conflicts(facts: JumboFacts, name: string, { JumboPacketBytes }: JumboWord): string[] {
  const property = propertyOf(facts, name);
  const nic = connectionOf(facts.nics, name);
  const wanted = `frames of ${JumboPacketBytes} bytes are wanted of it [LB-27]. Set a smaller mtu of the networks, or use another network card`;
  if (!property)
    return nic === undefined ? [] : [`NIC ${nic} has no jumbo frames (no property *JumboPacket), and ${wanted}`];
  return largestFrame(property) >= JumboPacketBytes
    ? []
    : [
        `${nic === undefined ? "adapter" : "NIC"} ${property.Name} carries frames of ${largestFrame(property)} bytes at most (*JumboPacket: ${formatFrames(property)}), and ${wanted}`,
      ];
}

function isNothing({ adapters }: JumboWords): boolean {
  return Object.keys(adapters).length === 0;
}

/** `toWords`: which adapters of a machine have to carry how much. */
export function jumbo<Model>(toWords: (model: Model) => JumboWords): Layer<Model, JumboWords, JumboFacts> {
  return {
    name: "jumbo",
    extension: "jumbo.ps1",
    nothing: NOTHING,
    outline: ({ adapters }) => line("jumbo frames on", Object.keys(adapters)),
    facts: "windows/jumbo/facts.ps1",
    ownFiles: [],
    unsupported: () => [],
    toWords,
    sections: (words, heading) => (isNothing(words) ? [] : [{ target: "jumbo frames", ...configure(words, heading) }]),
    readFacts: readJumboFacts,
    missing: () => [],
    unreadable: () => undefined,
    fromFacts: fromJumboFacts,
    plan,
    // The adapter starts anew, and its link is down for some seconds.
    compare: (desired, actual) => compare(desired, actual, () => "brief").filter(({ to }) => to !== undefined),
    unhealthy: () => [],
  };
}
