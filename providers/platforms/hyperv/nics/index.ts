// SR-IOV of the NICs of a Hyper-V host: whether it is on, and how many virtual functions there are. The layer. Pure.
import { z } from "zod";
import { compare } from "../../../model/change.js";
import type { HypervHost } from "../../../model/hypervHost.js";
import { checkFacts } from "../../factsDocument.js";
import type { Heading } from "../../heading.js";
import { type Filled, type Layer, type LayerPlan, NOTHING_TO_DO, type Now, type Scope } from "../../layer.js";
import { isSame } from "../../windows/isSame.js";
import { listOf } from "../../windows/listOf.js";

export interface NicWord {
  readonly Enabled: boolean;
  readonly NumVFs: number;
}

/** By connection name. */
export interface NicsWords {
  readonly nics: Readonly<Record<string, NicWord>>;
}

const NOTHING: NicsWords = { nics: {} };

const Facts = z.object({
  /** Those that have SR-IOV. */
  nics: listOf(z.object({ Name: z.string(), SriovSupport: z.string(), Enabled: z.boolean(), NumVFs: z.number() })),
  /** Connection names of all hardware. */
  all: listOf(z.string()),
});
export type NicsFacts = z.infer<typeof Facts>;

function toWords({ uplinks }: HypervHost): NicsWords {
  return {
    nics: Object.fromEntries(
      uplinks.flatMap(({ name, numVfs }) =>
        numVfs === undefined ? [] : [[name, { Enabled: numVfs > 0, NumVFs: numVfs }]],
      ),
    ),
  };
}

/** NICs carry no mark: those are ours to set that are named, or were when something was applied last. */
function fromFacts({ nics }: NicsFacts, { known }: Scope<NicsWords>): NicsWords {
  const names = [...new Set(known.flatMap((words) => Object.keys(words.nics)))];
  return {
    nics: Object.fromEntries(
      names.flatMap((name) => {
        const nic = find(nics, name);
        return nic ? [[name, { Enabled: nic.Enabled, NumVFs: nic.Enabled ? nic.NumVFs : 0 }]] : [];
      }),
    ),
  };
}

function find(nics: NicsFacts["nics"], name: string): NicsFacts["nics"][number] | undefined {
  return nics.find((nic) => isSame(nic.Name, name));
}

function configure({ nics }: NicsWords, { machine, environment }: Heading): Filled {
  const named = Object.entries(nics).map(([name, word]) => ({ name, ...word }));
  return { template: "hyperv/nics/configure.ps1", data: { machine, environment, nics: named } };
}

/** A NIC that leaves the file keeps its virtual functions: they may be in use, and cost nothing. */
function plan(desired: NicsWords, { actual, facts, heading }: Now<NicsWords, NicsFacts>): LayerPlan {
  if (compare(desired.nics, { ...actual.nics }).every(({ to }) => to === undefined)) return NOTHING_TO_DO;
  return {
    ...NOTHING_TO_DO,
    conflicts: Object.entries(desired.nics).flatMap(([name, { Enabled }]) => {
      if (!facts.all.some((nic) => isSame(nic, name)))
        return [`the host has no NIC ${name}, it has ${facts.all.join(", ")}. Correct the name of the uplink`];
      const nic = find(facts.nics, name);
      if (!Enabled || nic?.SriovSupport === "Supported") return [];
      return [
        `NIC ${name} can't do SR-IOV here (${nic?.SriovSupport ?? "it has none"}). Look at its driver and firmware and at the firmware of the host, or remove sriov`,
      ];
    }),
    after: [configure(desired, heading)],
    revertAfter: Object.keys(actual.nics).length > 0 ? [configure(actual, heading)] : [],
  };
}

export const nics: Layer<HypervHost, NicsWords, NicsFacts> = {
  name: "nics",
  extension: "nics.ps1",
  nothing: NOTHING,
  outline: ({ nics }) => Object.entries(nics).map(([name, { NumVFs }]) => `virtual functions of ${name}: ${NumVFs}`),
  facts: "hyperv/nics/facts.ps1",
  ownFiles: [],
  unsupported: () => [],
  toWords,
  sections: (words, heading) =>
    Object.keys(words.nics).length === 0 ? [] : [{ target: "NICs", ...configure(words, heading) }],
  readFacts: (document) => checkFacts(Facts, document),
  missing: () => [],
  unreadable: () => undefined,
  fromFacts,
  plan,
  compare: (desired, actual) => compare(desired, actual, () => "brief").filter(({ to }) => to !== undefined),
  unhealthy: () => [],
};
