// The design lint: all rules over one model, less those that the file accepts with a reason. Pure.
import type { AcceptedSpec, Environment } from "../environment.js";
import { formatPath, type Path, type Problem } from "../problem.js";
import { unknownName } from "../uplinkTeam.js";
import { bondModeRules } from "./bondModeRules.js";
import { bondMonitorRules } from "./bondMonitorRules.js";
import { toDesign } from "./design.js";
import { ELSEWHERE_RULES } from "./elsewhereRules.js";
import { functionRules } from "./functionRules.js";
import { guestRoutingRules } from "./guestRoutingRules.js";
import { guestRules } from "./guestRules.js";
import { hypervAdapterRules } from "./hypervAdapterRules.js";
import { HYPERV_ELSEWHERE_RULES } from "./hypervElsewhereRules.js";
import { hypervSwitchRules } from "./hypervSwitchRules.js";
import { lagRules } from "./lagRules.js";
import { libvirtRules } from "./libvirtRules.js";
import { limitRules } from "./limitRules.js";
import { LINUX_ELSEWHERE_RULES } from "./linuxElsewhereRules.js";
import { openvswitchRules } from "./openvswitchRules.js";
import { PARSER_RULES } from "./parserRules.js";
import type { Rule, RuleText } from "./rule.js";
import { sriovRules } from "./sriovRules.js";
import { switchNetworkRules } from "./switchNetworkRules.js";
import { teamRules } from "./teamRules.js";
import { vsphereGuestRules } from "./vsphereGuestRules.js";
import { vsphereTeamRules } from "./vsphereTeamRules.js";
import { windowsGuestRules } from "./windowsGuestRules.js";

/** Every rule, in the order in which they are reported. */
export const RULES: readonly Rule[] = [
  ...teamRules,
  ...openvswitchRules,
  ...bondModeRules,
  ...bondMonitorRules,
  ...switchNetworkRules,
  ...lagRules,
  ...vsphereTeamRules,
  ...sriovRules,
  ...functionRules,
  ...libvirtRules,
  ...limitRules,
  ...hypervSwitchRules,
  ...hypervAdapterRules,
  ...guestRules,
  ...guestRoutingRules,
  ...vsphereGuestRules,
  ...windowsGuestRules,
];

/** Those and what others look after, for whoever knows only an id. */
export const ALL_RULES: readonly RuleText[] = [
  ...RULES,
  ...PARSER_RULES,
  ...ELSEWHERE_RULES,
  ...LINUX_ELSEWHERE_RULES,
  ...HYPERV_ELSEWHERE_RULES,
];

export interface Acceptance {
  readonly accepted: readonly AcceptedSpec[];
  /** A path as the user sees it in messages, and so copies it. */
  readonly asWritten: (path: Path) => Path;
  /** Whether what is only worth knowing is told too: most designs have such places. */
  readonly notes?: boolean;
}

export function lint(environment: Environment, { accepted, asWritten, notes = false }: Acceptance): Problem[] {
  const design = toDesign(environment);
  const judged = RULES.filter((rule) => notes || rule.severity !== "info");
  const found = judged.flatMap((rule) =>
    [...rule.check(design)].map(
      (finding): Problem => ({
        rule: rule.id,
        severity: finding.severity ?? rule.severity,
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
    ...accepted.flatMap((entry, index) => (used.has(entry) ? [] : checkEntry(entry, ["accepted", index], judged))),
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
function checkEntry({ rule, at }: AcceptedSpec, path: Path, judged: readonly Rule[]): Problem[] {
  const known = ALL_RULES.find((candidate) => candidate.id === rule);
  if (known?.severity === "info" && !judged.some(({ id }) => id === rule)) return [];
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
