// What is to be said of a file that fits the schema: its names, what the platforms can't do, the design rules. Pure.
import { affectedBy } from "./affected.js";
import type { Environment, EnvironmentSpec } from "./environment.js";
import { lint } from "./lint/index.js";
import type { Path, Problem } from "./problem.js";
import { resolveEnvironment } from "./resolve/index.js";
import { asWrittenIn } from "./resolve/writtenPath.js";

/** A further judgement of the model, such as what the platforms can't do. */
export type Check = (environment: Environment) => readonly Problem[];

export interface Judging {
  readonly check?: Check;
  /** Whether design rules also tell what is only worth knowing. Default false. */
  readonly notes?: boolean;
}

export interface Judged {
  readonly environment: Environment;
  /** With paths as they stand in the file. */
  readonly problems: readonly Problem[];
}

/**
 * Everything at once, less what may only follow from something that is wrong: a design rule that a dangling name seems to break.
 * `leftOut`: what of the file is not in `spec`, because it does not fit the schema.
 */
export function judge(
  spec: EnvironmentSpec,
  { check = () => [], notes = false }: Judging,
  leftOut: readonly Path[] = [],
): Judged {
  const asWritten = asWrittenIn(spec);
  const written = (problem: Problem): Problem => ({ ...problem, path: asWritten(problem.path) });
  const { environment, problems } = resolveEnvironment(spec);
  const found = problems.map(written);
  const errors = found.filter(({ severity }) => severity === "error");
  const unsupported = check(environment).map(written);
  const findings = lint(environment, { accepted: spec.accepted ?? [], asWritten, notes }).map(written);
  const isAffected = affectedBy([...leftOut, ...errors.map(({ path }) => path)], spec);
  const isIncomplete = leftOut.length + errors.length > 0;
  // Whether an accepted finding exists can't be told from a part.
  const holds = (problem: Problem) => !isAffected(problem.path) && !(isIncomplete && isUnusedAcceptance(problem));
  const mayBeAccepted = leftOut.some(([section, entry]) => section === "accepted" && entry === undefined);
  const told = findings.filter((problem) => holds(problem) && !(mayBeAccepted && problem.severity !== "error"));
  return { environment, problems: [...found, ...unsupported, ...told] };
}

function isUnusedAcceptance({ rule, severity }: Problem): boolean {
  return rule === "accepted" && severity === "warning";
}
