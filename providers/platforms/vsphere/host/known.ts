// What a plan knows beside the words of a host. Pure types.
import type { HostFacts } from "./facts.js";
import type { HostWords } from "./words.js";

/** What is known beside the words when vCenter was asked. */
export interface Known {
  readonly facts: HostFacts;
  /** What the last run wanted: ours, whatever it looks like now. */
  readonly previous: HostWords | undefined;
}
