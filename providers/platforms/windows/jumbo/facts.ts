// What adapters say of the frames that they carry: the JSON of templates/windows/jumbo/facts.ps1.hbs, and of it what is ours. Pure.
import { z } from "zod";
import { checkFacts } from "../../factsDocument.js";
import type { Scope } from "../../layer.js";
import { own } from "../../own.js";
import { isSame } from "../isSame.js";
import { listOf } from "../listOf.js";
import { connectionOf, Nics } from "../nic.js";
import type { JumboWord, JumboWords } from "./words.js";

const Facts = z.object({
  /** Those that have the property. */
  adapters: listOf(
    z.object({
      Name: z.string(),
      RegistryValue: z.string(),
      /** The values that there are; none: any number from the least to the largest. */
      ValidRegistryValues: listOf(z.string()),
      NumericParameterMinValue: z.string().nullable(),
      NumericParameterMaxValue: z.string().nullable(),
    }),
  ),
  nics: Nics,
});
export type JumboFacts = z.infer<typeof Facts>;
export type JumboProperty = JumboFacts["adapters"][number];

export function readJumboFacts(document: unknown): JumboFacts {
  return checkFacts(Facts, document);
}

/** By the name that our words have for the adapter. */
export function propertyOf(facts: JumboFacts, adapter: string): JumboProperty | undefined {
  const connection = connectionOf(facts.nics, adapter) ?? adapter;
  return facts.adapters.find(({ Name }) => isSame(Name, connection));
}

/** Adapters carry no mark: those are ours that are named by what is wanted or was applied last. One that carries more is as wanted. */
export function fromJumboFacts(facts: JumboFacts, { known }: Scope<JumboWords>): JumboWords {
  const names = [...new Set(known.flatMap(({ adapters }) => Object.keys(adapters)))];
  return {
    adapters: Object.fromEntries(
      names.flatMap((name): [string, JumboWord][] => {
        const property = propertyOf(facts, name);
        if (!property) return [];
        const carried = bytesOf(property.RegistryValue);
        const wanted = known.map(({ adapters }) => own(adapters, name)).find((word) => word !== undefined);
        return [[name, wanted && carried >= wanted.JumboPacketBytes ? wanted : { JumboPacketBytes: carried }]];
      }),
    ),
  };
}

/** Drivers write numbers; what is none carries nothing more than usual. */
function bytesOf(text: string | null): number {
  return text !== null && /^\d+$/.test(text) ? Number(text) : 0;
}

/** The largest frame that the adapter can be set to. */
export function largestFrame({ ValidRegistryValues, NumericParameterMaxValue }: JumboProperty): number {
  return Math.max(...ValidRegistryValues.map(bytesOf), bytesOf(NumericParameterMaxValue));
}

/** `1514, 4088, 9014`, or `614 to 9614`. */
export function formatFrames(property: JumboProperty): string {
  const { ValidRegistryValues: values, NumericParameterMinValue: least, NumericParameterMaxValue: largest } = property;
  return values.length > 0 ? values.join(", ") : `${least} to ${largest}`;
}
