// The design lint: all rules over one model, less those that the file accepts with a reason. Pure.
import type { AcceptedSpec, Environment } from "../environment.js";
import { formatPath, type Path, type Problem } from "../problem.js";
import { unknownName } from "../uplinkTeam.js";
import { guestRules } from "./guestRules.js";
import { PARSER_RULES } from "./parserRules.js";
import type { Rule, RuleText } from "./rule.js";
import { teamRules } from "./teamRules.js";

/** Every rule, in the order in which they are reported. */
export const RULES: readonly Rule[] = [...teamRules, ...guestRules];

/** Those and what the parser looks after, for whoever knows only an id. */
export const ALL_RULES: readonly RuleText[] = [...RULES, ...PARSER_RULES];

export interface Acceptance {
  readonly accepted: readonly AcceptedSpec[];
  /** A path as the user sees it in messages, and so copies it. */
  readonly asWritten: (path: Path) => Path;
}

export function lint(environment: Environment, { accepted, asWritten }: Acceptance): Problem[] {
  const found = RULES.flatMap((rule) =>
    [...rule.check(environment)].map(
      (finding): Problem => ({
        rule: rule.id,
        severity: rule.severity,
        path: finding.path,
        message: finding.message,
        ...(finding.found === undefined ? {} : { found: finding.found }),
        remedy: rule.remedy,
      }),
    ),
  );
  const used = new Set<AcceptedSpec>();
  const left = found.filter((problem) => {
    const entry = accepted.find((candidate) => accepts(candidate, problem, asWritten));
    if (entry) used.add(entry);
    return entry === undefined;
  });
  return [
    ...left,
    ...accepted.flatMap((entry, index) => (used.has(entry) ? [] : checkEntry(entry, ["accepted", index]))),
  ];
}

/** Errors stay: what can't work is not made to work by a reason. */
function accepts({ rule, at }: AcceptedSpec, problem: Problem, asWritten: Acceptance["asWritten"]): boolean {
  if (problem.severity === "error" || rule !== problem.rule) return false;
  return at === undefined || [problem.path, asWritten(problem.path)].some((path) => isBelow(formatPath(path), at));
}

function isBelow(path: string, at: string): boolean {
  return path === at || path.startsWith(`${at}.`) || path.startsWith(`${at}[`);
}

/** An entry that accepted nothing: a typing error, or a fault that was mended since. */
function checkEntry({ rule, at }: AcceptedSpec, path: Path): Problem[] {
  const known = ALL_RULES.find((candidate) => candidate.id === rule);
  if (!known) {
    const ids = RULES.filter((candidate) => candidate.severity !== "error").map((candidate) => candidate.id);
    const unknown = unknownName({ noun: "design rule", name: rule, known: ids, path: [...path, "rule"] });
    return [{ ...unknown, remedy: "Correct the id, or remove the entry." }];
  }
  if (known.severity === "error") {
    const message = `${rule} is an error: what can't work is not made to work by a reason`;
    const remedy = "Remove the entry, and correct what the rule finds.";
    return [{ rule: "accepted", severity: "error", path: [...path, "rule"], message, found: rule, remedy }];
  }
  const message = `nothing breaks ${rule}${at === undefined ? "" : ` at ${at}`}`;
  return [
    { rule: "accepted", severity: "warning", path, message, remedy: "Remove the entry, or correct its path (at)." },
  ];
}
