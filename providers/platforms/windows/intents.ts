// Network ATC: adapters that an intent of it owns are not ours to set. Pure.
import { z } from "zod";
import { isSame } from "./isSame.js";
import { listOf } from "./listOf.js";

/** As `Get-NetIntent` says it; none where the feature is not installed. */
export const Intents = listOf(z.object({ Name: z.string(), NetAdapters: listOf(z.string()) }));
export type Intents = z.infer<typeof Intents>;

/** HV-27: it puts back its own settings about every 15 minutes. */
export function intentConflicts(intents: Intents, nics: readonly string[]): string[] {
  return nics.flatMap((nic) =>
    intents
      .filter(({ NetAdapters }) => NetAdapters.some((own) => isSame(own, nic)))
      .map(
        ({ Name }) =>
          `NIC ${nic} belongs to the intent ${Name} of Network ATC, which undoes what others change. Remove the intent (Remove-NetIntent), or leave this host to Network ATC`,
      ),
  );
}
