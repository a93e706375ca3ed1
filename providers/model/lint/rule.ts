// A design rule: an id that never changes, what it says, where it comes from, and how a design breaks it. Pure.
import type { Path, Severity } from "../problem.js";
import type { Design } from "./design.js";

/** One place where a rule is broken. */
export interface Finding {
  readonly path: Path;
  /** What is wrong at this place, one sentence without a full stop. */
  readonly message: string;
  readonly found?: string;
  /** Only where it is another one than the rule's. */
  readonly severity?: Severity;
}

/** When a rule is judged. */
export const LOOKED_AFTER_BY = {
  file: "in the file",
  construction: "never broken: the file has no way to say it",
  plan: "when something changes: in the plan that the preview shows",
  "host facts": "before a change, or right after it, from what the host or vCenter says",
  "not read": "by hand: multiport neither sets nor reads it",
  "not yet": "not yet: the file does not hold the configuration of physical switches",
} as const;
export type LookedAfterBy = keyof typeof LOOKED_AFTER_BY;

/** What a rule says, without the way it looks. */
export interface RuleText {
  readonly id: string;
  readonly severity: Severity;
  /** Of its graver findings. */
  readonly graver?: "error";
  /** The rule in one sentence, for the list of rules. */
  readonly title: string;
  /** What to do about a finding. */
  readonly remedy: string;
  /** Where the rule comes from. */
  readonly source: string;
  /** Default: in the file. */
  readonly lookedAfterBy?: readonly LookedAfterBy[];
  /** The id that its messages carry, where it is not the rule's own. */
  readonly reportedAs?: "unsupported" | "schema" | "duplicate";
}

export interface Rule extends RuleText {
  readonly check: (design: Design) => Iterable<Finding>;
}
