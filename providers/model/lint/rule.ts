// A design rule: an id that never changes, what it says, where it comes from, and how a model breaks it. Pure.
import type { Environment } from "../environment.js";
import type { Path, Severity } from "../problem.js";

/** One place where a rule is broken. */
export interface Finding {
  readonly path: Path;
  /** What is wrong at this place, one sentence without a full stop. */
  readonly message: string;
  readonly found?: string;
}

/** What a rule says, without the way it looks. */
export interface RuleText {
  readonly id: string;
  readonly severity: Severity;
  /** The rule in one sentence, for the list of rules. */
  readonly title: string;
  /** What to do about a finding. */
  readonly remedy: string;
  /** Where the rule comes from. */
  readonly source: string;
}

export interface Rule extends RuleText {
  readonly check: (environment: Environment) => Iterable<Finding>;
}
