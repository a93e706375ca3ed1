// The design lint: all rules over one model, less those that the file accepts with a reason. Pure.
import type { AcceptedSpec, Environment } from "../environment.js";
import { formatPath, type Problem } from "../problem.js";
import { guestRules } from "./guestRules.js";
import type { Rule } from "./rule.js";
import { teamRules } from "./teamRules.js";

/** Every rule, in the order in which they are reported. */
export const RULES: readonly Rule[] = [...teamRules, ...guestRules];

export function lint(environment: Environment, accepted: readonly AcceptedSpec[] = []): Problem[] {
  return RULES.flatMap((rule) =>
    [...rule.check(environment)].map((finding) => ({
      rule: rule.id,
      severity: rule.severity,
      path: finding.path,
      message: finding.message,
      ...(finding.found === undefined ? {} : { found: finding.found }),
      remedy: rule.remedy,
    })),
  ).filter((problem) => !isAccepted(problem, accepted));
}

/** Errors stay: what can't work is not made to work by a reason. */
function isAccepted(problem: Problem, accepted: readonly AcceptedSpec[]): boolean {
  if (problem.severity === "error") return false;
  const path = formatPath(problem.path);
  return accepted.some(
    ({ rule, at }) =>
      rule === problem.rule &&
      (at === undefined || path === at || path.startsWith(`${at}.`) || path.startsWith(`${at}[`)),
  );
}
